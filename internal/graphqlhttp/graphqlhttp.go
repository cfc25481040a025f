// Package graphqlhttp serves a schema by GraphQL over HTTP: transports that take
// what the specification says and nothing else, limits that are checked before any
// work is done, and errors that tell clients what was written for them only.
package graphqlhttp

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph"
	"customer360/graph/executor"
)

// Options say how to serve.
type Options struct {
	// MaxBody bounds a request's body, in bytes.
	MaxBody int64
	Limits  Limits
	// Log gets what clients are not told.
	Log *slog.Logger
	// Extensions are the schema's own.
	Extensions []graphql.HandlerExtension
}

// cachedDocuments is how many documents are kept parsed and validated: clients have
// some dozens of them.
const cachedDocuments = 1000

// New gives the handler that serves a schema to those that a [Door] lets in.
func New(schema graphql.ExecutableSchema, o Options) http.Handler {
	cache := lru.New[*ast.QueryDocument](cachedDocuments)
	s := handler.New(schema)
	s.AddTransport(transport{o})
	s.SetQueryCache(cache)
	s.SetParserTokenLimit(o.Limits.Tokens)
	s.SetErrorPresenter(present(o.Log))
	s.SetRecoverFunc(recovered(o.Log))
	s.Use(limiter{o.Limits, cache})
	s.Use(&graph.OneOf{})
	s.Use(graph.Conditions{})
	s.Use(executor.InOrder{})
	s.Use(extension.Introspection{})
	for _, x := range o.Extensions {
		s.Use(x)
	}
	return s
}

type requestIDKey struct{}

// RequestID gives the id of the request that a context belongs to, or "". It is
// told to the client in the header X-Request-Id.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
