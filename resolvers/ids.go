package resolvers

import (
	"context"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/social"
	"customer360/sources/support"
)

// Global ids, and how an object is found by one. A customer, and what is joined for
// one, is found by the spine's name and the profile's key. A record is found by its
// system, the key that it is asked by, and its own key.

func (g *Graph) customerID(typ, key string) string { return relay.NewID(typ, g.spine, key).String() }

func recordID(typ string, r sources.Ref) (string, error) {
	return relay.NewID(typ, r.System, r.Owner, r.RecordID).String(), nil
}

// interactionParts is how many parts an Interaction's id has: source, system, owner,
// kind, record.
const interactionParts = 5

type (
	billingAccountResolver struct{}
	subscriptionResolver   struct{}
	invoiceResolver        struct{}
	chargeResolver         struct{}
	paymentResolver        struct{}
	ticketResolver         struct{}
	socialProfileResolver  struct{}
	mentionResolver        struct{}
	interactionResolver    struct{}
)

// The types of records need no more than their ids.

// BillingAccount resolves billing accounts.
func (g *Graph) BillingAccount() graph.BillingAccountResolver { return billingAccountResolver{} }

// Subscription resolves subscriptions.
func (g *Graph) Subscription() graph.SubscriptionResolver { return subscriptionResolver{} }

// Invoice resolves invoices.
func (g *Graph) Invoice() graph.InvoiceResolver { return invoiceResolver{} }

// Charge resolves charges.
func (g *Graph) Charge() graph.ChargeResolver { return chargeResolver{} }

// Payment resolves payments.
func (g *Graph) Payment() graph.PaymentResolver { return paymentResolver{} }

// Ticket resolves tickets.
func (g *Graph) Ticket() graph.TicketResolver { return ticketResolver{} }

// SocialProfile resolves social profiles.
func (g *Graph) SocialProfile() graph.SocialProfileResolver { return socialProfileResolver{} }

// Mention resolves mentions.
func (g *Graph) Mention() graph.MentionResolver { return mentionResolver{} }

// Interaction resolves interactions.
func (g *Graph) Interaction() graph.InteractionResolver { return interactionResolver{} }

func (billingAccountResolver) ID(_ context.Context, a *billing.Account) (string, error) {
	return recordID("BillingAccount", a.Ref)
}

func (subscriptionResolver) ID(_ context.Context, s *billing.Subscription) (string, error) {
	return recordID("Subscription", s.Ref)
}

func (invoiceResolver) ID(_ context.Context, i *billing.Invoice) (string, error) {
	return recordID("Invoice", i.Ref)
}

func (chargeResolver) ID(_ context.Context, c *billing.Charge) (string, error) {
	return recordID("Charge", c.Ref)
}

func (paymentResolver) ID(_ context.Context, p *customer.Payment) (string, error) {
	return recordID("Payment", p.Ref)
}

func (ticketResolver) ID(_ context.Context, t *support.Ticket) (string, error) {
	return recordID("Ticket", t.Ref)
}

func (socialProfileResolver) ID(_ context.Context, p *social.Profile) (string, error) {
	return recordID("SocialProfile", p.Ref)
}

func (mentionResolver) ID(_ context.Context, m *social.Mention) (string, error) {
	return recordID("Mention", m.Ref)
}

func (interactionResolver) ID(_ context.Context, i *customer.Interaction) (string, error) {
	return relay.NewID("Interaction", string(i.Source), i.Ref.System, i.Ref.Owner, string(i.Kind), i.Ref.RecordID).String(), nil
}

// ConversationID is the id of the ticket that the conversation is about.
func (interactionResolver) ConversationID(_ context.Context, i *customer.Interaction) (*string, error) {
	if i.TicketID == "" {
		return nil, nil
	}
	id := relay.NewID("Ticket", i.Ref.System, i.Ref.Owner, i.TicketID).String()
	return &id, nil
}

func (interactionResolver) Subject(_ context.Context, i *customer.Interaction) (graph.Node, error) {
	return i.Subject, nil
}
