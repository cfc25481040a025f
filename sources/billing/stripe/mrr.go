package stripe

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources/billing"
)

// monthly is what a subscription brings in a month; nil where that cannot be known.
//
// The rule: of each item, price × quantity, less the discounts that recur, ÷ interval
// in months as [billing.IntervalMonths] counts them; the items added up, and only then
// rounded half up to the currency's smallest unit.
//
//   - 10.00 EUR a month, quantity 3: 30.00. 120.00 EUR a year: 10.00. 5.00 EUR a week:
//     21.73. 30.00 EUR every three months and 120.00 EUR a year in one subscription: 20.00.
//   - It counts while a subscription is active, past due or unpaid, and also if it ends
//     with the period. It is zero otherwise (a trial, paused, ended, incomplete), and
//     while its collection is paused (pause_collection), whatever the status. It is not
//     known where the status is a new one.
//   - Discounts of an item come first, then those of the subscription, in their order;
//     the customer's count where neither has one. 25% off 20.00: 15.00. 10% and then
//     5.00 off 20.00: 13.00. A coupon for some products only lowers the items of those.
//   - An amount off is off each invoice, so it is divided by the interval too: 12.00 off
//     120.00 a year: 9.00. It never lowers below zero. Where the items have several
//     intervals, it is not known what it is worth.
//   - A coupon that is for ever counts, and one that repeats counts until it ends. One
//     that is for once does not: it lowers one invoice, not what recurs.
//   - Tiers, graduated or by volume, and quantities in packages are worked out from the
//     quantity. What is metered counts nothing: use is not agreed beforehand. 50.00 a
//     month and 0.02 a call: 50.00.
//   - A price that has options for several currencies counts in the subscription's own
//     currency; nothing is converted.
//   - Taxes are as in the price: on top they do not count, included they do.
//   - A price with fractions of the smallest unit is not rounded before the end: 0.5
//     cents a unit, quantity 3: 0.02 (0.015).
func monthly(s *stripe.Subscription, customer *stripe.Customer, c *catalogue, now time.Time) *billing.Money {
	switch s.Status {
	case stripe.SubscriptionStatusActive, stripe.SubscriptionStatusPastDue, stripe.SubscriptionStatusUnpaid,
		stripe.SubscriptionStatusTrialing, stripe.SubscriptionStatusPaused, stripe.SubscriptionStatusCanceled,
		stripe.SubscriptionStatusIncomplete, stripe.SubscriptionStatusIncompleteExpired:
	default:
		return nil
	}
	if !brings(s) {
		return amountOf(0, s.Currency)
	}
	if s.Items == nil || len(s.Items.Data) == 0 || s.Items.HasMore {
		return nil
	}
	var lines []*line
	for _, i := range s.Items.Data {
		if isMetered(i) {
			continue
		}
		l := lineOf(i, s.Currency, c)
		if l == nil || !reduce([]*line{l}, 1, i.Discounts, s.Currency, c, now) {
			return nil
		}
		lines = append(lines, l)
	}
	if !reduce(lines, len(s.Items.Data), discountsOf(s, customer), s.Currency, c, now) {
		return nil
	}
	total := new(big.Rat)
	for _, l := range lines {
		total.Add(total, new(big.Rat).Quo(l.amount, l.months))
	}
	return rounded(total, s.Currency)
}

// brings reports whether a subscription brings something by its status.
func brings(s *stripe.Subscription) bool {
	switch s.Status {
	case stripe.SubscriptionStatusActive, stripe.SubscriptionStatusPastDue, stripe.SubscriptionStatusUnpaid:
		return s.PauseCollection == nil
	}
	return false
}

// A line is what an item brings in one interval.
type line struct {
	product        string
	amount, months *big.Rat
}

// lineOf gives nil where it cannot be known what an item brings.
func lineOf(i *stripe.SubscriptionItem, currency stripe.Currency, c *catalogue) *line {
	if i == nil || i.Price == nil {
		return nil
	}
	months, ok := billing.IntervalMonths(intervalOf(i))
	t, known := termsOf(i.Price, currency, c)
	if !ok || !known {
		return nil
	}
	amount := t.amount(i.Quantity)
	if amount == nil {
		return nil
	}
	l := &line{amount: amount, months: months}
	if i.Price.Product != nil {
		l.product = i.Price.Product.ID
	}
	return l
}

func isMetered(i *stripe.SubscriptionItem) bool {
	return i != nil && i.Price != nil && i.Price.Recurring != nil && i.Price.Recurring.UsageType == stripe.PriceRecurringUsageTypeMetered
}

// intervalOf gives an item's interval as an ISO 8601 duration; empty where it is not known.
func intervalOf(i *stripe.SubscriptionItem) string {
	if i == nil || i.Price == nil || i.Price.Recurring == nil {
		return ""
	}
	unit := map[stripe.PriceRecurringInterval]string{
		stripe.PriceRecurringIntervalDay: "D", stripe.PriceRecurringIntervalWeek: "W",
		stripe.PriceRecurringIntervalMonth: "M", stripe.PriceRecurringIntervalYear: "Y",
	}[i.Price.Recurring.Interval]
	if unit == "" || i.Price.Recurring.IntervalCount < 1 {
		return ""
	}
	return fmt.Sprintf("P%d%s", i.Price.Recurring.IntervalCount, unit)
}

// discountsOf are those of a subscription; the customer's where neither it nor an item
// has one.
func discountsOf(s *stripe.Subscription, customer *stripe.Customer) []*stripe.Discount {
	if len(s.Discounts) > 0 || customer == nil || customer.Discount == nil {
		return s.Discounts
	}
	for _, i := range itemsOf(s) {
		if len(i.Discounts) > 0 {
			return nil
		}
	}
	return []*stripe.Discount{customer.Discount}
}

// itemsOf are the items that there are.
func itemsOf(s *stripe.Subscription) []*stripe.SubscriptionItem {
	if s.Items == nil {
		return nil
	}
	var items []*stripe.SubscriptionItem
	for _, i := range s.Items.Data {
		if i != nil {
			items = append(items, i)
		}
	}
	return items
}

// couponOf gives a discount's coupon, of which perhaps nothing but the id is known.
func couponOf(d *stripe.Discount) *stripe.Coupon {
	if d == nil || d.Source == nil {
		return nil
	}
	return d.Source.Coupon
}

// mayRecur reports whether a discount lowers more than one invoice, as far as is known.
func mayRecur(d *stripe.Discount, now time.Time) bool {
	return couponOf(d).Duration != stripe.CouponDurationOnce && (d.End == 0 || d.End > now.Unix())
}

// reduce takes discounts off lines, one after the other; false where it is not known
// what one is worth. They are for a number of items, of which those that are metered are
// no lines.
func reduce(lines []*line, items int, discounts []*stripe.Discount, currency stripe.Currency, c *catalogue, now time.Time) bool {
	for _, d := range discounts {
		coupon := couponOf(d)
		if coupon == nil {
			return false
		}
		if looked, ok := c.coupons[coupon.ID]; ok && looked != nil {
			coupon = looked
		} else if coupon.Duration == "" || !ok && coupon.Duration != stripe.CouponDurationOnce || items > 1 && len(lines) > 0 {
			// A coupon that was deleted goes on to count, and which products it is for is
			// told nowhere: with one item it is for that one.
			return false
		}
		if coupon.Duration == stripe.CouponDurationOnce || d.End != 0 && d.End <= now.Unix() {
			continue
		}
		if !apply(coupon, lines, currency) {
			return false
		}
	}
	return true
}

// apply takes a coupon off the lines that it is for.
func apply(coupon *stripe.Coupon, lines []*line, currency stripe.Currency) bool {
	var eligible []*line
	sum := new(big.Rat)
	for _, l := range lines {
		if coupon.AppliesTo == nil || len(coupon.AppliesTo.Products) == 0 || slices.Contains(coupon.AppliesTo.Products, l.product) {
			eligible = append(eligible, l)
			sum.Add(sum, l.amount)
		}
	}
	if sum.Sign() <= 0 {
		return true
	}
	rest := new(big.Rat)
	if coupon.PercentOff > 0 {
		rest.Sub(whole(1), new(big.Rat).Quo(decimal(coupon.PercentOff), whole(100)))
	} else {
		off := coupon.AmountOff
		if coupon.Currency != currency {
			option := coupon.CurrencyOptions[string(currency)]
			if option == nil {
				return false
			}
			off = option.AmountOff
		}
		for _, l := range eligible {
			if l.months.Cmp(eligible[0].months) != 0 {
				return false
			}
		}
		// In parts, so that a next coupon finds on each line what is left of it.
		rest.Sub(whole(1), new(big.Rat).Quo(whole(off), sum))
	}
	if rest.Sign() < 0 {
		rest.SetInt64(0)
	}
	for _, l := range eligible {
		l.amount.Mul(l.amount, rest)
	}
	return true
}
