package executor

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// A plan is an operation compiled: what stock execution finds out anew for every object
// (which fields it has, what they are called in the answer, what has to be called) is
// found out once. It holds for given values of the variables in @skip and @include, so
// that the fields and their order are known.
type plan struct {
	types     *Types
	schema    *ast.Schema
	guard     *Guard
	needs     func(object, field string) bool
	fragments ast.FragmentDefinitionList
	// given are the variables in @skip and @include. all: everything is let in, whatever they are.
	given map[string]any
	all   bool
	root  *selection

	// mu guards the numbers below while a selection is compiled at run time.
	mu sync.Mutex
	// slots and arguments count the fields that keep something for an operation.
	slots, arguments int
	groups           int
	// size is how long the last answer was.
	size atomic.Int64
	// weight is what the plan takes, counted in total while it is kept.
	weight struct {
		mu        sync.Mutex
		bytes     int64
		forgotten bool
	}
	total *atomic.Int64
}

// A selection is the fields that are read of an object of a type.
type selection struct {
	object *Object
	fields []field
	// group numbers the selections whose objects the gather hook is given; -1: none.
	group int
	// collected are the fields as the hook is given them.
	collected []graphql.CollectedField
	// leads: the hook is given these objects, or some below them.
	leads bool
}

type kind uint8

const (
	isTypename kind = iota
	isLeaf
	isChild
	isStock
)

// A field is a field of a selection.
type field struct {
	def       *Field
	collected graphql.CollectedField
	// object is the name of the type that the field is of.
	object string
	// key is `,"alias":`.
	key  []byte
	kind kind
	// guard is what may be seen of it; nil: all.
	guard *guarded
	// typename is the value of __typename, as it is written.
	typename []byte
	shape    shape
	// leads: there are objects below that the gather hook is given.
	leads bool
	// slot numbers the fields whose values are kept from a level for the encoder, argument
	// those that have arguments; -1: none.
	slot, argument int
	// fixed: the arguments are the same for all operations of the plan, and kept in given.
	fixed bool
	given atomic.Pointer[map[string]any]
	// introspects: it is __schema or __type. constant: nothing below depends on variables, so
	// that the bytes are kept.
	introspects, constant bool
	bytes                 atomic.Pointer[[]byte]
}

// A shape is the type of a field's value, or of an element of it.
type shape struct {
	nonNull bool
	// Of these, one is set: a list of elements, an object type, an abstract one.
	list     *List
	element  *shape
	sel      *selection
	abstract *abstract
}

// An abstract is a selection on an interface or union. What is read of each object type is
// compiled when the first object of it comes by: there may be many that never do.
type abstract struct {
	name    string
	resolve func(any) (string, any, error)
	set     ast.SelectionSet
	byType  sync.Map
}

func (p *plan) selected(a *abstract, name string) *selection {
	if sel, ok := a.byType.Load(name); ok {
		return sel.(*selection)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	sel, _ := a.byType.LoadOrStore(name, p.compile(p.types.Objects[name], a.set))
	return sel.(*selection)
}

// compile makes a selection of an object type.
func (p *plan) compile(object *Object, set ast.SelectionSet) *selection {
	sel := &selection{object: object, group: -1}
	sel.collected = p.collect(nil, object, set, map[string]bool{})
	sel.fields = make([]field, len(sel.collected))
	p.weigh((len(sel.fields) + 1) * fieldSize)
	for i := range sel.collected {
		f := &sel.fields[i]
		p.compileField(f, object, sel.collected[i])
		if sel.group < 0 && p.needs(object.Name, f.collected.Name) {
			sel.group = p.groups
			p.groups++
		}
		sel.leads = sel.leads || f.leads
	}
	sel.leads = sel.leads || sel.group >= 0
	return sel
}

func (p *plan) compileField(f *field, object *Object, collected graphql.CollectedField) {
	f.collected, f.object, f.slot, f.argument = collected, object.Name, -1, -1
	f.key = append(AppendString([]byte{','}, collected.Alias), ':')
	if collected.Name == "__typename" {
		f.kind, f.typename = isTypename, AppendString(nil, object.Name)
		return
	}
	f.def = object.Fields[collected.Name]
	f.guard = p.guard.of(object.Name, collected, p.types)
	f.shape.nonNull = collected.Definition.Type.NonNull
	if f.def.HasArgs {
		f.argument = p.arguments
		p.arguments++
		f.fixed = f.def.Pure && !usesVariables(collected.Field.Arguments)
	}
	switch {
	case f.def.Stock != nil:
		f.kind = isStock
		f.introspects = strings.HasPrefix(collected.Name, "__")
		f.constant = !usesVariables(collected.Field.Arguments) && !p.variable(collected.Selections, map[string]bool{})
	case f.def.Leaf != nil:
		f.kind = isLeaf
	default:
		f.kind = isChild
		p.compileShape(&f.shape, collected.Definition.Type, f.def.List, collected.Selections)
		f.leads = p.reaches(collected.Selections, map[string]bool{})
	}
	if f.leads {
		f.slot = p.slots
		p.slots++
	}
}

func (p *plan) compileShape(s *shape, typ *ast.Type, list *List, set ast.SelectionSet) {
	s.nonNull = typ.NonNull
	if typ.Elem != nil {
		s.list, s.element = list, &shape{}
		p.compileShape(s.element, typ.Elem, nil, set)
		return
	}
	if object := p.types.Objects[typ.NamedType]; object != nil {
		s.sel = p.compile(object, set)
		return
	}
	s.abstract = &abstract{name: typ.NamedType, resolve: p.types.Abstracts[typ.NamedType], set: set}
}

// collect gives the fields of a selection set on an object type, fragments spread, those of
// one name in the answer merged: CollectFields of the specification.
func (p *plan) collect(all []graphql.CollectedField, object *Object, set ast.SelectionSet, seen map[string]bool) []graphql.CollectedField {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !p.included(s.Directives) {
				continue
			}
			i := slices.IndexFunc(all, func(c graphql.CollectedField) bool { return c.Alias == s.Alias })
			if i < 0 {
				i = len(all)
				all = append(all, graphql.CollectedField{Field: s, IsNonDeferrable: true})
			}
			all[i].Selections = append(all[i].Selections, s.SelectionSet...)
		case *ast.InlineFragment:
			if p.included(s.Directives) && (s.TypeCondition == "" || slices.Contains(object.Satisfies, s.TypeCondition)) {
				all = p.collect(all, object, s.SelectionSet, seen)
			}
		case *ast.FragmentSpread:
			if seen[s.Name] || !p.included(s.Directives) {
				continue
			}
			seen[s.Name] = true
			if f := p.fragments.ForName(s.Name); slices.Contains(object.Satisfies, f.TypeCondition) {
				all = p.collect(all, object, f.SelectionSet, seen)
			}
		}
	}
	return all
}

func (p *plan) included(directives ast.DirectiveList) bool {
	if p.all {
		return true
	}
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		if on, ok := condition(d, p.given); ok && on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// condition gives the value of the argument of @skip or @include, and whether it has one.
func condition(d *ast.Directive, variables map[string]any) (on, ok bool) {
	argument := d.Arguments.ForName("if")
	if argument == nil {
		return false, false
	}
	value, err := argument.Value.Value(variables)
	if err != nil {
		return false, false
	}
	on, ok = value.(bool)
	return on, ok
}

// reaches reports whether a selection set leads to a field that needs keys gathered.
func (p *plan) reaches(set ast.SelectionSet, seen map[string]bool) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !p.included(s.Directives) {
				continue
			}
			for _, possible := range p.schema.GetPossibleTypes(s.ObjectDefinition) {
				if possible.Kind == ast.Object && p.needs(possible.Name, s.Name) {
					return true
				}
			}
			if p.reaches(s.SelectionSet, seen) {
				return true
			}
		case *ast.InlineFragment:
			if p.included(s.Directives) && p.reaches(s.SelectionSet, seen) {
				return true
			}
		case *ast.FragmentSpread:
			if !p.included(s.Directives) || seen[s.Name] {
				continue
			}
			seen[s.Name] = true
			if p.reaches(p.fragments.ForName(s.Name).SelectionSet, seen) {
				return true
			}
		}
	}
	return false
}

// variable reports whether the value of a selection set depends on variables, other than by
// @skip and @include.
func (p *plan) variable(set ast.SelectionSet, seen map[string]bool) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if usesVariables(s.Arguments) || p.variable(s.SelectionSet, seen) {
				return true
			}
		case *ast.InlineFragment:
			if p.variable(s.SelectionSet, seen) {
				return true
			}
		case *ast.FragmentSpread:
			if seen[s.Name] {
				continue
			}
			seen[s.Name] = true
			if p.variable(p.fragments.ForName(s.Name).SelectionSet, seen) {
				return true
			}
		}
	}
	return false
}

func usesVariables(arguments ast.ArgumentList) bool {
	return slices.ContainsFunc(arguments, func(a *ast.Argument) bool { return valueUsesVariables(a.Value) })
}

func valueUsesVariables(v *ast.Value) bool {
	return v.Kind == ast.Variable || slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return valueUsesVariables(c.Value) })
}

// Conditions gives the names of the variables in @skip and @include of an operation that is
// valid, fragments spread, each once.
func Conditions(doc *ast.QueryDocument, op *ast.OperationDefinition) []string {
	var names []string
	add := func(directives ast.DirectiveList) {
		for _, d := range directives {
			if d.Name != "skip" && d.Name != "include" {
				continue
			}
			if a := d.Arguments.ForName("if"); a != nil && a.Value.Kind == ast.Variable && !slices.Contains(names, a.Value.Raw) {
				names = append(names, a.Value.Raw)
			}
		}
	}
	seen := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				add(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				add(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				add(s.Directives)
				if !seen[s.Name] {
					seen[s.Name] = true
					walk(doc.Fragments.ForName(s.Name).SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	return names
}

// key names a plan of an operation by the values of its conditions; false if they have no
// values that a plan can be made for.
func key(names []string, op *graphql.OperationContext) (string, bool) {
	if len(names) == 0 {
		return "", true
	}
	bits := make([]byte, 0, 64)
	for _, name := range names {
		on, ok := op.Variables[name].(bool)
		if !ok {
			definition := op.Operation.VariableDefinitions.ForName(name)
			if _, given := op.Variables[name]; given || definition == nil || definition.DefaultValue == nil {
				return "", false
			}
			on = definition.DefaultValue.Raw == "true"
		}
		bits = strconv.AppendBool(bits, on)
	}
	return string(bits), true
}
