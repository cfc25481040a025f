package resolvers

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// A loader asks one system for records, each key once in an operation. Keys are
// queued by gather and sent by flush; no timer sends them.
type loader[V any] struct {
	dataloader.Interface[string, sources.Answer[V]]
}

// never is longer than any operation: a batch is sent by a flush only.
const never = time.Hour

// newLoader makes a loader over a source that asks for at most batch keys at once, for
// these parts, as fresh as that.
func newLoader[V any](source sources.Source[string, V], want sources.Parts, fresh sources.Freshness, batch int) loader[V] {
	fetch := func(ctx context.Context, keys []string) []*dataloader.Result[sources.Answer[V]] {
		answers, err := source.Fetch(sources.WithFreshness(ctx, fresh), keys, want)
		results := make([]*dataloader.Result[sources.Answer[V]], len(keys))
		for i, key := range keys {
			if a, ok := answers[key]; ok {
				results[i] = &dataloader.Result[sources.Answer[V]]{Data: a}
				continue
			}
			e := sources.AsError(source.Name(), sources.Unavailable, err)
			if e == nil {
				e = &sources.Error{Source: source.Name(), Kind: sources.Malformed}
			}
			results[i] = &dataloader.Result[sources.Answer[V]]{Error: e}
		}
		return results
	}
	return loader[V]{dataloader.NewBatchedLoader(fetch,
		dataloader.WithWait[string, sources.Answer[V]](never),
		dataloader.WithBatchCapacity[string, sources.Answer[V]](batch),
		dataloader.WithInputCapacity[string, sources.Answer[V]](64))}
}

// read waits for the answer to a key. A key that nobody queued is sent on its own.
func (l loader[V]) read(ctx context.Context, key string) (sources.Answer[V], *sources.Error) {
	thunk := l.Load(ctx, key)
	l.Flush()
	answer, err := thunk()
	return answer, sources.AsError("", sources.Internal, err)
}

// asks is one source in one operation: a loader for each of its systems.
type asks[V any] struct {
	source  profiles.SourceName
	loaders map[string]loader[V]
	// links are the linked records that were queued, in order, each once: what
	// the whole operation asked.
	links []profiles.Link
	seen  map[profiles.Link]bool
	// customers counts those that the source was wanted for.
	customers int
}

func newAsks[V any](source profiles.SourceName, systems []System[V], want sources.Parts, fresh sources.Freshness, batch int) *asks[V] {
	a := &asks[V]{source: source, loaders: make(map[string]loader[V], len(systems)), seen: map[profiles.Link]bool{}}
	for _, s := range systems {
		a.loaders[s.name()] = newLoader(s.Source, want, fresh, batch)
	}
	return a
}

// queue queues a customer's linked records. Only gather calls it, one goroutine at a time.
func (a *asks[V]) queue(ctx context.Context, c *profiles.Customer) {
	a.customers++
	for _, l := range c.ActiveLinks(a.source) {
		a.queueLink(ctx, l)
	}
}

func (a *asks[V]) queueLink(ctx context.Context, l profiles.Link) {
	id := profiles.Link{Source: l.Source, System: l.System, RecordID: l.RecordID}
	if a.seen[id] {
		return
	}
	a.seen[id] = true
	a.links = append(a.links, id)
	if loader, ok := a.loaders[l.System]; ok {
		loader.Load(ctx, l.RecordID)
	}
}

func (a *asks[V]) flush() {
	for _, l := range a.loaders {
		l.Flush()
	}
}

// results waits for the answers to the given links.
func (a *asks[V]) results(ctx context.Context, links []profiles.Link) []customer.Result[V] {
	results := make([]customer.Result[V], len(links))
	for i, l := range links {
		results[i].Link = l
		if loader, ok := a.loaders[l.System]; ok {
			results[i].Answer, results[i].Err = loader.read(ctx, l.RecordID)
		} else {
			results[i].NotConfigured = true
		}
	}
	return results
}

// of waits for the answers to a customer's links.
func (a *asks[V]) of(ctx context.Context, c *profiles.Customer) []customer.Result[V] {
	return a.results(ctx, c.ActiveLinks(a.source))
}

// status says how the source answered for a customer.
func (a *asks[V]) status(ctx context.Context, c *profiles.Customer) customer.SourceStatus {
	if len(a.loaders) == 0 {
		return customer.StatusWithoutAsking(a.source, customer.NotConfigured)
	}
	return customer.StatusOf(a.source, a.of(ctx, c))
}

// whole says how the source answered in the whole operation.
func (a *asks[V]) whole(ctx context.Context) customer.SourceStatus {
	switch {
	case len(a.loaders) == 0:
		return customer.StatusWithoutAsking(a.source, customer.NotConfigured)
	case a.customers == 0:
		return customer.StatusWithoutAsking(a.source, customer.NotRequested)
	}
	return customer.StatusOf(a.source, a.results(ctx, a.links))
}
