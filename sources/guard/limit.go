package guard

import (
	"context"
	"errors"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"customer360/sources"
)

// Bulkhead makes a source that gets at most n calls at once. Others wait for their
// turn, for as long as their context lets them.
func Bulkhead[V any](inner sources.Source[string, V], n int) sources.Source[string, V] {
	return bulk[V]{inner, bulkhead.New[any](uint(n))}
}

type bulk[V any] struct {
	sources.Source[string, V]
	places bulkhead.Bulkhead[any]
}

func (g bulk[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if err := g.places.AcquirePermit(ctx); err != nil {
		return nil, sources.AsError(g.Name(), sources.Unavailable, context.Cause(ctx))
	}
	defer g.places.ReleasePermit()
	return g.Source.Fetch(ctx, keys, want)
}

// Rate makes a source that gets calls at a bounded rate; without a bound it is the
// inner one. A call that has no place before its context ends is RateLimited at once.
func Rate[V any](inner sources.Source[string, V], r RateLimit) sources.Source[string, V] {
	if r.Calls == 0 {
		return inner
	}
	return paced[V]{inner, ratelimiter.NewBursty[any](uint(r.Calls), r.Per), r.Per}
}

type paced[V any] struct {
	sources.Source[string, V]
	permits ratelimiter.RateLimiter[any]
	per     time.Duration
}

var errRate = errors.New("its configured rate limit is reached")

func (g paced[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	patience := g.per
	if end, ok := ctx.Deadline(); ok {
		patience = time.Until(end)
	}
	switch err := g.permits.AcquirePermitWithMaxWait(ctx, max(patience, 0)); {
	case errors.Is(err, ratelimiter.ErrExceeded):
		return nil, &sources.Error{Source: g.Name(), Kind: sources.RateLimited, RetryAfter: g.per, Err: errRate}
	case err != nil:
		return nil, sources.AsError(g.Name(), sources.Unavailable, context.Cause(ctx))
	}
	return g.Source.Fetch(ctx, keys, want)
}
