package guard

import (
	"context"
	"time"

	"customer360/sources"
)

// flightKey is a key that a call asks for. Only those who wait equally long share it.
type flightKey struct {
	scope, key string
	wait       time.Duration
}

// A flight is a call that is under way, perhaps for several who wait.
type flight[V any] struct {
	want sources.Parts
	done chan struct{}
	// answers and err are set when done is closed.
	answers map[string]sources.Answer[V]
	err     *sources.Error
	cancel  context.CancelFunc
	// forgotten are the keys whose answers must not be kept. [Cached.keeping] guards it.
	forgotten map[string]struct{}
	// keys are those by which others find it.
	keys []flightKey
	// waiting is how many wait for it.
	waiting int
}

// ask joins the calls that are under way for these keys, makes one for the others, and
// waits for all of them, until ctx ends. It adds to the answers, and gives why keys were
// left unanswered.
func (g *Cached[V]) ask(ctx context.Context, keys []string, want sources.Parts, wait time.Duration, answers map[string]sources.Answer[V], use *Use) map[string]*sources.Error {
	scope := sources.ScopeOf(ctx)
	shared := !g.settings.Separate
	if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
		// Who waits a time of its own shares with nobody.
		wait, shared = time.Until(end), false
	}
	var (
		own   []string
		calls = map[*flight[V]][]string{}
	)
	g.mu.Lock()
	for _, key := range keys {
		if f, ok := g.flights[flightKey{scope, key, wait}]; ok && shared && f.want.Has(want) {
			if calls[f] == nil {
				f.waiting++
			}
			calls[f] = append(calls[f], key)
			continue
		}
		own = append(own, key)
	}
	use.Joined, use.Asked = len(keys)-len(own), len(own)
	if len(own) > 0 {
		f := &flight[V]{want: want, done: make(chan struct{}), waiting: 1}
		// The call is not its first caller's alone.
		var free context.Context
		free, f.cancel = context.WithTimeout(context.WithoutCancel(ctx), wait)
		if shared {
			for _, key := range own {
				f.keys = append(f.keys, flightKey{scope, key, wait})
				g.flights[flightKey{scope, key, wait}] = f
			}
		}
		calls[f] = own
		g.flying[f] = struct{}{}
		g.landing.Go(func() { g.fly(free, f, own, scope) })
	}
	g.mu.Unlock()

	var failures map[string]*sources.Error
	for f, keys := range calls {
		answered, err := g.await(ctx, f)
		for _, key := range keys {
			if a, ok := answered[key]; ok {
				answers[key] = a
				continue
			}
			if failures == nil {
				failures = map[string]*sources.Error{}
			}
			failures[key] = err
		}
	}
	return failures
}

// await waits for a call, until ctx ends.
func (g *Cached[V]) await(ctx context.Context, f *flight[V]) (map[string]sources.Answer[V], *sources.Error) {
	select {
	case <-f.done:
		return f.answers, f.err
	case <-ctx.Done():
	}
	select {
	// One that ended just then is not thrown away.
	case <-f.done:
		return f.answers, f.err
	default:
		g.leave(f)
		return nil, sources.AsError(g.Name(), sources.Canceled, context.Cause(ctx))
	}
}

// fly makes the call.
func (g *Cached[V]) fly(ctx context.Context, f *flight[V], keys []string, scope string) {
	defer f.cancel()
	answers, err := sources.Caught(g.Name(), func() (map[string]sources.Answer[V], error) {
		at := time.Now()
		answers, err := g.Source.Fetch(ctx, keys, f.want)
		g.remember(scope, answers, f, at)
		return answers, err
	})
	g.mu.Lock()
	f.answers, f.err = answers, err
	g.hide(f)
	delete(g.flying, f)
	g.mu.Unlock()
	close(f.done)
}

// hide makes a call one that nobody joins any more. The lock is held.
func (g *Cached[V]) hide(f *flight[V]) {
	for _, k := range f.keys {
		if g.flights[k] == f {
			delete(g.flights, k)
		}
	}
}

// leave is for a caller who waits no longer.
func (g *Cached[V]) leave(f *flight[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f.waiting--; f.waiting == 0 && g.kept == nil {
		g.hide(f)
		f.cancel()
	}
}
