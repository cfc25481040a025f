package live_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/demo/live"
	"customer360/sources/billing"
	"customer360/sources/billing/stripe"
	"customer360/sources/httpapi"
)

// The whole company, over Stripe's wire and back, is what it was; want says where Stripe
// cannot tell it.
func TestStripeTellsTheCompany(t *testing.T) {
	now := time.Now()
	company := live.Company(now)
	server := httptest.NewServer(live.Stripe(company.Billing, now))
	t.Cleanup(server.Close)
	source, err := stripe.New(stripe.Config{
		Name: "billing/documents", APIKey: live.StripeKey, URL: server.URL, Limits: httpapi.Limits{RequestsPerSecond: 1e6},
	})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, r := range company.Billing {
		keys = append(keys, r.RecordID)
	}
	answers, err := source.Fetch(context.Background(), append(keys, "cus_nobody"), billing.AllParts)
	if err != nil || len(answers) != len(keys)+1 || !answers["cus_nobody"].Missing {
		t.Fatalf("%d answers of %d, %v", len(answers), len(keys)+1, err)
	}
	for _, r := range company.Billing {
		got := answers[r.RecordID]
		if got.Missing || got.Truncated {
			t.Fatalf("%s: missing %t, truncated %t", r.RecordID, got.Missing, got.Truncated)
		}
		if diff := cmp.Diff(wantFromStripe(t, r, now), bare(got.Value)); diff != "" {
			t.Errorf("%s: %s", r.RecordID, diff)
		}
	}
}

// wantFromStripe is a record as Stripe can tell it.
func wantFromStripe(t *testing.T, r *billing.Record, now time.Time) *billing.Record {
	// The fact's owner is the customer, by the key that it has at Stripe.
	if _, err := r.Settle("documents", r.RecordID); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Subscriptions {
		if s.Quantity == nil {
			// At Stripe there is always one.
			s.Quantity = new(1)
		}
	}
	for _, i := range r.Invoices {
		if i.Status == billing.Due && i.DueAt.Before(now) {
			// At Stripe that follows from the date.
			i.Status = billing.Overdue
		}
	}
	for _, c := range r.Charges {
		if c.Status == billing.Refunded && *c.Refunded != *c.Amount {
			// At Stripe only what was given back whole is refunded.
			c.Status = billing.Succeeded
		}
	}
	return bare(r)
}

// bare leaves out what only one of both can have: addresses, since the demo's
// are its own, and how a subscription's revenue is known.
func bare(r *billing.Record) *billing.Record {
	r.URL = ""
	for _, s := range r.Subscriptions {
		s.URL, s.MRR = "", s.MonthlyRevenue()
	}
	for _, i := range r.Invoices {
		i.URL = ""
	}
	return r
}
