package stripe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	library "github.com/stripe/stripe-go/v86"

	"customer360/internal/await"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/stripe"
)

func fetch(t *testing.T, s *server, want sources.Parts) sources.Answer[*billing.Record] {
	t.Helper()
	answers, err := s.source(t).Fetch(context.Background(), []string{"cus_1"}, want)
	if err != nil || len(answers) != 1 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	return answers["cus_1"]
}

func TestDeletedCustomerIsMissing(t *testing.T) {
	s := serve(t, record("cus_1"))
	s.answer("/v1/customers/cus_1", 200, `{"id": "cus_1", "object": "customer", "deleted": true}`)
	before := time.Now()
	if a := fetch(t, s, billing.AllParts); !a.Missing || a.Value != nil || a.AsOf.Before(before) {
		t.Errorf("%+v", a)
	}
}

// A list that knows no customer, of a customer that there is, is no empty list.
func TestListsWithoutTheCustomer(t *testing.T) {
	s := serve(t, record("cus_1"))
	s.answer("/v1/charges", 400, `{"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "customer", "message": "No such customer: 'cus_1'"}}`)
	answers, err := s.source(t).Fetch(context.Background(), []string{"cus_1"}, billing.AllParts)
	var e *sources.Error
	if len(answers) != 0 || !errors.As(err, &e) || e.Kind != sources.Malformed {
		t.Errorf("%v, %v", answers, err)
	}
}

func TestPagesAreFollowed(t *testing.T) {
	s := serve(t, many("cus_1", 120))
	a := fetch(t, s, billing.PartBalance|billing.PartInvoices)
	r := a.Value
	if a.Truncated || r.Cut != 0 || len(r.Invoices) != 120 || r.Invoices[0].RecordID != "in_cus_1_0000" || r.Invoices[119].RecordID != "in_cus_1_0119" {
		t.Errorf("%d invoices, truncated %t", len(r.Invoices), a.Truncated)
	}
	if r.Balance == nil || r.Balance.Minor != 100 {
		t.Errorf("the balance is %v", r.Balance)
	}
	if n := len(s.calls()); n != 3 {
		t.Errorf("%d calls: %q", n, s.calls())
	}
}

// Of more than a thousand the newest are given, and the balance knows of the oldest.
func TestLongListsAreCut(t *testing.T) {
	s := serve(t, many("cus_1", 1001))
	a := fetch(t, s, billing.PartBalance|billing.PartInvoices)
	r := a.Value
	if !a.Truncated || r.Cut != billing.PartInvoices || len(r.Invoices) != 1000 || r.Invoices[0].RecordID != "in_cus_1_0000" || r.Invoices[999].RecordID != "in_cus_1_0999" {
		t.Errorf("%d invoices, truncated %t, cut %b", len(r.Invoices), a.Truncated, r.Cut)
	}
	if r.Balance == nil || r.Balance.Minor != 100 {
		t.Errorf("the balance is %v", r.Balance)
	}
	// The customer, ten pages, and the open ones.
	if n := len(s.calls()); n != 12 {
		t.Errorf("%d calls", n)
	}
	if a := fetch(t, serve(t, many("cus_1", 1000)), billing.PartInvoices); a.Truncated || len(a.Value.Invoices) != 1000 {
		t.Errorf("%d invoices, truncated %t", len(a.Value.Invoices), a.Truncated)
	}
}

// A server that says that there is more and gives nothing must not be asked for ever.
func TestPagesThatDoNotEnd(t *testing.T) {
	s := serve(t, record("cus_1"))
	s.answer("/v1/charges", 200, `{"object": "list", "data": [], "has_more": true}`)
	answers, err := s.source(t).Fetch(context.Background(), []string{"cus_1"}, billing.PartCharges)
	var e *sources.Error
	if len(answers) != 0 || !errors.As(err, &e) || e.Kind != sources.Malformed {
		t.Errorf("%v, %v", answers, err)
	}
}

// What is missing in a list, or of another type, fails its own key only.
func TestOneKeyIsMalformed(t *testing.T) {
	for name, object := range map[string]string{
		"no id":        `{"object": "charge", "created": 1760000000}`,
		"no date":      `{"id": "ch_1", "object": "charge"}`,
		"another type": `{"id": "ch_1", "object": "charge", "created": "cus_1"}`,
	} {
		s := serve(t, record("cus_1"), record("cus_2"))
		s.list("/v1/charges", "cus_1", object)
		answers, err := s.source(t).Fetch(context.Background(), []string{"cus_1", "cus_2"}, billing.PartCharges)
		var e *sources.Error
		if _, ok := answers["cus_2"]; !ok || len(answers) != 1 || !errors.As(err, &e) || e.Kind != sources.Malformed || strings.Contains(err.Error(), "cus_1") {
			t.Errorf("%s: %v, %v", name, answers, err)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	s := serve(t, record("cus_1"))
	s.handle("/v1/customers", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"id": "cus_1", "name": "`))
		block := []byte(strings.Repeat("a", 1<<20))
		for range 17 {
			_, _ = w.Write(block)
		}
	})
	_, err := s.source(t).Fetch(context.Background(), []string{"cus_1"}, 0)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.Malformed || !strings.Contains(err.Error(), "larger") {
		t.Errorf("%v", err)
	}
}

func TestBalance(t *testing.T) {
	open := func(amount, currency string) string {
		return `{"id": "in_` + currency + amount + `", "object": "invoice", "status": "open", "created": 1760000000, "currency": "` + currency + `", "amount_remaining": ` + amount + `}`
	}
	for name, test := range map[string]struct {
		customer string
		open     []string
		want     string
	}{
		"nothing is owed":                    {`"currency": "eur", "balance": 0`, nil, "0.00 EUR"},
		"added to the next invoice":          {`"currency": "eur", "balance": 1250`, nil, "12.50 EUR"},
		"a credit":                           {`"currency": "eur", "balance": -1250`, nil, "-12.50 EUR"},
		"open invoices":                      {`"currency": "eur", "balance": 0`, []string{open("1000", "eur"), open("500", "eur")}, "15.00 EUR"},
		"open invoices and a credit":         {`"currency": "eur", "balance": -400`, []string{open("1000", "eur")}, "6.00 EUR"},
		"a draft is not owed":                {`"currency": "eur", "balance": 0`, []string{strings.Replace(open("1000", "eur"), `"open"`, `"draft"`, 1)}, "0.00 EUR"},
		"never billed":                       {`"currency": null, "balance": 0`, nil, ""},
		"an open invoice, no currency yet":   {`"currency": null, "balance": 0`, []string{open("1000", "usd")}, "10.00 USD"},
		"owed in another currency":           {`"currency": "eur", "balance": 0`, []string{open("1000", "usd")}, "10.00 USD"},
		"owed in two currencies":             {`"currency": "eur", "balance": 100`, []string{open("1000", "usd")}, ""},
		"a credit in another currency":       {`"currency": "eur", "balance": 0, "invoice_credit_balance": {"usd": 700}`, nil, "-7.00 USD"},
		"credits tell the own currency too":  {`"currency": "eur", "balance": -300, "invoice_credit_balance": {"eur": 300}`, nil, "-3.00 EUR"},
		"a credit used up by an open one":    {`"currency": "eur", "balance": 0, "invoice_credit_balance": {"usd": 1000}`, []string{open("1000", "usd")}, "0.00 EUR"},
		"yen have no smaller unit":           {`"currency": "jpy", "balance": 0`, []string{open("5280", "jpy")}, "5280 JPY"},
		"dinars have three places":           {`"currency": "kwd", "balance": 12340`, nil, "12.340 KWD"},
		"krónur are told with two too many":  {`"currency": "isk", "balance": 50000`, nil, "500 ISK"},
		"a part of a króna cannot be told":   {`"currency": "isk", "balance": 50050`, nil, ""},
		"shillings are told likewise":        {`"currency": "ugx", "balance": 500`, nil, "5 UGX"},
		"ariary are told with two too few":   {`"currency": "mga", "balance": 500`, nil, "500.00 MGA"},
		"forint and dollars have two places": {`"currency": "huf", "balance": 1045`, nil, "10.45 HUF"},
		"a currency that there is not":       {`"currency": "xqz", "balance": 1045`, nil, ""},
	} {
		s := serve(t, record("cus_1"))
		s.answer("/v1/customers/cus_1", 200, `{"id": "cus_1", "object": "customer", "created": 1760000000, `+test.customer+`}`)
		s.list("/v1/invoices", "cus_1", test.open...)
		a := fetch(t, s, billing.PartBalance)
		got := ""
		if a.Value.Balance != nil {
			got = a.Value.Balance.String()
		}
		if got != test.want || a.Truncated {
			t.Errorf("%s: %q, truncated %t; want %q", name, got, a.Truncated, test.want)
		}
	}
}

func TestPaymentMethod(t *testing.T) {
	for text, want := range map[string]string{
		`"invoice_settings": {"default_payment_method": {"type": "card", "card": {"last4": "4242"}}}`:                             "card ending in 4242",
		`"invoice_settings": {"default_payment_method": {"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}}`:                 "direct debit ending in 3000",
		`"invoice_settings": {"default_payment_method": {"type": "amazon_pay", "amazon_pay": {}}}`:                                "amazon pay",
		`"invoice_settings": {"default_payment_method": {"type": "customer_balance"}}`:                                            "bank transfer",
		`"invoice_settings": {"default_payment_method": {"type": "custom", "custom": {"display_name": "at the branch"}}}`:         "at the branch",
		`"invoice_settings": {"default_payment_method": null}, "default_source": {"object": "card", "id": "c", "last4": "1881"}`:  "card ending in 1881",
		`"invoice_settings": null, "default_source": {"object": "bank_account", "id": "b", "last4": "6789"}`:                      "direct debit ending in 6789",
		`"invoice_settings": null, "default_source": {"object": "source", "id": "s", "type": "sepa_credit_transfer"}`:             "bank transfer",
		`"invoice_settings": {"default_payment_method": "pm_1"}, "default_source": "card_1"`:                                      "",
		`"invoice_settings": {"default_payment_method": null}, "default_source": null`:                                            "",
		`"invoice_settings": {"default_payment_method": {"type": "card"}}, "default_source": {"object": "card", "last4": "1881"}`: "card",
	} {
		s := serve(t, record("cus_1"))
		s.answer("/v1/customers/cus_1", 200, `{"id": "cus_1", "object": "customer", "created": 1760000000, `+text+`}`)
		if got := fetch(t, s, 0).Value.PaymentMethod; got != want {
			t.Errorf("%s: %q; want %q", text, got, want)
		}
	}
}

// What the rate does not let through in time is told to be limited, key by key: the
// others are answered whole.
func TestRateIsBounded(t *testing.T) {
	var records []*billing.Record
	var keys []string
	for i := range 100 {
		keys = append(keys, fmt.Sprintf("cus_%d", i))
		records = append(records, record(keys[i]))
	}
	s := serve(t, records...)
	source := s.source(t, func(c *stripe.Config) { c.RequestsPerSecond = 0 })
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	answers, err := source.Fetch(ctx, keys, billing.PartBalance)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.RateLimited || e.RetryAfter <= 0 {
		t.Error(err)
	}
	// A sandbox takes 25 at once, and 25 in a second.
	if n := len(s.calls()); n > 50 || len(answers) > n {
		t.Errorf("%d calls and %d answers in a second", n, len(answers))
	}
}

func TestWhatIsThereAtTheDeadline(t *testing.T) {
	s := serve(t, record("cus_1"), record("cus_2"))
	s.handle("/v1/charges", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("customer") == "cus_1" {
			s.handler.ServeHTTP(w, r)
			return
		}
		<-r.Context().Done()
	})
	source := s.source(t)
	fetch := func(want sources.Parts, within time.Duration) (map[string]sources.Answer[*billing.Record], *sources.Error) {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		answers, err := source.Fetch(ctx, []string{"cus_1", "cus_2"}, want)
		return answers, sources.AsError("", "", err)
	}
	inTime(t, func(within time.Duration) bool {
		answers, err := fetch(billing.PartBalance|billing.PartCharges, within)
		if _, late := answers["cus_2"]; late || err == nil || err.Kind != sources.TimedOut {
			t.Fatalf("%v, %v", answers, err)
		}
		return answers["cus_1"].Value != nil
	})
	// The balance is no less than the rest.
	s.handle("/v1/invoices", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if answers, err := fetch(billing.PartBalance, time.Second); len(answers) != 0 || err == nil || err.Kind != sources.TimedOut {
		t.Errorf("%v, %v", answers, err)
	}
}

// inTime gives more and more time, until what can be answered is: how much that is the machine says.
func inTime(t *testing.T, answered func(within time.Duration) bool) {
	t.Helper()
	within := 100 * time.Millisecond
	await.Until(t, "what can be answered", func() bool {
		within *= 2
		return answered(within)
	})
}

// Nothing that is looked up for subscriptions is answered in time, but one needs nothing.
func TestLookUpsAtTheDeadline(t *testing.T) {
	s := serve(t, record("cus_1"), record("cus_2"))
	s.list("/v1/subscriptions", "cus_1")
	s.handle("/v1/products", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	source := s.source(t)
	inTime(t, func(within time.Duration) bool {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		answers, err := source.Fetch(ctx, []string{"cus_1", "cus_2"}, billing.PartSubscriptions)
		var e *sources.Error
		if _, late := answers["cus_2"]; late || !errors.As(err, &e) || e.Kind != sources.TimedOut {
			t.Fatalf("%v, %v", answers, err)
		}
		_, ok := answers["cus_1"]
		return ok
	})
}

// Discounts and tiers take one call each, whatever number of subscriptions has them, and
// names one call for a hundred; items beyond the first page are asked for.
func TestLookUps(t *testing.T) {
	s := serve(t, record("cus_1"), record("cus_2"))
	subscription := func(i int, more bool) string {
		return fmt.Sprintf(`{"id": "sub_%[1]d", "object": "subscription", "status": "active", "currency": "eur", "start_date": 1700000000,
			"discounts": [{"id": "di_1", "source": {"coupon": {"id": "c1", "duration": "forever"}}}, {"id": "di_2", "source": {"coupon": {"id": "c2", "duration": "once"}}}],
			"items": {"has_more": %[2]t, "data": [{"id": "si_%[1]d", "quantity": 1, "discounts": [], "price": {"id": "p1", "currency": "eur", "billing_scheme": "tiered",
				"product": "prod_%[1]d", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}}]}}`, i, more)
	}
	var all []string
	for i := range 120 {
		all = append(all, subscription(i, false))
	}
	s.list("/v1/subscriptions", "cus_1", all...)
	s.answer("/v1/coupons/c1", 200, `{"id": "c1", "percent_off": 50, "duration": "forever"}`)
	s.answer("/v1/prices/p1", 200, `{"id": "p1", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": null, "unit_amount": 1000}]}`)
	a := fetch(t, s, billing.PartSubscriptions)
	for _, v := range a.Value.Subscriptions {
		if v.MRR == nil || v.MRR.Minor != 500 || v.Price != nil || v.Name != "" {
			t.Fatalf("%+v", v)
		}
	}
	// The customer, the subscriptions, one coupon (the other is for once), one price, and
	// two times a hundred names.
	if n := len(s.calls()); n != 6 {
		t.Errorf("%d calls: %q", n, s.calls())
	}

	s = serve(t, record("cus_1"))
	s.list("/v1/subscriptions", "cus_1", subscription(1, true))
	s.answer("/v1/subscription_items", 200, `{"data": [{"id": "si_1", "price": null}, {"id": "si_2", "price": null}], "has_more": false}`)
	s.answer("/v1/coupons/c1", 200, `{"id": "c1", "percent_off": 50, "duration": "forever"}`)
	if v := fetch(t, s, billing.PartSubscriptions).Value.Subscriptions[0]; v.MRR != nil || v.Quantity != nil {
		t.Errorf("%+v", v)
	}
}

// The library's globals are everybody's: two sources with their own keys do not meet.
func TestNothingGlobalIsWritten(t *testing.T) {
	logger := library.DefaultLeveledLogger
	s := serve(t, record("cus_1"))
	fetch(t, s, billing.AllParts)
	if library.Key != "" || !library.EnableTelemetry || library.DefaultLeveledLogger != logger {
		t.Error("a global of the library was changed")
	}
}
