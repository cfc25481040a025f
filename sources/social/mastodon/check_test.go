package mastodon_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
)

func TestCheck(t *testing.T) {
	check := func(s social.Source) *sources.Error {
		return sources.AsError("", "", s.(interface{ Check(context.Context) error }).Check(t.Context()))
	}
	i := newInstance(t)
	if err := check(i.source(t)); err != nil {
		t.Error(err)
	}
	if asked := i.requests(); len(asked) != 1 || asked[0] != "/api/v1/accounts/verify_credentials?" {
		t.Errorf("asked %q", asked)
	}
	if err := check(i.source(t, func(c *mastodon.Config) { c.AccessToken = "other" })); err == nil || err.Kind != sources.Unauthorized {
		t.Error(err)
	}
	for name, test := range map[string]struct {
		fail func(http.ResponseWriter, *http.Request) bool
		want sources.Kind
	}{
		"an application's token": {answerWith(422), sources.Unauthorized},
		"disabled":               {answerWith(403), sources.Unauthorized},
		"too many":               {answerWith(429), sources.RateLimited},
		"down":                   {answerWith(503), sources.Unavailable},
		"proxy":                  {notHere, sources.Unavailable},
		"another form":           {answerWith(200), sources.Unavailable},
		"maintenance": {func(w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, "<html>back soon</html>")
			return true
		}, sources.Unavailable},
	} {
		i.failing(test.fail)
		err := check(i.source(t))
		if err == nil || err.Kind != test.want || err.Source != "social/mastodon-eu" {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: a secret is told: %v", name, err)
		}
	}
}
