package resolvers

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources"
	"customer360/sources/profiles"
)

type query struct{ *Graph }

// Query resolves the root fields.
func (g *Graph) Query() graph.QueryResolver { return query{g} }

func (q query) Systems(context.Context) ([]*graph.SystemInfo, error) { return q.infos(), nil }

func (q query) AttributeDefinitions(ctx context.Context) ([]*profiles.Definition, error) {
	defs, err := q.definitions(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]*profiles.Definition, len(defs))
	for i := range defs {
		all[i] = &defs[i]
	}
	return all, nil
}

// definitions gives the definitions of the attributes that the caller's contract has.
func (g *Graph) definitions(ctx context.Context) ([]profiles.Definition, error) {
	defs, err := g.systems.Spine.Definitions(ctx)
	if err != nil {
		return nil, g.spineFailure(ctx, err)
	}
	audience := operationOf(ctx).caller.Audience
	if audience == access.Internal {
		return defs, nil
	}
	return slices.DeleteFunc(slices.Clone(defs), func(d profiles.Definition) bool { return !g.policy.hasAttribute(audience, d.Key) }), nil
}

func (q query) Customer(ctx context.Context, by graph.CustomerBy) (*profiles.Customer, error) {
	c, err := q.lookUp(ctx, by)
	if err != nil || c == nil {
		return nil, err
	}
	o, field := operationOf(ctx), graphql.GetFieldContext(ctx).Field
	o.arrive(ctx, field.Alias, []*profiles.Customer{c}, nil, field.Selections)
	return c, nil
}

func (q query) Customers(ctx context.Context, first *int, after *string, where *graph.CustomerFilter, orderBy *graph.CustomerOrder) (*graph.CustomerConnection, error) {
	limit, err := relay.First(first, q.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	list := profiles.Query{Limit: max(limit, 1), Order: profiles.Order{Field: profiles.ByCreatedAt, Descending: true}}
	if orderBy != nil {
		list.Order = profiles.Order{Field: orderBy.Field, Descending: orderBy.Direction == "DESC"}
	}
	if where != nil {
		if list.Where, err = q.where(ctx, where); err != nil {
			return nil, err
		}
	}
	o, field := operationOf(ctx), graphql.GetFieldContext(ctx).Field
	if err := q.policy.unaskable(o.caller, "CustomerOrderField."+string(list.Order.Field)); err != nil {
		return nil, err
	}
	if o.caller.Rows != nil {
		list.Where = profiles.Filter{And: []profiles.Filter{list.Where, o.caller.Rows.Filter()}}
	}
	name := listName(list.Order)
	if after != nil {
		cursor, err := relay.ParseCursor(name, q.policy.open(o.caller, *after))
		if err != nil {
			return nil, customer.BadInput(err.Error())
		}
		list.After = positionOf(list.Order, cursor)
	}
	nodes, listed, counted := customersSelection(o.context, field.Selections)
	list.Count = counted
	// Who asks by a condition learns something of each who is counted, and of the one behind the
	// page: they are read to be recorded.
	watched := where != nil && o.caller.Credential != ""
	switch {
	case watched && !listed:
		list.Limit = q.config.PageCap
	case watched:
		list.Limit++
	case !listed:
		list.Limit = 0
	}
	o.profile.ask()
	page, err := q.systems.Spine.List(ctx, list, o.want.Profile)
	if err != nil {
		failure := q.spineFailure(ctx, err)
		if len(page.Customers) == 0 {
			return nil, failure
		}
		// The others are there; that one is not must be told.
		graphql.AddError(ctx, failure)
	}
	if len(page.Customers) > 0 || page.Total != nil && *page.Total > 0 {
		o.profile.found()
	}
	o.saw(page.Customers...)
	if watched && listed && counted && (page.HasMore || list.After != nil || len(page.Customers) == list.Limit) {
		all, err := q.systems.Spine.List(ctx, profiles.Query{Where: list.Where, Order: list.Order, Limit: q.config.PageCap}, 0)
		if err != nil {
			return nil, q.spineFailure(ctx, err)
		}
		o.saw(all.Customers...)
	}
	if shown := min(limit, len(page.Customers)); listed && shown < len(page.Customers) {
		page.HasMore, page.Customers = true, page.Customers[:shown]
	} else if !listed {
		page.Customers = nil
	}
	connection := relay.NewPage(page.Customers, after != nil, page.HasMore, func(i int) string {
		return cursorOf(name, list.Order, page.Positions[i]).String()
	})
	if page.Total != nil {
		connection.Count(*page.Total)
	}
	o.arrive(ctx, field.Alias, page.Customers, nil, nodes...)
	return connection, nil
}

// customersSelection gives what is selected of the customers of a page, under each name
// that `node` and `nodes` have, whether a page is to be read at all, and whether they are to be counted.
func customersSelection(op *graphql.OperationContext, set ast.SelectionSet) (nodes []ast.SelectionSet, listed, counted bool) {
	for _, f := range graphql.CollectFields(op, set, []string{"CustomerConnection"}) {
		switch f.Name {
		case "totalCount":
			counted = true
		case "pageInfo":
			listed = true
		case "nodes":
			listed, nodes = true, append(nodes, f.Selections)
		case "edges":
			listed = true
			for _, e := range graphql.CollectFields(op, f.Selections, []string{"CustomerEdge"}) {
				if e.Name == "node" {
					nodes = append(nodes, e.Selections)
				}
			}
		}
	}
	return nodes, listed, counted
}

// listName names the list of customers in an order, for its cursors.
func listName(o profiles.Order) string {
	if o.Descending {
		return "customers " + string(o.Field) + " DESC"
	}
	return "customers " + string(o.Field) + " ASC"
}

// lookUp finds a customer by an identifier; nil: there is none.
func (q query) lookUp(ctx context.Context, by graph.CustomerBy) (*profiles.Customer, error) {
	o := operationOf(ctx)
	o.askedBy("CustomerBy", map[string]bool{"id": by.ID != nil, "email": by.Email != nil, "phone": by.Phone != nil, "record": by.Record != nil, "handle": by.Handle != nil})
	given := 0
	for _, is := range []bool{by.ID != nil, by.Email != nil, by.Phone != nil, by.Record != nil, by.Handle != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, customer.BadInput("`by` needs exactly one of " + q.policy.fieldsOf("CustomerBy"))
	}
	for _, asked := range []struct {
		given bool
		input string
	}{{by.Email != nil, "email"}, {by.Phone != nil, "phone"}, {by.Handle != nil || by.Record != nil && by.Record.Source == profiles.Social, "handle"}} {
		if asked.given {
			if err := q.policy.unaskable(o.caller, "CustomerBy."+asked.input); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case by.ID != nil:
		id, err := relay.ParseID(q.policy.open(o.caller, *by.ID))
		if err != nil {
			return nil, customer.BadInput("`by.id`: " + err.Error())
		}
		if id.Type != "Customer" || len(id.Parts) != 2 {
			hint := ""
			if q.policy.contract.ShowsField("CustomerBy", "record") {
				hint = "; the company's own key goes into `by.record`"
			}
			return nil, customer.BadInput("`by.id` must be the id of a Customer" + hint)
		}
		if id.Parts[0] != q.spine {
			return nil, nil
		}
		return q.byKey(ctx, id.Parts[1])
	case by.Record != nil:
		record := sources.OnlyVisible(by.Record.RecordID)
		if by.Record.Source == profiles.Profile {
			if by.Record.System != q.spine {
				return nil, nil
			}
			return q.byKey(ctx, record)
		}
		c, err := q.byLink(ctx, by.Record.Source, by.Record.System, record)
		if c != nil && o.refused(by.Record.Source, c) != nil {
			c = nil
		}
		return c, err
	}
	var identifier profiles.Identifier
	var err error
	switch {
	case by.Email != nil:
		identifier, err = profiles.EmailIdentifier(*by.Email)
	case by.Phone != nil:
		identifier, err = profiles.PhoneIdentifier(*by.Phone)
	default:
		identifier, err = profiles.HandleIdentifier(by.Handle.Network, by.Handle.Handle)
	}
	if err != nil {
		return nil, customer.BadInput("`by`: " + err.Error())
	}
	o.profile.ask()
	found, err := q.find(ctx, identifier)
	switch {
	case err != nil:
		return nil, q.spineFailure(ctx, err)
	case len(found) > 1:
		return nil, &customer.Error{Code: customer.CodeAmbiguous, Message: "several customers have this identifier: list them with `customers(where:)`"}
	case len(found) == 0:
		return nil, nil
	}
	return found[0], nil
}

// find gives the customers that have an identifier and are there for the caller, at most two.
func (q query) find(ctx context.Context, identifier profiles.Identifier) ([]*profiles.Customer, error) {
	o := operationOf(ctx)
	if o.caller.Rows == nil {
		found, err := q.systems.Spine.Find(ctx, identifier, o.want.Profile)
		o.saw(found...)
		return found, err
	}
	// Two of many owners may both be others'.
	page, err := q.systems.Spine.List(ctx, profiles.Query{
		Where: profiles.Filter{Identifier: identifier, And: []profiles.Filter{o.caller.Rows.Filter()}}, Limit: 2,
	}, o.want.Profile)
	o.saw(page.Customers...)
	return page.Customers, err
}

// byKey reads a customer by the profile's key; nil: there is none.
func (g *Graph) byKey(ctx context.Context, key string) (*profiles.Customer, error) {
	o := operationOf(ctx)
	o.profile.ask()
	answer, err := o.customers.read(ctx, key)
	switch {
	case err != nil:
		return nil, g.spineFailure(ctx, err)
	case answer.Missing:
		return nil, nil
	}
	return o.admit(answer.Value), nil
}

// byLink reads the customer that a record is linked to; nil: there is none.
func (g *Graph) byLink(ctx context.Context, source profiles.SourceName, system, record string) (*profiles.Customer, error) {
	o := operationOf(ctx)
	o.profile.ask()
	if o.caller.Rows == nil {
		c, err := g.systems.Spine.FindByLink(ctx, source, system, record, o.want.Profile)
		if err != nil {
			return nil, g.spineFailure(ctx, err)
		}
		return o.admit(c), nil
	}
	page, err := g.systems.Spine.List(ctx, profiles.Query{
		Where: profiles.Filter{Record: &profiles.RecordKey{Source: source, System: system, RecordID: record}, And: []profiles.Filter{o.caller.Rows.Filter()}}, Limit: 1,
	}, o.want.Profile)
	switch {
	case err != nil:
		return nil, g.spineFailure(ctx, err)
	case len(page.Customers) == 0:
		return nil, nil
	}
	return o.admit(page.Customers[0]), nil
}

// spineFailure words a failure of the spine. It stands in errors whatever the
// caller wishes: without a customer there is no status to read it from.
func (g *Graph) spineFailure(ctx context.Context, err error) error {
	e := sources.AsError(g.systems.Spine.Name(), sources.Unavailable, err)
	operationOf(ctx).profile.failed(e)
	return customer.SourceError(profiles.Profile, e)
}
