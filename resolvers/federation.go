package resolvers

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources/profiles"
)

var _ graph.FederationResolver = (*Graph)(nil)

// maxEntities bounds the representations of one field, for callers whose costs have no bound:
// ten times the largest page, which a router may come with after it has read one elsewhere.
const maxEntities = 1000

// Subgraph describes the caller's contract to a router.
func (g *Graph) Subgraph(context.Context) (graph.Service, error) {
	return graph.Service{SDL: g.policy.subgraph()}, nil
}

// Entities finds customers by their ids, as many with one query of the spine as
// it takes. A customer that
// is asked for twice is given twice.
func (g *Graph) Entities(ctx context.Context, representations []*graph.Representation) []graph.Entity {
	o := operationOf(ctx)
	entities := make([]graph.Entity, len(representations))
	if len(representations) > maxEntities {
		graphql.AddError(ctx, customer.BadInput(fmt.Sprintf("`representations` are %d: at most %d are answered at once", len(representations), maxEntities)))
		return entities
	}
	keys := make([]string, len(representations))
	for i, r := range representations {
		key, err := g.entityKey(o, r)
		if err != nil {
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
		}
		if keys[i] = key; key != "" {
			o.profile.ask()
			o.customers.queue(ctx, key)
		}
	}
	o.customers.Flush()
	var found []*profiles.Customer
	for i, key := range keys {
		if key == "" {
			continue
		}
		answer, err := o.customers.read(ctx, key)
		switch {
		case err != nil:
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), g.spineFailure(ctx, err))
		case !answer.Missing:
			if c := o.admit(answer.Value); c != nil {
				entities[i] = c
				found = append(found, c)
			}
		}
	}
	field := graphql.GetFieldContext(ctx).Field
	o.arrive(ctx, field.Alias, found, nil, field.Selections)
	return entities
}

// entityKey gives the profile's key of a representation; "": there is no such customer.
func (g *Graph) entityKey(o *operation, r *graph.Representation) (string, error) {
	if r.TypeName != "Customer" {
		return "", customer.BadInput("a representation must be of a Customer: no other type of this graph has a key")
	}
	id, err := relay.ParseID(g.policy.open(o.caller, r.ID))
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
