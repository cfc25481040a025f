// Package sourcetest is the contract of [sources.Source] as a test, which every
// adapter passes, and a Fake that passes it too, for tests of what stands above.
package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"customer360/sources"
)

// A Fake is a source over records in memory. Its fields must not be changed while it
// is asked.
type Fake[V any] struct {
	// SourceName is "domain/system".
	SourceName string
	// Records are the answers by key; other keys are Missing.
	Records map[string]sources.Answer[V]
	// Fault is how it fails; the zero value: not at all.
	Fault Fault
	// Erasable: its records can be erased, see [sources.Eraser].
	Erasable bool
	// Observe sees every call that reaches it, before it is answered; nil: nobody does.
	Observe func(keys []string, want sources.Parts)

	mu    sync.Mutex
	calls int
}

// A Fault is a way for a Fake to fail.
type Fault struct {
	// Kind fails every call with an error of this kind; empty: none does.
	Kind sources.Kind
	// RetryAfter goes with Kind.
	RetryAfter time.Duration
	// Hang: no call answers before its context ends.
	Hang bool
	// Deaf: no call answers before Release is closed, not even when its context ends.
	Deaf bool
	// Release ends the calls that are Deaf.
	Release <-chan struct{}
	// Panic: every call panics.
	Panic bool
	// Without are keys that are left unanswered, with an error of Kind Unavailable
	// unless Kind says another. Kind does then not fail the others.
	Without []string
}

// Name is the configured name.
func (f *Fake[V]) Name() string { return f.SourceName }

// Calls is how many calls with keys there were.
func (f *Fake[V]) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Fetch answers from the records, or fails as configured.
func (f *Fake[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, sources.AsError(f.SourceName, sources.Canceled, err)
	}
	f.mu.Lock()
	f.calls++
	f.mu.Unlock()
	if f.Observe != nil {
		f.Observe(keys, want)
	}
	switch {
	case f.Fault.Panic:
		panic(fmt.Sprintf("%s panics, as it was told", f.SourceName))
	case f.Fault.Deaf:
		<-f.Fault.Release
		return nil, f.failure(sources.Unavailable)
	case f.Fault.Hang:
		<-ctx.Done()
		return nil, sources.AsError(f.SourceName, sources.TimedOut, ctx.Err())
	case f.Fault.Kind != "" && len(f.Fault.Without) == 0:
		return nil, f.failure(f.Fault.Kind)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	without := map[string]bool{}
	for _, k := range f.Fault.Without {
		without[k] = true
	}
	answers := make(map[string]sources.Answer[V], len(keys))
	var err error
	for _, k := range keys {
		a, ok := f.Records[k]
		switch {
		case without[k]:
			err = f.failure(sources.Unavailable)
		case ok:
			answer, failed := sources.Settled(f.SourceName, k, func() (sources.Answer[V], error) { return a, nil })
			if failed != nil {
				err = failed
				continue
			}
			answers[k] = answer
		default:
			answers[k] = sources.Answer[V]{Missing: true}
		}
	}
	return answers, err
}

// Eraser gives what erases its records; nil where they are not Erasable.
func (f *Fake[V]) Eraser() sources.Eraser[string] {
	if !f.Erasable {
		return nil
	}
	return fakeEraser[V]{f}
}

type fakeEraser[V any] struct{ fake *Fake[V] }

// Erase makes records missing, or fails as a Fetch would.
func (e fakeEraser[V]) Erase(ctx context.Context, keys []string) error {
	if _, err := e.fake.Fetch(ctx, keys, 0); err != nil {
		return err
	}
	e.fake.mu.Lock()
	defer e.fake.mu.Unlock()
	for _, k := range keys {
		delete(e.fake.Records, k)
	}
	return nil
}

func (f *Fake[V]) failure(kind sources.Kind) *sources.Error {
	if f.Fault.Kind != "" {
		kind = f.Fault.Kind
	}
	return &sources.Error{Source: f.SourceName, Kind: kind, RetryAfter: f.Fault.RetryAfter, Err: errors.New("it fails, as it was told")}
}
