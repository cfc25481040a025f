package audit

import (
	"sync"
	"time"
)

// queue holds entries until they are written. It never grows.
type queue struct {
	// first gets a token when there is something to write, batch when it is a whole batch.
	first, batch chan struct{}

	// enough entries are not waited for any longer, to be written at once.
	enough int

	mu     sync.Mutex
	ring   []Entry
	start  int
	count  int
	weight int
	closed bool
	lost   int64
	since  time.Time
}

func newQueue(size int) *queue {
	return &queue{first: make(chan struct{}, 1), batch: make(chan struct{}, 1), ring: make([]Entry, size), enough: min(batchSize, (size+1)/2)}
}

// weigh gives how many entries one counts as, by what it takes of memory.
func weigh(e *Entry) int { return 1 + len(e.Customers)/100 }

// put adds an entry, and reports whether there was room. Without room the entry is
// counted as lost, if it may be lost.
func (q *queue) put(e Entry, lose bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := weigh(&e)
	// One that is larger than the whole queue has it alone.
	if q.closed || q.count > 0 && q.weight+w > len(q.ring) {
		// What comes after the end cannot be told by the log any more.
		if lose && !q.closed {
			if q.lost == 0 {
				q.since = e.At
			}
			q.lost++
		}
		return false
	}
	q.ring[(q.start+q.count)%len(q.ring)] = e
	q.count++
	q.weight += w
	if q.count == 1 {
		signal(q.first)
	}
	if q.weight >= q.enough {
		signal(q.batch)
	}
	return true
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take gives up to n entries, and how many were lost since when. They are not counted again.
func (q *queue) take(n int) (taken []Entry, lost int64, since time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for n = min(n, q.count); n > 0; n-- {
		q.weight -= weigh(&q.ring[q.start])
		taken = append(taken, q.ring[q.start])
		q.ring[q.start] = Entry{}
		q.start = (q.start + 1) % len(q.ring)
		q.count--
	}
	lost, since = q.lost, q.since
	q.lost = 0
	return taken, lost, since
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count
}

// ready reports whether there is enough to write.
func (q *queue) ready() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.weight >= q.enough
}

func (q *queue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.weight >= len(q.ring)
}

// close lets nothing in any more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}
