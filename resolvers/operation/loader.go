package operation

import (
	"context"
	"sync"

	"github.com/graph-gophers/dataloader/v7"

	"customer360/sources"
)

// A loader asks one system for records, each key once in an operation. Keys are queued by
// gather, and sent by Flush; no timer sends them.
//
// It is the interface of the dataloader library, without the library's cost: that has a
// channel, a timer and a goroutine for each batch, and several allocations for each key.
// A batch here is a list of keys and the map that the source answers with.
type loader[V any] struct {
	source sources.Source[string, V]
	want   sources.Parts
	fresh  sources.Freshness
	// batch is how many keys one Fetch has at most.
	batch int

	mu sync.Mutex
	// asked are the batches by the keys that they ask for.
	asked map[string]*batch[V]
	// open is the batch that was not sent yet; nil: there is none.
	open *batch[V]
	// sent are the others, in order.
	sent []*batch[V]
}

// A batch is a call of a source.
type batch[V any] struct {
	// ctx is that of the first who queued a key.
	ctx  context.Context
	keys []string
	// answers and err are set when done is closed.
	done    chan struct{}
	answers map[string]sources.Answer[V]
	err     *sources.Error
}

// over makes it a loader over a source that asks for at most batch keys at once, for these
// parts, as fresh as that.
func (l *loader[V]) over(source sources.Source[string, V], want sources.Parts, fresh sources.Freshness, batch int) {
	l.source, l.want, l.fresh, l.batch = source, want, fresh, batch
}

var _ dataloader.Interface[string, sources.Answer[any]] = (*loader[any])(nil)

// queue queues a key, unless it was asked for before.
func (l *loader[V]) queue(ctx context.Context, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(ctx, key)
}

// expect makes room for so many keys more.
func (l *loader[V]) expect(keys int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked == nil {
		l.asked = make(map[string]*batch[V], keys)
	}
	if l.open == nil {
		l.open = &batch[V]{keys: make([]string, 0, min(keys, l.batch)), done: make(chan struct{})}
	}
}

func (l *loader[V]) add(ctx context.Context, key string) {
	if l.asked[key] != nil {
		return
	}
	if l.asked == nil {
		l.asked = map[string]*batch[V]{}
	}
	if l.open == nil {
		l.open = &batch[V]{done: make(chan struct{})}
	}
	b := l.open
	if b.ctx == nil {
		b.ctx = ctx
	}
	b.keys = append(b.keys, key)
	l.asked[key] = b
	if len(b.keys) == l.batch {
		l.send()
	}
}

// keys gives the keys that were sent, in order.
func (l *loader[V]) keys() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sent) == 1 {
		return l.sent[0].keys
	}
	var all []string
	for _, b := range l.sent {
		all = append(all, b.keys...)
	}
	return all
}

// send sends what is queued. The lock is held.
func (l *loader[V]) send() {
	b := l.open
	if b == nil || len(b.keys) == 0 {
		return
	}
	l.open = nil
	l.sent = append(l.sent, b)
	go func() {
		defer close(b.done)
		b.answers, b.err = sources.Caught(l.source.Name(), func() (map[string]sources.Answer[V], error) {
			return l.source.Fetch(sources.WithFreshness(b.ctx, l.fresh), b.keys, l.want)
		})
	}()
}

// Flush sends what is queued.
func (l *loader[V]) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.send()
}

// read waits for the answer to a key. A key that nobody queued is sent on its own.
func (l *loader[V]) read(ctx context.Context, key string) (sources.Answer[V], *sources.Error) {
	l.mu.Lock()
	l.add(ctx, key)
	b := l.asked[key]
	if b == l.open {
		l.send()
	}
	l.mu.Unlock()
	<-b.done
	if a, ok := b.answers[key]; ok {
		return a, nil
	}
	if b.err == nil {
		return sources.Answer[V]{}, &sources.Error{Source: l.source.Name(), Kind: sources.Malformed}
	}
	return sources.Answer[V]{}, b.err
}

// Load queues a key. What it gives waits for the answer, sending the key if nobody did.
func (l *loader[V]) Load(ctx context.Context, key string) dataloader.Thunk[sources.Answer[V]] {
	l.queue(ctx, key)
	return func() (sources.Answer[V], error) {
		a, err := l.read(ctx, key)
		if err != nil {
			return a, err
		}
		return a, nil
	}
}

// LoadMany queues keys.
func (l *loader[V]) LoadMany(ctx context.Context, keys []string) dataloader.ThunkMany[sources.Answer[V]] {
	for _, key := range keys {
		l.queue(ctx, key)
	}
	return func() ([]sources.Answer[V], []error) {
		answers := make([]sources.Answer[V], len(keys))
		// Without an error there is no list of them; else one for each key.
		var errs []error
		for i, key := range keys {
			a, err := l.read(ctx, key)
			answers[i] = a
			if err != nil {
				if errs == nil {
					errs = make([]error, len(keys))
				}
				errs[i] = err
			}
		}
		return answers, errs
	}
}

// Prime keeps an answer to a key that was not asked for.
func (l *loader[V]) Prime(_ context.Context, key string, answer sources.Answer[V]) dataloader.Interface[string, sources.Answer[V]] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked[key] == nil {
		if l.asked == nil {
			l.asked = map[string]*batch[V]{}
		}
		l.asked[key] = &batch[V]{keys: []string{key}, done: closed, answers: map[string]sources.Answer[V]{key: answer}}
	}
	return l
}

// closed is the end of what never had to be waited for.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Clear forgets a key that was sent, so that it is asked for again.
func (l *loader[V]) Clear(_ context.Context, key string) dataloader.Interface[string, sources.Answer[V]] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.asked[key]; b != nil && b != l.open {
		delete(l.asked, key)
	}
	return l
}

// ClearAll forgets all keys that were sent.
func (l *loader[V]) ClearAll() dataloader.Interface[string, sources.Answer[V]] {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, b := range l.asked {
		if b != l.open {
			delete(l.asked, key)
		}
	}
	return l
}
