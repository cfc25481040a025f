package graph

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/audience"
)

// SubgraphSDL gives a contract as a subgraph of Apollo Federation 2, to compose it with other
// schemas: a Customer is an entity by its id, which other subgraphs can refer and add to, and
// what Relay's connections share may be in them too. What serves the router itself is not in
// it, as a subgraph's schema has it.
// See https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives.
func SubgraphSDL(c *audience.Contract) string {
	schema := withoutFederation(c)
	for name, directive := range map[string]*ast.Directive{
		"Customer": {Name: "key", Arguments: ast.ArgumentList{{Name: "fields", Value: &ast.Value{Kind: ast.StringValue, Raw: "id"}}}},
		"PageInfo": {Name: "shareable"},
	} {
		marked := *schema.Types[name]
		marked.Directives = append(slices.Clone(marked.Directives), directive)
		schema.Types[name] = &marked
	}
	return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])` + "\n\n" + oneOf + audience.Print(schema)
}

// PlainSDL gives a contract without what serves a router of a federation, for servers that
// would take it for a subgraph.
func PlainSDL(c *audience.Contract) string { return audience.Print(withoutFederation(c)) }

// withoutFederation gives a schema that may be changed at its top, the contract stays as it is.
func withoutFederation(c *audience.Contract) *ast.Schema {
	schema := *c.Schema
	schema.Types = maps.Clone(schema.Types)
	for _, name := range []string{"_Service", "_Entity", "_Any"} {
		delete(schema.Types, name)
	}
	query := *schema.Query
	query.Fields = slices.DeleteFunc(slices.Clone(query.Fields), func(f *ast.FieldDefinition) bool {
		return f.Name == "_service" || f.Name == "_entities"
	})
	schema.Query, schema.Types[query.Name] = &query, &query
	return &schema
}

// oneOf defines the directive, which every GraphQL server knows without being told and composers
// do not.
const oneOf = "directive @oneOf on INPUT_OBJECT\n\n"

// A FederationResolver resolves what a router asks a subgraph for. The resolvers that the
// schema is made with are one.
type FederationResolver interface {
	// Subgraph describes the caller's contract.
	Subgraph(ctx context.Context) (Service, error)
	// Entities gives an object for each representation, or nil where there is none; faults are
	// reported on their places.
	Entities(ctx context.Context, representations []*Representation) []Entity
}

// gqlgen leaves fields of these names to methods of these names.

//nolint:staticcheck // The name is gqlgen's.
func (ec *executionContext) __resolve__service(ctx context.Context) (Service, error) {
	return ec.Resolvers.(FederationResolver).Subgraph(ctx)
}

//nolint:staticcheck // The name is gqlgen's.
func (ec *executionContext) __resolve_entities(ctx context.Context, representations []*Representation) []Entity {
	return ec.Resolvers.(FederationResolver).Entities(ctx, representations)
}

// Service is the graph as a part of a federated one.
type Service struct {
	// SDL is what [SubgraphSDL] gives.
	SDL string
}

// Entity is an object of the graph that other graphs of a federation refer to by its key.
// Which Go types stand for one is in gqlgen.yml.
type Entity interface{}

// A Representation is the key of an object, as a router of Apollo Federation sends it.
// See https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec.
type Representation struct {
	// TypeName is never empty.
	TypeName string
	// ID is empty where the key has none. Fields of other keys are no error, and not kept.
	ID string
}

// MarshalRepresentation writes what was read: no field gives one.
func MarshalRepresentation(r Representation) graphql.Marshaler {
	return graphql.MarshalMap(map[string]any{"__typename": r.TypeName, "id": r.ID})
}

// UnmarshalRepresentation reads an _Any.
func UnmarshalRepresentation(v any) (Representation, error) {
	fields, _ := v.(map[string]any)
	r := Representation{}
	if r.TypeName, _ = fields["__typename"].(string); r.TypeName == "" {
		return r, errors.New("a representation must be an object with the name of its type as `__typename`")
	}
	r.ID, _ = fields["id"].(string)
	return r, nil
}
