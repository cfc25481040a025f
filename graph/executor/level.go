package executor

import (
	"context"
	"errors"
)

// A value is what a field of an object was resolved to before its turn in the answer.
type value struct {
	value  any
	args   map[string]any
	frame  *frame
	failed bool
	absent bool
	// at is the path to the object, so that the encoder can tell whose value it is.
	at path
	// bytes are the value of a root field that is a leaf.
	bytes []byte
}

// A wait is a field that is resolved once the keys of its level are sent.
type wait struct {
	field  *field
	object any
	// above is the place of the object.
	above place
}

// A level is what a walk over resolved objects found: those that the gather hook is given,
// and the fields that lead on.
type level struct {
	run    *run
	stack  stack
	c      Call
	groups []Group
	// numbers are the groups that have objects, in the order in which they were found.
	numbers []int
	waits   []wait
}

// gather calls the hook, if there is something for it, and empties the groups. Queued: keys
// were queued besides.
func (l *level) gather(queued bool) {
	if len(l.numbers) == 0 && !queued || l.run.executor.options.Gather.Level == nil {
		return
	}
	groups := make([]Group, len(l.numbers))
	for i, n := range l.numbers {
		groups[i], l.groups[n] = l.groups[n], Group{}
	}
	l.numbers = l.numbers[:0]
	l.run.send(func(ctx context.Context) { l.run.executor.options.Gather.Level(ctx, groups) })
}

// send runs code that queues keys. If it panics, the resolvers go without.
func (r *run) send(queue func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			r.op.Error(r.ctx, r.op.Recover(r.ctx, p))
		}
	}()
	queue(r.ctx)
}

// object looks at an object whose value is at the top of the stack.
func (l *level) object(sel *selection, object any) {
	if !sel.leads {
		return
	}
	if n := sel.group; n >= 0 {
		for len(l.groups) <= n {
			l.groups = append(l.groups, Group{})
		}
		g := &l.groups[n]
		if g.Objects == nil {
			l.numbers = append(l.numbers, n)
			*g = Group{Object: sel.object.Name, Fields: sel.collected}
		}
		g.Objects = append(g.Objects, object)
	}
	for i := range sel.fields {
		f := &sel.fields[i]
		if !f.leads {
			continue
		}
		if f.def.Waits {
			l.stack.top()
			l.waits = append(l.waits, wait{f, object, l.stack.places[len(l.stack.places)-1]})
			continue
		}
		// Kept, so that the encoder sees the same, whatever resolvers do to the object.
		v := l.c.resolve(f, object)
		l.keep(f, v)
		l.descend(f, v)
	}
}

// descend looks at what a field was resolved to.
func (l *level) descend(f *field, v value) {
	if v.value == nil {
		return
	}
	l.stack.push(place{field: f, value: v.value, list: f.shape.list, args: v.args, frame: v.frame})
	l.shape(&f.shape, v.value)
	l.stack.pop()
}

func (l *level) shape(s *shape, v any) {
	switch {
	case s.sel != nil:
		l.object(s.sel, v)
	case s.abstract != nil:
		if name, object, err := s.abstract.resolve(v); err == nil && name != "" {
			l.object(l.run.plan.selected(s.abstract, name), object)
		}
	default:
		for i := range s.list.Len(v) {
			if element := s.list.At(v, i); element != nil {
				l.stack.push(place{index: i, value: v, list: s.list})
				l.shape(s.element, element)
				l.stack.pop()
			}
		}
	}
}

// wait resolves the fields that the level before leads on by, and looks at what they gave.
func (l *level) wait() {
	waits := l.waits
	l.waits = nil
	for _, w := range waits {
		l.stack.places = append(l.stack.places[:0], w.above)
		v := l.c.resolve(w.field, w.object)
		l.keep(w.field, v)
		l.descend(w.field, v)
	}
}

// keep keeps the value of a field of the object at the top of the stack for the encoder.
func (l *level) keep(f *field, v value) {
	r := l.run
	for len(r.values) <= f.slot {
		r.values = append(r.values, nil)
	}
	v.at = l.stack.path()
	r.values[f.slot] = append(r.values[f.slot], v)
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
		v.value = f.def.Child(c)
	}
	v.args, v.frame, v.failed, v.absent = c.Args, c.frame, c.failed, c.absent
	return v
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
