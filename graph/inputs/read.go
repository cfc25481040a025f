package inputs

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A fault is why an operation is refused.
type fault struct {
	message  string
	position *ast.Position
}

// A sum is how much arguments say.
type sum struct{ values, bytes int }

// arguments is what is known of an operation's arguments without the values of its variables.
type arguments struct {
	sum
	// variables are the places of variables, each once.
	variables []use
	fault     *fault
}

// A use is a variable in a place, as often as it stands there.
type use struct {
	name  string
	place place
	times int
	// position is that of its definition.
	position *ast.Position
}

// A place is an argument or an input field: where a value goes.
type place struct {
	// coordinate is as the GraphQL specification writes it, as "CustomerFilter.email".
	coordinate string
	// max bounds a text there, in bytes.
	max int
	typ *ast.Type
}

// A reader walks a document once.
type reader struct {
	*Limiter
	fragments ast.FragmentDefinitionList
	known     map[string]*found
	fault     *fault
}

// found is what a selection, or a fragment, has.
type found struct {
	sum
	uses map[use]int
}

// beyond is more than any limit, and stays a number when it is added and multiplied.
const beyond = 1 << 30

func (s *sum) add(o sum, times int) {
	s.values = min(s.values+min(o.values, beyond/times)*times, beyond)
	s.bytes = min(s.bytes+min(o.bytes, beyond/times)*times, beyond)
}

func (l *Limiter) read(doc *ast.QueryDocument, op *ast.OperationDefinition) *arguments {
	r := &reader{Limiter: l, fragments: doc.Fragments, known: map[string]*found{}}
	all := &found{uses: map[use]int{}}
	r.directives(op.Directives, all)
	r.selection(op.SelectionSet, all)
	a := &arguments{sum: all.sum, fault: r.fault}
	if a.fault == nil {
		a.fault = l.tooMuch(a.sum)
	}
	positions := map[string]*ast.Position{}
	for _, v := range op.VariableDefinitions {
		positions[v.Variable] = v.Position
	}
	for u, times := range all.uses {
		u.times, u.position = times, positions[u.name]
		a.variables = append(a.variables, u)
	}
	return a
}

func (r *reader) selection(set ast.SelectionSet, into *found) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			for _, a := range s.Arguments {
				if def := s.Definition.Arguments.ForName(a.Name); def != nil {
					owner := s.Definition.Name
					if s.ObjectDefinition != nil {
						owner = s.ObjectDefinition.Name + "." + owner
					}
					r.value(a.Value, r.place(owner+"("+a.Name+":)", def.Type), into)
				}
			}
			r.directives(s.Directives, into)
			r.selection(s.SelectionSet, into)
		case *ast.InlineFragment:
			r.directives(s.Directives, into)
			r.selection(s.SelectionSet, into)
		case *ast.FragmentSpread:
			r.directives(s.Directives, into)
			inner := r.fragment(s.Name)
			into.add(inner.sum, 1)
			for u, times := range inner.uses {
				into.uses[u] = min(into.uses[u]+times, beyond)
			}
		}
	}
}

func (r *reader) fragment(name string) *found {
	f, ok := r.known[name]
	if !ok {
		f = &found{uses: map[use]int{}}
		r.known[name] = f
		def := r.fragments.ForName(name)
		r.directives(def.Directives, f)
		r.selection(def.SelectionSet, f)
	}
	return f
}

func (r *reader) directives(all ast.DirectiveList, into *found) {
	for _, d := range all {
		if d.Definition == nil {
			continue
		}
		for _, a := range d.Arguments {
			if def := d.Definition.Arguments.ForName(a.Name); def != nil {
				r.value(a.Value, r.place("@"+d.Name+"("+a.Name+":)", def.Type), into)
			}
		}
	}
}

func (l *Limiter) place(coordinate string, typ *ast.Type) place {
	most, ok := l.limits.Lengths[coordinate]
	if !ok {
		most = l.limits.Text
	}
	return place{coordinate: coordinate, max: most, typ: typ}
}

// field gives the place of a field of an input object; false: the place is not known, as inside of
// a scalar that takes any value.
func (l *Limiter) field(at place, name string) (place, bool) {
	if def := l.schema.Types[at.typ.Name()]; def != nil && def.Kind == ast.InputObject {
		if f := def.Fields.ForName(name); f != nil {
			return l.place(def.Name+"."+name, f.Type), true
		}
	}
	return at, false
}

// value counts a value of the document.
func (r *reader) value(v *ast.Value, at place, into *found) {
	if v.Kind == ast.Variable {
		into.uses[use{name: strings.Clone(v.Raw), place: at}]++
		return
	}
	into.add(sum{1, 0}, 1)
	switch v.Kind {
	case ast.StringValue, ast.BlockValue:
		into.add(sum{0, len(v.Raw)}, 1)
		if len(v.Raw) > at.max && r.fault == nil {
			r.fault = tooLong(at, "it", len(v.Raw), v.Position)
		}
	case ast.ListValue, ast.ObjectValue:
		for _, child := range v.Children {
			inner := at
			if v.Kind == ast.ObjectValue {
				inner, _ = r.field(at, child.Name)
			}
			r.value(child.Value, inner, into)
		}
	}
}

func tooLong(at place, what string, bytes int, position *ast.Position) *fault {
	return &fault{fmt.Sprintf("`%s` takes at most %d bytes, but %s has %d.", at.coordinate, at.max, what, bytes), position}
}

func (l *Limiter) tooMuch(s sum) *fault {
	switch {
	case s.values > l.limits.Values:
		return &fault{fmt.Sprintf("The arguments of the operation have more than %d values (a variable counts wherever it is used): split it into several requests.", l.limits.Values), nil}
	case s.bytes > l.limits.Bytes:
		return &fault{fmt.Sprintf("The texts in the arguments of the operation have more than %d bytes (a variable counts wherever it is used): split it into several requests.", l.limits.Bytes), nil}
	}
	return nil
}
