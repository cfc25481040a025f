package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/sources"
)

// A Fault is a way for a source to fail, for show.
type Fault struct {
	Kind FaultKind
	// After is how long after the source was first asked it begins; zero: at once.
	After time.Duration
}

// FaultKind is what goes wrong; empty: nothing does.
type FaultKind string

// The kinds of faults.
const (
	// FaultError: every call fails at once.
	FaultError FaultKind = "error"
	// FaultHang: no call ever answers.
	FaultHang FaultKind = "hang"
	// FaultSlow: every call takes half a second more.
	FaultSlow FaultKind = "slow"
	// FaultPartial: every other key is left unanswered.
	FaultPartial FaultKind = "partial"
)

// String gives the fault in the form of [ParseFault], without the source.
func (f Fault) String() string {
	if f.After == 0 {
		return string(f.Kind)
	}
	return string(f.Kind) + ", from " + f.After.String() + " after it was first asked"
}

// Start gives a function that says what is wrong when the source is asked: nothing until
// the fault begins. It is safe for concurrent use.
func (f Fault) Start() func() FaultKind {
	first := sync.OnceValue(time.Now)
	return func() FaultKind {
		if time.Since(first()) < f.After {
			return ""
		}
		return f.Kind
	}
}

// ParseFault reads "source=fault", as "social=hang", or "source=fault@delay", as
// "social=hang@30s". The source is billing, support or social.
func ParseFault(text string) (source string, fault Fault, err error) {
	source, word, _ := strings.Cut(text, "=")
	kind, after, delayed := strings.Cut(word, "@")
	fault.Kind = FaultKind(kind)
	if delayed {
		var bad error
		if fault.After, bad = time.ParseDuration(after); bad != nil || fault.After < 0 {
			return "", Fault{}, fmt.Errorf("want a fault that begins at once, or after a duration, such as billing=error@30s; not %q", text)
		}
	}
	if !slices.Contains([]string{"billing", "support", "social"}, source) ||
		!slices.Contains([]FaultKind{FaultError, FaultHang, FaultSlow, FaultPartial}, fault.Kind) {
		return "", Fault{}, fmt.Errorf("a fault is SOURCE=FAULT, SOURCE one of billing, support, social, FAULT one of error, hang, slow, partial; not %q", text)
	}
	return source, fault, nil
}

// Faulty makes a source that fails in the given way; without a fault it is the inner
// source.
func Faulty[V any](inner sources.Source[string, V], fault Fault) sources.Source[string, V] {
	if fault.Kind == "" {
		return inner
	}
	return faulty[V]{inner, fault.Start()}
}

type faulty[V any] struct {
	sources.Source[string, V]
	now func() FaultKind
}

func (f faulty[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	down := &sources.Error{Source: f.Name(), Kind: sources.Unavailable, Err: errors.New("switched off for show")}
	switch f.now() {
	case FaultError:
		return nil, down
	case FaultHang:
		<-ctx.Done()
		return nil, ctx.Err()
	case FaultSlow:
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case FaultPartial:
		answers, err := f.Source.Fetch(ctx, keys, want)
		if err != nil {
			return answers, err
		}
		sorted := slices.Sorted(slices.Values(keys))
		for i := 0; i < len(sorted); i += 2 {
			delete(answers, sorted[i])
		}
		return answers, down
	}
	return f.Source.Fetch(ctx, keys, want)
}

// Eraser gives what erases the inner source's records; it fails while the source does.
func (f faulty[V]) Eraser() sources.Eraser[string] {
	inner := sources.EraserOf(f.Source)
	if inner == nil {
		return nil
	}
	return faultyEraser[V]{f, inner}
}

type faultyEraser[V any] struct {
	faulty faulty[V]
	inner  sources.Eraser[string]
}

func (e faultyEraser[V]) Erase(ctx context.Context, keys []string) error {
	if _, err := e.faulty.Fetch(ctx, keys, 0); err != nil {
		return err
	}
	return e.inner.Erase(ctx, keys)
}
