package operation

import (
	"cmp"
	"context"
	"slices"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// asks is one source in one operation: a loader for each of its systems.
type asks[V any] struct {
	source  profiles.SourceName
	systems []asked[V]
	// unconfigured are the linked records of systems that are not configured, each once.
	unconfigured []record
	// customers counts those that the source was wanted for, refused those of them that the
	// caller may not read there, with the last reason.
	customers, refused int
	reason             customer.ErrorCode
	room               slab[customer.Result[V]]
}

// asked is one system in one operation.
type asked[V any] struct {
	name string
	loader[V]
}

// A record is a linked record.
type record struct{ system, key string }

func (a *asks[V]) over(source profiles.SourceName, systems []System[V], want sources.Parts, fresh sources.Freshness, batch int) {
	a.source, a.systems = source, make([]asked[V], len(systems))
	for i, s := range systems {
		a.systems[i].name = s.Name()
		a.systems[i].over(s.Source, want, fresh, batch)
	}
}

// system gives a system by its name; nil: it is not configured.
func (a *asks[V]) system(name string) *asked[V] {
	for i := range a.systems {
		if a.systems[i].name == name {
			return &a.systems[i]
		}
	}
	return nil
}

// queue queues a customer's linked records, unless the caller may not read them. Only gather
// calls it, one goroutine at a time.
func (a *asks[V]) queue(ctx context.Context, o *Operation, c *profiles.Customer) {
	a.customers++
	if err := o.Refused(a.source, c); err != nil {
		a.refused++
		a.reason = err.Code
		return
	}
	for _, l := range c.ActiveLinks(a.source) {
		a.queueRecord(ctx, l.System, l.RecordID)
	}
}

func (a *asks[V]) queueRecord(ctx context.Context, system, key string) {
	if s := a.system(system); s == nil {
		if r := (record{system, key}); !slices.Contains(a.unconfigured, r) {
			a.unconfigured = append(a.unconfigured, r)
		}
	} else {
		s.loader.queue(ctx, key)
	}
}

// asked appends the full names of the systems that were sent keys.
func (a *asks[V]) asked(names []string) []string {
	for i := range a.systems {
		if s := &a.systems[i]; len(s.keys()) > 0 {
			names = append(names, s.source.Name())
		}
	}
	return names
}

// expect makes room for the records of so many customers more, if each has one.
func (a *asks[V]) expect(customers int) {
	if len(a.systems) == 1 {
		a.systems[0].expect(customers)
	}
}

// flush sends what is queued.
func (a *asks[V]) flush() {
	for i := range a.systems {
		a.systems[i].Flush()
	}
}

// result waits for the answer of a linked record.
func (a *asks[V]) result(ctx context.Context, system, key string) customer.Result[V] {
	r := customer.Result[V]{System: system}
	if s := a.system(system); s != nil {
		r.Answer, r.Err = s.read(ctx, key)
	} else {
		r.NotConfigured = true
	}
	return r
}

// of waits for the answers to a customer's links. Where the caller may not read them nobody is
// asked.
func (a *asks[V]) of(ctx context.Context, o *Operation, c *profiles.Customer) []customer.Result[V] {
	if o.Refused(a.source, c) != nil {
		return customer.Refused[V]()
	}
	links := c.ActiveLinks(a.source)
	results := a.room.take(len(links))
	for i := range links {
		results[i] = a.result(ctx, links[i].System, links[i].RecordID)
	}
	return results
}

// status says how the source answered for a customer.
func (a *asks[V]) status(ctx context.Context, o *Operation, c *profiles.Customer) customer.SourceStatus {
	if len(a.systems) == 0 {
		return customer.StatusWithoutAsking(a.source, customer.NotConfigured)
	}
	if err := o.Refused(a.source, c); err != nil {
		s := customer.StatusWithoutAsking(a.source, customer.Forbidden)
		s.Code = err.Code
		return s
	}
	return customer.StatusOf(a.source, a.of(ctx, o, c))
}

// whole says how the source answered in the whole operation.
func (a *asks[V]) whole(ctx context.Context) customer.SourceStatus {
	switch {
	case len(a.systems) == 0:
		return customer.StatusWithoutAsking(a.source, customer.NotConfigured)
	case a.customers == 0:
		return customer.StatusWithoutAsking(a.source, customer.NotRequested)
	case a.customers == a.refused:
		s := customer.StatusWithoutAsking(a.source, customer.Forbidden)
		s.Code = a.reason
		return s
	}
	var results []customer.Result[V]
	for i := range a.systems {
		s := &a.systems[i]
		keys := s.keys()
		results = slices.Grow(results, len(keys))
		for _, key := range keys {
			results = append(results, a.result(ctx, s.name, key))
		}
	}
	// Root fields that run at once queue in any order.
	slices.SortFunc(a.unconfigured, func(a, b record) int { return cmp.Or(cmp.Compare(a.system, b.system), cmp.Compare(a.key, b.key)) })
	for _, r := range a.unconfigured {
		results = append(results, a.result(ctx, r.system, r.key))
	}
	s := customer.StatusOf(a.source, results)
	if a.refused > 0 && s.Code == "" {
		// Of some customers everything was read, of others nothing.
		s.Complete, s.Code = false, a.reason
	}
	return s
}
