package guard

import (
	"context"

	"customer360/sources"
)

// Forget drops what is kept of these keys, in all authorisation scopes. A call that is
// under way began before, and what it brings of them is not kept; who asks for them from
// now on does not join it. Who waits for it already gets its answer. See
// [sources.Forgetter].
func (g *Cached[V]) Forget(keys ...string) {
	if len(keys) == 0 {
		return
	}
	forgotten := make(map[string]struct{}, len(keys))
	for _, key := range keys {
		forgotten[key] = struct{}{}
	}
	// Who is about to keep something has done so when this is locked, or will find its
	// call marked: nothing is kept behind the back of what follows.
	g.keeping.Lock()
	g.mu.Lock()
	for f := range g.flying {
		f.forget(keys)
	}
	for k := range g.flights {
		if _, ok := forgotten[k.key]; ok {
			delete(g.flights, k)
		}
	}
	g.mu.Unlock()
	g.keeping.Unlock()
	if g.kept == nil {
		return
	}
	// Scopes and parts stand beside the key, so all keys are looked through: a millisecond
	// for ten thousand, and erasures are rare.
	for k := range g.kept.Keys() {
		if _, ok := forgotten[k.key]; ok {
			g.kept.Invalidate(k)
		}
	}
}

// forget makes keys ones that are not kept. The lock of what is being kept is held.
func (f *flight[V]) forget(keys []string) {
	if f.forgotten == nil {
		f.forgotten = make(map[string]struct{}, len(keys))
	}
	for _, key := range keys {
		f.forgotten[key] = struct{}{}
	}
}

// Forget drops what is kept of these keys, see [Cached.Forget].
func (g *Guarded[V]) Forget(keys ...string) { g.kept.Forget(keys...) }

// Eraser gives what removes records behind these guards; nil where the inner source has
// nothing that does. An erasure is a call like any other: it has its place, its share of
// the rate and its deadline, is retried, reported, and refused while the system is left
// alone. What is kept of the keys is forgotten, whether or not they were erased.
//
// One that passes its deadline may still happen after it was told as TimedOut, and
// something may be kept until then: it has to be made again, as any that failed.
func (g *Guarded[V]) Eraser() sources.Eraser[string] {
	if !g.erases {
		return nil
	}
	return eraser[V]{g}
}

type eraser[V any] struct{ guarded *Guarded[V] }

func (e eraser[V]) Erase(ctx context.Context, keys []string) error {
	defer e.guarded.kept.Forget(keys...)
	if ctx.Err() != nil {
		return sources.AsError(e.guarded.Name(), sources.Canceled, context.Cause(ctx))
	}
	_, err := e.guarded.kept.Source.Fetch(context.WithValue(ctx, erasing{}, true), keys, 0)
	return err
}

// erasing marks the context of a call that erases its keys. So it goes through the same
// guards as the others, the same breaker and the same places, and not through a second
// set of them.
type erasing struct{}

// erasable is what the guards of a source that can erase stand around.
type erasable[V any] struct {
	sources.Source[string, V]
	eraser sources.Eraser[string]
}

// Fetch asks for the keys or, if that is what the call is for, erases them: then they are
// missing.
func (s erasable[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if ctx.Value(erasing{}) == nil {
		return s.Source.Fetch(ctx, keys, want)
	}
	if err := s.eraser.Erase(ctx, keys); err != nil {
		return nil, err
	}
	answers := make(map[string]sources.Answer[V], len(keys))
	for _, key := range keys {
		answers[key] = sources.Answer[V]{Missing: true}
	}
	return answers, nil
}
