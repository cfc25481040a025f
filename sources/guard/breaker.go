package guard

import (
	"context"
	"errors"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"customer360/sources"
)

// Circuit makes a source that is left alone after many failures, see [Breaker]: calls
// are then refused with CircuitOpen, until one is let through to try it. The timeout is
// what a call gets that nobody hurries.
func Circuit[V any](inner sources.Source[string, V], b Breaker, timeout time.Duration, o Observer) sources.Source[string, V] {
	if b.Disabled {
		return inner
	}
	o.Switched(inner.Name(), circuitbreaker.ClosedState.String())
	return circuit[V]{inner, timeout, circuitbreaker.NewBuilder[any]().
		WithFailureRateThreshold(b.FailureRate, uint(b.Calls), b.Window).
		WithDelay(b.OpenFor).
		WithSuccessThreshold(1).
		OnStateChanged(func(e circuitbreaker.StateChangedEvent) { o.Switched(inner.Name(), e.NewState.String()) }).
		Build()}
}

type circuit[V any] struct {
	sources.Source[string, V]
	timeout time.Duration
	breaker circuitbreaker.CircuitBreaker[any]
}

var errOpen = errors.New("the circuit breaker is open after repeated failures")

func (g circuit[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.AsError(g.Name(), sources.Canceled, context.Cause(ctx))
	}
	if !g.breaker.TryAcquirePermit() {
		return nil, &sources.Error{Source: g.Name(), Kind: sources.CircuitOpen, RetryAfter: g.breaker.RemainingDelay(), Err: errOpen}
	}
	if g.breaker.IsHalfOpen() {
		return g.probe(ctx, keys, want)
	}
	end, bounded := ctx.Deadline()
	wish := sources.FreshnessOf(ctx).Deadline
	// A fifth less than the timeout, as the first attempt may leave to a second one, is as
	// good as all of it; but never what the caller asked for.
	hurried := bounded && time.Until(end) < g.timeout*4/5 || wish > 0 && wish < g.timeout
	answers, err := g.Source.Fetch(ctx, keys, want)
	switch kind := kindOf(g.Name(), err); {
	case hurried && kind == sources.TimedOut, kind == sources.Canceled:
	// It may not have been asked at all.
	case kind == sources.RateLimited, kind == sources.BadLink && len(answers) == 0:
	case isFailure(len(answers), kind):
		g.breaker.RecordFailure()
	default:
		g.breaker.RecordSuccess()
	}
	return answers, err
}

// isFailure reports whether a call is the system's failure. One that answered some keys
// is there.
func isFailure(answered int, kind sources.Kind) bool {
	switch kind {
	case sources.Unavailable, sources.TimedOut, sources.Internal:
		return answered == 0
	}
	return false
}

// probe makes the call that decides whether the system is well again. It is not cut
// short by a caller who is in a hurry or goes away: else callers who give no time would
// keep a breaker open.
func (g circuit[V]) probe(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	return within(ctx, g.Name(), g.timeout, func(context.Context) (answers map[string]sources.Answer[V], err error) {
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.timeout)
		defer cancel()
		// Recorded even if it panics: a place that is not given back is lost for good.
		kind := sources.Internal
		defer func() {
			// A call that was not let through tells nothing, and so not that it is well.
			if isFailure(len(answers), kind) || kind == sources.RateLimited || kind == sources.Canceled ||
				kind == sources.BadLink && len(answers) == 0 {
				g.breaker.RecordFailure()
			} else {
				g.breaker.RecordSuccess()
			}
		}()
		answers, err = g.Source.Fetch(free, keys, want)
		kind = kindOf(g.Name(), err)
		return answers, err
	})
}

func kindOf(name string, err error) sources.Kind {
	if e := sources.AsError(name, sources.Unavailable, err); e != nil {
		return e.Kind
	}
	return ""
}
