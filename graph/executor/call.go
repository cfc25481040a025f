package executor

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// A Call is one reading of a field: what generated code is given. It must not be kept.
type Call struct {
	// State is what [Types.State] gave.
	State any
	// Object is the pointer that the field is read of.
	Object any
	// Args are the field's arguments, as the generated code has read them.
	Args map[string]any
	// Buf is the answer so far.
	Buf []byte

	stack *stack
	field *field
	frame *frame
	// failed: it was reported why there is no value. absent: there is no value at all,
	// not even a nil of the field's type.
	failed, absent bool
}

// Context gives the context for a resolver: it leads to the field's context, and so to the
// path, as [graphql.GetFieldContext] has it. It may be kept.
func (c *Call) Context() context.Context { return c.at() }

func (c *Call) at() *frame {
	if c.frame == nil {
		c.frame = c.stack.frame(c.stack.top(), &c.stack.places[len(c.stack.places)-1], c.field, 0, c.Args)
	}
	return c.frame
}

// begin makes the call ready for a field of an object.
func (c *Call) begin(f *field, object any) {
	c.Object, c.Args, c.field, c.frame, c.failed, c.absent = object, nil, f, nil, false, false
}

// Fail reports that the field failed. Its value is null.
func (c *Call) Fail(err error) {
	ctx := c.at()
	c.failed = true
	c.stack.run.op.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
}

// Absent says that there is no value: a nil interface, or a method that says so.
func (c *Call) Absent() { c.absent = true }

// Marshal appends what a marshaler writes that the generated schema gave; nothing for
// [graphql.Null], which it has reported if that must not be.
func (c *Call) Marshal(m graphql.Marshaler) {
	if m == graphql.Null {
		c.failed = true
		return
	}
	m.MarshalGQL(c)
}

// Write appends bytes. It never fails.
func (c *Call) Write(p []byte) (int, error) {
	c.Buf = append(c.Buf, p...)
	return len(p), nil
}

// WriteString appends a text. It never fails.
func (c *Call) WriteString(s string) (int, error) {
	c.Buf = append(c.Buf, s...)
	return len(s), nil
}

// resolve gives the value of a field that is no leaf.
func (c *Call) resolve(f *field, object any) (v value) {
	depth := len(c.stack.places)
	defer func() {
		if p := recover(); p != nil {
			c.stack.places = c.stack.places[:depth]
			v = value{failed: true, frame: c.at()}
			c.stack.run.op.Error(c.frame, c.stack.run.op.Recover(c.frame, p))
		}
	}()
	c.begin(f, object)
	if c.arguments() {
		v.value = c.child(f)
	}
	v.args, v.frame, v.failed, v.absent = c.Args, c.frame, c.failed, c.absent
	return v
}

// child gives the value of a field that is no leaf, as far as it may be seen.
func (c *Call) child(f *field) any {
	if f.guard == nil {
		return f.def.Child(c)
	}
	if c.denied(f) {
		return nil
	}
	v := f.def.Child(c)
	if v != nil && (f.guard.drop || f.guard.typeOf != nil) {
		if v = c.stack.run.executor.options.Guard.shown(f.collected, f.guard, v); v == nil {
			c.Absent()
		}
	}
	return v
}

// leafOf appends a leaf as it may be seen.
func (c *Call) leafOf(f *field) {
	if f.guard == nil {
		f.def.Leaf(c)
		return
	}
	if c.denied(f) {
		return
	}
	start := len(c.Buf)
	f.def.Leaf(c)
	c.rewrite(f, start)
}

// arguments reads the arguments of a field, once for an operation, or for the plan. It
// reports whether they could be read; if not, the error was reported.
func (c *Call) arguments() bool {
	f, r := c.field, c.stack.run
	if !f.def.HasArgs {
		return true
	}
	if given := f.given.Load(); given != nil {
		c.Args = *given
		return true
	}
	r.mu.Lock()
	for len(r.arguments) <= f.argument {
		r.arguments = append(r.arguments, nil)
	}
	c.Args = r.arguments[f.argument]
	r.mu.Unlock()
	if c.Args != nil {
		return true
	}
	fc, err := f.def.Context(r.state, c.stack.top(), f.collected)
	if err != nil {
		c.failed = true
		return false
	}
	c.Args = fc.Args
	if f.fixed {
		f.given.Store(&fc.Args)
		return true
	}
	r.mu.Lock()
	r.arguments[f.argument] = fc.Args
	r.mu.Unlock()
	return true
}

// leaf gives the bytes of a field that is a leaf, or that stock execution resolves.
func (c *Call) leaf(f *field) (v value) {
	defer func() {
		if p := recover(); p != nil {
			v = value{failed: true, frame: c.at()}
			c.stack.run.op.Error(c.frame, c.stack.run.op.Recover(c.frame, p))
		}
	}()
	c.begin(f, nil)
	switch {
	case f.kind == isStock:
		c.Marshal(f.def.Stock(c.State, c.stack.settled(), f.collected, nil))
	case c.arguments():
		c.leafOf(f)
	}
	return value{bytes: c.Buf, failed: c.failed, absent: c.absent, frame: c.frame}
}

// AppendList appends a list of leaves to the answer; each appends its own element, or nothing
// for null. NonNull says that an element must not be null, and indexed that the path of an
// error has the element's index: so it is for enums and not for scalars in gqlgen.
func AppendList[T any](c *Call, list []T, nonNull, indexed bool, each func([]byte, T) []byte) {
	start := len(c.Buf)
	c.Buf = append(c.Buf, '[')
	bubbles, broken := false, false
	for i, v := range list {
		if i > 0 {
			c.Buf = append(c.Buf, ',')
		}
		before := len(c.Buf)
		panicked := false
		if indexed {
			panicked = !appendElement(c, i, v, each)
			broken = broken || panicked
		} else {
			c.Buf = each(c.Buf, v)
		}
		if len(c.Buf) > before {
			continue
		}
		c.Buf = append(c.Buf, "null"...)
		if nonNull && !panicked {
			bubbles = true
			ctx := c.at()
			if indexed {
				ctx = c.element(i)
			}
			null(ctx)
		}
	}
	c.Buf = append(c.Buf, ']')
	switch {
	case broken:
		// Stock execution drops a list of which an element panics.
		c.Buf = append(c.Buf[:start], "[]"...)
	case bubbles:
		c.Buf = c.Buf[:start]
		c.failed = true
	}
}

// appendElement appends an element of a list, and reports whether it could: it did not panic.
func appendElement[T any](c *Call, i int, v T, each func([]byte, T) []byte) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			ctx := c.element(i)
			c.stack.run.op.Error(ctx, c.stack.run.op.Recover(ctx, p))
		}
	}()
	c.Buf = each(c.Buf, v)
	return true
}

// element gives the frame of an element of a list of leaves.
func (c *Call) element(i int) *frame { return c.stack.frame(c.at(), &place{}, nil, i, nil) }
