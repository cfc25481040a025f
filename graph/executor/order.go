package executor

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// InOrder is a gqlgen extension that puts the errors of an answer into the order in which
// their places stand in the document, and by index in lists; those of one place stay as they
// were reported. It does so whichever executor ran the operation.
type InOrder struct{}

// ExtensionName is "InOrder".
func (InOrder) ExtensionName() string { return "InOrder" }

// Validate has nothing to say.
func (InOrder) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse sorts the errors of an answer.
func (InOrder) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil || len(response.Errors) < 2 || !graphql.HasOperationContext(ctx) {
		return response
	}
	op := graphql.GetOperationContext(ctx)
	if op.Operation == nil {
		return response
	}
	p := &plan{fragments: op.Doc.Fragments, given: op.Variables}
	type placed struct {
		err   *gqlerror.Error
		place []int
	}
	all := make([]placed, len(response.Errors))
	for i, err := range response.Errors {
		all[i] = placed{err, p.place(op.Operation.SelectionSet, err.Path)}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return slices.Compare(a.place, b.place) })
	for i := range all {
		response.Errors[i] = all[i].err
	}
	return response
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
