package executor_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard/values"
	"customer360/internal/querygen"
)

// Resolvers that give structs, and lists of structs, are answered alike.
func TestValues(t *testing.T) {
	stock := serve(values.New())
	schema := values.New()
	needs := func(_, field string) bool { return field == "more" || field == "same" }
	ran := executor.Way("")
	plain := serve(executor.New(schema, values.Types(schema), executor.Options{Observe: func(w executor.Way) { ran = w }}))
	gathering := serve(executor.New(schema, values.Types(schema), executor.Options{
		Gather: executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}},
	}))
	check := func(o operation) error {
		want := stock.ask(t.Context(), o)
		if err := same(want, plain.ask(t.Context(), o)); err != nil {
			return err
		}
		return same(want, gathering.ask(t.Context(), o))
	}
	for _, document := range []string{
		`{ rows { id place children { place more { place same { place } } } items { id } next { place children { id } } more(n: 1) { place } same { n } } }`,
		`{ maybe { id same { more { id } } place } row(id: "3") { place items { ... on Row { place same { place } } } } mustRow(id: "2") { place same { place next { same { place } } } } }`,
		`{ items { id ... on Row { place same { place } } } pairs { left { place same { place } } right { place } texts } either { __typename ... on Row { same { place } } ... on Pair { left { place same { id } } right { id } } } }`,
		`{ rows(n: -1) { id } }`, `{ mustRow(id: "x") { id } row(id: "1") { id } }`, `{ maybe(n: -1) { id } row(id: "x") { id } }`,
	} {
		o := operation{document: document}
		if err := stock.valid(o); err != nil {
			t.Fatal(err)
		}
		if err := check(o); err != nil || ran != executor.Planned {
			t.Errorf("%s ran as %s\n%v", document, ran, err)
		}
	}
	g := querygen.New(querygen.Config{Schema: schema.Schema(), Fields: 20, Values: func(r *rand.Rand, p querygen.Place) (any, bool) {
		if p.Type.NamedType == "Int" {
			return r.IntN(4) - 1, true
		}
		return "2", p.Type.NamedType == "ID"
	}})
	r := rand.New(rand.NewPCG(7, 0))
	for i := range 500 {
		op := g.Operation(r)
		if err := check(operation{document: op.Document, name: op.Name, variables: op.Variables}); err != nil {
			t.Fatalf("the %dth\n%s%v\n%v", i+1, op.Document, op.Variables, err)
		}
	}
}
