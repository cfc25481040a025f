package zendesk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/demo/live"
	"customer360/sources"
	"customer360/sources/support"
	"customer360/sources/support/zendesk"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// contact makes a contact with tickets, one an hour, each with a message half an hour
// after it was opened.
func contact(key string, tickets int) *support.Record {
	r := &support.Record{Ref: sources.Ref{RecordID: key}}
	for i := range tickets {
		at := start.Add(time.Duration(i) * time.Hour)
		id := fmt.Sprint(i)
		r.Tickets = append(r.Tickets, &support.Ticket{
			Ref: sources.Ref{RecordID: id}, Title: id, Status: support.Open, CreatedAt: at, UpdatedAt: at.Add(time.Hour),
		})
		r.Messages = append(r.Messages, &support.Message{TicketID: id, Direction: support.Inbound, AuthorName: "A", Body: id, SentAt: at.Add(30 * time.Minute)})
	}
	slices.Reverse(r.Messages)
	return r
}

// paths counts the calls by what they asked.
func paths(calls []string) map[string]int {
	counts := map[string]int{}
	for _, call := range calls {
		path := strings.Fields(call)[1]
		switch {
		case strings.HasSuffix(path, "/comments.json"):
			path = "comments"
		case strings.HasSuffix(path, "/requested.json"):
			path = "requested"
		}
		counts[strings.TrimSuffix(strings.TrimPrefix(path, "/api/v2/"), ".json")]++
	}
	return counts
}

func TestCalls(t *testing.T) {
	var records []*support.Record
	var keys []string
	for i := range 120 {
		keys = append(keys, fmt.Sprint(20978392000+i))
		records = append(records, contact(keys[i], 3))
	}
	for name, c := range map[string]struct {
		keys  []string
		want  sources.Parts
		calls map[string]int
	}{
		"contacts": {keys[:50], support.PartContact, map[string]int{"users/show_many": 1}},
		"tickets": {keys[:50], support.PartTickets, map[string]int{
			"users/show_many": 1, "search": 2, "tickets": 1, "custom_statuses": 1}},
		"messages": {keys[:50], support.PartMessages, map[string]int{
			"users/show_many": 1, "search": 2, "tickets": 1, "comments": 150}},
		"all": {keys[:50], support.AllParts, map[string]int{
			"users/show_many": 1, "search": 2, "tickets": 1, "custom_statuses": 1, "comments": 150}},
		"more than fit": {keys, support.PartTickets, map[string]int{
			"users/show_many": 2, "search": 5, "tickets": 1, "custom_statuses": 1}},
		"one":              {keys[:1], support.AllParts, map[string]int{"users/show_many": 1, "requested": 1, "custom_statuses": 1, "comments": 3}},
		"one of them is":   {[]string{keys[0], "1", "x"}, support.PartTickets, map[string]int{"users/show_many": 1, "requested": 1, "custom_statuses": 1}},
		"no such user":     {[]string{"1", "2"}, support.AllParts, map[string]int{"users/show_many": 1}},
		"none is a number": {[]string{"x", "-1", "1e3", "99999999999999999999"}, support.AllParts, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			up := newUpstream(t, live.Zendesk(records, start.AddDate(1, 0, 0)))
			got, err := fetch(t, up, c.want, c.keys...)
			if err != nil || len(got) != len(c.keys) {
				t.Fatalf("%d answers, %v", len(got), err)
			}
			if calls := paths(up.log()); fmt.Sprint(calls) != fmt.Sprint(c.calls) {
				t.Errorf("%v; want %v", calls, c.calls)
			}
		})
	}
}

func TestStatusesAreKept(t *testing.T) {
	up := newUpstream(t, live.Zendesk([]*support.Record{contact("1", 1)}, start.AddDate(1, 0, 0)))
	source := up.source(t, zendesk.Config{})
	for range 3 {
		if _, err := source.Fetch(context.Background(), []string{"1"}, support.PartTickets); err != nil {
			t.Fatal(err)
		}
	}
	if n := paths(up.log())["custom_statuses"]; n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestManyTickets(t *testing.T) {
	up := newUpstream(t, live.Zendesk([]*support.Record{contact("1", 130), contact("2", 1100), contact("3", 2)}, start.AddDate(1, 0, 0)))
	source := up.source(t, zendesk.Config{CommentsOfTickets: 7})
	for name, c := range map[string]struct {
		keys             []string
		search, requests int
	}{
		// Halves are asked until there are few enough.
		"together":            {[]string{"1", "2", "3"}, 2, 2 + 10 + 1},
		"without the largest": {[]string{"1", "3"}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			before, keys := paths(up.log()), c.keys
			got, err := source.Fetch(context.Background(), keys, support.AllParts)
			if err != nil {
				t.Fatal(err)
			}
			calls := paths(up.log())
			if s, r := calls["search"]-before["search"], calls["requested"]-before["requested"]; s != c.search || r != c.requests {
				t.Errorf("%d searches, %d lists; want %d, %d", s, r, c.search, c.requests)
			}
			check(t, got["1"], 130, support.PartMessages, 7)
			check(t, got["3"], 2, 0, 2)
			if len(keys) == 3 {
				check(t, got["2"], 1000, support.PartTickets|support.PartMessages, 7)
				if newest := got["2"].Value.Tickets[0].Title; newest != "1099" {
					t.Errorf("the newest ticket is %s", newest)
				}
			}
		})
	}
}

func check(t *testing.T, got sources.Answer[*support.Record], tickets int, cut sources.Parts, messages int) {
	t.Helper()
	r := got.Value
	if r == nil || len(r.Tickets) != tickets || r.Cut != cut || got.Truncated != (cut != 0) || len(r.Messages) != messages {
		t.Errorf("%d tickets, %d messages, cut %b, truncated %t; want %d, %d, %b", len(r.Tickets), len(r.Messages), r.Cut, got.Truncated, tickets, messages, cut)
	}
}

// Nothing is missing between the messages that are given: one of a ticket that was read
// is left out where one of a ticket that was not may be newer.
func TestMessagesHaveNoGaps(t *testing.T) {
	r := contact("1", 4)
	// The oldest ticket was taken up again at last.
	r.Tickets[0].UpdatedAt = start.Add(100 * time.Hour)
	again := &support.Message{TicketID: "0", Direction: support.Outbound, AuthorName: "B", Body: "again", SentAt: start.Add(100 * time.Hour)}
	r.Messages = append([]*support.Message{again}, r.Messages...)
	up := newUpstream(t, live.Zendesk([]*support.Record{r}, start.AddDate(1, 0, 0)))
	got, err := up.source(t, zendesk.Config{CommentsOfTickets: 2}).Fetch(context.Background(), []string{"1"}, support.PartMessages)
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, m := range got["1"].Value.Messages {
		bodies = append(bodies, m.Body)
	}
	if fmt.Sprint(bodies) != "[again 3]" || !got["1"].Truncated || got["1"].Value.Tickets != nil {
		t.Errorf("%v, truncated %t", bodies, got["1"].Truncated)
	}
}

func TestManyComments(t *testing.T) {
	r := contact("1", 1)
	for i := range 1250 {
		r.Messages = append([]*support.Message{{TicketID: "0", Direction: support.Inbound, AuthorName: "A", SentAt: start.Add(time.Duration(i+60) * time.Minute)}}, r.Messages...)
	}
	up := newUpstream(t, live.Zendesk([]*support.Record{r}, start.AddDate(1, 0, 0)))
	got, err := fetch(t, up, support.PartMessages, "1")
	if err != nil {
		t.Fatal(err)
	}
	messages := got["1"].Value.Messages
	// The oldest one that was read is as old as one that was not may be.
	if len(messages) != 999 || !messages[0].SentAt.Equal(start.Add(1309*time.Minute)) || got["1"].Value.Cut != support.PartMessages {
		t.Errorf("%d messages, newest of %s, cut %b", len(messages), messages[0].SentAt, got["1"].Value.Cut)
	}
	if n := paths(up.log())["comments"]; n != 10 {
		t.Errorf("%d calls", n)
	}
}
