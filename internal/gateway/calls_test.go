package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/sources/guard"
)

// What a page of fifty customers costs at each vendor is what docs/live-sources.md says:
// the number of calls follows from what is selected, and from the keys that a call takes.
func TestCallsOfAPage(t *testing.T) {
	company := live.Company(time.Now())
	guards := guard.Defaults()
	guards.Timeout = 20 * time.Second
	for _, test := range []struct {
		vendor, fields string
		least, most    int64
	}{
		{"stripe", `billing { accounts { name } }`, 50, 50},
		{"stripe", `billing { mrr { amount } }`, 100, 104},
		{"stripe", `billing { balance { amount } }`, 100, 100},
		{"stripe", `billing { invoices { totalCount } }`, 100, 100},
		{"zendesk", `support { id }`, 1, 1},
		{"zendesk", `support { openTickets }`, 3, 6},
		{"mastodon", `social { followers }`, 2, 2},
		{"mastodon", `social { mentions { totalCount } }`, 52, 55},
		{"bluesky", `social { followers }`, 2, 3},
		{"bluesky", `social { mentions { totalCount } }`, 52, 56},
		{"ledger", `billing { mrr { amount } subscriptions { name } }`, 1, 1},
		{"desk", `support { openTickets }`, 1, 1},
		{"network", `social { followers }`, 1, 1},
	} {
		t.Run(test.vendor+" "+test.fields, func(t *testing.T) {
			var calls atomic.Int64
			s := mount(t, company, 50, guards, 30*time.Second, counted(named(t, test.vendor), &calls))
			got := s.ask(`{ customers(first: 50) { edges { node { ` + test.fields + ` sources { state complete } } } } }`)
			var a struct{ Errors json.RawMessage }
			if err := json.Unmarshal(got.body, &a); err != nil || a.Errors != nil || strings.Contains(string(got.body), `"UNAVAILABLE"`) {
				t.Fatalf("%.500s", got.body)
			}
			if n := calls.Load(); n < test.least || n > test.most {
				t.Errorf("%d calls; want %d to %d", n, test.least, test.most)
			} else {
				t.Logf("%d calls", n)
			}
		})
	}
}

func named(t *testing.T, name string) vendor {
	for _, v := range vendors() {
		if v.name == name {
			return v
		}
	}
	t.Fatalf("there is no vendor %s", name)
	return vendor{}
}

// counted counts the requests that reach a vendor.
func counted(v vendor, calls *atomic.Int64) vendor {
	serve := v.serve
	v.serve = func(t testing.TB, c *demo.Company) (string, func(*demo.Company)) {
		address, hold := serve(t, c)
		forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			forward.ServeHTTP(w, r)
		}))
		t.Cleanup(front.Close)
		return front.Listener.Addr().String(), hold
	}
	return v
}
