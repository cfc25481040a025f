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

// counted answers with the number of the call.
func counted(fail *atomic.Value) *scripted {
	return &scripted{do: func(_ context.Context, n int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
		if k, _ := fail.Load().(sources.Kind); k != "" {
			return nil, failure(k)
		}
		return answered(keys, string(rune('0'+n))), nil
	}}
}

func keep(t *testing.T, s sources.Source[string, string], c guard.Cache, o guard.Observer) sources.Source[string, string] {
	if c.Keep == 0 {
		c.Keep = time.Hour
	}
	g := guard.Caching(s, c, time.Second, o)
	t.Cleanup(func() { g.Close() })
	return g
}

func asking(f sources.Freshness) context.Context { return sources.WithFreshness(ctx, f) }

func get(ctx context.Context, t *testing.T, g sources.Source[string, string], key string, want sources.Parts) sources.Answer[string] {
	t.Helper()
	answers, err := g.Fetch(ctx, []string{key}, want)
	if err != nil {
		t.Fatal(err)
	}
	return answers[key]
}

func TestCacheAsksUnlessFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var none atomic.Value
		s := counted(&none)
		g := keep(t, s, guard.Cache{Records: 10}, &observer{})
		minute := time.Minute
		get(ctx, t, g, "a", 1)
		time.Sleep(time.Second)
		if a := get(ctx, t, g, "a", 1); a.Value != "2" {
			t.Errorf("without a wish the system is asked each time: %v", a)
		}
		if a := get(asking(sources.Freshness{MaxAge: &minute}), t, g, "a", 1); a.Value != "2" || a.Stale {
			t.Errorf("an answer of just now is fresh: %v", a)
		}
		// An answer that holds less than is wanted does not count; one that holds more does.
		if a := get(asking(sources.Freshness{MaxAge: &minute}), t, g, "a", 3); a.Value != "3" {
			t.Errorf("%v", a)
		}
		if a := get(asking(sources.Freshness{MaxAge: &minute}), t, g, "a", 2); a.Value != "3" {
			t.Errorf("%v", a)
		}
		// One with few parts does not take the place of one with many.
		time.Sleep(time.Second)
		get(ctx, t, g, "a", 1)
		if a := get(asking(sources.Freshness{MaxAge: &minute}), t, g, "a", 3); a.Value != "3" {
			t.Errorf("%v", a)
		}
		if a := get(asking(sources.Freshness{MaxAge: &minute}), t, g, "a", 1); a.Value != "4" {
			t.Errorf("the newest counts: %v", a)
		}
	})
}

func TestStaleOnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Value
		s := counted(&fail)
		var o observer
		g := keep(t, s, guard.Cache{Records: 10, MaxStale: time.Minute}, &o)
		get(ctx, t, g, "a", 1)
		time.Sleep(time.Second)
		tiny := time.Nanosecond
		for _, test := range []struct {
			kind   sources.Kind
			asks   sources.Freshness
			served bool
		}{
			{sources.Unavailable, sources.Freshness{}, true},
			{sources.TimedOut, sources.Freshness{}, true},
			{sources.RateLimited, sources.Freshness{}, true},
			{sources.CircuitOpen, sources.Freshness{}, true},
			{sources.Malformed, sources.Freshness{}, true},
			{sources.Unauthorized, sources.Freshness{}, false},
			{sources.Unavailable, sources.Freshness{OnError: sources.Fail}, false},
			{sources.Unavailable, sources.Freshness{MaxStale: &tiny}, false},
			{sources.Unavailable, sources.Freshness{OnError: sources.ServeStale}, true},
		} {
			fail.Store(test.kind)
			answers, err := g.Fetch(asking(test.asks), []string{"a", "b"}, 1)
			a, ok := answers["a"]
			if ok != test.served || ok && (!a.Stale || kindOf(a.Cause) != test.kind || a.Value != "1") {
				t.Errorf("%s, %+v: %+v", test.kind, test.asks, answers)
			}
			if kindOf(err) != test.kind {
				t.Errorf("the key that is not kept: %v", err)
			}
		}
		if u := o.uses[1]; u != (guard.Use{Asked: 2, Stale: 1}) {
			t.Errorf("%+v", u)
		}
	})
}

// Without stale answers of its own accord, a caller can ask for them.
func TestStaleWhereTheCallerAsksForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Value
		g := keep(t, counted(&fail), guard.Cache{Records: 10}, &observer{})
		get(ctx, t, g, "a", 1)
		fail.Store(sources.Unavailable)
		if _, err := g.Fetch(ctx, []string{"a"}, 1); err == nil {
			t.Error("served")
		}
		if a := get(asking(sources.Freshness{OnError: sources.ServeStale}), t, g, "a", 1); !a.Stale {
			t.Errorf("%+v", a)
		}
	})
}

// A record that the system deleted is not served once it was told to be missing.
func TestMissingIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{do: func(_ context.Context, n int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			switch n {
			case 1:
				return answered(keys, "there"), nil
			case 2:
				return map[string]sources.Answer[string]{"a": {Missing: true}}, nil
			}
			return nil, failure(sources.Unavailable)
		}}
		g := keep(t, s, guard.Cache{Records: 10, MaxStale: time.Minute}, &observer{})
		get(ctx, t, g, "a", 3)
		// With fewer parts than what is kept of it.
		get(ctx, t, g, "a", 1)
		if answers, err := g.Fetch(ctx, []string{"a"}, 3); err == nil {
			t.Errorf("%v", answers)
		}
	})
}

func TestNothingCrossesScopes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Value
		s := counted(&fail)
		hour := time.Hour
		g := keep(t, s, guard.Cache{Records: 10, MaxAge: time.Minute, MaxStale: time.Minute}, &observer{})
		partner := sources.WithScope(asking(sources.Freshness{MaxAge: &hour}), "partner")
		get(ctx, t, g, "a", 1)
		if a := get(partner, t, g, "a", 1); a.Value != "2" {
			t.Errorf("%v", a)
		}
		fail.Store(sources.Unavailable)
		if _, err := g.Fetch(sources.WithScope(ctx, "analyst"), []string{"a"}, 1); err == nil {
			t.Error("stale answers crossed scopes")
		}
		if a := get(partner, t, g, "a", 1); a.Value != "2" {
			t.Errorf("%v", a)
		}
	})
}

// However many ask for a key at once, the system is asked once; not across scopes, and
// not by those who want more.
func TestCoalescing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := &scripted{do: func(_ context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			<-gate
			return answered(keys, "well"), nil
		}}
		var o observer
		g := keep(t, s, guard.Cache{}, &o)
		var wg sync.WaitGroup
		fetch := func(ctx context.Context, want sources.Parts, keys ...string) {
			wg.Go(func() {
				answers, err := g.Fetch(ctx, keys, want)
				if err != nil || len(answers) != len(keys) {
					t.Errorf("%v, %v", answers, err)
				}
			})
		}
		fetch(ctx, 1, "a", "b")
		waitFor(t, func() bool { return s.calls() == 1 })
		for range 20 {
			fetch(ctx, 1, "b", "a")
		}
		fetch(ctx, 1, "b", "c")
		fetch(ctx, 3, "a")
		fetch(sources.WithScope(ctx, "partner"), 1, "a")
		waitFor(t, func() bool { return s.calls() == 4 })
		close(gate)
		wg.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		slices.SortFunc(s.asked, slices.Compare)
		if want := [][]string{{"a"}, {"a"}, {"a", "b"}, {"c"}}; !slices.EqualFunc(s.asked, want, slices.Equal) {
			t.Errorf("%v; want %v", s.asked, want)
		}
	})
}

// A caller who leaves takes nothing from the others; the last one to leave ends the
// call, unless what it brings is kept.
func TestWhoLeaves(t *testing.T) {
	for name, records := range map[string]int{"kept": 10, "not kept": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				s := &scripted{do: func(ctx context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
					select {
					case <-ctx.Done():
					case <-time.After(150 * time.Millisecond):
					}
					ended <- ctx.Err()
					return answered(keys, "well"), ctx.Err()
				}}
				g := keep(t, s, guard.Cache{Records: records}, &observer{})
				leaving, leave := context.WithCancel(ctx)
				time.AfterFunc(20*time.Millisecond, leave)
				if _, err := g.Fetch(leaving, []string{"a"}, 1); kindOf(err) != sources.Canceled {
					t.Errorf("%v", err)
				}
				if err := <-ended; (err == nil) != (records > 0) {
					t.Errorf("the call ended with %v", err)
				}
			})
		})
	}
}

// A caller's deadline is met, whatever is configured; and what is kept is served then.
func TestCallersDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Bool
		s := &scripted{do: func(ctx context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			if slow.Load() {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return answered(keys, "well"), nil
		}}
		settings := guard.Defaults()
		settings.Timeout = 10 * time.Second
		g := guard.New[string](s, settings, &observer{})
		defer g.Close()
		get(ctx, t, g, "a", 1)
		slow.Store(true)
		start := time.Now()
		answers, err := g.Fetch(asking(sources.Freshness{Deadline: 50 * time.Millisecond}), []string{"a", "b"}, 1)
		if took := time.Since(start); took > 50*time.Millisecond {
			t.Errorf("it took %s", took)
		}
		if a := answers["a"]; !a.Stale || kindOf(a.Cause) != sources.TimedOut || kindOf(err) != sources.TimedOut {
			t.Errorf("%v, %v", answers, err)
		}
	})
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	synctest.Wait()
	if !ok() {
		t.Fatal("it does not come")
	}
}

func BenchmarkGuards(b *testing.B) {
	s := &scripted{do: func(_ context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
		return answered(keys, "well"), nil
	}}
	keys := make([]string, 50)
	for i := range keys {
		keys[i] = string(rune('A' + i))
	}
	for name, g := range map[string]sources.Source[string, string]{"bare": s, "guarded": guard.New[string](s, guard.Defaults(), &observer{})} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.asked = s.asked[:0]
				if _, err := g.Fetch(ctx, keys, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Who asks just after the last caller left gets a call of its own, not one that ends.
func TestNobodyJoinsACallThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{do: func(ctx context.Context, n int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			if n%2 == 1 {
				<-ctx.Done()
				// Some time passes before an adapter returns.
				time.Sleep(2 * time.Millisecond)
				return nil, ctx.Err()
			}
			return answered(keys, "well"), nil
		}}
		g := keep(t, s, guard.Cache{}, &observer{})
		for range 20 {
			leaving, leave := context.WithCancel(ctx)
			calls := s.calls()
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = g.Fetch(leaving, []string{"a"}, 1) })
			waitFor(t, func() bool { return s.calls() > calls })
			leave()
			wg.Wait()
			get(ctx, t, g, "a", 1)
		}
	})
}

// A call that took longer does not take the place of a newer one.
func TestKeptAnswersDoNotGoBackwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := &scripted{do: func(_ context.Context, n int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			if n == 1 {
				<-gate
				return answered(keys, "old"), nil
			}
			return answered(keys, "new"), nil
		}}
		g := keep(t, s, guard.Cache{Records: 10}, &observer{})
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = g.Fetch(ctx, []string{"a"}, 1) })
		waitFor(t, func() bool { return s.calls() == 1 })
		// Another deadline is another call.
		get(asking(sources.Freshness{Deadline: 500 * time.Millisecond}), t, g, "a", 1)
		close(gate)
		wg.Wait()
		minute := time.Minute
		if a := get(asking(sources.Freshness{MaxAge: &minute}), t, g, "a", 1); a.Value != "new" {
			t.Errorf("%v", a)
		}
	})
}

// What is kept is bounded by the size of records, not by their number.
func TestLargeRecordsCountForSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &large{}
		g := guard.Caching(s, guard.Cache{Records: 100, Keep: time.Hour}, time.Second, &observer{})
		defer g.Close()
		day := 24 * time.Hour
		for n := range 50 {
			if _, err := g.Fetch(ctx, []string{string(rune('a' + n))}, 1); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(50 * time.Millisecond)
		s.calls = 0
		for n := range 50 {
			_, _ = g.Fetch(asking(sources.Freshness{MaxAge: &day}), []string{string(rune('a' + n))}, 1)
		}
		if s.calls < 35 {
			t.Errorf("%d of 50 records of a tenth of the bound were kept", 50-s.calls)
		}
	})
}

// large has records of 40 KiB.
type large struct{ calls int }

type largeRecord struct{}

func (largeRecord) Size() int { return 40 << 10 }

func (*large) Name() string { return "billing/large" }

func (l *large) Fetch(_ context.Context, keys []string, _ sources.Parts) (map[string]sources.Answer[largeRecord], error) {
	l.calls++
	return map[string]sources.Answer[largeRecord]{keys[0]: {}}, nil
}

// Close ends the calls that are under way, and returns when they have ended.
func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var using atomic.Bool
		s := &scripted{do: func(ctx context.Context, _ int, _ []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			using.Store(true)
			<-ctx.Done()
			time.Sleep(10 * time.Millisecond)
			using.Store(false)
			return nil, ctx.Err()
		}}
		g := guard.Caching(s, guard.Cache{Records: 10, Keep: time.Hour}, time.Minute, &observer{})
		leaving, leave := context.WithCancel(ctx)
		time.AfterFunc(20*time.Millisecond, leave)
		_, _ = g.Fetch(leaving, []string{"a"}, 1)
		if !using.Load() {
			t.Fatal("the call should go on")
		}
		start := time.Now()
		if err := g.Close(); err != nil || using.Load() || time.Since(start) > 10*time.Millisecond {
			t.Errorf("%v, still in use: %t", err, using.Load())
		}
	})
}

// What is kept is judged by each key's own failure: that one call was refused does not
// keep another's keys from being served, nor the other way round.
func TestEachKeyFailsOnItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, fail := make(chan struct{}), &atomic.Bool{}
		s := &scripted{do: func(_ context.Context, _ int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			switch {
			case !fail.Load():
				return answered(keys, "before"), nil
			case keys[0] == "a":
				<-gate
				return nil, failure(sources.Unauthorized)
			}
			return nil, failure(sources.Unavailable)
		}}
		g := keep(t, s, guard.Cache{Records: 10, MaxStale: time.Minute}, &observer{})
		if _, err := g.Fetch(ctx, []string{"a", "b"}, 1); err != nil {
			t.Fatal(err)
		}
		fail.Store(true)
		for range 20 {
			calls := s.calls()
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = g.Fetch(ctx, []string{"a"}, 1) })
			waitFor(t, func() bool { return s.calls() == calls+1 })
			wg.Go(func() {
				answers, err := g.Fetch(ctx, []string{"a", "b"}, 1)
				if _, ok := answers["a"]; ok || !answers["b"].Stale || kindOf(err) != sources.Unauthorized {
					t.Errorf("%v, %v", answers, err)
				}
			})
			waitFor(t, func() bool { return s.calls() == calls+2 })
			gate <- struct{}{}
			wg.Wait()
		}
	})
}
