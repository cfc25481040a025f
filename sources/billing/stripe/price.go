package stripe

import (
	"math/big"

	"github.com/stripe/stripe-go/v86"
)

// isPartial reports whether the terms of a price must be looked up: tiers do not come
// with a subscription, nor does the price in another currency than its first.
func isPartial(p *stripe.Price, currency stripe.Currency) bool {
	if p == nil || p.Recurring != nil && p.Recurring.UsageType == stripe.PriceRecurringUsageTypeMetered {
		return false
	}
	return p.BillingScheme == stripe.PriceBillingSchemeTiered || p.Currency != currency
}

// terms are what a price asks in one currency, in Stripe's smallest unit of it.
type terms struct {
	unit     *big.Rat
	packages *stripe.PriceTransformQuantity
	tiers    []tier
	volume   bool
}

// A tier is what units of a price cost up to a quantity; upTo is zero in the last one.
type tier struct {
	upTo       int64
	unit, flat *big.Rat
}

// termsOf gives the terms of a price in a currency; false where they are not known.
func termsOf(p *stripe.Price, currency stripe.Currency, c *catalogue) (terms, bool) {
	if isPartial(p, currency) {
		if p = c.prices[p.ID]; p == nil {
			return terms{}, false
		}
	}
	t := terms{packages: p.TransformQuantity, volume: p.TiersMode == stripe.PriceTiersModeVolume}
	minor, fraction, open := p.UnitAmount, p.UnitAmountDecimal, p.CustomUnitAmount != nil
	if p.Currency == currency {
		for _, i := range p.Tiers {
			t.tiers = append(t.tiers, tier{i.UpTo, amountIn(i.UnitAmount, i.UnitAmountDecimal), amountIn(i.FlatAmount, i.FlatAmountDecimal)})
		}
	} else {
		option := p.CurrencyOptions[string(currency)]
		if option == nil {
			return terms{}, false
		}
		for _, i := range option.Tiers {
			t.tiers = append(t.tiers, tier{i.UpTo, amountIn(i.UnitAmount, i.UnitAmountDecimal), amountIn(i.FlatAmount, i.FlatAmountDecimal)})
		}
		minor, fraction, open = option.UnitAmount, option.UnitAmountDecimal, option.CustomUnitAmount != nil
	}
	t.unit = amountIn(minor, fraction)
	if p.BillingScheme == stripe.PriceBillingSchemeTiered {
		return t, len(t.tiers) > 0
	}
	// Where customers choose what they pay, there is no unit amount.
	return t, t.unit.Sign() != 0 || !open
}

// amountIn gives an amount that Stripe tells twice, and only with a decimal point where
// it is not whole.
func amountIn(minor int64, fraction float64) *big.Rat {
	if fraction != 0 {
		return decimal(fraction)
	}
	return whole(minor)
}

// isPerUnit reports whether one unit has one price, whatever the quantity.
func (t terms) isPerUnit() bool { return len(t.tiers) == 0 && t.packages == nil }

// amount is what a quantity costs; nil where that is not known.
func (t terms) amount(quantity int64) *big.Rat {
	switch {
	case len(t.tiers) > 0 && quantity < 1:
		// Whether a flat fee is due for nothing is told nowhere.
		return nil
	case len(t.tiers) > 0:
		return t.tiered(quantity)
	case t.packages != nil && t.packages.DivideBy > 0:
		n := quantity / t.packages.DivideBy
		if t.packages.Round == stripe.PriceTransformQuantityRoundUp && quantity%t.packages.DivideBy != 0 {
			n++
		}
		quantity = n
	}
	return new(big.Rat).Mul(t.unit, whole(quantity))
}

// tiered is what a quantity costs by volume, where all units cost what the tier of the
// last one says, or graduated, where each costs what its own tier says.
func (t terms) tiered(quantity int64) *big.Rat {
	total, from := new(big.Rat), int64(0)
	for _, tier := range t.tiers {
		last := tier.upTo == 0 || quantity <= tier.upTo
		units := quantity
		if !t.volume {
			units -= from
			if !last {
				units = tier.upTo - from
			}
		}
		if last || !t.volume {
			total.Add(total, tier.flat)
			total.Add(total, new(big.Rat).Mul(tier.unit, whole(units)))
		}
		if last {
			return total
		}
		from = tier.upTo
	}
	return nil
}
