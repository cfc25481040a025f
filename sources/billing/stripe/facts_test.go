package stripe

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
)

var testFetch = &fetch{source: &source{links: "https://dashboard.stripe.com/"}, now: now}

func euro(minor int64) *billing.Money { return &billing.Money{Minor: minor, Currency: "EUR"} }

// settled gives a record as it leaves the adapter.
func settled(t *testing.T, r *billing.Record) *billing.Record {
	t.Helper()
	if _, err := r.Settle("stripe", "cus_1"); err != nil {
		t.Fatal(err)
	}
	return r
}

// The samples are after the examples in Stripe's reference, shortened, their values made up.
func TestSubscription(t *testing.T) {
	const sample = `{
		"id": "sub_1MowQVLkdIwHu7ix", "object": "subscription", "livemode": true, "currency": "eur", "status": "past_due",
		"cancel_at_period_end": true, "canceled_at": 1768000000, "ended_at": null, "created": 1679609767, "start_date": 1679609767,
		"trial_end": 1680000000, "description": null, "discounts": [], "pause_collection": null,
		"items": {"object": "list", "has_more": false, "data": [
			{"id": "si_NcLYdDxLHxlFo7", "quantity": 3, "discounts": [], "current_period_end": 1772000000, "price": {
				"id": "price_1", "currency": "eur", "billing_scheme": "per_unit", "product": "prod_a", "nickname": "fibre, monthly",
				"recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}, "unit_amount": 1000, "unit_amount_decimal": "1000"}}
		]}
	}`
	name := "Meridian Fibre 250"
	c := &catalogue{names: map[string]*string{"prod_a": &name}}
	three := 3
	want := &billing.Subscription{
		Ref:  sources.Ref{System: "stripe", Owner: "cus_1", RecordID: "sub_1MowQVLkdIwHu7ix", URL: "https://dashboard.stripe.com/subscriptions/sub_1MowQVLkdIwHu7ix"},
		Name: "Meridian Fibre 250", Status: billing.PastDue, Quantity: &three, Price: euro(1000), Interval: "P1M", MRR: euro(3000),
		StartedAt: time.Unix(1679609767, 0).UTC(), TrialEndsAt: time.Unix(1680000000, 0).UTC(),
		CurrentPeriodEndsAt: time.Unix(1772000000, 0).UTC(), CanceledAt: time.Unix(1768000000, 0).UTC(),
	}
	read := func(text string) *stripe.Subscription {
		var s stripe.Subscription
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		return &s
	}
	give := func(s *stripe.Subscription, c *catalogue) *billing.Subscription {
		return settled(t, &billing.Record{Subscriptions: []*billing.Subscription{testFetch.subscription(s, nil, c)}}).Subscriptions[0]
	}
	if diff := cmp.Diff(want, give(read(sample), c)); diff != "" {
		t.Error(diff)
	}

	// All eight statuses, and one that Stripe may add.
	for _, word := range []string{"incomplete", "incomplete_expired", "trialing", "active", "past_due", "canceled", "unpaid", "paused"} {
		s := read(sample)
		s.Status = stripe.SubscriptionStatus(word)
		if got := give(s, c); got.RawStatus != "" || got.Status == billing.OtherSubscriptionStatus {
			t.Errorf("%s is %s, %q", word, got.Status, got.RawStatus)
		}
	}
	s := read(sample)
	s.Status = "hibernating"
	if got := give(s, c); got.Status != billing.OtherSubscriptionStatus || got.RawStatus != "hibernating" {
		t.Errorf("a new status is %s, %q", got.Status, got.RawStatus)
	}

	// Several items: no price is the price, and the earliest period's end matters.
	s = read(sample)
	more := *s.Items.Data[0]
	more.CurrentPeriodEnd = 1771000000
	s.Items.Data = append(s.Items.Data, &more)
	if got := give(s, &catalogue{}); got.Price != nil || got.Quantity != nil || got.Interval != "P1M" || got.MRR.Minor != 6000 ||
		got.Name != "fibre, monthly, fibre, monthly" || !got.CurrentPeriodEndsAt.Equal(time.Unix(1771000000, 0)) {
		t.Errorf("%+v", got)
	}
	year := *more.Price
	year.Recurring = &stripe.PriceRecurring{Interval: "year", IntervalCount: 1}
	more.Price = &year
	if got := give(s, c); got.Interval != "" || got.MRR == nil {
		t.Errorf("%+v", got)
	}

	// Ended: there is no current period. A description goes before the products' names.
	s = read(sample)
	s.Status, s.EndedAt, s.Description = "canceled", 1769000000, "What was agreed"
	if got := give(s, c); !got.CurrentPeriodEndsAt.IsZero() || got.EndedAt.IsZero() || got.Name != "What was agreed" || got.Price == nil {
		t.Errorf("%+v", got)
	}
}

func TestInvoice(t *testing.T) {
	const sample = `{
		"id": "in_1MtHbELkdIwHu7ix", "object": "invoice", "livemode": false, "currency": "eur", "number": "A1B2-0007", "description": null,
		"status": "open", "created": 1769000000, "due_date": null, "total": 11900, "amount_due": 11900, "amount_paid": 1900, "amount_remaining": 10000,
		"hosted_invoice_url": "https://invoice.stripe.com/i/acct_1/live_secret", "status_transitions": {"finalized_at": 1769003600, "paid_at": null}
	}`
	past, future := now.AddDate(0, 0, -1).Unix(), now.AddDate(0, 0, 1).Unix()
	for name, test := range map[string]struct {
		change func(*stripe.Invoice)
		status billing.InvoiceStatus
		due    int64
	}{
		"charged automatically": {func(*stripe.Invoice) {}, billing.Due, 10000},
		"not due yet":           {func(i *stripe.Invoice) { i.DueDate = future }, billing.Due, 10000},
		"past its due date":     {func(i *stripe.Invoice) { i.DueDate = past }, billing.Overdue, 10000},
		"paid":                  {func(i *stripe.Invoice) { i.Status, i.DueDate, i.AmountRemaining = "paid", past, 0 }, billing.Paid, 0},
		"void":                  {func(i *stripe.Invoice) { i.Status = "void" }, billing.Void, 0},
		"uncollectible":         {func(i *stripe.Invoice) { i.Status = "uncollectible" }, billing.Uncollectible, 10000},
		"draft":                 {func(i *stripe.Invoice) { i.Status = "draft" }, billing.Draft, 10000},
		"a new status":          {func(i *stripe.Invoice) { i.Status = "frozen" }, billing.OtherInvoiceStatus, 10000},
	} {
		var i stripe.Invoice
		if err := json.Unmarshal([]byte(sample), &i); err != nil {
			t.Fatal(err)
		}
		test.change(&i)
		got := settled(t, &billing.Record{Invoices: []*billing.Invoice{testFetch.invoice(&i)}}).Invoices[0]
		want := &billing.Invoice{
			Ref:    sources.Ref{System: "stripe", Owner: "cus_1", RecordID: i.ID, URL: "https://dashboard.stripe.com/test/invoices/in_1MtHbELkdIwHu7ix"},
			Number: "A1B2-0007", Status: test.status, Total: euro(11900), AmountDue: euro(test.due),
			IssuedAt: time.Unix(1769003600, 0).UTC(), DueAt: at(i.DueDate),
		}
		if test.status == billing.OtherInvoiceStatus {
			want.RawStatus = "frozen"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCharge(t *testing.T) {
	const sample = `{
		"id": "ch_3MmlLrLkdIwHu7ix", "object": "charge", "livemode": false, "currency": "eur", "description": "Fibre", "status": "succeeded",
		"created": 1769000000, "amount": 1099, "amount_captured": 1099, "amount_refunded": 0, "captured": true, "refunded": false, "disputed": false,
		"payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}}
	}`
	for name, test := range map[string]struct {
		change   func(*stripe.Charge)
		status   billing.ChargeStatus
		raw      string
		amount   int64
		refunded int64
		received bool
	}{
		"succeeded":             {func(*stripe.Charge) {}, billing.Succeeded, "", 1099, 0, true},
		"pending":               {func(c *stripe.Charge) { c.Status, c.Captured, c.AmountCaptured = "pending", false, 0 }, billing.Pending, "", 1099, 0, false},
		"failed":                {func(c *stripe.Charge) { c.Status, c.Captured, c.AmountCaptured = "failed", false, 0 }, billing.Failed, "", 1099, 0, false},
		"some of it refunded":   {func(c *stripe.Charge) { c.AmountRefunded = 500 }, billing.Succeeded, "", 1099, 500, true},
		"all of it refunded":    {func(c *stripe.Charge) { c.AmountRefunded, c.Refunded = 1099, true }, billing.Refunded, "", 1099, 1099, true},
		"disputed":              {func(c *stripe.Charge) { c.Disputed = true }, billing.Disputed, "", 1099, 0, true},
		"disputed and refunded": {func(c *stripe.Charge) { c.Disputed, c.AmountRefunded, c.Refunded = true, 1099, true }, billing.Refunded, "", 1099, 1099, true},
		"reserved only":         {func(c *stripe.Charge) { c.Captured, c.AmountCaptured = false, 0 }, billing.Pending, "uncaptured", 1099, 0, false},
		"reserved and let go": {func(c *stripe.Charge) {
			c.Captured, c.AmountCaptured, c.AmountRefunded, c.Refunded = false, 0, 1099, true
		}, billing.OtherChargeStatus, "released", 1099, 0, false},
		"some of it captured": {func(c *stripe.Charge) { c.AmountCaptured, c.AmountRefunded = 800, 299 }, billing.Succeeded, "", 800, 0, true},
		"some of that refunded": {func(c *stripe.Charge) { c.AmountCaptured, c.AmountRefunded = 800, 399 },
			billing.Succeeded, "", 800, 100, true},
		"a new status": {func(c *stripe.Charge) { c.Status = "requires_action" }, billing.OtherChargeStatus, "requires_action", 1099, 0, false},
	} {
		var c stripe.Charge
		if err := json.Unmarshal([]byte(sample), &c); err != nil {
			t.Fatal(err)
		}
		test.change(&c)
		got := settled(t, &billing.Record{Charges: []*billing.Charge{testFetch.charge(&c)}}).Charges[0]
		want := &billing.Charge{
			Ref:         sources.Ref{System: "stripe", Owner: "cus_1", RecordID: c.ID, URL: "https://dashboard.stripe.com/test/payments/ch_3MmlLrLkdIwHu7ix"},
			Description: "Fibre", Status: test.status, RawStatus: test.raw, Amount: euro(test.amount),
			PaymentMethod: "card ending in 4242", ChargedAt: time.Unix(1769000000, 0).UTC(),
		}
		if test.refunded > 0 {
			want.Refunded = euro(test.refunded)
		}
		if diff := cmp.Diff(want, got); diff != "" || got.Received() != test.received {
			t.Errorf("%s: received %t; %s", name, got.Received(), diff)
		}
	}
}

// Whatever Stripe writes, nothing of it ends the program.
func FuzzRecord(f *testing.F) {
	f.Add(subscriptionOf(`, "discounts": `+discounts("p25"), item("1000", "eur", "month")), `{"discount": {"source": {"coupon": {"id": "p10", "percent_off": 10, "duration": "forever"}}}}`, `{"status": "open"}`)
	f.Add(subscriptionOf("", "null"), `{"invoice_settings": {"default_payment_method": {"type": "card", "card": null}}}`, `{"status": "succeeded", "payment_method_details": {"type": "card"}}`)
	f.Fuzz(func(t *testing.T, subscription, customer, fact string) {
		p := &piece{customer: &stripe.Customer{}}
		var s stripe.Subscription
		var i stripe.Invoice
		var c stripe.Charge
		if json.Unmarshal([]byte(subscription), &s) != nil || json.Unmarshal([]byte(customer), p.customer) != nil ||
			json.Unmarshal([]byte(fact), &i) != nil || json.Unmarshal([]byte(fact), &c) != nil {
			return
		}
		p.subscriptions, p.invoices, p.open, p.openKnown, p.charges = []*stripe.Subscription{&s}, []*stripe.Invoice{&i}, []*stripe.Invoice{&i}, true, []*stripe.Charge{&c}
		needs(p, now)
		_ = testFetch.record(p, &catalogue{})
	})
}
