package customer

import (
	"strings"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// BillingInteractions gives what happened in a billing account, in no order.
func BillingInteractions(r *billing.Record) []*Interaction {
	var all []*Interaction
	for _, i := range r.Invoices {
		if i.Status == billing.Draft {
			continue
		}
		all = append(all, &Interaction{
			At: i.IssuedAt, Kind: InvoiceIssued, Direction: support.Outbound, Source: profiles.Billing,
			Ref: i.Ref, Title: amountTitle(strings.TrimSpace("Invoice "+i.Number), i.Total), Body: i.Description,
			Actor: &Actor{Kind: BySystem}, Subject: i,
		})
	}
	for _, c := range r.Charges {
		at := Interaction{
			At: c.ChargedAt, Source: profiles.Billing, Ref: c.Ref, Body: c.Description,
			Actor: &Actor{Kind: ByCustomer}, Subject: c,
		}
		switch {
		case c.Received():
			at.Kind, at.Direction, at.Title = PaymentReceived, support.Inbound, amountTitle("Payment", c.Amount)
		case c.Status == billing.Failed:
			at.Kind, at.Direction, at.Title = PaymentFailed, support.Inbound, amountTitle("Failed payment", c.Amount)
		default:
			continue
		}
		all = append(all, &at)
		if c.Refunded != nil && c.Refunded.Minor != 0 {
			// Billing systems date the charge, and seldom the refund: it is shown with it.
			refund := at
			refund.Kind, refund.Direction, refund.Actor = Refund, support.Outbound, &Actor{Kind: BySystem}
			refund.Title = amountTitle("Refund", c.Refunded)
			all = append(all, &refund)
		}
	}
	for _, s := range r.Subscriptions {
		if !s.StartedAt.IsZero() {
			all = append(all, &Interaction{
				At: s.StartedAt, Kind: SubscriptionStarted, Source: profiles.Billing, Ref: s.Ref,
				Title: s.Name, Actor: &Actor{Kind: ByCustomer}, Subject: s,
			})
		}
		if !s.EndedAt.IsZero() {
			all = append(all, &Interaction{
				At: s.EndedAt, Kind: SubscriptionEnded, Source: profiles.Billing, Ref: s.Ref,
				Title: s.Name, Subject: s,
			})
		}
	}
	return all
}

func amountTitle(what string, m *billing.Money) string {
	if m == nil {
		return what
	}
	return what + ": " + m.String()
}

// SupportInteractions gives what happened with a support contact, in no order.
func SupportInteractions(r *support.Record) []*Interaction {
	var all []*Interaction
	tickets := map[string]*support.Ticket{}
	for _, t := range r.Tickets {
		tickets[t.RecordID] = t
		all = append(all, &Interaction{
			At: t.CreatedAt, Kind: TicketOpened, Channel: t.Channel, Direction: support.Inbound,
			Source: profiles.Support, Ref: t.Ref, Title: t.Title, Actor: &Actor{Kind: ByCustomer},
			TicketID: t.RecordID, Subject: t,
		})
		if !t.SolvedAt.IsZero() {
			all = append(all, &Interaction{
				At: t.SolvedAt, Kind: TicketSolved, Channel: t.Channel, Direction: support.Outbound,
				Source: profiles.Support, Ref: t.Ref, Title: t.Title, Actor: &Actor{Kind: ByAgent},
				TicketID: t.RecordID, Subject: t,
			})
		}
	}
	for _, m := range r.Messages {
		i := &Interaction{
			At: m.SentAt, Kind: MessageSent, Channel: m.Channel, Direction: m.Direction,
			Source: profiles.Support, Ref: m.Ref, Title: m.Title, Body: m.Body,
			Actor: &Actor{Kind: ByAgent, Name: m.AuthorName}, TicketID: m.TicketID,
		}
		switch {
		case m.Direction == support.Internal:
			i.Kind = Note
		case m.Channel == profiles.Phone:
			i.Kind = Call
		}
		switch {
		case m.Direction == support.Inbound:
			i.Actor.Kind = ByCustomer
		case m.Automatic:
			i.Actor.Kind = BySystem
		}
		if t := tickets[m.TicketID]; t != nil {
			i.Subject = t
			if i.Title == "" {
				i.Title = t.Title
			}
		}
		all = append(all, i)
	}
	return all
}

// SocialInteractions gives what happened on a social account, in no order.
func SocialInteractions(r *social.Record) []*Interaction {
	var all []*Interaction
	for _, m := range r.Mentions {
		all = append(all, &Interaction{
			At: m.PostedAt, Kind: Mentioned, Channel: profiles.SocialMedia, Direction: support.Inbound,
			Source: profiles.Social, Ref: m.Ref, Title: "Mention on " + m.Network, Body: m.Text,
			Actor: &Actor{Kind: ByCustomer, Name: r.Handle}, Subject: m,
		})
	}
	return all
}
