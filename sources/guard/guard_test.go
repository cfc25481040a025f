package guard_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"customer360/sources"
	"customer360/sources/guard"
	"customer360/sources/sourcetest"
)

func fake(f sourcetest.Fault) *sourcetest.Fake[string] {
	return &sourcetest.Fake[string]{
		SourceName: "billing/test",
		Records:    map[string]sources.Answer[string]{"key-a": {Value: "A"}, "key-b": {Value: "B"}, "key-c": {Value: "C"}},
		Fault:      f,
	}
}

func kindOf(err error) sources.Kind {
	var e *sources.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// A guarded source is a source like any other.
func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[string] {
		f := fake(sourcetest.Fault{})
		g := guard.Observe(guard.Deadline[string, string](f, time.Second), func(context.Context, guard.Call) {})
		return sourcetest.Fixture[string]{
			Source: g, Known: []string{"key-a", "key-b", "key-c"}, Unknown: "key-of-nobody",
			Parts: []sources.Parts{1}, Holds: func(string) sources.Parts { return 1 },
			Calls: f.Calls,
			Failures: []sourcetest.Failure{
				{Kind: sources.RateLimited, Arm: func() { f.Fault.Kind = sources.RateLimited }},
				{Kind: sources.TimedOut, Arm: func() { f.Fault.Hang = true }},
			},
		}
	})
}

func TestDeadline(t *testing.T) {
	release := make(chan struct{})
	for name, test := range map[string]struct {
		fault sourcetest.Fault
		want  sources.Kind
	}{
		"hangs":               {sourcetest.Fault{Hang: true}, sources.TimedOut},
		"ignores its context": {sourcetest.Fault{Deaf: true, Release: release}, sources.TimedOut},
		"panics":              {sourcetest.Fault{Panic: true}, sources.Internal},
		"fails":               {sourcetest.Fault{Kind: sources.Malformed}, sources.Malformed},
		"answers some":        {sourcetest.Fault{Without: []string{"key-b"}}, sources.Unavailable},
		"answers all":         {sourcetest.Fault{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			const d = 50 * time.Millisecond
			start := time.Now()
			answers, err := guard.Deadline[string, string](fake(test.fault), d).Fetch(context.Background(), []string{"key-a", "key-b"}, 1)
			if took := time.Since(start); took > 20*d {
				t.Errorf("it took %s; the deadline is %s", took, d)
			}
			if kindOf(err) != test.want {
				t.Errorf("%v; want %q", err, test.want)
			}
			if name == "answers some" && answers["key-a"].Value != "A" {
				t.Error("what did answer was dropped")
			}
		})
	}
	close(release)
	goleak.VerifyNone(t)
}

// A quick call is never told as one that was given up, however its end and the
// release of its context fall together.
func TestQuickCallsAreNotGivenUp(t *testing.T) {
	g := guard.Deadline[string, string](fake(sourcetest.Fault{}), time.Minute)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				if _, err := g.Fetch(context.Background(), []string{"key-a"}, 1); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := guard.Deadline[string, string](fake(sourcetest.Fault{Hang: true}), time.Minute).Fetch(ctx, []string{"key-a"}, 1)
	if kindOf(err) != sources.Canceled {
		t.Errorf("%v; want CANCELED", err)
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
	var calls []guard.Call
	observe := func(_ context.Context, c guard.Call) { calls = append(calls, c) }
	ctx := context.Background()
	if _, err := guard.Observe[string, string](fake(sourcetest.Fault{}), observe).Fetch(ctx, []string{"key-a", "key-b"}, 1); err != nil {
		t.Fatal(err)
	}
	_, _ = guard.Observe[string, string](fake(sourcetest.Fault{Without: []string{"key-b"}}), observe).Fetch(ctx, []string{"key-a", "key-b"}, 1)
	_, err := guard.Observe[string, string](forgetful{fake(sourcetest.Fault{})}, observe).Fetch(ctx, []string{"key-a", "key-b"}, 1)
	if kindOf(err) != sources.Malformed {
		t.Errorf("a key was left out without an error: %v; want MALFORMED", err)
	}
	var got []string
	for _, c := range calls {
		kind := sources.Kind("OK")
		if c.Err != nil {
			kind = c.Err.Kind
		}
		got = append(got, fmt.Sprintf("%s %d/%d %s", c.Source, c.Answered, c.Keys, kind))
	}
	want := []string{"billing/test 2/2 OK", "billing/test 1/2 UNAVAILABLE", "billing/test 1/2 MALFORMED"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("observed %v; want %v", got, want)
	}
}
