package stripe

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources/billing"
)

// now is when all subscriptions of these tests are looked at.
var now = time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)

// item writes a subscription item: so much of a currency for every interval.
func item(amount, currency, every string, more ...string) string {
	interval, count := every, "1"
	if n, unit, ok := strings.Cut(every, " "); ok {
		interval, count = unit, n
	}
	i := map[string]any{
		"id": "si_1", "quantity": json.RawMessage("1"), "discounts": json.RawMessage("[]"),
	}
	price := map[string]any{
		"id": "price_1", "currency": currency, "billing_scheme": "per_unit", "product": "prod_a", "unit_amount_decimal": amount,
		"recurring": map[string]any{"interval": interval, "interval_count": json.RawMessage(count), "usage_type": "licensed"},
	}
	if !strings.Contains(amount, ".") {
		price["unit_amount"] = json.RawMessage(amount)
	}
	for n := 0; n+1 < len(more); n += 2 {
		to := i
		key, ok := strings.CutPrefix(more[n], "price.")
		if ok {
			to = price
		}
		to[key] = json.RawMessage(more[n+1])
	}
	i["price"] = price
	data, err := json.Marshal(i)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// subscriptionOf writes an active subscription in euros with these items.
func subscriptionOf(more string, items ...string) string {
	return fmt.Sprintf(`{"id": "sub_1", "object": "subscription", "status": "active", "currency": "eur", "discounts": [], "start_date": 1700000000,
		"items": {"object": "list", "has_more": false, "data": [%s]}%s}`, strings.Join(items, ","), more)
}

// The coupons and prices that there are to look up.
const looked = `{
	"coupons": {
		"p25": {"id": "p25", "percent_off": 25, "duration": "forever"},
		"p10": {"id": "p10", "percent_off": 10, "duration": "forever"},
		"third": {"id": "third", "percent_off": 33.33, "duration": "forever"},
		"all": {"id": "all", "percent_off": 100, "duration": "forever"},
		"off5": {"id": "off5", "amount_off": 500, "currency": "eur", "duration": "forever"},
		"off12": {"id": "off12", "amount_off": 1200, "currency": "eur", "duration": "forever"},
		"usd": {"id": "usd", "amount_off": 500, "currency": "usd", "duration": "forever"},
		"options": {"id": "options", "amount_off": 500, "currency": "usd", "duration": "forever", "currency_options": {"eur": {"amount_off": 400}}},
		"once": {"id": "once", "percent_off": 50, "duration": "once"},
		"months": {"id": "months", "percent_off": 50, "duration": "repeating", "duration_in_months": 3},
		"for-b": {"id": "for-b", "percent_off": 50, "duration": "forever", "applies_to": {"products": ["prod_b"]}},
		"off5-for-b": {"id": "off5-for-b", "amount_off": 500, "currency": "eur", "duration": "forever", "applies_to": {"products": ["prod_b"]}},
		"deleted": null
	},
	"prices": {
		"volume": {"id": "volume", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [
			{"up_to": 10, "unit_amount": 500, "unit_amount_decimal": "500", "flat_amount": null, "flat_amount_decimal": null},
			{"up_to": null, "unit_amount": 400, "unit_amount_decimal": "400", "flat_amount": 1000, "flat_amount_decimal": "1000"}]},
		"graduated": {"id": "graduated", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": [
			{"up_to": 10, "unit_amount": 500, "unit_amount_decimal": "500", "flat_amount": null, "flat_amount_decimal": null},
			{"up_to": 20, "unit_amount": 400, "unit_amount_decimal": "400", "flat_amount": 1000, "flat_amount_decimal": "1000"},
			{"up_to": null, "unit_amount": null, "unit_amount_decimal": "0.5", "flat_amount": null, "flat_amount_decimal": null}]},
		"bounded": {"id": "bounded", "currency": "eur", "billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": [
			{"up_to": 10, "unit_amount": 500, "unit_amount_decimal": "500", "flat_amount": null, "flat_amount_decimal": null}]},
		"dollars": {"id": "dollars", "currency": "usd", "billing_scheme": "per_unit", "unit_amount": 1000, "unit_amount_decimal": "1000",
			"currency_options": {"eur": {"unit_amount": 900, "unit_amount_decimal": "900"}}},
		"dollars-only": {"id": "dollars-only", "currency": "usd", "billing_scheme": "per_unit", "unit_amount": 1000, "unit_amount_decimal": "1000"},
		"dollars-tiered": {"id": "dollars-tiered", "currency": "usd", "billing_scheme": "tiered", "tiers_mode": "volume", "tiers": [{"up_to": null, "unit_amount": 1}],
			"currency_options": {"eur": {"tiers": [{"up_to": null, "unit_amount": 300, "unit_amount_decimal": "300"}]}}}
	}
}`

func discounts(coupons ...string) string {
	var all []string
	for _, c := range coupons {
		id, end, _ := strings.Cut(c, " ")
		if end == "" {
			end = "null"
		}
		all = append(all, fmt.Sprintf(`{"id": "di_%s", "end": %s, "source": {"type": "coupon", "coupon": %q}}`, id, end, id))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func TestMonthlyRevenue(t *testing.T) {
	var c struct {
		Coupons map[string]*stripe.Coupon
		Prices  map[string]*stripe.Price
	}
	if err := json.Unmarshal([]byte(looked), &c); err != nil {
		t.Fatal(err)
	}
	found := &catalogue{map[string]*string{}, c.Coupons, c.Prices}
	running, over := now.AddDate(0, 1, 0).Unix(), now.AddDate(0, -1, 0).Unix()
	off := func(coupons ...string) string { return `, "discounts": ` + discounts(coupons...) }
	other := func(amount, every string, more ...string) string {
		return item(amount, "eur", every, append(more, "price.product", `"prod_b"`)...)
	}
	lookUp := func(price, quantity string) string {
		return item("0", "eur", "month", "price.id", `"`+price+`"`, "price.billing_scheme", `"tiered"`, "price.unit_amount", "null", "price.unit_amount_decimal", "null", "quantity", quantity)
	}
	metered := item("2", "eur", "month", "price.recurring", `{"interval": "month", "interval_count": 1, "usage_type": "metered"}`)
	unknown := ""
	for name, test := range map[string]struct{ subscription, want string }{
		// Intervals and quantities.
		"a month":                         {subscriptionOf("", item("1000", "eur", "month")), "10.00 EUR"},
		"three of it":                     {subscriptionOf("", item("1000", "eur", "month", "quantity", "3")), "30.00 EUR"},
		"a year":                          {subscriptionOf("", item("12000", "eur", "year")), "10.00 EUR"},
		"two years":                       {subscriptionOf("", item("24000", "eur", "2 year")), "10.00 EUR"},
		"three months":                    {subscriptionOf("", item("3000", "eur", "3 month")), "10.00 EUR"},
		"a week":                          {subscriptionOf("", item("500", "eur", "week")), "21.73 EUR"},
		"two weeks":                       {subscriptionOf("", item("1000", "eur", "2 week")), "21.73 EUR"},
		"a day":                           {subscriptionOf("", item("100", "eur", "day")), "30.42 EUR"},
		"quantity 0":                      {subscriptionOf("", item("1000", "eur", "month", "quantity", "0")), "0.00 EUR"},
		"two intervals":                   {subscriptionOf("", item("3000", "eur", "3 month"), item("12000", "eur", "year")), "20.00 EUR"},
		"rounded once, not for each item": {subscriptionOf("", item("5", "eur", "year"), item("5", "eur", "year"), item("5", "eur", "year")), "0.01 EUR"},
		"half a cent, rounded up":         {subscriptionOf("", item("0.5", "eur", "month")), "0.01 EUR"},
		"fractions of a cent":             {subscriptionOf("", item("0.5", "eur", "month", "quantity", "3")), "0.02 EUR"},
		"twelve decimal places":           {subscriptionOf("", item("0.123456789012", "eur", "month", "quantity", "1000000000000")), "1234567890.12 EUR"},
		"more than there is money":        {subscriptionOf("", item("9000000000000000000", "eur", "month", "quantity", "9000000000000000000")), unknown},
		"a new kind of interval":          {subscriptionOf("", item("1000", "eur", "fortnight")), unknown},
		"an interval of nothing":          {subscriptionOf("", item("1000", "eur", "0 month")), unknown},
		"no items":                        {subscriptionOf(""), unknown},
		"an item of nothing":              {subscriptionOf("", "null"), unknown},
		"an item without a price":         {subscriptionOf("", `{"id": "si_1"}`), unknown},
		"not all items":                   {strings.Replace(subscriptionOf("", item("1000", "eur", "month")), `"has_more": false`, `"has_more": true`, 1), unknown},

		// Statuses.
		"past due":             {subscriptionOf(`, "status": "past_due"`, item("1000", "eur", "month")), "10.00 EUR"},
		"unpaid":               {subscriptionOf(`, "status": "unpaid"`, item("1000", "eur", "month")), "10.00 EUR"},
		"ends with the period": {subscriptionOf(`, "cancel_at_period_end": true, "canceled_at": 1760000000`, item("1000", "eur", "month")), "10.00 EUR"},
		"in trial":             {subscriptionOf(`, "status": "trialing"`, item("1000", "eur", "month")), "0.00 EUR"},
		"paused":               {subscriptionOf(`, "status": "paused"`, item("1000", "eur", "month")), "0.00 EUR"},
		"collection is paused": {subscriptionOf(`, "pause_collection": {"behavior": "void", "resumes_at": null}`, item("1000", "eur", "month")), "0.00 EUR"},
		"canceled":             {subscriptionOf(`, "status": "canceled"`, item("1000", "eur", "month")), "0.00 EUR"},
		"incomplete":           {subscriptionOf(`, "status": "incomplete"`, item("1000", "eur", "month")), "0.00 EUR"},
		"never begun":          {subscriptionOf(`, "status": "incomplete_expired"`, item("1000", "eur", "month")), "0.00 EUR"},
		"a new status":         {subscriptionOf(`, "status": "hibernating"`, item("1000", "eur", "month")), unknown},
		"in trial, no price":   {subscriptionOf(`, "status": "trialing"`, "null"), "0.00 EUR"},

		// Discounts.
		"25% off":                           {subscriptionOf(off("p25"), item("2000", "eur", "month")), "15.00 EUR"},
		"25% and then 10% off":              {subscriptionOf(off("p25", "p10"), item("2000", "eur", "month")), "13.50 EUR"},
		"10% and then an amount off":        {subscriptionOf(off("p10", "off5"), item("2000", "eur", "month")), "13.00 EUR"},
		"an amount and then 10% off":        {subscriptionOf(off("off5", "p10"), item("2000", "eur", "month")), "13.50 EUR"},
		"a third off":                       {subscriptionOf(off("third"), item("10000", "eur", "month")), "66.67 EUR"},
		"all of it off":                     {subscriptionOf(off("all"), item("2000", "eur", "month")), "0.00 EUR"},
		"an amount off a year":              {subscriptionOf(off("off12"), item("12000", "eur", "year")), "9.00 EUR"},
		"an amount off a quarter":           {subscriptionOf(off("off12"), item("6000", "eur", "3 month")), "16.00 EUR"},
		"an amount off two items":           {subscriptionOf(off("off5"), item("1000", "eur", "month"), other("3000", "month")), "35.00 EUR"},
		"more off than it costs":            {subscriptionOf(off("off12"), item("1000", "eur", "month")), "0.00 EUR"},
		"an amount off two intervals":       {subscriptionOf(off("off5"), item("1000", "eur", "month"), other("12000", "year")), unknown},
		"a percentage off two intervals":    {subscriptionOf(off("p25"), item("1000", "eur", "month"), other("12000", "year")), "15.00 EUR"},
		"off one product":                   {subscriptionOf(off("for-b"), item("1000", "eur", "month"), other("2000", "month")), "20.00 EUR"},
		"an amount off one product":         {subscriptionOf(off("off5-for-b"), item("1000", "eur", "year", "quantity", "12"), other("2000", "month")), "25.00 EUR"},
		"off a product that it is not":      {subscriptionOf(off("for-b"), item("1000", "eur", "month")), "10.00 EUR"},
		"for once":                          {subscriptionOf(off("once"), item("1000", "eur", "month")), "10.00 EUR"},
		"for some months that run":          {subscriptionOf(off(fmt.Sprint("months ", running)), item("1000", "eur", "month")), "5.00 EUR"},
		"for some months that are over":     {subscriptionOf(off(fmt.Sprint("months ", over)), item("1000", "eur", "month")), "10.00 EUR"},
		"an amount in another currency":     {subscriptionOf(off("usd"), item("1000", "eur", "month")), unknown},
		"an amount in several currencies":   {subscriptionOf(off("options"), item("1000", "eur", "month")), "6.00 EUR"},
		"a coupon that did not answer":      {subscriptionOf(off("unheard"), item("1000", "eur", "month")), unknown},
		"a discount that is but an id":      {subscriptionOf(`, "discounts": ["di_1"]`, item("1000", "eur", "month")), unknown},
		"a discount of nothing":             {subscriptionOf(`, "discounts": [null]`, item("1000", "eur", "month")), unknown},
		"a coupon that was deleted":         {subscriptionOf(`, "discounts": [{"id": "di_1", "source": {"coupon": {"id": "deleted", "percent_off": 50, "duration": "forever"}}}]`, item("1000", "eur", "month")), "5.00 EUR"},
		"a deleted one, of several items":   {subscriptionOf(`, "discounts": [{"id": "di_1", "source": {"coupon": {"id": "deleted", "percent_off": 50, "duration": "forever"}}}]`, item("1000", "eur", "month"), other("2000", "month")), unknown},
		"a deleted one, and a metered item": {subscriptionOf(`, "discounts": [{"id": "di_1", "source": {"coupon": {"id": "deleted", "percent_off": 50, "duration": "forever"}}}]`, item("1000", "eur", "month"), metered), unknown},
		"a deleted one, of metered items":   {subscriptionOf(`, "discounts": [{"id": "di_1", "source": {"coupon": {"id": "deleted", "percent_off": 50, "duration": "forever"}}}]`, metered, metered), "0.00 EUR"},
		"a deleted one, nothing is known":   {subscriptionOf(off("deleted"), item("1000", "eur", "month")), unknown},
		"once, told with the subscription":  {subscriptionOf(`, "discounts": [{"id": "di_1", "source": {"coupon": {"id": "unheard", "percent_off": 50, "duration": "once"}}}]`, item("1000", "eur", "month")), "10.00 EUR"},
		"off an item":                       {subscriptionOf("", item("1000", "eur", "month"), other("2000", "month", "discounts", discounts("p25"))), "25.00 EUR"},
		"off an item, then off all":         {subscriptionOf(off("off5"), item("1000", "eur", "month"), other("2000", "month", "discounts", discounts("p25"))), "20.00 EUR"},
		"an amount off a yearly item":       {subscriptionOf("", item("1000", "eur", "month"), other("12000", "year", "discounts", discounts("off12"))), "19.00 EUR"},
		"more off an item than it costs":    {subscriptionOf("", item("1000", "eur", "month"), other("1000", "month", "discounts", discounts("off12"))), "10.00 EUR"},
		"the customer's, on what has none":  {subscriptionOf(`, "customer": "cus_10_percent"`, item("1000", "eur", "month")), "9.00 EUR"},
		"the customer's does not add up":    {subscriptionOf(off("p25")+`, "customer": "cus_10_percent"`, item("1000", "eur", "month")), "7.50 EUR"},
		"the customer's, and an item's own": {subscriptionOf(`, "customer": "cus_10_percent"`, item("1000", "eur", "month", "discounts", discounts("p25"))), "7.50 EUR"},

		// What is metered, in tiers or packages.
		"metered only":                   {subscriptionOf("", metered), "0.00 EUR"},
		"metered on top":                 {subscriptionOf("", item("5000", "eur", "month"), metered), "50.00 EUR"},
		"by volume, first tier":          {subscriptionOf("", lookUp("volume", "10")), "50.00 EUR"},
		"by volume, last tier":           {subscriptionOf("", lookUp("volume", "11")), "54.00 EUR"},
		"graduated, first tier":          {subscriptionOf("", lookUp("graduated", "10")), "50.00 EUR"},
		"graduated, second tier":         {subscriptionOf("", lookUp("graduated", "15")), "80.00 EUR"},
		"graduated, third tier":          {subscriptionOf("", lookUp("graduated", "24")), "100.02 EUR"},
		"in tiers, none of it":           {subscriptionOf("", lookUp("graduated", "0")), unknown},
		"more than the tiers say":        {subscriptionOf("", lookUp("bounded", "11")), unknown},
		"tiers that did not answer":      {subscriptionOf("", lookUp("unheard", "1")), unknown},
		"packages of ten, rounded up":    {subscriptionOf("", item("1000", "eur", "month", "quantity", "11", "price.transform_quantity", `{"divide_by": 10, "round": "up"}`)), "20.00 EUR"},
		"packages of ten, rounded down":  {subscriptionOf("", item("1000", "eur", "month", "quantity", "19", "price.transform_quantity", `{"divide_by": 10, "round": "down"}`)), "10.00 EUR"},
		"packages of ten, even":          {subscriptionOf("", item("1000", "eur", "month", "quantity", "20", "price.transform_quantity", `{"divide_by": 10, "round": "up"}`)), "20.00 EUR"},
		"free":                           {subscriptionOf("", item("0", "eur", "month")), "0.00 EUR"},
		"what the customer wants to pay": {subscriptionOf("", item("0", "eur", "month", "price.unit_amount", "null", "price.unit_amount_decimal", "null", "price.custom_unit_amount", `{"minimum": 100}`)), unknown},

		// Currencies.
		"yen":                       {subscriptionOf(`, "currency": "jpy"`, item("5280", "jpy", "month")), "5280 JPY"},
		"yen a year":                {subscriptionOf(`, "currency": "jpy"`, item("10000", "jpy", "year")), "833 JPY"},
		"dinars":                    {subscriptionOf(`, "currency": "kwd"`, item("12340", "kwd", "month")), "12.340 KWD"},
		"krónur":                    {subscriptionOf(`, "currency": "isk"`, item("500000", "isk", "month")), "5000 ISK"},
		"a part of a króna, half":   {subscriptionOf(`, "currency": "isk"`, item("50050", "isk", "month")), "501 ISK"},
		"in trial, in yen":          {subscriptionOf(`, "currency": "jpy", "status": "trialing"`, item("5280", "jpy", "month")), "0 JPY"},
		"a price with an option":    {subscriptionOf("", item("1000", "usd", "month", "price.id", `"dollars"`, "quantity", "2")), "18.00 EUR"},
		"a price without an option": {subscriptionOf("", item("1000", "usd", "month", "price.id", `"dollars-only"`)), unknown},
		"tiers of an option":        {subscriptionOf("", item("1000", "usd", "month", "price.id", `"dollars-tiered"`, "quantity", "2")), "6.00 EUR"},
		"a price that did not come": {subscriptionOf("", item("1000", "usd", "month")), unknown},
		"no such currency":          {subscriptionOf(`, "currency": "xqz"`, item("1000", "xqz", "month")), unknown},
	} {
		var s stripe.Subscription
		if err := json.Unmarshal([]byte(test.subscription), &s); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var customer stripe.Customer
		if strings.Contains(test.subscription, "cus_10_percent") {
			customer.Discount = &stripe.Discount{Source: &stripe.DiscountSource{Coupon: &stripe.Coupon{ID: "p10"}}}
		}
		got := unknown
		if m := monthly(&s, &customer, found, now); m != nil {
			got = m.String()
		}
		if got != test.want {
			t.Errorf("%s: %q; want %q", name, got, test.want)
		}
		// Whoever asks for the revenue must not work out something else.
		r := &billing.Record{Subscriptions: []*billing.Subscription{(&fetch{source: &source{}, now: now}).subscription(&s, &customer, found)}}
		if _, err := r.Settle("stripe", "cus_1"); err != nil {
			t.Fatal(err)
		}
		got = unknown
		if m := r.Subscriptions[0].MonthlyRevenue(); m != nil {
			got = m.String()
		}
		if got != test.want {
			t.Errorf("%s: as the graph tells it %q; want %q", name, got, test.want)
		}
	}
}
