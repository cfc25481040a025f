package guard_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"customer360/sources"
	"customer360/sources/guard"
	"customer360/sources/sourcetest"
)

func TestDeadline(t *testing.T) {
	for name, test := range map[string]struct {
		fault sourcetest.Fault
		want  sources.Kind
	}{
		"hangs":               {sourcetest.Fault{Hang: true}, sources.TimedOut},
		"ignores its context": {sourcetest.Fault{Deaf: true}, sources.TimedOut},
		"panics":              {sourcetest.Fault{Panic: true}, sources.Internal},
		"fails":               {sourcetest.Fault{Kind: sources.Malformed}, sources.Malformed},
		"answers some":        {sourcetest.Fault{Without: []string{"key-b"}}, sources.Unavailable},
		"answers all":         {sourcetest.Fault{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const d = 50 * time.Millisecond
				start := time.Now()
				release := make(chan struct{})
				test.fault.Release = release
				answers, err := guard.Deadline[string](fake(test.fault), d).Fetch(ctx, []string{"key-a", "key-b"}, 1)
				if took := time.Since(start); took > d {
					t.Errorf("it took %s; the deadline is %s", took, d)
				}
				close(release)
				if kindOf(err) != test.want {
					t.Errorf("%v; want %q", err, test.want)
				}
				if name == "answers some" && answers["key-a"].Value != "A" {
					t.Error("what did answer was dropped")
				}
			})
		})
	}
}

// A source that heeds its context hands over what it has when the time is up.
func TestDeadlineKeepsWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &scripted{do: func(ctx context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			<-ctx.Done()
			return answered(keys[:1], "in time"), ctx.Err()
		}}
		answers, err := guard.Deadline[string](slow, 200*time.Millisecond).Fetch(ctx, []string{"key-a", "key-b"}, 1)
		if answers["key-a"].Value != "in time" || kindOf(err) != sources.TimedOut {
			t.Errorf("%v, %v", answers, err)
		}
	})
}

// A quick call is never told as one that was given up, however its end and the
// release of its context fall together.
func TestQuickCallsAreNotGivenUp(t *testing.T) {
	g := guard.Deadline[string](fake(sourcetest.Fault{}), time.Minute)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				if _, err := g.Fetch(ctx, []string{"key-a"}, 1); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err := guard.Deadline[string](fake(sourcetest.Fault{Hang: true}), time.Minute).Fetch(ctx, []string{"key-a"}, 1)
		if kindOf(err) != sources.Canceled {
			t.Errorf("%v; want CANCELED", err)
		}
	})
}
