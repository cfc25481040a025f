package executor

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// compiled is what is kept of an operation: why it has no plan, or its plans.
type compiled struct {
	way        Way
	conditions []string

	mu    sync.Mutex
	plans map[string]*plan
}

const (
	// maxVariants bounds the plans of one operation. Four conditions that are all used in all
	// ways have sixteen.
	maxVariants = 16
	// maxFields bounds the fields of an operation, fragments spread: a plan has a place for
	// each, and fragments that spread fragments double them.
	maxFields = 4000
)

// plan gives the plan for an operation, or why it has none.
func (e *Executor) plan(ctx context.Context, op *graphql.OperationContext) (*plan, Way) {
	switch {
	case e.options.Stock:
		return nil, Disabled
	case op.Operation.Operation != ast.Query:
		return nil, NotAQuery
	case code(op.ResolverMiddleware) != e.plainField || code(op.RootResolverMiddleware) != e.plainRoot:
		return nil, Intercepted
	}
	id := document{op.Operation, e.options.Audience(ctx)}
	c, ok := e.plans.Get(id)
	if !ok {
		c = e.inspect(op)
		e.plans.Add(id, c)
	}
	if c.way != Planned {
		return nil, c.way
	}
	values, ok := key(c.conditions, op)
	if !ok {
		return nil, NoCondition
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.plans[values]
	if !ok {
		if len(c.plans) >= maxVariants {
			clear(c.plans)
		}
		p = e.compile(op, c.conditions)
		c.plans[values] = p
	}
	return p, Planned
}

func (e *Executor) compile(op *graphql.OperationContext, conditions []string) *plan {
	given := make(map[string]any, len(conditions))
	for _, name := range conditions {
		if value, ok := op.Variables[name]; ok {
			given[name] = value
		}
	}
	p := &plan{types: &e.types, schema: e.Schema(), needs: e.options.Gather.Needs, fragments: op.Doc.Fragments, given: given}
	p.root = p.compile(e.types.Objects[e.Schema().Query.Name], op.Operation.SelectionSet)
	return p
}

// inspect finds out whether there can be a plan for an operation.
func (e *Executor) inspect(op *graphql.OperationContext) *compiled {
	i := inspection{e: e, fragments: op.Doc.Fragments, known: map[string]int{}, way: Planned,
		anyPlan: &plan{schema: e.Schema(), needs: e.options.Gather.Needs, fragments: op.Doc.Fragments, all: true}}
	i.directives(op.Operation.Directives)
	if i.fields(op.Operation.SelectionSet) > maxFields {
		i.found(TooLarge)
	}
	return &compiled{way: i.way, conditions: conditions(op.Doc, op.Operation), plans: map[string]*plan{}}
}

type inspection struct {
	e         *Executor
	fragments ast.FragmentDefinitionList
	// known are the numbers of fields of the fragments that were looked at.
	known map[string]int
	// anyPlan is the operation with all conditions met.
	anyPlan *plan
	way     Way
}

func (i *inspection) found(way Way) {
	if i.way == Planned {
		i.way = way
	}
}

// directives looks for directives on an operation or on fields of it that have code of
// their own.
func (i *inspection) directives(all ast.DirectiveList) {
	for _, d := range all {
		if i.e.types.Directives[d.Name] {
			i.found(HasDirective)
		}
	}
}

// fields counts the fields of a selection set, fragments spread.
func (i *inspection) fields(set ast.SelectionSet) int {
	n := 0
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			i.directives(s.Directives)
			i.covered(s)
			n += 1 + i.fields(s.SelectionSet)
		case *ast.InlineFragment:
			i.directives(s.Directives)
			n += i.fields(s.SelectionSet)
		case *ast.FragmentSpread:
			i.directives(s.Directives)
			count, ok := i.known[s.Name]
			if !ok {
				count = i.fields(i.fragments.ForName(s.Name).SelectionSet)
				i.known[s.Name] = count
			}
			n += count
		}
		// It doubles with every fragment in a fragment, and is too large long before it
		// overflows.
		n = min(n, 2*maxFields)
	}
	return n
}

// covered looks whether a field can be read of all types that it may be on.
func (i *inspection) covered(f *ast.Field) {
	if f.Name == "__typename" {
		return
	}
	for _, possible := range i.e.Schema().GetPossibleTypes(f.ObjectDefinition) {
		// Introspection is resolved as a whole, from its root. An interface may be a possible
		// type of another one, and no value is of it.
		if possible.BuiltIn || possible.Kind != ast.Object {
			continue
		}
		object := i.e.types.Objects[possible.Name]
		if object == nil || object.Fields[f.Name] == nil {
			i.found(NotCovered)
			continue
		}
		// Stock execution calls no gather hook for what is below.
		if object.Fields[f.Name].Stock != nil && i.anyPlan.reaches(f.SelectionSet, map[string]bool{}) {
			i.found(NotCovered)
		}
	}
}
