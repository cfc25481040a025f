package stripe

import (
	"cmp"
	"strings"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
)

// subscription gives a subscription. Price, quantity and interval are those of its one
// item; with several items only what they have in common is told. Where it brings
// something and that is not known, the price is not told either, since it would be
// worked out from that alone.
func (f *fetch) subscription(s *stripe.Subscription, customer *stripe.Customer, c *catalogue) *billing.Subscription {
	items := itemsOf(s)
	b := &billing.Subscription{
		Ref:         sources.Ref{RecordID: s.ID, URL: f.link(s.Livemode, "subscriptions", s.ID)},
		Name:        nameOf(s, items, c),
		Status:      billing.SubscriptionStatus(s.Status),
		MRR:         monthly(s, customer, c, f.now),
		StartedAt:   at(cmp.Or(s.StartDate, s.Created)),
		TrialEndsAt: at(s.TrialEnd),
		CanceledAt:  at(s.CanceledAt),
		EndedAt:     at(s.EndedAt),
	}
	for n, i := range items {
		if brings(s) && !isMetered(i) && f.unknown.is(i.ID, "quantity") {
			b.MRR = nil
		}
		if interval := intervalOf(i); n == 0 {
			b.Interval = interval
		} else if interval != b.Interval {
			b.Interval = ""
		}
		// Items can be billed at different times; the next one matters.
		if end := at(i.CurrentPeriodEnd); s.EndedAt == 0 && !end.IsZero() && (b.CurrentPeriodEndsAt.IsZero() || end.Before(b.CurrentPeriodEndsAt)) {
			b.CurrentPeriodEndsAt = end
		}
	}
	if len(items) != 1 || items[0].Price == nil {
		return b
	}
	if !isMetered(items[0]) && !f.unknown.is(items[0].ID, "quantity") {
		quantity := int(items[0].Quantity)
		b.Quantity = &quantity
	}
	if t, ok := termsOf(items[0].Price, s.Currency, c); ok && t.isPerUnit() && (b.MRR != nil || !brings(s)) {
		b.Price = money(t.unit, s.Currency)
	}
	return b
}

// nameOf gives what a subscription is called: its description, else its products.
func nameOf(s *stripe.Subscription, items []*stripe.SubscriptionItem, c *catalogue) string {
	if s.Description != "" {
		return s.Description
	}
	var names []string
	for _, i := range items {
		if i.Price == nil {
			continue
		}
		name := i.Price.Nickname
		if i.Price.Product != nil && c.names[i.Price.Product.ID] != nil {
			name = *c.names[i.Price.Product.ID]
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
