package executor

import (
	"errors"

	"github.com/99designs/gqlgen/graphql"
)

// An encoder writes the answer in one pass: it reads fields, resolves those that were not
// resolved by level, and appends.
type encoder struct {
	run   *run
	stack stack
	c     Call
	// base is the frame of the root; the fields of it that are resolved before have their own.
	base *frame
	// marked: the field at hand is null, and its resolver has said that it must not be.
	marked bool
}

// encode appends the data of the answer.
func (r *run) encode(buf []byte) []byte {
	e := &encoder{run: r, stack: stack{run: r, places: make([]place, 1, 32)}, base: &frame{Context: r.ctx, run: r}}
	e.c = Call{State: r.state, Buf: buf, stack: &e.stack}
	if !e.object(r.plan.root, nil) {
		e.c.Buf = append(e.c.Buf, "null"...)
	}
	return e.c.Buf
}

// object appends an object. It reports false, and appends nothing, where a field that must
// not be null is; all fields are resolved nevertheless, for their errors.
func (e *encoder) object(sel *selection, object any) bool {
	start := len(e.c.Buf)
	e.c.Buf = append(e.c.Buf, '{')
	i, valid := 0, true
	for i < len(sel.fields) {
		e.fields(sel, object, start+1, &i, &valid)
	}
	if !valid {
		e.c.Buf = e.c.Buf[:start]
		return false
	}
	e.c.Buf = append(e.c.Buf, '}')
	return true
}

// fields appends the fields of an object from the i-th on. A panic in one ends the call,
// with i behind that field, which is null.
func (e *encoder) fields(sel *selection, object any, first int, i *int, valid *bool) {
	depth, mark := len(e.stack.places), 0
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		f := &sel.fields[*i]
		*i++
		e.stack.places = e.stack.places[:depth]
		args := e.c.Args
		if e.c.field != f {
			args = nil
		}
		e.c.begin(f, object)
		e.c.Args = args
		ctx := e.c.at()
		e.run.op.Error(ctx, e.run.op.Recover(ctx, p))
		e.c.Buf = append(e.c.Buf[:mark], "null"...)
		*valid = *valid && !f.shape.nonNull
	}()
	for ; *i < len(sel.fields); *i++ {
		f := &sel.fields[*i]
		key := f.key
		if len(e.c.Buf) == first {
			key = key[1:]
		}
		e.c.Buf = append(e.c.Buf, key...)
		mark = len(e.c.Buf)
		e.marked = false
		if !e.field(f, object, *i) {
			e.c.Buf = append(e.c.Buf[:mark], "null"...)
			*valid = *valid && !f.shape.nonNull && !e.marked
		}
	}
}

// field appends the value of a field. It reports false where that is null.
func (e *encoder) field(f *field, object any, i int) bool {
	if f.kind == isTypename {
		e.c.Buf = append(e.c.Buf, f.typename...)
		return true
	}
	if len(e.stack.places) == 1 {
		if state := &e.run.roots[i]; state.runs {
			return e.root(f, state)
		}
		e.stack.places[0].frame = e.base
	}
	e.c.begin(f, object)
	c := &e.c
	switch f.kind {
	case isLeaf:
		before := len(c.Buf)
		if f.argument < 0 || c.arguments() {
			// Nothing guards most of them.
			if f.guard == nil {
				f.def.Leaf(c)
			} else {
				c.leafOf(f)
			}
		}
		if len(c.Buf) > before {
			return true
		}
		e.missing(f)
		return false
	case isStock:
		return e.stock(f, object)
	}
	if f.slot >= 0 {
		return e.child(f, e.take(f))
	}
	var v value
	if f.argument < 0 || c.arguments() {
		v.value = c.child(f)
	}
	v.args, v.frame, v.failed, v.absent = c.Args, c.frame, c.failed, c.absent
	return e.child(f, v)
}

var errMissed = errors.New("executor: the value of a field was not resolved before it was written, since a list that leads to it has changed")

// take gives the value that was kept of a field of the object at the top of the stack. The
// encoder comes by in the order of the walk. Where a resolver has changed a list between the
// two, so that they do not see the same, there is an error, and not another's value.
func (e *encoder) take(f *field) value {
	if f.slot < len(e.run.values) {
		kept := e.run.values[f.slot]
		for i := range kept {
			if kept[i].at == e.stack.path() {
				e.run.values[f.slot] = kept[i+1:]
				return kept[i]
			}
		}
	}
	e.c.Fail(errMissed)
	return value{failed: true, frame: e.c.frame}
}

// root appends a field of the root, which was resolved before.
func (e *encoder) root(f *field, state *rootField) bool {
	e.stack.places[0].frame = state.root
	if f.kind == isChild {
		e.c.begin(f, nil)
		return e.child(f, state.value)
	}
	e.c.Buf = append(e.c.Buf, state.bytes...)
	if len(state.bytes) == 0 && f.kind == isLeaf {
		e.c.begin(f, nil)
		e.c.frame, e.c.failed, e.c.absent = state.frame, state.failed, state.absent
		e.missing(f)
	}
	return len(state.bytes) > 0
}

// child appends an object, a list or a value of an abstract type.
func (e *encoder) child(f *field, v value) bool {
	if v.value == nil {
		e.c.frame, e.c.failed, e.c.absent = v.frame, v.failed, v.absent
		e.missing(f)
		return false
	}
	e.stack.push(place{field: f, value: v.value, list: f.shape.list, args: v.args, frame: v.frame})
	ok := e.value(&f.shape, v.value)
	e.stack.pop()
	// What was marked is below.
	e.marked = false
	return ok
}

// missing reports that the value of the field at hand is null where it must not be, unless
// it was said why.
func (e *encoder) missing(f *field) {
	e.marked = e.c.frame.marked() && (e.c.failed || e.c.absent)
	if e.c.failed || !f.shape.nonNull && !e.marked {
		return
	}
	ctx := e.c.at()
	switch {
	case !e.c.absent:
		null(ctx)
	case !graphql.HasFieldError(ctx, ctx.fieldContext()):
		graphql.AddErrorf(ctx, "must not be null")
	}
}

// value appends a value that is at the top of the stack. It reports false, and appends
// nothing, where that is null.
func (e *encoder) value(s *shape, v any) bool {
	switch {
	case s.sel != nil:
		return e.object(s.sel, v)
	case s.abstract != nil:
		name, object, err := s.abstract.resolve(v)
		if err != nil {
			m, ok := v.(graphql.Marshaler)
			if !ok {
				panic(err)
			}
			m.MarshalGQL(&e.c)
			return true
		}
		return name != "" && e.object(e.run.plan.selected(s.abstract, name), object)
	}
	start := len(e.c.Buf)
	e.c.Buf = append(e.c.Buf, '[')
	n, valid, broken := s.list.Len(v), true, false
	for i := range n {
		if i > 0 {
			e.c.Buf = append(e.c.Buf, ',')
		}
		e.stack.push(place{index: i, value: v, list: s.list})
		if !e.element(s, s.list.At(v, i), &broken) {
			e.c.Buf = append(e.c.Buf, "null"...)
			valid = valid && !s.element.nonNull
		}
		e.stack.pop()
	}
	if broken {
		// Stock execution drops a list of which an element panics.
		e.c.Buf = append(e.c.Buf[:start], "[]"...)
		return true
	}
	if !valid {
		e.c.Buf = e.c.Buf[:start]
		return false
	}
	e.c.Buf = append(e.c.Buf, ']')
	return true
}

func (e *encoder) element(s *shape, v any, broken *bool) bool {
	if v == nil {
		if s.element.nonNull {
			null(e.stack.top())
		}
		return false
	}
	if s.element.abstract == nil {
		return e.value(s.element, v)
	}
	depth := len(e.stack.places)
	defer func() {
		if p := recover(); p != nil {
			e.stack.places = e.stack.places[:depth]
			*broken = true
			ctx := e.stack.top()
			e.run.op.Error(ctx, e.run.op.Recover(ctx, p))
		}
	}()
	return e.value(s.element, v)
}

// stock appends what the generated schema makes of a field by itself.
func (e *encoder) stock(f *field, object any) bool {
	keep := f.introspects && f.constant && !e.run.op.DisableIntrospection
	if kept := f.bytes.Load(); keep && kept != nil {
		e.c.Buf = append(e.c.Buf, *kept...)
		return true
	}
	before := len(e.c.Buf)
	ctx := e.stack.settled()
	e.c.Marshal(f.def.Stock(e.run.state, ctx, f.collected, object))
	if keep && len(e.c.Buf) > before && len(graphql.GetErrors(ctx)) == 0 {
		kept := append([]byte(nil), e.c.Buf[before:]...)
		if f.bytes.CompareAndSwap(nil, &kept) {
			e.run.plan.weigh(len(kept))
		}
	}
	return len(e.c.Buf) > before
}
