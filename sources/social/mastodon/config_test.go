package mastodon_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"customer360/sources/httpapi"
	"customer360/sources/social/brand"
	"customer360/sources/social/mastodon"
)

func TestFaults(t *testing.T) {
	_, err := mastodon.New(mastodon.Config{
		URL: "http://social.example", Domain: "@x", PostPages: 26, MentionPages: -1, AccessToken: "with space",
		Limits: httpapi.Limits{RequestsPerSecond: -1, Concurrency: -1}, Brand: brand.Brand{Words: []string{""}},
	})
	for _, part := range []string{"name:", "url:", "domain:", "postPages:", "mentionPages:", "accessToken:", "requestsPerSecond:", "concurrency:", "brand.words:", "brand.handles:"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	if strings.Contains(err.Error(), "with space") {
		t.Error("the token is told")
	}
	if _, err := mastodon.New(mastodon.Config{Name: "social/x"}); err == nil || !strings.Contains(err.Error(), "accessToken: missing") {
		t.Error(err)
	}
}

func TestSchema(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Description string }
		Required   []string
	}
	if err := json.Unmarshal(mastodon.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, p := range schema.Properties {
		names = append(names, name)
		if p.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
	want := []string{"accessToken", "brand", "concurrency", "domain", "mentionPages", "postPages", "requestsPerSecond", "url"}
	if diff := cmp.Diff(want, names, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Error(diff)
	}
}
