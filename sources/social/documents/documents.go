// Package documents is the social system of a company that already lands its social
// records in MongoDB: one document per account, its key in _id, in the form of
// [social.Record] with syncedAt and truncated beside it, see
// [customer360/sources/documents.Landed].
package documents

import (
	"time"

	"customer360/sources"
	"customer360/sources/documents"
	"customer360/sources/social"
)

// Config describes the system.
type Config = documents.Config

var domain = documents.Domain[social.Record]{
	Fields: map[sources.Parts]string{
		social.PartMentions: "mentions",
	},
	Key:    func(r *social.Record) *string { return &r.RecordID },
	Cut:    func(r *social.Record) *sources.Parts { return &r.Cut },
	Settle: (*social.Record).Settle,
}

// New makes the source. One Fetch is one find by _id; parts that are not wanted are
// not sent.
func New(c Config) (social.Source, error) { return documents.New(c, domain) }

// Document gives a record in the form of the collection, for
// [documents.Store.Land]. Its key is the record's RecordID.
func Document(r *social.Record, syncedAt time.Time, truncated bool) documents.Document {
	return domain.Document(r, syncedAt, truncated)
}
