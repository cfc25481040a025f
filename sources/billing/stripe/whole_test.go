package stripe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/billing"
)

// A revenue that could not be looked up is not told as one that nobody knows, and why is
// not hidden by names that are refused.
func TestRevenueIsNotBrought(t *testing.T) {
	subscription := func(id, discounts, scheme string) string {
		return fmt.Sprintf(`{"id": %q, "object": "subscription", "status": "active", "currency": "eur", "start_date": 1700000000, "discounts": [%s],
			"items": {"has_more": false, "data": [{"id": "si_1", "quantity": 1, "discounts": [], "price": {"id": "p1", "currency": "eur", "billing_scheme": %q,
				"unit_amount": 1000, "product": "prod_1", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}}]}}`, id, discounts, scheme)
	}
	for name, test := range map[string]struct {
		path   string
		status int
		kind   sources.Kind
	}{
		"coupons fail":     {"/v1/coupons", 500, sources.Unavailable},
		"too many coupons": {"/v1/coupons", 429, sources.RateLimited},
		"prices fail":      {"/v1/prices", 500, sources.Unavailable},
		"too many prices":  {"/v1/prices", 429, sources.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, record("cus_1"), record("cus_2"), record("cus_3"))
			lists := map[string]string{
				"cus_1": subscription("sub_1", "", "per_unit"),
				"cus_2": subscription("sub_2", `{"id": "di_1", "source": {"coupon": {"id": "c1", "duration": "forever"}}}`, "per_unit"),
				"cus_3": subscription("sub_3", "", "tiered"),
			}
			s.handle("/v1/subscriptions", func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(w, `{"object": "list", "has_more": false, "data": [%s]}`, lists[r.URL.Query().Get("customer")])
			})
			s.answer("/v1/coupons", 200, `{"id": "c1", "percent_off": 50, "duration": "forever"}`)
			s.answer("/v1/prices", 200, `{"id": "p1", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": null, "unit_amount": 700}]}`)
			s.answer("/v1/products", 403, ``)
			s.answer(test.path, test.status, ``)
			source := s.source(t)
			answers, err := source.Fetch(context.Background(), []string{"cus_1", "cus_2", "cus_3"}, billing.PartSubscriptions)
			var e *sources.Error
			if !errors.As(err, &e) || e.Kind != test.kind {
				t.Errorf("%v; want kind %s", err, test.kind)
			}
			want := map[string]int64{"cus_1": 1000, "cus_2": 500, "cus_3": 700}
			delete(want, map[string]string{"/v1/coupons": "cus_2", "/v1/prices": "cus_3"}[test.path])
			got := map[string]int64{}
			for key, a := range answers {
				got[key] = a.Value.Subscriptions[0].MRR.Minor
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if answers, err := source.Fetch(context.Background(), []string{"cus_2", "cus_3"}, billing.PartInvoices); err != nil || len(answers) != 2 {
				t.Errorf("without subscriptions: %d answers, %v", len(answers), err)
			}
		})
	}
}

// The balance is told to be cut where more invoices are open than are listed.
func TestManyOpenInvoices(t *testing.T) {
	r := many("cus_1", 1001)
	for _, i := range r.Invoices {
		i.Status, i.AmountDue = billing.Due, i.Total
	}
	for _, want := range []sources.Parts{billing.PartBalance, billing.PartBalance | billing.PartInvoices} {
		a := fetch(t, serve(t, r), want)
		if a.Value.Balance != nil || !a.Truncated || a.Value.Cut != want {
			t.Errorf("%b: the balance is %v, cut %b, truncated %t", want, a.Value.Balance, a.Value.Cut, a.Truncated)
		}
	}
}
