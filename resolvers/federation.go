package resolvers

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"customer360/customer"
	"customer360/graph"
	"customer360/resolvers/operation"
)

var _ graph.FederationResolver = (*Graph)(nil)

// maxEntities bounds the representations of one field, for callers whose costs have no bound:
// ten times the largest page, which a router may come with after it has read one elsewhere.
const maxEntities = 1000

// Subgraph describes the caller's contract to a router.
func (g *Graph) Subgraph(context.Context) (graph.Service, error) {
	return graph.Service{SDL: g.subgraph()}, nil
}

// Entities finds customers by their ids, as many with one query of the spine as
// it takes. A customer that
// is asked for twice is given twice.
func (g *Graph) Entities(ctx context.Context, representations []*graph.Representation) []graph.Entity {
	entities := make([]graph.Entity, len(representations))
	if len(representations) > maxEntities {
		graphql.AddError(ctx, customer.BadInput(fmt.Sprintf("too many `representations`: %d, at most %d", len(representations), maxEntities)))
		return entities
	}
	keys := make([]string, len(representations))
	failed := func(i int, err error) {
		graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
	}
	for i, r := range representations {
		key, err := g.entityKey(ctx, r)
		if err != nil {
			failed(i, err)
		}
		keys[i] = key
	}
	for i, c := range operation.Of(ctx).Entities(ctx, keys, failed) {
		if c != nil {
			entities[i] = c
		}
	}
	return entities
}

// entityKey gives the profile's key of a representation; "": there is no such customer.
func (g *Graph) entityKey(ctx context.Context, r *graph.Representation) (string, error) {
	if r.TypeName != "Customer" {
		return "", customer.BadInput("a representation must be a Customer: no other type of this graph has a key")
	}
	id, err := operation.Of(ctx).ParseID(r.ID)
	switch {
	case err != nil:
		return "", customer.BadInput("the representation's `id`: " + err.Error())
	case id.Type != "Customer" || len(id.Parts) != 2:
		return "", customer.BadInput("the representation's `id` must be the id of a Customer")
	case id.Parts[0] != g.spine:
		return "", nil
	}
	return id.Parts[1], nil
}
