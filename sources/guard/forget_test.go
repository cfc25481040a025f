package guard_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"customer360/internal/await"
	"customer360/sources"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	"customer360/sources/sourcetest"
)

// What is forgotten is neither fresh nor served where the system fails, in no scope and
// with no parts; what else is kept stays.
func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Value
		g := guard.Caching(counted(&fail), guard.Cache{Records: 100, MaxAge: time.Minute, MaxStale: time.Minute, Keep: time.Hour}, time.Second, &observer{})
		defer g.Close()
		scopes := []context.Context{ctx, sources.WithScope(ctx, "partner")}
		for _, scope := range scopes {
			for _, key := range []string{"a", "b", "c"} {
				get(scope, t, g, key, 1)
				get(scope, t, g, key, 3)
			}
		}
		g.Forget("a", "c", "never asked")
		g.Forget()
		fail.Store(sources.Unavailable)
		for _, scope := range scopes {
			for _, want := range []sources.Parts{1, 3} {
				answers, err := g.Fetch(scope, []string{"a", "b", "c"}, want)
				if _, ok := answers["b"]; !ok || len(answers) != 1 || kindOf(err) != sources.Unavailable {
					t.Errorf("%v, %v; want b alone", answers, err)
				}
			}
		}
	})
}

// A call that began before something was forgotten does not bring it back: it is neither
// kept nor joined. Who waits for it has its answer, and its other keys are kept.
func TestForgetReachesCallsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := &scripted{do: func(_ context.Context, n int, keys []string, _ sources.Parts) (map[string]sources.Answer[string], error) {
			switch n {
			case 1, 2:
				<-gate
				return answered(keys, "before"), nil
			case 3:
				return answered(keys, "after"), nil
			}
			return nil, failure(sources.Unavailable)
		}}
		g := keep(t, s, guard.Cache{Records: 100, MaxStale: time.Minute}, &observer{}).(*guard.Cached[string])
		open := sync.OnceFunc(func() { close(gate) })
		t.Cleanup(open)
		var wg sync.WaitGroup
		before := func(ctx context.Context) {
			wg.Go(func() {
				if answers, err := g.Fetch(ctx, []string{"a", "b"}, 1); err != nil || answers["a"].Value != "before" {
					t.Errorf("who asked before: %v, %v", answers, err)
				}
			})
		}
		before(ctx)
		waitFor(t, func() bool { return s.calls() == 1 })
		// One that shares with nobody is not among those that can be joined.
		hurried, cancel := context.WithTimeout(sources.WithScope(ctx, "partner"), 900*time.Millisecond)
		defer cancel()
		before(hurried)
		waitFor(t, func() bool { return s.calls() == 2 })
		g.Forget("a")
		// Longer than the call may take, so that it could be joined.
		limited, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if a := get(limited, t, g, "a", 1); a.Value != "after" {
			t.Errorf("who asks after it joined a call from before: %v", a)
		}
		g.Forget("a")
		open()
		wg.Wait()
		for _, scope := range []context.Context{ctx, sources.WithScope(ctx, "partner")} {
			if answers, _ := g.Fetch(scope, []string{"a", "b"}, 1); answers["b"].Value != "before" || len(answers) != 1 {
				t.Errorf("kept are %v; want b alone", answers)
			}
		}
	})
}

// Whenever something is erased while others ask for it, nothing of it comes after.
func TestNothingComesAfterAnErasure(t *testing.T) {
	defer await.Goroutines(t, goleak.IgnoreCurrent())
	const key = "key-a"
	for round := range 100 {
		f := fake(sourcetest.Fault{})
		settings := guard.Defaults()
		settings.Cache.MaxAge, settings.Timeout = time.Minute, time.Minute
		g := guard.New[string](f, settings, &observer{})
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for i := range 4 {
			scoped := sources.WithScope(ctx, fmt.Sprint(i%2))
			if i%2 == 0 {
				zero := time.Duration(0)
				scoped = sources.WithFreshness(scoped, sources.Freshness{MaxAge: &zero})
			}
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_, _ = g.Fetch(scoped, []string{key, "key-b"}, sources.Parts(1+i))
					}
				}
			})
		}
		for range round {
			runtime.Gosched()
		}
		if err := g.Eraser().Erase(ctx, []string{key}); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			if a := get(sources.WithScope(ctx, fmt.Sprint(i)), t, g, key, 1); !a.Missing {
				t.Fatalf("round %d: an erased record is there: %+v", round, a)
			}
		}
		close(stop)
		wg.Wait()
		for i := range 4 {
			for parts := range 4 {
				if a := get(sources.WithScope(ctx, fmt.Sprint(i)), t, g, key, sources.Parts(1+parts)); !a.Missing {
					t.Fatalf("round %d: an erased record came back: %+v", round, a)
				}
			}
		}
		g.Close()
	}
}

// A system that cannot erase is not made one by its guards.
func TestGuardsErase(t *testing.T) {
	f := fake(sourcetest.Fault{})
	f.Erasable = false
	g := guard.New[string](f, guard.Defaults(), &observer{})
	defer g.Close()
	if e := sources.EraserOf[string](g); e != nil {
		t.Errorf("%v erases", e)
	}
}

// Erasures are calls: they are reported, retried, count for the breaker, are refused while
// it is open, and forget whatever comes of them.
func TestErasuresAreGuarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fake(sourcetest.Fault{})
		var o observer
		settings := guard.Defaults()
		settings.Cache.MaxAge = time.Minute
		settings.Breaker = guard.Breaker{FailureRate: 0.5, Calls: 3, Window: time.Minute, OpenFor: time.Minute}
		g := guard.New[string](f, settings, &o)
		defer g.Close()
		keys := []string{"key-a", "key-b"}
		if _, err := g.Fetch(ctx, keys, 1); err != nil {
			t.Fatal(err)
		}
		f.Fault.Kind = sources.Unavailable
		if err := g.Eraser().Erase(ctx, keys); kindOf(err) != sources.Unavailable {
			t.Errorf("%v", err)
		}
		if o.retried != 1 || f.Calls() != 3 {
			t.Errorf("retried %d times, %d calls", o.retried, f.Calls())
		}
		if c := o.calls[1]; c.Keys != 2 || c.Answered != 0 || c.Err == nil {
			t.Errorf("reported as %+v", c)
		}
		// The failures opened the breaker, and nothing is left to be served.
		if err := g.Eraser().Erase(ctx, keys); kindOf(err) != sources.CircuitOpen || f.Calls() != 3 {
			t.Errorf("%v, %d calls", err, f.Calls())
		}
		if answers, err := g.Fetch(ctx, keys, 1); len(answers) > 0 || kindOf(err) != sources.CircuitOpen {
			t.Errorf("%v, %v", answers, err)
		}
		if !slices.Contains(o.states, "open") {
			t.Errorf("%v", o.states)
		}
	})
}

// erasingSpine counts, and hangs where it is told to.
type erasingSpine struct {
	sourcetest.FakeSpine
	erased []string
	hangs  bool
}

func (s *erasingSpine) EraseCustomer(ctx context.Context, id string) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	s.erased = append(s.erased, id)
	return nil
}

// thoroughSpine remembers one erasure, and says that what c1 has is shared.
type thoroughSpine struct {
	erasingSpine
	left profiles.Leftovers
}

func (s *thoroughSpine) SharedRecords(ctx context.Context, id string, records []profiles.RecordKey) (map[profiles.RecordKey]bool, error) {
	if s.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return map[profiles.RecordKey]bool{records[0]: id == "c1"}, nil
}

func (s *thoroughSpine) KeepLeftovers(ctx context.Context, id string, left profiles.Leftovers) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	s.left = left
	return nil
}

func (s *thoroughSpine) Leftovers(ctx context.Context, id string) (profiles.Leftovers, error) {
	if s.hangs {
		<-ctx.Done()
		return profiles.Leftovers{}, ctx.Err()
	}
	return s.left, nil
}

// A guarded spine is as thorough as the inner one, within its deadline, and reports it.
func TestSpineErasesThoroughly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, ok := guard.Spine(&erasingSpine{}, time.Second, &observer{}).(profiles.ThoroughEraser); ok {
			t.Error("a spine that only erases is made a thorough one by its guards")
		}
		var o observer
		inner := &thoroughSpine{}
		g := guard.Spine(inner, 50*time.Millisecond, &o).(profiles.ThoroughEraser)
		key := profiles.RecordKey{Source: profiles.Billing, System: "ledger", RecordID: "account-1"}
		want := profiles.Leftovers{ErasedAt: time.Unix(1, 0), Records: []profiles.RecordKey{key}}
		if shared, err := g.SharedRecords(ctx, "c1", want.Records); err != nil || !shared[key] {
			t.Errorf("shared: %v, %v", shared, err)
		}
		if err := g.KeepLeftovers(ctx, "c1", want); err != nil {
			t.Error(err)
		}
		if left, err := g.Leftovers(ctx, "c1"); err != nil || !left.ErasedAt.Equal(want.ErasedAt) || !slices.Equal(left.Records, want.Records) {
			t.Errorf("left: %+v, %v", left, err)
		}
		if err := g.EraseCustomer(ctx, "c1"); err != nil || !slices.Equal(inner.erased, []string{"c1"}) {
			t.Errorf("%v, erased %v", err, inner.erased)
		}
		inner.hangs = true
		_, shared := g.SharedRecords(ctx, "c1", want.Records)
		_, left := g.Leftovers(ctx, "c1")
		for _, err := range []error{shared, left, g.KeepLeftovers(ctx, "c1", want)} {
			if kindOf(err) != sources.TimedOut {
				t.Errorf("%v", err)
			}
		}
		if len(o.calls) != 7 || o.calls[3].Err != nil || o.calls[4].Err == nil {
			t.Errorf("reported: %+v", o.calls)
		}
	})
}

// A guarded spine erases if the inner one does, within its deadline, and reports it.
func TestSpineErases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, ok := guard.Spine(&sourcetest.FakeSpine{}, time.Second, &observer{}).(profiles.Eraser); ok {
			t.Error("a spine that cannot erase is made one by its guards")
		}
		var o observer
		inner := &erasingSpine{}
		g := guard.Spine(inner, 50*time.Millisecond, &o).(profiles.Eraser)
		if err := g.EraseCustomer(ctx, "c1"); err != nil || !slices.Equal(inner.erased, []string{"c1"}) {
			t.Errorf("%v, erased %v", err, inner.erased)
		}
		inner.hangs = true
		if err := g.EraseCustomer(ctx, "c1"); kindOf(err) != sources.TimedOut {
			t.Errorf("%v", err)
		}
		if len(o.calls) != 2 || o.calls[0].Err != nil || o.calls[1].Err == nil {
			t.Errorf("reported: %+v", o.calls)
		}
	})
}
