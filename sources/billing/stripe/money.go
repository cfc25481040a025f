package stripe

import (
	"math/big"
	"strconv"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources/billing"
)

// perMajor is how many of Stripe's smallest unit make one euro, yen or dinar, where it is
// not 100 (https://docs.stripe.com/currencies#zero-decimal). That differs from ISO 4217 for
// MGA, and for ISK and UGX, which Stripe writes with two places although they have none.
var perMajor = map[string]int64{
	"BIF": 1, "CLP": 1, "DJF": 1, "GNF": 1, "JPY": 1, "KMF": 1, "KRW": 1, "MGA": 1,
	"PYG": 1, "RWF": 1, "VND": 1, "VUV": 1, "XAF": 1, "XOF": 1, "XPF": 1,
	"BHD": 1000, "JOD": 1000, "KWD": 1000, "OMR": 1000, "TND": 1000,
}

// codeOf gives an ISO 4217 code; empty where it is none.
func codeOf(c stripe.Currency) string {
	one, err := billing.ParseMoney("1", string(c))
	if err != nil {
		return ""
	}
	return one.Currency
}

// inUnits gives an amount of Stripe's in the currency's smallest unit of ISO 4217; false
// where there is no such currency.
func inUnits(amount *big.Rat, c stripe.Currency) (units *big.Rat, code string, ok bool) {
	one, err := billing.ParseMoney("1", string(c))
	if err != nil || amount == nil {
		return nil, "", false
	}
	per, differs := perMajor[one.Currency]
	if !differs {
		per = 100
	}
	return new(big.Rat).Mul(amount, big.NewRat(one.Minor, per)), one.Currency, true
}

// money gives an amount of Stripe's; nil where the currency is none, or where the
// amount is finer than the currency: nothing is rounded away.
func money(amount *big.Rat, c stripe.Currency) *billing.Money {
	units, code, ok := inUnits(amount, c)
	if !ok || !units.IsInt() || !units.Num().IsInt64() {
		return nil
	}
	return &billing.Money{Minor: units.Num().Int64(), Currency: code}
}

// amountOf is money of a whole amount.
func amountOf(minor int64, c stripe.Currency) *billing.Money { return money(whole(minor), c) }

// rounded gives an amount, rounded half up to the currency's smallest unit.
func rounded(amount *big.Rat, c stripe.Currency) *billing.Money {
	units, code, ok := inUnits(amount, c)
	if !ok {
		return nil
	}
	units.Add(units, big.NewRat(1, 2))
	minor := new(big.Int).Div(units.Num(), units.Denom())
	if !minor.IsInt64() {
		return nil
	}
	return &billing.Money{Minor: minor.Int64(), Currency: code}
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// decimal gives the decimal number that a float was read from: prices have up to twelve
// decimal places, and the shortest text that makes the same float is what Stripe wrote.
func decimal(f float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'f', -1, 64))
	if !ok {
		return new(big.Rat)
	}
	return r
}
