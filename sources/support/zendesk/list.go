package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
)

const (
	// pageSize is the most that an endpoint gives at once.
	pageSize = 100
	// requestersPerSearch keeps a query within its 64 words.
	requestersPerSearch = 50
	// searchBound is how many results of a search can be had.
	searchBound = 1000
)

// A list is the tickets of one requester.
type list struct {
	tickets map[int64]*ticket
	// cut: there are more.
	cut bool
	// broken: one cannot be read.
	broken bool
	// gone: there is no such requester any more.
	gone bool
	// found: they come from the search.
	found bool
	// delayed: changes of the last minutes may not be in it.
	delayed bool
}

// tickets gives the tickets of the requesters. Those who are not in it were not
// answered, and the error says why.
func (s *source) tickets(ctx context.Context, ids []int64, asOf time.Time) (map[int64]*list, *sources.Error) {
	var (
		mu      sync.Mutex
		worst   *sources.Error
		lists   = make(map[int64]*list, len(ids))
		wg      sync.WaitGroup
		recents recent
	)
	if len(ids) > 1 {
		wg.Go(func() { recents = s.recent(ctx, asOf.Add(-searchDelay)) })
	}
	httpapi.ForEach(ctx, s.concurrency, chunks(ids, requestersPerSearch), func(ctx context.Context, chunk []int64) bool {
		got, err := s.ask(ctx, chunk)
		mu.Lock()
		defer mu.Unlock()
		maps.Copy(lists, got)
		worst = httpapi.Worse(worst, err)
		return err == nil || err.Kind != sources.Unauthorized
	})
	wg.Wait()
	recents.mergeInto(lists)
	return lists, worst
}

// ask asks for the tickets of at most [requestersPerSearch] requesters.
func (s *source) ask(ctx context.Context, ids []int64) (map[int64]*list, *sources.Error) {
	if len(ids) == 1 {
		l, err := s.requested(ctx, ids[0])
		if err != nil {
			return nil, err
		}
		return map[int64]*list{ids[0]: l}, nil
	}
	lists, tooMany, err := s.search(ctx, ids)
	if !tooMany {
		return lists, err
	}
	first, err := s.ask(ctx, ids[:len(ids)/2])
	if err != nil && err.Kind == sources.Unauthorized {
		return first, err
	}
	second, other := s.ask(ctx, ids[len(ids)/2:])
	if first == nil {
		first = map[int64]*list{}
	}
	maps.Copy(first, second)
	return first, httpapi.Worse(err, other)
}

// requested asks for the tickets of one requester, newest first: ids grow with time.
func (s *source) requested(ctx context.Context, id int64) (*list, *sources.Error) {
	l := &list{tickets: map[int64]*ticket{}}
	query := url.Values{"page[size]": {strconv.Itoa(pageSize)}, "sort": {"-id"}, "include": {"metric_sets"}}
	for range sources.MaxPerKind / pageSize {
		var page struct {
			Tickets *rawList `json:"tickets"`
			Meta    meta     `json:"meta"`
		}
		err := s.get(ctx, "api/v2/users/"+formatID(id)+"/tickets/requested.json", query, &page)
		switch {
		case err != nil && httpapi.IsStatus(err, http.StatusNotFound):
			return &list{gone: true}, nil
		case err == nil && page.Tickets == nil:
			err = s.malformed("an answer holds no tickets")
		}
		if err != nil {
			return nil, err
		}
		for _, raw := range *page.Tickets {
			t, err := readTicket(raw)
			if err != nil {
				l.broken = true
			} else if t.RequesterID == id {
				l.tickets[t.ID] = t
			}
		}
		if !page.Meta.next(query) {
			l.cut = page.Meta.HasMore
			return l, nil
		}
	}
	l.cut = true
	return l, nil
}

// meta says where a list goes on.
type meta struct {
	HasMore     bool   `json:"has_more"`
	AfterCursor string `json:"after_cursor"`
}

// next makes the query ask for the next page; false: there is none, or, where HasMore, it
// is not told where. The address of a next page is not used: it may be on the account's
// other host name.
func (m meta) next(query url.Values) bool {
	if !m.HasMore || m.AfterCursor == "" {
		return false
	}
	query.Set("page[after]", m.AfterCursor)
	return true
}

// search asks for the tickets of several requesters. Where there are more than can be
// had it says tooMany and gives nothing.
func (s *source) search(ctx context.Context, ids []int64) (lists map[int64]*list, tooMany bool, err *sources.Error) {
	query := "type:ticket"
	lists = make(map[int64]*list, len(ids))
	for _, id := range ids {
		query += " requester:" + formatID(id)
		lists[id] = &list{tickets: map[int64]*ticket{}, found: true}
	}
	results, count, more, err := s.searchPage(ctx, query, 1)
	if err == nil && count > searchBound || tooDeep(err) {
		return nil, true, nil
	}
	var mu sync.Mutex
	if err == nil && count > pageSize {
		var pages []int
		for n := 2; n <= (count+pageSize-1)/pageSize; n++ {
			pages = append(pages, n)
		}
		read := 0
		httpapi.ForEach(ctx, s.concurrency, pages, func(ctx context.Context, n int) bool {
			page, _, after, failed := s.searchPage(ctx, query, n)
			mu.Lock()
			defer mu.Unlock()
			results, read, err = append(results, page...), read+1, httpapi.Worse(err, failed)
			if n == pages[len(pages)-1] {
				more = after
			}
			return failed == nil
		})
		if err == nil && read < len(pages) {
			err = sources.AsError(s.name, sources.Unavailable, ctx.Err())
		}
	}
	switch {
	case tooDeep(err):
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	// Paging by number may give one twice.
	seen := map[string]bool{}
	for _, raw := range results {
		t, failed := readTicket(raw)
		if failed != nil && t.RequesterID == 0 {
			// Nobody knows whose it is.
			return nil, false, s.malformed("a ticket cannot be read")
		}
		if failed != nil {
			seen[string(raw)] = true
		} else {
			seen[formatID(t.ID)] = true
		}
		// The search finds others, too: by a phone number, say.
		l := lists[t.RequesterID]
		switch {
		case l == nil || t.ResultType != "" && t.ResultType != "ticket":
		case failed != nil:
			l.broken = true
		default:
			l.tickets[t.ID] = t
		}
	}
	if more || len(seen) < count {
		// A ticket that went away between two pages moves another one over their border.
		for _, l := range lists {
			l.cut = true
		}
	}
	return lists, false, nil
}

// searchPage gives a page of a search, how many results there are, and whether there are
// more after this page.
func (s *source) searchPage(ctx context.Context, query string, n int) (results rawList, count int, more bool, err *sources.Error) {
	var page struct {
		Results *rawList        `json:"results"`
		Count   *int            `json:"count"`
		Next    json.RawMessage `json:"next_page"`
	}
	err = s.get(ctx, "api/v2/search.json", url.Values{
		"query": {query}, "sort_by": {"created_at"}, "sort_order": {"desc"}, "include": {"tickets(metric_sets)"},
		"per_page": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(n)},
	}, &page)
	switch {
	case err != nil:
		return nil, 0, false, err
	case page.Results == nil:
		return nil, 0, false, s.malformed("an answer holds no results")
	case page.Count == nil:
		return nil, 0, false, s.malformed("an answer does not say how many results there are")
	case page.Next == nil:
		more = len(*page.Results) >= pageSize
	default:
		more = string(page.Next) != "null"
	}
	return *page.Results, *page.Count, more, nil
}

// tooDeep reports whether a search was refused for what it asks for.
func tooDeep(err *sources.Error) bool {
	return err != nil && httpapi.IsStatus(err, http.StatusUnprocessableEntity)
}

var errNull = errors.New("it is null")

// readTicket reads a ticket. Where it cannot be read it gives whose it is, if at least
// that can be.
func readTicket(raw json.RawMessage) (*ticket, error) {
	t := new(ticket)
	err := json.Unmarshal(raw, t)
	if err == nil && string(raw) == "null" {
		err = errNull
	}
	if err != nil {
		t = new(ticket)
		var whose struct {
			RequesterID int64 `json:"requester_id"`
		}
		if json.Unmarshal(raw, &whose) == nil {
			t.RequesterID = whose.RequesterID
		}
	}
	return t, err
}

// newestFirst gives the tickets by their newest comment.
func (l *list) newestFirst() []*ticket {
	return slices.SortedFunc(maps.Values(l.tickets), func(a, b *ticket) int {
		if c := b.lastComment().Compare(a.lastComment()); c != 0 {
			return c
		}
		return strings.Compare(formatID(a.ID), formatID(b.ID))
	})
}
