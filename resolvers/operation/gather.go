package operation

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/executor"
	"customer360/sources/profiles"
)

// This file is the only place that queues keys. Plans call it once for every level of a
// query. Stock execution resolves each customer of a page on its own, and knows nothing of
// its neighbours; so its root fields meet here, and the keys of all of them are queued and
// sent together, level by level, before the first field of a customer is resolved.

// Gather gives the hook that plans call before each level of an operation.
func (*Operations) Gather() executor.Gather {
	return executor.Gather{Needs: needsKeys, Level: gatherLevel}
}

func needsKeys(object, field string) bool {
	switch object {
	case "Query":
		return field == "node"
	case "Relation":
		return field == "customer"
	case "Customer":
		// Relations may lead back to the customer, who is then known.
		return fieldNeeds[object][field].Asks() || field == "timeline" || field == "sourceStatus" || field == "relations"
	}
	return false
}

func gatherLevel(ctx context.Context, groups []executor.Group) {
	o := Of(ctx)
	for _, g := range groups {
		if g.Object != "Customer" {
			continue
		}
		selected := o.policy.sourcesOf(g.Fields, o.context.Variables)
		o.expect(len(g.Objects), selected)
		for _, object := range g.Objects {
			c := object.(*profiles.Customer)
			o.prime(ctx, c)
			o.queue(ctx, c, selected)
		}
	}
	for _, g := range groups {
		if g.Object != "Relation" {
			continue
		}
		for _, object := range g.Objects {
			if id := object.(*profiles.Relation).CustomerID; id != "" {
				o.customers.queue(ctx, id)
			}
		}
	}
	o.customers.Flush()
	o.flush()
}

// queue queues what a customer is linked to in the sources, as far as the caller may read it.
func (o *Operation) queue(ctx context.Context, c *profiles.Customer, selected needs) {
	if selected.Billing != 0 {
		o.billing.queue(ctx, o, c)
	}
	if selected.Support != 0 {
		o.support.queue(ctx, o, c)
	}
	if selected.Social != 0 {
		o.social.queue(ctx, o, c)
	}
}

// expect makes room for what so many customers are linked to.
func (o *Operation) expect(customers int, selected needs) {
	if selected.Billing != 0 {
		o.billing.expect(customers)
	}
	if selected.Support != 0 {
		o.support.expect(customers)
	}
	if selected.Social != 0 {
		o.social.expect(customers)
	}
}

func (o *Operation) flush() {
	o.billing.flush()
	o.support.flush()
	o.social.flush()
}

// Prepare sets up the meeting of the root fields of an operation that stock execution runs.
func (*Operations) Prepare(ctx context.Context) {
	o, ok := ctx.Value(operationKey{}).(*Operation)
	if !ok {
		return
	}
	o.meeting = newMeeting(o.context)
	next := o.context.RootResolverMiddleware
	o.context.RootResolverMiddleware = func(ctx context.Context, resolver graphql.RootResolver) graphql.Marshaler {
		// A field that failed before it brought anything must not be waited for.
		defer o.arrive(ctx, graphql.GetRootFieldContext(ctx).Field.Alias, nil, nil)
		return next(ctx, resolver)
	}
}

// A level is customers whose fields are selected together.
type level struct {
	customers []*profiles.Customer
	selection ast.SelectionSet
}

// meeting is where the root fields of an operation wait for each other, so that one
// batch serves all of them. Every root field arrives once, with customers or without.
type meeting struct {
	mu      sync.Mutex
	missing map[string]bool
	levels  []level
	links   []func(context.Context)
	done    chan struct{}
}

// rootFields are the fields of Query that can lead to a source.
var rootFields = map[string]bool{"node": true, "customer": true, "customers": true, "_entities": true}

func newMeeting(op *graphql.OperationContext) *meeting {
	m := &meeting{missing: map[string]bool{}, done: make(chan struct{})}
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}) {
		if rootFields[f.Name] {
			m.missing[f.Alias] = true
		}
	}
	return m
}

// arrive brings the customers that a root field found, and what is selected of them. If it
// needs a link's record it waits until the keys of all root fields are sent, or ctx ends.
//
// Under stock execution it waits whatever it brings, since nothing else gathers what the
// customers need; the last one to arrive sends. A field that arrived already, or that is
// not waited for, just goes on.
func (o *Operation) arrive(ctx context.Context, alias string, customers []*profiles.Customer, link func(context.Context), selections ...ast.SelectionSet) {
	m := o.meeting
	if m == nil {
		o.profile.count(customers)
		if link != nil && !executor.Meet(ctx, link) {
			link(ctx)
			o.flush()
		}
		return
	}
	m.mu.Lock()
	if !m.missing[alias] {
		m.mu.Unlock()
		return
	}
	delete(m.missing, alias)
	o.profile.count(customers)
	if len(customers) > 0 {
		for _, selection := range selections {
			m.levels = append(m.levels, level{customers, selection})
		}
	}
	if link != nil {
		m.links = append(m.links, link)
	}
	last := len(m.missing) == 0
	m.mu.Unlock()
	if last {
		defer close(m.done)
		o.gather(ctx, m.levels, m.links)
		return
	}
	if len(customers) == 0 && link == nil {
		return
	}
	select {
	case <-m.done:
	case <-ctx.Done():
	}
}

// gather queues the keys of customers and of their relations, one level of the
// query after the other, and sends each level at once. Only the spine is waited
// for, since the next level's customers come from it.
func (o *Operation) gather(ctx context.Context, levels []level, links []func(context.Context)) {
	for _, link := range links {
		link(ctx)
	}
	// Here and not where they were read, so that root fields that run at once do not
	// depend on which of them is first.
	for _, l := range levels {
		for _, c := range l.customers {
			o.prime(ctx, c)
		}
	}
	for len(levels) > 0 || links != nil {
		for _, l := range levels {
			selected := o.policy.selectedSources(o.context, l.selection)
			for _, c := range l.customers {
				o.queue(ctx, c, selected)
			}
		}
		o.flush()
		levels, links = o.related(ctx, levels), nil
	}
}

// related gives the customers that the relations of these lead to, where the query
// goes there: one read of the spine for all of them.
func (o *Operation) related(ctx context.Context, levels []level) []level {
	var next []level
	var ids [][]string
	for _, l := range levels {
		for _, relations := range graphql.CollectFields(o.context, l.selection, customerTypes) {
			if relations.Name != "relations" {
				continue
			}
			for _, f := range graphql.CollectFields(o.context, relations.Selections, []string{"Relation"}) {
				if f.Name != "customer" {
					continue
				}
				var related []string
				for _, c := range l.customers {
					if o.policy.refusal(o.caller, "Customer.relations", c) != nil {
						continue
					}
					for _, r := range c.Relations {
						if r.CustomerID != "" {
							related = append(related, r.CustomerID)
							o.customers.queue(ctx, r.CustomerID)
						}
					}
				}
				if len(related) > 0 {
					next = append(next, level{selection: f.Selections})
					ids = append(ids, related)
				}
			}
		}
	}
	o.customers.Flush()
	for i := range next {
		for _, id := range ids[i] {
			a, err := o.customers.read(ctx, id)
			o.profile.failed(err)
			if err == nil && !a.Missing && o.visible(a.Value) != nil {
				next[i].customers = append(next[i].customers, a.Value)
			}
		}
	}
	return next
}
