package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/social"
)

type mentionResolver struct{}

// Mention resolves mentions.
func (g *Graph) Mention() graph.MentionResolver { return mentionResolver{} }

func (mentionResolver) ID(_ context.Context, m *social.Mention) (string, error) {
	return recordID("Mention", m.Ref)
}
