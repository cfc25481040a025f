package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/resolvers"
	"customer360/sources/billing"
	billingrest "customer360/sources/billing/rest"
	"customer360/sources/billing/stripe"
	"customer360/sources/httpapi"
	"customer360/sources/profiles"
	"customer360/sources/rest"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
	socialrest "customer360/sources/social/rest"
	"customer360/sources/support"
	supportrest "customer360/sources/support/rest"
	"customer360/sources/support/zendesk"
)

// A vendor is a real server of a live system, and how the real adapter asks it.
type vendor struct {
	name   string
	source profiles.SourceName
	// secrets are what must not show anywhere.
	secrets []string
	// serve starts the vendor's server over the company's records, until the test ends. It
	// gives its address, host:port, and what lets it hold those of another company.
	serve func(t testing.TB, c *demo.Company) (address string, hold func(*demo.Company))
	// open adds the adapter to systems. Calls go to address.
	open func(s *resolvers.Systems, name, address string) error
	// key gives the vendor's own key of a record; nil: it is the record's.
	key func(recordID string) string
}

// system is the name of the vendor's source.
func (v vendor) system() string { return strings.ToLower(string(v.source)) + "/" + v.name }

// overHTTP serves what a handler makes of the company's records.
func overHTTP(handler func(*demo.Company) http.Handler) func(testing.TB, *demo.Company) (string, func(*demo.Company)) {
	return func(t testing.TB, c *demo.Company) (string, func(*demo.Company)) {
		var now atomic.Value
		hold := func(c *demo.Company) { now.Store(handler(c)) }
		hold(c)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			now.Load().(http.Handler).ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return server.Listener.Addr().String(), hold
	}
}

// unbounded: the vendors are our own, and time is what is tested.
var unbounded = httpapi.Limits{RequestsPerSecond: 100_000}

func vendors() []vendor {
	return []vendor{
		{"stripe", profiles.Billing, []string{live.StripeKey},
			overHTTP(func(c *demo.Company) http.Handler { return live.Stripe(c.Billing, c.Now) }),
			func(s *resolvers.Systems, name, address string) error {
				made, err := stripe.New(stripe.Config{Name: name, URL: "http://" + address, APIKey: live.StripeKey, Limits: unbounded})
				s.Billing = append(s.Billing, resolvers.System[*billing.Record]{Source: made, Kind: "stripe"})
				return err
			}, nil},
		{"zendesk", profiles.Support, []string{live.ZendeskToken + "-token", live.ZendeskEmail},
			overHTTP(func(c *demo.Company) http.Handler { return live.Zendesk(c.Support, c.Now) }),
			func(s *resolvers.Systems, name, address string) error {
				made, err := zendesk.New(zendesk.Config{Name: name, URL: "http://" + address, Email: live.ZendeskEmail, APIToken: live.ZendeskToken, Limits: unbounded})
				s.Support = append(s.Support, resolvers.System[*support.Record]{Source: made, Kind: "zendesk"})
				return err
			}, nil},
		{"mastodon", profiles.Social, []string{live.MastodonToken},
			overHTTP(func(c *demo.Company) http.Handler { return live.Mastodon(c.Social, c.Now) }),
			func(s *resolvers.Systems, name, address string) error {
				made, err := mastodon.New(mastodon.Config{Name: name, URL: "http://" + address, Domain: live.MastodonDomain, AccessToken: live.MastodonToken, Brand: live.MastodonBrand, Limits: unbounded})
				s.Social = append(s.Social, resolvers.System[*social.Record]{Source: made, Kind: "mastodon"})
				return err
			}, nil},
		{"ledger", profiles.Billing, []string{restToken},
			overHTTP(func(c *demo.Company) http.Handler {
				return restServer(c.Billing, func(r *billing.Record) string { return r.RecordID })
			}),
			func(s *resolvers.Systems, name, address string) error {
				made, err := billingrest.New(billingrest.Config{
					Connection: restConnection(name, address),
					Record:     restRecord("name", "balance", "currency"),
					Subscriptions: restFacts(".subscriptions[]?", "recordId", "name", "status", "price", "interval", "quantity",
						"startedAt", "trialEndsAt", "endedAt", "canceledAt"),
				})
				s.Billing = append(s.Billing, resolvers.System[*billing.Record]{Source: made, Kind: "rest"})
				return err
			}, nil},
		{"desk", profiles.Support, []string{restToken},
			overHTTP(func(c *demo.Company) http.Handler {
				return restServer(c.Support, func(r *support.Record) string { return r.RecordID })
			}),
			func(s *resolvers.Systems, name, address string) error {
				made, err := supportrest.New(supportrest.Config{
					Connection: restConnection(name, address), Record: restRecord(),
					Tickets: restFacts(".tickets[]?", "recordId", "title", "status", "createdAt"),
				})
				s.Support = append(s.Support, resolvers.System[*support.Record]{Source: made, Kind: "rest"})
				return err
			}, nil},
		{"network", profiles.Social, []string{restToken},
			overHTTP(func(c *demo.Company) http.Handler {
				return restServer(c.Social, func(r *social.Record) string { return r.RecordID })
			}),
			func(s *resolvers.Systems, name, address string) error {
				made, err := socialrest.New(socialrest.Config{
					Connection: restConnection(name, address), Record: restRecord("network", "handle", "displayName", "followers"),
				})
				s.Social = append(s.Social, resolvers.System[*social.Record]{Source: made, Kind: "rest"})
				return err
			}, nil},
		postgresVendor(), blueskyVendor(),
	}
}

const restToken = "token-of-the-tests"

func restConnection(name, address string) rest.Connection {
	return rest.Connection{Name: name, URL: "http://" + address, Headers: map[string]string{"Authorization": "Bearer " + restToken}, Limits: unbounded}
}

func restRecord(fields ...string) *rest.Request {
	return &rest.Request{Path: "/records", Batch: rest.Batch{By: "comma", Parameter: "ids"}, Items: ".items[]", Key: ".id", Fields: same(fields)}
}

func restFacts(items string, fields ...string) *rest.Request {
	return &rest.Request{From: "record", Items: items, Fields: same(fields)}
}

func same(fields []string) map[string]string {
	all := map[string]string{}
	for _, f := range fields {
		all[f] = "." + f
	}
	return all
}

// restServer serves records as they are in JSON.
func restServer[R any](records []*R, key func(*R) string) http.Handler {
	byKey := map[string]map[string]any{}
	for _, r := range records {
		data, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		item := map[string]any{}
		if err := json.Unmarshal(data, &item); err != nil {
			panic(err)
		}
		item["id"] = key(r)
		byKey[key(r)] = item
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+restToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		items := []any{}
		for _, id := range strings.Split(r.URL.Query().Get("ids"), ",") {
			if item, ok := byKey[id]; ok {
				items = append(items, item)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	})
}
