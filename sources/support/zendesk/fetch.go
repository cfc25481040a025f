package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/support"
)

// usersPerCall is what show_many allows.
const usersPerCall = 100

// answers are what is given for keys.
type answers = map[string]sources.Answer[*support.Record]

// Fetch asks for the users, then for the tickets of those whom there are where tickets
// or messages are wanted, then for the comments of each ticket where messages are.
func (s *source) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*support.Record], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	asOf := time.Now().UTC()
	answered := make(answers, len(keys))
	missing := sources.Answer[*support.Record]{Missing: true, AsOf: asOf}
	var ids []int64
	for _, key := range keys {
		if id := parseID(key); id == 0 {
			answered[key] = missing
		} else {
			ids = append(ids, id)
		}
	}
	users, worst := s.users(ctx, ids)
	var found []int64
	for _, id := range ids {
		switch there, asked := users[id]; {
		case there:
			found = append(found, id)
		case asked:
			answered[formatID(id)] = missing
		}
	}
	lists := map[int64]*list{}
	if want.Has(support.PartTickets) || want.Has(support.PartMessages) {
		var err *sources.Error
		lists, err = s.tickets(ctx, found, asOf)
		worst = httpapi.Worse(worst, err)
	} else {
		for _, id := range found {
			lists[id] = &list{}
		}
	}
	var labels map[int64]status
	if want.Has(support.PartTickets) && haveCustomStatus(lists) {
		var err *sources.Error
		if labels, err = s.labels(ctx); err != nil {
			worst, lists = httpapi.Worse(worst, err), nil
		}
	}
	var ready []string
	for _, id := range found {
		if lists[id] != nil {
			ready = append(ready, formatID(id))
		}
	}
	more, err := s.records(ctx, ready, func(ctx context.Context, key string) (sources.Answer[*support.Record], error) {
		id := parseID(key)
		return s.answer(ctx, id, lists[id], labels, want, asOf)
	}, want)
	for key, a := range more {
		answered[key] = a
	}
	if len(answered) == len(keys) {
		return answered, nil
	}
	worst = httpapi.Worse(worst, sources.AsError(s.name, sources.Unavailable, err))
	if worst == nil {
		worst = sources.AsError(s.name, sources.Unavailable, ctx.Err())
	}
	return answered, worst
}

// records makes the answers; at once where no more calls are needed for them.
func (s *source) records(ctx context.Context, keys []string, answer func(context.Context, string) (sources.Answer[*support.Record], error),
	want sources.Parts) (answers, error) {
	if want.Has(support.PartMessages) {
		return httpapi.Each(ctx, s.name, s.concurrency, keys, answer)
	}
	return httpapi.Each(context.WithoutCancel(ctx), s.name, 1, keys, answer)
}

// answer makes the answer for a requester of whom the tickets are known.
func (s *source) answer(ctx context.Context, id int64, l *list, labels map[int64]status, want sources.Parts, asOf time.Time) (sources.Answer[*support.Record], error) {
	var none sources.Answer[*support.Record]
	if l.gone {
		return sources.Answer[*support.Record]{Missing: true, AsOf: asOf}, nil
	}
	if l.broken {
		return none, s.malformed("a ticket cannot be read")
	}
	if l.delayed {
		asOf = asOf.Add(-searchDelay)
	}
	key := formatID(id)
	r := &support.Record{Ref: sources.Ref{URL: s.agent + "users/" + key}}
	if want.Has(support.PartTickets) {
		for _, t := range l.tickets {
			r.Tickets = append(r.Tickets, s.ticket(t, labels))
		}
		if l.cut {
			r.Cut |= support.PartTickets
		}
	}
	if want.Has(support.PartMessages) {
		messages, cut, err := s.messages(ctx, id, l)
		if err != nil {
			return none, err
		}
		if r.Messages = messages; cut {
			r.Cut |= support.PartMessages
		}
	}
	truncated, err := r.Settle(s.system, key)
	if err != nil {
		return none, err
	}
	return sources.Answer[*support.Record]{Value: r, AsOf: asOf, Truncated: truncated}, nil
}

// users gives for each id that was asked whether there is such a user.
func (s *source) users(ctx context.Context, ids []int64) (map[int64]bool, *sources.Error) {
	var (
		mu    sync.Mutex
		worst *sources.Error
		users = make(map[int64]bool, len(ids))
	)
	httpapi.ForEach(ctx, s.concurrency, chunks(ids, usersPerCall), func(ctx context.Context, chunk []int64) bool {
		texts := make([]string, len(chunk))
		for i, id := range chunk {
			texts[i] = formatID(id)
		}
		var page struct {
			Users *[]struct {
				ID     int64 `json:"id"`
				Active *bool `json:"active"`
			} `json:"users"`
		}
		err := s.get(ctx, "api/v2/users/show_many.json", url.Values{"ids": {strings.Join(texts, ",")}}, &page)
		if err == nil && page.Users == nil {
			err = s.malformed("an answer holds no users")
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			worst = httpapi.Worse(worst, err)
			return err.Kind != sources.Unauthorized
		}
		for _, id := range chunk {
			users[id] = false
		}
		for _, u := range *page.Users {
			if _, asked := users[u.ID]; asked {
				users[u.ID] = u.Active == nil || *u.Active
			}
		}
		return true
	})
	return users, worst
}

// get asks an endpoint.
func (s *source) get(ctx context.Context, path string, query url.Values, into any) *sources.Error {
	_, err := s.client.Do(ctx, httpapi.Request{Path: path, Query: query, Into: into})
	return sources.AsError(s.name, sources.Unavailable, err)
}

func (s *source) malformed(text string) *sources.Error {
	return &sources.Error{Source: s.name, Kind: sources.Malformed, Err: errors.New(text)}
}

// parseID gives the id that a key is; 0 for a key that is none, as 007 is none.
func parseID(key string) int64 {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil || id < 1 || formatID(id) != key {
		return 0
	}
	return id
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// chunks gives the items in lists of at most n.
func chunks[T any](items []T, n int) [][]T {
	var all [][]T
	for len(items) > n {
		all, items = append(all, items[:n]), items[n:]
	}
	if len(items) > 0 {
		all = append(all, items)
	}
	return all
}

// rawList is a list of which each element is read by itself, so that one that cannot be
// read does not hide the others.
type rawList = []json.RawMessage
