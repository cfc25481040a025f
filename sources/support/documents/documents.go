// Package documents is the support system of a company that already lands its support
// records in MongoDB: one document per contact, its key in _id, in the form of
// [support.Record] with syncedAt and truncated beside it, see
// [customer360/sources/documents.Landed].
package documents

import (
	"time"

	"customer360/sources"
	"customer360/sources/documents"
	"customer360/sources/support"
)

// Config describes the system.
type Config = documents.Config

var domain = documents.Domain[support.Record]{
	Fields: map[sources.Parts]string{
		support.PartTickets:  "tickets",
		support.PartMessages: "messages",
	},
	Key:    func(r *support.Record) *string { return &r.RecordID },
	Cut:    func(r *support.Record) *sources.Parts { return &r.Cut },
	Settle: (*support.Record).Settle,
}

// New makes the source. One Fetch is one find by _id; parts that are not wanted are
// not sent.
func New(c Config) (support.Source, error) { return documents.New(c, domain) }

// Document gives a record in the form of the collection, for
// [documents.Store.Land]. Its key is the record's RecordID.
func Document(r *support.Record, syncedAt time.Time, truncated bool) documents.Document {
	return domain.Document(r, syncedAt, truncated)
}
