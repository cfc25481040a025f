package graph

import "github.com/99designs/gqlgen/graphql"

func init() {
	// gqlgen declares @defer whether or not a transport can send a second part; a
	// client that used it would wait for it forever.
	delete(parsedSchema.Directives, "defer")
}

// NewSchema gives the schema with its resolvers, ready to be executed.
func NewSchema(resolvers ResolverRoot) graphql.ExecutableSchema {
	return NewExecutableSchema(Config{Resolvers: resolvers})
}
