package querygen

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Shrink gives a smaller operation that is valid and of which holds still reports true:
// one after the other, parts of the document and values of variables are left out for as
// long as that is so. The result need not be the smallest.
func Shrink(schema *ast.Schema, op Operation, holds func(Operation) bool) Operation {
	for changed := true; changed; {
		changed = false
		for n := 0; ; {
			smaller, ok := reduce(op, n)
			if !ok {
				break
			}
			if _, errs := gqlparser.LoadQueryWithRules(schema, smaller.Document, rules.NewDefaultRules()); errs == nil && len(smaller.Document) < len(op.Document) && holds(smaller) {
				op, changed = smaller, true
				continue
			}
			n++
		}
		for _, name := range sortedKeys(op.Variables) {
			fewer := op
			fewer.Variables = maps.Clone(op.Variables)
			delete(fewer.Variables, name)
			if holds(fewer) {
				op, changed = fewer, true
			}
		}
	}
	return op
}

// reduce makes the nth of all the reductions of a document; false where there are no
// more.
func reduce(op Operation, n int) (Operation, bool) {
	doc, err := parser.ParseQuery(&ast.Source{Input: op.Document})
	if err != nil {
		return op, false
	}
	r := reduction{left: n}
	if len(doc.Operations) > 1 {
		for i, o := range doc.Operations {
			if o.Name != op.Name && r.now() {
				doc.Operations = slices.Delete(doc.Operations, i, i+1)
				break
			}
		}
	}
	for _, o := range doc.Operations {
		r.directives(&o.Directives)
		r.selections(&o.SelectionSet, doc)
	}
	for _, f := range doc.Fragments {
		r.selections(&f.SelectionSet, doc)
	}
	for _, o := range doc.Operations {
		for _, v := range o.VariableDefinitions {
			if v.DefaultValue != nil && r.now() {
				v.DefaultValue = nil
			}
		}
	}
	if !r.done {
		return op, false
	}
	op.Variables = maps.Clone(op.Variables)
	tidy(doc, op.Variables)
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatQueryDocument(doc)
	op.Document = text.String()
	return op, true
}

// A reduction is one that is looked for: the one after so many others.
type reduction struct {
	left int
	done bool
}

// now reports whether this is the one to make.
func (r *reduction) now() bool {
	if r.done {
		return false
	}
	r.left--
	r.done = r.left < 0
	return r.done
}

func (r *reduction) selections(set *ast.SelectionSet, doc *ast.QueryDocument) {
	for i, selection := range *set {
		if r.done {
			return
		}
		if len(*set) > 1 && r.now() {
			*set = slices.Delete(*set, i, i+1)
			return
		}
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			if s.Alias != s.Name && r.now() {
				s.Alias = s.Name
			}
			r.directives(&s.Directives)
			r.arguments(&s.Arguments)
			r.selections(&s.SelectionSet, doc)
			inner = s.SelectionSet
		case *ast.InlineFragment:
			r.directives(&s.Directives)
			r.selections(&s.SelectionSet, doc)
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			r.directives(&s.Directives)
			if f := doc.Fragments.ForName(s.Name); f != nil {
				inner = f.SelectionSet
			}
		}
		// What is inside in its place.
		if !r.done && inner != nil && r.now() {
			*set = slices.Replace(*set, i, i+1, inner...)
			return
		}
	}
}

func (r *reduction) directives(list *ast.DirectiveList) {
	for i, d := range *list {
		if r.now() {
			*list = slices.Delete(*list, i, i+1)
			return
		}
		r.arguments(&d.Arguments)
	}
}

func (r *reduction) arguments(list *ast.ArgumentList) {
	for i, a := range *list {
		if r.now() {
			*list = slices.Delete(*list, i, i+1)
			return
		}
		r.value(a.Value)
	}
}

func (r *reduction) value(v *ast.Value) {
	for i, c := range v.Children {
		if r.now() {
			v.Children = slices.Delete(v.Children, i, i+1)
			return
		}
		r.value(c.Value)
	}
}

// tidy leaves out fragments and variables that are no longer used.
func tidy(doc *ast.QueryDocument, values map[string]any) {
	reached := map[string]bool{}
	defined := map[string]bool{}
	for _, o := range doc.Operations {
		u := uses{variables: map[string]bool{}, fragments: map[string]bool{}}
		u.directives(o.Directives)
		u.selections(o.SelectionSet)
		u.follow(doc.Fragments)
		maps.Copy(reached, u.fragments)
		o.VariableDefinitions = slices.DeleteFunc(o.VariableDefinitions, func(v *ast.VariableDefinition) bool { return !u.variables[v.Variable] })
		for _, v := range o.VariableDefinitions {
			defined[v.Variable] = true
		}
	}
	doc.Fragments = slices.DeleteFunc(doc.Fragments, func(f *ast.FragmentDefinition) bool { return !reached[f.Name] })
	maps.DeleteFunc(values, func(name string, _ any) bool { return !defined[name] })
}
