package mastodon_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"customer360/sources"
	"customer360/sources/social"
)

// notHere answers as a proxy does that does not know the instance.
func notHere(w http.ResponseWriter, _ *http.Request) bool {
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, "<html>404 page not found</html>")
	return true
}

// many is the path of the call for many accounts.
const many = "/api/v1/accounts"

func TestProxyKnowsNothing(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	s := i.source(t)
	i.failing(notHere)
	a, err := s.Fetch(t.Context(), []string{"1", "2"}, social.AllParts)
	if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Malformed || len(a) != 0 {
		t.Errorf("%v, %v", a, err)
	}
	// It was no word on the call for many accounts either.
	i.failing(nil)
	i.requests()
	if a, err := s.Fetch(t.Context(), []string{"1", "2"}, social.PartProfile); err != nil || len(a) != 2 {
		t.Errorf("%v, %v", a, err)
	}
	if asked := i.requests(); len(asked) != 1 {
		t.Errorf("asked %q; want one call for both", asked)
	}
	// Nor is it one on an account's posts.
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/1/statuses") && notHere(w, r)
	})
	a, err = s.Fetch(t.Context(), []string{"1", "2"}, social.AllParts)
	if _, answered := a["1"]; err == nil || answered || a["2"].Value == nil {
		t.Errorf("%v, %v", a, err)
	}
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/1/statuses") && answerWith(404)(w, r)
	})
	if a, err = s.Fetch(t.Context(), []string{"1", "2"}, social.AllParts); err != nil || !a["1"].Missing || a["2"].Value == nil {
		t.Errorf("deleted in between: %v, %v", a, err)
	}
}

// An older instance refuses the call for many accounts without a body, and is asked for it
// again after an hour.
func TestTriesManyAgain(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == many {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	})
	synctest.Test(t, func(t *testing.T) {
		s := i.source(t)
		for _, test := range []struct {
			after time.Duration
			calls int
		}{{0, 4}, {0, 3}, {59 * time.Minute, 3}, {2 * time.Minute, 4}} {
			// Connections keep the clock of the bubble from going on.
			_ = s.(interface{ Close() error }).Close()
			time.Sleep(test.after)
			a, err := s.Fetch(context.Background(), []string{"1", "2", "3"}, social.PartProfile)
			if err != nil || a["1"].Value == nil || !a["3"].Missing {
				t.Errorf("%v, %v", a, err)
			}
			if asked := i.requests(); len(asked) != test.calls {
				t.Errorf("after %s: asked %q; want %d calls", test.after, asked, test.calls)
			}
		}
		i.failing(nil)
		_ = s.(interface{ Close() error }).Close()
		time.Sleep(time.Hour + time.Second)
		if _, err := s.Fetch(context.Background(), []string{"1", "2", "3"}, social.PartProfile); err != nil || len(i.requests()) != 1 {
			t.Errorf("an instance that was updated is not noticed: %v", err)
		}
	})
}
