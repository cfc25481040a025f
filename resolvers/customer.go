package resolvers

import (
	"context"
	"slices"

	"customer360/access"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

type customerResolver struct{ *Graph }

// Customer resolves what a profile does not hold itself.
func (g *Graph) Customer() graph.CustomerResolver { return customerResolver{g} }

func (r customerResolver) ID(_ context.Context, c *profiles.Customer) (string, error) {
	return r.customerID("Customer", c.ID), nil
}

func (customerResolver) Attributes(ctx context.Context, c *profiles.Customer, keys []string) ([]*profiles.Attribute, error) {
	all := []*profiles.Attribute{}
	o := operation.Of(ctx)
	for i := range c.Attributes {
		// One without a definition is there for rules only.
		if key := c.Attributes[i].Key; !c.Attributes[i].Undeclared && (keys == nil || slices.Contains(keys, key)) && o.HasAttribute(key) {
			all = append(all, &c.Attributes[i])
		}
	}
	return all, nil
}

func (customerResolver) Links(ctx context.Context, c *profiles.Customer, includeUndone *bool) ([]*profiles.Link, error) {
	all := []*profiles.Link{}
	o := operation.Of(ctx)
	for i := range c.Links {
		// That there is a record says something of what is in it.
		if o.Refused(c.Links[i].Source, c) != nil {
			continue
		}
		if c.Links[i].UndoneAt.IsZero() || includeUndone != nil && *includeUndone {
			all = append(all, &c.Links[i])
		}
	}
	return all, nil
}

func (customerResolver) Billing(ctx context.Context, c *profiles.Customer) (*customer.Billing, error) {
	return operation.Of(ctx).Billing(ctx, c)
}

func (customerResolver) Support(ctx context.Context, c *profiles.Customer) (*customer.Support, error) {
	return operation.Of(ctx).Support(ctx, c)
}

func (customerResolver) Social(ctx context.Context, c *profiles.Customer) (*customer.Social, error) {
	return operation.Of(ctx).Social(ctx, c)
}

func (r customerResolver) Timeline(ctx context.Context, c *profiles.Customer, first *int, after *string, kinds []customer.InteractionKind, channels []profiles.Channel) (*graph.InteractionConnection, error) {
	limit, err := relay.First(first, r.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	o := operation.Of(ctx)
	timeline := o.Timeline(ctx, c, kinds, channels)
	page, err := relay.Paginate("timeline", timeline.Interactions, limit, unsealed(o, after), (*customer.Interaction).Position)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	return &graph.InteractionConnection{Page: page, Timeline: timeline}, nil
}

func (customerResolver) Sources(ctx context.Context, c *profiles.Customer) ([]*customer.SourceStatus, error) {
	return operation.Of(ctx).Statuses(ctx, c), nil
}

func (customerResolver) SourceStatus(ctx context.Context, c *profiles.Customer, of profiles.SourceName) (*customer.SourceStatus, error) {
	return operation.Of(ctx).Status(ctx, c, of), nil
}

func (r customerResolver) EmailHash(ctx context.Context, c *profiles.Customer) (*string, error) {
	email, err := profiles.NormalizeEmail(c.Email())
	if err != nil {
		return nil, nil //nolint:nilerr // Nobody could make the same of what is none.
	}
	return r.pseudonym(ctx, email)
}

func (r customerResolver) PhoneHash(ctx context.Context, c *profiles.Customer) (*string, error) {
	phone, err := profiles.NormalizePhone(c.Phone())
	if err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	return r.pseudonym(ctx, phone)
}

// pseudonym gives a value's surrogate for the caller's partner; nil where there is none.
func (r customerResolver) pseudonym(ctx context.Context, value string) (*string, error) {
	partner := operation.Of(ctx).Caller().Partner
	if partner == "" || r.config.Matching == nil {
		return nil, nil
	}
	p := access.Pseudonym(access.Salt(r.config.Matching, partner), value)
	return &p, nil
}
