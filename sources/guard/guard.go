// Package guard holds what stands between the gateway and a source: decorators
// that are sources themselves. They hold a deadline even where the adapter does not,
// turn a panic into an error, and report every call.
package guard

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"customer360/sources"
)

// Deadline makes a source that answers within d, or within what is left of the
// context if that is less, whether or not the inner source does: what is late is
// TimedOut, or Canceled where the caller gave up, and its answer is dropped. A panic
// of the inner source becomes an Internal error.
func Deadline[K comparable, V any](inner sources.Source[K, V], d time.Duration) sources.Source[K, V] {
	return deadline[K, V]{inner, d}
}

type deadline[K comparable, V any] struct {
	inner sources.Source[K, V]
	d     time.Duration
}

func (g deadline[K, V]) Name() string { return g.inner.Name() }

func (g deadline[K, V]) Fetch(ctx context.Context, keys []K, want sources.Parts) (map[K]sources.Answer[V], error) {
	return within(ctx, g.inner.Name(), g.d, func(ctx context.Context) (map[K]sources.Answer[V], error) {
		return g.inner.Fetch(ctx, keys, want)
	})
}

// within runs a call in a goroutine of its own and waits for it until the
// deadline. The goroutine of a call that ignores its context lives on until the
// call returns.
func within[T any](ctx context.Context, name string, d time.Duration, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	type outcome struct {
		value T
		err   error
	}
	// Buffered, so that a late call can end.
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.err = &sources.Error{Source: name, Kind: sources.Internal, Err: fmt.Errorf("panic of type %T\n%s", p, debug.Stack())}
			}
			// In this order: a call that ended must not look as if it were given up.
			done <- o
			cancel()
		}()
		o.value, o.err = call(ctx)
	}()
	finished := func(o outcome) (T, error) {
		// An error is told as one of ours, whatever the adapter gave.
		if e := sources.AsError(name, sources.Unavailable, o.err); e != nil {
			return o.value, e
		}
		return o.value, nil
	}
	select {
	case o := <-done:
		return finished(o)
	case <-ctx.Done():
		// A call that ended just then is not thrown away.
		select {
		case o := <-done:
			return finished(o)
		default:
		}
		var none T
		return none, sources.AsError(name, sources.TimedOut, context.Cause(ctx))
	}
}

// A Call is what [Observe] reports of a call.
type Call struct {
	// Source is the name of the source.
	Source string
	// Keys is how many keys were asked, Answered how many of them were answered.
	Keys, Answered int
	// Took is how long the call took, as the gateway saw it.
	Took time.Duration
	// Err is nil where every key was answered.
	Err *sources.Error
}

// An Observer is told of every call, after it. It must be quick, and safe for
// concurrent use.
type Observer func(context.Context, Call)

// Observe makes a source that reports every call. An answer that leaves out a key
// without an error breaks the contract and is told as Malformed.
func Observe[K comparable, V any](inner sources.Source[K, V], observe Observer) sources.Source[K, V] {
	return observed[K, V]{inner, observe}
}

type observed[K comparable, V any] struct {
	inner   sources.Source[K, V]
	observe Observer
}

func (g observed[K, V]) Name() string { return g.inner.Name() }

func (g observed[K, V]) Fetch(ctx context.Context, keys []K, want sources.Parts) (map[K]sources.Answer[V], error) {
	start := time.Now()
	answers, err := g.inner.Fetch(ctx, keys, want)
	call := Call{Source: g.Name(), Keys: len(keys), Took: time.Since(start), Err: sources.AsError(g.Name(), sources.Unavailable, err)}
	for _, k := range keys {
		if _, ok := answers[k]; ok {
			call.Answered++
		}
	}
	if call.Err == nil && call.Answered < call.Keys {
		call.Err = &sources.Error{Source: g.Name(), Kind: sources.Malformed, Err: fmt.Errorf("%d keys were left out", call.Keys-call.Answered)}
		err = call.Err
	}
	g.observe(ctx, call)
	return answers, err
}
