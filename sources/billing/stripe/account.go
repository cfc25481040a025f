package stripe

import (
	"cmp"
	"time"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
)

// account gives a customer's account, all but its balance.
func (f *fetch) account(c *stripe.Customer) billing.Account {
	var delinquent *bool
	if !f.unknown.is(c.ID, "delinquent") {
		delinquent = &c.Delinquent
	}
	return billing.Account{
		Ref:           sources.Ref{RecordID: c.ID, URL: f.link(c.Livemode, "customers", c.ID)},
		Name:          cmp.Or(c.Name, c.BusinessName, c.IndividualName),
		Currency:      codeOf(c.Currency),
		PaymentMethod: defaultMethod(c),
		IsDelinquent:  delinquent,
		CreatedAt:     at(c.Created),
	}
}

// balance is what a customer owes: what is left to pay of open invoices, and what waits
// for a next invoice. Nil where that is in several currencies, or in none, or not known.
func (f *fetch) balance(c *stripe.Customer, open []*stripe.Invoice) *billing.Money {
	owed := map[stripe.Currency]int64{}
	// Positive is a credit here, and a debt in c.Balance, which is in the default currency.
	for code, credit := range c.InvoiceCreditBalance {
		owed[stripe.Currency(code)] = -credit
	}
	if c.Currency != "" {
		owed[c.Currency] = c.Balance
	}
	if f.unknown.is(c.ID, "balance") || c.Currency == "" && c.Balance != 0 {
		return nil
	}
	for _, i := range open {
		if i.Status == "" {
			return nil
		}
		if i.Status == stripe.InvoiceStatusOpen {
			if f.unknown.is(i.ID, "amount_remaining") {
				return nil
			}
			owed[i.Currency] += i.AmountRemaining
		}
	}
	currency := c.Currency
	several := false
	for code, amount := range owed {
		if amount == 0 {
			continue
		}
		if several {
			return nil
		}
		currency, several = code, true
	}
	return amountOf(owed[currency], currency)
}

// at gives a time of Stripe's, in seconds since 1970; zero stays zero.
func at(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
