// Package resttest is an HTTP API that speaks JSON in the ways that such APIs do, for
// tests of adapters that ask one by configuration.
package resttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Secret is the token that a [Server] wants.
const Secret = "token-of-the-test"

// Headers are what a [Server] wants of a request.
func Headers() map[string]string { return map[string]string{"Authorization": "Bearer " + Secret} }

// pageSize is small, so that there are pages.
const pageSize = 2

// A Server answers with items that have an owner:
//
//	GET /NAME?id=a&id=b    GET /NAME?ids=a,b    POST /NAME {"ids": ["a", "b"]}    GET /NAME/{id}
//
// It gives {"data": [items], "next": address, "cursor": text, "page": n, "pages": n}, the
// same as a header Link, and takes the parameters page, cursor and offset.
type Server struct {
	// URL is where it is.
	URL string

	mu     sync.Mutex
	items  map[string][]map[string]any
	calls  []string
	answer http.HandlerFunc
	done   chan struct{}
}

// New starts a server over collections of items, by their names. It ends with the test.
func New(t testing.TB, items map[string][]map[string]any) *Server {
	s := &Server{items: items, done: make(chan struct{})}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = server.URL
	t.Cleanup(server.Close)
	// First of these two, so that those who hang can end.
	t.Cleanup(func() { close(s.done) })
	return s
}

// Calls are the requests until now, as GET /NAME?….
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Change lets a test change an item of a collection while the server runs.
func (s *Server) Change(name, owner, field string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range s.items[name] {
		if item["owner"] == owner {
			item[field] = value
		}
	}
}

// Answer lets a handler answer all requests from now on.
func (s *Server) Answer(with http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = with
}

// Fail answers with a status from now on, and quotes what it must not.
func (s *Server) Fail(status int) {
	s.Answer(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		http.Error(w, "refused: "+r.URL.String()+Secret, status)
	})
}

// Hang answers nothing from now on.
func (s *Server) Hang() {
	s.Answer(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-s.done:
		case <-time.After(10 * time.Second):
		}
	})
}

// Text answers with a text from now on.
func (s *Server) Text(text string) {
	s.Answer(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+r.URL.RequestURI())
	if s.answer != nil {
		answer := s.answer
		s.mu.Unlock()
		defer s.mu.Lock()
		answer(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+Secret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	name, one, single := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	ids := query["id"]
	switch {
	case single:
		ids = []string{one}
	case query.Has("ids"):
		ids = strings.Split(query.Get("ids"), ",")
	case r.Method == http.MethodPost:
		var body struct {
			IDs  []string
			Page any
		}
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		ids = body.IDs
		if body.Page != nil {
			query.Set("page", fmt.Sprint(body.Page))
		}
	}
	found := []map[string]any{}
	for _, item := range s.items[name] {
		if owner, _ := item["owner"].(string); slices.Contains(ids, owner) {
			found = append(found, item)
		}
	}
	if single && len(found) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.page(w, r, query, found)
}

func (s *Server) page(w http.ResponseWriter, r *http.Request, query url.Values, found []map[string]any) {
	n, _ := strconv.Atoi(query.Get("page"))
	if c, ok := strings.CutPrefix(query.Get("cursor"), "after-"); ok {
		n, _ = strconv.Atoi(c)
		n++
	}
	n = max(n, 1)
	from := (n - 1) * pageSize
	if o, err := strconv.Atoi(query.Get("offset")); err == nil {
		from = o
	}
	from = min(from, len(found))
	to := min(from+pageSize, len(found))
	answer := map[string]any{"data": found[from:to], "page": n, "pages": (len(found) + pageSize - 1) / pageSize, "next": nil, "cursor": nil}
	if to < len(found) {
		query.Set("page", strconv.Itoa(n+1))
		next := r.URL.Path + "?" + query.Encode()
		answer["next"], answer["cursor"] = next, "after-"+strconv.Itoa(n)
		w.Header().Set("Link", `</other>; rel="first, prev", <http://`+r.Host+next+`>; rel="next"`)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
