package executor_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// What does not run as a plan gives the answer of stock execution, since it is one.
func TestWhatFallsBack(t *testing.T) {
	for way, all := range map[executor.Way][]operation{
		executor.NotAQuery: {
			{document: `mutation { a: count person: rename(name: "n") { name friends { name place } } b: count bad: rename(name: "x", how: ERROR) { id } c: count }`},
			{document: `mutation @owned(by: "nobody") { count }`},
			{document: `subscription { ticks(to: 1) { id place } }`}, {document: `subscription { ticks(how: ERROR) { id } }`},
		},
		executor.HasDirective: {
			{document: `query @owned { shout }`}, {document: `query @owned(by: "nobody") { shout }`},
			{document: `{ text @traced(how: ERROR) shout @traced ada @traced(label: "l", how: NULL) { id } }`},
			{document: `{ person { ... F } } fragment F on Person { friends { ... { id @traced(how: ADD) } } }`},
			{document: `{ person { ... @defer { friends { id } } } }`}, {document: `{ person { ...F @defer(if: false) } } fragment F on Person { id }`},
		},
		executor.NotCovered: {
			{document: `{ sheet { a b c { place } } }`}, {document: `{ sheet(kind: NULL) { a b c { id } } none: sheet(kind: ERROR) { a } }`},
			{document: `{ custom { raw } }`}, {document: `{ lists { grid { id } } }`},
		},
		executor.Planned: {
			{document: doubling(10)},
		},
		executor.TooLarge: {
			{document: doubling(11)},
		},
	} {
		for _, o := range all {
			agree(t, way, o)
		}
	}
}

// doubling spreads fragments in fragments, each twice, on somebody who has no boss.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString(`{ person(id: "p4") { ...F0 } }`)
	for i := range n {
		fmt.Fprintf(&b, ` fragment F%d on Person { boss { ...F%d } b: boss { ...F%d } }`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, ` fragment F%d on Person { id }`, n)
	return b.String()
}

// Stock execution panics where a condition is null.
func TestConditionsWithoutAValue(t *testing.T) {
	ran := executor.Way("")
	o := operation{document: `query ($a: Boolean = true) { text @skip(if: $a) person { id } }`, variables: map[string]any{"a": nil}}
	ours := serve(compiled(executor.Options{Observe: func(w executor.Way) { ran = w }})).answers(t, o)
	if err := same(serve(hard.New()).answers(t, o), ours); err != nil || ran != executor.NoCondition {
		t.Error(err, ran)
	}
}

type interceptor struct{}

func (interceptor) ExtensionName() string                   { return "interceptor" }
func (interceptor) Validate(graphql.ExecutableSchema) error { return nil }

type fields struct{ interceptor }

func (fields) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	v, err := next(ctx)
	if s, ok := v.(*string); ok && s != nil {
		v = new(*s + "!")
	}
	return v, err
}

type rootFields struct{ interceptor }

func (rootFields) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	graphql.AddErrorf(ctx, "beside %s", graphql.GetRootFieldContext(ctx).Object)
	return next(ctx)
}

type operations struct{ interceptor }

func (operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(ctx)
}

type responses struct{ interceptor }

// InterceptResponse looks at all that is there before and after.
func (responses) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	graphql.RegisterExtension(ctx, "before", 1)
	graphql.AddErrorf(ctx, "before")
	r := next(ctx)
	if r == nil {
		return nil
	}
	graphql.RegisterExtension(ctx, "after", fmt.Sprint(len(r.Errors), len(graphql.GetErrors(ctx)), len(graphql.GetExtensions(ctx)), graphql.GetExtension(ctx, "k")))
	return r
}

// Extensions of a server that see each field keep plans away; others do not, and see what they
// see with stock execution.
func TestInterceptors(t *testing.T) {
	for _, c := range []struct {
		graphql.HandlerExtension
		executor.Way
	}{{fields{}, executor.Intercepted}, {rootFields{}, executor.Intercepted}, {operations{}, executor.Planned}, {responses{}, executor.Planned}} {
		for _, document := range []string{
			`{ text shout person { name word friends { name } } extended(key: "k") }`, `{ text(how: ERROR) person { mustWord(how: NULL) } }`, `{ extended(key: "before") }`,
		} {
			ran := executor.Way("")
			ours := serve(compiled(executor.Options{Observe: func(w executor.Way) { ran = w }}), c.HandlerExtension)
			if err := same(serve(hard.New(), c.HandlerExtension).answers(t, operation{document: document}), ours.answers(t, operation{document: document})); err != nil {
				t.Errorf("%T: %s\n%v", c.HandlerExtension, document, err)
			}
			if ran != c.Way {
				t.Errorf("%T: ran as %q", c.HandlerExtension, ran)
			}
		}
	}
}

func TestStockIsAnOption(t *testing.T) {
	ran, prepared := executor.Way(""), false
	ours := serve(compiled(executor.Options{Stock: true, Observe: func(w executor.Way) { ran = w }, Prepare: func(context.Context) { prepared = true }}))
	if a := ours.answers(t, operation{document: `{ person { name } }`}); a.data != `{"person":{"name":"person 1"}}` || ran != executor.Disabled || !prepared {
		t.Error(a, ran, prepared)
	}
}

// A subscription gives all of its events, and mutations run one after the other.
func TestSubscriptionsGoOn(t *testing.T) {
	s := serve(compiled(executor.Options{}))
	next, ctx, errs := s.begin(t.Context(), operation{document: `subscription { ticks(to: 3) { id } }`})
	if errs != nil {
		t.Fatal(errs)
	}
	for _, want := range []string{"p1", "p2", "p3"} {
		if a := read(next(ctx)); a.data != `{"ticks":{"id":"`+want+`"}}` {
			t.Error(a)
		}
	}
	if next(ctx) != nil {
		t.Error("it goes on")
	}
}
