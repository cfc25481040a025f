// Package graphqlhttp serves a schema by GraphQL over HTTP: transports that accept what the
// specification says and nothing else, limits that are checked before any work is done, and
// errors that contain only what was written for clients.
package graphqlhttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	gqlgen "github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph"
	"customer360/graph/executor"
	"customer360/graph/inputs"
	"customer360/graph/persisted"
	"customer360/internal/streams"
)

// Options say how to serve.
type Options struct {
	// MaxBody bounds a request's body, in bytes.
	MaxBody int64
	Limits  Limits
	// Inputs bound what the arguments of an operation say.
	Inputs inputs.Limits
	// Documents are those that a request may name instead of sending them.
	Documents *persisted.Documents
	// Log gets what clients are not told.
	Log *slog.Logger
	// Extensions are the schema's own.
	Extensions []graphql.HandlerExtension
	// Refused hears of every operation that was not executed for what its document is, of so
	// many bytes: it has cost something all the same. Nil: nobody does.
	Refused func(ctx context.Context, bytes int)
	// Streams serve what asks for events; nil: nothing does.
	Streams *streams.Streams
}

// A Contract serves a schema to those that a [Endpoint] lets in.
type Contract struct {
	options    Options
	executor   admitter
	transports []graphql.Transport
}

// New gives the contract that a schema is.
func New(schema graphql.ExecutableSchema, o Options) *Contract {
	if o.Documents == nil {
		o.Documents = new(persisted.Documents)
	}
	cache := newDocumentCache()
	s := gqlgen.New(schema)
	s.SetQueryCache(cache)
	s.SetParserTokenLimit(o.Limits.Tokens)
	s.SetErrorPresenter(present(o.Log))
	s.SetRecoverFunc(recovered(o.Log))
	// Before what reads arguments.
	s.Use(inputs.New(o.Inputs))
	s.SetDefaultRulesFn(graph.Rules)
	coercion := &graph.Coercion{}
	s.Use(coercion)
	s.Use(&graph.OneOf{})
	s.Use(executor.InOrder{})
	s.Use(extension.Introspection{})
	for _, x := range o.Extensions {
		s.Use(x)
	}
	// After those that refuse a caller whatever the document is.
	s.Use(&limiter{limits: o.Limits, cache: cache})
	c := &Contract{options: o, executor: admitter{s, o.Documents, coercion, o.Refused}}
	if o.Streams != nil {
		c.transports = append(c.transports, o.Streams.Events())
	}
	c.transports = append(c.transports, &transport{o})
	return c
}

// ServeHTTP answers a request by the first transport that takes it.
func (c *Contract) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			var e *gqlerror.Error
			errors.As(c.executor.PresentRecoveredError(r.Context(), p), &e)
			write(w, typeJSON, answer{status: http.StatusInternalServerError, errors: gqlerror.List{e}, request: true})
		}
	}()
	r = r.WithContext(graphql.StartOperationTrace(r.Context()))
	for _, t := range c.transports {
		if t.Supports(r) {
			t.Do(w, r, c.executor)
			return
		}
	}
}
