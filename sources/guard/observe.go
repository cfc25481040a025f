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
	for _, k := range keys {
		a, ok := answers[k]
		if !ok {
			continue
		}
		call.Answered++
		if !a.Missing {
			call.LeftOut = append(call.LeftOut, faultsOf(a.Value)...)
		}
	}
	if call.Err == nil && call.Answered < call.Keys {
		call.Err = &sources.Error{Source: g.Name(), Kind: sources.Malformed, Err: fmt.Errorf("%d keys were left out", call.Keys-call.Answered)}
		err = call.Err
	}
	g.observer.Called(ctx, call)
	return answers, err
}

// faultsOf gives the values that were left out of a record.
func faultsOf(record any) []sources.Fault {
	if r, ok := record.(interface{ Faults() []sources.Fault }); ok {
		return r.Faults()
	}
	return nil
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
