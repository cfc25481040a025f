package zendesk

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

const (
	// searchDelay is how long a change may take to be found: "a few minutes".
	searchDelay = 5 * time.Minute
	// recentPages bounds how much of what changed last is read: an account in which
	// more than 300 tickets change within the delay would need many calls for each Fetch.
	recentPages = 3
)

// A recent is what changed last in the whole account.
type recent struct {
	tickets []*ticket
	// whole: it reaches back over the delay of the search.
	whole bool
}

// recent asks for what changed since a time. Where it cannot be told, that is no failure:
// it is said of the answer that it may be delayed.
func (s *source) recent(ctx context.Context, since time.Time) recent {
	var r recent
	query := url.Values{"page[size]": {strconv.Itoa(pageSize)}, "sort": {"-updated_at"}, "include": {"metric_sets"}}
	for range recentPages {
		var page struct {
			Tickets *rawList `json:"tickets"`
			Meta    meta     `json:"meta"`
		}
		if err := s.get(ctx, "api/v2/tickets.json", query, &page); err != nil || page.Tickets == nil {
			return r
		}
		for _, raw := range *page.Tickets {
			t, err := readTicket(raw)
			if err != nil {
				return r
			}
			r.tickets = append(r.tickets, t)
			if t.UpdatedAt.Before(since) {
				r.whole = true
			}
		}
		if r.whole || !page.Meta.next(query) {
			r.whole = r.whole || !page.Meta.HasMore
			return r
		}
	}
	return r
}

// mergeInto puts what changed last in the place of what the search found.
func (r recent) mergeInto(lists map[int64]*list) {
	for _, l := range lists {
		l.delayed = l.found && !r.whole
	}
	for _, t := range r.tickets {
		for id, l := range lists {
			switch {
			case !l.found:
			case t.RequesterID == id:
				l.tickets[t.ID] = t
			default:
				delete(l.tickets, t.ID)
			}
		}
	}
}
