package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// stripes is how many documents can be changed at once. One change takes about a
// millisecond, and SQLite writes one after another anyway.
const stripes = 16

// lockAgain is when a lock that another process holds is tried again.
const lockAgain = time.Millisecond

// locks are locks by name among all goroutines and processes that have the store open.
// A process that dies leaves none behind.
type locks [stripes]stripe

type stripe struct {
	// held has a place for the one goroutine of this process that has the file.
	held chan struct{}
	file *flock.Flock
}

// newLocks keeps the locks' files in a directory of their own, which must be there.
func newLocks(dir string) *locks {
	l := &locks{}
	for i := range l {
		l[i] = stripe{make(chan struct{}, 1), flock.New(filepath.Join(dir, fmt.Sprintf("%02d", i)))}
	}
	return l
}

// lock waits for a name's lock, for as long as ctx lives. Names may share one, so that
// nobody may hold two.
func (l *locks) lock(ctx context.Context, name string) (unlock func(), err error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	s := &l[h.Sum32()%stripes]
	select {
	case s.held <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, err := s.file.TryLockContext(ctx, lockAgain); err != nil {
		<-s.held
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("the data directory cannot be written: %w", err)
	}
	return func() {
		_ = s.file.Unlock()
		<-s.held
	}, nil
}
