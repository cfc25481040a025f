package bluesky_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
)

func TestDates(t *testing.T) {
	for _, test := range []struct {
		created, indexed string
		want             time.Time // zero: it cannot be read
	}{
		{"2026-03-01T12:00:00+02:00", "2026-03-01T12:00:05Z", time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
		{"2031-01-01T00:00:00Z", "2026-03-01T12:00:00Z", noon},
		{"yesterday", "2026-03-01T12:00:00Z", noon},
		{"", "2026-03-01T12:00:00Z", noon},
		{"0001-01-01T00:00:00Z", "2026-03-01T12:00:00Z", noon},
		{"2026-03-01T12:00:00Z", "", noon},
		{"1985-05-05T05:05:05Z", "2026-03-01T12:00:00Z", time.Date(1985, 5, 5, 5, 5, 5, 0, time.UTC)},
		{"", "", time.Time{}},
	} {
		s := newServer(t)
		p := postOf("did:plc:me", "a", "Meridian", "createdAt", test.created)
		p["indexedAt"] = test.indexed
		s.add("me", []any{feedItem(p)})
		a, err := s.source(t).Fetch(t.Context(), []string{"did:plc:me"}, social.AllParts)
		if test.want.IsZero() {
			if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Malformed || len(a) != 0 {
				t.Errorf("%+v: %v", test, err)
			}
		} else if err != nil || !a["did:plc:me"].Value.Mentions[0].PostedAt.Equal(test.want) {
			t.Errorf("%+v: %v, %v", test, a, err)
		}
	}
}

func TestEndlessPages(t *testing.T) {
	for _, same := range []bool{false, true} {
		s := newServer(t)
		s.add("me", nil, "postsCount", 5)
		n := 0
		s.failing(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "getAuthorFeed") && !strings.HasSuffix(r.URL.Path, "listNotifications") {
				return false
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			cursor := "same"
			if n++; !same {
				cursor = fmt.Sprint(n)
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"feed": []any{}, "notifications": []any{}, "cursor": cursor})
			return true
		})
		a, err := s.source(t, func(c *bluesky.Config) { c.PostPages, c.MentionPages = 4, 3 }).Fetch(t.Context(), []string{"did:plc:me"}, social.AllParts)
		want := map[bool]int{false: 4 + 3, true: 2 + 2}[same]
		if err != nil || n != want || !a["did:plc:me"].Truncated {
			t.Errorf("same %t: %d pages, %v, %v", same, n, a, err)
		}
	}
}

func TestBlocks(t *testing.T) {
	s := newServer(t)
	s.add("a", nil, "viewer", map[string]any{"blockedBy": true})
	s.add("b", nil, "viewer", map[string]any{"blocking": "at://x/app.bsky.graph.block/1"})
	s.add("c", nil, "viewer", map[string]any{"blockingByList": map[string]any{"uri": "at://x"}})
	s.add("d", nil)
	s.failing(only("getAuthorFeed", answerWith(400, "BlockedActor")))
	keys := []string{"did:plc:a", "did:plc:b", "did:plc:c", "did:plc:d"}
	a, err := s.source(t).Fetch(t.Context(), keys, social.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if a[key].Missing || !a[key].Truncated || a[key].Value.Cut != social.PartMentions {
			t.Errorf("%s: %+v", key, a[key])
		}
	}
	if n := s.calls()["getAuthorFeed"]; n != 1 {
		t.Errorf("%d calls; want 1", n)
	}
}

func TestUnreadable(t *testing.T) {
	me, other := "did:plc:me", "did:plc:other"
	for name, spoil := range map[string]func(s *server){
		"profile":       func(s *server) { s.profiles[0]["followersCount"] = "many" },
		"profile's did": func(s *server) { delete(s.profiles[0], "handle") },
		"feed item":     func(s *server) { s.posts[me] = []any{7} },
		"post's langs":  func(s *server) { s.posts[me] = []any{feedItem(postOf(me, "a", "x", "langs", "en"))} },
		"notification": func(s *server) {
			s.notifications = []any{notificationOf(postOf(me, "a", "x", "text", nil, "facets", 7), "mention")}
		},
		"post's address": func(s *server) { s.posts[me] = []any{feedItem(with(postOf(me, "a", "x"), "uri", ""))} },
	} {
		s := newServer(t)
		s.add("me", nil)
		s.add("other", nil)
		spoil(s)
		a, err := s.source(t).Fetch(t.Context(), []string{me, other, "did:plc:gone"}, social.AllParts)
		_, answered := a[me]
		if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Malformed || answered || a[other].Value == nil || !a["did:plc:gone"].Missing {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
}
