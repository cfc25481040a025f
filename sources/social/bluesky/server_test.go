package bluesky_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"customer360/sources/httpapi"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
	"customer360/sources/social/brand"
)

const (
	password = "abcd-efgh-ijkl-mnop"
	brandDID = "did:plc:thebrand"
)

// A server speaks XRPC, with what a test puts into it.
type server struct {
	*httptest.Server
	mu            sync.Mutex
	profiles      []map[string]any
	posts         map[string][]any // feed items, newest first, by DID
	notifications []any
	// fail answers in place of the server, where it does.
	fail func(w http.ResponseWriter, r *http.Request) bool
	// access and refresh are the tokens that are good now, made of a count.
	count           int
	access, refresh string
	open            bool // without a session
	asked           []string
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{posts: map[string][]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /xrpc/com.atproto.server.createSession", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Identifier, Password string }
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.Password != password || body.Identifier != "brand.example" {
			refuse(w, 401, "AuthenticationRequired")
			return
		}
		s.newTokens(w)
	})
	mux.HandleFunc("POST /xrpc/com.atproto.server.refreshSession", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+s.refresh {
			refuse(w, 400, "ExpiredToken")
			return
		}
		s.newTokens(w)
	})
	query := func(call string, answer func(r *http.Request) any) {
		mux.HandleFunc("GET /xrpc/"+call, func(w http.ResponseWriter, r *http.Request) {
			if !s.open && r.Header.Get("Authorization") != "Bearer "+s.access {
				refuse(w, 400, "ExpiredToken")
				return
			}
			if got := answer(r); got != nil {
				_ = json.NewEncoder(w).Encode(got)
				return
			}
			refuse(w, 400, "InvalidRequest")
		})
	}
	query("app.bsky.actor.getProfiles", func(r *http.Request) any {
		actors := r.URL.Query()["actors"]
		found := []any{}
		for _, a := range actors {
			if !strings.Contains(a, ".") && !strings.HasPrefix(a, "did:") {
				return nil
			}
			for _, p := range s.profiles {
				if p["did"] == a || strings.EqualFold(fmt.Sprint(p["handle"]), a) {
					found = append(found, p)
				}
			}
		}
		if len(actors) > 25 {
			return nil
		}
		return map[string]any{"profiles": found}
	})
	query("app.bsky.feed.getAuthorFeed", func(r *http.Request) any { return page(r, "feed", s.posts[r.FormValue("actor")]) })
	query("app.bsky.notification.listNotifications", func(r *http.Request) any { return page(r, "notifications", s.notifications) })
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, strings.TrimPrefix(r.URL.Path, "/xrpc/")+"?"+r.URL.RawQuery)
		fail := s.fail
		s.mu.Unlock()
		if fail != nil && fail(w, r) {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) newTokens(w http.ResponseWriter) {
	s.count++
	s.access, s.refresh = fmt.Sprint("secret-access-", s.count), fmt.Sprint("secret-refresh-", s.count)
	_ = json.NewEncoder(w).Encode(map[string]any{"accessJwt": s.access, "refreshJwt": s.refresh, "did": brandDID, "handle": "brand.example", "active": true})
}

// expire makes the access token, and the other one too, of no use.
func (s *server) expire(refreshToo bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = "expired"
	if refreshToo {
		s.refresh = "expired"
	}
}

func refuse(w http.ResponseWriter, status int, word string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": word, "message": "a-secret-body"})
}

// page gives a cursor with the last page too, as Bluesky does, but not with an empty one.
func page(r *http.Request, name string, list []any) any {
	from, limit := 0, 0
	_, _ = fmt.Sscan(r.FormValue("cursor"), &from)
	_, _ = fmt.Sscan(r.FormValue("limit"), &limit)
	list = list[min(from, len(list)):]
	list = list[:min(limit, len(list))]
	answer := map[string]any{name: append([]any{}, list...)}
	if len(list) > 0 {
		answer["cursor"] = fmt.Sprint(from + len(list))
	}
	return answer
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// calls gives how often each call was made since the last time.
func (s *server) calls() map[string]int {
	counts := map[string]int{}
	for _, r := range s.requests() {
		call, _, _ := strings.Cut(r, "?")
		counts[call[strings.LastIndex(call, ".")+1:]]++
	}
	return counts
}

func (s *server) failing(fail func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

func (s *server) source(t *testing.T, change ...func(*bluesky.Config)) social.Source {
	t.Helper()
	c := bluesky.Config{
		Name: "social/bluesky", URL: s.URL, Identifier: "@brand.example", AppPassword: password,
		Brand:  brand.Brand{Handles: []string{"brand.example"}, Words: []string{"Meridian", "メリディアン", "ميريديان"}},
		Limits: httpapi.Limits{RequestsPerSecond: 10_000},
	}
	for _, change := range change {
		change(&c)
	}
	source, err := bluesky.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.(interface{ Close() error }).Close() })
	return source
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func with(fields map[string]any, more ...any) map[string]any {
	for n := 0; n < len(more); n += 2 {
		fields[more[n].(string)] = more[n+1]
	}
	return fields
}

// add puts an account into the server, with posts, and gives its DID.
func (s *server) add(name string, posts []any, more ...any) string {
	did := "did:plc:" + name
	s.mu.Lock()
	defer s.mu.Unlock()
	s.profiles = append(s.profiles, with(map[string]any{
		"did": did, "handle": name + ".bsky.example", "displayName": "The " + name, "description": "hello", "followersCount": 12,
		"followsCount": 3, "postsCount": len(posts), "indexedAt": "2024-01-20T05:33:58.000Z", "createdAt": "2023-04-23T00:00:00.000Z",
		"viewer": map[string]any{"muted": false, "blockedBy": false}, "labels": []any{},
	}, more...))
	s.posts[did] = posts
	return did
}

// postOf is a post view as the lexicon has it, shortened.
func postOf(did, key, text string, record ...any) map[string]any {
	return map[string]any{
		"uri": "at://" + did + "/app.bsky.feed.post/" + key, "cid": "bafyrei" + key, "author": map[string]any{"did": did, "handle": "x.bsky.example"},
		"record":    with(map[string]any{"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-03-01T12:00:00.000Z", "langs": []any{"en", "de"}}, record...),
		"indexedAt": "2026-03-01T12:00:05.000Z", "likeCount": 4, "repostCount": 2, "labels": []any{},
	}
}

func feedItem(post map[string]any, more ...any) any {
	return with(map[string]any{"post": post}, more...)
}

func notificationOf(post map[string]any, reason string) any {
	return with(post, "reason", reason, "isRead", true)
}

func ref(did string) map[string]any {
	return map[string]any{"uri": "at://" + did + "/app.bsky.feed.post/3k", "cid": "bafy"}
}
