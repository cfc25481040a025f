package guard

import (
	"context"
	"maps"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/budget"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"customer360/sources"
)

// The pause before a retry is long enough for a connection to be made anew, and not the
// same for all callers, so that they do not come back as one.
const (
	retryPause  = 25 * time.Millisecond
	retryJitter = 15 * time.Millisecond
)

// Retrying makes a source that asks once more for keys that were left unanswered since the
// system failed, all within timeout; without attempts it is the inner one within timeout.
func Retrying[V any](inner sources.Source[string, V], r Retry, timeout time.Duration, o Observer) sources.Source[string, V] {
	type answers = map[string]sources.Answer[V]
	g := retrying[V]{Source: inner, timeout: timeout}
	if r.Attempts > 0 {
		shares := budget.NewBuilder().WithMaxRate(r.Budget).Build()
		g.calls = shares.(calls)
		g.executor = failsafe.With(retrypolicy.NewBuilder[answers]().
			HandleIf(func(_ answers, err error) bool { return g.retries(err) }).
			ReturnLastFailure().
			WithMaxRetries(r.Attempts).
			WithDelay(retryPause).WithJitter(retryJitter).
			WithBudget(shares).
			OnRetry(func(failsafe.ExecutionEvent[answers]) { o.Retried(inner.Name()) }).
			Build())
	}
	return g
}

type retrying[V any] struct {
	sources.Source[string, V]
	timeout  time.Duration
	executor failsafe.Executor[map[string]sources.Answer[V]]
	calls    calls
}

// calls is where a budget counts what is under way.
type calls interface {
	RecordExecution()
	ReleaseExecution()
}

// retries reports whether a call is made once more after an error.
func (g retrying[V]) retries(err error) bool {
	e := sources.AsError(g.Name(), sources.Unavailable, err)
	return e != nil && e.Kind == sources.Unavailable && e.RetryAfter == 0
}

// first makes the first attempt, which most calls end with: it is counted as the library does,
// and costs nothing else.
func (g retrying[V]) first(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	g.calls.RecordExecution()
	defer g.calls.ReleaseExecution()
	return g.Source.Fetch(ctx, keys, want)
}

func (g retrying[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	// Who asks through a cache has set the same bound already.
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > g.timeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.timeout)
		defer cancel()
	}
	if g.executor == nil {
		return g.Source.Fetch(ctx, keys, want)
	}
	all, last := g.first(ctx, keys, want)
	if !g.retries(last) {
		return all, last
	}
	made := true
	// What the executor gives is not used: an exceeded budget or an end of ctx during the
	// pause would hide what the system said.
	_, _ = g.executor.WithContext(ctx).Get(func() (map[string]sources.Answer[V], error) {
		if made {
			made = false
			return all, last
		}
		answers, err := g.Source.Fetch(ctx, unanswered(keys, all), want)
		if all == nil {
			all = answers
		} else {
			maps.Copy(all, answers)
		}
		last = err
		return answers, err
	})
	return all, last
}
