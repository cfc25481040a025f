package zendesk_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"customer360/sources"
	"customer360/sources/support/zendesk"
)

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		kind   sources.Kind
	}{
		"an agent":             {200, `{"user":{"id":102,"name":"Li","role":"agent"}}`, ""},
		"nobody":               {200, `{"user":{"id":null,"name":"Anonymous user","role":"end-user","authenticity_token":"x"}}`, sources.Unauthorized},
		"refused":              {401, `{"error":"Couldn't authenticate you"}`, sources.Unauthorized},
		"not allowed":          {403, `{}`, sources.Unauthorized},
		"no such account":      {404, `<html>No help desk at acme.zendesk.com</html>`, sources.Unavailable},
		"sent elsewhere":       {302, ``, sources.Unavailable},
		"maintenance":          {200, `<html>We are back soon</html>`, sources.Unavailable},
		"maintenance, as 503":  {503, `<html>We are back soon</html>`, sources.Unavailable},
		"something else":       {200, `{}`, sources.Unavailable},
		"of another form":      {200, `{"user":{"id":"x"}}`, sources.Unavailable},
		"asks us to slow down": {429, ``, sources.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			up := newUpstream(t, answer(test.status, test.body))
			err := up.source(t, zendesk.Config{}).(checked).Check(context.Background())
			var e *sources.Error
			if test.kind == "" && err != nil || test.kind != "" && (!errors.As(err, &e) || e.Kind != test.kind || e.Source != "support/zendesk") {
				t.Errorf("%v; want kind %q", err, test.kind)
			}
			if calls := up.log(); !slices.Equal(calls, []string{"GET /api/v2/users/me.json "}) {
				t.Errorf("calls %q", calls)
			}
		})
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	up := newUpstream(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err := up.source(t, zendesk.Config{}).(checked).Check(ctx)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.Unavailable {
		t.Error(err)
	}
}

// checked is what the source can do besides.
type checked interface{ Check(context.Context) error }
