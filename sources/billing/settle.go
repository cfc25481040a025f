package billing

import (
	"time"

	"customer360/sources"
)

// Settle brings a record that a system gave into the form that the contract asks
// for, see [sources.Form] and [sources.Settle]; statuses that are not ours become OTHER. It
// reports whether facts were cut, or why the record cannot be given.
func (r *Record) Settle(system, owner string) (truncated bool, err error) {
	r.System, r.Owner, r.RecordID = system, owner, owner
	var f sources.Form
	r.Account.settle(&f)
	for i, s := range r.Subscriptions {
		if f.In("subscriptions", i, s != nil) {
			s.settle(&f)
		}
	}
	for i, one := range r.Invoices {
		if f.In("invoices", i, one != nil) {
			one.settle(&f)
		}
	}
	for i, c := range r.Charges {
		if f.In("charges", i, c != nil) {
			c.settle(&f)
		}
	}
	if r.LeftOut = f.LeftOut(owner); f.Err() != nil {
		return false, f.Err()
	}
	var cut [3]bool
	if r.Subscriptions, cut[0], err = sources.Settle(r.Subscriptions, system, owner, true,
		func(s *Subscription) (*sources.Ref, time.Time) { return &s.Ref, s.StartedAt }); err != nil {
		return false, err
	}
	if r.Invoices, cut[1], err = sources.Settle(r.Invoices, system, owner, false,
		func(i *Invoice) (*sources.Ref, time.Time) { return &i.Ref, i.IssuedAt }); err != nil {
		return false, err
	}
	if r.Charges, cut[2], err = sources.Settle(r.Charges, system, owner, false,
		func(c *Charge) (*sources.Ref, time.Time) { return &c.Ref, c.ChargedAt }); err != nil {
		return false, err
	}
	for i, part := range []sources.Parts{PartSubscriptions, PartInvoices, PartCharges} {
		if cut[i] {
			r.Cut |= part
		}
	}
	return r.Cut != 0, nil
}

func (a *Account) settle(f *sources.Form) {
	f.URL("url", &a.URL)
	f.Name("name", &a.Name)
	settleMoney(f, "balance", &a.Balance)
	if a.Currency != "" {
		if m, err := ParseMoney("0", a.Currency); err != nil {
			a.Currency = ""
			f.Leave("currency", "is not one of ISO 4217")
		} else {
			a.Currency = m.Currency
		}
	}
	f.Text("paymentMethod", &a.PaymentMethod)
	f.Time("createdAt", &a.CreatedAt)
}

func (s *Subscription) settle(f *sources.Form) {
	f.Ref(&s.Ref)
	f.Text("name", &s.Name)
	sources.Word(f, "status", orOther(&s.Status, OtherSubscriptionStatus), &s.RawStatus, OtherSubscriptionStatus,
		Incomplete, IncompleteExpired, Trialing, Active, PastDue, Canceled, Unpaid, Paused, OtherSubscriptionStatus)
	f.Count("quantity", &s.Quantity)
	settleMoney(f, "price", &s.Price)
	if s.Interval != "" && !isInterval(s.Interval) {
		s.Interval = ""
		f.Leave("interval", "is no length of time of ISO 8601")
	}
	settleMoney(f, "mrr", &s.MRR)
	f.Time("startedAt", &s.StartedAt)
	f.Time("trialEndsAt", &s.TrialEndsAt)
	f.Time("currentPeriodEndsAt", &s.CurrentPeriodEndsAt)
	f.Time("canceledAt", &s.CanceledAt)
	f.Time("endedAt", &s.EndedAt)
}

func (i *Invoice) settle(f *sources.Form) {
	f.Ref(&i.Ref)
	f.Text("number", &i.Number)
	f.Text("description", &i.Description)
	sources.Word(f, "status", orOther(&i.Status, OtherInvoiceStatus), &i.RawStatus, OtherInvoiceStatus,
		Draft, Due, Overdue, Paid, Void, Uncollectible, OtherInvoiceStatus)
	settleMoney(f, "total", &i.Total)
	settleMoney(f, "amountDue", &i.AmountDue)
	f.Needed("issuedAt", i.IssuedAt)
	f.Time("dueAt", &i.DueAt)
	f.Time("paidAt", &i.PaidAt)
}

func (c *Charge) settle(f *sources.Form) {
	f.Ref(&c.Ref)
	f.Text("description", &c.Description)
	sources.Word(f, "status", orOther(&c.Status, OtherChargeStatus), &c.RawStatus, OtherChargeStatus,
		Succeeded, Pending, Failed, Refunded, Disputed, OtherChargeStatus)
	settleMoney(f, "amount", &c.Amount)
	settleMoney(f, "refunded", &c.Refunded)
	f.Text("paymentMethod", &c.PaymentMethod)
	f.Needed("chargedAt", c.ChargedAt)
}

// settleMoney leaves out money without a currency: adapters that parse it have none such.
func settleMoney(f *sources.Form, field string, m **Money) {
	if *m != nil && (*m).Decimal().Places < 0 {
		*m = nil
		f.Leave(field, "has no currency of ISO 4217")
	}
}

// maxInterval bounds the text of an interval, since what reads it takes the square of its
// length.
const maxInterval = 64

// isInterval reports whether a text is a length of time that the graph can give.
func isInterval(iso string) bool {
	if _, ok := wholeMonths(iso); ok {
		return true
	}
	if len(iso) > maxInterval {
		return false
	}
	_, ok := IntervalMonths(iso)
	return ok
}

// orOther fills in a status that the system did not give.
func orOther[E ~string](status *E, other E) *E {
	if *status == "" {
		*status = other
	}
	return status
}
