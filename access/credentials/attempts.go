package credentials

import (
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// defaultAttempts are enough for people who paste the wrong key, and few for a machine.
const defaultAttempts = 10

// window is what attempts are counted by.
const window = time.Minute

// maxClients bounds the addresses that are counted, of about 150 bytes each. Who has more
// than that is not stopped by counting addresses.
const maxClients = 50_000

// attempts count failures by client, as a leaky bucket does (the generic cell rate
// algorithm, ITU-T I.371): one number for each client, the time at which all of its
// failures will be forgotten.
type attempts struct {
	every time.Duration
	now   func() time.Time

	mu      sync.Mutex
	clients *lru.LRU[netip.Prefix, time.Time]
}

func newAttempts(perMinute int, now func() time.Time) *attempts {
	// It fails for a size below 1 only.
	clients, _ := lru.NewLRU[netip.Prefix, time.Time](maxClients, nil)
	return &attempts{every: window / time.Duration(perMinute), now: now, clients: clients}
}

// wait gives how long a client must wait for the next attempt; 0: not at all.
func (a *attempts) wait(client netip.Prefix) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	forgotten, ok := a.clients.Get(client)
	if !ok {
		return 0
	}
	return max(0, forgotten.Sub(a.now())-window+a.every)
}

// failed counts a failure. What is tried at once may be more than what is allowed; it is
// counted too, but nobody is told to wait for longer than a window beyond what they were.
func (a *attempts) failed(client netip.Prefix) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	forgotten, _ := a.clients.Peek(client)
	if forgotten.Before(now) {
		forgotten = now
	}
	if forgotten = forgotten.Add(a.every); forgotten.After(now.Add(2 * window)) {
		forgotten = now.Add(2 * window)
	}
	a.clients.Add(client, forgotten)
}
