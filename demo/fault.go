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

// A Fault is a way for a source to fail, for show, from a time on.
type Fault struct {
	Kind FaultKind
	// From is when it begins; zero: it is there from the start.
	From time.Time
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
	if f.From.IsZero() {
		return string(f.Kind)
	}
	return string(f.Kind) + " from " + f.From.Format(time.TimeOnly)
}

// Now gives the kind of the fault, or the empty one before it begins.
func (f Fault) Now() FaultKind {
	if time.Now().Before(f.From) {
		return ""
	}
	return f.Kind
}

// ParseFault reads "source=fault", as "social=hang", or "source=fault@delay", as
// "social=hang@30s", for one that begins a while after now. The source is billing,
// support or social.
func ParseFault(text string, now time.Time) (source string, fault Fault, err error) {
	source, word, _ := strings.Cut(text, "=")
	kind, after, delayed := strings.Cut(word, "@")
	fault.Kind = FaultKind(kind)
	if delayed {
		d, bad := time.ParseDuration(after)
		if bad != nil || d < 0 {
			return "", Fault{}, fmt.Errorf("a fault begins at once, or after a length of time, as billing=error@30s; not %q", text)
		}
		fault.From = now.Add(d)
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
	return faulty[V]{inner, fault}
}

type faulty[V any] struct {
	sources.Source[string, V]
	fault Fault
}

func (f faulty[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	down := &sources.Error{Source: f.Name(), Kind: sources.Unavailable, Err: errors.New("switched off for show")}
	switch f.fault.Now() {
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
