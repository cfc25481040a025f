package guard_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"customer360/sources"
	"customer360/sources/guard"
	"customer360/sources/sourcetest"
)

// An observer remembers what it was told.
type observer struct {
	mu      sync.Mutex
	calls   []guard.Call
	uses    []guard.Use
	states  []string
	retried int
}

func (o *observer) Called(_ context.Context, c guard.Call) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, c)
}

func (o *observer) Retried(string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.retried++
}

func (o *observer) Switched(_, state string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.states = append(o.states, state)
}

func (o *observer) Used(_ string, u guard.Use) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.uses = append(o.uses, u)
}

func fake(f sourcetest.Fault) *sourcetest.Fake[string] {
	return &sourcetest.Fake[string]{
		SourceName: "billing/test",
		Records:    map[string]sources.Answer[string]{"key-a": {Value: "A"}, "key-b": {Value: "B"}, "key-c": {Value: "C"}},
		Fault:      f,
		Erasable:   true,
	}
}

// A scripted source answers as its function says, and counts.
type scripted struct {
	mu    sync.Mutex
	asked [][]string
	do    func(ctx context.Context, n int, keys []string, want sources.Parts) (map[string]sources.Answer[string], error)
}

func (s *scripted) Name() string { return "billing/test" }

func (s *scripted) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[string], error) {
	s.mu.Lock()
	s.asked = append(s.asked, slices.Clone(keys))
	n := len(s.asked)
	s.mu.Unlock()
	return s.do(ctx, n, keys, want)
}

func (s *scripted) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// answered gives an answer with this value to every key.
func answered(keys []string, value string) map[string]sources.Answer[string] {
	all := map[string]sources.Answer[string]{}
	for _, k := range keys {
		all[k] = sources.Answer[string]{Value: value}
	}
	return all
}

func failure(kind sources.Kind) error {
	return &sources.Error{Source: "billing/test", Kind: kind, Err: errors.New("as it was told")}
}

func kindOf(err error) sources.Kind {
	var e *sources.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

var ctx = context.Background()

// A guarded source is a source like any other, with all guards and with few.
func TestContract(t *testing.T) {
	bare := guard.Defaults()
	bare.Breaker.Disabled, bare.Retry.Attempts, bare.Cache = true, 0, guard.Cache{}
	limited := guard.Defaults()
	limited.RateLimit, limited.Cache.MaxAge = guard.RateLimit{Calls: 1000, Per: time.Second}, time.Minute
	for name, settings := range map[string]guard.Settings{"default": guard.Defaults(), "bare": bare, "limited": limited} {
		t.Run(name, func(t *testing.T) {
			settings.Timeout = time.Minute
			sourcetest.Test(t, func(*testing.T) sourcetest.Fixture[string] {
				f := fake(sourcetest.Fault{})
				return sourcetest.Fixture[string]{
					Source: guard.New[string](f, settings, &observer{}), Known: []string{"key-a", "key-b", "key-c"}, Unknown: "key-of-nobody",
					Parts: []sources.Parts{1}, Holds: func(string) sources.Parts { return 1 },
					Calls: f.Calls,
					Failures: []sourcetest.Failure{
						{Kind: sources.RateLimited, Arm: func() { f.Fault.Kind = sources.RateLimited }},
						{Kind: sources.TimedOut, Arm: func() { f.Fault.Hang = true }},
						{Kind: sources.Unavailable, Arm: func() { f.Fault.Kind = sources.Unavailable }},
						{Kind: sources.Internal, Arm: func() { f.Fault.Panic = true }},
					},
					Break: func(key string) { f.Fault.Without = []string{key} },
				}
			})
		})
	}
}

// forgetful leaves a key out without an error.
type forgetful struct{ *sourcetest.Fake[string] }

func (f forgetful) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[string], error) {
	answers, err := f.Fake.Fetch(ctx, keys, want)
	delete(answers, "key-a")
	return answers, err
}

func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o observer
		if _, err := guard.Observe[string](fake(sourcetest.Fault{}), &o).Fetch(ctx, []string{"key-a", "key-b"}, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := guard.Observe[string](fake(sourcetest.Fault{Without: []string{"key-b"}}), &o).Fetch(ctx, []string{"key-a", "key-b"}, 1); err == nil {
			t.Fatal("no error")
		}
		if _, err := guard.Observe[string](forgetful{fake(sourcetest.Fault{})}, &o).Fetch(ctx, []string{"key-a", "key-b"}, 1); kindOf(err) != sources.Malformed {
			t.Errorf("a key that was left out: %v", err)
		}
		for i, want := range []struct {
			answered int
			kind     sources.Kind
		}{{2, ""}, {1, sources.Unavailable}, {1, sources.Malformed}} {
			c := o.calls[i]
			var kind sources.Kind
			if c.Err != nil {
				kind = c.Err.Kind
			}
			if c.Source != "billing/test" || c.Keys != 2 || c.Answered != want.answered || kind != want.kind {
				t.Errorf("call %d: %+v", i, c)
			}
		}
	})
}

func TestSettings(t *testing.T) {
	if err := guard.Defaults().Check(); err != nil {
		t.Error(err)
	}
	err := guard.Settings{Retry: guard.Retry{Attempts: 9, Budget: 2}, RateLimit: guard.RateLimit{Calls: 1}, Cache: guard.Cache{MaxAge: 1, Keep: -1}}.Check()
	var all interface{ Unwrap() []error }
	if !errors.As(err, &all) || len(all.Unwrap()) != 11 {
		t.Errorf("%v", err)
	}
}
