package resolvers

import (
	"context"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// Node finds any object by its id.
func (q query) Node(ctx context.Context, text string) (graph.Node, error) {
	id, err := operation.Of(ctx).ParseID(text)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	if !q.config.Contract.Shows(id.Type) {
		// A type that is hidden is not told from one that there never was.
		return nil, customer.BadInput(relay.ErrID.Error())
	}
	switch id.Type {
	case "Customer", "Billing", "Support", "Social":
		if len(id.Parts) == 2 {
			return q.customerNode(ctx, id)
		}
	case "Interaction":
		if len(id.Parts) == operation.InteractionParts {
			return interactionNode(ctx, id)
		}
	case "BillingAccount", "Subscription", "Invoice", "Charge", "Payment", "Ticket", "SocialProfile", "Mention":
		if len(id.Parts) == 3 {
			return recordNode(ctx, id)
		}
	}
	return nil, customer.BadInput(relay.ErrID.Error())
}

// customerNode finds a customer, or what is joined for one.
func (q query) customerNode(ctx context.Context, id relay.ID) (graph.Node, error) {
	if id.Parts[0] != q.spine {
		return nil, nil
	}
	o := operation.Of(ctx)
	c, err := o.Customer(ctx, id.Parts[1])
	if err != nil || c == nil {
		return nil, err
	}
	switch id.Type {
	case "Billing":
		return orNone(o.BillingOf(ctx, c))
	case "Support":
		return orNone(o.SupportOf(ctx, c))
	case "Social":
		return orNone(o.SocialOf(ctx, c))
	}
	return o.Brought(ctx, c), nil
}

// recordNode finds a record, or what stands in one.
func recordNode(ctx context.Context, id relay.ID) (graph.Node, error) {
	o := operation.Of(ctx)
	system, owner, key := id.Parts[0], id.Parts[1], id.Parts[2]
	switch id.Type {
	case "Ticket":
		r, err := o.SupportRecord(ctx, system, owner)
		if err != nil || r == nil {
			return nil, err
		}
		return pick(r.Tickets, func(t *support.Ticket) bool { return t.RecordID == key }), nil
	case "SocialProfile", "Mention":
		r, err := o.SocialRecord(ctx, system, owner)
		if err != nil || r == nil {
			return nil, err
		}
		if id.Type == "SocialProfile" {
			return same(&r.Profile, r.RecordID == key), nil
		}
		return pick(r.Mentions, func(m *social.Mention) bool { return m.RecordID == key }), nil
	}
	r, err := o.BillingRecord(ctx, system, owner)
	if err != nil || r == nil {
		return nil, err
	}
	switch id.Type {
	case "Subscription":
		return pick(r.Subscriptions, func(s *billing.Subscription) bool { return s.RecordID == key }), nil
	case "Invoice":
		return pick(r.Invoices, func(i *billing.Invoice) bool { return i.RecordID == key }), nil
	case "Charge":
		return pick(r.Charges, func(c *billing.Charge) bool { return c.RecordID == key }), nil
	case "Payment":
		for _, c := range r.Charges {
			if c.RecordID == key && c.Received() {
				return &customer.Payment{Charge: c}, nil
			}
		}
		return nil, nil
	}
	return same(&r.Account, r.RecordID == key), nil
}

// interactionNode finds an interaction in the record that it follows from.
func interactionNode(ctx context.Context, id relay.ID) (graph.Node, error) {
	o := operation.Of(ctx)
	system, owner, kind, key := id.Parts[1], id.Parts[2], customer.InteractionKind(id.Parts[3]), id.Parts[4]
	var all []*customer.Interaction
	switch profiles.SourceName(id.Parts[0]) {
	case profiles.Billing:
		r, err := o.BillingRecord(ctx, system, owner)
		if err != nil || r == nil {
			return nil, err
		}
		all = customer.BillingInteractions(r)
	case profiles.Support:
		r, err := o.SupportRecord(ctx, system, owner)
		if err != nil || r == nil {
			return nil, err
		}
		all = customer.SupportInteractions(r)
	case profiles.Social:
		r, err := o.SocialRecord(ctx, system, owner)
		if err != nil || r == nil {
			return nil, err
		}
		all = customer.SocialInteractions(r)
	default:
		return nil, customer.BadInput(relay.ErrID.Error())
	}
	return pick(all, func(i *customer.Interaction) bool { return i.Kind == kind && i.Ref.RecordID == key }), nil
}

// orNone gives an object as a node, and no node for none.
func orNone[T any, P interface {
	*T
	graph.Node
}](object P, err error) (graph.Node, error) {
	if object == nil {
		return nil, err
	}
	return object, err
}

func same[T any, P interface {
	*T
	graph.Node
}](object P, is bool) graph.Node {
	if !is {
		return nil
	}
	return object
}

func pick[T any, P interface {
	*T
	graph.Node
}](all []P, is func(P) bool) graph.Node {
	for _, one := range all {
		if is(one) {
			return one
		}
	}
	return nil
}
