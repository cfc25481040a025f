// Package guard protects the gateway from slow and failing sources, with decorators that
// are sources themselves. They enforce a deadline even where the adapter does not, turn a
// panic into an error, retry within a budget, break the circuit to a failing system, limit
// how many calls it gets, share one call between those who ask for a key at the same time,
// cache answers and serve them when the system fails, and report all of it. [New] puts them
// in their order.
package guard

import (
	"context"
	"errors"
	"io"
	"time"

	"customer360/sources"
)

// New puts all guards around a source, in this order, from the outside:
//
//	cache and coalescing   what is kept or under way is not asked again
//	observe                one report for each call of the system, retries included
//	retry                  within the system's timeout
//	breaker                each attempt counts
//	deadline               holds even if the adapter does not
//	rate limit, bulkhead   calls that outlive their deadline keep their place
//
// The settings must pass [Settings.Check]. Closing it forgets what is kept and closes
// the inner source, if that can be closed.
func New[V any](inner sources.Source[string, V], s Settings, o Observer) *Guarded[V] {
	eraser, source := sources.EraserOf(inner), inner
	if eraser != nil {
		source = erasable[V]{inner, eraser}
	}
	source = Bulkhead(source, s.Bulkhead)
	source = Rate(source, s.RateLimit)
	source = Deadline(source, s.Timeout)
	source = Circuit(source, s.Breaker, s.Timeout, o)
	source = Retrying(source, s.Retry, s.Timeout, o)
	source = Observe(source, o)
	kept := Caching(source, s.Cache, s.Timeout, o)
	return &Guarded[V]{kept, kept, eraser != nil, func() error {
		err := kept.Close()
		if c, ok := inner.(io.Closer); ok {
			err = errors.Join(err, c.Close())
		}
		return err
	}}
}

// A Guarded source holds goroutines and perhaps connections, until it is closed.
type Guarded[V any] struct {
	sources.Source[string, V]
	kept *Cached[V]
	// erases: the inner source can erase.
	erases bool
	close  func() error
}

// Close releases what the source holds. It must not be asked any more.
func (g *Guarded[V]) Close() error { return g.close() }

// A Call is what an [Observer] is told of a call.
type Call struct {
	// Source is the name of the source.
	Source string
	// Keys is how many keys were asked, Answered how many of them were answered.
	Keys, Answered int
	// Took is how long the call took, as the gateway saw it.
	Took time.Duration
	// Err is nil where every key was answered.
	Err *sources.Error
	// LeftOut are values of the answers that cannot be true, and were left out therefore.
	LeftOut []sources.Fault
}

// A Use is what became of the keys of one Fetch, where answers are kept.
type Use struct {
	// Fresh keys were answered from what is kept, Joined ones by a call that was under
	// way, Asked ones by a call of their own.
	Fresh, Joined, Asked int
	// Stale keys were not answered, and what is kept was served instead.
	Stale int
}

// An Observer is told what guards do. It must be quick, and safe for concurrent use.
type Observer interface {
	// Called is told of every call of a source, after it.
	Called(context.Context, Call)
	// Retried is told before a call is made once more.
	Retried(source string)
	// Switched is told when a breaker changes its state: "closed", "open" or
	// "half-open". It is told of the first state too, which is closed.
	Switched(source, state string)
	// Used is told of every Fetch that keys were kept for.
	Used(source string, u Use)
}
