package billing

import (
	"time"

	"customer360/sources"
)

// Settle brings a record that a system gave into the form that the contract asks
// for, see [sources.Settle]; statuses that are not ours become OTHER. It reports
// whether facts were cut.
func (r *Record) Settle(system, owner string) (truncated bool, err error) {
	r.System, r.Owner, r.RecordID = system, owner, owner
	r.Name = sources.Visible(r.Name)
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
	for _, s := range r.Subscriptions {
		sources.OneOf(orOther(&s.Status, OtherSubscriptionStatus), &s.RawStatus, OtherSubscriptionStatus,
			Incomplete, IncompleteExpired, Trialing, Active, PastDue, Canceled, Unpaid, Paused, OtherSubscriptionStatus)
	}
	for _, i := range r.Invoices {
		sources.OneOf(orOther(&i.Status, OtherInvoiceStatus), &i.RawStatus, OtherInvoiceStatus,
			Draft, Due, Overdue, Paid, Void, Uncollectible, OtherInvoiceStatus)
	}
	for _, c := range r.Charges {
		sources.OneOf(orOther(&c.Status, OtherChargeStatus), &c.RawStatus, OtherChargeStatus,
			Succeeded, Pending, Failed, Refunded, Disputed, OtherChargeStatus)
	}
	for i, part := range []sources.Parts{PartSubscriptions, PartInvoices, PartCharges} {
		if cut[i] {
			r.Cut |= part
		}
	}
	return r.Cut != 0, nil
}

// orOther fills in a status that the system did not give.
func orOther[E ~string](status *E, other E) *E {
	if *status == "" {
		*status = other
	}
	return status
}
