package executor

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// sort puts errors into the order in which their places stand in the document, and by index
// in lists. Those of one place stay as they were reported.
func (p *plan) sort(op *graphql.OperationContext, errors gqlerror.List) {
	if len(errors) < 2 {
		return
	}
	type placed struct {
		err   *gqlerror.Error
		place []int
	}
	all := make([]placed, len(errors))
	for i, err := range errors {
		all[i] = placed{err, p.place(op.Operation.SelectionSet, err.Path)}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return slices.Compare(a.place, b.place) })
	for i := range all {
		errors[i] = all[i].err
	}
}

// place gives the numbers by which a path stands in the document.
func (p *plan) place(set ast.SelectionSet, path ast.Path) []int {
	place := make([]int, 0, len(path))
	for _, step := range path {
		switch step := step.(type) {
		case ast.PathIndex:
			place = append(place, int(step))
		case ast.PathName:
			var below ast.SelectionSet
			n := 0
			if at := p.find(set, string(step), &n, &below, map[string]bool{}); at >= 0 {
				place = append(place, at)
			} else {
				// The name of an argument: behind the field.
				place = append(place, -1)
			}
			set = below
		}
	}
	return place
}

// find gives the number of the first field of a name in the answer, and what is selected below
// all of them.
func (p *plan) find(set ast.SelectionSet, alias string, n *int, below *ast.SelectionSet, seen map[string]bool) int {
	at := -1
	for _, s := range set {
		inner := ast.SelectionSet(nil)
		switch s := s.(type) {
		case *ast.Field:
			if !p.included(s.Directives) {
				continue
			}
			*n++
			if s.Alias == alias {
				*below = append(*below, s.SelectionSet...)
				if at < 0 {
					at = *n
				}
			}
			continue
		case *ast.InlineFragment:
			if p.included(s.Directives) {
				inner = s.SelectionSet
			}
		case *ast.FragmentSpread:
			if !seen[s.Name] && p.included(s.Directives) {
				seen[s.Name] = true
				inner = p.fragments.ForName(s.Name).SelectionSet
			}
		}
		if found := p.find(inner, alias, n, below, seen); at < 0 {
			at = found
		}
	}
	return at
}
