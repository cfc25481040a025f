package demo

import (
	"fmt"
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// finish fills in what follows from the rest: the keys of facts, balances, the
// types of attributes, and the order of everything.
func (b *builder) finish() {
	types := map[string]profiles.AttributeType{}
	for _, d := range b.Definitions {
		types[d.Key] = d.Type
	}
	unknownAge := map[string]bool{}
	for _, e := range b.Exceptions {
		if e.Source == profiles.Profile {
			unknownAge[e.RecordID] = e.AgeUnknown
		}
	}
	for _, c := range b.Customers {
		if !unknownAge[c.ID] {
			c.SyncedAt = b.Now
		}
		if c.UpdatedAt.IsZero() {
			c.UpdatedAt = c.CreatedAt
		}
		for i := range c.Attributes {
			a := &c.Attributes[i]
			a.Type, a.Source, a.ObservedAt = types[a.Key], profiles.Profile, c.SyncedAt
		}
		must(c.Settle(profiles.All))
	}
	for i, r := range b.Billing {
		finishAccount(r, i+1)
		_, err := r.Settle(System, r.RecordID)
		must(err)
	}
	for _, r := range b.Support {
		finishContact(r)
		_, err := r.Settle(System, r.RecordID)
		must(err)
	}
	for _, r := range b.Social {
		for i, m := range r.Mentions {
			m.RecordID = fmt.Sprintf("%s-p%d", r.RecordID, i+1)
			m.URL = fmt.Sprintf("%s/%d", r.URL, i+1)
			m.Network = r.Network
		}
		_, err := r.Settle(System, r.RecordID)
		must(err)
	}
}

// finishAccount gives the facts of an account their keys, and the account the
// balance that follows from its invoices. The number tells the company's accounts
// apart in the numbers of invoices.
func finishAccount(r *billing.Record, number int) {
	for i, s := range r.Subscriptions {
		s.RecordID = fmt.Sprintf("%s-s%d", r.RecordID, i+1)
	}
	for i, c := range r.Charges {
		c.RecordID = fmt.Sprintf("%s-c%d", r.RecordID, i+1)
	}
	balance, overdue := billing.Money{Currency: r.Currency}, false
	for i, v := range r.Invoices {
		v.RecordID = fmt.Sprintf("%s-i%d", r.RecordID, i+1)
		v.Number = fmt.Sprintf("%s-%04d", v.IssuedAt.Format("060102"), number)
		v.URL = "https://billing.example.com/invoices/" + v.RecordID
		if v.Status == billing.Due || v.Status == billing.Overdue {
			balance.Minor += v.AmountDue.Minor
			overdue = overdue || v.Status == billing.Overdue
		}
	}
	if r.Balance == nil {
		r.Balance = &balance
	}
	if r.IsDelinquent == nil {
		r.IsDelinquent = &overdue
	}
}

// finishContact gives the facts of a contact their keys, and the tickets the time
// at which they last changed.
func finishContact(r *support.Record) {
	tickets := map[string]*support.Ticket{}
	for _, t := range r.Tickets {
		t.URL = "https://support.example.com/tickets/" + t.RecordID
		t.UpdatedAt = later(t.CreatedAt, t.SolvedAt)
		tickets[t.RecordID] = t
	}
	for i, m := range r.Messages {
		m.RecordID = fmt.Sprintf("%s-m%d", r.RecordID, i+1)
		if t := tickets[m.TicketID]; t != nil {
			t.UpdatedAt = later(t.UpdatedAt, m.SentAt)
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// must ends the program on an error that only wrong data in this package can give.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
