package resolvers

import (
	"context"
	"slices"
	"time"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources/billing"
	"customer360/sources/social"
	"customer360/sources/support"
)

type billingResolver struct{ *Graph }

// Billing resolves the lists of a customer's billing.
func (g *Graph) Billing() graph.BillingResolver { return billingResolver{g} }

func (r billingResolver) ID(_ context.Context, b *customer.Billing) (string, error) {
	return r.customerID("Billing", b.CustomerID), nil
}

func (r billingResolver) Invoices(ctx context.Context, b *customer.Billing, first *int, after *string, status []billing.InvoiceStatus) (*graph.InvoiceConnection, error) {
	all := b.Invoices()
	if status != nil {
		all = only(all, func(i *billing.Invoice) bool { return slices.Contains(status, i.Status) })
	}
	return paginate(ctx, r.Graph, "Invoice", "invoices", all, b.Whole(billing.PartInvoices), first, after, func(i *billing.Invoice) (time.Time, string) {
		return i.IssuedAt, i.System + "/" + i.RecordID
	})
}

func (r billingResolver) Charges(ctx context.Context, b *customer.Billing, first *int, after *string, since *time.Time) (*graph.ChargeConnection, error) {
	all := b.Charges()
	if since != nil {
		all = only(all, func(c *billing.Charge) bool { return !c.ChargedAt.Before(*since) })
	}
	return paginate(ctx, r.Graph, "Charge", "charges", all, b.Whole(billing.PartCharges), first, after, func(c *billing.Charge) (time.Time, string) {
		return c.ChargedAt, c.System + "/" + c.RecordID
	})
}

type supportResolver struct{ *Graph }

// Support resolves the lists of a customer's support.
func (g *Graph) Support() graph.SupportResolver { return supportResolver{g} }

func (r supportResolver) ID(_ context.Context, s *customer.Support) (string, error) {
	return r.customerID("Support", s.CustomerID), nil
}

func (r supportResolver) Tickets(ctx context.Context, s *customer.Support, first *int, after *string, status []support.TicketStatus) (*graph.TicketConnection, error) {
	all := s.Tickets()
	if status != nil {
		all = only(all, func(t *support.Ticket) bool { return slices.Contains(status, t.Status) })
	}
	return paginate(ctx, r.Graph, "Ticket", "tickets", all, s.Whole(support.PartTickets), first, after, func(t *support.Ticket) (time.Time, string) {
		return t.CreatedAt, t.System + "/" + t.RecordID
	})
}

type socialResolver struct{ *Graph }

// Social resolves the lists of a customer's accounts on networks.
func (g *Graph) Social() graph.SocialResolver { return socialResolver{g} }

func (r socialResolver) ID(_ context.Context, s *customer.Social) (string, error) {
	return r.customerID("Social", s.CustomerID), nil
}

func (r socialResolver) Mentions(ctx context.Context, s *customer.Social, first *int, after *string) (*graph.MentionConnection, error) {
	return paginate(ctx, r.Graph, "Mention", "mentions", s.Mentions(), s.Whole(social.PartMentions), first, after, func(m *social.Mention) (time.Time, string) {
		return m.PostedAt, m.System + "/" + m.RecordID
	})
}

// only gives the entries of a list that are wanted. The list is a record's own.
func only[T any](all []T, wanted func(T) bool) []T {
	some := make([]T, 0, len(all))
	for _, one := range all {
		if wanted(one) {
			some = append(some, one)
		}
	}
	return some
}

// shown gives the objects of a list that the contract shows. The list is a record's own.
func shown[T any](p *policy, object string, all []T) []T {
	if p.carries[object] == nil {
		return all
	}
	return only(all, func(one T) bool { return !p.drops(object, one) })
}

// paginate gives a page of a list of objects; the total is told where the list is whole.
func paginate[T any](ctx context.Context, g *Graph, object, list string, all []T, whole bool, first *int, after *string, position func(T) (time.Time, string)) (*relay.Page[T], error) {
	limit, err := relay.First(first, g.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	all = shown(g.policy, object, all)
	page, err := relay.Paginate(list, all, limit, g.policy.opened(operationOf(ctx).caller, after), position)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	if whole {
		page.Count(len(all))
	}
	return page, nil
}
