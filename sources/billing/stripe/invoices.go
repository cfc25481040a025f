package stripe

import (
	"cmp"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
)

// invoice gives an invoice. It is issued when it becomes final, and due only where it
// has a due date: one that is charged automatically has none. Its page for the customer
// is not linked, since whoever has that address can read and pay it.
func (f *fetch) invoice(i *stripe.Invoice) *billing.Invoice {
	b := &billing.Invoice{
		Ref:         sources.Ref{RecordID: i.ID, URL: f.link(i.Livemode, "invoices", i.ID)},
		Number:      i.Number,
		Description: i.Description,
		Status:      billing.InvoiceStatus(i.Status),
		Total:       f.amount(i.ID, "total", i.Total, i.Currency),
		AmountDue:   f.amount(i.ID, "amount_remaining", i.AmountRemaining, i.Currency),
		IssuedAt:    at(i.Created),
		DueAt:       at(i.DueDate),
	}
	if t := i.StatusTransitions; t != nil {
		b.IssuedAt = at(cmp.Or(t.FinalizedAt, i.Created))
		b.PaidAt = at(t.PaidAt)
	}
	switch i.Status {
	case stripe.InvoiceStatusOpen:
		b.Status = billing.Due
		if !b.DueAt.IsZero() && b.DueAt.Before(f.now) {
			b.Status = billing.Overdue
		}
	case stripe.InvoiceStatusVoid:
		// What was left to pay stays written on it, and nobody owes it.
		b.AmountDue = amountOf(0, i.Currency)
	}
	return b
}

// amount gives a field of an object as money; nil where it is not known.
func (f *fetch) amount(id, field string, minor int64, c stripe.Currency) *billing.Money {
	if f.unknown.is(id, field) {
		return nil
	}
	return amountOf(minor, c)
}

// The words in RawStatus for charges that Stripe tells as succeeded, and that brought no
// money: an amount that is only reserved, and one that was let go again.
const (
	uncaptured = "uncaptured"
	released   = "released"
)

// charge gives a charge: the amount that was taken, less than asked for where only some
// of it was captured. It is refunded only if all of it is, and disputed if it ever was:
// how a dispute ended is not told with it.
func (f *fetch) charge(c *stripe.Charge) *billing.Charge {
	amount, refunded := c.Amount, c.AmountRefunded
	if c.Captured && c.AmountCaptured > 0 && c.AmountCaptured < amount {
		// The rest counts as refunded, although it was never taken.
		refunded = max(0, refunded-(amount-c.AmountCaptured))
		amount = c.AmountCaptured
	}
	b := &billing.Charge{
		Ref:           sources.Ref{RecordID: c.ID, URL: f.link(c.Livemode, "payments", c.ID)},
		Description:   c.Description,
		Status:        billing.ChargeStatus(c.Status),
		Amount:        f.amount(c.ID, "amount", amount, c.Currency),
		PaymentMethod: usedMethod(c.PaymentMethodDetails),
		ChargedAt:     at(c.Created),
	}
	if c.Status != stripe.ChargeStatusSucceeded {
		return b
	}
	switch {
	case !c.Captured && c.Refunded:
		b.Status, b.RawStatus = billing.OtherChargeStatus, released
		return b
	case !c.Captured:
		b.Status, b.RawStatus = billing.Pending, uncaptured
		return b
	case c.Refunded:
		b.Status = billing.Refunded
	case c.Disputed:
		b.Status = billing.Disputed
	}
	if refunded > 0 {
		b.Refunded = amountOf(refunded, c.Currency)
	}
	return b
}
