package operation

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// This file gives what the sources answered of a customer, as far as the caller may read it.

// Billing gives what is joined of a customer's billing; nil: nothing is linked.
func (o *Operation) Billing(ctx context.Context, c *profiles.Customer) (*customer.Billing, error) {
	results := o.billing.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, o.failure(profiles.Billing, err)
	}
	return o.joinedBilling.take(1)[0].Join(c.ID, results), nil
}

// Support gives what is joined of a customer's support; nil: nothing is linked.
func (o *Operation) Support(ctx context.Context, c *profiles.Customer) (*customer.Support, error) {
	results := o.support.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, o.failure(profiles.Support, err)
	}
	return o.joinedSupport.take(1)[0].Join(c.ID, results), nil
}

// Social gives what is joined of a customer's accounts on networks; nil: nothing is linked.
func (o *Operation) Social(ctx context.Context, c *profiles.Customer) (*customer.Social, error) {
	results := o.social.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, o.failure(profiles.Social, err)
	}
	return o.joinedSocial.take(1)[0].Join(c.ID, results), nil
}

// failure words a failure of a source as a field tells it: nothing where the caller reads status.
func (o *Operation) failure(source profiles.SourceName, err *sources.Error) error {
	if err == nil || o.quiet {
		return nil
	}
	return customer.SourceError(source, err)
}

// Timeline joins the interactions with a customer of some kinds, nil for all of them, and channels,
// without those that the contract does not show.
func (o *Operation) Timeline(ctx context.Context, c *profiles.Customer, kinds []customer.InteractionKind, channels []profiles.Channel) *customer.Timeline {
	if kinds == nil {
		kinds = o.policy.kinds
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
	timeline.Interactions = Shown(o, "Interaction", timeline.Interactions)
	if len(o.policy.carries) > 0 {
		// What is in no list is not told of here.
		timeline.Interactions = only(timeline.Interactions, func(i *customer.Interaction) bool { return !o.policy.dropsSubject(i.Subject) })
	}
	return timeline
}

// Status says how a source answered for a customer.
func (o *Operation) Status(ctx context.Context, c *profiles.Customer, source profiles.SourceName) *customer.SourceStatus {
	var s customer.SourceStatus
	switch source {
	case profiles.Profile:
		s = customer.ProfileStatus(o.policy.spine, c)
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

// Statuses say how the sources answered for a customer that are asked by the fields beside the one
// that is resolved.
func (o *Operation) Statuses(ctx context.Context, c *profiles.Customer) []*customer.SourceStatus {
	selected := o.siblings(ctx)
	all := make([]*customer.SourceStatus, 0, 4)
	all = append(all, o.Status(ctx, c, profiles.Profile))
	if selected.Billing != 0 && o.policy.shows(profiles.Billing) {
		all = append(all, o.Status(ctx, c, profiles.Billing))
	}
	if selected.Support != 0 && o.policy.shows(profiles.Support) {
		all = append(all, o.Status(ctx, c, profiles.Support))
	}
	if selected.Social != 0 && o.policy.shows(profiles.Social) {
		all = append(all, o.Status(ctx, c, profiles.Social))
	}
	return all
}

// A selection is a selection set that every object of one place in the operation has.
type selection struct {
	first  *ast.Selection
	length int
}

// siblings says which sources the fields ask that are selected beside a field of a customer.
func (o *Operation) siblings(ctx context.Context) needs {
	parent := graphql.GetFieldContext(ctx).Parent
	for parent.Field.Field == nil && parent.Parent != nil {
		// An element of a list; the field is above it.
		parent = parent.Parent
	}
	set := parent.Field.Selections
	at := selection{&set[0], len(set)}
	o.mu.Lock()
	defer o.mu.Unlock()
	n, ok := o.asked[at]
	if !ok {
		n = o.policy.selectedSources(o.context, set)
		if o.asked == nil {
			o.asked = map[selection]needs{}
		}
		o.asked[at] = n
	}
	return n
}

// BillingOf is [Operation.Billing] for a root field that brings a customer's billing alone. A
// failure is told whatever the caller wishes: beside a node no status stands.
func (o *Operation) BillingOf(ctx context.Context, c *profiles.Customer) (*customer.Billing, error) {
	return joinedAlone(ctx, o, &o.billing, c, customer.JoinBilling)
}

// SupportOf is [Operation.BillingOf] for support.
func (o *Operation) SupportOf(ctx context.Context, c *profiles.Customer) (*customer.Support, error) {
	return joinedAlone(ctx, o, &o.support, c, customer.JoinSupport)
}

// SocialOf is [Operation.BillingOf] for accounts on networks.
func (o *Operation) SocialOf(ctx context.Context, c *profiles.Customer) (*customer.Social, error) {
	return joinedAlone(ctx, o, &o.social, c, customer.JoinSocial)
}

func joinedAlone[V, T any](ctx context.Context, o *Operation, a *asks[V], c *profiles.Customer, join func(string, []customer.Result[V]) *T) (*T, error) {
	if err := o.Refused(a.source, c); err != nil {
		return nil, err
	}
	field := graphql.GetFieldContext(ctx).Field
	o.arrive(ctx, field.Alias, []*profiles.Customer{c}, func(ctx context.Context) { a.queue(ctx, o, c) }, nil)
	results := a.of(ctx, o, c)
	if err := customer.Failure(results); err != nil {
		return nil, customer.SourceError(a.source, err)
	}
	return join(c.ID, results), nil
}

// BillingRecord asks a billing system for a record, by the key that its customer's link has, for a
// root field. It is nil where there is none that the caller may read.
func (o *Operation) BillingRecord(ctx context.Context, system, key string) (*billing.Record, error) {
	return recordAlone(ctx, o, &o.billing, system, key)
}

// SupportRecord is [Operation.BillingRecord] for support.
func (o *Operation) SupportRecord(ctx context.Context, system, key string) (*support.Record, error) {
	return recordAlone(ctx, o, &o.support, system, key)
}

// SocialRecord is [Operation.BillingRecord] for accounts on networks.
func (o *Operation) SocialRecord(ctx context.Context, system, key string) (*social.Record, error) {
	return recordAlone(ctx, o, &o.social, system, key)
}

// recordAlone asks for a record. What a caller may read depends on whose record it is, so that
// customer is found first.
func recordAlone[V any](ctx context.Context, o *Operation, a *asks[*V], system, key string) (*V, error) {
	if !o.caller.Open {
		if !o.policy.shows(a.source) {
			return nil, nil
		}
		// Whether there is such a record is told to those only who may read it.
		if barred := o.policy.sources[a.source].barred(o.caller); barred != nil {
			return nil, barred
		}
		c, err := o.CustomerOfRecord(ctx, a.source, system, key)
		if err != nil || c == nil {
			return nil, err
		}
		o.profile.count([]*profiles.Customer{c})
		if o.Refused(a.source, c) != nil {
			return nil, nil //nolint:nilerr // That the customer has not agreed would tell that there is a record.
		}
	}
	alias := graphql.GetFieldContext(ctx).Field.Alias
	o.arrive(ctx, alias, nil, func(ctx context.Context) {
		a.customers++
		a.queueRecord(ctx, system, key)
	})
	asked := a.system(system)
	if asked == nil {
		return nil, nil
	}
	answer, err := asked.read(ctx, key)
	if err != nil {
		return nil, customer.SourceError(a.source, err)
	}
	if answer.Missing {
		return nil, nil
	}
	return answer.Value, nil
}
