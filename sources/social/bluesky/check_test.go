package bluesky_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
)

func TestCheck(t *testing.T) {
	check := func(s social.Source) error { return s.(interface{ Check(context.Context) error }).Check(t.Context()) }
	open := func(c *bluesky.Config) { c.Identifier, c.AppPassword = "", "" }
	for name, test := range map[string]struct {
		change func(*bluesky.Config)
		want   []string
	}{
		"of itself":        {func(*bluesky.Config) {}, []string{"com.atproto.server.createSession?", "app.bsky.actor.getProfiles?actors=did%3Aplc%3Athebrand"}},
		"of the brand":     {open, []string{"app.bsky.actor.getProfiles?actors=brand.example"}},
		"of none it knows": {func(c *bluesky.Config) { open(c); c.Brand.Handles = []string{"meridian"} }, []string{"app.bsky.actor.getProfiles?actors=handle.invalid"}},
		"of the first that can be": {func(c *bluesky.Config) { open(c); c.Brand.Handles = []string{"meridian", " @b.example", "c.example"} },
			[]string{"app.bsky.actor.getProfiles?actors=b.example"}},
	} {
		s := newServer(t)
		s.open = true
		if err := check(s.source(t, test.change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, s.requests()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	s := newServer(t)
	if err := check(s.source(t, func(c *bluesky.Config) { c.AppPassword = "wrong" })); kindOf(err) != sources.Unauthorized {
		t.Error(err)
	}
	for name, test := range map[string]struct {
		fail func(http.ResponseWriter, *http.Request) bool
		want sources.Kind
	}{
		"refused":             {only("getProfiles", answerWith(403, "")), sources.Unauthorized},
		"too many logins":     {answerWith(429, "RateLimitExceeded"), sources.RateLimited},
		"down":                {answerWith(502, ""), sources.Unavailable},
		"another form":        {answerWith(200, ""), sources.Unavailable},
		"another form of one": {only("getProfiles", answerWith(200, "")), sources.Unavailable},
		"another call":        {only("getProfiles", answerWith(404, "")), sources.Unavailable},
	} {
		s.failing(test.fail)
		if err := check(s.source(t)); kindOf(err) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, letGo := s.held("getProfiles")
	defer letGo()
	if err := s.source(t).(interface{ Check(context.Context) error }).Check(late); kindOf(err) != sources.TimedOut {
		t.Error(err)
	}
}
