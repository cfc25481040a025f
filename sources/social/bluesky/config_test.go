package bluesky_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"customer360/sources/httpapi"
	"customer360/sources/social/bluesky"
	"customer360/sources/social/brand"
)

func TestFaults(t *testing.T) {
	_, err := bluesky.New(bluesky.Config{
		URL: "ftp://x", AppPassword: password, PostPages: 11, MentionPages: -1,
		Limits: httpapi.Limits{RequestsPerSecond: -1, Concurrency: -1}, Brand: brand.Brand{Words: []string{""}},
	})
	for _, part := range []string{"name:", "url:", "identifier:", "postPages:", "mentionPages:", "requestsPerSecond:", "concurrency:", "brand.words:", "brand.handles:"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	for part, c := range map[string]bluesky.Config{
		"appPassword:": {Name: "social/x", Identifier: "a.example", Brand: brand.Brand{Handles: []string{"a.example"}}},
		"identifier:":  {Name: "social/x", Identifier: "me", AppPassword: password, Brand: brand.Brand{Handles: []string{"a.example"}}},
	} {
		if _, err := bluesky.New(c); err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), password) {
			t.Errorf("%s: %v", part, err)
		}
	}
	c := bluesky.Config{Name: "social/x", Identifier: "a.example", AppPassword: password, Brand: brand.Brand{Handles: []string{"a.example"}}}
	if s, err := bluesky.New(c); err != nil || s.Name() != "social/x" {
		t.Error(err)
	}
}

func TestSchema(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(bluesky.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, p := range schema.Properties {
		names = append(names, name)
		if p.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
	want := []string{"appPassword", "brand", "concurrency", "identifier", "mentionPages", "postPages", "requestsPerSecond", "url"}
	if diff := cmp.Diff(want, names, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Error(diff)
	}
}
