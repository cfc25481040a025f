package gateway_test

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"customer360/demo"
	"customer360/internal/gateway"
	"customer360/internal/store/storetest"
	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/billing"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	profiledocs "customer360/sources/profiles/documents"
	"customer360/sources/social"
	socialdocs "customer360/sources/social/documents"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
	supportdocs "customer360/sources/support/documents"
)

// The page that the README shows: 50 customers over billing and support.
const page = `{"query":"{ customers(first: 50) { edges { node { displayName billing { mrr { amount } } support { openTickets } sources { source state } } } } }"}`

// patient are the default guards with much time: the race detector makes the embedded
// store many times slower, and time is not what is tested here.
func patient() guard.Settings {
	s := guard.Defaults()
	s.Timeout = time.Minute
	return s
}

var config = gateway.Config{RequestTimeout: time.Minute, ProfileTimeout: time.Minute, Guards: patient(), Log: slog.New(slog.DiscardHandler)}

// fakes is the demo company over Fakes, which cost next to nothing.
func fakes(tb testing.TB) http.Handler {
	c := demo.New(time.Now())
	slices.SortFunc(c.Customers, func(a, b *profiles.Customer) int { return cmp.Compare(a.ID, b.ID) })
	g, err := gateway.New(config, resolvers.Systems{
		Spine: &sourcetest.FakeSpine{Customers: c.Customers}, SpineKind: "fake",
		Billing: fake("billing/documents", c.Billing, func(r *billing.Record) string { return r.RecordID }),
		Support: fake("support/documents", c.Support, func(r *support.Record) string { return r.RecordID }),
		Social:  fake("social/documents", c.Social, func(r *social.Record) string { return r.RecordID }),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func fake[R any](name string, records []R, key func(R) string) []resolvers.System[R] {
	f := &sourcetest.Fake[R]{SourceName: name, Records: map[string]sources.Answer[R]{}}
	for _, r := range records {
		f.Records[key(r)] = sources.Answer[R]{Value: r, AsOf: time.Now()}
	}
	return []resolvers.System[R]{{Source: f, Kind: "fake"}}
}

// embedded is the demo company on the embedded store, as the server has it.
func embedded(tb testing.TB) (http.Handler, *storetest.Log) {
	ctx := context.Background()
	s, log := storetest.Open(tb)
	spine := profiledocs.New("profile/documents", s.Store)
	if err := demo.New(time.Now()).Land(ctx, spine, s.Store); err != nil {
		tb.Fatal(err)
	}
	if err := s.Optimize(ctx); err != nil {
		tb.Fatal(err)
	}
	of := func(domain string) documents.Config {
		return documents.Config{Name: domain + "/documents", Store: s.Store, Collection: domain}
	}
	b, err1 := billingdocs.New(of("billing"))
	p, err2 := supportdocs.New(of("support"))
	n, err3 := socialdocs.New(of("social"))
	if err := cmp.Or(err1, err2, err3); err != nil {
		tb.Fatal(err)
	}
	g, err := gateway.New(config, resolvers.Systems{
		Spine: spine, SpineKind: "documents",
		Billing: []resolvers.System[*billing.Record]{{Source: b, Kind: "documents"}},
		Support: []resolvers.System[*support.Record]{{Source: p, Kind: "documents"}},
		Social:  []resolvers.System[*social.Record]{{Source: n, Kind: "documents"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return g, log
}

func ask(tb testing.TB, h http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader([]byte(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || bytes.Contains(w.Body.Bytes(), []byte(`"errors"`)) {
		tb.Fatalf("%d %.300s", w.Code, w.Body)
	}
	return w
}

// Nothing of a page is asked of the embedded store's server, which would scan.
func TestPageIsReadPastTheServer(t *testing.T) {
	h, log := embedded(t)
	log.Reads()
	ask(t, h, page)
	for _, c := range log.Reads() {
		t.Errorf("the server is asked: %s", c.Raw)
	}
}

func BenchmarkPageOverFakes(b *testing.B) {
	h := fakes(b)
	b.ReportAllocs()
	for b.Loop() {
		ask(b, h, page)
	}
}

func BenchmarkPageOverEmbeddedStore(b *testing.B) {
	h, _ := embedded(b)
	for b.Loop() {
		ask(b, h, page)
	}
}
