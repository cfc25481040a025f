package executor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	stock "github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// An operation is what is asked of both executors.
type operation struct {
	document, name string
	variables      map[string]any
}

// An answer is what one of them says.
type answer struct {
	data, extensions string
	// errors are as they came, each as JSON.
	errors []string
	// broken is the panic for which there was no answer.
	broken string
}

// A server answers operations by one executor.
type server struct {
	*stock.Executor
	schema  *ast.Schema
	context func(context.Context) context.Context
}

// serve makes a server of a schema, as a project would set it up.
func serve(schema graphql.ExecutableSchema, extensions ...graphql.HandlerExtension) *server {
	s := &server{stock.New(schema), schema.Schema(), func(ctx context.Context) context.Context { return ctx }}
	s.SetQueryCache(lru.New[*ast.QueryDocument](100))
	s.SetRecoverFunc(func(_ context.Context, p any) error {
		if err, ok := p.(error); ok {
			return err
		}
		return fmt.Errorf("panic: %v", p)
	})
	s.Use(extension.Introspection{})
	for _, e := range extensions {
		s.Use(e)
	}
	return s
}

// compiled wraps the hard schema.
func compiled(o executor.Options) *executor.Executor {
	schema := hard.New()
	return executor.New(schema, hard.Types(schema), o)
}

// begin parses, validates and starts an operation.
func (s *server) begin(ctx context.Context, o operation) (graphql.ResponseHandler, context.Context, gqlerror.List) {
	ctx = graphql.StartOperationTrace(s.context(ctx))
	now := time.Now()
	op, errs := s.CreateOperationContext(ctx, &graphql.RawParams{
		Query: o.document, OperationName: o.name, Variables: o.variables, ReadTime: graphql.TraceTiming{Start: now, End: now},
	})
	if errs != nil {
		return nil, ctx, errs
	}
	next, ctx := s.DispatchOperation(ctx, op)
	return next, ctx, nil
}

// ask gives the first answer to an operation.
func (s *server) ask(ctx context.Context, o operation) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{broken: fmt.Sprint(p)}
		}
	}()
	// A subscription goes on for as long as somebody listens.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next, ctx, errs := s.begin(ctx, o)
	if errs != nil {
		return read(&graphql.Response{Errors: errs})
	}
	a = read(next(ctx))
	// What is deferred comes in any order. Stock execution waits for ever for what a panic has
	// ended.
	rest := make(chan string, 1)
	go func() {
		defer func() {
			broken := ""
			if p := recover(); p != nil {
				broken = fmt.Sprint(p)
			}
			rest <- broken
		}()
		for next(ctx) != nil {
		}
	}()
	select {
	case broken := <-rest:
		if broken != "" {
			return answer{broken: broken}
		}
	case <-time.After(deferredFor):
	}
	return a
}

// deferredFor is far longer than anything that is deferred takes.
const deferredFor = 3 * time.Second

func read(r *graphql.Response) (a answer) {
	if r == nil {
		return a
	}
	a.data = string(r.Data)
	for _, err := range r.Errors {
		text, _ := json.Marshal(err)
		a.errors = append(a.errors, string(text))
	}
	if len(r.Extensions) > 0 {
		text, _ := json.Marshal(r.Extensions)
		a.extensions = string(text)
	}
	return a
}

// same says in what two answers differ, errors being a set; nil: in nothing.
func same(stock, ours answer) error {
	sorted := func(all []string) []string { return slices.Sorted(slices.Values(all)) }
	switch a, b := sorted(stock.errors), sorted(ours.errors); {
	case stock.broken != ours.broken:
		return fmt.Errorf("no answer\n stock %q\n ours  %q", stock.broken, ours.broken)
	case stock.data != ours.data:
		return fmt.Errorf("data\n stock %s\n ours  %s", stock.data, ours.data)
	case !slices.Equal(a, b):
		return fmt.Errorf("errors\n stock %q\n ours  %q", a, b)
	case stock.extensions != ours.extensions:
		return fmt.Errorf("extensions\n stock %s\n ours  %s", stock.extensions, ours.extensions)
	}
	return nil
}

// valid is an error for an operation that is none.
func (s *server) valid(o operation) error {
	_, _, errs := s.begin(context.Background(), o)
	if errs != nil {
		return errors.Join(errs)
	}
	return nil
}

// answers is ask, of an operation that has to be valid.
func (s *server) answers(t *testing.T, o operation) answer {
	t.Helper()
	if err := s.valid(o); err != nil {
		t.Fatalf("%s %v\n%v", o.document, o.variables, err)
	}
	return s.ask(t.Context(), o)
}

// keeps gives the contexts of the fields that say theirs to a function, one after the other.
func (s *server) keeps(kept func(context.Context)) {
	var mu sync.Mutex
	s.context = func(ctx context.Context) context.Context {
		return hard.WithTrace(ctx, &hard.Trace{Kept: func(ctx context.Context) {
			mu.Lock()
			defer mu.Unlock()
			kept(ctx)
		}})
	}
}

// needing are the fields that the tests' gather hook is called for.
var needing = []string{"Person.best", "Person.mother", "Person.friends", "Person.partner", "Person.node", "Person.any", "Robot.owner", "Robot.twin",
	"Ghost.sees", "Planet.people", "Planet.sun", "Lists.a", "Query.meet"}

func needs(object, field string) bool { return slices.Contains(needing, object+"."+field) }

// agree asks stock, ours, and ours with a gather hook, and gives the answers of the first two.
// The way is how ours has to run it.
func agree(t *testing.T, way executor.Way, o operation) (stock, ours answer) {
	t.Helper()
	stock = serve(hard.New()).answers(t, o)
	if stock.broken != "" {
		t.Errorf("%s: stock has no answer: %s", o.document, stock.broken)
	}
	for _, gather := range []executor.Gather{{}, {Needs: needs, Level: func(context.Context, []executor.Group) {}}} {
		ran := executor.Way("")
		ours = serve(compiled(executor.Options{Gather: gather, Observe: func(w executor.Way) { ran = w }})).ask(t.Context(), o)
		what := ""
		if gather.Level != nil {
			what = "gathering: "
		}
		if err := same(stock, ours); err != nil {
			t.Errorf("%s%s %v\n%v", what, o.document, o.variables, err)
		}
		if ran != way {
			t.Errorf("%s%s ran as %q, not as %q", what, o.document, ran, way)
		}
	}
	return stock, ours
}
