package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"customer360/sources"
)

// A Fault is a way for a source to fail, for show.
type Fault string

// The faults.
const (
	// FaultError: every call fails at once.
	FaultError Fault = "error"
	// FaultHang: no call ever answers.
	FaultHang Fault = "hang"
	// FaultSlow: every call takes half a second more.
	FaultSlow Fault = "slow"
	// FaultPartial: every other key is left unanswered.
	FaultPartial Fault = "partial"
)

// ParseFault reads "source=fault", as "social=hang". The source is billing, support
// or social.
func ParseFault(text string) (source string, fault Fault, err error) {
	source, word, _ := strings.Cut(text, "=")
	fault = Fault(word)
	if !slices.Contains([]string{"billing", "support", "social"}, source) ||
		!slices.Contains([]Fault{FaultError, FaultHang, FaultSlow, FaultPartial}, fault) {
		return "", "", fmt.Errorf("a fault is SOURCE=FAULT, SOURCE one of billing, support, social, FAULT one of error, hang, slow, partial; not %q", text)
	}
	return source, fault, nil
}

// Faulty makes a source that fails in the given way; without a fault it is the inner
// source.
func Faulty[V any](inner sources.Source[string, V], fault Fault) sources.Source[string, V] {
	if fault == "" {
		return inner
	}
	return faulty[V]{inner, fault}
}

type faulty[V any] struct {
	inner sources.Source[string, V]
	fault Fault
}

func (f faulty[V]) Name() string { return f.inner.Name() }

func (f faulty[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	down := &sources.Error{Source: f.Name(), Kind: sources.Unavailable, Err: errors.New("switched off for show")}
	switch f.fault {
	case FaultHang:
		<-ctx.Done()
		return nil, ctx.Err()
	case FaultSlow:
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return f.inner.Fetch(ctx, keys, want)
	case FaultPartial:
		answers, err := f.inner.Fetch(ctx, keys, want)
		if err != nil {
			return answers, err
		}
		sorted := slices.Sorted(slices.Values(keys))
		for i := 0; i < len(sorted); i += 2 {
			delete(answers, sorted[i])
		}
		return answers, down
	}
	return nil, down
}
