package customer

import (
	"cmp"
	"slices"
	"time"

	"customer360/sources/billing"
)

// maxSubscriptions is the graph's bound on the list of subscriptions.
const maxSubscriptions = 100

// Billing is what the billing systems hold of one customer, joined.
type Billing struct {
	// CustomerID is the profile's key.
	CustomerID string
	completeness
	records []*billing.Record
}

// JoinBilling joins the records of all of a customer's billing accounts. Nil:
// none was found.
func JoinBilling(customerID string, results []Result[*billing.Record]) *Billing {
	records := Records(results)
	if len(records) == 0 {
		return nil
	}
	return &Billing{customerID, completenessOf(results), records}
}

// Accounts gives the accounts, in the order of the links.
func (b *Billing) Accounts() []*billing.Account {
	accounts := make([]*billing.Account, len(b.records))
	for i, r := range b.records {
		accounts[i] = &r.Account
	}
	return accounts
}

// Subscriptions gives the subscriptions, newest first, at most 100.
func (b *Billing) Subscriptions() []*billing.Subscription {
	all := b.allSubscriptions()
	return all[:min(len(all), maxSubscriptions)]
}

func (b *Billing) allSubscriptions() []*billing.Subscription {
	return merge(b.records, func(r *billing.Record) []*billing.Subscription { return r.Subscriptions },
		func(s *billing.Subscription) (time.Time, string) { return s.StartedAt, s.System + "/" + s.RecordID })
}

// Invoices gives the invoices, newest first.
func (b *Billing) Invoices() []*billing.Invoice {
	return merge(b.records, func(r *billing.Record) []*billing.Invoice { return r.Invoices },
		func(i *billing.Invoice) (time.Time, string) { return i.IssuedAt, i.System + "/" + i.RecordID })
}

// Charges gives the charges, newest first.
func (b *Billing) Charges() []*billing.Charge {
	return merge(b.records, func(r *billing.Record) []*billing.Charge { return r.Charges },
		func(c *billing.Charge) (time.Time, string) { return c.ChargedAt, c.System + "/" + c.RecordID })
}

// LastPayment gives the latest charge that brought money, or nil.
func (b *Billing) LastPayment() *Payment {
	for _, c := range b.Charges() {
		if c.Received() {
			return &Payment{c}
		}
	}
	return nil
}

// Payment is a charge that brought money.
type Payment struct{ *billing.Charge }

// PaidAt is when the money was received.
func (p *Payment) PaidAt() time.Time { return p.ChargedAt }

// CurrencyTotals are the sums in one currency.
type CurrencyTotals struct {
	Currency string
	// Balance is nil where an account's is not known.
	Balance *billing.Money
	// MRR is nil where a subscription's is not known.
	MRR *billing.Money
}

// Totals gives the sums, one row per currency, in the order of the codes. Nil:
// an account did not answer whole, so that they cannot be known.
func (b *Billing) Totals() []*CurrencyTotals {
	if !b.Whole(billing.PartSubscriptions) {
		return nil
	}
	sums := map[string]*CurrencyTotals{}
	unknownBalance, unknownMRR := false, false
	row := func(code string) *CurrencyTotals {
		if sums[code] == nil {
			zero := billing.Money{Currency: code}
			mrr := zero
			sums[code] = &CurrencyTotals{Currency: code, Balance: &zero, MRR: &mrr}
		}
		return sums[code]
	}
	for _, r := range b.records {
		if r.Balance == nil {
			unknownBalance = true
		} else if t := row(r.Balance.Currency); t.Balance != nil {
			t.Balance = sum(t.Balance, r.Balance)
		}
		for _, s := range r.Subscriptions {
			m := s.MonthlyRevenue()
			if m == nil {
				// A subscription that brings nothing and never had a price hides no revenue.
				unknownMRR = unknownMRR || s.Status == billing.Active || s.Status == billing.PastDue || s.Status == billing.Unpaid || s.Status == billing.OtherSubscriptionStatus
			} else if t := row(m.Currency); t.MRR != nil {
				t.MRR = sum(t.MRR, m)
			}
		}
	}
	totals := make([]*CurrencyTotals, 0, len(sums))
	for _, t := range sums {
		if unknownBalance {
			t.Balance = nil
		}
		if unknownMRR {
			t.MRR = nil
		}
		totals = append(totals, t)
	}
	slices.SortFunc(totals, func(a, b *CurrencyTotals) int { return cmp.Compare(a.Currency, b.Currency) })
	return totals
}

// Balance is what the customer owes; nil unless it is known in exactly one currency.
func (b *Billing) Balance() *billing.Money {
	if t := b.Totals(); len(t) == 1 {
		return t[0].Balance
	}
	return nil
}

// MRR is the recurring revenue of a month; nil unless it is known in exactly one currency.
func (b *Billing) MRR() *billing.Money {
	if t := b.Totals(); len(t) == 1 {
		return t[0].MRR
	}
	return nil
}

func sum(a, b *billing.Money) *billing.Money {
	if s, ok := a.Add(*b); ok {
		return &s
	}
	return nil
}

// merge gives the dated facts of several records in one list, newest first, ties
// by key. Each fact comes once, even if two links lead to its record.
func merge[R, T any](records []R, facts func(R) []T, position func(T) (time.Time, string)) []T {
	all := []T{}
	for _, r := range records {
		all = append(all, facts(r)...)
	}
	slices.SortStableFunc(all, func(a, b T) int {
		at, ak := position(a)
		bt, bk := position(b)
		return cmp.Or(bt.Compare(at), cmp.Compare(ak, bk))
	})
	return all
}
