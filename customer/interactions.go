package customer

import (
	"strings"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// What nobody is named for is done by one of these.
var (
	customerActor = &Actor{Kind: ByCustomer}
	agentActor    = &Actor{Kind: ByAgent}
	systemActor   = &Actor{Kind: BySystem}
)

// interactions are made in one piece: there are many of them.
type interactions struct {
	room []Interaction
	all  []*Interaction
}

// roomFor makes room for n of them.
func roomFor(n int) interactions {
	return interactions{make([]Interaction, 0, n), make([]*Interaction, 0, n)}
}

func (i *interactions) add(one Interaction) {
	if len(i.room) == cap(i.room) {
		i.room = make([]Interaction, 0, 16)
	}
	i.room = append(i.room, one)
	i.all = append(i.all, &i.room[len(i.room)-1])
}

// BillingInteractions gives what happened in a billing account, in no order.
func BillingInteractions(r *billing.Record) []*Interaction {
	all := roomFor(len(r.Invoices) + len(r.Charges) + len(r.Subscriptions))
	for _, i := range r.Invoices {
		if i.Status == billing.Draft {
			continue
		}
		all.add(Interaction{
			At: i.IssuedAt, Kind: InvoiceIssued, Direction: support.Outbound, Source: profiles.Billing,
			Ref: i.Ref, Title: amountTitle(strings.TrimSpace("Invoice "+i.Number), i.Total), Body: i.Description,
			Actor: systemActor, Subject: i,
		})
	}
	for _, c := range r.Charges {
		at := Interaction{
			At: c.ChargedAt, Source: profiles.Billing, Ref: c.Ref, Body: c.Description,
			Actor: customerActor, Subject: c,
		}
		switch {
		case c.Received():
			at.Kind, at.Direction, at.Title = PaymentReceived, support.Inbound, amountTitle("Payment", c.Amount)
		case c.Status == billing.Failed:
			at.Kind, at.Direction, at.Title = PaymentFailed, support.Inbound, amountTitle("Failed payment", c.Amount)
		default:
			continue
		}
		all.add(at)
		if c.Refunded != nil && c.Refunded.Minor != 0 {
			// Billing systems date the charge, and seldom the refund: it is shown with it.
			refund := at
			refund.Kind, refund.Direction, refund.Actor = Refund, support.Outbound, systemActor
			refund.Title = amountTitle("Refund", c.Refunded)
			all.add(refund)
		}
	}
	for _, s := range r.Subscriptions {
		if !s.StartedAt.IsZero() {
			all.add(Interaction{
				At: s.StartedAt, Kind: SubscriptionStarted, Source: profiles.Billing, Ref: s.Ref,
				Title: s.Name, Actor: customerActor, Subject: s,
			})
		}
		if !s.EndedAt.IsZero() {
			all.add(Interaction{
				At: s.EndedAt, Kind: SubscriptionEnded, Source: profiles.Billing, Ref: s.Ref,
				Title: s.Name, Subject: s,
			})
		}
	}
	return all.all
}

func amountTitle(what string, m *billing.Money) string {
	if m == nil {
		return what
	}
	return what + ": " + m.String()
}

// SupportInteractions gives what happened with a support contact, in no order.
func SupportInteractions(r *support.Record) []*Interaction {
	all := roomFor(len(r.Tickets) + len(r.Messages))
	tickets := map[string]*support.Ticket{}
	for _, t := range r.Tickets {
		tickets[t.RecordID] = t
		all.add(Interaction{
			At: t.CreatedAt, Kind: TicketOpened, Channel: t.Channel, Direction: support.Inbound,
			Source: profiles.Support, Ref: t.Ref, Title: t.Title, Actor: customerActor,
			TicketID: t.RecordID, Subject: t,
		})
		if !t.SolvedAt.IsZero() {
			all.add(Interaction{
				At: t.SolvedAt, Kind: TicketSolved, Channel: t.Channel, Direction: support.Outbound,
				Source: profiles.Support, Ref: t.Ref, Title: t.Title, Actor: agentActor,
				TicketID: t.RecordID, Subject: t,
			})
		}
	}
	for _, m := range r.Messages {
		i := Interaction{
			At: m.SentAt, Kind: MessageSent, Channel: m.Channel, Direction: m.Direction,
			Source: profiles.Support, Ref: m.Ref, Title: m.Title, Body: m.Body, TicketID: m.TicketID,
		}
		switch {
		case m.Direction == support.Internal:
			i.Kind = Note
		case m.Channel == profiles.Phone:
			i.Kind = Call
		}
		switch {
		case m.Direction == support.Inbound:
			i.Actor = customerActor
		case m.Automatic:
			i.Actor = systemActor
		default:
			i.Actor = agentActor
		}
		if m.AuthorName != "" {
			i.Actor = &Actor{Kind: i.Actor.Kind, Name: m.AuthorName}
		}
		if t := tickets[m.TicketID]; t != nil {
			i.Subject = t
			if i.Title == "" {
				i.Title = t.Title
			}
		}
		all.add(i)
	}
	return all.all
}

// SocialInteractions gives what happened on a social account, in no order.
func SocialInteractions(r *social.Record) []*Interaction {
	all := roomFor(len(r.Mentions))
	for _, m := range r.Mentions {
		all.add(Interaction{
			At: m.PostedAt, Kind: Mentioned, Channel: profiles.SocialMedia, Direction: support.Inbound,
			Source: profiles.Social, Ref: m.Ref, Title: "Mention on " + m.Network, Body: m.Text,
			Actor: &Actor{Kind: ByCustomer, Name: r.Handle, ByHandle: true, Network: r.Network}, Subject: m,
		})
	}
	return all.all
}
