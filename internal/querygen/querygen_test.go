package querygen_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/internal/querygen"
)

func schema(t testing.TB) *ast.Schema {
	text, err := os.ReadFile("testdata/schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
}

func chance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// What an operation can use of the language; what a long run does not use, no other
// test that rests on this package has tried.
var features = []string{
	"@defer on fragment_spread", "@defer on inline_fragment",
	"@fresh on mutation", "@fresh on query", "@include on field", "@include on fragment_spread", "@include on inline_fragment",
	"@mark on field", "@mark on fragment_spread", "@mark on inline_fragment", "@oneOf",
	"@skip on field", "@skip on fragment_spread", "@skip on inline_fragment", "__typename", "alias", "anonymous operation",
	"directive that is repeated", "fields that merge", "fragment below fields", "fragment on a union", "fragment on an interface",
	"fragment on an object", "fragment that is spread several times", "inline fragment on a union", "inline fragment on an interface",
	"inline fragment on an object", "inline fragment without a type", "input object", "introspection", "mutation", "null",
	"one key in several types", "one value for a list", "several operations", "variable", "variable in a document",
	"variable that is absent", "variable that is absent, with a default", "variable that is null", "variable that is null, with a default",
	"variable, with a default",
}

// Every operation is valid, and together they use all of the schema and of the language.
func TestOperationsAreValidAndUseEverything(t *testing.T) {
	s := schema(t)
	g := querygen.New(querygen.Config{Schema: s})
	covered := querygen.NewCoverage(s)
	used := map[string]bool{}
	for seed := range uint64(4000) {
		op := g.Operation(chance(seed))
		if err := covered.Add(op); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, op.Document)
		}
		if _, err := json.Marshal(op.Variables); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		again := g.Rerun(chance(seed+1_000_000), op)
		if again.Document != op.Document || covered.Add(again) != nil {
			t.Fatalf("seed %d, again:\n%s", seed, again.Document)
		}
		for _, f := range op.Features {
			used[f] = true
		}
	}
	if missing, _ := covered.Missing(); missing != nil {
		t.Errorf("nobody used %s", strings.Join(missing, ", "))
	}
	for _, f := range features {
		if !used[f] {
			t.Errorf("no operation has the feature: %s", f)
		}
		delete(used, f)
	}
	for f := range used {
		t.Errorf("a feature that the list lacks: %s", f)
	}
}

func TestOneSeedIsOneOperation(t *testing.T) {
	for seed := range uint64(50) {
		// Each of its own schema, since the order in maps differs.
		a := querygen.New(querygen.Config{Schema: schema(t)}).Operation(chance(seed))
		b := querygen.New(querygen.Config{Schema: schema(t)}).Operation(chance(seed))
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("seed %d gives\n%s and\n%s", seed, a.Document, b.Document)
		}
	}
}

// The values that a caller gives are used, in documents and in variables.
func TestValuesAreTheCallers(t *testing.T) {
	s := schema(t)
	places := map[string]bool{}
	g := querygen.New(querygen.Config{Schema: s, Values: func(_ *rand.Rand, p querygen.Place) (any, bool) {
		places[p.Name] = true
		return "the-id", p.Type.Name() == "ID" && p.Type.Elem == nil
	}})
	inDocument, inVariables := 0, 0
	for seed := range uint64(500) {
		op := g.Operation(chance(seed))
		data, _ := json.Marshal(op.Variables)
		inDocument += strings.Count(op.Document, `id: "the-id"`)
		inVariables += strings.Count(string(data), `"the-id"`)
	}
	if inDocument == 0 || inVariables == 0 {
		t.Errorf("%d in documents, %d in variables", inDocument, inVariables)
	}
	for _, p := range []string{"Query.node(id)", "By.id", "@skip(if)", "Filter.stars", "Query.nodes(ids)"} {
		if !places[p] {
			t.Errorf("nobody was asked for a value of %s", p)
		}
	}
}

func TestBoundsHold(t *testing.T) {
	s := schema(t)
	g := querygen.New(querygen.Config{Schema: s, Fields: 12, Depth: 4})
	for seed := range uint64(500) {
		op := g.Operation(chance(seed))
		doc, err := gqlparser.LoadQueryWithRules(s, op.Document, rules.NewDefaultRules())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range doc.Operations {
			if fields, depth := measure(o.SelectionSet); depth > 4 || fields > 80 {
				t.Errorf("seed %d: %d fields, %d deep\n%s", seed, fields, depth, op.Document)
			}
		}
	}
}

func measure(set ast.SelectionSet) (fields, depth int) {
	for _, selection := range set {
		n, d := 0, 0
		switch s := selection.(type) {
		case *ast.Field:
			n, d = measure(s.SelectionSet)
			n, d = n+1, d+1
		case *ast.InlineFragment:
			n, d = measure(s.SelectionSet)
		case *ast.FragmentSpread:
			n, d = measure(s.Definition.SelectionSet)
		}
		fields += n
		depth = max(depth, d)
	}
	return fields, depth
}

// What does not matter is left out, what does stays, and the result is valid.
func TestShrink(t *testing.T) {
	s := schema(t)
	g := querygen.New(querygen.Config{Schema: s})
	tried := 0
	for seed := range uint64(300) {
		op := g.Operation(chance(seed))
		holds := func(op querygen.Operation) bool { return strings.Contains(op.Document, "stars") }
		if !holds(op) {
			continue
		}
		tried++
		small := querygen.Shrink(s, op, holds)
		if !holds(small) || querygen.NewCoverage(s).Add(small) != nil {
			t.Errorf("seed %d: %s", seed, small.Document)
		}
		words := slices.DeleteFunc(strings.Fields(small.Document), func(w string) bool { return strings.ContainsAny(w, "{}") })
		if len(words) > 24 {
			t.Errorf("seed %d: is left of\n%s:\n%s", seed, op.Document, small.Document)
		}
	}
	if tried < 20 {
		t.Errorf("only %d operations were made smaller", tried)
	}
}
