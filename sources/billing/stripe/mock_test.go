package stripe_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-mock/embedded"
	mock "github.com/stripe/stripe-mock/server"

	"customer360/sources/billing"
	"customer360/sources/billing/stripe"
)

// Stripe's own mock server holds each request to Stripe's OpenAPI description, and
// answers with Stripe's own examples. Its subscription is paused and simple; some words
// are replaced, so that everything that the adapter can ask is asked.
func TestStripeMock(t *testing.T) {
	spec, err := mock.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		t.Fatal(err)
	}
	fixtures, err := mock.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		t.Fatal(err)
	}
	quiet(t)
	stub, err := mock.NewStubServer(fixtures, spec, false, false)
	if err != nil {
		t.Fatal(err)
	}
	replace := strings.NewReplacer(
		`"pause_collection":{"behavior":"mark_uncollectible","resumes_at":null}`, `"pause_collection":null`,
		`"billing_scheme":"per_unit"`, `"billing_scheme":"tiered"`,
		`"has_more":false,"object":"list","url":"/v1/subscription_items?`, `"has_more":true,"object":"list","url":"/v1/subscription_items?`,
		`"transform_quantity":{"divide_by":1592560163,"round":"down"}`, `"transform_quantity":null`,
		`"tiers":[]`, `"tiers":[{"flat_amount":null,"flat_amount_decimal":null,"unit_amount":2000,"unit_amount_decimal":"2000","up_to":null}]`,
	)
	var mu sync.Mutex
	var paths []string
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		recorder := httptest.NewRecorder()
		stub.HandleRequest(recorder, r)
		w.WriteHeader(recorder.Code)
		_, _ = io.WriteString(w, replace.Replace(recorder.Body.String()))
	}))
	t.Cleanup(h.Close)
	s := &server{url: h.URL}
	answers, err := s.source(t, func(c *stripe.Config) { c.APIKey = "sk_test_123" }).Fetch(context.Background(), []string{"cus_1"}, billing.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	for i, p := range paths {
		// The ids in the examples are not ours.
		parts := strings.Split(p, "/")
		paths[i] = strings.Join(parts[:3], "/")
	}
	if diff := cmp.Diff([]string{
		"/v1/charges", "/v1/coupons", "/v1/customers", "/v1/invoices", "/v1/prices", "/v1/products", "/v1/subscription_items", "/v1/subscriptions",
	}, paths); diff != "" {
		t.Error(diff)
	}
	r := answers["cus_1"].Value
	if r.RecordID != "cus_1" || r.Currency != "USD" || r.Balance == nil || r.PaymentMethod != "card ending in 4242" || r.CreatedAt.IsZero() {
		t.Errorf("%+v", r.Account)
	}
	if len(r.Subscriptions) != 1 || len(r.Invoices) != 1 || len(r.Charges) != 1 {
		t.Fatalf("%+v", r)
	}
	// The customer has 25.5 percent off for ever.
	if v := r.Subscriptions[0]; v.Status != billing.Active || v.Name == "" || v.Interval != "P1M" || *v.Quantity != 1 || v.Price != nil ||
		v.MRR == nil || *v.MRR != (billing.Money{Minor: 1490, Currency: "USD"}) {
		t.Errorf("%+v", v)
	}
	if v := r.Invoices[0]; v.Status != billing.Draft || v.Total.Minor != 1000 || v.Total.Currency != "USD" {
		t.Errorf("%+v", v)
	}
	// The charge in the example is one that was not captured.
	if v := r.Charges[0]; v.Status != billing.Pending || v.RawStatus != "uncaptured" || v.Amount.Minor != 100 || v.PaymentMethod != "card ending in 4242" {
		t.Errorf("%+v", v)
	}
}

// quiet keeps the mock from writing to the test's output.
func quiet(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = null
	t.Cleanup(func() {
		os.Stdout = stdout
		_ = null.Close()
	})
}
