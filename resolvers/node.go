package resolvers

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// Node finds any object by its id.
func (q query) Node(ctx context.Context, text string) (graph.Node, error) {
	id, err := relay.ParseID(q.policy.open(operationOf(ctx).caller, text))
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	if !q.policy.contract.Shows(id.Type) {
		// A type that is hidden is not told from one that there never was.
		return nil, customer.BadInput(relay.ErrID.Error())
	}
	switch id.Type {
	case "Customer", "Billing", "Support", "Social":
		if len(id.Parts) == 2 {
			return q.customerNode(ctx, id)
		}
	case "Interaction":
		if len(id.Parts) == interactionParts {
			return q.interactionNode(ctx, id)
		}
	case "BillingAccount", "Subscription", "Invoice", "Charge", "Payment", "Ticket", "SocialProfile", "Mention":
		if len(id.Parts) == 3 {
			return q.recordNode(ctx, id)
		}
	}
	return nil, customer.BadInput(relay.ErrID.Error())
}

// customerNode finds a customer, or what is joined for one.
func (q query) customerNode(ctx context.Context, id relay.ID) (graph.Node, error) {
	if id.Parts[0] != q.spine {
		return nil, nil
	}
	c, err := q.byKey(ctx, id.Parts[1])
	if err != nil || c == nil {
		return nil, err
	}
	o, field := operationOf(ctx), graphql.GetFieldContext(ctx).Field
	if source := profiles.SourceName(strings.ToUpper(id.Type)); sourceFields[source] != "" {
		if err := o.refused(source, c); err != nil {
			return nil, err
		}
	}
	selection := field.Selections
	var queue func(context.Context)
	switch id.Type {
	case "Billing":
		selection, queue = nil, func(ctx context.Context) { o.billing.queue(ctx, o, c) }
	case "Support":
		selection, queue = nil, func(ctx context.Context) { o.support.queue(ctx, o, c) }
	case "Social":
		selection, queue = nil, func(ctx context.Context) { o.social.queue(ctx, o, c) }
	}
	o.arrive(ctx, field.Alias, []*profiles.Customer{c}, queue, selection)
	switch id.Type {
	case "Billing":
		return joined(ctx, o, &o.billing, c, customer.JoinBilling)
	case "Support":
		return joined(ctx, o, &o.support, c, customer.JoinSupport)
	case "Social":
		return joined(ctx, o, &o.social, c, customer.JoinSocial)
	}
	return c, nil
}

// recordNode finds a record, or a fact inside one.
func (q query) recordNode(ctx context.Context, id relay.ID) (graph.Node, error) {
	o := operationOf(ctx)
	system, owner, key := id.Parts[0], id.Parts[1], id.Parts[2]
	switch id.Type {
	case "Ticket":
		return fact(ctx, q.Graph, &o.support, system, owner, func(r *support.Record) graph.Node {
			return pick(r.Tickets, func(t *support.Ticket) bool { return t.RecordID == key })
		})
	case "SocialProfile", "Mention":
		return fact(ctx, q.Graph, &o.social, system, owner, func(r *social.Record) graph.Node {
			if id.Type == "SocialProfile" {
				return same(&r.Profile, r.RecordID == key)
			}
			return pick(r.Mentions, func(m *social.Mention) bool { return m.RecordID == key })
		})
	}
	return fact(ctx, q.Graph, &o.billing, system, owner, func(r *billing.Record) graph.Node {
		switch id.Type {
		case "Subscription":
			return pick(r.Subscriptions, func(s *billing.Subscription) bool { return s.RecordID == key })
		case "Invoice":
			return pick(r.Invoices, func(i *billing.Invoice) bool { return i.RecordID == key })
		case "Charge":
			return pick(r.Charges, func(c *billing.Charge) bool { return c.RecordID == key })
		case "Payment":
			for _, c := range r.Charges {
				if c.RecordID == key && c.Received() {
					return &customer.Payment{Charge: c}
				}
			}
			return nil
		}
		return same(&r.Account, r.RecordID == key)
	})
}

// interactionNode finds an interaction in the record that it follows from.
func (q query) interactionNode(ctx context.Context, id relay.ID) (graph.Node, error) {
	o := operationOf(ctx)
	system, owner, kind, key := id.Parts[1], id.Parts[2], customer.InteractionKind(id.Parts[3]), id.Parts[4]
	one := func(all []*customer.Interaction) graph.Node {
		return pick(all, func(i *customer.Interaction) bool { return i.Kind == kind && i.Ref.RecordID == key })
	}
	switch profiles.SourceName(id.Parts[0]) {
	case profiles.Billing:
		return fact(ctx, q.Graph, &o.billing, system, owner, func(r *billing.Record) graph.Node { return one(customer.BillingInteractions(r)) })
	case profiles.Support:
		return fact(ctx, q.Graph, &o.support, system, owner, func(r *support.Record) graph.Node { return one(customer.SupportInteractions(r)) })
	case profiles.Social:
		return fact(ctx, q.Graph, &o.social, system, owner, func(r *social.Record) graph.Node { return one(customer.SocialInteractions(r)) })
	}
	return nil, customer.BadInput(relay.ErrID.Error())
}

// fact asks a system for a record and gives what find picks of it. What a caller may read
// depends on whose record it is, so that customer is found first.
func fact[V any](ctx context.Context, g *Graph, a *asks[V], system, owner string, find func(V) graph.Node) (graph.Node, error) {
	o := operationOf(ctx)
	if !o.caller.Open {
		if !o.policy.shows(a.source) {
			return nil, nil
		}
		// Whether there is such a record is told to those only who may read it.
		if barred := o.policy.sources[a.source].barred(o.caller); barred != nil {
			return nil, barred
		}
		c, err := g.byLink(ctx, a.source, system, owner)
		if err != nil || c == nil {
			return nil, err
		}
		o.profile.saw([]*profiles.Customer{c})
		if o.refused(a.source, c) != nil {
			return nil, nil //nolint:nilerr // That the customer has not agreed would tell that there is a record.
		}
	}
	alias := graphql.GetFieldContext(ctx).Field.Alias
	o.arrive(ctx, alias, nil, func(ctx context.Context) {
		a.customers++
		a.queueRecord(ctx, system, owner)
	})
	asked := a.system(system)
	if asked == nil {
		return nil, nil
	}
	answer, err := asked.read(ctx, owner)
	if err != nil {
		// Told whatever the caller wishes: beside a node no status stands.
		return nil, customer.SourceError(a.source, err)
	}
	if answer.Missing {
		return nil, nil
	}
	return find(answer.Value), nil
}

// joined gives what is joined for a customer. A failure is told whatever the caller
// wishes: beside a node no status stands.
func joined[V, T any](ctx context.Context, o *operation, a *asks[V], c *profiles.Customer, join func(string, []customer.Result[V]) *T) (graph.Node, error) {
	results := a.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, customer.SourceError(a.source, err)
	}
	if object := join(c.ID, results); object != nil {
		return object, nil
	}
	return nil, nil
}

func same[T any](object *T, is bool) graph.Node {
	if !is {
		return nil
	}
	return object
}

func pick[T any](all []*T, is func(*T) bool) graph.Node {
	for _, one := range all {
		if is(one) {
			return one
		}
	}
	return nil
}
