package cost_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"

	"customer360/graph/cost"
	"customer360/internal/querygen"
)

// A plain cost is the definition of the package comment, computed the long way.
type plain struct {
	schema    *ast.Schema
	doc       *ast.QueryDocument
	variables map[string]any
	weights   map[string]int
	// written: only what the document says counts of arguments, not what its variables say.
	written bool
}

const (
	plainList, plainPage, plainMost = 3, 4, 9
)

// of gives the cost of sets on a type; page is how many elements the connection has that
// they are on, 0 if they are on none.
func (p plain) of(sets []ast.SelectionSet, typ *ast.Definition, page int) int {
	most := 0
	for _, object := range p.schema.GetPossibleTypes(typ) {
		if object.Kind != ast.Object {
			continue
		}
		var keys []string
		fields := map[string][]*ast.Field{}
		for _, set := range sets {
			p.collect(set, object, &keys, fields)
		}
		sum := 0
		for _, key := range keys {
			var below []ast.SelectionSet
			for _, f := range fields[key] {
				below = append(below, f.SelectionSet)
			}
			sum += p.field(object, fields[key][0], below, page)
		}
		most = max(most, sum)
	}
	return most
}

func (p plain) collect(set ast.SelectionSet, object *ast.Definition, keys *[]string, fields map[string][]*ast.Field) {
	on := func(condition string) bool {
		return condition == "" || slices.Contains(p.schema.GetPossibleTypes(p.schema.Types[condition]), object)
	}
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if p.included(s.Directives) {
				if !slices.Contains(*keys, s.Alias) {
					*keys = append(*keys, s.Alias)
				}
				fields[s.Alias] = append(fields[s.Alias], s)
			}
		case *ast.InlineFragment:
			if p.included(s.Directives) && on(s.TypeCondition) {
				p.collect(s.SelectionSet, object, keys, fields)
			}
		case *ast.FragmentSpread:
			if f := p.doc.Fragments.ForName(s.Name); p.included(s.Directives) && on(f.TypeCondition) {
				p.collect(f.SelectionSet, object, keys, fields)
			}
		}
	}
}

func (p plain) included(all ast.DirectiveList) bool {
	for _, d := range all {
		if d.Name == "skip" || d.Name == "include" {
			on, err := d.Arguments[0].Value.Value(p.variables)
			if err == nil && on != nil && on == (d.Name == "skip") {
				return false
			}
		}
	}
	return true
}

func (p plain) field(object *ast.Definition, f *ast.Field, below []ast.SelectionSet, page int) int {
	if f.Name == "__typename" {
		return 0
	}
	def := object.Fields.ForName(f.Name)
	weight := 1
	if w, ok := p.weights[object.Name+"."+f.Name]; ok {
		weight = w
	}
	for _, a := range f.Arguments {
		weight += p.elements(a.Value)
	}
	typ := p.schema.Types[def.Type.Name()]
	if !typ.IsCompositeType() {
		return weight
	}
	if f.Name == "__schema" || f.Name == "__type" {
		// Held to numbers of its own elsewhere.
		return weight
	}
	n, sliced := plainPage, false
	if a := def.Arguments.ForName("first"); a != nil {
		sliced = true
		if given := f.Arguments.ForName("first"); given != nil {
			if v, err := given.Value.Value(p.variables); err == nil && v != nil {
				n = int(min(max(reflect.ValueOf(v).Int(), 0), plainMost))
			}
		}
	}
	switch {
	case sliced && def.Type.Elem == nil:
		return weight + p.of(below, typ, n)
	case sliced:
	case def.Type.Elem != nil && page >= 0:
		n = page
	case def.Type.Elem != nil:
		n = plainList
	default:
		n = 1
	}
	if def.Type.Elem != nil && def.Type.Elem.Elem != nil {
		n *= plainList
	}
	return weight + n*p.of(below, typ, -1)
}

// operation makes a valid operation of a schema, with the coerced variables; false: its
// variables are not valid.
func operation(t testing.TB, schema *ast.Schema, seed uint64) (doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any, text string) {
	made := querygen.New(querygen.Config{Schema: schema, Fields: 60}).Operation(rand.New(rand.NewPCG(seed, 0)))
	doc, err := parser.ParseQuery(&ast.Source{Input: made.Document})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()); errs != nil {
		t.Fatalf("seed %d: %v\n%s", seed, errs, made.Document)
	}
	op = doc.Operations.ForName(made.Name)
	variables, err = validator.VariableValues(schema, op, made.Variables)
	if err != nil {
		return nil, nil, nil, ""
	}
	return doc, op, variables, made.Document
}

func schemas(t testing.TB) []*ast.Schema {
	return []*ast.Schema{load(t, "../../schema.graphqls"), load(t, "../../internal/querygen/testdata/schema.graphqls")}
}

var (
	model   = cost.Model{Weights: map[string]int{"Customer.billing": 10, "Human.friends": 7, "Node.id": 9, "Review.id": 4}, List: plainList, Page: plainPage, MaxPage: plainMost}
	weights = model.Weights
)

// What the calculator finds is what the definition says, whatever the operation.
func TestCostIsAsDefined(t *testing.T) {
	schemas := schemas(t)
	compared := 0
	rapid.Check(t, func(rt *rapid.T) {
		schema := schemas[rapid.IntRange(0, 1).Draw(rt, "schema")]
		doc, op, variables, text := operation(t, schema, rapid.Uint64().Draw(rt, "seed"))
		if doc == nil || strings.Contains(text, "__schema") || strings.Contains(text, "__type(") {
			return
		}
		compared++
		root := schema.Query
		if op.Operation == ast.Mutation {
			root = schema.Mutation
		}
		sets := []ast.SelectionSet{op.SelectionSet}
		want := plain{schema, doc, variables, weights, false}.of(sets, root, -1)
		c := cost.New(schema, model)
		if got := c.Of(doc, op, variables); got != want {
			rt.Fatalf("the cost is %d; want %d:\n%s\n%v", got, want, text, variables)
		}
		if most := c.Most(doc, op); most < (plain{schema, doc, variables, weights, true}).of(sets, root, -1) {
			rt.Fatalf("the highest cost is %d, below the cost %d without what variables say:\n%s\n%v", most, want, text, variables)
		}
	})
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// elements counts the conditions in an argument.
func (p plain) elements(v *ast.Value) int {
	n := 0
	switch v.Kind {
	case ast.Variable:
		if !p.written {
			return conditions(p.variables[v.Raw])
		}
	case ast.ListValue:
		n = len(v.Children)
	case ast.ObjectValue:
		n = 5
	}
	for _, c := range v.Children {
		n += p.elements(c.Value)
	}
	return n
}

// conditions counts those in the value of a variable.
func conditions(v any) int {
	n := 0
	switch v := reflect.ValueOf(v); v.Kind() {
	case reflect.Map:
		n = 5
		for _, key := range v.MapKeys() {
			n += conditions(v.MapIndex(key).Interface())
		}
	case reflect.Slice:
		n = v.Len()
		for i := range v.Len() {
			n += conditions(v.Index(i).Interface())
		}
	}
	return n
}

// An operation with one field more never costs less, and any operation has a cost.
func FuzzCost(f *testing.F) {
	schemas := schemas(f)
	calculators := []*cost.Calculator{cost.New(schemas[0], model), cost.New(schemas[1], cost.Model{})}
	for seed := range uint64(100) {
		f.Add(seed, uint(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, nth uint) {
		doc, op, variables, text := operation(t, schemas[seed%2], seed)
		if doc == nil {
			return
		}
		c := calculators[seed%2]
		with := c.Of(doc, op, variables)
		if with < 0 || with > cost.Max {
			t.Fatalf("the cost is %d", with)
		}
		fewer, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		var sets []*ast.SelectionSet
		for _, o := range fewer.Operations {
			sets = below(sets, &o.SelectionSet)
		}
		for _, fragment := range fewer.Fragments {
			sets = below(sets, &fragment.SelectionSet)
		}
		set := sets[nth%uint(len(sets))]
		*set = slices.Delete(*set, int(nth)%len(*set), int(nth)%len(*set)+1)
		if without := c.Of(fewer, fewer.Operations.ForName(op.Name), variables); without > with {
			t.Fatalf("without a field the cost is %d, with it %d:\n%s", without, with, text)
		}
	})
}

// below lists a selection set and all that are in it.
func below(all []*ast.SelectionSet, set *ast.SelectionSet) []*ast.SelectionSet {
	if len(*set) == 0 {
		return all
	}
	all = append(all, set)
	for _, s := range *set {
		switch s := s.(type) {
		case *ast.Field:
			all = below(all, &s.SelectionSet)
		case *ast.InlineFragment:
			all = below(all, &s.SelectionSet)
		}
	}
	return all
}
