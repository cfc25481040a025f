package zendesk_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"customer360/sources"
	"customer360/sources/support"
)

// found writes a page of a search: n tickets of 101 that begin with the number from, and
// what is said of how many there are.
func found(from, n int, more string) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"id":%d,"result_type":"ticket","status":"open","requester_id":101,"created_at":"2026-01-20T00:00:00Z","updated_at":"2026-01-20T00:00:00Z"}`, from+i))
	}
	return fmt.Sprintf(`{"results":[%s]%s}`, strings.Join(all, ","), more)
}

// Where a search does not say that this is all, it is not told as all.
func TestSearchIsNotWhole(t *testing.T) {
	const next = `,"next_page":"https://acme.zendesk.com/api/v2/search.json?page=2"`
	for name, test := range map[string]struct {
		pages []string
		cut   bool
		kind  sources.Kind
	}{
		"all of it":                  {pages: []string{found(1, 3, `,"count":3,"next_page":null`)}},
		"a full page":                {pages: []string{found(1, 100, `,"count":100,"next_page":null`)}},
		"two full pages":             {pages: []string{found(1, 100, `,"count":200`+next), found(101, 100, `,"count":200,"next_page":null`)}},
		"no count":                   {pages: []string{found(1, 100, next)}, kind: sources.Malformed},
		"a count of null":            {pages: []string{found(1, 100, `,"count":null,"next_page":null`)}, kind: sources.Malformed},
		"a count of one page":        {pages: []string{found(1, 100, `,"count":100`+next)}, cut: true},
		"a count of nothing":         {pages: []string{found(1, 100, `,"count":0`+next)}, cut: true},
		"too small on the last page": {pages: []string{found(1, 100, `,"count":150`+next), found(101, 100, `,"count":150`+next)}, cut: true},
		"too large":                  {pages: []string{found(1, 3, `,"count":4,"next_page":null`)}, cut: true},
		"a page, not told if last":   {pages: []string{found(1, 3, `,"count":3`)}},
		"full, not told if last":     {pages: []string{found(1, 100, `,"count":100`)}, cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := sample()
			up := newUpstream(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/search.json") {
					s.ServeHTTP(w, r)
					return
				}
				page := 1
				_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
				_, _ = w.Write([]byte(test.pages[page-1]))
			}))
			got, err := fetch(t, up, support.PartTickets, "101", "102")
			var e *sources.Error
			if test.kind != "" {
				if len(got) != 0 || !errors.As(err, &e) || e.Kind != test.kind {
					t.Errorf("%d answers, %v; want kind %s", len(got), err, test.kind)
				}
				return
			}
			// Nobody knows whose the others are.
			if err != nil || got["101"].Truncated != test.cut || got["102"].Truncated != test.cut {
				t.Errorf("%v, truncated %t, %t; want %t", err, got["101"].Truncated, got["102"].Truncated, test.cut)
			}
		})
	}
}

// A ticket that cannot be read counts for one, and does not stand for one that is lost.
func TestUnreadableTicketHidesNone(t *testing.T) {
	s := strings.NewReplacer(`"subject":"Waiting"`, `"subject":["Waiting"]`, `"count":4`, `"count":5`).Replace(searchSample)
	got, err := fetch(t, newUpstream(t, with("search", s)), support.PartTickets, "101", "102")
	var e *sources.Error
	if _, given := got["102"]; given || !errors.As(err, &e) || e.Kind != sources.Malformed {
		t.Errorf("%v, %v", got, err)
	}
	if !got["101"].Truncated {
		t.Error("a ticket is lost, and nobody is told")
	}
}

// A list that goes on and does not say where is cut.
func TestListsGoOnNowhere(t *testing.T) {
	const more = `"meta":{"has_more":true,"after_cursor":null}`
	requested := `{"tickets":[{"id":35436,"status":"new","requester_id":101,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-21T10:38:52Z"}],`
	for name, test := range map[string]struct {
		tickets, comments string
		cut               sources.Parts
		messages          int
	}{
		"all of it": {requested + `"meta":{"has_more":false}}`, commentsSample, 0, 6},
		"tickets":   {requested + more + `}`, commentsSample, support.PartTickets | support.PartMessages, 6},
		// The oldest one that was read is as old as one that was not may be.
		"comments":    {requested + `"meta":{"has_more":false}}`, strings.Replace(commentsSample, `"meta":{"has_more":false,"after_cursor":"x"}`, more, 1), support.PartMessages, 5},
		"no comments": {requested + `"meta":{"has_more":false}}`, `{"comments":[],"users":[],` + more + `}`, support.PartMessages, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := sample()
			s["users/101/tickets/requested"], s["tickets/35436/comments"] = test.tickets, test.comments
			got, err := fetch(t, newUpstream(t, s), support.AllParts, "101")
			if err != nil {
				t.Fatal(err)
			}
			r := got["101"].Value
			if r.Cut != test.cut || got["101"].Truncated != (test.cut != 0) || len(r.Messages) != test.messages {
				t.Errorf("cut %b, %d messages; want %b, %d", r.Cut, len(r.Messages), test.cut, test.messages)
			}
		})
	}
}
