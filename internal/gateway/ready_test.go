package gateway

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestReadiness(t *testing.T) {
	r := NewReadiness(func(context.Context) error { return errors.New("no primary") })
	silent := func(d time.Duration) { r.lastOK.Store(time.Now().Add(-d).UnixNano()) }
	if err := r.Err(); err != nil {
		t.Errorf("it just answered: %v", err)
	}
	silent(30 * time.Second)
	if err := r.Err(); err != nil {
		t.Errorf("an election of a primary takes it down: %v", err)
	}
	silent(time.Minute)
	if r.Err() == nil {
		t.Error("it is ready without its spine")
	}
	silent(0)
	if err := r.Err(); err != nil {
		t.Errorf("it does not come back: %v", err)
	}
	r.Close()
	if r.Err() == nil {
		t.Error("it is ready while it ends")
	}
}
