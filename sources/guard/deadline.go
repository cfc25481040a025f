package guard

import (
	"context"
	"time"

	"customer360/sources"
)

// Deadline makes a source that answers within d, or within what is left of the
// context if that is less, whether or not the inner source does. The inner source's
// context ends a little earlier, so that it can hand over what was answered until
// then; what comes after the deadline is dropped, and told as TimedOut, or as Canceled
// where the caller gave up. A panic of the inner source becomes an Internal error.
func Deadline[V any](inner sources.Source[string, V], d time.Duration) sources.Source[string, V] {
	return deadline[V]{inner, d}
}

type deadline[V any] struct {
	sources.Source[string, V]
	d time.Duration
}

func (g deadline[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	return within(ctx, g.Name(), g.d, func(ctx context.Context) (map[string]sources.Answer[V], error) {
		return g.Source.Fetch(ctx, keys, want)
	})
}

// handover is how much earlier a call is told that its time is up: enough to put
// together what it has, and at most a tenth of the time.
const handover = 20 * time.Millisecond

// within runs a call in a goroutine of its own and waits for it until the
// deadline. The goroutine of a call that ignores its context lives on until the
// call returns.
func within[T any](ctx context.Context, name string, d time.Duration, call func(context.Context) (T, error)) (T, error) {
	hard := ctx
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		d = time.Until(end)
	} else {
		var cancel context.CancelFunc
		hard, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	soft, cancel := context.WithTimeout(hard, d-min(d/10, handover))
	type outcome struct {
		value T
		err   *sources.Error
	}
	// Buffered, so that a late call can end.
	done := make(chan outcome, 1)
	go func() {
		value, err := sources.Caught(name, func() (T, error) { return call(soft) })
		// In this order: a call that ended must not look as if it were given up.
		done <- outcome{value, err}
		cancel()
	}()
	finished := func(o outcome) (T, error) {
		if o.err != nil {
			return o.value, o.err
		}
		return o.value, nil
	}
	select {
	case o := <-done:
		return finished(o)
	case <-hard.Done():
		// A call that ended just then is not thrown away.
		select {
		case o := <-done:
			return finished(o)
		default:
		}
		var none T
		return none, sources.AsError(name, sources.TimedOut, context.Cause(hard))
	}
}
