package billing

import (
	"math/big"

	"github.com/sosodev/duration"
)

// MonthlyRevenue is what a subscription brings in a month: its MRR where the
// system tells it, else worked out from price, quantity and interval. It is zero
// while the subscription brings nothing (trial, paused, ended, never begun) and
// nil where it cannot be known.
//
// The rule: price × quantity ÷ interval in months, where a year is 12 months and a
// day 12/365 months (a week seven of them), rounded half up to the currency's
// smallest unit. So 120.00 EUR a year is 10.00 EUR, 5.00 EUR a week is 21.73 EUR
// (5 × 365 ÷ 84). PAST_DUE and UNPAID still count: the price is agreed, the payment
// is late.
func (s *Subscription) MonthlyRevenue() *Money {
	switch s.Status {
	case Active, PastDue, Unpaid:
	case OtherSubscriptionStatus:
		return s.MRR
	default:
		if s.MRR != nil {
			return &Money{0, s.MRR.Currency}
		}
		if s.Price != nil {
			return &Money{0, s.Price.Currency}
		}
		return nil
	}
	if s.MRR != nil || s.Price == nil {
		return s.MRR
	}
	months, ok := IntervalMonths(s.Interval)
	if !ok {
		return nil
	}
	quantity := int64(1)
	if s.Quantity != nil {
		quantity = int64(*s.Quantity)
	}
	r := new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(s.Price.Minor), big.NewInt(quantity)))
	r.Quo(r, months)
	// Half up: floor(r + 1/2).
	r.Add(r, big.NewRat(1, 2))
	minor := new(big.Int).Div(r.Num(), r.Denom())
	if !minor.IsInt64() {
		return nil
	}
	return &Money{minor.Int64(), s.Price.Currency}
}

// IntervalMonths gives how many months an interval has, by the rule of
// [Subscription.MonthlyRevenue]; false where it is not an ISO 8601 duration of more
// than nothing.
func IntervalMonths(iso string) (*big.Rat, bool) {
	d, err := duration.Parse(iso)
	if err != nil || d.Negative {
		return nil, false
	}
	months := new(big.Rat)
	for _, part := range []struct {
		count float64
		unit  *big.Rat
	}{
		{d.Years, big.NewRat(12, 1)},
		{d.Months, big.NewRat(1, 1)},
		{d.Weeks, big.NewRat(84, 365)},
		{d.Days, big.NewRat(12, 365)},
		{d.Hours, big.NewRat(12, 365*24)},
	} {
		count := new(big.Rat).SetFloat64(part.count)
		if count == nil {
			return nil, false
		}
		months.Add(months, count.Mul(count, part.unit))
	}
	return months, months.Sign() > 0
}
