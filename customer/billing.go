package customer

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"customer360/sources"
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
	// one is where records are, if there is one.
	one [1]*billing.Record
	// mrr is what [Billing.MRR] gives.
	mrr billing.Money
}

// JoinBilling joins the records of all of a customer's billing accounts. Nil: none was
// found.
func JoinBilling(customerID string, results []Result[*billing.Record]) *Billing {
	return new(Billing).Join(customerID, results)
}

// Join is [JoinBilling] with the memory at hand.
func (b *Billing) Join(customerID string, results []Result[*billing.Record]) *Billing {
	b.CustomerID, b.completeness = customerID, completenessOf(results)
	if b.records = records(b.one[:0], results); len(b.records) == 0 {
		return nil
	}
	return b
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
		func(s *billing.Subscription) (time.Time, *sources.Ref) { return s.StartedAt, &s.Ref })
}

// Invoices gives the invoices, newest first; nobody may change the list.
func (b *Billing) Invoices() []*billing.Invoice {
	return merge(b.records, func(r *billing.Record) []*billing.Invoice { return r.Invoices },
		func(i *billing.Invoice) (time.Time, *sources.Ref) { return i.IssuedAt, &i.Ref })
}

// Charges gives the charges, newest first; nobody may change the list.
func (b *Billing) Charges() []*billing.Charge {
	return merge(b.records, func(r *billing.Record) []*billing.Charge { return r.Charges },
		func(c *billing.Charge) (time.Time, *sources.Ref) { return c.ChargedAt, &c.Ref })
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

// balances gives what the accounts owe, by currency; false where an account's is not known.
func (b *Billing) balances() (map[string]*billing.Money, bool) {
	sums := map[string]*billing.Money{}
	for _, r := range b.records {
		if r.Balance == nil {
			return nil, false
		}
		add(sums, r.Balance)
	}
	return sums, b.known
}

// revenues gives what the subscriptions bring in a month, by currency; false where one's
// is not known.
func (b *Billing) revenues() (map[string]*billing.Money, bool) {
	sums := map[string]*billing.Money{}
	for _, r := range b.records {
		for _, s := range r.Subscriptions {
			switch m := s.MonthlyRevenue(); {
			case m != nil:
				add(sums, m)
			// One that brings nothing and never had a price hides no revenue.
			case s.BringsMoney():
				return nil, false
			}
		}
	}
	return sums, b.Whole(billing.PartSubscriptions)
}

// add adds an amount to the sum of its currency; a sum that is too large is nil.
func add(sums map[string]*billing.Money, m *billing.Money) {
	before, ok := sums[m.Currency]
	switch {
	case !ok:
		sums[m.Currency] = m
	case before != nil:
		sums[m.Currency] = sum(before, m)
	}
}

// only gives the sum of the one currency that there is; nil where there are several, or
// none. One in which the sum is zero does not count beside others.
func only(sums map[string]*billing.Money, known bool) *billing.Money {
	if !known {
		return nil
	}
	var zero, some []*billing.Money
	for _, m := range sums {
		if m != nil && m.Minor == 0 {
			zero = append(zero, m)
		} else {
			some = append(some, m)
		}
	}
	if some == nil {
		some = zero
	}
	if len(some) != 1 {
		return nil
	}
	return some[0]
}

// Totals gives the sums, one row per currency, in the order of the codes. Nil: an
// account did not answer whole, so that they cannot be known.
func (b *Billing) Totals() []*CurrencyTotals {
	if !b.Whole(billing.PartSubscriptions) {
		return nil
	}
	balances, balanceKnown := b.balances()
	revenues, mrrKnown := b.revenues()
	codes := map[string]bool{}
	for code := range balances {
		codes[code] = true
	}
	for code := range revenues {
		codes[code] = true
	}
	totals := make([]*CurrencyTotals, 0, len(codes))
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		row := &CurrencyTotals{Currency: code}
		if balanceKnown {
			row.Balance = orZero(balances, code)
		}
		if mrrKnown {
			row.MRR = orZero(revenues, code)
		}
		totals = append(totals, row)
	}
	return totals
}

// orZero gives the sum of a currency, zero where it has none.
func orZero(sums map[string]*billing.Money, code string) *billing.Money {
	if m, ok := sums[code]; ok {
		return m
	}
	return &billing.Money{Currency: code}
}

// Balance is what the customer owes; nil unless it is known in exactly one currency.
// It does not depend on what else is asked for beside it.
func (b *Billing) Balance() *billing.Money {
	if len(b.records) == 1 && b.known {
		return b.records[0].Balance
	}
	return only(b.balances())
}

// MRR is the recurring revenue of a month, nil unless it is known in exactly one
// currency. It does not depend on what else is asked for beside it.
// Only one may call it at a time.
func (b *Billing) MRR() *billing.Money {
	var total billing.Money
	for _, r := range b.records {
		for _, s := range r.Subscriptions {
			m, ok := s.Monthly()
			if !ok && !s.BringsMoney() {
				continue
			}
			if total.Currency == "" {
				total.Currency = m.Currency
			}
			sum, fits := total.Add(m)
			if !ok || !fits {
				// Not known, too large, or in several currencies.
				return only(b.revenues())
			}
			total = sum
		}
	}
	if total.Currency == "" || !b.Whole(billing.PartSubscriptions) {
		return nil
	}
	b.mrr = total
	return &b.mrr
}

func sum(a, b *billing.Money) *billing.Money {
	if s, ok := a.Add(*b); ok {
		return &s
	}
	return nil
}

// merge gives the dated facts of several records in one list, newest first, ties
// by key. Each fact comes once, even if two links lead to its record. The list of one
// record is given as it is, so nobody may change it.
func merge[R, T any](records []R, facts func(R) []T, position func(T) (time.Time, *sources.Ref)) []T {
	compare := func(a, b T) int {
		at, ar := position(a)
		bt, br := position(b)
		if order := bt.Compare(at); order != 0 {
			return order
		}
		return cmp.Compare(key(ar), key(br))
	}
	if len(records) == 1 {
		if all := facts(records[0]); all != nil && slices.IsSortedFunc(all, compare) {
			return slices.Clip(all)
		}
	}
	all := []T{}
	for _, r := range records {
		all = append(all, facts(r)...)
	}
	slices.SortStableFunc(all, compare)
	return all
}

// key breaks ties between facts of one moment.
func key(r *sources.Ref) string { return r.System + "/" + r.RecordID }
