package bluesky_test

import (
	cmp2 "cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
	"customer360/sources/sourcetest"
)

func answerWith(status int, word string, header ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		for n := 0; n < len(header); n += 2 {
			w.Header().Set(header[n], header[n+1])
		}
		refuse(w, status, word)
		return true
	}
}

func only(call string, fail func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, call) && fail(w, r)
	}
}

func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*social.Record] {
		s := newServer(t)
		var known []string
		for _, name := range []string{"first", "second", "third"} {
			known = append(known, s.add(name, []any{feedItem(postOf("did:plc:"+name, "3k"+name, "Meridian again"))}))
		}
		secrets := []string{password, "secret-access", "secret-refresh", "a-secret-body", s.URL}
		calls := 0
		failure := func(kind sources.Kind, fail func(http.ResponseWriter, *http.Request) bool) sourcetest.Failure {
			return sourcetest.Failure{Kind: kind, Secrets: secrets, Arm: func() { s.failing(fail) }}
		}
		return sourcetest.Fixture[*social.Record]{
			Source: s.source(t), Known: known, Unknown: "did:plc:unknown",
			Parts: []sources.Parts{social.PartProfile, social.PartMentions},
			Holds: func(r *social.Record) sources.Parts {
				if len(r.Mentions) > 0 {
					return social.AllParts
				}
				return social.PartProfile
			},
			Calls: func() int {
				calls += len(s.requests())
				return calls
			},
			Failures: []sourcetest.Failure{
				failure(sources.Unauthorized, answerWith(401, "AuthenticationRequired")),
				failure(sources.Unauthorized, only("getProfiles", answerWith(401, "AuthMissing"))),
				failure(sources.Unauthorized, only("getAuthorFeed", answerWith(400, "InvalidToken"))),
				failure(sources.Unauthorized, only("listNotifications", answerWith(403, ""))),
				failure(sources.RateLimited, answerWith(429, "RateLimitExceeded", "RateLimit-Reset", fmt.Sprint(time.Now().Unix()+60))),
				failure(sources.RateLimited, only("getAuthorFeed", answerWith(429, "RateLimitExceeded"))),
				failure(sources.Unavailable, answerWith(502, "UpstreamFailure")),
				failure(sources.Malformed, answerWith(200, "")),
				failure(sources.Malformed, only("getProfiles", answerWith(200, ""))),
				failure(sources.Malformed, only("getAuthorFeed", answerWith(200, ""))),
				failure(sources.TimedOut, func(_ http.ResponseWriter, r *http.Request) bool {
					// A server notices that a client left only once the body is read.
					_, _ = io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
					return true
				}),
				{Kind: sources.Unavailable, Arm: s.Close},
			},
			Break: func(key string) {
				s.posts[key] = []any{feedItem(postOf(key, "3k", "Meridian", "text", 7))}
			},
			Odd: func(t *testing.T) sourcetest.Oddity[*social.Record] {
				s.notifications = []any{notificationOf(postOf(known[0], "3n", "hello"), "mention")}
				address, change := sourcetest.Between(t, s.URL, "Session")
				return sourcetest.Oddity[*social.Record]{Source: s.source(t, func(c *bluesky.Config) { c.URL = address }), Change: change}
			},
		}
	})
}

func TestCalls(t *testing.T) {
	s := newServer(t)
	var keys []string
	for n := range 60 {
		keys = append(keys, s.add(fmt.Sprint("user", n), nil))
	}
	source := s.source(t)
	for _, test := range []struct {
		want  sources.Parts
		calls map[string]int
	}{
		{social.PartProfile, map[string]int{"createSession": 1, "getProfiles": 3}},
		{social.PartProfile, map[string]int{"getProfiles": 3}},
		{social.AllParts, map[string]int{"getProfiles": 3, "listNotifications": 1, "getAuthorFeed": 60}},
	} {
		if a, err := source.Fetch(t.Context(), keys, test.want); err != nil || len(a) != 60 {
			t.Fatalf("%d answers, %v", len(a), err)
		}
		if diff := cmp.Diff(test.calls, s.calls()); diff != "" {
			t.Error(diff)
		}
	}
	// What no account can be called would spoil the call for the others.
	a, err := source.Fetch(t.Context(), []string{"did:plc:user1", "no", "", "did:", "USER2.bsky.example", "a b.c", "@user3.bsky.example"}, social.AllParts)
	if err != nil || len(a) != 7 || a["did:plc:user1"].Missing || a["USER2.bsky.example"].Missing || !a["no"].Missing {
		t.Errorf("%v, %v", a, err)
	}
	got := s.requests()
	slices.Sort(got)
	want := []string{
		"app.bsky.actor.getProfiles?actors=did%3Aplc%3Auser1&actors=USER2.bsky.example",
		"app.bsky.feed.getAuthorFeed?actor=did%3Aplc%3Auser1&filter=posts_with_replies&limit=100",
		"app.bsky.feed.getAuthorFeed?actor=did%3Aplc%3Auser2&filter=posts_with_replies&limit=100",
		"app.bsky.notification.listNotifications?limit=100&reasons=mention&reasons=reply&reasons=quote",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProfiles(t *testing.T) {
	s := newServer(t)
	s.add("ana", nil, "displayName", "أنا 🦊", "labels", []any{map[string]any{"src": "did:plc:ana", "val": "!no-unauthenticated"}})
	s.add("lost", nil, "handle", "handle.invalid", "followersCount", nil, "displayName", nil)
	s.add("shut", nil, "labels", []any{map[string]any{"val": "!takedown"}})
	s.add("hidden", nil, "labels", []any{map[string]any{"val": "!hide"}})
	keys := []string{"did:plc:shut", "did:plc:hidden", "did:plc:ana", "ana.bsky.example", "did:plc:lost", "lost.bsky.example", "did:plc:gone"}
	a, err := s.source(t).Fetch(t.Context(), keys, social.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]social.Profile{
		"did:plc:ana":      {Ref: sources.Ref{URL: "https://bsky.app/profile/ana.bsky.example"}, Handle: "ana.bsky.example", DisplayName: "أنا 🦊", Followers: new(12)},
		"ana.bsky.example": {Ref: sources.Ref{URL: "https://bsky.app/profile/ana.bsky.example"}, Handle: "ana.bsky.example", DisplayName: "أنا 🦊", Followers: new(12)},
		"did:plc:lost":     {Ref: sources.Ref{URL: "https://bsky.app/profile/did:plc:lost"}},
		"did:plc:shut":     {Ref: sources.Ref{URL: "https://bsky.app/profile/shut.bsky.example"}, Handle: "shut.bsky.example", DisplayName: "The shut", Followers: new(12), State: social.Suspended},
		"did:plc:hidden":   {Ref: sources.Ref{URL: "https://bsky.app/profile/hidden.bsky.example"}, Handle: "hidden.bsky.example", DisplayName: "The hidden", Followers: new(12), State: social.Limited},
	}
	for key, p := range want {
		p.Network, p.RecordID, p.Owner, p.System, p.State = "bluesky", key, key, "bluesky", cmp2.Or(p.State, social.Active)
		if diff := cmp.Diff(p, a[key].Value.Profile); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
		if a[key].Truncated || a[key].AsOf.IsZero() {
			t.Errorf("%s: %+v", key, a[key])
		}
	}
	if !a["lost.bsky.example"].Missing || !a["did:plc:gone"].Missing {
		t.Error("accounts that there are not are not told to be missing")
	}
}

func TestMentions(t *testing.T) {
	s := newServer(t)
	me, other := "did:plc:me", "did:plc:other"
	facet := []any{map[string]any{"index": map[string]any{}, "features": []any{
		map[string]any{"$type": "example.made.up", "did": 7}, map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": brandDID},
	}}}
	twice := func() map[string]any { return postOf(me, "j", "hi @brand.example, Meridian?", "facets", facet) }
	hidden := postOf(me, "h", "Meridian, hidden")
	hidden["labels"] = []any{map[string]any{"val": "!hide"}}
	s.add("me", []any{
		feedItem(twice()),
		feedItem(postOf(me, "i", "ميريديان & <b>شكرًا</b>", "langs", nil)),
		feedItem(hidden),
		feedItem(postOf(other, "g", "Meridian, passed on"), "reason", map[string]any{"$type": "app.bsky.feed.defs#reasonRepost"}),
		feedItem(postOf(me, "f", "thanks", "reply", map[string]any{"root": ref(other), "parent": ref(brandDID)})),
		feedItem(postOf(me, "e", "look", "embed", map[string]any{"$type": "app.bsky.embed.record", "record": ref(brandDID)})),
		feedItem(postOf(me, "d", "look", "embed", map[string]any{"$type": "x", "record": map[string]any{"record": ref(brandDID)}, "media": map[string]any{}})),
		feedItem(postOf(me, "c", "antemeridian", "embed", map[string]any{"$type": "example.made.up", "record": 7})),
		feedItem(postOf(me, "b", "other thread", "reply", map[string]any{"root": ref(brandDID), "parent": ref(other)})),
		feedItem(postOf(me, "a", "メリディアンの回線")),
	})
	s.add("other", nil)
	s.notifications = []any{
		notificationOf(twice(), "mention"),
		notificationOf(postOf(other, "z", "why?", "reply", map[string]any{"root": ref(brandDID), "parent": ref(brandDID)}), "reply"),
		notificationOf(postOf(other, "y", "far down in a thread", "reply", map[string]any{"root": ref(brandDID), "parent": ref(me)}), "reply"),
		map[string]any{"uri": "at://x/app.bsky.feed.like/1", "author": map[string]any{"did": other}, "reason": "like", "record": 7},
		notificationOf(postOf("did:plc:third", "x", "Meridian"), "quote"),
	}
	a, err := s.source(t).Fetch(t.Context(), []string{me, other}, social.PartMentions)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for key, answer := range a {
		for _, m := range answer.Value.Mentions {
			got[key] = append(got[key], m.RecordID[len(m.RecordID)-1:]+" "+m.Text)
			if m.Reach != nil || m.SentimentValue != nil || m.Network != "bluesky" || m.Owner != key {
				t.Errorf("%+v", m)
			}
		}
	}
	want := map[string][]string{
		me:    {"a メリディアンの回線", "d look", "e look", "f thanks", "i ميريديان & <b>شكرًا</b>", "j hi @brand.example, Meridian?"},
		other: {"z why?"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	m := a[me].Value.Mentions[5]
	if m.RecordID != "at://did:plc:me/app.bsky.feed.post/j" || m.URL != "https://bsky.app/profile/me.bsky.example/post/j" || m.Language != "en" || !m.PostedAt.Equal(noon) {
		t.Errorf("%+v", m)
	}
}

func TestPaging(t *testing.T) {
	s := newServer(t)
	var posts []any
	for n := range 250 {
		posts = append(posts, feedItem(postOf("did:plc:me", fmt.Sprintf("%03d", n), "Meridian",
			"createdAt", noon.Add(-time.Duration(n)*time.Hour).Format(time.RFC3339))))
	}
	s.add("me", posts)
	s.add("few", posts[:3])
	for _, test := range []struct{ pages, mentions, calls int }{{0, 100, 1}, {2, 200, 2}, {3, 250, 3}, {10, 250, 4}} {
		source := s.source(t, func(c *bluesky.Config) { c.PostPages = test.pages })
		a, err := source.Fetch(t.Context(), []string{"did:plc:me"}, social.AllParts)
		if err != nil {
			t.Fatal(err)
		}
		got, cut := a["did:plc:me"], test.mentions < 250
		if len(got.Value.Mentions) != test.mentions || got.Truncated != cut || (got.Value.Cut == social.PartMentions) != cut {
			t.Errorf("%+v: %d mentions, truncated %t", test, len(got.Value.Mentions), got.Truncated)
		}
		if got.Value.Mentions[0].RecordID != "at://did:plc:me/app.bsky.feed.post/000" {
			t.Error("the newest are not kept")
		}
		if calls := s.calls()["getAuthorFeed"]; calls != test.calls {
			t.Errorf("%+v: %d calls", test, calls)
		}
	}
}

// A server that always has a next page is left after as many as are configured, and at
// once where it is the same page.
