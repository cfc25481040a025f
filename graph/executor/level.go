package executor

import (
	"context"
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
