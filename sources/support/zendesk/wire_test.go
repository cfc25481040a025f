package zendesk_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/profiles"
	"customer360/sources/support"
	"customer360/sources/support/zendesk"
)

// script answers by path; what it has not is not found.
type script map[string]string

func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, ok := s[strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/v2/"), ".json")]
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case strings.HasPrefix(body, "status 5"):
		w.WriteHeader(http.StatusInternalServerError)
	case strings.HasPrefix(body, "status 4"):
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	_, _ = w.Write([]byte(body))
}

// The samples follow those of Zendesk's documentation.
const (
	usersSample = `{"users":[
		{"id":101,"name":"Johnny Ägent","role":"end-user","active":true,"email":"j@example.com"},
		{"id":102,"name":"Li 李","role":"agent","active":true},
		{"id":103,"name":"Permanently Deleted User","role":"end-user","active":false}],
		"count":3,"next_page":null,"previous_page":null}`
	searchSample = `{"count":4,"facets":null,"next_page":null,"previous_page":null,"results":[
		{"id":35436,"result_type":"ticket","url":"https://acme.zendesk.com/api/v2/tickets/35436.json","subject":"Help, my printer is on fire! 🔥",
		 "status":"open","custom_status_id":123,"priority":"high","requester_id":101,"tags":["enterprise","other_tag"],
		 "via":{"channel":"email","source":{"from":{},"rel":null,"to":{}}},"satisfaction_rating":{"comment":"Great support!","id":1234,"score":"good"},
		 "created_at":"2026-01-20T22:55:29Z","updated_at":"2026-01-21T10:38:52Z",
		 "metric_set":{"ticket_id":35436,"solved_at":"2026-01-21T10:00:00Z","latest_comment_added_at":"2026-01-21T09:00:00Z"}},
		{"id":35437,"result_type":"ticket","subject":null,"status":"closed","custom_status_id":124,"priority":null,"requester_id":101,"tags":[],
		 "via":{"channel":"facebook","source":{"rel":"message"}},"satisfaction_rating":{"score":"bad"},
		 "created_at":"2026-01-10T00:00:00+02:00","updated_at":"2026-01-11T00:00:00Z"},
		{"id":35438,"result_type":"ticket","subject":"Of somebody else","status":"open","requester_id":999,"tags":[],"via":{"channel":"web"},
		 "created_at":"2026-01-09T00:00:00Z","updated_at":"2026-01-09T00:00:00Z"},
		{"id":35439,"result_type":"ticket","subject":"Waiting","status":"hold","custom_status_id":125,"priority":"low","requester_id":102,"tags":null,
		 "via":{"channel":42},"satisfaction_rating":{"score":"unoffered"},"created_at":"2026-01-08T00:00:00Z","updated_at":"2026-01-08T00:00:00Z"}]}`
	statusesSample = `{"custom_statuses":[
		{"id":123,"status_category":"open","agent_label":"Responded quickly","raw_agent_label":"Responded quickly","active":true,"default":false},
		{"id":124,"status_category":"solved","agent_label":"Solved","raw_agent_label":"{{zd.status_solved}}","active":true,"default":true}]}`
	noTickets      = `{"tickets":[],"meta":{"has_more":false,"after_cursor":null}}`
	commentsSample = `{"comments":[
		{"id":6,"type":"VoiceComment","author_id":102,"body":"Call from: +1 555 0100","plain_body":"Call from: +1 555 0100","public":false,
		 "via":{"channel":"voice","source":{"rel":"inbound"}},"created_at":"2026-01-21T06:00:00Z",
		 "data":{"from":"+15550100","recording_url":"https://example.com/r","transcription_text":"It still burns."}},
		{"id":5,"type":"Comment","author_id":-1,"body":"x","plain_body":"We got your request.","public":true,"via":{"channel":"rule","source":{"rel":"trigger"}},"created_at":"2026-01-21T05:00:00Z"},
		{"id":4,"type":"Comment","author_id":77,"plain_body":"I am the neighbour.","public":true,"via":{"channel":"web"},"created_at":"2026-01-21T04:00:00Z"},
		{"id":3,"type":"Comment","author_id":102,"plain_body":"He sounds upset.","public":false,"via":{"channel":"web"},"created_at":"2026-01-21T03:00:00Z"},
		{"id":2,"type":"Comment","author_id":102,"html_body":"<div class=\"zd-comment\"><p>Have you tried <b>turning</b> it off&nbsp;&amp; on?</p><style>p{}</style><p>Ünïcode</p></div>","body":"","plain_body":null,"public":true,
		 "via":{"channel":"web"},"created_at":"2026-01-21T02:00:00Z"},
		{"id":1,"type":"Comment","author_id":101,"body":"b","plain_body":"The smoke is very&nbsp;colorful.","public":true,"via":{"channel":"email"},"created_at":"2026-01-21T01:00:00Z","data":[]}],
		"users":[{"id":101,"name":"Johnny Ägent","role":"end-user"},{"id":102,"name":"Li 李","role":"admin"},{"id":77,"name":"Neighbour","role":"end-user"}],
		"meta":{"has_more":false,"after_cursor":"x"}}`
	noComments = `{"comments":[],"users":[],"meta":{"has_more":false}}`
)

func sample() script {
	return script{
		"users/show_many": usersSample, "search": searchSample, "tickets": noTickets, "custom_statuses": statusesSample,
		"tickets/35436/comments": commentsSample, "tickets/35439/comments": noComments,
		// 35437 was deleted since.
	}
}

// with gives the sample with another answer.
func with(path, body string) script {
	s := sample()
	s[path] = body
	return s
}

func fetch(t *testing.T, up *upstream, want sources.Parts, keys ...string) (map[string]sources.Answer[*support.Record], error) {
	t.Helper()
	return up.source(t, zendesk.Config{}).Fetch(context.Background(), keys, want)
}

func TestWhatIsOnTheWire(t *testing.T) {
	up := newUpstream(t, sample())
	answers, err := fetch(t, up, support.AllParts, "101", "102", "103", "104", "0101", "nobody")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"103", "104", "0101", "nobody"} {
		if !answers[key].Missing {
			t.Errorf("%s is not missing", key)
		}
	}
	got := answers["101"].Value
	at := func(day, hour int) time.Time { return time.Date(2026, 1, day, hour, 0, 0, 0, time.UTC) }
	ref := func(id, ticket string) sources.Ref {
		return sources.Ref{System: "zendesk", Owner: "101", RecordID: id, URL: up.URL + "/agent/tickets/" + ticket}
	}
	want := &support.Record{
		Ref: sources.Ref{System: "zendesk", Owner: "101", RecordID: "101", URL: up.URL + "/agent/users/101"},
		Tickets: []*support.Ticket{{
			Ref: ref("35436", "35436"), Title: "Help, my printer is on fire! 🔥", Status: support.Open, RawStatus: "Responded quickly",
			Priority: "HIGH", Channel: profiles.Email, Tags: []string{"enterprise", "other_tag"},
			CreatedAt: at(20, 22).Add(55*time.Minute + 29*time.Second), UpdatedAt: at(21, 10).Add(38*time.Minute + 52*time.Second), SolvedAt: at(21, 10),
			Satisfaction: &support.Rating{Rating: 2, Scale: 2, Count: 1},
		}, {
			Ref: ref("35437", "35437"), Status: support.Closed, Channel: profiles.Messenger, Tags: []string{},
			CreatedAt: at(9, 22), UpdatedAt: at(11, 0), Satisfaction: &support.Rating{Rating: 1, Scale: 2, Count: 1},
		}},
		Messages: []*support.Message{
			{Ref: ref("6", "35436"), TicketID: "35436", Channel: profiles.Phone, Direction: support.Inbound, AuthorName: "Li 李", Body: "Call from: +1 555 0100\n\nIt still burns.", SentAt: at(21, 6)},
			{Ref: ref("5", "35436"), TicketID: "35436", Channel: profiles.Email, Direction: support.Outbound, Automatic: true, Body: "We got your request.", SentAt: at(21, 5)},
			{Ref: ref("4", "35436"), TicketID: "35436", Channel: profiles.Web, Direction: support.Inbound, AuthorName: "Neighbour", Body: "I am the neighbour.", SentAt: at(21, 4)},
			{Ref: ref("3", "35436"), TicketID: "35436", Channel: profiles.Email, Direction: support.Internal, AuthorName: "Li 李", Body: "He sounds upset.", SentAt: at(21, 3)},
			{Ref: ref("2", "35436"), TicketID: "35436", Channel: profiles.Email, Direction: support.Outbound, AuthorName: "Li 李", Body: "Have you tried turning it off\u00a0& on?\n\nÜnïcode", SentAt: at(21, 2)},
			{Ref: ref("1", "35436"), TicketID: "35436", Channel: profiles.Email, Direction: support.Inbound, AuthorName: "Johnny Ägent", Body: "The smoke is very colorful.", SentAt: at(21, 1)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	other := answers["102"].Value.Tickets
	if len(other) != 1 || other[0].Status != support.OnHold || other[0].RawStatus != "" || other[0].Channel != "" || other[0].Satisfaction != nil {
		t.Errorf("%+v", other)
	}
}

func TestWhatFailsIsLeftOut(t *testing.T) {
	unreadable := strings.Replace(searchSample, `"subject":"Waiting"`, `"subject":["Waiting"]`, 1)
	for name, c := range map[string]struct {
		answers script
		want    sources.Parts
		given   []string
		kind    sources.Kind
	}{
		"a ticket that cannot be read":       {with("search", unreadable), support.PartTickets, []string{"101"}, sources.Malformed},
		"a ticket of nobody":                 {with("search", strings.Replace(unreadable, `"requester_id":102`, `"requester_id":"?"`, 1)), support.PartTickets, nil, sources.Malformed},
		"a ticket without a date":            {with("search", strings.Replace(searchSample, `"created_at":"2026-01-08T00:00:00Z",`, "", 1)), support.PartTickets, []string{"101"}, sources.Malformed},
		"a comment without a number":         {with("tickets/35436/comments", strings.Replace(commentsSample, `"id":6,`, "", 1)), support.AllParts, []string{"102"}, sources.Malformed},
		"comments that cannot be had":        {with("tickets/35436/comments", "status 500"), support.AllParts, []string{"102"}, sources.Unavailable},
		"comments that are not wanted":       {with("tickets/35436/comments", "status 500"), support.PartTickets, []string{"101", "102"}, ""},
		"no custom statuses":                 {with("custom_statuses", "status 500"), support.AllParts, nil, sources.Unavailable},
		"custom statuses of another form":    {with("custom_statuses", "{}"), support.AllParts, nil, sources.Malformed},
		"no custom statuses, and no tickets": {with("custom_statuses", "status 500"), support.PartMessages, []string{"101", "102"}, ""},
		"no search":                          {with("search", "status 500"), support.AllParts, nil, sources.Unavailable},
		"no search, and none is needed":      {with("search", "status 500"), support.PartContact, []string{"101", "102"}, ""},
		"no users":                           {with("users/show_many", "status 500"), support.PartContact, nil, sources.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fetch(t, newUpstream(t, c.answers), c.want, "101", "102")
			var e *sources.Error
			if c.kind == "" && err != nil || c.kind != "" && (!errors.As(err, &e) || e.Kind != c.kind) {
				t.Errorf("%v; want kind %q", err, c.kind)
			}
			for _, secret := range []string{"101", "102", "35436", "Waiting"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error's text holds %q: %v", secret, err)
				}
			}
			if len(got) != len(c.given) {
				t.Errorf("%d answers: %v", len(got), maps.Keys(got))
			}
			for _, key := range c.given {
				if a, ok := got[key]; !ok || a.Missing {
					t.Errorf("%s: answered %t, missing %t", key, ok, a.Missing)
				}
			}
		})
	}
}

func TestAccountWithoutCustomStatuses(t *testing.T) {
	s := sample()
	delete(s, "custom_statuses")
	got, err := fetch(t, newUpstream(t, s), support.PartTickets, "101", "102")
	if err != nil || got["101"].Value.Tickets[0].Status != support.Open || got["101"].Value.Tickets[0].RawStatus != "" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestSearchIsRefused(t *testing.T) {
	s := with("search", "status 422")
	s["users/101/tickets/requested"] = `{"tickets":[{"id":1,"status":"new","requester_id":101,"created_at":"2026-01-01T00:00:00Z"}],"meta":{"has_more":false}}`
	got, err := fetch(t, newUpstream(t, s), support.PartTickets, "101", "102")
	// 102 went away between the calls.
	if err != nil || len(got["101"].Value.Tickets) != 1 || !got["102"].Missing {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWhatChangedLast(t *testing.T) {
	recent := `{"tickets":[
		{"id":40000,"subject":"New","status":"new","requester_id":101,"via":{"channel":"chat"},"created_at":"2026-01-22T00:00:00Z","updated_at":"2026-01-22T00:00:00Z"},
		{"id":35436,"subject":"Solved now","status":"solved","requester_id":101,"created_at":"2026-01-20T22:55:29Z","updated_at":"2026-01-22T00:00:00Z"},
		{"id":35439,"subject":"Given to another one","status":"hold","requester_id":555,"created_at":"2026-01-08T00:00:00Z","updated_at":"2026-01-22T00:00:00Z"}],
		"meta":{"has_more":false}}`
	before := time.Now()
	got, err := fetch(t, newUpstream(t, with("tickets", recent)), support.PartTickets, "101", "102")
	if err != nil {
		t.Fatal(err)
	}
	tickets := got["101"].Value.Tickets
	if len(tickets) != 3 || tickets[0].Title != "New" || tickets[1].Status != support.Solved || len(got["102"].Value.Tickets) != 0 {
		t.Errorf("%+v; %+v", tickets, got["102"].Value.Tickets)
	}
	if got["101"].AsOf.Before(before) {
		t.Errorf("as of %s, asked at %s", got["101"].AsOf, before)
	}
	for name, recent := range map[string]string{
		"cannot be told": "status 500", "cannot be read": `{"tickets":[{"id":"?"}]}`,
		"goes on, not told where": `{"tickets":[{"id":1,"requester_id":9,"updated_at":"2999-01-01T00:00:00Z","created_at":"2026-01-01T00:00:00Z"}],"meta":{"has_more":true}}`,
		"never ends":              `{"tickets":[{"id":1,"requester_id":9,"updated_at":"2999-01-01T00:00:00Z","created_at":"2026-01-01T00:00:00Z"}],"meta":{"has_more":true,"after_cursor":"x"}}`,
	} {
		up := newUpstream(t, with("tickets", recent))
		got, err := fetch(t, up, support.PartTickets, "101", "102")
		if err != nil || len(got["101"].Value.Tickets) != 2 || got["101"].AsOf.After(before) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if n := len(up.log()); n > 6 {
			t.Errorf("%s: %d calls", name, n)
		}
	}
}

// A search that tells of more than it gives lacks tickets, and nobody knows whose.
func TestSearchGivesLessThanItTells(t *testing.T) {
	for count, cut := range map[string]sources.Parts{"4": 0, "5": support.PartTickets} {
		up := newUpstream(t, with("search", strings.Replace(searchSample, `"count":4`, `"count":`+count, 1)))
		got, err := fetch(t, up, support.PartTickets, "101", "102")
		if err != nil || got["101"].Value.Cut != cut || got["102"].Truncated != (cut != 0) {
			t.Errorf("%s: %v, cut %b, truncated %t", count, err, got["101"].Value.Cut, got["102"].Truncated)
		}
	}
}
