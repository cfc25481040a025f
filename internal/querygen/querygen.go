// Package querygen makes valid GraphQL operations out of a schema and chance, to hold
// one implementation of a schema against another, or against itself. What it makes
// uses all of the language: aliases, fields that merge, fragments of every kind, @skip
// and @include, variables with and without defaults and values, input objects, and
// values that are valid and wrong all the same.
//
// A [Generator] makes [Operation]s, [Coverage] says what of a schema they used, and
// [Shrink] makes one smaller while something about it stays true.
package querygen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// Config says what to generate.
type Config struct {
	// Schema is what operations are made for: its queries, and its mutations if it has any.
	Schema *ast.Schema
	// Values gives a value for a place, in the form that JSON has it (enum values are
	// strings), or false to let chance decide. The value must be valid there. Nil: chance
	// decides everywhere.
	Values func(r *rand.Rand, p Place) (any, bool)
	// Fields is about how many fields an operation has at the most, fragments spread;
	// default 40.
	Fields int
	// Depth is how deep fields nest at the most; default 9.
	Depth int
}

// A Place is where a value goes: an argument, a field of an input object, or an element
// of a list in one of these.
type Place struct {
	// Name is the name of the argument or input field, with what it belongs to, as
	// "Query.hero(id)", "@skip(if)" or "ReviewInput.stars".
	Name string
	// Type is the type of the value: in a list that of its elements, when one is asked for.
	Type *ast.Type
}

// An Operation is what a client sends.
type Operation struct {
	// Document is the text, perhaps of several operations.
	Document string
	// Name is the operationName; empty: none is sent.
	Name string
	// Variables are the values, in the form that JSON has them; nil: none are sent.
	Variables map[string]any
	// Features are the names of what the operation uses of the language, sorted.
	Features []string

	// names are those of the operations in the document; variables are their definitions,
	// places where each was first used, by its name.
	names     []string
	variables ast.VariableDefinitionList
	places    map[string]placed
}

// placed is where a variable was first used, and how.
type placed struct {
	Place
	usage
}

// A Generator makes operations. It may be used by several goroutines at once.
type Generator struct {
	Config
	// roots are the types that operations start at.
	roots []*ast.Definition
	// conditions are, by the name of a composite type, the types that a fragment inside
	// it may be on.
	conditions map[string][]*ast.Definition
	directives map[ast.DirectiveLocation][]*ast.DirectiveDefinition
}

// New makes a generator.
func New(c Config) *Generator {
	if c.Fields == 0 {
		c.Fields = 40
	}
	if c.Depth == 0 {
		c.Depth = 9
	}
	g := &Generator{
		Config:     c,
		roots:      []*ast.Definition{c.Schema.Query},
		conditions: map[string][]*ast.Definition{},
		directives: map[ast.DirectiveLocation][]*ast.DirectiveDefinition{},
	}
	if c.Schema.Mutation != nil {
		g.roots = append(g.roots, c.Schema.Mutation)
	}
	names := sortedKeys(c.Schema.Types)
	for _, name := range names {
		if def := c.Schema.Types[name]; def.IsCompositeType() {
			for _, other := range names {
				if on := c.Schema.Types[other]; on.IsCompositeType() && g.overlap(def, on) {
					g.conditions[name] = append(g.conditions[name], on)
				}
			}
		}
	}
	for _, name := range sortedKeys(c.Schema.Directives) {
		d := c.Schema.Directives[name]
		for _, l := range d.Locations {
			g.directives[l] = append(g.directives[l], d)
		}
	}
	return g
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// overlap reports whether an object can be of both types.
func (g *Generator) overlap(a, b *ast.Definition) bool {
	possible := g.Schema.GetPossibleTypes(b)
	return slices.ContainsFunc(g.Schema.GetPossibleTypes(a), func(t *ast.Definition) bool { return slices.Contains(possible, t) })
}

// Operation makes an operation. The same state of chance makes the same operation.
func (g *Generator) Operation(r *rand.Rand) Operation {
	b := &build{Generator: g, r: r, left: 1 + r.IntN(g.Fields), values: map[string]any{}, places: map[string]placed{}, used: map[string]bool{}}
	doc := &ast.QueryDocument{}
	for range b.count(0.1, 3) {
		doc.Operations = append(doc.Operations, b.operation(len(doc.Operations)))
	}
	if len(doc.Operations) == 1 && b.chance(0.5) {
		doc.Operations[0].Name = ""
		b.use("anonymous operation")
	}
	b.link(doc)
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatQueryDocument(doc)
	op := Operation{Document: text.String(), places: b.places}
	for _, o := range doc.Operations {
		op.names = append(op.names, o.Name)
		for _, v := range o.VariableDefinitions {
			if op.variables.ForName(v.Variable) == nil {
				op.variables = append(op.variables, v)
			}
		}
	}
	b.choose(&op)
	return op
}

// Rerun gives an operation of the same document with other values of variables, and
// perhaps another operation of it. The operation must be one that a generator made.
func (g *Generator) Rerun(r *rand.Rand, op Operation) Operation {
	b := &build{Generator: g, r: r, values: map[string]any{}, used: map[string]bool{"document that is sent again": true}}
	for _, feature := range op.Features {
		b.use(feature)
	}
	for _, v := range op.variables {
		b.give(v, op.places[v.Variable])
	}
	b.choose(&op)
	return op
}

// choose fills in which operation of the document is asked for, and the variables.
func (b *build) choose(op *Operation) {
	op.Name, op.Variables = "", nil
	if len(op.names) > 1 {
		b.use("several operations")
	}
	if len(op.names) > 1 || b.chance(0.5) {
		op.Name = pick(b, op.names)
	}
	if len(b.values) > 0 || b.chance(0.1) {
		op.Variables = b.values
	}
	op.Features = sortedKeys(b.used)
}

// A build is an operation that is being made.
type build struct {
	*Generator
	r *rand.Rand
	// left is how many more fields there may be.
	left int
	// fragments are those that are finished, and fit to be spread.
	fragments []*fragment
	variables ast.VariableDefinitionList
	places    map[string]placed
	values    map[string]any
	used      map[string]bool
	aliases   int
}

// chance reports true so often, of 1.
func (b *build) chance(p float64) bool { return b.r.Float64() < p }

// count gives 1, or more with this chance for each one more.
func (b *build) count(p float64, most int) int {
	n := 1
	for n < most && b.chance(p) {
		n++
	}
	return n
}

func (b *build) use(feature string) { b.used[feature] = true }

func pick[T any](b *build, all []T) T { return all[b.r.IntN(len(all))] }

func (b *build) operation(n int) *ast.OperationDefinition {
	root := b.roots[0]
	if b.chance(0.15) {
		root = pick(b, b.roots)
	}
	op := &ast.OperationDefinition{Operation: ast.Query, Name: fmt.Sprintf("Op%d", n)}
	location := ast.LocationQuery
	if root == b.Schema.Mutation {
		op.Operation, location = ast.Mutation, ast.LocationMutation
		b.use("mutation")
	}
	op.Directives = b.directivesAt(location, 0.1)
	op.SelectionSet = b.selections(root, scope{}, position{})
	return op
}

// link adds the fragments to the operations, and to each operation the variables that
// it reaches. What none reaches is left out.
func (b *build) link(doc *ast.QueryDocument) {
	for _, f := range b.fragments {
		doc.Fragments = append(doc.Fragments, f.FragmentDefinition)
	}
	for _, op := range doc.Operations {
		op.VariableDefinitions = slices.Clone(b.variables)
	}
	tidy(doc, b.values)
	b.r.Shuffle(len(doc.Fragments), func(i, j int) { doc.Fragments[i], doc.Fragments[j] = doc.Fragments[j], doc.Fragments[i] })
}

// uses are the names that a part of a document uses.
type uses struct{ variables, fragments map[string]bool }

// follow adds what the fragments use that are used.
func (u uses) follow(fragments ast.FragmentDefinitionList) {
	for followed := map[string]bool{}; len(followed) < len(u.fragments); {
		for _, name := range sortedKeys(u.fragments) {
			if f := fragments.ForName(name); f != nil && !followed[name] {
				u.selections(f.SelectionSet)
			}
			followed[name] = true
		}
	}
}

func (u uses) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			u.arguments(s.Arguments)
			u.directives(s.Directives)
			u.selections(s.SelectionSet)
		case *ast.InlineFragment:
			u.directives(s.Directives)
			u.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			u.directives(s.Directives)
			u.fragments[s.Name] = true
		}
	}
}

func (u uses) directives(all ast.DirectiveList) {
	for _, d := range all {
		u.arguments(d.Arguments)
	}
}

func (u uses) arguments(all ast.ArgumentList) {
	for _, a := range all {
		u.value(a.Value)
	}
}

func (u uses) value(v *ast.Value) {
	if v.Kind == ast.Variable {
		u.variables[v.Raw] = true
	}
	for _, c := range v.Children {
		u.value(c.Value)
	}
}
