package guard

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"customer360/sources"
)

// Caching makes a source that asks for a key once however many wait for it, keeps
// answers, gives them again while they are fresh, and serves them, told as stale,
// where the system does not answer. The caller's wishes are those of
// [sources.FreshnessOf]. Nothing crosses from one [sources.ScopeOf] to another, and an
// answer counts only if it holds all parts that are wanted.
//
// Stale answers are not served where the system refuses our credentials: who locks us
// out may mean it. That a record is missing is never told from what is kept but while
// that is fresh.
//
// A call is shared by those who wait equally long: by the timeout, or by the deadline
// that callers ask for. It goes on when its caller leaves, so that what it brings is
// kept; where nothing is kept it ends with the last who waits.
func Caching[V any](inner sources.Source[string, V], c Cache, timeout time.Duration, o Observer) *Cached[V] {
	g := &Cached[V]{Source: inner, settings: c, timeout: timeout, observer: o, flights: map[flightKey]*flight[V]{}, flying: map[*flight[V]]struct{}{}}
	g.wants.Store(&[]sources.Parts{everyPart})
	if c.Records > 0 {
		g.kept = otter.Must(&otter.Options[keptKey, kept[V]]{
			MaximumWeight:    uint64(c.Records),
			Weigher:          func(_ keptKey, k kept[V]) uint32 { return weight(k.answer) },
			ExpiryCalculator: otter.ExpiryWriting[keptKey, kept[V]](c.Keep),
		})
	}
	return g
}

// A Cached source is a source that keeps answers, see [Caching]. It must be closed.
type Cached[V any] struct {
	sources.Source[string, V]
	settings Cache
	timeout  time.Duration
	observer Observer
	// kept is nil where nothing is kept.
	kept *otter.Cache[keptKey, kept[V]]
	// wants are the combinations of parts that were asked for so far: a domain has few.
	wants atomic.Pointer[[]sources.Parts]
	// keeping is read-locked by who keeps answers, and locked to mark the calls under way
	// whose answers are not to be kept. It is taken before mu.
	keeping sync.RWMutex
	// mu guards flights, flying and what is in them.
	mu sync.Mutex
	// flights are the calls that can be joined, flying are all that are under way.
	flights map[flightKey]*flight[V]
	flying  map[*flight[V]]struct{}
	landing sync.WaitGroup
}

// keptKey has the parts that an answer holds, so that one with few does not take the
// place of one with many.
type keptKey struct {
	scope, key string
	want       sources.Parts
}

// everyPart is what an answer covers that says that there is no such record.
const everyPart = ^sources.Parts(0)

// kept is an answer, and when it was asked for.
type kept[V any] struct {
	answer sources.Answer[V]
	at     time.Time
}

// common is the size of a common record, in bytes: one that is larger counts for several,
// so that memory is bounded whatever the records are.
const common = 4 << 10

// weight is how many common records an answer is worth. Records that know their size say
// so.
func weight[V any](a sources.Answer[V]) uint32 {
	if v, ok := any(a.Value).(interface{ Size() int }); ok && !a.Missing {
		return 1 + uint32(v.Size()/common)
	}
	return 1
}

// wishes are what a caller asks for, what is configured filled in.
type wishes struct {
	maxAge, maxStale time.Duration
	// wait is how long the caller waits for the system.
	wait time.Duration
}

// Close ends the calls that are under way, forgets what is kept, and ends the goroutine
// that removes what is too old.
func (g *Cached[V]) Close() error {
	g.mu.Lock()
	for f := range g.flying {
		f.cancel()
	}
	g.mu.Unlock()
	g.landing.Wait()
	if g.kept != nil {
		g.kept.InvalidateAll()
		g.kept.StopAllGoroutines()
	}
	return nil
}

func (g *Cached[V]) wishes(ctx context.Context) wishes {
	f := sources.FreshnessOf(ctx)
	w := wishes{maxAge: g.settings.MaxAge, maxStale: g.settings.MaxStale, wait: g.timeout}
	if f.MaxAge != nil {
		w.maxAge = *f.MaxAge
	}
	switch {
	case f.OnError == sources.Fail:
		w.maxStale = 0
	case f.MaxStale != nil:
		w.maxStale = *f.MaxStale
	case f.OnError == sources.ServeStale && w.maxStale == 0:
		w.maxStale = g.settings.Keep
	}
	if f.Deadline > 0 {
		w.wait = min(w.wait, f.Deadline)
	}
	return w
}

// Fetch answers from what is kept where the caller is content with it, and asks for the rest.
func (g *Cached[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if ctx.Err() != nil {
		return nil, sources.AsError(g.Name(), sources.Canceled, context.Cause(ctx))
	}
	w := g.wishes(ctx)
	if g.kept == nil && g.settings.Separate {
		ctx, cancel := context.WithTimeout(ctx, w.wait)
		defer cancel()
		g.observer.Used(g.Name(), Use{Asked: len(keys)})
		return g.Source.Fetch(ctx, keys, want)
	}
	var use Use
	answers := make(map[string]sources.Answer[V], len(keys))
	ask := keys
	if g.kept != nil && w.maxAge > 0 {
		ask = nil
		for _, key := range keys {
			if k, ok := g.recall(ctx, key, want, w.maxAge); ok {
				answers[key] = k.answer
			} else {
				ask = append(ask, key)
			}
		}
		use.Fresh = len(answers)
	}
	if g.kept != nil {
		ask = g.neediest(ctx, ask, want)
	}
	var failures map[string]*sources.Error
	if len(ask) > 0 {
		failures = g.ask(ctx, ask, want, w.wait, answers, &use)
	}
	var failed *sources.Error
	for _, key := range ask {
		err := failures[key]
		if err == nil {
			continue
		}
		// Each key by its own failure: calls that were joined may have failed in other ways.
		if g.kept != nil && w.maxStale > 0 && err.Kind != sources.Unauthorized && err.Kind != sources.Canceled {
			if k, ok := g.recall(ctx, key, want, w.maxStale); ok && !k.answer.Missing {
				k.answer.Stale, k.answer.Cause = true, err
				answers[key] = k.answer
				use.Stale++
				continue
			}
		}
		if failed == nil {
			failed = err
		}
	}
	g.observer.Used(g.Name(), use)
	if failed == nil {
		return answers, nil
	}
	return answers, failed
}

// neediest gives the keys of which nothing is kept first, and then the others, the oldest
// first: a system that cannot answer all of them in time answers those of the next page
// next time.
func (g *Cached[V]) neediest(ctx context.Context, keys []string, want sources.Parts) []string {
	at := make(map[string]time.Time, len(keys))
	for _, key := range keys {
		k, _ := g.recall(ctx, key, want, g.settings.Keep)
		at[key] = k.at
	}
	sorted := slices.Clone(keys)
	slices.SortStableFunc(sorted, func(a, b string) int { return at[a].Compare(at[b]) })
	return sorted
}

// recall gives the newest answer to a key that is kept and holds what is wanted, if it
// is not too old.
func (g *Cached[V]) recall(ctx context.Context, key string, want sources.Parts, maxAge time.Duration) (kept[V], bool) {
	var newest kept[V]
	for _, w := range *g.wants.Load() {
		if !w.Has(want) {
			continue
		}
		if k, ok := g.kept.GetIfPresent(keptKey{sources.ScopeOf(ctx), key, w}); ok && k.at.After(newest.at) {
			newest = k
		}
	}
	return newest, !newest.at.IsZero() && time.Since(newest.at) <= maxAge
}

// remember keeps what the system answered to a call that began at a time, but for what
// was to be forgotten since.
func (g *Cached[V]) remember(scope string, answers map[string]sources.Answer[V], f *flight[V], at time.Time) {
	if g.kept == nil {
		return
	}
	want := f.want
	g.keeping.RLock()
	defer g.keeping.RUnlock()
	for wants := g.wants.Load(); !slices.Contains(*wants, want); wants = g.wants.Load() {
		more := append(slices.Clone(*wants), want)
		g.wants.CompareAndSwap(wants, &more)
	}
	for key, a := range answers {
		if _, ok := f.forgotten[key]; ok {
			continue
		}
		w := want
		if a.Missing {
			w = everyPart
		}
		k := keptKey{scope, key, w}
		// A call that took longer may be older.
		if before, ok := g.kept.GetIfPresent(k); !ok || at.After(before.at) {
			g.kept.Set(k, kept[V]{a, at})
		}
	}
}
