package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// Two processes on one directory keep each other from what they change, as goroutines do.
func TestLocks(t *testing.T) {
	dir := t.TempDir()
	processes := []*locks{newLocks(dir), newLocks(dir)}
	var counts [3]atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				for n := range counts {
					unlock, err := processes[i%2].lock(t.Context(), fmt.Sprint("a/", n))
					if err != nil {
						t.Error(err)
						return
					}
					// One of two who do this at once is lost.
					counts[n].Store(counts[n].Load() + 1)
					unlock()
				}
			}
		})
	}
	wg.Wait()
	for n := range counts {
		if got := counts[n].Load(); got != 8*50 {
			t.Errorf("%d: %d; want %d", n, got, 8*50)
		}
	}
}

// Who waits for a lock of another process, or of another goroutine, can be called off.
func TestLockEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	mine, theirs := newLocks(dir), newLocks(dir)
	unlock, err := mine.lock(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*locks{"goroutine": mine, "process": theirs} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := l.lock(ctx, "a")
			ended <- err
		}()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	unlock()
	for _, l := range []*locks{theirs, mine} {
		unlock, err := l.lock(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	}
}
