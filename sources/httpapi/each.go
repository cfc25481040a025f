package httpapi

import (
	"context"
	"net/http"
	"sync"

	"customer360/sources"
)

// Each asks for every key by calls of its own, for at most n keys at a time. It gives
// what was answered, and beside it the error that weighs most of those that there
// were; keys that were not asked before ctx ended have its error. An error of the type
// [*sources.Error] keeps its kind, another one is Unavailable. Once our credentials are
// refused (401, or 403 before anything was answered), no more keys are asked.
func Each[V any](ctx context.Context, source string, n int, keys []string,
	ask func(ctx context.Context, key string) (sources.Answer[V], error)) (map[string]sources.Answer[V], error) {
	var (
		mu      sync.Mutex
		worst   *sources.Error
		answers = make(map[string]sources.Answer[V], len(keys))
	)
	ForEach(ctx, n, keys, func(ctx context.Context, key string) (goOn bool) {
		answer, err := sources.Settled(source, key, func() (sources.Answer[V], error) { return ask(ctx, key) })
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			worst = Worse(worst, err)
			// A 403 may be one record's own.
			locked := err.Kind == sources.Unauthorized && (len(answers) == 0 || IsStatus(err, http.StatusUnauthorized))
			return !locked
		}
		answers[key] = answer
		return true
	})
	if len(answers) == len(keys) {
		return answers, nil
	}
	if worst == nil {
		worst = sources.AsError(source, sources.Unavailable, ctx.Err())
	}
	return answers, worst
}

// ForEach does something with every item, with at most n at a time, until one says not
// to go on or ctx ends; it returns when all that it began are done.
func ForEach[T any](ctx context.Context, n int, items []T, do func(ctx context.Context, item T) (goOn bool)) {
	if n == 0 {
		n = defaultConcurrency
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := make(chan T)
	for range min(n, len(items)) {
		wg.Go(func() {
			for item := range next {
				if !do(ctx, item) {
					cancel()
				}
			}
		})
	}
feed:
	for _, item := range items {
		// Of two that are ready, select takes any.
		if ctx.Err() != nil {
			break
		}
		select {
		case next <- item:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
}

// Worse is [sources.Worse].
func Worse(a, b *sources.Error) *sources.Error { return sources.Worse(a, b) }
