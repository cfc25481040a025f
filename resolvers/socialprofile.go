package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/social"
)

type socialProfileResolver struct{}

// SocialProfile resolves profiles on networks.
func (g *Graph) SocialProfile() graph.SocialProfileResolver { return socialProfileResolver{} }

func (socialProfileResolver) ID(_ context.Context, p *social.Profile) (string, error) {
	return recordID("SocialProfile", p.Ref)
}
