package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"customer360/bench/peers/gqlgen/graph"
	"customer360/bench/peers/gqlgen/graph/model"
)

// The interfaces that are embedded are nil: they stand for what no workload asks for, so that
// a field that comes into the schema changes nothing here.
type resolver struct {
	graph.ResolverRoot
	*upstream
	tuned bool
}

func (r *resolver) Query() graph.QueryResolver       { return query{resolver: r} }
func (r *resolver) Customer() graph.CustomerResolver { return customer{resolver: r} }
func (r *resolver) Billing() graph.BillingResolver   { return billingLists{} }
func (r *resolver) Support() graph.SupportResolver   { return supportLists{} }
func (r *resolver) Social() graph.SocialResolver     { return socialLists{} }

type query struct {
	graph.QueryResolver
	*resolver
}

func (q query) Customer(ctx context.Context, by model.CustomerBy) (*model.Customer, error) {
	if by.Record == nil {
		return nil, errNotThere
	}
	found, _, err := q.profiles(ctx, "ids="+url.QueryEscape(by.Record.RecordID))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	q.queue(ctx, found, graphql.CollectFieldsCtx(ctx, nil))
	return found[0], nil
}

func (q query) Customers(ctx context.Context, first *int, _ *string, where *model.CustomerFilter, orderBy *model.CustomerOrder) (*model.CustomerConnection, error) {
	if where == nil || where.CreatedAt == nil || where.CreatedAt.Gte == nil || orderBy == nil || orderBy.Field != model.CustomerOrderFieldCreatedAt {
		return nil, errNotThere
	}
	found, more, err := q.profiles(ctx, "first="+strconv.Itoa(*first)+"&since="+url.QueryEscape(*where.CreatedAt.Gte))
	if err != nil {
		return nil, err
	}
	if q.tuned {
		for _, edges := range graphql.CollectFieldsCtx(ctx, nil) {
			for _, node := range graphql.CollectFields(graphql.GetOperationContext(ctx), edges.Selections, nil) {
				q.queue(ctx, found, graphql.CollectFields(graphql.GetOperationContext(ctx), node.Selections, nil))
			}
		}
	}
	page := &model.CustomerConnection{Edges: make([]*model.CustomerEdge, len(found)), PageInfo: &model.PageInfo{HasNextPage: more}}
	for i, c := range found {
		page.Edges[i] = &model.CustomerEdge{Node: c}
	}
	return page, nil
}

// queue queues the keys of customers where fields ask for them, and sends them at once:
// a stock resolver of a customer in a page knows nothing of its neighbours.
func (q query) queue(ctx context.Context, customers []*model.Customer, fields []graphql.CollectedField) {
	if !q.tuned {
		return
	}
	l := loadersOf(ctx)
	for _, f := range fields {
		all := f.Name == "timeline"
		for _, c := range customers {
			if id, ok := link(c, model.SourceNameBilling); ok && (all || f.Name == "billing") {
				l.billing.Load(ctx, id)
			}
			if id, ok := link(c, model.SourceNameSupport); ok && (all || f.Name == "support") {
				l.support.Load(ctx, id)
			}
			if id, ok := link(c, model.SourceNameSocial); ok && (all || f.Name == "social") {
				l.social.Load(ctx, id)
			}
		}
	}
	l.billing.Flush()
	l.support.Flush()
	l.social.Flush()
}

type customer struct {
	graph.CustomerResolver
	*resolver
}

func (customer) Billing(ctx context.Context, c *model.Customer) (*model.Billing, error) {
	id, ok := link(c, model.SourceNameBilling)
	if !ok {
		return nil, nil
	}
	r, err := loadersOf(ctx).billing.Load(ctx, id)()
	if r == nil || err != nil {
		return nil, err
	}
	b := &r.Billing
	b.Mrr = revenue(b.Subscriptions)
	b.Invoices = &model.InvoiceConnection{Edges: make([]*model.InvoiceEdge, len(r.Invoices))}
	for i, f := range r.Invoices {
		b.Invoices.Edges[i] = &model.InvoiceEdge{Node: f}
	}
	return b, nil
}

// revenue adds up what the running subscriptions bring in a month.
func revenue(all []*model.Subscription) *model.Money {
	var cents int64
	currency := ""
	for _, s := range all {
		switch s.Status {
		case model.SubscriptionStatusActive, model.SubscriptionStatusPastDue, model.SubscriptionStatusUnpaid:
			n, _ := strconv.ParseInt(strings.Replace(s.Mrr.Amount, ".", "", 1), 10, 64)
			cents, currency = cents+n, s.Mrr.Currency
		}
	}
	if currency == "" {
		return nil
	}
	return &model.Money{Amount: fmt.Sprintf("%d.%02d", cents/100, cents%100), Currency: currency}
}

func (customer) Support(ctx context.Context, c *model.Customer) (*model.Support, error) {
	id, ok := link(c, model.SourceNameSupport)
	if !ok {
		return nil, nil
	}
	r, err := loadersOf(ctx).support.Load(ctx, id)()
	if r == nil || err != nil {
		return nil, err
	}
	s := &r.Support
	open := 0
	s.Tickets = &model.TicketConnection{Edges: make([]*model.TicketEdge, len(r.Tickets))}
	for i, t := range r.Tickets {
		if t.Status != model.TicketStatusSolved && t.Status != model.TicketStatusClosed {
			open++
		}
		s.Tickets.Edges[i] = &model.TicketEdge{Node: t}
	}
	s.OpenTickets = &open
	return s, nil
}

func (customer) Social(ctx context.Context, c *model.Customer) (*model.Social, error) {
	id, ok := link(c, model.SourceNameSocial)
	if !ok {
		return nil, nil
	}
	r, err := loadersOf(ctx).social.Load(ctx, id)()
	if r == nil || err != nil {
		return nil, err
	}
	s := &model.Social{Followers: r.Followers, Profiles: []*model.SocialProfile{&r.SocialProfile}}
	s.Mentions = &model.MentionConnection{Edges: make([]*model.MentionEdge, len(r.Mentions))}
	for i, m := range r.Mentions {
		s.Mentions.Edges[i] = &model.MentionEdge{Node: &m.Mention}
	}
	return s, nil
}

// firstOf is how many of n entries a page has.
func firstOf(first *int, n int) int {
	if first == nil {
		return min(20, n)
	}
	return min(*first, n)
}

type billingLists struct{ graph.BillingResolver }

func (billingLists) Invoices(_ context.Context, b *model.Billing, first *int, _ *string, _ []model.InvoiceStatus) (*model.InvoiceConnection, error) {
	all := b.Invoices.Edges
	n := firstOf(first, len(all))
	return &model.InvoiceConnection{Edges: all[:n], PageInfo: &model.PageInfo{HasNextPage: n < len(all)}}, nil
}

type supportLists struct{ graph.SupportResolver }

func (supportLists) Tickets(_ context.Context, s *model.Support, first *int, _ *string, _ []model.TicketStatus) (*model.TicketConnection, error) {
	all := s.Tickets.Edges
	n := firstOf(first, len(all))
	return &model.TicketConnection{Edges: all[:n], PageInfo: &model.PageInfo{HasNextPage: n < len(all)}}, nil
}

type socialLists struct{ graph.SocialResolver }

func (socialLists) Mentions(_ context.Context, s *model.Social, first *int, _ *string) (*model.MentionConnection, error) {
	all := s.Mentions.Edges
	n := firstOf(first, len(all))
	return &model.MentionConnection{Edges: all[:n], PageInfo: &model.PageInfo{HasNextPage: n < len(all)}}, nil
}
