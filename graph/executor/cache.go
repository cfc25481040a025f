package executor

import (
	"context"
	"strings"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// compiled is what is known of an operation before it is compiled: why it has no plan, and
// which variables its plans depend on.
type compiled struct {
	way        Way
	conditions []string
}

// A variant is what a plan is for: an operation with given values of its conditions.
type variant struct {
	document
	values string
}

const (
	// maxFields bounds the fields of an operation, fragments spread: a plan has a place for
	// each, and fragments that spread fragments double them.
	maxFields = 4000
	// fieldSize is about what a field takes in a plan, in bytes.
	fieldSize = 512
	// bytesPerByte is about what a byte of a document's text takes when it is parsed.
	bytesPerByte = 32
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
	id := document{weak.Make(op.Operation), e.options.Audience(ctx)}
	c, ok := e.documents.Get(id)
	if !ok {
		c = e.inspect(op)
		e.documents.Add(id, c)
	}
	if c.way != Planned {
		return nil, c.way
	}
	values, ok := key(c.conditions, op)
	if !ok {
		return nil, NoCondition
	}
	v := variant{id, values}
	p, ok := e.plans.Get(v)
	if !ok {
		// Several may compile it at once; the last one is kept.
		p = e.compile(op, c.conditions)
		e.plans.Add(v, p)
		for e.memory.Load() > int64(e.options.Memory) && e.plans.Len() > 1 {
			e.plans.RemoveOldest()
		}
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
	p := &plan{types: &e.types, schema: e.Schema(), guard: &e.options.Guard, needs: e.options.Gather.Needs, fragments: op.Doc.Fragments, given: given, total: &e.memory}
	// The document is kept with its plan.
	p.weigh(len(op.RawQuery) * bytesPerByte)
	p.root = p.compile(e.types.Objects[e.Schema().Query.Name], op.Operation.SelectionSet)
	return p
}

// weigh counts bytes that a plan takes.
func (p *plan) weigh(bytes int) {
	p.weight.mu.Lock()
	defer p.weight.mu.Unlock()
	if !p.weight.forgotten {
		p.weight.bytes += int64(bytes)
		p.total.Add(int64(bytes))
	}
}

// forget takes a plan out of the count: it is not kept any more.
func (p *plan) forget() {
	p.weight.mu.Lock()
	defer p.weight.mu.Unlock()
	if !p.weight.forgotten {
		p.weight.forgotten = true
		p.total.Add(-p.weight.bytes)
	}
}

// inspect finds out whether there can be a plan for an operation.
func (e *Executor) inspect(op *graphql.OperationContext) *compiled {
	i := inspection{e: e, fragments: op.Doc.Fragments, known: map[string]int{}, way: Planned,
		anyPlan: &plan{schema: e.Schema(), needs: e.options.Gather.Needs, fragments: op.Doc.Fragments, all: true}}
	i.directives(op.Operation.Directives)
	if i.fields(op.Operation.SelectionSet) > maxFields {
		i.found(TooLarge)
	}
	return &compiled{i.way, Conditions(op.Doc, op.Operation)}
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
		// Stock execution calls no gather hook for what is below, and asks no guard.
		if object.Fields[f.Name].Stock != nil && i.e.options.Guard.guards() && !strings.HasPrefix(f.Name, "__") {
			i.found(NotCovered)
		}
		if object.Fields[f.Name].Stock != nil && i.anyPlan.reaches(f.SelectionSet, map[string]bool{}) {
			i.found(NotCovered)
		}
	}
}
