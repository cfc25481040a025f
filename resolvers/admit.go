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
