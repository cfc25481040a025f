package cost

import (
	"hash/maphash"
	"sync"
	"time"
)

// Window is how long a budget lasts.
const Window = time.Minute

const (
	// maxSpenders bounds how many are remembered: what they take is then a few megabytes.
	maxSpenders = 65_536
	// shards are as many as keep requests from waiting for one another.
	shards = 16
	// sampled is how many are looked at for one to forget: enough that it is seldom one
	// whose window has just begun.
	sampled = 8
)

// A Budget holds what each spender has left of its costs. Its windows are fixed ones, of
// [Window], that begin with the first cost of a spender: so a client can rely on what it
// is told is left, and until when, and not all windows end at once. At the end of one
// window and the beginning of the next, twice the limit can be spent in a short time.
//
// Its memory is bounded. When it is full, a window that has ended is forgotten, or else of
// some that end soonest: its spender has the whole limit again. It may be used by several
// goroutines at once.
type Budget struct {
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu sync.Mutex
	// windows are those of the spenders, by id.
	windows map[string]window
	// most bounds them.
	most int
}

type window struct {
	spent int64
	end   time.Time
}

// NewBudget makes a budget that nothing was spent of.
func NewBudget() *Budget {
	b := &Budget{seed: maphash.MakeSeed()}
	for i := range b.shards {
		b.shards[i].windows = map[string]window{}
		b.shards[i].most = maxSpenders / shards
	}
	return b
}

func (b *Budget) shard(id string) *shard { return &b.shards[maphash.String(b.seed, id)%shards] }

// Take takes a cost from a spender's budget, if that much is left of the limit; else it
// takes nothing. It gives what is left, and when there is all of it again. The id may be
// any text.
func (b *Budget) Take(id string, cost, limit int, now time.Time) (left int, reset time.Time, ok bool) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	w, known := s.current(id, now)
	if ok = int64(cost) <= int64(limit)-w.spent; ok {
		w.spent += int64(cost)
	}
	if !known {
		s.room(now)
	}
	s.windows[id] = w
	return max(int(int64(limit)-w.spent), 0), w.end, ok
}

// Spend takes a cost from a spender's budget, or what is left of it if that is less: for what
// was done before anybody knew what it costs.
func (b *Budget) Spend(id string, cost, limit int, now time.Time) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	w, known := s.current(id, now)
	w.spent = max(w.spent, min(w.spent+int64(cost), int64(limit)))
	if !known {
		s.room(now)
	}
	s.windows[id] = w
}

// Peek gives what [Budget.Take] would without taking anything.
func (b *Budget) Peek(id string, limit int, now time.Time) (left int, reset time.Time) {
	s := b.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	w, _ := s.current(id, now)
	return max(int(int64(limit)-w.spent), 0), w.end
}

// current gives a spender's window, a new one if there is none, and whether the spender
// is known.
func (s *shard) current(id string, now time.Time) (window, bool) {
	w, known := s.windows[id]
	if !now.Before(w.end) {
		w = window{end: now.Add(Window)}
	}
	return w, known
}

// room makes room for one more spender.
func (s *shard) room(now time.Time) {
	if len(s.windows) < s.most {
		return
	}
	var first string
	var end time.Time
	n := 0
	// A map is walked from anywhere, so this is a sample of it.
	for id, w := range s.windows {
		if n == 0 || w.end.Before(end) {
			first, end = id, w.end
		}
		if n++; n == sampled || !now.Before(w.end) {
			break
		}
	}
	delete(s.windows, first)
}
