package resolvers

import (
	"context"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

type query struct{ *Graph }

// Query resolves the root fields.
func (g *Graph) Query() graph.QueryResolver { return query{g} }

// Systems lists the systems, in the order of the sources.
func (q query) Systems(context.Context) ([]*graph.SystemInfo, error) {
	all := []*graph.SystemInfo{{Source: profiles.Profile, System: q.spine, Kind: q.systems.SpineKind}}
	all = append(all, infosOf(profiles.Billing, q.systems.Billing)...)
	all = append(all, infosOf(profiles.Support, q.systems.Support)...)
	return append(all, infosOf(profiles.Social, q.systems.Social)...), nil
}

func infosOf[V any](source profiles.SourceName, systems []System[V]) []*graph.SystemInfo {
	all := make([]*graph.SystemInfo, len(systems))
	for i, s := range systems {
		all[i] = &graph.SystemInfo{Source: source, System: s.Name(), Kind: s.Kind}
	}
	return all
}

func (query) AttributeDefinitions(ctx context.Context) ([]*profiles.Definition, error) {
	defs, err := operation.Of(ctx).Definitions(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]*profiles.Definition, len(defs))
	for i := range defs {
		all[i] = &defs[i]
	}
	return all, nil
}

func (q query) Customer(ctx context.Context, by graph.CustomerBy) (*profiles.Customer, error) {
	c, err := q.lookUp(ctx, by)
	if err != nil || c == nil {
		return nil, err
	}
	return operation.Of(ctx).Brought(ctx, c), nil
}

func (q query) Customers(ctx context.Context, first *int, after *string, where *graph.CustomerFilter, orderBy *graph.CustomerOrder) (*graph.CustomerConnection, error) {
	limit, err := relay.First(first, q.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	list := profiles.Query{Limit: limit, Order: orderOf(orderBy)}
	if list.Where, err = q.where(ctx, where); err != nil {
		return nil, err
	}
	o := operation.Of(ctx)
	if err := o.MayAskBy("CustomerOrderField." + string(list.Order.Field)); err != nil {
		return nil, err
	}
	if list.After, err = startOf(o, list.Order, after); err != nil {
		return nil, err
	}
	page, err := o.List(ctx, list, where != nil)
	if err != nil {
		return nil, err
	}
	connection := relay.NewPage(page.Customers, after != nil, page.HasMore, func(i int) string {
		return cursorOf(listName(list.Order), list.Order, page.Positions[i]).String()
	})
	if page.Total != nil {
		connection.Count(*page.Total)
	}
	return connection, nil
}
