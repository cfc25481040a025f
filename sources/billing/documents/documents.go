// Package documents is the billing system of a company that already lands its billing
// records in MongoDB: one document per account, its key in _id, in the form of
// [billing.Record] with syncedAt and truncated beside it, see
// [customer360/sources/documents.Landed].
package documents

import (
	"time"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/documents"
)

// Config describes the system.
type Config = documents.Config

var domain = documents.Domain[billing.Record]{
	Fields: map[sources.Parts]string{
		billing.PartSubscriptions: "subscriptions",
		billing.PartInvoices:      "invoices",
		billing.PartCharges:       "charges",
	},
	Key:    func(r *billing.Record) *string { return &r.RecordID },
	Cut:    func(r *billing.Record) *sources.Parts { return &r.Cut },
	Settle: (*billing.Record).Settle,
}

// New makes the source. One Fetch is one find by _id; parts that are not wanted are
// not sent.
func New(c Config) (billing.Source, error) { return documents.New(c, domain) }

// Document gives a record in the form of the collection, for
// [documents.Store.Land]. Its key is the record's RecordID.
func Document(r *billing.Record, syncedAt time.Time, truncated bool) documents.Document {
	return domain.Document(r, syncedAt, truncated)
}
