package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Readiness says whether the gateway can serve: it watches the spine, and goes down
// for good when the process is about to end. Sources have no part in it: without
// them the answers are partial, and still answers.
type Readiness struct {
	ping    func(context.Context) error
	lastOK  atomic.Int64
	closing atomic.Bool
}

const (
	pingEvery = 2 * time.Second
	// A primary election takes up to 30 s by MongoDB's own bounds; readers wait and
	// come back. Longer than that, the spine counts as gone.
	pingPatience = 45 * time.Second
)

// NewReadiness makes the readiness of a spine that answered just now.
func NewReadiness(ping func(context.Context) error) *Readiness {
	r := &Readiness{ping: ping}
	r.lastOK.Store(time.Now().UnixNano())
	return r
}

// Watch pings the spine until ctx ends.
func (r *Readiness) Watch(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		ping, cancel := context.WithTimeout(ctx, pingEvery)
		if r.ping(ping) == nil {
			r.lastOK.Store(time.Now().UnixNano())
		}
		cancel()
	}
}

// Close says that the process is about to end.
func (r *Readiness) Close() { r.closing.Store(true) }

// Err says why the gateway cannot serve, or nil.
func (r *Readiness) Err() error {
	if r.closing.Load() {
		return errors.New("shutting down")
	}
	if silent := time.Since(time.Unix(0, r.lastOK.Load())); silent > pingPatience {
		return fmt.Errorf("the store of profiles has not answered for %s", silent.Round(time.Second))
	}
	return nil
}
