package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

type relationResolver struct{ *Graph }

// Relation resolves the customer that a relation leads to.
func (g *Graph) Relation() graph.RelationResolver { return relationResolver{g} }

func (r relationResolver) Customer(ctx context.Context, relation *profiles.Relation) (*profiles.Customer, error) {
	if relation.CustomerID == "" {
		return nil, nil
	}
	return operation.Of(ctx).Customer(ctx, relation.CustomerID)
}
