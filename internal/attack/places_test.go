//go:build linux && !race

package attack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph"
	"customer360/graph/inputs"
)

// A place is where an operation of a contract can say something: an argument, or an input field
// somewhere in one. Places are found in the contract, so that a new one is attacked without anybody
// thinking of it.
type place struct {
	// coordinate names it, and variable is the type of a variable that can stand there.
	coordinate, variable string
	typ                  *ast.Type
	// write gives the document that has a value there, as often as a document may. The value is
	// how a variable is referred to, or what else stands there.
	write func(value string) (document string, times int)
	// element is a value of the type, or of the elements of a list.
	element any
	// most is the longest text there, in bytes; 0: it takes none.
	most int
}

// How often a document refers to a variable: as often as the limits of documents let it where a
// list can say it often, with room for the rest of the document. Under aliases it is fewer times: each
// of them is a field that is resolved, which is what would be measured.
const (
	maxElements = 240
	maxFields   = 2
)

// hop is a step on the way to a value in an argument: a field of an input object, or into a list.
type hop struct {
	field string
	list  bool
}

// places gives all places of a contract, the shortest way to each, and if there is one the
// shortest that leads through a list.
func places(t *testing.T, audience string) []place {
	schema := contract(t, audience)
	var all []place
	roots := map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation}
	for _, operation := range []string{"query", "mutation"} {
		if roots[operation] == nil {
			continue
		}
		for owner, way := range ways(schema, roots[operation]) {
			for _, f := range schema.Types[owner].Fields {
				if strings.HasPrefix(f.Name, "__") {
					continue
				}
				for _, a := range f.Arguments {
					all = append(all, within(schema, operation, way, f, a)...)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b place) int { return strings.Compare(a.coordinate, b.coordinate) })
	return all
}

func contract(t *testing.T, audience string) *ast.Schema {
	t.Helper()
	sdl := readContract(t, audience)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: audience, Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// ways gives how each object type is reached from the root: fields that need no argument.
func ways(schema *ast.Schema, root *ast.Definition) map[string][]string {
	found := map[string][]string{root.Name: {}}
	for queue := []string{root.Name}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, f := range schema.Types[at].Fields {
			typ := schema.Types[f.Type.Name()]
			if strings.HasPrefix(f.Name, "__") || typ.Kind != ast.Object || found[typ.Name] != nil {
				continue
			}
			if slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
				continue
			}
			step := f.Name
			if f.Arguments.ForName("first") != nil {
				step += "(first: 1)"
			}
			found[typ.Name] = append(slices.Clone(found[at]), step)
			queue = append(queue, typ.Name)
		}
	}
	return found
}

// within gives the places in an argument.
func within(schema *ast.Schema, operation string, way []string, f *ast.FieldDefinition, a *ast.ArgumentDefinition) []place {
	var all []place
	known := map[string]bool{}
	type at struct {
		coordinate string
		typ        *ast.Type
		hops       []hop
	}
	owner := coordinateOf(schema, f, a)
	for queue := []at{{owner, a.Type, nil}}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		throughList := slices.ContainsFunc(here.hops, func(h hop) bool { return h.list })
		id := fmt.Sprint(here.coordinate, here.typ.String(), throughList)
		if known[id] {
			continue
		}
		known[id] = true
		name := here.coordinate
		if throughList {
			name += " in lists"
		}
		all = append(all, place{
			coordinate: owner + " " + name + " " + here.typ.String(), variable: required(here.typ), typ: here.typ,
			write:   func(value string) (string, int) { return document(schema, operation, way, f, a, here.hops, value) },
			element: element(schema, here.typ),
			most:    longest(schema, here.coordinate, here.typ),
		})
		if here.typ.Elem != nil {
			queue = append(queue, at{here.coordinate, here.typ.Elem, append(slices.Clone(here.hops), hop{list: true})})
			continue
		}
		def := schema.Types[here.typ.Name()]
		if def.Kind != ast.InputObject {
			continue
		}
		for _, inner := range def.Fields {
			queue = append(queue, at{def.Name + "." + inner.Name, inner.Type, append(slices.Clone(here.hops), hop{field: inner.Name})})
		}
	}
	return all
}

func coordinateOf(schema *ast.Schema, f *ast.FieldDefinition, a *ast.ArgumentDefinition) string {
	for _, def := range schema.Types {
		if slices.Contains(def.Fields, f) {
			return def.Name + "." + f.Name + "(" + a.Name + ":)"
		}
	}
	return f.Name + "(" + a.Name + ":)"
}

func required(t *ast.Type) string {
	if t.NonNull {
		return t.String()
	}
	return t.String() + "!"
}

// longest gives the longest text that a place takes; 0: it takes no text.
func longest(schema *ast.Schema, coordinate string, typ *ast.Type) int {
	def := schema.Types[typ.Name()]
	if typ.Elem != nil || def.Kind != ast.Scalar || slices.Contains([]string{"Int", "Float", "Boolean"}, def.Name) {
		return 0
	}
	if n, ok := graph.Lengths()[coordinate]; ok {
		return n
	}
	return inputs.DefaultLimits.Text
}

// document writes a value into a place. What repeats it is the first list on the way there, and
// where there is none the field itself, under aliases.
func document(schema *ast.Schema, operation string, way []string, f *ast.FieldDefinition, a *ast.ArgumentDefinition, hops []hop, value string) (string, int) {
	times := 0
	text := value
	typs := []*ast.Type{a.Type}
	for _, h := range hops {
		last := typs[len(typs)-1]
		if h.list {
			typs = append(typs, last.Elem)
		} else {
			typs = append(typs, schema.Types[last.Name()].Fields.ForName(h.field).Type)
		}
	}
	first := slices.IndexFunc(hops, func(h hop) bool { return h.list })
	for i := len(hops) - 1; i >= 0; i-- {
		switch h := hops[i]; {
		case h.list && i == first:
			times = maxElements / (i + 2)
			text = "[" + strings.Repeat(text+" ", times) + "]"
		case h.list:
			text = "[" + text + "]"
		default:
			text = "{" + fields(schema, schema.Types[typs[i].Name()], h.field, text) + "}"
		}
	}
	call := f.Name + "(" + argumentsOf(schema, f, a.Name, text) + ")" + selection(schema, f.Type)
	body := call
	if times == 0 {
		times = maxFields
		body = ""
		for i := range times {
			body += fmt.Sprintf("a%d: %s ", i, call)
		}
	}
	open := ""
	for _, step := range way {
		open += step + " { "
	}
	return operation + " VARIABLES { " + open + body + strings.Repeat(" }", len(way)) + " }", times
}

// fields gives the fields of an input object: one with a value, and those that must be there.
func fields(schema *ast.Schema, def *ast.Definition, field, value string) string {
	text := field + ": " + value
	for _, f := range def.Fields {
		if f.Name != field && f.Type.NonNull && f.DefaultValue == nil {
			text += ", " + f.Name + ": " + sample(schema, f.Type)
		}
	}
	return text
}

func argumentsOf(schema *ast.Schema, f *ast.FieldDefinition, argument, value string) string {
	text := argument + ": " + value
	for _, a := range f.Arguments {
		if a.Name != argument && a.Type.NonNull && a.DefaultValue == nil {
			text += ", " + a.Name + ": " + sample(schema, a.Type)
		}
	}
	return text
}

// sample gives a value of a type.
func sample(schema *ast.Schema, typ *ast.Type) string {
	if typ.Elem != nil {
		return "[" + sample(schema, typ.Elem) + "]"
	}
	def := schema.Types[typ.Name()]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		first := def.Fields[0]
		if i := slices.IndexFunc(def.Fields, func(f *ast.FieldDefinition) bool { return f.Type.NonNull && f.DefaultValue == nil }); i >= 0 {
			first = def.Fields[i]
		}
		return "{" + fields(schema, def, first.Name, sample(schema, first.Type)) + "}"
	case def.Name == "Int", def.Name == "Float":
		return "1"
	case def.Name == "Boolean":
		return "true"
	case def.Name == "DateTime":
		return `"2026-01-31T12:00:00Z"`
	}
	return `"x"`
}

// element is a value as a variable has it, of a list one of its elements.
func element(schema *ast.Schema, typ *ast.Type) any {
	if typ.Elem != nil {
		return element(schema, typ.Elem)
	}
	def := schema.Types[typ.Name()]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		object := map[string]any{}
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				object[f.Name] = element(schema, f.Type)
			}
		}
		return object
	case def.Name == "_Any":
		return map[string]any{"__typename": "Customer", "id": "x"}
	case def.Name == "Int", def.Name == "Float":
		return 1
	case def.Name == "Boolean":
		return true
	case def.Name == "DateTime":
		return "2026-01-31T12:00:00Z"
	}
	return "x"
}

// selection selects what makes the gateway work for the field.
func selection(schema *ast.Schema, typ *ast.Type) string {
	def := schema.Types[typ.Name()]
	switch {
	case !def.IsCompositeType():
		return ""
	case def.Fields.ForName("edges") != nil && def.Fields.ForName("totalCount") != nil:
		return " { totalCount edges { node { __typename } } }"
	case def.Fields.ForName("edges") != nil:
		return " { edges { node { __typename } } }"
	}
	return " { __typename }"
}
