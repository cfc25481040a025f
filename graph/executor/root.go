package executor

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

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
		v = c.resolve(f, nil)
	} else {
		v = c.leaf(f)
	}
	r.mu.Lock()
	state.value, state.root, state.returned = v, root, true
	r.mu.Unlock()
	r.leave(state)
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
