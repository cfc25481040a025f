package guard_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"customer360/sources"
	"customer360/sources/guard"
)

// A retry asks for what is missing only, within the timeout, and only where that makes
// sense.
func TestRetry(t *testing.T) {
	for name, test := range map[string]struct {
		kind    sources.Kind
		calls   int
		mended  bool
		without string
	}{
		"the system failed":     {kind: sources.Unavailable, calls: 2, mended: true},
		"some keys failed":      {kind: sources.Unavailable, calls: 2, mended: true, without: "key-b"},
		"it came late":          {kind: sources.TimedOut, calls: 1},
		"it asks to slow down":  {kind: sources.RateLimited, calls: 1},
		"it refuses us":         {kind: sources.Unauthorized, calls: 1},
		"it cannot be read":     {kind: sources.Malformed, calls: 1},
		"the breaker is open":   {kind: sources.CircuitOpen, calls: 1},
		"the fault is our own":  {kind: sources.Internal, calls: 1},
		"there was no failure":  {calls: 1, mended: true},
		"nobody is interested ": {kind: sources.Canceled, calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			var o observer
			s := &scripted{do: func(_ context.Context, n int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
				if n > 1 || test.kind == "" {
					return answered(keys, "mended"), nil
				}
				if test.without != "" {
					return answered(slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == test.without }), "first"), failure(test.kind)
				}
				return nil, failure(test.kind)
			}}
			answers, err := guard.Retrying[string](s, guard.Defaults().Retry, time.Minute, &o).Fetch(ctx, []string{"key-a", "key-b"}, 1)
			if s.calls() != test.calls || o.retried != test.calls-1 {
				t.Errorf("%d calls, %d retries told; want %d calls", s.calls(), o.retried, test.calls)
			}
			if (err == nil) != test.mended || test.mended && len(answers) != 2 {
				t.Errorf("%v, %v", answers, err)
			}
			if test.without != "" && (!slices.Equal(s.asked[1], []string{"key-b"}) || answers["key-a"].Value != "first") {
				t.Errorf("asked again for %v", s.asked[1])
			}
		})
	}
}

// A system that is down gets little more than one call for each one that is made.
func TestRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const callers = 100
		var reached atomic.Int32
		gate := make(chan struct{})
		s := &scripted{do: func(_ context.Context, n int, _ []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			if n <= callers {
				reached.Add(1)
				<-gate
			} else {
				// Retries take long, so that they are under way at once.
				time.Sleep(200 * time.Millisecond)
			}
			return nil, failure(sources.Unavailable)
		}}
		g := guard.Retrying[string](s, guard.Retry{Attempts: 1, Budget: 0.1}, 10*time.Second, &observer{})
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				if _, err := g.Fetch(ctx, []string{"key-a"}, 1); kindOf(err) != sources.Unavailable {
					t.Errorf("%v", err)
				}
			})
		}
		synctest.Wait()
		if n := reached.Load(); n != callers {
			t.Fatalf("%d calls are under way", n)
		}
		close(gate)
		wg.Wait()
		if retries := s.calls() - callers; retries == 0 || retries > callers/4 {
			t.Errorf("%d retries of %d calls; the budget is a tenth of those under way", retries, callers)
		}
	})
}

func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := guard.Breaker{FailureRate: 0.5, Calls: 4, Window: time.Minute, OpenFor: 80 * time.Millisecond}
		var o observer
		var kind atomic.Value
		kind.Store(sources.Unavailable)
		s := &scripted{do: func(_ context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			if k := kind.Load().(sources.Kind); k != "" {
				return nil, failure(k)
			}
			return answered(keys, "well"), nil
		}}
		g := guard.Circuit[string](s, b, time.Second, &o)
		fetch := func() sources.Kind {
			_, err := g.Fetch(ctx, []string{"key-a"}, 1)
			return kindOf(err)
		}
		for range 4 {
			if k := fetch(); k != sources.Unavailable {
				t.Fatal(k)
			}
		}
		_, err := g.Fetch(ctx, []string{"key-a"}, 1)
		if e := sources.AsError("", "", err); e == nil || e.Kind != sources.CircuitOpen || e.RetryAfter <= 0 || e.RetryAfter > b.OpenFor {
			t.Errorf("%v", err)
		}
		if s.calls() != 4 {
			t.Errorf("%d calls; the fifth should not have been made", s.calls())
		}
		time.Sleep(100 * time.Millisecond)
		// One call tries it, and fails.
		if k := fetch(); k != sources.Unavailable {
			t.Error(k)
		}
		if k := fetch(); k != sources.CircuitOpen {
			t.Error(k)
		}
		time.Sleep(100 * time.Millisecond)
		kind.Store(sources.Kind(""))
		for range 3 {
			if k := fetch(); k != "" {
				t.Error(k)
			}
		}
		if want := []string{"closed", "open", "half-open", "open", "half-open", "closed"}; !slices.Equal(o.states, want) {
			t.Errorf("%v; want %v", o.states, want)
		}
	})
}

// What is not the system's failure does not count.
func TestBreakerCountsFailuresOnly(t *testing.T) {
	for _, kind := range []sources.Kind{sources.RateLimited, sources.Unauthorized, sources.Malformed} {
		s := &scripted{do: func(context.Context, int, []string, sources.Parts) (map[string]sources.Answer[string], error) {
			return nil, failure(kind)
		}}
		g := guard.Circuit[string](s, guard.Breaker{FailureRate: 0.5, Calls: 2, Window: time.Minute, OpenFor: time.Minute}, time.Second, &observer{})
		for range 10 {
			_, _ = g.Fetch(ctx, []string{"key-a"}, 1)
		}
		if s.calls() != 10 {
			t.Errorf("%s opened the breaker", kind)
		}
	}
}

// Callers who give no time can neither open a breaker nor keep it open.
func TestBreakerIsNotOpenedByHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Bool
		slow.Store(true)
		s := &scripted{do: func(ctx context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			if slow.Load() {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			select {
			case <-time.After(30 * time.Millisecond):
				return answered(keys, "well"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}
		var o observer
		const timeout = 200 * time.Millisecond
		g := guard.Circuit[string](guard.Deadline[string](s, timeout), guard.Breaker{FailureRate: 0.5, Calls: 2, Window: time.Minute, OpenFor: 20 * time.Millisecond}, timeout, &o)
		hurried := func() {
			ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			_, _ = g.Fetch(ctx, []string{"key-a"}, 1)
		}
		for range 10 {
			hurried()
		}
		if !slices.Equal(o.states, []string{"closed"}) {
			t.Fatalf("%v", o.states)
		}
		for range 2 {
			_, _ = g.Fetch(ctx, []string{"key-a"}, 1)
		}
		slow.Store(false)
		time.Sleep(40 * time.Millisecond)
		hurried()
		time.Sleep(100 * time.Millisecond)
		if _, err := g.Fetch(ctx, []string{"key-a"}, 1); err != nil {
			t.Errorf("the call that tried it was cut short: %v", err)
		}
	})
}

func TestBulkheadAndRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		s := &scripted{do: func(_ context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			time.Sleep(5 * time.Millisecond)
			return answered(keys, "well"), nil
		}}
		g := guard.Bulkhead[string](s, 3)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := g.Fetch(ctx, []string{"key-a"}, 1); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most.Load() > 3 {
			t.Errorf("%d calls at once; want 3", most.Load())
		}

		paced := guard.Rate[string](s, guard.RateLimit{Calls: 2, Per: time.Minute})
		hurried, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		var kinds []sources.Kind
		start := time.Now()
		for range 3 {
			_, err := paced.Fetch(hurried, []string{"key-a"}, 1)
			kinds = append(kinds, kindOf(err))
		}
		if !slices.Equal(kinds, []sources.Kind{"", "", sources.RateLimited}) || time.Since(start) > 3*5*time.Millisecond {
			t.Errorf("%v after %s", kinds, time.Since(start))
		}
	})
}

// A call that was not let through says nothing of the system: it neither opens the
// breaker, nor makes up for failures, nor closes it.
func TestBreakerDoesNotCountWhatWasNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o observer
		var limited atomic.Bool
		s := &scripted{do: func(context.Context, int, []string, sources.Parts) (map[string]sources.Answer[string], error) {
			if limited.Load() {
				return nil, failure(sources.RateLimited)
			}
			return nil, failure(sources.Unavailable)
		}}
		g := guard.Circuit[string](s, guard.Breaker{FailureRate: 0.5, Calls: 4, Window: time.Minute, OpenFor: 30 * time.Millisecond}, time.Second, &o)
		for range 4 {
			limited.Store(true)
			for range 5 {
				_, _ = g.Fetch(ctx, []string{"key-a"}, 1)
			}
			limited.Store(false)
			_, _ = g.Fetch(ctx, []string{"key-a"}, 1)
		}
		if want := []string{"closed", "open"}; !slices.Equal(o.states, want) {
			t.Errorf("%v; want %v", o.states, want)
		}
		limited.Store(true)
		time.Sleep(50 * time.Millisecond)
		_, _ = g.Fetch(ctx, []string{"key-a"}, 1)
		if want := []string{"closed", "open", "half-open", "open"}; !slices.Equal(o.states, want) {
			t.Errorf("%v; want %v", o.states, want)
		}
	})
}

// However long the deadline that a caller asks for: if it is less than the timeout, what
// comes late is not the system's failure.
func TestBreakerIsNotOpenedByDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{do: func(ctx context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			select {
			case <-time.After(97 * time.Millisecond):
				return answered(keys, "well"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}
		settings := guard.Defaults()
		settings.Timeout = 110 * time.Millisecond
		settings.Breaker.Calls, settings.Cache = 2, guard.Cache{}
		var o observer
		g := guard.New[string](s, settings, &o)
		defer g.Close()
		for range 4 {
			_, _ = g.Fetch(asking(sources.Freshness{Deadline: 92 * time.Millisecond}), []string{"key-a"}, 1)
		}
		if !slices.Equal(o.states, []string{"closed"}) {
			t.Errorf("%v", o.states)
		}
	})
}
