package live

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What Zendesk documents of its answers.
const (
	zendeskPage        = 100
	zendeskSearchBound = 1000
	zendeskSearchWords = 64
	// zendeskIndexing is how long a change takes to be found.
	zendeskIndexing = time.Minute
)

func (z *zendesk) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/users/show_many.json", z.showUsers)
	mux.HandleFunc("GET /api/v2/users/me.json", func(w http.ResponseWriter, _ *http.Request) {
		zendeskAnswer(w, http.StatusOK, map[string]any{"user": map[string]any{"id": 1, "role": "agent"}})
	})
	mux.HandleFunc("GET /api/v2/users/{id}/tickets/requested.json", z.requested)
	mux.HandleFunc("GET /api/v2/tickets.json", z.listTickets)
	mux.HandleFunc("GET /api/v2/tickets/{id}/comments.json", z.listComments)
	mux.HandleFunc("GET /api/v2/search.json", z.search)
	mux.HandleFunc("GET /api/v2/custom_statuses.json", func(w http.ResponseWriter, _ *http.Request) {
		zendeskAnswer(w, http.StatusOK, map[string]any{"custom_statuses": z.statuses})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		zendeskFails(w, http.StatusNotFound, "InvalidEndpoint", "Not found")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != zendeskAuthorization() {
			zendeskAnswer(w, http.StatusUnauthorized, map[string]string{"error": "Couldn't authenticate you"})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (z *zendesk) showUsers(w http.ResponseWriter, r *http.Request) {
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	if len(ids) > zendeskPage {
		zendeskFails(w, http.StatusBadRequest, "TooManyValues", "Too many ids")
		return
	}
	users := []*zendeskUser{}
	for _, text := range ids {
		if u := z.users[zendeskNumber(text)]; u != nil && u.Active {
			users = append(users, u)
		}
	}
	zendeskAnswer(w, http.StatusOK, map[string]any{"users": users, "count": len(users), "next_page": nil, "previous_page": nil})
}

func (z *zendesk) requested(w http.ResponseWriter, r *http.Request) {
	id := zendeskNumber(r.PathValue("id"))
	if z.users[id] == nil {
		zendeskFails(w, http.StatusNotFound, "RecordNotFound", "Not found")
		return
	}
	z.answerTickets(w, r, func(t *zendeskTicket) bool { return t.RequesterID == id })
}

func (z *zendesk) listTickets(w http.ResponseWriter, r *http.Request) {
	z.answerTickets(w, r, func(*zendeskTicket) bool { return true })
}

func (z *zendesk) answerTickets(w http.ResponseWriter, r *http.Request, which func(*zendeskTicket) bool) {
	var tickets []*zendeskTicket
	for _, t := range z.tickets {
		if which(t) {
			tickets = append(tickets, t)
		}
	}
	order, descending := strings.CutPrefix(r.URL.Query().Get("sort"), "-")
	slices.SortStableFunc(tickets, func(a, b *zendeskTicket) int {
		c := cmp.Compare(a.ID, b.ID)
		if order == "updated_at" {
			c = cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), c)
		}
		if descending {
			return -c
		}
		return c
	})
	page, meta := zendeskCursor(tickets, r.URL.Query())
	zendeskAnswer(w, http.StatusOK, map[string]any{
		"tickets": zendeskSideload(page, r.URL.Query().Get("include") == "metric_sets", ""), "meta": meta,
	})
}

// zendeskSideload gives tickets with or without their metrics.
func zendeskSideload(tickets []*zendeskTicket, metrics bool, resultType string) []zendeskTicket {
	given := make([]zendeskTicket, len(tickets))
	for i, t := range tickets {
		given[i] = *t
		given[i].ResultType = resultType
		if !metrics {
			given[i].Metrics = nil
		}
	}
	return given
}

// zendeskCursor gives the page that a cursor names: the number of what came before it.
func zendeskCursor[T any](items []T, query url.Values) ([]T, map[string]any) {
	size := min(int(zendeskNumber(cmp.Or(query.Get("page[size]"), "100"))), zendeskPage)
	var from int
	if after, err := base64.StdEncoding.DecodeString(query.Get("page[after]")); err == nil {
		from = min(int(zendeskNumber(string(after))), len(items))
	}
	to := min(from+size, len(items))
	return items[from:to], map[string]any{
		"has_more": to < len(items), "after_cursor": base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to))), "before_cursor": nil,
	}
}

func (z *zendesk) listComments(w http.ResponseWriter, r *http.Request) {
	id := zendeskNumber(r.PathValue("id"))
	if !slices.ContainsFunc(z.tickets, func(t *zendeskTicket) bool { return t.ID == id }) {
		zendeskFails(w, http.StatusNotFound, "RecordNotFound", "Not found")
		return
	}
	comments := slices.Clone(z.comments[id])
	if r.URL.Query().Get("sort") == "-created_at" {
		slices.Reverse(comments)
	}
	page, meta := zendeskCursor(comments, r.URL.Query())
	answer := map[string]any{"comments": append([]*zendeskComment{}, page...), "meta": meta}
	if r.URL.Query().Get("include") == "users" {
		users := []*zendeskUser{}
		for _, c := range page {
			if u := z.users[c.AuthorID]; u != nil && !slices.Contains(users, u) {
				users = append(users, u)
			}
		}
		answer["users"] = users
	}
	zendeskAnswer(w, http.StatusOK, answer)
}

// search finds the tickets of requesters, newest first: all that the demo is asked for.
func (z *zendesk) search(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	words := strings.Fields(query.Get("query"))
	size := min(int(zendeskNumber(cmp.Or(query.Get("per_page"), "100"))), zendeskPage)
	from := (max(int(zendeskNumber(query.Get("page"))), 1) - 1) * size
	requesters := map[int64]bool{}
	for _, word := range words {
		id, ok := strings.CutPrefix(word, "requester:")
		switch {
		case ok:
			requesters[zendeskNumber(id)] = true
		case word != "type:ticket":
			zendeskFails(w, http.StatusUnprocessableEntity, "invalid", "Invalid search: "+word)
			return
		}
	}
	if len(words) > zendeskSearchWords || from >= zendeskSearchBound {
		zendeskFails(w, http.StatusUnprocessableEntity, "invalid", "Invalid search: Requested response size was greater than Search Response Limits")
		return
	}
	var found []*zendeskTicket
	for _, t := range z.tickets {
		if requesters[t.RequesterID] && !t.UpdatedAt.After(z.now.Add(-zendeskIndexing)) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b *zendeskTicket) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	page := found[min(from, len(found)):min(from+size, len(found))]
	zendeskAnswer(w, http.StatusOK, map[string]any{
		"results": zendeskSideload(page, query.Get("include") == "tickets(metric_sets)", "ticket"),
		"count":   len(found), "facets": nil, "next_page": nil, "previous_page": nil,
	})
}

func zendeskNumber(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
