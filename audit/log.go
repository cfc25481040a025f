package audit

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"customer360/access"
	"customer360/sources/documents"
)

// The collections of the log.
const (
	// Entries holds the entries.
	Entries = "audit"
	// Chains holds the head of each chain.
	Chains = "auditChains"
)

const (
	// flushEvery is how long entries are gathered to be written at once: the embedded store
	// has one connection, which reads of profiles need too.
	flushEvery = 200 * time.Millisecond
	// batchSize is how many entries are written at once, and not waited for any longer.
	batchSize = 500
	// writeTimeout bounds one attempt to write, and how long reads that are to be refused
	// are still taken where the store hangs.
	writeTimeout = 5 * time.Second
	// The first wait after a failure, and the longest one.
	minWait, maxWait = 100 * time.Millisecond, 5 * time.Second
)

// A Log writes one chain. It is safe for concurrent use.
type Log struct {
	store    documents.Store
	config   Config
	refuse   map[access.Audience]bool
	observer Observer
	queue    *queue
	failing  atomic.Bool

	closing chan struct{}
	close   sync.Once
	done    chan struct{}
	pruning sync.WaitGroup
	// ctx ends when the time to close is up.
	ctx    context.Context
	cancel context.CancelFunc
	// unwritten is how many entries were left when the writer ended.
	unwritten int

	chain chain
}

// Open begins a chain, and starts to write to it until the log is closed. The config must
// pass [Config.Check]. A store that cannot be written to is an error.
func Open(ctx context.Context, s documents.Store, c Config, o Observer) (*Log, error) {
	l := &Log{store: s, config: c, refuse: map[access.Audience]bool{}, observer: o,
		queue: newQueue(c.Queue), closing: make(chan struct{}), done: make(chan struct{})}
	for _, name := range c.Refuse {
		a, _ := access.ParseAudience(string(name))
		l.refuse[a] = true
	}
	l.chain = chain{store: s, head: Head{Replica: newReplica(time.Now()), Sequence: -1}}
	if err := l.chain.begin(ctx); err != nil {
		return nil, fmt.Errorf("the audit log cannot be written: %w", err)
	}
	o.Written(1)
	// It outlives the context that it was opened with, which may be one of the start only.
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go l.run()
	if c.Keep > 0 {
		l.pruning.Go(l.prune)
	}
	return l, nil
}

// Record takes an entry, to be written within some 200 milliseconds. It does not wait for
// the store, so that a process that dies takes with it what it had not written. The entry's
// lists must not be changed afterwards.
//
// Where an entry cannot be taken, [ErrRefused] says for an audience of Config.Refuse that
// nothing of what was read may be answered. For the others the loss is told to the observer,
// there is no error, and the log itself says how many were lost as soon as it can be written.
func (l *Log) Record(e Entry) error {
	switch e.Action {
	case "":
		e.Action = Read
	case Read, Export, Erase:
	default:
		return fmt.Errorf("the audit log has no action %q", e.Action)
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	refuse := l.refuse[e.Audience]
	switch {
	case (!refuse || !l.failing.Load()) && l.queue.put(e, !refuse):
		return nil
	case refuse:
		l.observer.Refused()
		return ErrRefused
	}
	l.observer.Lost(1)
	return nil
}

// Ready says before anything is read whether reads of an audience must be refused just now,
// by ErrRefused.
func (l *Log) Ready(audience access.Audience) error {
	if l.refuse[audience] && (l.failing.Load() || l.queue.full()) {
		l.observer.Refused()
		return ErrRefused
	}
	return nil
}

// Close writes what waits, closes the chain, and ends the writer. Nothing is recorded
// afterwards. The error says how many entries could not be written until the context ended.
func (l *Log) Close(ctx context.Context) error {
	l.close.Do(func() {
		l.queue.close()
		close(l.closing)
	})
	select {
	case <-l.done:
	case <-ctx.Done():
	}
	l.cancel()
	<-l.done
	l.pruning.Wait()
	if l.unwritten > 0 {
		return fmt.Errorf("cannot write %d entries of the audit log", l.unwritten)
	}
	return nil
}

// run writes until the log is closed or the time to close is up.
func (l *Log) run() {
	defer close(l.done)
	checkpoint := time.NewTicker(l.config.Checkpoint)
	defer checkpoint.Stop()
	for l.wait(checkpoint.C) {
		l.flush(l.take())
	}
	for batch := l.take(); len(batch) > 0; batch = l.take() {
		l.flush(batch)
	}
	l.flush([]*entry{{Action: End}})
	if l.unwritten = l.chain.unwritten() + l.queue.len(); l.unwritten > 0 {
		l.observer.Lost(l.unwritten)
	}
}

// wait returns when there is a batch to write, or some entries that have waited for others;
// false: the log is closing. Checkpoints are made meanwhile.
func (l *Log) wait(checkpoint <-chan time.Time) bool {
	select {
	case <-l.queue.batch:
	default:
	}
	for l.queue.len() == 0 {
		select {
		case <-l.queue.first:
		case <-checkpoint:
			l.checkpoint()
		case <-l.closing:
			return false
		}
	}
	if !l.queue.ready() {
		timer := time.NewTimer(cmp.Or(l.config.wait, flushEvery))
		defer timer.Stop()
		select {
		case <-l.queue.batch:
		case <-timer.C:
		case <-l.closing:
			return false
		}
	}
	select {
	case <-checkpoint:
		// Where entries never cease to come, there is no other time for it.
		l.checkpoint()
	default:
	}
	return true
}

// take gives the documents of the next batch.
func (l *Log) take() []*entry {
	l.observer.Queued(l.queue.len())
	taken, lost, since := l.queue.take(batchSize)
	batch := make([]*entry, 0, len(taken)+1)
	if lost > 0 {
		batch = append(batch, &entry{Action: Loss, Lost: lost, Since: milliseconds(since)})
	}
	for _, e := range taken {
		batch = append(batch, entriesOf(e)...)
	}
	return batch
}

func (l *Log) checkpoint() {
	ctx, cancel := context.WithTimeout(l.ctx, writeTimeout)
	defer cancel()
	n, err := l.chain.checkpoint(ctx)
	l.tell(n, err)
	if err != nil {
		// Reads may be refused until something is written again.
		l.flush(nil)
	}
}

// flush writes a batch, however often that takes, until the time to close is up.
func (l *Log) flush(batch []*entry) {
	closing, wait := l.closing, minWait
	for {
		ctx, cancel := context.WithTimeout(l.ctx, writeTimeout)
		n, err := l.chain.write(ctx, batch)
		cancel()
		l.tell(n, err)
		if err == nil {
			return
		}
		batch = nil // the chain has it
		timer := time.NewTimer(wait/2 + rand.N(wait/2))
		select {
		case <-timer.C:
			wait = min(2*wait, maxWait)
		case <-closing:
			// What is left of the time is for attempts, not for waiting.
			closing, wait = nil, minWait
		case <-l.ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// tell tells the observer of a write.
func (l *Log) tell(written int, err error) {
	if written > 0 {
		l.observer.Written(written)
	}
	if failing := err != nil; l.failing.Swap(failing) != failing {
		l.observer.Failed(err)
	}
}
