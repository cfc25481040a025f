package resolvers

import (
	"context"
	"slices"

	"customer360/access"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources/profiles"
)

type customerResolver struct{ *Graph }

// Customer resolves what a profile does not hold itself.
func (g *Graph) Customer() graph.CustomerResolver { return customerResolver{g} }

func (r customerResolver) ID(_ context.Context, c *profiles.Customer) (string, error) {
	return r.customerID("Customer", c.ID), nil
}

func (r customerResolver) Attributes(ctx context.Context, c *profiles.Customer, keys []string) ([]*profiles.Attribute, error) {
	all := []*profiles.Attribute{}
	caller := operationOf(ctx).caller
	for i := range c.Attributes {
		// One without a definition is there for rules only.
		if key := c.Attributes[i].Key; !c.Attributes[i].Undeclared && (keys == nil || slices.Contains(keys, key)) && r.policy.hasAttribute(caller.Audience, key) {
			all = append(all, &c.Attributes[i])
		}
	}
	return all, nil
}

func (r customerResolver) Links(ctx context.Context, c *profiles.Customer, includeUndone *bool) ([]*profiles.Link, error) {
	all := []*profiles.Link{}
	o := operationOf(ctx)
	for i := range c.Links {
		// That there is a record says something of what is in it.
		if o.refused(c.Links[i].Source, c) != nil {
			continue
		}
		if c.Links[i].UndoneAt.IsZero() || includeUndone != nil && *includeUndone {
			all = append(all, &c.Links[i])
		}
	}
	return all, nil
}

func (r customerResolver) Billing(ctx context.Context, c *profiles.Customer) (*customer.Billing, error) {
	o := operationOf(ctx)
	results := o.billing.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, o.failure(profiles.Billing, err)
	}
	return o.joinedBilling.take(1)[0].Join(c.ID, results), nil
}

func (r customerResolver) Support(ctx context.Context, c *profiles.Customer) (*customer.Support, error) {
	o := operationOf(ctx)
	results := o.support.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, o.failure(profiles.Support, err)
	}
	return o.joinedSupport.take(1)[0].Join(c.ID, results), nil
}

func (r customerResolver) Social(ctx context.Context, c *profiles.Customer) (*customer.Social, error) {
	o := operationOf(ctx)
	results := o.social.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, o.failure(profiles.Social, err)
	}
	return o.joinedSocial.take(1)[0].Join(c.ID, results), nil
}

func (r customerResolver) Timeline(ctx context.Context, c *profiles.Customer, first *int, after *string, kinds []customer.InteractionKind, channels []profiles.Channel) (*graph.InteractionConnection, error) {
	limit, err := relay.First(first, r.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	o := operationOf(ctx)
	if kinds == nil {
		kinds = r.policy.kinds
	}
	var answers customer.Answers
	needed := customer.PartsOf(kinds)
	if needed.Billing != 0 {
		answers.Billing = o.billing.of(ctx, o, c)
	}
	if needed.Support != 0 {
		answers.Support = o.support.of(ctx, o, c)
	}
	if needed.Social != 0 {
		answers.Social = o.social.of(ctx, o, c)
	}
	timeline := customer.JoinTimeline(c, answers, kinds, channels)
	timeline.Interactions = shown(r.policy, "Interaction", timeline.Interactions)
	if len(r.policy.carries) > 0 {
		// What is in no list is not told of here.
		timeline.Interactions = only(timeline.Interactions, func(i *customer.Interaction) bool { return !r.policy.dropsSubject(i.Subject) })
	}
	page, err := relay.Paginate("timeline", timeline.Interactions, limit, r.policy.opened(operationOf(ctx).caller, after), (*customer.Interaction).Position)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	return &graph.InteractionConnection{Page: page, Timeline: timeline}, nil
}

func (r customerResolver) Sources(ctx context.Context, c *profiles.Customer) ([]*customer.SourceStatus, error) {
	// The siblings of this field are what is selected of its parent.
	selected := operationOf(ctx).siblings(ctx)
	all := make([]*customer.SourceStatus, 0, 4)
	all = append(all, r.status(ctx, c, profiles.Profile))
	if selected.Billing != 0 && r.policy.shows(profiles.Billing) {
		all = append(all, r.status(ctx, c, profiles.Billing))
	}
	if selected.Support != 0 && r.policy.shows(profiles.Support) {
		all = append(all, r.status(ctx, c, profiles.Support))
	}
	if selected.Social != 0 && r.policy.shows(profiles.Social) {
		all = append(all, r.status(ctx, c, profiles.Social))
	}
	return all, nil
}

func (r customerResolver) SourceStatus(ctx context.Context, c *profiles.Customer, of profiles.SourceName) (*customer.SourceStatus, error) {
	return r.status(ctx, c, of), nil
}

func (r customerResolver) status(ctx context.Context, c *profiles.Customer, source profiles.SourceName) *customer.SourceStatus {
	o := operationOf(ctx)
	var s customer.SourceStatus
	switch source {
	case profiles.Profile:
		s = customer.ProfileStatus(r.spine, c)
	case profiles.Billing:
		s = o.billing.status(ctx, o, c)
	case profiles.Support:
		s = o.support.status(ctx, o, c)
	case profiles.Social:
		s = o.social.status(ctx, o, c)
	default:
		s = customer.StatusWithoutAsking(source, customer.NotConfigured)
	}
	return &s
}

type relationResolver struct{ *Graph }

// Relation resolves the customer that a relation leads to.
func (g *Graph) Relation() graph.RelationResolver { return relationResolver{g} }

func (r relationResolver) Customer(ctx context.Context, relation *profiles.Relation) (*profiles.Customer, error) {
	if relation.CustomerID == "" {
		return nil, nil
	}
	return r.byKey(ctx, relation.CustomerID)
}

type contactPointResolver struct{ *Graph }

// ContactPoint resolves whether a contact point is masked.
func (g *Graph) ContactPoint() graph.ContactPointResolver { return contactPointResolver{g} }

func (r contactPointResolver) IsMasked(ctx context.Context, p *profiles.ContactPoint) (bool, error) {
	caller := operationOf(ctx).caller
	return caller.Hides(access.ContactClasses(p)...) != "" || p.Address != nil && !caller.Sees(access.Address), nil
}
