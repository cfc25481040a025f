package stripe_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/demo/live"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/stripe"
	"customer360/sources/httpapi"
	"customer360/sources/sourcetest"
)

func TestContract(t *testing.T) {
	known := []string{"cus_first", "cus_second", "cus_third"}
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*billing.Record] {
		s := serve(t, record(known[0]), record(known[1]), record(known[2]))
		source := s.source(t)
		fail := func(kind sources.Kind, status int, text string) sourcetest.Failure {
			return sourcetest.Failure{Kind: kind, Secrets: []string{live.StripeKey, "No such"}, Arm: func() { s.answer("/", status, text) }}
		}
		refusal := `{"error": {"type": "invalid_request_error", "message": "No such thing, sk_test_demo, cus_first"}}`
		return sourcetest.Fixture[*billing.Record]{
			Source: source, Known: known, Unknown: "cus_nobody",
			Parts: []sources.Parts{billing.PartAccount, billing.PartSubscriptions, billing.PartInvoices, billing.PartCharges, billing.PartBalance},
			Holds: holds,
			Calls: func() int { return len(s.calls()) },
			Failures: []sourcetest.Failure{
				fail(sources.Unauthorized, 401, refusal),
				fail(sources.Unauthorized, 403, refusal),
				fail(sources.RateLimited, 429, refusal),
				fail(sources.Unavailable, 500, refusal),
				fail(sources.Unavailable, 502, "<html>cus_first"),
				fail(sources.Malformed, 400, refusal),
				fail(sources.Malformed, 404, refusal),
				fail(sources.Malformed, 404, "<html>cus_first"),
				fail(sources.Malformed, 200, `{"id": "cus_first", `),
				fail(sources.Malformed, 200, `{"id": "cus_another", "object": "customer"}`),
				fail(sources.Malformed, 302, ""),
				{Kind: sources.TimedOut, Arm: func() {
					s.handle("/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
				}},
				{Kind: sources.Unavailable, Arm: func() {
					s.handle("/", func(w http.ResponseWriter, _ *http.Request) {
						w.Header().Set("Content-Length", "100")
						_, _ = w.Write([]byte(`{"id": "cus_first"`))
					})
				}},
			},
			Break: func(key string) {
				s.list("/v1/invoices", key, `{"id": "in_1", "object": "invoice", "currency": "eur"}`)
			},
			Odd: func(t *testing.T) sourcetest.Oddity[*billing.Record] {
				address, change := sourcetest.Between(t, s.url)
				return sourcetest.Oddity[*billing.Record]{Source: s.source(t, func(c *stripe.Config) { c.URL = address }), Change: change}
			},
		}
	})
}

func holds(r *billing.Record) sources.Parts {
	var held sources.Parts
	if r.Name != "" {
		held |= billing.PartAccount
	}
	if r.Balance != nil {
		held |= billing.PartBalance
	}
	if len(r.Subscriptions) > 0 {
		held |= billing.PartSubscriptions
	}
	if len(r.Invoices) > 0 {
		held |= billing.PartInvoices
	}
	if len(r.Charges) > 0 {
		held |= billing.PartCharges
	}
	return held
}

// What is called is a promise: one call for each key and part, and one for the names.
func TestCallsFollowWhatIsWanted(t *testing.T) {
	s := serve(t, record("cus_1"), record("cus_2"))
	source := s.source(t)
	customer := "GET /v1/customers/KEY?expand[0]=default_source&expand[1]=discount.source.coupon&expand[2]=invoice_settings.default_payment_method"
	open := "GET /v1/invoices?customer=KEY&limit=100&status=open"
	subscriptions := "GET /v1/subscriptions?customer=KEY&expand[0]=data.discounts.source.coupon&expand[1]=data.items.data.discounts&limit=100&status=all"
	products := "GET /v1/products?ids[0]=prod_demo1&ids[1]=prod_demo2&limit=100"
	invoices := "GET /v1/invoices?customer=KEY&limit=100"
	charges := "GET /v1/charges?customer=KEY&limit=100"
	for _, test := range []struct {
		want  sources.Parts
		calls []string
	}{
		{billing.PartAccount, []string{customer}},
		{billing.PartBalance, []string{customer, open}},
		{billing.PartBalance | billing.PartSubscriptions, []string{customer, open, subscriptions, products}},
		{billing.PartBalance | billing.PartInvoices, []string{customer, invoices}},
		{billing.PartBalance | billing.PartCharges, []string{customer, open, charges}},
		{billing.PartSubscriptions, []string{customer, subscriptions, products}},
		{billing.PartInvoices, []string{customer, invoices}},
		{billing.PartCharges, []string{customer, charges}},
		{billing.AllParts, []string{customer, subscriptions, products, invoices, charges}},
	} {
		s.forget()
		answers, err := source.Fetch(context.Background(), []string{"cus_1", "cus_2"}, test.want)
		if err != nil || len(answers) != 2 {
			t.Errorf("%b: %d answers, %v", test.want, len(answers), err)
		}
		var want []string
		for _, c := range test.calls {
			want = append(want, strings.ReplaceAll(c, "KEY", "cus_1"))
			if strings.Contains(c, "KEY") {
				want = append(want, strings.ReplaceAll(c, "KEY", "cus_2"))
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, sorted(s.calls())); diff != "" {
			t.Errorf("%b: %s", test.want, diff)
		}
	}
	h := s.headers
	if h.Get("Stripe-Version") != "2026-06-24.dahlia" || h.Get("User-Agent") != "customer360" || h.Get("Stripe-Account") != "" {
		t.Errorf("headers %v", h)
	}
	for _, name := range []string{"X-Stripe-Client-User-Agent", "X-Stripe-Client-Telemetry"} {
		if h.Get(name) != "" {
			t.Errorf("%s: %s", name, h.Get(name))
		}
	}
}

// sorted gives requests with the parameters in the order of the alphabet.
func sorted(calls []string) []string {
	for i, c := range calls {
		path, query, _ := strings.Cut(c, "?")
		params := strings.Split(query, "&")
		slices.Sort(params)
		calls[i] = path + "?" + strings.Join(params, "&")
	}
	slices.Sort(calls)
	return calls
}

func TestConnectedAccount(t *testing.T) {
	s := serve(t, record("cus_1"))
	source := s.source(t, func(c *stripe.Config) { c.Account = "acct_1" })
	answers, err := source.Fetch(context.Background(), []string{"cus_1"}, billing.PartBalance)
	if err != nil || s.headers.Get("Stripe-Account") != "acct_1" {
		t.Errorf("%v, headers %v", err, s.headers)
	}
	if got := answers["cus_1"].Value.URL; got != "https://dashboard.stripe.com/acct_1/test/customers/cus_1" {
		t.Errorf("the link is %s", got)
	}
}

// The key by which the doctor asks where no sample is configured is nobody's, and is sent:
// else a system that refuses us would be told as well.
func TestDoctorsKeyIsSent(t *testing.T) {
	s := serve(t, record("cus_1"))
	source := s.source(t)
	answers, err := source.Fetch(context.Background(), []string{"customer360-doctor"}, billing.AllParts)
	if err != nil || !answers["customer360-doctor"].Missing || len(s.calls()) == 0 {
		t.Errorf("%v, %v, calls %q", answers, err, s.calls())
	}
	s.answer("/", 401, ``)
	var e *sources.Error
	if answers, err := source.Fetch(context.Background(), []string{"customer360-doctor"}, billing.AllParts); len(answers) != 0 || !errors.As(err, &e) || e.Kind != sources.Unauthorized {
		t.Errorf("%v, %v", answers, err)
	}
}

// A key that is not of the form of an id is no customer's, and is not sent.
func TestKeysDoNotChangeThePath(t *testing.T) {
	s := serve(t, record("cus_1"))
	keys := []string{"", ".", "..", "../charges", "cus_1/subscriptions", "cus_1?expand[]=x", "cus 1", "cus_1\n", "cus_1%2F..", strings.Repeat("c", 256)}
	answers, err := s.source(t).Fetch(context.Background(), keys, billing.AllParts)
	if err != nil || len(answers) != len(keys) || len(s.calls()) != 0 {
		t.Errorf("%d answers of %d, %v, calls %q", len(answers), len(keys), err, s.calls())
	}
	for key, a := range answers {
		if !a.Missing {
			t.Errorf("%q is not missing", key)
		}
	}
}

func TestNewListsEveryFault(t *testing.T) {
	_, err := stripe.New(stripe.Config{
		APIKey: "pk_live_1", Account: "cus_1", URL: "http://api.stripe.com/v1", DashboardURL: "dashboard", Limits: httpapi.Limits{Concurrency: -1},
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{"name", "apiKey", "account", "url", "dashboardUrl", "concurrency"} {
		if !strings.Contains(err.Error(), key+": ") {
			t.Errorf("%s is not named: %v", key, err)
		}
	}
	if strings.Contains(err.Error(), "pk_live_1") {
		t.Errorf("the key is told: %v", err)
	}
	for _, key := range []string{"", "sk_live_a b", "sk_live_ä"} {
		if _, err := stripe.New(stripe.Config{Name: "billing/stripe", APIKey: key}); err == nil {
			t.Errorf("the key %q is taken", key)
		}
	}
	if _, err := stripe.New(stripe.Config{Name: "billing/stripe", APIKey: "rk_live_1"}); err != nil {
		t.Error(err)
	}
}

func TestSchemaDescribesEverySetting(t *testing.T) {
	var schema struct {
		Type       string
		Properties map[string]struct{ Description string }
		Required   []string
	}
	if err := json.Unmarshal(stripe.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"apiKey", "account", "url", "dashboardUrl", "requestsPerSecond", "concurrency"} {
		if schema.Properties[key].Description == "" {
			t.Errorf("%s is not described", key)
		}
	}
	if schema.Type != "object" || len(schema.Properties) != 6 || !slices.Equal(schema.Required, []string{"apiKey"}) {
		t.Errorf("%+v", schema)
	}
}

// One endpoint asks to slow down: what does not need it is answered, and Stripe is left
// alone there for as long as it asked.
func TestOneEndpointIsLimited(t *testing.T) {
	s := serve(t, record("cus_1"), record("cus_2"))
	s.answer("/v1/invoices", 429, `{"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "cus_1"}}`, "Retry-After", "7")
	source := s.source(t)
	keys := []string{"cus_1", "cus_2", "cus_nobody"}

	answers, err := source.Fetch(context.Background(), keys, billing.AllParts)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.RateLimited || e.RetryAfter < 6*time.Second || e.RetryAfter > 7*time.Second {
		t.Errorf("%v", err)
	}
	if len(answers) != 1 || !answers["cus_nobody"].Missing {
		t.Errorf("without invoices: %v", answers)
	}

	// A balance that is not brought is not told as one that nobody knows: it needs the open ones.
	s.forget()
	answers, err = source.Fetch(context.Background(), keys, billing.PartBalance|billing.PartSubscriptions|billing.PartCharges)
	if !errors.As(err, &e) || e.Kind != sources.RateLimited {
		t.Errorf("%v", err)
	}
	if len(answers) != 1 || !answers["cus_nobody"].Missing {
		t.Errorf("without open invoices: %v", answers)
	}
	for _, c := range s.calls() {
		if strings.Contains(c, "/v1/invoices") {
			t.Errorf("%s was sent while Stripe wants to be left alone", c)
		}
	}

	// What needs no invoices at all has no error.
	if answers, err := source.Fetch(context.Background(), keys, billing.PartSubscriptions); err != nil || len(answers) != 3 {
		t.Errorf("%d answers, %v", len(answers), err)
	}
}

// A restricted key without one permission: what needs it is refused, the rest answers.
func TestOnePermissionIsMissing(t *testing.T) {
	s := serve(t, record("cus_1"))
	source := s.source(t)
	refuse := func(path string) {
		s.answer(path, 403, `{"error": {"type": "invalid_request_error", "message": "rk_test_1"}}`)
	}
	refuse("/v1/charges")
	refuse("/v1/products")
	var e *sources.Error
	answers, err := source.Fetch(context.Background(), []string{"cus_1"}, billing.PartCharges)
	if !errors.As(err, &e) || e.Kind != sources.Unauthorized || len(answers) != 0 || !strings.Contains(err.Error(), "charges: ") {
		t.Errorf("%v, %v", answers, err)
	}
	answers, err = source.Fetch(context.Background(), []string{"cus_1"}, billing.PartSubscriptions)
	if !errors.As(err, &e) || e.Kind != sources.Unauthorized || len(answers) != 1 || !strings.Contains(err.Error(), "products: ") {
		t.Fatalf("%v, %v", answers, err)
	}
	if got := answers["cus_1"].Value.Subscriptions[0]; got.Name != "" || got.MRR.Minor != 1000 {
		t.Errorf("%+v", got)
	}
}
