package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

type contactPointResolver struct{}

// ContactPoint resolves whether a contact point is masked.
func (g *Graph) ContactPoint() graph.ContactPointResolver { return contactPointResolver{} }

func (contactPointResolver) IsMasked(ctx context.Context, p *profiles.ContactPoint) (bool, error) {
	return operation.Of(ctx).MasksContactPoint(p), nil
}
