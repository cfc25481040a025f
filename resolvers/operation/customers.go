package operation

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// This file reads customers of the spine: those that there are for the caller, each of them noted
// for the access log.

// Customer reads a customer by the profile's key; nil: there is none for the caller.
func (o *Operation) Customer(ctx context.Context, key string) (*profiles.Customer, error) {
	o.profile.ask()
	answer, err := o.customers.read(ctx, key)
	switch {
	case err != nil:
		return nil, o.SpineFailure(err)
	case answer.Missing:
		return nil, nil
	}
	return o.visible(answer.Value), nil
}

// CustomerOfRecord reads the customer that a record is linked to; nil: there is none for the
// caller.
func (o *Operation) CustomerOfRecord(ctx context.Context, source profiles.SourceName, system, record string) (*profiles.Customer, error) {
	o.profile.ask()
	if o.caller.Rows == nil {
		c, err := o.all.systems.Spine.FindByLink(ctx, source, system, record, o.want.Profile)
		if err != nil {
			return nil, o.SpineFailure(err)
		}
		return o.visible(c), nil
	}
	page, err := o.all.systems.Spine.List(ctx, profiles.Query{
		Where: profiles.Filter{Record: &profiles.RecordKey{Source: source, System: system, RecordID: record}, And: []profiles.Filter{o.caller.Rows.Filter()}}, Limit: 1,
	}, o.want.Profile)
	switch {
	case err != nil:
		return nil, o.SpineFailure(err)
	case len(page.Customers) == 0:
		return nil, nil
	}
	return o.visible(page.Customers[0]), nil
}

// Find reads the customers that have an identifier and are there for the caller, at most two.
func (o *Operation) Find(ctx context.Context, identifier profiles.Identifier) ([]*profiles.Customer, error) {
	o.profile.ask()
	var found []*profiles.Customer
	var err error
	if o.caller.Rows == nil {
		found, err = o.all.systems.Spine.Find(ctx, identifier, o.want.Profile)
	} else {
		// Two of many owners may both be others'.
		var page profiles.Page
		page, err = o.all.systems.Spine.List(ctx, profiles.Query{
			Where: profiles.Filter{Identifier: identifier, And: []profiles.Filter{o.caller.Rows.Filter()}}, Limit: 2,
		}, o.want.Profile)
		found = page.Customers
	}
	o.noteRead(found...)
	if err != nil {
		return nil, o.SpineFailure(err)
	}
	return found, nil
}

// Brought notes that the root field that is resolved brought a customer, of whom its selection is
// read, and gives the customer.
func (o *Operation) Brought(ctx context.Context, c *profiles.Customer) *profiles.Customer {
	field := graphql.GetFieldContext(ctx).Field
	o.arrive(ctx, field.Alias, []*profiles.Customer{c}, nil, field.Selections)
	return c
}

// List reads a page for the root field that is resolved. The query's limit is how many customers
// the page shows; whether it is read at all, and whether customers are counted, is for the field's
// selection to say. conditional: the caller chose customers by a condition. What can be read stands
// in the page where an error of the list is told beside it.
func (o *Operation) List(ctx context.Context, list profiles.Query, conditional bool) (profiles.Page, error) {
	if o.caller.Rows != nil {
		list.Where = profiles.Filter{And: []profiles.Filter{list.Where, o.caller.Rows.Filter()}}
	}
	field := graphql.GetFieldContext(ctx).Field
	nodes, listed, counted := pageSelection(o.context, field.Selections)
	limit := list.Limit
	list.Limit, list.Count = max(limit, 1), counted
	// Who asks by a condition learns something of each who is counted, and of the one behind the
	// page: they are read to be recorded.
	recorded := conditional && o.caller.Credential != ""
	switch {
	case recorded && !listed:
		list.Limit = o.all.config.PageCap
	case recorded:
		list.Limit++
	case !listed:
		list.Limit = 0
	}
	o.profile.ask()
	page, err := o.all.systems.Spine.List(ctx, list, o.want.Profile)
	if err != nil {
		failure := o.SpineFailure(err)
		if len(page.Customers) == 0 {
			return page, failure
		}
		// The others are there; that one is not must be told.
		graphql.AddError(ctx, failure)
	}
	if len(page.Customers) > 0 || page.Total != nil && *page.Total > 0 {
		o.profile.found()
	}
	o.noteRead(page.Customers...)
	if recorded && listed && counted && (page.HasMore || list.After != nil || len(page.Customers) == list.Limit) {
		all, err := o.all.systems.Spine.List(ctx, profiles.Query{Where: list.Where, Order: list.Order, Limit: o.all.config.PageCap}, 0)
		if err != nil {
			return page, o.SpineFailure(err)
		}
		o.noteRead(all.Customers...)
	}
	if shown := min(limit, len(page.Customers)); listed && shown < len(page.Customers) {
		page.HasMore, page.Customers = true, page.Customers[:shown]
	} else if !listed {
		page.Customers = nil
	}
	o.arrive(ctx, field.Alias, page.Customers, nil, nodes...)
	return page, nil
}

// pageSelection gives what is selected of the customers of a page, under each name that `node` and
// `nodes` have, whether a page is to be read at all, and whether customers are to be counted.
func pageSelection(op *graphql.OperationContext, set ast.SelectionSet) (nodes []ast.SelectionSet, listed, counted bool) {
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

// Entities reads customers by the profiles' keys for the root field that is resolved, as many with
// one query of the spine as it takes: one for each key, nil for "" and where there is none for the
// caller. failed is called with each key's place that could not be read.
func (o *Operation) Entities(ctx context.Context, keys []string, failed func(place int, err error)) []*profiles.Customer {
	for _, key := range keys {
		if key != "" {
			o.profile.ask()
			o.customers.queue(ctx, key)
		}
	}
	o.customers.Flush()
	all := make([]*profiles.Customer, len(keys))
	var found []*profiles.Customer
	for i, key := range keys {
		if key == "" {
			continue
		}
		answer, err := o.customers.read(ctx, key)
		switch {
		case err != nil:
			failed(i, o.SpineFailure(err))
		case !answer.Missing:
			if all[i] = o.visible(answer.Value); all[i] != nil {
				found = append(found, all[i])
			}
		}
	}
	field := graphql.GetFieldContext(ctx).Field
	o.arrive(ctx, field.Alias, found, nil, field.Selections)
	return all
}

// SpineFailure words a failure of the spine. It stands in errors whatever the caller wishes:
// without a customer there is no status to read it from.
func (o *Operation) SpineFailure(err error) error {
	e := sources.AsError(o.all.systems.Spine.Name(), sources.Unavailable, err)
	o.profile.failed(e)
	return customer.SourceError(profiles.Profile, e)
}

// visible gives a customer that was read, or nil where there is none for the caller.
func (o *Operation) visible(c *profiles.Customer) *profiles.Customer {
	if c == nil || !o.caller.Rows.Match(c) {
		return nil
	}
	o.noteRead(c)
	return c
}

// prime keeps a profile that was read, so that a relation that leads to it does not
// read it again.
func (o *Operation) prime(ctx context.Context, c *profiles.Customer) {
	if !o.want.Profile.Has(profiles.Relations) {
		return
	}
	o.customers.Prime(ctx, c.ID, sources.Answer[*profiles.Customer]{Value: c, AsOf: c.SyncedAt})
}
