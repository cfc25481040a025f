package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/profiles"
	"customer360/sources/sourcetest"
)

// What a system does in a request depends on the seed of the world, the request's number
// and the system alone, and for single keys on the key: not on how many calls there were
// before, nor in which order they came. So two executors that ask the same are answered
// the same.

type requestNumberKey struct{}

func numberOf(ctx context.Context) int {
	n, _ := ctx.Value(requestNumberKey{}).(int)
	return n
}

// chanceOf gives the chance of what the parts name.
func (w *chancyWorld) chanceOf(parts ...any) *draw {
	h := fnv.New64a()
	fmt.Fprint(h, parts...)
	return drawFrom(w.seed, h.Sum64()|1)
}

// A mishap is how a system behaves in one request.
type mishap struct {
	latency time.Duration
	fault   sourcetest.Fault
	// once: only the first call for a key fails.
	once bool
	// leaves is the share of keys that it leaves unanswered.
	leaves float64
}

var kinds = []sources.Kind{sources.Unavailable, sources.TimedOut, sources.RateLimited, sources.Unauthorized, sources.Malformed, sources.Internal, sources.Canceled}

func (w *chancyWorld) mishap(n int, system string) mishap {
	if w.calm {
		return mishap{}
	}
	d := w.chanceOf("mishap", n, system)
	m := mishap{latency: w.latency(d)}
	if w.config.Guards.Retry.Attempts > 0 {
		// Whether there is time for another call would hang on the pause before it.
		m.latency = min(m.latency, 60*time.Millisecond)
	}
	if outage := w.chanceOf("outage", system); outage.chance(0.4) && n/8%2 == outage.IntN(2) {
		// For some requests on end, so that it is left alone, and what is kept served.
		m.fault.Kind = sources.Unavailable
		return m
	}
	if d.chance(0.6) {
		return m
	}
	switch d.IntN(8) {
	case 0, 1:
		m.fault.Kind = one(d, kinds...)
		if d.chance(0.3) {
			m.fault.RetryAfter = time.Duration(d.IntN(100_000)) * time.Millisecond
		}
	case 2:
		m.fault.Kind, m.once = sources.Unavailable, true
	case 3:
		m.fault.Hang = true
	case 4:
		m.fault.Deaf = true
	case 5:
		m.fault.Panic = true
	default:
		m.leaves = one(d, 0.2, 0.5, 1)
		if d.chance(0.3) {
			m.fault.Kind = one(d, kinds...)
		}
	}
	return m
}

// latency is mostly short, and sometimes about as long as somebody waits.
func (w *chancyWorld) latency(d *draw) time.Duration {
	if w.hasty {
		return 0
	}
	switch d.IntN(10) {
	case 0, 1, 2:
		return 0
	case 3:
		return time.Duration(700e6 + d.Int64N(200e6))
	}
	return time.Duration(d.Int64N(60e6))
}

// wait is a call that takes a while.
func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A callCount counts calls by the number of the request.
type callCount struct {
	mu    sync.Mutex
	calls map[int]map[string]int
}

func (c *callCount) add(n int, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[n] == nil {
		c.calls[n] = map[string]int{}
	}
	c.calls[n][what]++
}

// chancySource is a system that answers from records, and has mishaps.
type chancySource[V any] struct {
	name    string
	world   *chancyWorld
	records map[string]sources.Answer[V]
	// release ends calls that are deaf to their context.
	release <-chan struct{}
	count   *callCount
	mu      sync.Mutex
	// asked counts, by request and key.
	asked map[string]int
}

func (s *chancySource[V]) Name() string { return s.name }

func (s *chancySource[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	n := numberOf(ctx)
	s.count.add(n, s.name)
	m := s.world.mishap(n, s.name)
	first := false
	s.mu.Lock()
	for _, key := range keys {
		k := fmt.Sprint(n, " ", key)
		s.asked[k]++
		first = first || s.asked[k] == 1
	}
	s.mu.Unlock()
	if err := wait(ctx, m.latency); err != nil {
		return nil, sources.AsError(s.name, sources.TimedOut, err)
	}
	f := sourcetest.Fake[V]{SourceName: s.name, Records: s.records, Fault: m.fault}
	f.Fault.Release = s.release
	if m.once && !first {
		f.Fault = sourcetest.Fault{}
	}
	for _, key := range keys {
		if s.world.chanceOf("leaves", n, s.name, key).chance(m.leaves) {
			f.Fault.Without = append(f.Fault.Without, key)
		}
	}
	if m.leaves > 0 && f.Fault.Without == nil {
		f.Fault.Kind = ""
	}
	return f.Fetch(ctx, keys, want)
}

// chancySpine is a spine that fails now and then. It leaves filters out that the Fake
// does not know.
type chancySpine struct {
	*sourcetest.FakeSpine
	world *chancyWorld
	count *callCount
}

func (s chancySpine) Name() string { return "profile/" + s.world.spine }

// call makes a call of the spine, or fails it.
func call[T any](ctx context.Context, s chancySpine, what string, inner func() (T, error)) (T, error) {
	var none T
	n := numberOf(ctx)
	s.count.add(n, s.Name())
	if s.world.calm {
		return inner()
	}
	d := s.world.chanceOf("spine", n, what)
	if err := wait(ctx, s.world.latency(d)/3); err != nil {
		return none, sources.AsError(s.Name(), sources.TimedOut, err)
	}
	if d.chance(0.9) {
		return inner()
	}
	switch d.IntN(6) {
	case 0:
		panic("the spine panics, as it was told")
	case 1:
		if s.world.config.Guards.Breaker.Disabled {
			<-ctx.Done()
			return none, sources.AsError(s.Name(), sources.TimedOut, ctx.Err())
		}
	}
	return none, &sources.Error{Source: s.Name(), Kind: one(d, kinds...), RetryAfter: one(d, 0, 3*time.Second), Err: errors.New("it fails, as it was told")}
}

func (s chancySpine) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*profiles.Customer], error) {
	return call(ctx, s, "Fetch", func() (map[string]sources.Answer[*profiles.Customer], error) {
		answers, err := s.FakeSpine.Fetch(ctx, keys, want)
		for _, key := range keys {
			if !s.world.calm && s.world.chanceOf("key", numberOf(ctx), key).chance(0.02) {
				delete(answers, key)
				err = &sources.Error{Source: s.Name(), Kind: sources.Malformed, Err: errors.New("a profile cannot be read")}
			}
		}
		return answers, err
	})
}

func (s chancySpine) Find(ctx context.Context, by profiles.Identifier, want sources.Parts) ([]*profiles.Customer, error) {
	return call(ctx, s, "Find "+string(by), func() ([]*profiles.Customer, error) { return s.FakeSpine.Find(ctx, by, want) })
}

func (s chancySpine) FindByLink(ctx context.Context, source profiles.SourceName, system, recordID string, want sources.Parts) (*profiles.Customer, error) {
	return call(ctx, s, fmt.Sprint("FindByLink ", source, system, recordID), func() (*profiles.Customer, error) {
		return s.FakeSpine.FindByLink(ctx, source, system, recordID, want)
	})
}

func (s chancySpine) List(ctx context.Context, q profiles.Query, want sources.Parts) (profiles.Page, error) {
	q.Where = profiles.Filter{IDs: q.Where.IDs}
	return call(ctx, s, fmt.Sprint("List ", q.Limit, q.Order, q.Where.IDs, q.After != nil), func() (profiles.Page, error) {
		page, err := s.FakeSpine.List(ctx, q, want)
		d := s.world.chanceOf("page", numberOf(ctx))
		if n := len(page.Customers); err == nil && n > 0 && !s.world.calm && d.chance(0.1) {
			i := d.IntN(n)
			page.Customers, page.Positions = slices.Delete(slices.Clone(page.Customers), i, i+1), slices.Delete(slices.Clone(page.Positions), i, i+1)
			return page, &sources.Error{Source: s.Name(), Kind: sources.Malformed, Err: errors.New("a profile cannot be read")}
		}
		return page, err
	})
}

func (s chancySpine) Definitions(ctx context.Context) ([]profiles.Definition, error) {
	return call(ctx, s, "Definitions", func() ([]profiles.Definition, error) { return s.world.definitions, nil })
}

// mounted gives the systems of a world. Calls that are deaf end when release is closed.
func (w *chancyWorld) mounted(release <-chan struct{}, count *callCount) resolvers.Systems {
	return resolvers.Systems{
		Spine: chancySpine{&sourcetest.FakeSpine{Customers: w.customers}, w, count}, SpineKind: "fake",
		Billing: mountedOf(w, "billing", w.billing, release, count),
		Support: mountedOf(w, "support", w.support, release, count),
		Social:  mountedOf(w, "social", w.social, release, count),
	}
}

func mountedOf[V any](w *chancyWorld, domain string, systems map[string]map[string]sources.Answer[V], release <-chan struct{}, count *callCount) []resolvers.System[V] {
	var all []resolvers.System[V]
	for _, system := range w.systems[profiles.SourceName(strings.ToUpper(domain))] {
		s := &chancySource[V]{name: domain + "/" + system, world: w, records: systems[system], release: release, count: count, asked: map[string]int{}}
		all = append(all, resolvers.System[V]{Source: s, Kind: "fake"})
	}
	return all
}
