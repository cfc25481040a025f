// Package demo is a made-up company, Meridian Telecom, to try the gateway on
// without any system of one's own: about 300 customers in many countries, with what
// its billing, support and social systems hold of them. Some are stories that show
// what the gateway is for, some show what can be odd about a customer, and the rest
// fill the lists.
//
// Nothing in it is drawn by chance: the same moment makes the same company. All
// dates are relative to that moment, so that the company never looks old.
package demo

import (
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// Name is the company's name.
const Name = "Meridian Telecom"

// System is the name of the demo's system in each of the sources: the company
// lands all of its records as documents. A link to another system is there on
// purpose: the demo does not configure it.
const System = "documents"

// MaxAge is how old a landed record of the demo may be before it counts as stale.
const MaxAge = 24 * time.Hour

// The collections that the records are landed in.
const (
	BillingCollection = "billing"
	SupportCollection = "support"
	SocialCollection  = "social"
)

// A Company is all records of the demo company, in the form that the gateway's
// sources give them in: settled, normalised, newest facts first.
type Company struct {
	// Now is the moment that the company was made for: records are synchronised
	// at it unless an exception says otherwise.
	Now time.Time
	// Definitions say what the attributes of the customers mean.
	Definitions []profiles.Definition
	Customers   []*profiles.Customer
	// Billing are the accounts; the RecordID is the account's key.
	Billing []*billing.Record
	// Support are the contacts; the RecordID is the contact's key.
	Support []*support.Record
	// Social are the accounts on networks; the RecordID is the account's key.
	Social []*social.Record
	// Exceptions are the records that are not landed as fresh and whole.
	Exceptions []Exception
}

// An Exception says how a record is landed that is not fresh or not whole.
type Exception struct {
	Source   profiles.SourceName
	RecordID string
	// Age is how long ago the record was synchronised; zero: just now.
	Age time.Duration
	// AgeUnknown: nobody knows when the record was synchronised.
	AgeUnknown bool
	// Truncated: the system has more facts than were landed.
	Truncated bool
}

// New makes the company as of now. All dates are whole days away from now's day,
// in UTC; the keys of records do not depend on it.
func New(now time.Time) *Company {
	// MongoDB keeps milliseconds.
	now = now.UTC().Truncate(time.Millisecond)
	b := &builder{
		Company: &Company{Now: now, Definitions: definitions()},
		day:     now.Truncate(24 * time.Hour),
	}
	b.stories()
	b.cases()
	b.population()
	b.finish()
	return b.Company
}
