package executor

import (
	"context"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// A value is what a field of an object was resolved to before its turn in the answer.
type value struct {
	value  any
	args   map[string]any
	frame  *frame
	failed bool
	absent bool
	// at is where the object is, so that the encoder can tell whose value it is.
	at step
	// bytes are the value of a root field that is a leaf.
	bytes []byte
}

// A step is how deep a place is, and its index in a list.
type step struct{ depth, index int }

// step gives the step of the innermost place.
func (s *stack) step() step {
	top := &s.places[len(s.places)-1]
	return step{top.depth, top.index}
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
		// What is not kept is read again by the encoder, which then tells what is wrong.
		v := l.c.resolve(f, object, f.slot < 0)
		if f.slot >= 0 {
			l.keep(f, v)
		}
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
		v := l.c.resolve(w.field, w.object, false)
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
	v.at = l.stack.step()
	r.values[f.slot] = append(r.values[f.slot], v)
}

var errStep = errors.New("the executor took a value for another object's: please report the operation")

// take gives the value that was kept of a field of the object at the top of the stack. The
// encoder comes by in the order of the walk; if ever it does not, there is an error, and not
// another object's value.
func (e *encoder) take(f *field) value {
	r := e.run
	if f.slot < len(r.values) && len(r.values[f.slot]) > 0 {
		v := r.values[f.slot][0]
		r.values[f.slot] = r.values[f.slot][1:]
		if v.at == e.stack.step() {
			return v
		}
	}
	e.c.Fail(errStep)
	return value{failed: true, frame: e.c.frame}
}

// resolve gives the value of a field that is no leaf. Quiet: nobody is told of a panic.
func (c *Call) resolve(f *field, object any, quiet bool) (v value) {
	depth := len(c.stack.places)
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		c.stack.places = c.stack.places[:depth]
		v = value{failed: true}
		if !quiet {
			v.frame = c.at()
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

// arguments reads the arguments of a field, once for an operation, or for the plan. It reports whether they
// could be read; if not, the error was reported.
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

// root resolves the fields of the root, all at once, and sends for the keys of the first
// level as soon as the last of them has returned or waits for them.
func (r *run) root() *level {
	fields := r.plan.root.fields
	r.roots = make([]rootField, len(fields))
	for i := range fields {
		f, state := &fields[i], &r.roots[i]
		state.runs = f.kind == isLeaf || f.kind == isChild || f.kind == isStock && !f.introspects
		state.left = !state.runs || !f.leads && !r.plan.needs(f.object, f.collected.Name)
		if !state.left {
			r.missing++
		}
	}
	l := &level{run: r, stack: stack{run: r}}
	l.c = Call{State: r.state, stack: &l.stack}
	r.sent = make(chan struct{})
	r.first = l
	// Fields that lead to no level hold none up: they are waited for by the encoder.
	var leading, others []int
	for i := range r.roots {
		switch state := &r.roots[i]; {
		case !state.runs:
		case state.left:
			others = append(others, i)
		default:
			leading = append(leading, i)
		}
	}
	if len(leading) == 0 {
		leading, others = others, nil
	}
	for _, i := range others {
		r.others.Go(func() { r.rootField(i) })
	}
	if n := len(leading); n > 0 {
		var wg sync.WaitGroup
		for _, i := range leading[:n-1] {
			wg.Go(func() { r.rootField(i) })
		}
		r.rootField(leading[n-1])
		wg.Wait()
	}
	// Those that met the others returned after the first level was sent.
	l.roots(false)
	return l
}

// A rootField is a field of the root while it is resolved.
type rootField struct {
	value
	// runs: it is resolved here. A typename and introspection are not.
	runs bool
	// left: the first level does not wait for it, or not any more.
	left bool
	// returned: it was resolved. walked: and looked at.
	returned, walked bool
	root             *frame
}

func (r *run) rootField(i int) {
	f, state := &r.plan.root.fields[i], &r.roots[i]
	ctx := graphql.WithRootFieldContext(r.ctx, &graphql.RootFieldContext{Object: f.collected.Name, Field: f.collected})
	root := &frame{Context: ctx, run: r, index: i}
	c := Call{State: r.state, stack: &stack{run: r, places: []place{{frame: root}}}}
	var v value
	if f.kind == isChild {
		v = c.resolve(f, nil, false)
	} else {
		v = c.leaf(f)
	}
	r.mu.Lock()
	state.value, state.root, state.returned = v, root, true
	r.mu.Unlock()
	r.leave(state)
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
		f.def.Leaf(c)
	}
	return value{bytes: c.Buf, failed: c.failed, absent: c.absent, frame: c.frame}
}

// leave says that a root field is not waited for any more. The last one sends.
func (r *run) leave(state *rootField) {
	r.mu.Lock()
	was := state.left
	if !was {
		state.left = true
		r.missing--
	}
	last := r.missing == 0 && !r.sending && !was
	r.sending = r.sending || last
	r.mu.Unlock()
	if last {
		defer close(r.sent)
		// It runs in the goroutine of a root field, where a panic would end the process.
		defer func() {
			if p := recover(); p != nil {
				r.op.Error(r.ctx, r.op.Recover(r.ctx, p))
			}
		}()
		for _, queue := range r.queues {
			r.send(queue)
		}
		r.first.roots(len(r.queues) > 0)
	}
}

// roots looks at the root fields that have returned, each once, and sends.
func (l *level) roots(queued bool) {
	l.run.mu.Lock()
	var ready []int
	for i := range l.run.roots {
		if state := &l.run.roots[i]; state.returned && !state.walked {
			state.walked = true
			ready = append(ready, i)
		}
	}
	l.run.mu.Unlock()
	for _, i := range ready {
		f, state := &l.run.plan.root.fields[i], &l.run.roots[i]
		if f.leads {
			l.stack.places = append(l.stack.places[:0], place{frame: state.root})
			l.descend(f, state.value)
		}
	}
	l.gather(queued)
}

// Meet is for resolvers of root fields that need keys sent for before they can return, as
// one that finds any object by its id. It calls queue when the other root fields have
// returned or meet as well, just before the gather hook of the first level, and returns
// when keys were sent, or ctx has ended. It reports false, and does nothing, where the
// context is not one of a root field of a plan that [Gather.Needs] names, or the level was
// sent.
func Meet(ctx context.Context, queue func(context.Context)) bool {
	f, _ := ctx.Value(frameKey{}).(*frame)
	if f == nil {
		return false
	}
	for f.parent != nil {
		f = f.parent
	}
	r, state := f.run, &f.run.roots[f.index]
	r.mu.Lock()
	if r.sending || state.left {
		r.mu.Unlock()
		return false
	}
	r.queues = append(r.queues, queue)
	r.mu.Unlock()
	r.leave(state)
	select {
	case <-r.sent:
	case <-ctx.Done():
	}
	return true
}

// Plans reports whether a resolver was called by a plan, so that the gather hook is
// called for what it returns.
func Plans(ctx context.Context) bool { return ctx.Value(frameKey{}) != nil }
