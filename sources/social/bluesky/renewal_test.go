package bluesky_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"customer360/internal/await"
	"customer360/sources"
	"customer360/sources/social"
)

// held makes a call wait until it is let go, or its caller left, and tells that it came.
func (s *server) held(call string) (came chan struct{}, letGo func()) {
	came, gate := make(chan struct{}, 100), make(chan struct{})
	s.failing(only(call, func(_ http.ResponseWriter, r *http.Request) bool {
		came <- struct{}{}
		// A server notices that a client left only once the body is read; and the next
		// handler needs it.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		select {
		case <-gate:
			return false
		case <-r.Context().Done():
			return true
		}
	}))
	return came, sync.OnceFunc(func() { close(gate) })
}

func kindOf(err error) sources.Kind {
	if e := sources.AsError("", "", err); e != nil {
		return e.Kind
	}
	return ""
}

// Logins are limited to some a day: callers of little patience must not make one each.
func TestImpatientCallers(t *testing.T) {
	for _, call := range []string{"createSession", "refreshSession"} {
		s := newServer(t)
		s.add("me", nil)
		source := s.source(t)
		if call == "refreshSession" {
			if _, err := source.Fetch(t.Context(), []string{me}, social.PartProfile); err != nil {
				t.Fatal(err)
			}
			s.expire(false)
		}
		s.calls()
		came, letGo := s.held(call)
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			a, err := source.Fetch(ctx, []string{me}, social.PartProfile)
			cancel()
			if kindOf(err) != sources.TimedOut || len(a) != 0 {
				t.Errorf("%s: %v, %v", call, a, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, err := source.Fetch(ctx, []string{me}, social.PartProfile)
			gone <- err
		}()
		<-came
		cancel()
		if err := <-gone; kindOf(err) != sources.Canceled {
			t.Errorf("%s: %v", call, err)
		}
		letGo()
		if a, err := source.Fetch(t.Context(), []string{me}, social.PartProfile); err != nil || a[me].Value == nil {
			t.Errorf("%s: %v, %v", call, a, err)
		}
		calls := s.calls()
		if calls[call] != 1 || calls["createSession"]+calls["refreshSession"] != 1 {
			t.Errorf("%s: %v; want one for all callers", call, calls)
		}
	}
}

// A caller who already left begins nothing.
func TestCallerThatLeft(t *testing.T) {
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	source := s.source(t)
	_, err := source.Fetch(ctx, []string{me}, social.PartProfile)
	_ = source.(io.Closer).Close()
	if kindOf(err) != sources.Canceled || len(s.calls()) != 0 {
		t.Error(err)
	}
}

func TestCloseEndsALogin(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := newServer(t)
	source := s.source(t)
	came, letGo := s.held("createSession")
	defer letGo()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error)
	go func() {
		_, err := source.Fetch(ctx, []string{me}, social.PartProfile)
		failed <- err
	}()
	<-came
	if err := source.(io.Closer).Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("a login that was ended is told as one that succeeded")
	}
	if _, err := source.Fetch(t.Context(), []string{me}, social.PartProfile); kindOf(err) != sources.Unavailable {
		t.Errorf("a source that was closed: %v", err)
	}
	if n := s.calls()["createSession"]; n != 1 {
		t.Errorf("%d logins", n)
	}
	s.Close()
	await.Goroutines(t, before)
}
