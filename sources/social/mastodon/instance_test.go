package mastodon_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"customer360/sources/httpapi"
	"customer360/sources/social"
	"customer360/sources/social/brand"
	"customer360/sources/social/mastodon"
)

const token = "a-secret-token"

// An instance is a server with Mastodon's API, with what a test puts into it.
type instance struct {
	*httptest.Server
	mu            sync.Mutex
	accounts      map[string]string   // JSON by id
	posts         map[string][]string // JSON, newest first, by account
	notifications []string
	// fail answers in place of the instance, where it does.
	fail  func(w http.ResponseWriter, r *http.Request) bool
	asked []string
}

func newInstance(t *testing.T) *instance {
	t.Helper()
	i := &instance{accounts: map[string]string{}, posts: map[string][]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/accounts", func(w http.ResponseWriter, r *http.Request) {
		ids := r.URL.Query()["id[]"]
		if len(ids) > 40 {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		var found []string
		for _, id := range ids {
			if a, ok := i.accounts[id]; ok {
				found = append(found, a)
			}
		}
		fmt.Fprintf(w, "[%s]", strings.Join(found, ","))
	})
	mux.HandleFunc("GET /api/v1/accounts/verify_credentials", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, accountOf("7"))
	})
	mux.HandleFunc("GET /api/v1/accounts/{id}", func(w http.ResponseWriter, r *http.Request) {
		a, ok := i.accounts[r.PathValue("id")]
		if !ok {
			http.Error(w, `{"error":"Record not found"}`, http.StatusNotFound)
			return
		}
		fmt.Fprint(w, a)
	})
	mux.HandleFunc("GET /api/v1/accounts/{id}/statuses", func(w http.ResponseWriter, r *http.Request) {
		page(w, r, i.posts[r.PathValue("id")])
	})
	mux.HandleFunc("GET /api/v1/notifications", func(w http.ResponseWriter, r *http.Request) {
		page(w, r, i.notifications)
	})
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		query, _ := url.QueryUnescape(r.URL.RawQuery)
		i.asked = append(i.asked, r.URL.Path+"?"+query)
		fail := i.fail
		i.mu.Unlock()
		if fail != nil && fail(w, r) {
			return
		}
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, `{"error":"The access token is invalid"}`, http.StatusUnauthorized)
			return
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

// page serves a list by its index in place of ids.
func page(w http.ResponseWriter, r *http.Request, list []string) {
	from, limit := 0, 0
	_, _ = fmt.Sscan(r.FormValue("max_id"), &from)
	_, _ = fmt.Sscan(r.FormValue("limit"), &limit)
	list = list[min(from, len(list)):]
	if len(list) > limit {
		list = list[:limit]
		// The address that the instance has for itself is not the one that it was asked by.
		w.Header().Set("Link", fmt.Sprintf(`<https://inside.example%s?max_id=%d>; rel="next", <https://inside.example%s?min_id=1>; rel="prev"`,
			r.URL.Path, from+limit, r.URL.Path))
	}
	fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
}

// requests gives what was asked since the last time, without the order.
func (i *instance) requests() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	asked := i.asked
	i.asked = nil
	return asked
}

func (i *instance) failing(fail func(w http.ResponseWriter, r *http.Request) bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fail = fail
}

func (i *instance) source(t *testing.T, change ...func(*mastodon.Config)) social.Source {
	t.Helper()
	c := mastodon.Config{
		Name: "social/mastodon-eu", URL: i.URL, Domain: "home.example", AccessToken: token,
		Brand:  brand.Brand{Handles: []string{"meridian", "@meridian_help@home.example"}, Words: []string{"Meridian", "#slowline", "メリディアン", "ميريديان"}},
		Limits: httpapi.Limits{RequestsPerSecond: 10_000},
	}
	for _, change := range change {
		change(&c)
	}
	s, err := mastodon.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(interface{ Close() error }).Close() })
	return s
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func with(fields map[string]any, more ...any) map[string]any {
	for n := 0; n < len(more); n += 2 {
		fields[more[n].(string)] = more[n+1]
	}
	return fields
}

// accountOf is an account as the documentation has it, shortened.
func accountOf(id string, more ...any) string {
	return asJSON(with(map[string]any{
		"id": id, "username": "user" + id, "acct": "user" + id, "display_name": "User :blobcat: " + id, "locked": false, "bot": false,
		"created_at": "2016-11-24T00:00:00.000Z", "note": "<p>hello</p>", "url": "https://home.example/@user" + id,
		"uri": "https://home.example/users/user" + id, "followers_count": 821, "following_count": 178, "statuses_count": 33120,
		"last_status_at": "2026-02-27", "emojis": []any{}, "fields": []any{},
	}, more...))
}

// postOf is a status as the documentation has it, shortened.
func postOf(id, account, content string, more ...any) string {
	return asJSON(postEntity(id, account, content, more...))
}

func postEntity(id, account, content string, more ...any) map[string]any {
	return with(map[string]any{
		"id": id, "created_at": noon.Format("2006-01-02T15:04:05.000Z"), "in_reply_to_id": nil, "sensitive": false, "spoiler_text": "",
		"visibility": "public", "language": "en", "uri": "https://home.example/users/u/statuses/" + id, "url": "https://home.example/@u/" + id,
		"replies_count": 7, "reblogs_count": 6, "favourites_count": 11, "content": content, "reblog": nil,
		"account": map[string]any{"id": account, "acct": "user" + account}, "mentions": []any{}, "tags": []any{},
	}, more...)
}

func notificationOf(id, account string, status map[string]any, more ...any) string {
	return asJSON(with(map[string]any{
		"id": "9" + id, "type": "mention", "created_at": "2026-03-01T12:00:01.000Z", "account": map[string]any{"id": account}, "status": status,
	}, more...))
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
