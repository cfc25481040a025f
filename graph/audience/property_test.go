package audience_test

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/graph/audience"
	"customer360/internal/querygen"
)

// Whatever is tagged, of a schema with everything that a schema can have: what is generated
// from a contract is valid in the whole schema, so that a contract is a part of it and nothing
// else; and no text of it names what it does not have.
func TestContractsArePartsOfTheSchema(t *testing.T) {
	sdl, err := os.ReadFile("../../internal/querygen/testdata/schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	made, operations, hiddenNames := 0, 0, 0
	for seed := uint64(1); seed <= 900; seed++ {
		schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: head + string(sdl)})
		if err != nil {
			t.Fatal(err)
		}
		tag(schema, rand.New(rand.NewPCG(seed, 0)))
		c, err := audience.New(schema, "A", audience.Options{})
		if err != nil || c.Schema.Query == nil {
			// By chance the tags contradict each other, or leave nothing.
			continue
		}
		made++
		hidden := audience.Without(schema, c.Schema)
		hiddenNames += len(hidden)
		if m := audience.Mentions(c.SDL, hidden); m != "" {
			t.Fatalf("seed %d: the contract mentions %s\n%s", seed, m, c.SDL)
		}
		for name := range c.Schema.Types {
			for _, possible := range c.Schema.GetPossibleTypes(c.Schema.Types[name]) {
				if !c.Shows(possible.Name) {
					t.Fatalf("seed %d: %s may be %s, which is hidden", seed, name, possible.Name)
				}
			}
		}
		g := querygen.New(querygen.Config{Schema: c.Schema, Fields: 20})
		for n := range uint64(10) {
			op := g.Operation(rand.New(rand.NewPCG(seed, n)))
			operations++
			if _, errs := gqlparser.LoadQueryWithRules(schema, op.Document, rules.NewDefaultRules()); errs != nil {
				t.Fatalf("seed %d: an operation of the contract is not one of the schema: %v\n%s", seed, errs, op.Document)
			}
		}
	}
	if made < 30 {
		t.Errorf("only %d contracts could be made", made)
	}
	t.Logf("%d contracts, %d operations, %d hidden names", made, operations, hiddenNames)
}

// tag puts tags on a schema by chance.
func tag(schema *ast.Schema, r *rand.Rand) {
	directive := func(in ...string) *ast.Directive {
		list := &ast.Value{Kind: ast.ListValue}
		for _, who := range in {
			list.Children = append(list.Children, &ast.ChildValue{Value: &ast.Value{Kind: ast.EnumValue, Raw: who}})
		}
		return &ast.Directive{Name: "audience", Definition: schema.Directives["audience"], Arguments: ast.ArgumentList{{Name: "in", Value: list}}}
	}
	member := func(d *ast.DirectiveList) {
		switch r.IntN(12) {
		case 0:
			*d = append(*d, directive())
		case 1:
			*d = append(*d, directive("B"))
		case 2:
			*d = append(*d, directive("A", "B"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if def.BuiltIn {
			continue
		}
		if name == "Query" || r.IntN(8) > 0 {
			def.Directives = append(def.Directives, directive("A"))
		}
		for _, f := range def.Fields {
			member(&f.Directives)
			for _, a := range f.Arguments {
				member(&a.Directives)
			}
		}
		for _, v := range def.EnumValues {
			member(&v.Directives)
		}
	}
}
