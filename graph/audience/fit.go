package audience

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// Fit gives a document of one operation without what a contract does not have: a field goes where it,
// one of its arguments, or an enum value in them is not there, and so does one that nothing is left
// to select of, and a variable that nothing uses any more. "" where nothing of the operation is left.
// Who writes a page for several audiences writes its documents once.
//
// Fragments must be inline. The error is about a document that is none, or has others.
func Fit(contract *ast.Schema, document string) (string, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return "", err
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) > 0 {
		return "", fmt.Errorf("want a document of one operation, without named fragments")
	}
	op := doc.Operations[0]
	f := fitting{contract: contract, variables: map[string]bool{}}
	root := map[ast.Operation]*ast.Definition{ast.Query: contract.Query, ast.Mutation: contract.Mutation, ast.Subscription: contract.Subscription}[op.Operation]
	op.SelectionSet = f.selections(root, op.SelectionSet)
	if len(op.SelectionSet) == 0 {
		return "", nil
	}
	op.VariableDefinitions = slices.DeleteFunc(op.VariableDefinitions, func(v *ast.VariableDefinition) bool { return !f.variables[v.Variable] })
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatQueryDocument(doc)
	return text.String(), nil
}

type fitting struct {
	contract *ast.Schema
	// variables are those that what is left uses.
	variables map[string]bool
}

func (f *fitting) selections(of *ast.Definition, set ast.SelectionSet) ast.SelectionSet {
	if of == nil {
		return nil
	}
	var left ast.SelectionSet
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if f.field(of, s) {
				left = append(left, s)
			}
		case *ast.InlineFragment:
			typ := of
			if s.TypeCondition != "" {
				typ = f.contract.Types[s.TypeCondition]
			}
			if s.SelectionSet = f.selections(typ, s.SelectionSet); len(s.SelectionSet) > 0 {
				f.directives(s.Directives)
				left = append(left, s)
			}
		}
	}
	return left
}

// field reports whether a field stays.
func (f *fitting) field(of *ast.Definition, s *ast.Field) bool {
	if s.Name == "__typename" {
		return true
	}
	def := of.Fields.ForName(s.Name)
	if def == nil {
		return false
	}
	for _, a := range s.Arguments {
		arg := def.Arguments.ForName(a.Name)
		if arg == nil || !f.has(arg.Type, a.Value) {
			return false
		}
	}
	if s.SelectionSet != nil {
		if s.SelectionSet = f.selections(f.contract.Types[def.Type.Name()], s.SelectionSet); len(s.SelectionSet) == 0 {
			return false
		}
	}
	for _, a := range s.Arguments {
		f.use(a.Value)
	}
	f.directives(s.Directives)
	return true
}

// has reports whether the contract has the input fields and enum values of a value.
func (f *fitting) has(typ *ast.Type, v *ast.Value) bool {
	def := f.contract.Types[typ.Name()]
	switch v.Kind {
	case ast.EnumValue:
		return def != nil && def.EnumValues.ForName(v.Raw) != nil
	case ast.ListValue:
		return !slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return !f.has(typ, c.Value) })
	case ast.ObjectValue:
		return def != nil && !slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool {
			field := def.Fields.ForName(c.Name)
			return field == nil || !f.has(field.Type, c.Value)
		})
	}
	return true
}

func (f *fitting) directives(all ast.DirectiveList) {
	for _, d := range all {
		for _, a := range d.Arguments {
			f.use(a.Value)
		}
	}
}

func (f *fitting) use(v *ast.Value) {
	if v.Kind == ast.Variable {
		f.variables[v.Raw] = true
	}
	for _, c := range v.Children {
		f.use(c.Value)
	}
}
