package operation

import (
	"context"
	"slices"

	"customer360/access"
	"customer360/customer"
	"customer360/graph/relay"
	"customer360/sources/profiles"
)

// This file says what the caller of an operation may ask and read.

var notInContract = customer.Refuse(customer.CodeForbidden, "Not in the caller's contract.")

// Refused says why a source may not be asked of a customer; nil: it may.
func (o *Operation) Refused(source profiles.SourceName, c *profiles.Customer) *customer.Error {
	switch {
	case !o.policy.shows(source):
		return notInContract
	case o.caller.Open:
		return nil
	}
	return o.policy.sources[source].refusal(o.caller, c)
}

// MayAskWhoIsLinked says why the caller may not ask who has a link to a source; nil: it may. Where
// each customer's consent counts, nobody may: the answer would tell of those who have not agreed.
func (o *Operation) MayAskWhoIsLinked(source profiles.SourceName) error {
	r := o.policy.sources[source]
	switch {
	case !o.policy.shows(source):
		return notInContract
	case o.caller.Open:
		return nil
	case !o.caller.May(r.scopes...):
		return r.refusal(o.caller, nil)
	case r.purpose != "":
		return customer.Refuse(customer.CodeConsentRequired, "Cannot filter by links to this source: each customer must agree to the purpose `"+r.purpose+"`.")
	}
	return nil
}

// MayAskBy says why the caller may not ask by an input, or by an enum value of one, as
// "CustomerFilter.name"; nil: it may.
func (o *Operation) MayAskBy(coordinate string) error {
	return o.policy.unaskable(o.caller, coordinate)
}

// MayAskByValue says why the caller may not ask by an attribute's value; nil: it may.
func (o *Operation) MayAskByValue(key string) error {
	if class := o.policy.attributes[key].Class; class != "" && !o.caller.Sees(class) {
		return customer.Refuse(customer.CodeForbidden, "Cannot filter by a masked attribute. "+requires(class.Scope()))
	}
	return nil
}

// HasAttribute reports whether the caller's contract has an attribute.
func (o *Operation) HasAttribute(key string) bool {
	return o.policy.hasAttribute(o.caller.Audience, key)
}

// Definitions gives the definitions of the attributes that the caller's contract has.
func (o *Operation) Definitions(ctx context.Context) ([]profiles.Definition, error) {
	defs, err := o.all.systems.Spine.Definitions(ctx)
	if err != nil {
		return nil, o.SpineFailure(err)
	}
	if o.caller.Audience == access.Internal {
		return defs, nil
	}
	return slices.DeleteFunc(slices.Clone(defs), func(d profiles.Definition) bool { return !o.HasAttribute(d.Key) }), nil
}

// MasksContactPoint reports whether the caller does not see a contact point whole.
func (o *Operation) MasksContactPoint(p *profiles.ContactPoint) bool {
	return o.caller.Hides(access.ContactClasses(p)...) != "" || p.Address != nil && !o.caller.Sees(access.Address)
}

// Unseal gives an id or a cursor as the graph made it, of one that the caller sent.
func (o *Operation) Unseal(text string) string { return o.policy.open(o.caller, text) }

// ParseID reads an id that the caller sent.
func (o *Operation) ParseID(text string) (relay.ID, error) { return relay.ParseID(o.Unseal(text)) }

// ParseCursor reads a cursor of a list that the caller sent.
func (o *Operation) ParseCursor(list, text string) (relay.Cursor, error) {
	return relay.ParseCursor(list, o.Unseal(text))
}

// Shown gives those objects of a list that the contract shows. The list is a record's own.
func Shown[T any](o *Operation, object string, all []T) []T {
	if o.policy.carries[object] == nil {
		return all
	}
	return only(all, func(one T) bool { return !o.policy.drops(object, one) })
}

// only gives the entries of a list that are wanted.
func only[T any](all []T, wanted func(T) bool) []T {
	some := make([]T, 0, len(all))
	for _, one := range all {
		if wanted(one) {
			some = append(some, one)
		}
	}
	return some
}
