package executor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// A frame is the place of a field, or of an element of a list, as a context. Resolvers
// find the field's context in it: stock execution makes one for every field, here it is
// made for those that ask.
type frame struct {
	context.Context
	run    *run
	parent *frame
	// field is nil for an element of a list, and for the root.
	field *field
	index int
	args  map[string]any
	// above is what the parent was resolved to, or the list that it is an element of, which
	// list reads.
	above any
	list  *List

	once     sync.Once
	resolved sync.Once
	made     atomic.Pointer[graphql.FieldContext]
}

// fieldKey is gqlgen's key of the field's context, which it does not export.
var fieldKey = func() any {
	var s spy
	graphql.GetFieldContext(&s)
	return s.key
}()

type spy struct {
	context.Context
	key any
}

func (s *spy) Value(key any) any {
	s.key = key
	return nil
}

// frameKey leads to the frame that a context is, or is made of.
type frameKey struct{}

// Value gives the field's context, the frame, or what the operation's context has.
func (f *frame) Value(key any) any {
	switch key {
	case fieldKey:
		return f.fieldContext()
	case frameKey{}:
		return f
	}
	return f.Context.Value(key)
}

func (f *frame) fieldContext() *graphql.FieldContext {
	f.once.Do(func() {
		made := f.make()
		if f.parent != nil {
			made.Parent = f.parent.fieldContext()
			f.parent.resolved.Do(func() { made.Parent.Result = f.parent.result(f.above, f.list) })
		}
		f.made.Store(made)
	})
	return f.made.Load()
}

// result is what stock execution has as the result of a field or element.
func (f *frame) result(value any, list *List) any {
	switch {
	case value == nil:
		return nil
	case list != nil && f.field == nil:
		return list.Element(value, f.index)
	case list != nil:
		return list.Result(value)
	case f.field != nil && f.field.def.Result != nil:
		return f.field.def.Result(value)
	}
	return value
}

// marked reports whether a resolver has said that its field must not be null.
func (f *frame) marked() bool {
	if f == nil {
		return false
	}
	made := f.made.Load()
	return made != nil && made.NonNull
}

func (f *frame) make() *graphql.FieldContext {
	if f.parent == nil {
		return &graphql.FieldContext{Object: f.run.plan.root.object.Name}
	}
	if f.field == nil {
		index := f.index
		return &graphql.FieldContext{Index: &index}
	}
	return &graphql.FieldContext{
		Object: f.field.object, Field: f.field.collected, Args: f.args,
		IsMethod: f.field.def.Method, IsResolver: f.field.def.Resolver,
		Child: f.child,
	}
}

// child is [graphql.FieldContext.Child].
func (f *frame) child(ctx context.Context, collected graphql.CollectedField) (*graphql.FieldContext, error) {
	def := f.field.collected.Definition.Type.Name()
	switch kind := f.run.executor.Schema().Types[def]; {
	case kind == nil || len(kind.Fields) == 0:
		return nil, fmt.Errorf("field of type %s does not have child fields", def)
	case kind.Kind != ast.Object:
		return nil, errors.New("FieldContext.Child cannot be called on type " + string(kind.Kind))
	}
	field := f.run.executor.types.Objects[def].Fields[collected.Name]
	if field == nil {
		return nil, fmt.Errorf("no field named %q was found under type %s", collected.Name, def)
	}
	return field.Context(f.run.state, ctx, collected)
}

// A stack is the way from the root to where an encoder or a walk is. Most objects have no
// field that wants a context, so frames are made when one does.
type stack struct {
	run    *run
	places []place
	// slab is where frames come from: one allocation serves many.
	slab []frame
	size int
}

// A place is a field whose value is looked at, or an element of a list.
type place struct {
	field *field
	index int
	path  path
	args  map[string]any
	// value is what the field was resolved to, or the list that the element is in; list
	// reads it, if it is a list.
	value any
	list  *List
	frame *frame
}

// Frames are made in slabs that double: small operations need few, large ones many.
const (
	firstSlab = 8
	lastSlab  = 256
)

// frame makes the frame of a field or of an element below another one, whose place is above.
func (s *stack) frame(parent *frame, above *place, field *field, index int, args map[string]any) *frame {
	if len(s.slab) == 0 {
		s.size = min(max(2*s.size, firstSlab), lastSlab)
		s.slab = make([]frame, s.size)
	}
	f := &s.slab[0]
	s.slab = s.slab[1:]
	f.Context, f.run, f.parent, f.field, f.index, f.args = parent.Context, s.run, parent, field, index, args
	f.above, f.list = above.value, above.list
	return f
}

// A path stands for the indices on the way to a place. The fields on the way are the same
// for all objects of a selection.
type path uint64

func (s *stack) push(p place) {
	// The multiplier is odd and has its bits all over: 2^64 by the golden ratio.
	p.path = (s.path()+path(p.index)+1)*0x9E3779B97F4A7C15 ^ s.path()>>29
	s.places = append(s.places, p)
}

func (s *stack) path() path { return s.places[len(s.places)-1].path }

func (s *stack) pop() { s.places = s.places[:len(s.places)-1] }

// top gives the frame of the innermost place, making those on the way that are not there.
func (s *stack) top() *frame {
	i := len(s.places) - 1
	for s.places[i].frame == nil {
		i--
	}
	for ; i+1 < len(s.places); i++ {
		p, above := &s.places[i+1], &s.places[i]
		p.frame = s.frame(above.frame, above, p.field, p.index, p.args)
	}
	return s.places[i].frame
}

// settled gives the frame of the innermost place with the place's value in its context, for
// code that looks there and does not come through a frame below.
func (s *stack) settled() *frame {
	f := s.top()
	p := &s.places[len(s.places)-1]
	made := f.fieldContext()
	f.resolved.Do(func() { made.Result = f.result(p.value, p.list) })
	return f
}

// null reports that a value is null which the schema says is not, unless something was
// reported for the same path.
func null(ctx *frame) {
	if !graphql.HasFieldError(ctx, ctx.fieldContext()) {
		graphql.AddErrorf(ctx, "the requested element is null which the schema does not allow")
	}
}
