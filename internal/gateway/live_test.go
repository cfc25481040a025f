package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"customer360/demo"
	"customer360/internal/gateway"
	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
)

// The proxy's bandwidth toxic writes a trace of what it does to the terminal.
func init() { zerolog.SetGlobalLevel(zerolog.Disabled) }

// A stage is a gateway over the demo company, one or more of whose systems are live,
// behind proxies. The others are Fakes.
type stage struct {
	*gateway.Gateway
	log     *lockedBuffer
	proxies map[string]*toxiproxy.Proxy
	// hold lets a vendor hold the records of another company.
	hold map[string]func(*demo.Company)
	// keys are the records that may not be named in the log.
	keys []string
}

// mount makes a stage over some customers that have a record in every source. Each
// vendor's system has the name of the vendor. Where a source has several vendors, the
// customers are linked to one of them in turn.
func mount(t testing.TB, company *demo.Company, customers int, guards guard.Settings, deadline time.Duration, all ...vendor) *stage {
	t.Helper()
	config := gateway.Config{RequestTimeout: deadline, Guards: guards}
	return mountWith(t, company, customers, config, all...)
}

// mountGuarded makes a stage where the guards are for the vendors' systems only, and nothing
// else comes late.
func mountGuarded(t testing.TB, company *demo.Company, customers int, guards guard.Settings, all ...vendor) *stage {
	t.Helper()
	config := gateway.Config{RequestTimeout: time.Minute, Guards: patient(), SystemGuards: map[string]guard.Settings{}}
	for _, v := range all {
		config.SystemGuards[v.system()] = guards
	}
	return mountWith(t, company, customers, config, all...)
}

func mountWith(t testing.TB, company *demo.Company, customers int, config gateway.Config, all ...vendor) *stage {
	t.Helper()
	s := &stage{log: &lockedBuffer{}, proxies: map[string]*toxiproxy.Proxy{}, hold: map[string]func(*demo.Company){}}
	systems := resolvers.Systems{SpineKind: "fake"}
	linked := map[profiles.SourceName][]vendor{}
	for _, v := range all {
		address, hold := v.serve(t, company)
		s.hold[v.name], s.proxies[v.name] = hold, proxyTo(t, v.name, "127.0.0.1:0", address)
		if err := v.open(&systems, v.system(), s.proxies[v.name].Listen); err != nil {
			t.Fatal(err)
		}
		linked[v.source] = append(linked[v.source], v)
	}
	fake := []vendor{{name: "fake"}}
	if systems.Billing == nil {
		linked[profiles.Billing], systems.Billing = fake, fakeOf("billing/fake", company.Billing, func(r *billing.Record) string { return r.RecordID })
	}
	if systems.Support == nil {
		linked[profiles.Support], systems.Support = fake, fakeOf("support/fake", company.Support, func(r *support.Record) string { return r.RecordID })
	}
	if systems.Social == nil {
		linked[profiles.Social], systems.Social = fake, fakeOf("social/fake", company.Social, func(r *social.Record) string { return r.RecordID })
	}
	spine := &sourcetest.FakeSpine{}
	for _, c := range company.Customers {
		n, links := len(spine.Customers), everywhere(c)
		if links == nil || n == customers {
			continue
		}
		p := &profiles.Customer{ID: c.ID, Kind: c.Kind, Name: c.Name, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, SyncedAt: company.Now}
		for source, l := range links {
			v := linked[source][n%len(linked[source])]
			if v.key != nil {
				l.RecordID = v.key(l.RecordID)
			}
			p.Links = append(p.Links, profiles.Link{Source: source, System: v.name, RecordID: l.RecordID, Method: l.Method})
			s.keys = append(s.keys, l.RecordID)
		}
		spine.Customers = append(spine.Customers, p)
	}
	if len(spine.Customers) < customers {
		t.Fatalf("%d customers have a record in every source; want %d", len(spine.Customers), customers)
	}
	systems.Spine = spine
	config.PageCap = 1000
	config.Log = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	g, err := gateway.New(config, systems)
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway = g
	t.Cleanup(func() { g.Close() })
	return s
}

// everywhere gives one link of a customer to each source; nil: there is none to some source.
func everywhere(c *profiles.Customer) map[profiles.SourceName]profiles.Link {
	links := map[profiles.SourceName]profiles.Link{}
	for _, source := range []profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social} {
		for _, l := range c.ActiveLinks(source) {
			links[source] = l
		}
	}
	if len(links) < 3 {
		return nil
	}
	return links
}

func fakeOf[R any](name string, records []*R, key func(*R) string) []resolvers.System[*R] {
	f := &sourcetest.Fake[*R]{SourceName: name, Records: map[string]sources.Answer[*R]{}}
	for _, r := range records {
		f.Records[key(r)] = sources.Answer[*R]{Value: r, AsOf: time.Now()}
	}
	return []resolvers.System[*R]{{Source: f, Kind: "fake"}}
}

// proxyTo starts a proxy. It ends with the test.
func proxyTo(t testing.TB, name, listen, upstream string) *toxiproxy.Proxy {
	t.Helper()
	p := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), name, listen, upstream)
	if err := p.Start(); err != nil {
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

func (s *stage) ask(query string) answered { return sent(s, query) }

// sent sends a query to a gateway.
func sent(g http.Handler, query string) answered {
	body, _ := json.Marshal(map[string]any{"query": query})
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	start := time.Now()
	g.ServeHTTP(w, r)
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

func (l *lockedBuffer) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

var _ io.Writer = (*lockedBuffer)(nil)
