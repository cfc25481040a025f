package guard

import (
	"context"
	"fmt"
	"time"

	"customer360/sources"
)

// Observe makes a source that reports every call. An answer that leaves out a key
// without an error breaks the contract and is told as Malformed.
func Observe[V any](inner sources.Source[string, V], o Observer) sources.Source[string, V] {
	return observed[V]{inner, o}
}

type observed[V any] struct {
	sources.Source[string, V]
	observer Observer
}

func (g observed[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	start := time.Now()
	answers, err := g.Source.Fetch(ctx, keys, want)
	call := Call{Source: g.Name(), Keys: len(keys), Took: time.Since(start), Err: sources.AsError(g.Name(), sources.Unavailable, err)}
	call.Answered = len(keys) - len(unanswered(keys, answers))
	if call.Err == nil && call.Answered < call.Keys {
		call.Err = &sources.Error{Source: g.Name(), Kind: sources.Malformed, Err: fmt.Errorf("%d keys were left out", call.Keys-call.Answered)}
		err = call.Err
	}
	g.observer.Called(ctx, call)
	return answers, err
}

// unanswered gives the keys without an answer.
func unanswered[V any](keys []string, answers map[string]sources.Answer[V]) []string {
	var left []string
	for _, k := range keys {
		if _, ok := answers[k]; !ok {
			left = append(left, k)
		}
	}
	return left
}
