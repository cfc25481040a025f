package rest_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"customer360/sources"
	common "customer360/sources/rest"
	"customer360/sources/rest/resttest"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
	"customer360/sources/support/rest"
)

var known = []string{"first-key", "second-key", "third-key"}

func items() map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for _, key := range known {
		all["contacts"] = append(all["contacts"], map[string]any{"owner": key})
		all["tickets"] = append(all["tickets"], map[string]any{"owner": key, "no": 1, "st": "o", "at": 1769851800, "stars": 4,
			"comments": []any{map[string]any{"no": 2, "at": 1769851900, "by": "Somebody", "html": "<p>It is <b>broken</b>."}}})
	}
	return all
}

func settings(url string, change func(c *rest.Config)) rest.Config {
	c := rest.Config{
		Connection: common.Connection{Name: "support/desk", URL: url, Headers: resttest.Headers()},
		Record: &common.Request{Path: "/contacts", Batch: common.Batch{By: "comma", Parameter: "ids"}, Items: ".data[]", Key: ".owner",
			Paging: common.Paging{By: "link"}},
		Tickets: &common.Request{Path: "/tickets", Batch: common.Batch{By: "repeat", Parameter: "id"}, Items: ".data[]", Key: ".owner",
			Paging: common.Paging{By: "offset", Parameter: "offset"},
			Fields: map[string]string{"recordId": ".no", "createdAt": ".at", "status": `{"o": "OPEN"}[.st] // .st`,
				"satisfaction": `{rating: .stars, scale: 5}`}},
		Messages: &common.Request{From: "tickets", Items: `.no as $no | .comments[] | .ticket = $no`,
			Fields: map[string]string{"recordId": ".no", "ticketId": ".ticket", "sentAt": ".at", "authorName": ".by", "body": ".html | plain",
				"direction": `"inbound"`, "channel": `"email"`}},
	}
	if change != nil {
		change(&c)
	}
	return c
}

var ways = map[string]func(c *rest.Config){
	"lists": nil,
	"each": func(c *rest.Config) {
		c.Record.Path, c.Record.Batch, c.Record.Key = "/contacts/{id}", common.Batch{}, ""
		c.Tickets.Path, c.Tickets.Batch, c.Tickets.Key = "/tickets/{id}", common.Batch{}, ""
	},
}

func holds(r *support.Record) sources.Parts {
	held := support.PartContact
	if len(r.Tickets) == 1 && r.Tickets[0].Status == support.Open && r.Tickets[0].Satisfaction.Rating == 4 {
		held |= support.PartTickets
	}
	if len(r.Messages) == 1 && r.Messages[0].Body == "It is broken." && r.Messages[0].TicketID == "1" && r.Messages[0].Direction == support.Inbound {
		held |= support.PartMessages
	}
	return held
}

func open(t *testing.T, c rest.Config) support.Source {
	t.Helper()
	s, err := rest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(io.Closer).Close() })
	return s
}

func TestContract(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*support.Record] {
				server := resttest.New(t, items())
				secrets := []string{resttest.Secret}
				return sourcetest.Fixture[*support.Record]{
					Source: open(t, settings(server.URL, way)), Known: known, Unknown: "other-key",
					Parts: []sources.Parts{support.PartContact, support.PartTickets, support.PartMessages},
					Holds: holds,
					Calls: func() int { return len(server.Calls()) },
					Failures: []sourcetest.Failure{
						{Kind: sources.Unauthorized, Arm: func() { server.Fail(403) }, Secrets: secrets},
						{Kind: sources.RateLimited, Arm: func() { server.Fail(429) }, Secrets: secrets},
						{Kind: sources.Unavailable, Arm: func() { server.Fail(502) }, Secrets: secrets},
						{Kind: sources.Malformed, Arm: func() { server.Text("nothing") }, Secrets: secrets},
						{Kind: sources.TimedOut, Arm: server.Hang, Secrets: secrets},
					},
					Break: func(key string) { server.Change("tickets", key, "at", key) },
					Odd: func(t *testing.T) sourcetest.Oddity[*support.Record] {
						address, change := sourcetest.Between(t, server.URL)
						return sourcetest.Oddity[*support.Record]{Source: open(t, settings(address, way)), Change: change}
					},
				}
			})
		})
	}
}

// Messages come within tickets: their request is sent for either, and once for both.
func TestCallsFollowWhatIsWanted(t *testing.T) {
	contacts, tickets, more := "GET /contacts?ids=first-key", "GET /tickets?id=first-key&offset=0", "GET /tickets?id=first-key&offset=1"
	for want, calls := range map[sources.Parts][]string{
		support.PartContact:  {contacts},
		support.PartMessages: {contacts, tickets, more},
		support.AllParts:     {contacts, tickets, more},
	} {
		server := resttest.New(t, items())
		if _, err := open(t, settings(server.URL, nil)).Fetch(context.Background(), known[:1], want); err != nil {
			t.Fatal(err)
		}
		got := server.Calls()
		slices.Sort(got)
		if !slices.Equal(got, calls) {
			t.Errorf("parts %b: %s; want %s", want, got, calls)
		}
	}
}

func TestRatings(t *testing.T) {
	for stars, good := range map[any]bool{nil: true, 1: true, 5: true, 0: true, 6: false, -1: false, "many": false} {
		server := resttest.New(t, items())
		server.Change("tickets", "first-key", "stars", stars)
		answers, err := open(t, settings(server.URL, nil)).Fetch(context.Background(), known[:1], support.PartTickets)
		var fault *common.MappingError
		if errors.As(err, &fault) == good {
			t.Errorf("%v: %v", stars, err)
		}
		if good && (stars == nil || stars == 0) && answers["first-key"].Value.Tickets[0].Satisfaction != nil {
			t.Errorf("%v: a rating that nobody gave", stars)
		}
	}
}
