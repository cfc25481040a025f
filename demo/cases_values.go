package demo

import (
	"fmt"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// everyValue is a customer whose records have every status, priority, channel, kind
// of relation and kind of consent that there is, and one of each that the graph has
// no word for: case-every-value, alles@example.com.
func (b *builder) everyValue() {
	c := b.odd("every-value", "Viola", "Kunterbunt", email("alles@example.com"))
	for _, kind := range []profiles.RelationKind{
		"SPOUSE", "PARENT", "CHILD", "SIBLING", "HOUSEHOLD_MEMBER", "FRIEND", "REFERRED_BY", "REFERRED", "EMPLOYER", "EMPLOYEE", "godmother",
	} {
		c.Relations = append(c.Relations, profiles.Relation{Kind: kind, Name: "Kim Kunterbunt"})
	}
	for i, status := range []profiles.ConsentStatus{"GRANTED", "DENIED", "WITHDRAWN", "asked twice"} {
		c.Consents = append(c.Consents, profiles.Consent{
			Purpose: "research", Status: status, LegalBasis: "CONSENT", GivenAt: b.at(100+i, 9, 0),
		})
	}
	for i, basis := range []profiles.LegalBasis{
		"CONTRACT", "LEGAL_OBLIGATION", "VITAL_INTERESTS", "PUBLIC_TASK", "LEGITIMATE_INTERESTS", "habit",
	} {
		c.Consents = append(c.Consents, profiles.Consent{
			Purpose: "service", Status: "GRANTED", LegalBasis: basis, GivenAt: b.at(200+i, 9, 0), ExpiresAt: b.at(30*(i-3), 0, 0),
		})
	}
	b.everyBillingStatus(b.account(c, "EUR", "direct debit"))
	b.everyTicketStatus(b.contact(c))
}

func (b *builder) everyBillingStatus(a *billing.Record) {
	price := money(1000, "EUR")
	for i, status := range []billing.SubscriptionStatus{
		billing.Incomplete, billing.IncompleteExpired, billing.Trialing, billing.Active, billing.PastDue,
		billing.Canceled, billing.Unpaid, billing.Paused, "AWAITING_SIM",
	} {
		s := monthly(fmt.Sprintf("Meridian Mobile, line %d", i+1), price, b.at(40+i, 9, 0))
		s.Status = status
		switch status {
		case billing.Canceled, billing.IncompleteExpired:
			s.CanceledAt, s.EndedAt = b.at(20, 9, 0), b.at(20, 9, 0)
		case billing.Trialing:
			s.TrialEndsAt = b.at(-18, 9, 0)
		}
		a.Subscriptions = append(a.Subscriptions, s)
	}
	for i, status := range []billing.InvoiceStatus{
		billing.Draft, billing.Due, billing.Overdue, billing.Paid, billing.Void, billing.Uncollectible, "IN_ARBITRATION",
	} {
		v := b.open(price, 2+20*i)
		v.Status = status
		switch status {
		case billing.Paid:
			v.AmountDue, v.PaidAt = money(0, "EUR"), b.at(20*i, 8, 0)
		case billing.Void:
			v.AmountDue = money(0, "EUR")
		}
		a.Invoices = append(a.Invoices, v)
	}
	for i, status := range []billing.ChargeStatus{
		billing.Succeeded, billing.Pending, billing.Failed, billing.Refunded, billing.Disputed, "REQUIRES_ACTION",
	} {
		c := charge("Meridian Mobile", price, b.at(1+10*i, 6, 0))
		c.Status = status
		if status == billing.Refunded {
			c.Refunded = price
		}
		a.Charges = append(a.Charges, c)
	}
}

func (b *builder) everyTicketStatus(s *support.Record) {
	channels := []profiles.Channel{
		profiles.Email, profiles.Phone, profiles.SMS, profiles.Messenger, profiles.Web, profiles.Forum,
		profiles.SocialMedia, profiles.Post, profiles.InPerson, "pigeon",
	}
	priorities := []support.TicketPriority{"LOW", "NORMAL", "HIGH", "URGENT", "P0"}
	for i, status := range []support.TicketStatus{
		support.New, support.Open, support.Pending, support.OnHold, support.Solved, support.Closed, "AWAITING_COURIER",
	} {
		t := support.Ticket{
			Title: fmt.Sprintf("Router, case %d", i+1), Status: status, Priority: priorities[i%len(priorities)],
			Channel: channels[i], CreatedAt: b.at(10*i+3, 9, 0),
		}
		if status == support.Solved || status == support.Closed {
			t.SolvedAt = b.at(10*i+1, 9, 0)
		}
		ticket(s, t)
	}
	last := s.Tickets[len(s.Tickets)-1]
	for i, channel := range channels {
		s.Messages = append(s.Messages, &support.Message{
			TicketID: last.RecordID, Channel: channel, Direction: support.Inbound, AuthorName: "Viola",
			Body: "Where is my router?", SentAt: b.at(60-i, 12, 0),
		})
	}
}
