package resolvers

import (
	"customer360/customer"
	"customer360/sources/profiles"
)

// admit gives a customer that was read, or nil where there is none for the caller.
func (o *operation) admit(c *profiles.Customer) *profiles.Customer {
	if c == nil || !o.caller.Rows.Match(c) {
		return nil
	}
	o.saw(c)
	return c
}

// unlinkable says why a caller may not ask who has a link to a source; nil: it may. Where each
// customer's consent counts, nobody may: the answer would tell of those who have not agreed.
func (o *operation) unlinkable(source profiles.SourceName) error {
	r := o.policy.sources[source]
	switch {
	case !o.policy.shows(source):
		return notInContract
	case o.caller.Open:
		return nil
	case !o.caller.May(r.scopes...):
		return r.refusal(o.caller, nil)
	case r.purpose != "":
		return customer.Refuse(customer.CodeConsentRequired, "who has a link there cannot be asked, since it is for each customer to agree to the purpose "+r.purpose)
	}
	return nil
}

var notInContract = customer.Refuse(customer.CodeForbidden, "it is not in the caller's contract")

// refused says why a source may not be asked of a customer; nil: it may. It is decided before
// any key is queued.
func (o *operation) refused(source profiles.SourceName, c *profiles.Customer) *customer.Error {
	switch {
	case !o.policy.shows(source):
		return notInContract
	case o.caller.Open:
		return nil
	}
	return o.policy.sources[source].refusal(o.caller, c)
}
