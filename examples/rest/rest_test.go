// Package rest_test keeps the worked example true: it serves the sample answers to the
// requests that the settings make.
package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/profiles"
	common "customer360/sources/rest"
	"customer360/sources/support"
	"customer360/sources/support/rest"
)

// system is a system of the file, whose references are resolved.
type system struct {
	Kind        string `yaml:"kind"`
	Sample      string `yaml:"sample"`
	rest.Config `yaml:",inline"`
}

func read(t *testing.T) system {
	t.Helper()
	text, err := os.ReadFile("customer360.yaml")
	if err != nil {
		t.Fatal(err)
	}
	resolved := strings.ReplaceAll(string(text), "${DESK_TOKEN}", "the-token")
	var file struct {
		Systems map[string]system `yaml:"systems"`
	}
	if err := yaml.UnmarshalWithOptions([]byte(resolved), &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	s, ok := file.Systems["support/desk"]
	if !ok || s.Kind != "rest" {
		t.Fatalf("%+v", file)
	}
	s.Name = "support/desk"
	return s
}

// desk serves the answers to just these requests.
func desk(t *testing.T, answers map[string]string) (url string, calls func() []string) {
	var mu sync.Mutex
	var log []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call := strings.TrimSpace(r.Method + " " + r.URL.RequestURI() + " " + string(body))
		mu.Lock()
		log = append(log, call)
		mu.Unlock()
		file, ok := answers[call]
		if !ok || r.Header.Get("Authorization") != "Bearer the-token" {
			t.Errorf("a request that the example does not have: %s", call)
			http.NotFound(w, r)
			return
		}
		http.ServeFile(w, r, "answers/"+file)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/api/v2", func() []string {
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(log)
		return log
	}
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

var answers = map[string]string{
	`GET /api/v2/people?ids=4711%2C4712%2C4713`: "people.json",
	`POST /api/v2/tickets/search?sort=-opened&per_page=50&include=entries {"after":null,"requesters":[4711,4712,4713]}`:          "tickets-1.json",
	`POST /api/v2/tickets/search?sort=-opened&per_page=50&include=entries {"after":"b2Zmc2V0OjE","requesters":[4711,4712,4713]}`: "tickets-2.json",
}

func TestExample(t *testing.T) {
	s := read(t)
	url, calls := desk(t, answers)
	s.URL = url
	got, err := open(t, s.Config).Fetch(context.Background(), []string{s.Sample, "4712", "4713"}, support.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	if len(calls()) != 3 {
		t.Errorf("%q", calls())
	}
	if !got["4713"].Missing {
		t.Error("4713 is not in the sample answers")
	}
	if r := got["4712"].Value; len(r.Tickets) != 1 || r.Tickets[0].Status != support.Solved || len(r.Messages) != 0 {
		t.Errorf("%+v", r)
	}

	ref := func(id, url string) sources.Ref {
		return sources.Ref{System: "desk", Owner: "4711", RecordID: id, URL: url}
	}
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	want := &support.Record{
		Ref: ref("4711", "https://desk.example.com/people/4711"),
		Tickets: []*support.Ticket{
			{Ref: ref("T-20", "https://desk.example.com/tickets/T-20"), Title: "The router restarts every night", Status: support.Pending,
				Priority: "HIGH", Channel: profiles.Email, Tags: []string{"router", "night"}, CreatedAt: at(1769851800), UpdatedAt: at(1769862600)},
			// The desk's own word stays where it is none of ours.
			{Ref: ref("T-11", "https://desk.example.com/tickets/T-11"), Title: "Invoice of November", Status: support.OtherTicketStatus,
				RawStatus: "escalated to finance", Priority: "LOW", Channel: profiles.Phone, Tags: []string{}, CreatedAt: at(1764582000),
				UpdatedAt: at(1764668400), SolvedAt: time.Date(2025, 12, 2, 8, 40, 0, 0, time.UTC),
				Satisfaction: &support.Rating{Rating: 4, Scale: 5, Count: 1, RatedAt: time.Date(2025, 12, 3, 0, 0, 0, 0, time.UTC)}},
		},
		Messages: []*support.Message{
			{Ref: ref("903", ""), TicketID: "T-20", Direction: support.Internal, AuthorName: "Agent", Body: "Firmware 7.3 does that.", SentAt: at(1769862600)},
			{Ref: ref("902", ""), TicketID: "T-20", Channel: profiles.Email, Direction: support.Outbound, AuthorName: "Desk", Automatic: true,
				Body: "We got your message.", SentAt: at(1769851805)},
			{Ref: ref("901", ""), TicketID: "T-20", Channel: profiles.Email, Direction: support.Inbound, AuthorName: "Customer One",
				Body: "Hello,\n\nit restarts at 3 o'clock – each night.", SentAt: at(1769851800)},
		},
	}
	if diff := cmp.Diff(want, got["4711"].Value); diff != "" {
		t.Error(diff)
	}
}

// The mistake of the README, and what is said of it.
func TestWrongMapping(t *testing.T) {
	s := read(t)
	s.URL, _ = desk(t, answers)
	s.Tickets.Fields["solvedAt"] = ".closed_on"
	_, err := open(t, s.Config).Fetch(context.Background(), []string{"4711", "4712", "4713"}, support.AllParts)
	var fault *common.MappingError
	if !errors.As(err, &fault) || fault.Part != "tickets" || fault.Field != "fields.solvedAt" || fault.Expression != ".closed_on" ||
		fault.Value != "02.12.2025 09:40" || fault.Count != 2 || strings.Contains(err.Error(), "2025") {
		t.Errorf("%v", err)
	}
}

// What an editor knows of the settings are the settings of the example.
func TestSchemaKnowsTheSettings(t *testing.T) {
	type schema struct {
		Properties map[string]schema
		Required   []string
	}
	var known schema
	if err := json.Unmarshal(rest.Schema, &known); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("customer360.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Systems map[string]map[string]any }
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	settings := file.Systems["support/desk"]
	// These two are of every system.
	delete(settings, "kind")
	delete(settings, "sample")
	var check func(at string, s schema, settings map[string]any)
	check = func(at string, s schema, settings map[string]any) {
		for _, name := range s.Required {
			if _, ok := settings[name]; !ok {
				t.Errorf("%s%s is missing", at, name)
			}
		}
		for name, value := range settings {
			one, ok := s.Properties[name]
			if !ok {
				t.Errorf("%s%s is not in the schema", at, name)
			}
			if inner, ok := value.(map[string]any); ok && name != "headers" {
				check(at+name+".", one, inner)
			}
		}
	}
	check("", known, settings)
}
