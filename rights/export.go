package rights

import (
	"context"
	"slices"
	"time"

	"customer360/customer"
	"customer360/sources/profiles"
)

// The form of a [Package] as a JSON document. The version grows when a reader of the
// version before could not read it any more; members may be added without that.
const (
	Format  = "customer360-export"
	Version = 1
)

// A Package is everything of one customer, as one JSON document in the form that its
// first two members name:
//
//	{
//	  "format": "customer360-export", "version": 1,
//	  "generatedAt": "2026-01-31T09:30:00Z",
//	  "customerId": "c1",
//	  "complete": false,
//	  "customer": {"id": "c1", "kind": "PERSON", "name": …, "links": […]},
//	  "sources": [
//	    {"source": "PROFILE", "system": "crm", "recordId": "c1", "state": "FRESH", …},
//	    {"source": "BILLING", "system": "stripe-eu", "recordId": "cus_1", "state": "FRESH",
//	     "asOf": "2026-01-31T09:29:59Z", "truncated": false, "complete": true, "data": {…}},
//	    {"source": "SUPPORT", "system": "zendesk", "recordId": "7", "state": "TIMED_OUT",
//	     "code": "TIMED_OUT", "truncated": false, "complete": false},
//	    {"source": "SOCIAL", "state": "NOT_LINKED", "truncated": false, "complete": true}
//	  ]
//	}
//
// Times are RFC 3339, dates YYYY-MM-DD, amounts texts as "12.50 EUR"; a member that is not
// there is not known. Members that a company's documents have beside those of their form
// are not in it. It holds what the company wrote about the customer for itself, and names
// of others: somebody reads it before it is handed out.
type Package struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// GeneratedAt is when the systems were asked.
	GeneratedAt time.Time `json:"generatedAt"`
	CustomerID  string    `json:"customerId"`
	// Complete: nothing is known to be lacking. Else Sources say what is.
	Complete bool `json:"complete"`
	// Customer is the profile, whole: links that were undone and attributes that are not
	// declared included.
	Customer *profiles.Customer `json:"customer"`
	// Sources are the profile, then the records in the order of the sources and of the
	// links. A source that no record is linked of has one entry that says so.
	Sources []Record `json:"sources"`
}

// A Record is how a system answered for one record of a customer, and what it gave.
type Record struct {
	Source profiles.SourceName `json:"source"`
	// System and RecordID are empty where nothing is linked.
	System   string               `json:"system,omitempty"`
	RecordID string               `json:"recordId,omitempty"`
	State    customer.SourceState `json:"state"`
	// Code is why the state is not better; empty where there is nothing to say.
	Code customer.ErrorCode `json:"code,omitempty"`
	// AsOf is when the system held it; zero where that is not known.
	AsOf time.Time `json:"asOf,omitzero"`
	// Truncated: the system has more than it gave, see [sources.MaxPerKind].
	Truncated bool `json:"truncated"`
	// Complete: the system was asked, and gave all that it has as it is now.
	Complete bool `json:"complete"`
	// Data is the record with all its parts, in the form of its domain; nil where there is
	// none. The profile's is [Package.Customer].
	Data any `json:"data,omitempty"`
}

// Export gives everything of the customer with that key, from every system, which are
// asked anew and all at once. A system that does not answer is told in its place; what
// was kept of it before stands there, as STALE, if its guards serve that. The error is
// [ErrNoCustomer], or that of the spine, without which nobody knows what to ask for.
func (r *Rights) Export(ctx context.Context, id string) (*Package, error) {
	p := &Package{Format: Format, Version: Version, GeneratedAt: time.Now().UTC().Truncate(time.Millisecond), CustomerID: id}
	c, err := r.profile(ctx, id, profiles.All|profiles.Undeclared)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, ErrNoCustomer
	}
	p.Customer = c
	all := r.links(c)
	each(all, func(l *linked) { r.ask(ctx, l, l.system.parts, "") })

	status := customer.ProfileStatus(r.spineName(), c).Status
	p.Sources = []Record{{
		Source: profiles.Profile, System: r.spineName(), RecordID: id,
		State: status.State, Code: status.Code, AsOf: status.AsOf, Complete: true,
	}}
	for _, source := range sourcesOf(c) {
		there := false
		for _, l := range all {
			if l.source != source {
				continue
			}
			there = true
			for _, key := range l.keys {
				p.Sources = append(p.Sources, recordOf(source, key, l.result(key)))
			}
		}
		if state, ok := r.unlinked(source); ok && !there {
			// Nothing is lacking where there is nothing to ask for.
			p.Sources = append(p.Sources, Record{Source: source, State: state, Complete: true})
		}
	}
	p.Complete = !slices.ContainsFunc(p.Sources, func(r Record) bool { return !r.Complete })
	return p, nil
}

// recordOf says how a system answered for a record.
func recordOf(source profiles.SourceName, key string, result customer.Result[any]) Record {
	status := customer.StatusOf(source, []customer.Result[any]{result}).Systems[0].Status
	return Record{
		Source: source, System: result.System, RecordID: key,
		State: status.State, Code: status.Code, AsOf: status.AsOf,
		Truncated: result.Answer.Truncated,
		// What was kept from before is not what the system has now.
		Complete: status.Complete && !result.NotConfigured && result.Answer.Cause == nil,
		Data:     result.Answer.Value,
	}
}

// unlinked is the state of a source that no record is linked of, and whether it is told:
// one that the gateway has no system for is told of if it could have one.
func (r *Rights) unlinked(source profiles.SourceName) (customer.SourceState, bool) {
	configured := slices.ContainsFunc(r.config.Systems, func(s System) bool { return s.source == source })
	switch {
	case configured:
		return customer.NotLinked, true
	case source == profiles.Billing, source == profiles.Support, source == profiles.Social:
		return customer.NotConfigured, true
	}
	return "", false
}
