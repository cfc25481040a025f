package executor_test

import (
	"context"
	"maps"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

func TestIntrospection(t *testing.T) {
	stock, ours := serve(hard.New()), serve(compiled(executor.Options{}))
	for _, o := range []operation{
		{document: introspection.Query},
		{document: `{ __schema { queryType { name } } __type(name: "Person") { name fields(includeDeprecated: true) { name args { name defaultValue } } } text }`},
		{document: `query ($n: String!, $d: Boolean) { __type(name: $n) { name kind enumValues(includeDeprecated: $d) { name } } x: __type(name: "nobody") { name } }`, variables: map[string]any{"n": "How"}},
		{document: `query ($n: String!, $d: Boolean) { __type(name: $n) { name kind enumValues(includeDeprecated: $d) { name } } x: __type(name: "nobody") { name } }`, variables: map[string]any{"n": "Fill", "d": true}},
		{document: `query ($s: Boolean!) { __schema { types @skip(if: $s) { name } directives @include(if: $s) { name } } }`, variables: map[string]any{"s": true}},
		{document: `query ($s: Boolean!) { __schema { types @skip(if: $s) { name } directives @include(if: $s) { name } } }`, variables: map[string]any{"s": false}},
		{document: `{ __schema { ...S } a: __schema { ...S } __typename } fragment S on __Schema { mutationType { name } subscriptionType { __typename fields { name } } }`},
	} {
		want := stock.answers(t, o)
		for range 3 {
			if err := same(want, ours.answers(t, o)); err != nil {
				t.Errorf("%s %v\n%v", o.document, o.variables, err)
			}
		}
	}
}

// countedSchema gives the hard schema with types in which __schema is counted and, for the
// bytes to tell audiences apart, writes the name of the audience.
func countedSchema() (graphql.ExecutableSchema, executor.Types, *int) {
	n := 0
	schema := hard.New()
	types := hard.Types(schema)
	query := *types.Objects["Query"]
	field := *query.Fields["__schema"]
	stock := field.Stock
	field.Stock = func(state any, ctx context.Context, f graphql.CollectedField, object any) graphql.Marshaler {
		n++
		if m := stock(state, ctx, f, object); m == graphql.Null {
			return m
		}
		name, _ := ctx.Value(audienceKey{}).(string)
		return graphql.MarshalString(name)
	}
	query.Fields, types.Objects = maps.Clone(query.Fields), maps.Clone(types.Objects)
	query.Fields["__schema"], types.Objects["Query"] = &field, &query
	return schema, types, &n
}

// disabled switches introspection off for an audience.
type disabled struct{ interceptor }

func (disabled) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = ctx.Value(audienceKey{}) == "nobody" || ctx.Value(offKey{}) != nil
	return nil
}

type offKey struct{}

func TestIntrospectionIsKept(t *testing.T) {
	schema, types, n := countedSchema()
	s := serve(executor.New(schema, types, executor.Options{Audience: func(ctx context.Context) string {
		name, _ := ctx.Value(audienceKey{}).(string)
		return name
	}}), disabled{})
	audience := func(name string) context.Context { return context.WithValue(t.Context(), audienceKey{}, name) }
	const constant, variable = `{ __schema { types { name } } }`, `query ($d: Boolean) { __schema { types { fields(includeDeprecated: $d) { name } } } }`
	for i, step := range []struct {
		ctx            context.Context
		document, want string
		resolved       int
	}{
		{audience("one"), constant, `{"__schema":"one"}`, 1},
		{audience("one"), constant, `{"__schema":"one"}`, 0},
		{audience("two"), constant, `{"__schema":"two"}`, 1},
		{audience("two"), constant, `{"__schema":"two"}`, 0},
		{audience("one"), constant, `{"__schema":"one"}`, 0},
		{audience("one"), variable, `{"__schema":"one"}`, 1},
		{audience("one"), variable, `{"__schema":"one"}`, 1},
		{audience("nobody"), constant, `{"__schema":null}`, 1},
		{context.WithValue(audience("one"), offKey{}, true), constant, `{"__schema":null}`, 1},
		{audience("one"), constant, `{"__schema":"one"}`, 0},
	} {
		*n = 0
		if a := s.ask(step.ctx, operation{document: step.document}); a.data != step.want && a.data != "null" || *n != step.resolved || (a.data == "null") != (step.want == `{"__schema":null}`) {
			t.Errorf("step %d: %+v, resolved %d times", i, a, *n)
		}
	}
}
