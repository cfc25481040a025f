package bluesky_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
)

func TestSession(t *testing.T) {
	s := newServer(t)
	var keys []string
	for n := range 20 {
		did := fmt.Sprint("did:plc:user", n)
		keys = append(keys, s.add(fmt.Sprint("user", n), []any{feedItem(postOf(did, "3k", "Meridian"))}))
	}
	source := s.source(t)
	fetch := func(session map[string]int) {
		t.Helper()
		a, err := source.Fetch(t.Context(), keys, social.AllParts)
		if err != nil || len(a) != 20 {
			t.Fatalf("%d answers, %v", len(a), err)
		}
		calls := s.calls()
		delete(calls, "getProfiles")
		delete(calls, "listNotifications")
		delete(calls, "getAuthorFeed")
		if diff := cmp.Diff(session, calls, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	}
	fetch(map[string]int{"createSession": 1})
	s.expire(false)
	fetch(map[string]int{"refreshSession": 1})
	s.expire(true)
	fetch(map[string]int{"refreshSession": 1, "createSession": 1})
	// In the midst of a Fetch, with many at once.
	n := 0
	s.failing(only("getAuthorFeed", func(http.ResponseWriter, *http.Request) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if n++; n == 5 {
			s.access = "expired"
		}
		return false
	}))
	fetch(map[string]int{"refreshSession": 1})
	// The refresh fails for a while: that is no reason to log in.
	s.expire(false)
	s.failing(only("refreshSession", answerWith(503, "")))
	_, err := source.Fetch(t.Context(), keys, social.PartProfile)
	if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Unavailable || s.calls()["createSession"] != 0 {
		t.Error(err)
	}
	s.failing(nil)
	fetch(map[string]int{"refreshSession": 1})
}

func TestWrongPassword(t *testing.T) {
	s := newServer(t)
	source := s.source(t, func(c *bluesky.Config) { c.AppPassword = "wrong" })
	for range 3 {
		a, err := source.Fetch(t.Context(), []string{"did:plc:a"}, social.AllParts)
		if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Unauthorized || len(a) != 0 {
			t.Errorf("%v, %v", a, err)
		}
	}
	if calls := s.calls(); calls["createSession"] != 1 || len(calls) != 1 {
		t.Errorf("%v; attempts are limited to some a day", calls)
	}
}

func TestWithoutASession(t *testing.T) {
	s := newServer(t)
	s.open = true
	s.add("me", []any{feedItem(postOf("did:plc:me", "a", "Meridian"))})
	s.add("shy", []any{feedItem(postOf("did:plc:shy", "a", "Meridian"))}, "labels", []any{map[string]any{"val": "!no-unauthenticated"}})
	a, err := s.source(t, func(c *bluesky.Config) { c.Identifier, c.AppPassword = "", "" }).Fetch(t.Context(), []string{"did:plc:me", "did:plc:shy"}, social.AllParts)
	if err != nil || len(a["did:plc:me"].Value.Mentions) != 1 || a["did:plc:me"].Truncated {
		t.Errorf("%v, %v", a, err)
	}
	if shy := a["did:plc:shy"]; len(shy.Value.Mentions) != 0 || !shy.Truncated {
		t.Errorf("%+v", shy)
	}
	if diff := cmp.Diff(map[string]int{"getProfiles": 1, "getAuthorFeed": 1}, s.calls()); diff != "" {
		t.Error(diff)
	}
}
