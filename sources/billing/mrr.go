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
	if s.MRR != nil && (s.BringsMoney() || s.MRR.Minor == 0) {
		return s.MRR
	}
	if m, ok := s.Monthly(); ok {
		return &m
	}
	return nil
}

// BringsMoney reports whether a subscription in its status may be paid for. It does not know
// of a status that is none of ours, so it may.
func (s *Subscription) BringsMoney() bool {
	switch s.Status {
	case Active, PastDue, Unpaid, OtherSubscriptionStatus:
		return true
	}
	return false
}

// Monthly is [Subscription.MonthlyRevenue] as a value; false where it cannot be known.
func (s *Subscription) Monthly() (Money, bool) {
	switch {
	case s.MRR != nil && s.BringsMoney():
		return *s.MRR, true
	case s.MRR != nil:
		return Money{0, s.MRR.Currency}, true
	case s.Price == nil || s.Status == OtherSubscriptionStatus:
		return Money{}, false
	case !s.BringsMoney():
		return Money{0, s.Price.Currency}, true
	}
	quantity := int64(1)
	if s.Quantity != nil {
		quantity = int64(*s.Quantity)
	}
	if months, ok := wholeMonths(s.Interval); ok && small(s.Price.Minor) && small(quantity) {
		// Half up: floor(price / months + 1/2).
		twice := 2*s.Price.Minor*quantity + months
		minor := twice / (2 * months)
		if twice%(2*months) < 0 {
			minor--
		}
		return Money{minor, s.Price.Currency}, true
	}
	months, ok := IntervalMonths(s.Interval)
	if !ok {
		return Money{}, false
	}
	r := new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(s.Price.Minor), big.NewInt(quantity)))
	r.Quo(r, months)
	// Half up: floor(r + 1/2).
	r.Add(r, big.NewRat(1, 2))
	minor := new(big.Int).Div(r.Num(), r.Denom())
	if !minor.IsInt64() {
		return Money{}, false
	}
	return Money{minor.Int64(), s.Price.Currency}, true
}

// small reports whether twice a product with another small number cannot overflow.
func small(n int64) bool { return n > -1<<30 && n < 1<<30 }

// wholeMonths gives the months of the intervals that most prices have, as P1M, P12M and P1Y.
func wholeMonths(iso string) (int64, bool) {
	n := len(iso)
	if n < 3 || n > 5 || iso[0] != 'P' {
		return 0, false
	}
	var count int64
	for _, digit := range []byte(iso[1 : n-1]) {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		count = 10*count + int64(digit-'0')
	}
	switch iso[n-1] {
	case 'M':
		return count, count > 0
	case 'Y':
		return 12 * count, count > 0
	}
	return 0, false
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
