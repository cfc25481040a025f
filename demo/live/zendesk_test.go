package live_test

import (
	stdcmp "cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/demo/live"
	"customer360/sources/httpapi"
	"customer360/sources/profiles"
	"customer360/sources/support"
	"customer360/sources/support/zendesk"
)

// The whole company, over Zendesk's wire and back, is what it was; want says where Zendesk
// cannot tell it.
func TestZendeskTellsTheCompany(t *testing.T) {
	now := time.Now()
	company := live.Company(now)
	server := httptest.NewServer(live.Zendesk(company.Support, now))
	t.Cleanup(server.Close)
	source, err := zendesk.New(zendesk.Config{
		Name: "support/documents", URL: server.URL, Email: live.ZendeskEmail, APIToken: live.ZendeskToken,
		Limits: httpapi.Limits{RequestsPerSecond: 1e6},
	})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range company.Support {
		keys = append(keys, r.RecordID)
	}
	answers, err := source.Fetch(context.Background(), append(keys, "77", "nobody"), support.AllParts)
	if err != nil || len(answers) != len(keys)+2 || !answers["77"].Missing || !answers["nobody"].Missing {
		t.Fatalf("%d answers of %d, %v", len(answers), len(keys)+2, err)
	}
	for _, r := range company.Support {
		got := answers[r.RecordID]
		if got.Missing || got.Truncated {
			t.Fatalf("%s: missing %t, truncated %t", r.RecordID, got.Missing, got.Truncated)
		}
		want := zendeskWant(t, r)
		if diff := cmp.Diff(zendeskComparable(want), zendeskComparable(got.Value)); diff != "" {
			t.Errorf("%s: %s", r.RecordID, diff)
		}
		// One by one, another endpoint tells the same.
		alone, err := source.Fetch(context.Background(), []string{r.RecordID}, support.PartTickets)
		if err != nil {
			t.Fatal(err)
		}
		one := alone[r.RecordID].Value
		one.Messages = got.Value.Messages
		if diff := cmp.Diff(want.Tickets, zendeskComparable(one).Tickets); diff != "" {
			t.Errorf("%s alone: %s", r.RecordID, diff)
		}
	}
}

func TestZendeskAsksForCredentials(t *testing.T) {
	server := httptest.NewServer(live.Zendesk(nil, time.Now()))
	t.Cleanup(server.Close)
	response, err := http.Get(server.URL + "/api/v2/custom_statuses.json")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d", response.StatusCode)
	}
}

// zendeskWant is a record as Zendesk can tell it.
func zendeskWant(t *testing.T, r *support.Record) *support.Record {
	if _, err := r.Settle("documents", r.RecordID); err != nil {
		t.Fatal(err)
	}
	channel := func(c *profiles.Channel) {
		if *c == profiles.InPerson || *c == profiles.Post {
			*c = profiles.OtherChannel
		}
	}
	for _, ticket := range r.Tickets {
		if ticket.RawStatus != "" {
			ticket.Status = support.OnHold
		}
		if ticket.Priority == "OTHER" {
			ticket.Priority, ticket.RawPriority = "", ""
		}
		if s := ticket.Satisfaction; s != nil {
			good := s.Rating >= 4
			ticket.Satisfaction = &support.Rating{Rating: 1, Scale: 2, Count: 1}
			if good {
				ticket.Satisfaction.Rating = 2
			}
		}
		channel(&ticket.Channel)
	}
	outside := map[profiles.Channel]*support.Ticket{}
	for _, m := range slices.Backward(r.Messages) {
		channel(&m.Channel)
		if m.Automatic {
			// Zendesk's own author has no name.
			m.AuthorName = ""
		}
		if m.TicketID != "" {
			continue
		}
		o := outside[m.Channel]
		if o == nil {
			o = &support.Ticket{Status: support.Closed, Channel: m.Channel, CreatedAt: m.SentAt, Tags: []string{}}
			o.RecordID, o.System, o.Owner = "outside "+string(m.Channel), r.System, r.Owner
			outside[m.Channel] = o
			r.Tickets = append(r.Tickets, o)
		}
		m.TicketID, o.UpdatedAt = o.RecordID, m.SentAt
	}
	return r
}

// zendeskComparable leaves out the addresses and keys of facts, which Zendesk gives
// itself: a message's ticket is told by what the ticket is.
func zendeskComparable(r *support.Record) *support.Record {
	r.URL = ""
	names := map[string]string{}
	for _, ticket := range r.Tickets {
		names[ticket.RecordID] = stdcmp.Or(ticket.Title, "outside "+string(ticket.Channel)) + " " + ticket.CreatedAt.String()
		ticket.RecordID, ticket.URL = "", ""
	}
	slices.SortFunc(r.Tickets, func(a, b *support.Ticket) int {
		return stdcmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.Title, b.Title))
	})
	for _, m := range r.Messages {
		m.RecordID, m.URL, m.TicketID = "", "", names[m.TicketID]
	}
	slices.SortFunc(r.Messages, func(a, b *support.Message) int {
		return stdcmp.Or(b.SentAt.Compare(a.SentAt), strings.Compare(a.Body, b.Body), strings.Compare(string(a.Channel), string(b.Channel)))
	})
	return r
}
