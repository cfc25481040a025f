package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/internal/gateway"
	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/billing"
	billingrest "customer360/sources/billing/rest"
	"customer360/sources/billing/stripe"
	"customer360/sources/guard"
	"customer360/sources/httpapi"
	"customer360/sources/profiles"
	"customer360/sources/rest"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
	socialrest "customer360/sources/social/rest"
	"customer360/sources/sourcetest"
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
	// serve gives the vendor's server over the company's records.
	serve func(c *demo.Company) http.Handler
	// open adds the adapter to systems. Requests go to address.
	open func(s *resolvers.Systems, name, address string) error
}

// unbounded: the vendors are our own, and time is what is tested.
var unbounded = httpapi.Limits{RequestsPerSecond: 100_000}

func vendors() []vendor {
	return []vendor{
		{"stripe", profiles.Billing, []string{live.StripeKey},
			func(c *demo.Company) http.Handler { return live.Stripe(c.Billing, c.Now) },
			func(s *resolvers.Systems, name, address string) error {
				made, err := stripe.New(stripe.Config{Name: name, URL: address, APIKey: live.StripeKey, Limits: unbounded})
				s.Billing = append(s.Billing, resolvers.System[*billing.Record]{Source: made, Kind: "stripe"})
				return err
			}},
		{"zendesk", profiles.Support, []string{live.ZendeskToken + "-token", live.ZendeskEmail},
			func(c *demo.Company) http.Handler { return live.Zendesk(c.Support, c.Now) },
			func(s *resolvers.Systems, name, address string) error {
				made, err := zendesk.New(zendesk.Config{Name: name, URL: address, Email: live.ZendeskEmail, APIToken: live.ZendeskToken, Limits: unbounded})
				s.Support = append(s.Support, resolvers.System[*support.Record]{Source: made, Kind: "zendesk"})
				return err
			}},
		{"mastodon", profiles.Social, []string{live.MastodonToken},
			func(c *demo.Company) http.Handler { return live.Mastodon(c.Social, c.Now) },
			func(s *resolvers.Systems, name, address string) error {
				made, err := mastodon.New(mastodon.Config{Name: name, URL: address, Domain: live.MastodonDomain, AccessToken: live.MastodonToken, Brand: live.MastodonBrand, Limits: unbounded})
				s.Social = append(s.Social, resolvers.System[*social.Record]{Source: made, Kind: "mastodon"})
				return err
			}},
		{"ledger", profiles.Billing, []string{restToken},
			func(c *demo.Company) http.Handler {
				return restServer(c.Billing, func(r *billing.Record) string { return r.RecordID })
			},
			func(s *resolvers.Systems, name, address string) error {
				made, err := billingrest.New(billingrest.Config{
					Connection: restConnection(name, address),
					Record:     restRecord("name", "balance", "currency"),
					Subscriptions: restFacts(".subscriptions[]?", "recordId", "name", "status", "price", "interval", "quantity",
						"startedAt", "trialEndsAt", "endedAt", "canceledAt"),
				})
				s.Billing = append(s.Billing, resolvers.System[*billing.Record]{Source: made, Kind: "rest"})
				return err
			}},
		{"desk", profiles.Support, []string{restToken},
			func(c *demo.Company) http.Handler {
				return restServer(c.Support, func(r *support.Record) string { return r.RecordID })
			},
			func(s *resolvers.Systems, name, address string) error {
				made, err := supportrest.New(supportrest.Config{
					Connection: restConnection(name, address), Record: restRecord(),
					Tickets: restFacts(".tickets[]?", "recordId", "title", "status", "createdAt"),
				})
				s.Support = append(s.Support, resolvers.System[*support.Record]{Source: made, Kind: "rest"})
				return err
			}},
		{"network", profiles.Social, []string{restToken},
			func(c *demo.Company) http.Handler {
				return restServer(c.Social, func(r *social.Record) string { return r.RecordID })
			},
			func(s *resolvers.Systems, name, address string) error {
				made, err := socialrest.New(socialrest.Config{
					Connection: restConnection(name, address), Record: restRecord("network", "handle", "displayName", "followers"),
				})
				s.Social = append(s.Social, resolvers.System[*social.Record]{Source: made, Kind: "rest"})
				return err
			}},
	}
}

const restToken = "token-of-the-tests"

func restConnection(name, address string) rest.Connection {
	return rest.Connection{Name: name, URL: address, Headers: map[string]string{"Authorization": "Bearer " + restToken}, Limits: unbounded}
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

// A stage is a gateway over the demo company, one or more of whose systems are live,
// behind proxies. The others are Fakes.
type stage struct {
	*gateway.Gateway
	log     *lockedBuffer
	proxies map[string]*toxiproxy.Proxy
	// keys are the records that may not be named in the log.
	keys []string
}

// mount makes a stage over some customers that have a record in every source. Each
// vendor's system has the name of the vendor; what it serves may be changed while it runs.
func mount(t testing.TB, company *demo.Company, customers int, guards guard.Settings, deadline time.Duration, all ...vendor) (*stage, map[string]*atomic.Value) {
	t.Helper()
	served := map[string]*atomic.Value{}
	s := &stage{log: &lockedBuffer{}, proxies: map[string]*toxiproxy.Proxy{}}
	systems := resolvers.Systems{SpineKind: "fake"}
	names := map[profiles.SourceName]string{}
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for _, v := range all {
		served[v.name] = &atomic.Value{}
		served[v.name].Store(v.serve(company))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			served[v.name].Load().(http.Handler).ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		address, _ := url.Parse(server.URL)
		s.proxies[v.name] = proxyTo(t, proxies, v.name, address.Host)
		names[v.source] = v.name
		if err := v.open(&systems, strings.ToLower(string(v.source))+"/"+v.name, "http://"+s.proxies[v.name].Listen); err != nil {
			t.Fatal(err)
		}
	}
	if systems.Billing == nil {
		names[profiles.Billing], systems.Billing = "fake", fakeOf("billing/fake", company.Billing, func(r *billing.Record) string { return r.RecordID })
	}
	if systems.Support == nil {
		names[profiles.Support], systems.Support = "fake", fakeOf("support/fake", company.Support, func(r *support.Record) string { return r.RecordID })
	}
	if systems.Social == nil {
		names[profiles.Social], systems.Social = "fake", fakeOf("social/fake", company.Social, func(r *social.Record) string { return r.RecordID })
	}
	spine := &sourcetest.FakeSpine{}
	for _, c := range company.Customers {
		links := map[profiles.SourceName]profiles.Link{}
		for _, source := range []profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social} {
			for _, l := range c.ActiveLinks(source) {
				links[source] = l
			}
		}
		if len(links) < 3 || len(spine.Customers) == customers {
			continue
		}
		p := &profiles.Customer{ID: c.ID, Kind: c.Kind, Name: c.Name, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, SyncedAt: company.Now}
		for source, l := range links {
			p.Links = append(p.Links, profiles.Link{Source: source, System: names[source], RecordID: l.RecordID, Method: l.Method})
			s.keys = append(s.keys, l.RecordID)
		}
		spine.Customers = append(spine.Customers, p)
	}
	if len(spine.Customers) < customers {
		t.Fatalf("%d customers have a record in every source; want %d", len(spine.Customers), customers)
	}
	systems.Spine = spine
	g, err := gateway.New(gateway.Config{
		RequestTimeout: deadline, Guards: guards, PageCap: 1000,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, systems)
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway = g
	t.Cleanup(func() { g.Close() })
	return s, served
}

func fakeOf[R any](name string, records []*R, key func(*R) string) []resolvers.System[*R] {
	f := &sourcetest.Fake[*R]{SourceName: name, Records: map[string]sources.Answer[*R]{}}
	for _, r := range records {
		f.Records[key(r)] = sources.Answer[*R]{Value: r, AsOf: time.Now()}
	}
	return []resolvers.System[*R]{{Source: f, Kind: "fake"}}
}

// proxyTo starts a proxy on a free port of the loopback address. It ends with the test.
func proxyTo(t testing.TB, server *toxiproxy.ApiServer, name, upstream string) *toxiproxy.Proxy {
	t.Helper()
	p := toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := net.SplitHostPort(p.Listen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

// poison adds a toxic to what comes from the vendor.
func poison(t testing.TB, p *toxiproxy.Proxy, kind, attributes string) {
	t.Helper()
	toxic := fmt.Sprintf(`{"name": "toxic", "type": %q, "stream": "downstream", "attributes": %s}`, kind, attributes)
	if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatal(err)
	}
}

// An answered request.
type answered struct {
	status int
	body   []byte
	took   time.Duration
}

func (s *stage) ask(query string) answered {
	body, _ := json.Marshal(map[string]any{"query": query})
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	start := time.Now()
	s.ServeHTTP(w, r)
	return answered{w.Code, w.Body.Bytes(), time.Since(start)}
}

// A lockedBuffer is a log that many write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var _ io.Writer = (*lockedBuffer)(nil)
