package stripe_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"customer360/demo/live"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/stripe"
	"customer360/sources/httpapi"
)

// A server speaks Stripe's wire format, and can be made to answer something else.
type server struct {
	url     string
	handler http.Handler

	mu       sync.Mutex
	requests []string
	headers  http.Header
	instead  map[string]http.HandlerFunc
}

// serve serves records until the test ends.
func serve(t *testing.T, records ...*billing.Record) *server {
	s := &server{instead: map[string]http.HandlerFunc{}}
	s.handler = live.Stripe(records, time.Now())
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
		s.headers = r.Header
		var instead http.HandlerFunc
		for prefix, f := range s.instead {
			if strings.HasPrefix(r.URL.RequestURI(), prefix) {
				instead = f
			}
		}
		s.mu.Unlock()
		if instead != nil {
			instead(w, r)
			return
		}
		s.handler.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	s.url = h.URL
	return s
}

// answer makes the server answer requests that begin with a prefix with this text.
func (s *server) answer(prefix string, status int, text string, header ...string) {
	s.handle(prefix, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
}

func (s *server) handle(prefix string, f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead[prefix] = f
}

// list makes the server answer a list of one customer with these objects.
func (s *server) list(path, customer string, objects ...string) {
	s.handle(path, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("customer") != customer {
			s.handler.ServeHTTP(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"object": "list", "url": "/", "has_more": false, "data": [`+strings.Join(objects, ",")+`]}`)
	})
}

// calls gives the requests so far, in the order of the alphabet.
func (s *server) calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.requests))
}

func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// source makes the adapter of a server. Its rate is not what tests wait for.
func (s *server) source(t *testing.T, change ...func(*stripe.Config)) billing.Source {
	t.Helper()
	c := stripe.Config{
		Name: "billing/stripe", APIKey: live.StripeKey, URL: s.url, DashboardURL: "https://dashboard.stripe.com",
		Limits: httpapi.Limits{RequestsPerSecond: 1e6},
	}
	for _, f := range change {
		f(&c)
	}
	source, err := stripe.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.(io.Closer).Close() })
	return source
}

// record has something in every part: two subscriptions, an open and a paid invoice, and
// two charges.
func record(key string) *billing.Record {
	at := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	eur := func(minor int64) *billing.Money { return &billing.Money{Minor: minor, Currency: "EUR"} }
	ref := func(what string) sources.Ref { return sources.Ref{RecordID: what + "_" + key} }
	return &billing.Record{
		Account: billing.Account{
			Ref: sources.Ref{RecordID: key}, Name: "Somebody", Currency: "EUR", Balance: eur(1250),
			PaymentMethod: "card ending in 4242", CreatedAt: at,
		},
		Subscriptions: []*billing.Subscription{
			{Ref: ref("sub_1"), Name: "Fibre", Status: billing.Active, Price: eur(1000), Interval: "P1M", StartedAt: at},
			{Ref: ref("sub_2"), Name: "Mobile", Status: billing.Canceled, Price: eur(12000), Interval: "P1Y", StartedAt: at.AddDate(-1, 0, 0)},
		},
		Invoices: []*billing.Invoice{
			{Ref: ref("in_1"), Number: "A-1", Status: billing.Overdue, Total: eur(1000), AmountDue: eur(1000), IssuedAt: at, DueAt: at.AddDate(0, 0, 14)},
			{Ref: ref("in_2"), Number: "A-2", Status: billing.Paid, Total: eur(900), AmountDue: eur(0), IssuedAt: at.AddDate(0, -1, 0), PaidAt: at},
		},
		Charges: []*billing.Charge{
			{Ref: ref("ch_1"), Status: billing.Failed, Amount: eur(1000), ChargedAt: at},
			{Ref: ref("ch_2"), Status: billing.Succeeded, Amount: eur(900), ChargedAt: at.AddDate(0, -1, 0)},
		},
	}
}

// many gives a record with that many invoices, a day apart, the oldest of them open.
func many(key string, n int) *billing.Record {
	r := record(key)
	r.Invoices = nil
	for i := range n {
		r.Invoices = append(r.Invoices, &billing.Invoice{
			Ref: sources.Ref{RecordID: fmt.Sprintf("in_%s_%04d", key, i)}, Status: billing.Paid,
			Total:     &billing.Money{Minor: 100, Currency: "EUR"},
			AmountDue: &billing.Money{Currency: "EUR"},
			IssuedAt:  time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -i),
		})
	}
	oldest := r.Invoices[n-1]
	oldest.Status, oldest.AmountDue = billing.Due, &billing.Money{Minor: 100, Currency: "EUR"}
	r.Balance = oldest.AmountDue
	return r
}
