package rest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/sources"
	"customer360/sources/rest"
	"customer360/sources/rest/resttest"
)

// A shelf is a record of a domain that only these tests have.
type shelf struct {
	sources.Ref
	Name  string  `json:"name"`
	Size  *int    `json:"size"`
	Books []*book `json:"books"`
	Notes []*note `json:"notes"`
	cut   sources.Parts
}

type book struct {
	sources.Ref
	Title   string    `json:"title"`
	Tags    []string  `json:"tags"`
	Weight  *float64  `json:"weight"`
	IsOld   *bool     `json:"isOld"`
	Box     *box      `json:"box"`
	AddedAt time.Time `json:"addedAt"`
}

type box struct {
	Rows int    `json:"rows"`
	Kind string `json:"kind"`
}

type note struct {
	sources.Ref
	Text string `json:"text"`
}

const (
	partShelf sources.Parts = 1 << iota
	partBooks
	partNotes
	all = partShelf | partBooks | partNotes
)

var domain = rest.Domain[shelf]{
	Parts: []rest.Part[shelf]{
		rest.Facts("books", partBooks, func(s *shelf) *[]*book { return &s.Books }, "addedAt"),
		rest.Facts("notes", partNotes, func(s *shelf) *[]*note { return &s.Notes }),
	},
	Cut: func(s *shelf) *sources.Parts { return &s.cut },
	Settle: func(s *shelf, system, owner string) (bool, error) {
		var cut bool
		var err error
		s.Books, cut, err = sources.Settle(s.Books, system, owner, false, func(b *book) (*sources.Ref, time.Time) { return &b.Ref, b.AddedAt })
		if cut {
			s.cut |= partBooks
		}
		return cut, err
	},
}

type requests map[string]*rest.Request

// shelves is a request for records that has what it must have.
func shelves() *rest.Request {
	return &rest.Request{Path: "/shelves", Batch: rest.Batch{By: "repeat", Parameter: "id"}, Items: ".data[]", Key: ".owner",
		Fields: map[string]string{"name": ".name"}}
}

func books() *rest.Request {
	return &rest.Request{Path: "/books", Batch: rest.Batch{By: "repeat", Parameter: "id"}, Items: ".data[]", Key: ".owner",
		Fields: map[string]string{"recordId": ".no", "addedAt": ".at"}}
}

func connection(url string) rest.Connection {
	return rest.Connection{Name: "library/test", URL: url, Headers: resttest.Headers()}
}

func open(t testing.TB, url string, r requests) sources.Source[string, *shelf] {
	t.Helper()
	s, err := rest.New(connection(url), r, domain)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(io.Closer).Close() })
	return s
}

func library(perShelf int) map[string][]map[string]any {
	items := map[string][]map[string]any{}
	for _, key := range []string{"a", "b", "c"} {
		items["shelves"] = append(items["shelves"], map[string]any{"owner": key, "name": "shelf " + key})
		for i := range perShelf {
			items["books"] = append(items["books"], map[string]any{"owner": key, "no": i, "at": 1e9 + i})
		}
	}
	return items
}

// Keys that would ask for something else than themselves are not sent.
func TestKeysThatDoNotFit(t *testing.T) {
	for _, test := range []struct {
		name  string
		batch rest.Batch
		path  string
		keys  []string
		calls []string
	}{
		{"a list", rest.Batch{By: "comma", Parameter: "ids"}, "/shelves", []string{"a", "a,b", ""}, []string{"GET /shelves?ids=a"}},
		{"a list of none", rest.Batch{By: "comma", Parameter: "ids"}, "/shelves", []string{"a,b"}, nil},
		{"a path", rest.Batch{}, "/shelves/{id}", []string{"..", ".", "", "b"}, []string{"GET /shelves/b"}},
		{"a path with slashes", rest.Batch{}, "/shelves/{id}", []string{"../../admin", "x/..", `..\admin`, "%2e%2e/admin", "%252E.%252fadmin", "a/./b", "..;/admin", "a\x00", "a\n", "\xff", "b"}, []string{"GET /shelves/b"}},
		{"a path with what is escaped", rest.Batch{}, "/shelves/{id}", []string{"a/b", "a?b#c", "a..b"}, []string{"GET /shelves/a%2Fb", "GET /shelves/a%3Fb%23c", "GET /shelves/a..b"}},
		{"parameters", rest.Batch{By: "repeat", Parameter: "id"}, "/shelves?x=1", []string{"a&x=2", "b,c"}, []string{"GET /shelves?id=a%26x%3D2&id=b%2Cc&x=1"}},
		{"one parameter", rest.Batch{By: "each", Parameter: "id"}, "/shelves", []string{".."}, []string{"GET /shelves?id=.."}},
		{"within the query", rest.Batch{}, "/search?q=owner:{id}", []string{"a&b c"}, []string{"GET /search?q=owner:a%26b+c"}},
	} {
		server := resttest.New(t, library(0))
		r := shelves()
		r.Path, r.Batch = test.path, test.batch
		answers, err := open(t, server.URL, requests{"record": r}).Fetch(context.Background(), test.keys, partShelf)
		if calls := slices.Sorted(slices.Values(server.Calls())); !slices.Equal(calls, test.calls) {
			t.Errorf("%s: %s; want %s", test.name, calls, test.calls)
		}
		var e *sources.Error
		if len(answers) < len(test.keys) && (!errors.As(err, &e) || e.Kind != sources.BadLink) || len(answers) == len(test.keys) && err != nil {
			t.Errorf("%s: %v, %v", test.name, answers, err)
		}
	}
}

// A 429 of one request leaves the other one alone, and holds for all of its keys.
func TestHoldIsPerRequest(t *testing.T) {
	server := resttest.New(t, nil)
	server.Answer(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/shelves/") && strings.HasSuffix(r.URL.Path, "/books") {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"name": "x"}`)
	})
	s := open(t, server.URL, requests{
		"record": {Path: "/shelves/{id}"},
		"books":  {Path: "/shelves/{id}/books", Items: ".[]", Fields: map[string]string{"recordId": ".no", "addedAt": ".at"}},
	})
	for _, key := range []string{"a", "b"} {
		_, err := s.Fetch(context.Background(), []string{key}, all)
		var e *sources.Error
		if !errors.As(err, &e) || e.Kind != sources.RateLimited || e.RetryAfter < 50*time.Second {
			t.Error(err)
		}
	}
	if calls := server.Calls(); len(calls) != 3 {
		t.Errorf("%s", calls)
	}
}
