package mastodon_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/internal/await"
	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
)

func TestEndlessPages(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"] = accountOf("1")
	n := 0
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/statuses") {
			return false
		}
		n++
		w.Header().Set("Link", fmt.Sprintf(`<x?max_id=%d>; rel="next"`, n))
		fmt.Fprintf(w, "[%s]", postOf("5", "1", "Meridian"))
		return true
	})
	a, err := i.source(t, func(c *mastodon.Config) { c.PostPages = 3 }).Fetch(t.Context(), []string{"1"}, social.AllParts)
	if err != nil || n != 3 || len(a["1"].Value.Mentions) != 1 || !a["1"].Truncated {
		t.Errorf("%d pages, %v, %v", n, a, err)
	}
	n = 6
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Link", `<x?max_id=7>; rel="next"`)
		return false
	})
	if _, err := i.source(t, func(c *mastodon.Config) { c.PostPages = 25 }).Fetch(t.Context(), []string{"1"}, social.AllParts); err != nil {
		t.Error(err)
	}
}

func TestOneEndpointRefuses(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"] = accountOf("1")
	for _, path := range []string{"/statuses", "/notifications"} {
		i.failing(func(w http.ResponseWriter, r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, path) &&
				answerWith(429, "X-RateLimit-Reset", time.Now().Add(40*time.Second).UTC().Format(time.RFC3339Nano))(w, r)
		})
		s := i.source(t)
		for range 2 {
			a, err := s.Fetch(t.Context(), []string{"1", "2"}, social.AllParts)
			e := sources.AsError("", "", err)
			if e == nil || e.Kind != sources.RateLimited || e.RetryAfter < 30*time.Second || e.RetryAfter > 40*time.Second {
				t.Errorf("%s: %v", path, err)
			}
			if _, ok := a["1"]; ok || !a["2"].Missing {
				t.Errorf("%s: %v", path, a)
			}
		}
		refused := slices.DeleteFunc(i.requests(), func(r string) bool { return !strings.Contains(r, path) })
		if len(refused) != 1 {
			t.Errorf("%d calls reached what refuses; want 1", len(refused))
		}
		if a, err := s.Fetch(t.Context(), []string{"1"}, social.PartProfile); err != nil || a["1"].Value == nil {
			t.Errorf("the profile needs no %s: %v, %v", path, a, err)
		}
	}
}

// An instance tells when its count begins anew with every answer, also with one that has
// nothing to do with the count.
func TestPassingFailure(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"] = accountOf("1")
	i.failing(answerWith(503, "X-RateLimit-Reset", time.Now().Add(time.Minute).Format(time.RFC3339Nano)))
	s := i.source(t)
	_, err := s.Fetch(t.Context(), []string{"1"}, social.AllParts)
	if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Unavailable || e.RetryAfter != 0 {
		t.Errorf("%v after %s", err, e.RetryAfter)
	}
	i.failing(nil)
	if a, err := s.Fetch(t.Context(), []string{"1"}, social.AllParts); err != nil || a["1"].Value == nil {
		t.Errorf("%v, %v", a, err)
	}
}

func TestUnreadable(t *testing.T) {
	for name, spoil := range map[string]func(i *instance){
		"account":               func(i *instance) { i.accounts["1"] = `{"id":"1","acct":7}` },
		"account without acct":  func(i *instance) { i.accounts["1"] = `{"id":"1"}` },
		"post of notification":  func(i *instance) { i.notifications = []string{notificationOf("1", "1", map[string]any{"id": 7})} },
		"post":                  func(i *instance) { i.posts["1"] = []string{`7`} },
		"post without an id":    func(i *instance) { i.posts["1"] = []string{postOf("", "1", "Meridian")} },
		"date of a post":        func(i *instance) { i.posts["1"] = []string{postOf("1", "1", "Meridian", "created_at", nil)} },
		"date of another kind":  func(i *instance) { i.posts["1"] = []string{postOf("1", "1", "Meridian", "created_at", 12)} },
		"visibility of a third": func(i *instance) { i.posts["1"] = []string{postOf("1", "1", "Meridian", "visibility", []any{})} },
	} {
		i := newInstance(t)
		i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
		spoil(i)
		a, err := i.source(t).Fetch(t.Context(), []string{"1", "2", "3"}, social.AllParts)
		_, answered := a["1"]
		if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Malformed || answered || a["2"].Value == nil || !a["3"].Missing {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
	// One that says nothing of whose it is leaves unknown who is missing.
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), `7`
	a, err := i.source(t).Fetch(t.Context(), []string{"1", "2", "3"}, social.PartProfile)
	if err == nil || len(a) != 1 || a["1"].Value == nil {
		t.Errorf("%v, %v", a, err)
	}
}

func TestCanceledMidway(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	source := i.source(t)
	pause := 25 * time.Millisecond
	// How long the other one takes the machine says.
	await.Until(t, "what answered before", func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		pause *= 2
		i.failing(func(_ http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/2/statuses") {
				return false
			}
			time.Sleep(pause)
			cancel()
			<-r.Context().Done()
			return true
		})
		a, err := source.Fetch(ctx, []string{"1", "2"}, social.AllParts)
		if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Canceled || a["2"].Value != nil {
			t.Fatalf("%v, %v", a, err)
		}
		return a["1"].Value != nil
	})
}
