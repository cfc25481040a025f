//go:build !noembed

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A tidy takes what was removed off the disk. SQLite overwrites it (secure_delete), but
// for the copies that it leaves where it moved rows between pages, and in the log of
// what was written: so the file is written anew, and the log is cut.
type tidy struct {
	file string
	// mark is a file that is there from a removal until the disk is clean, so that one
	// that was cut short is made good.
	mark string
	// forget removes what is noted of removed documents elsewhere in the file.
	forget func(context.Context) error

	mu sync.Mutex
	// next is the run that comes after the one under way, which may be too late for what
	// was removed since it began; nil: nobody waits for one.
	next    *run
	running bool
	all     sync.WaitGroup
}

// run is one rewriting of the file.
type run struct {
	done chan struct{}
	// err is set when done is closed.
	err error
}

func newTidy(dir, file string, forget func(context.Context) error) *tidy {
	return &tidy{file: file, mark: filepath.Join(dir, "untidy"), forget: forget}
}

// removed cleans the disk of all that was removed before. It goes on where ctx ends.
func (t *tidy) removed(ctx context.Context) error {
	r, err := t.begin()
	if err != nil {
		return err
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return nil
	}
}

// resume does what a process has left undone that ended before.
func (t *tidy) resume() {
	if _, err := os.Stat(t.mark); err == nil {
		_, _ = t.begin()
	}
}

// finish waits for what is under way.
func (t *tidy) finish() error {
	t.all.Wait()
	return nil
}

// begin gives a run that has not begun before.
func (t *tidy) begin() (*run, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := os.WriteFile(t.mark, nil, 0o600); err != nil {
		return nil, err
	}
	if t.next == nil {
		t.next = &run{done: make(chan struct{})}
	}
	if !t.running {
		t.running = true
		t.all.Go(t.work)
	}
	return t.next, nil
}

func (t *tidy) work() {
	for {
		t.mu.Lock()
		r := t.next
		t.next, t.running = nil, r != nil
		t.mu.Unlock()
		if r == nil {
			return
		}
		if r.err = t.rewrite(); r.err == nil {
			r.err = t.unmark()
		}
		close(r.done)
	}
}

// unmark says that the disk is clean, unless something was removed meanwhile.
func (t *tidy) unmark() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next != nil {
		return nil
	}
	if err := os.Remove(t.mark); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// tidyTries and tidyAgain are how often, and after how long, the log is tried to be cut:
// somebody may be reading from it.
const tidyTries, tidyAgain = 100, 50 * time.Millisecond

func (t *tidy) rewrite() error {
	ctx := context.Background()
	if err := t.forget(ctx); err != nil {
		return fmt.Errorf("the store's log of changes could not be truncated: %w", err)
	}
	db, err := openFile(t.file, "busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `VACUUM`); err != nil {
		return fmt.Errorf("the store's file could not be rewritten: %w", err)
	}
	if _, err := db.ExecContext(ctx, `PRAGMA busy_timeout = 200`); err != nil {
		return err
	}
	for range tidyTries {
		var busy, log, moved int
		if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved); err == nil && busy == 0 {
			return nil
		}
		time.Sleep(tidyAgain)
	}
	return errors.New("the store's log could not be truncated because it is being read: try again when there are fewer reads")
}
