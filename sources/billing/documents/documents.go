// Package documents is the billing system of a company that already lands its billing
// records in MongoDB: one document per account, its key in _id, in the form of
// [billing.Record] with syncedAt and truncated beside it, see
// [customer360/sources/documents.Landed].
package documents

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/documents"
)

// Config describes the system.
type Config = documents.Config

type source struct{ Config }

// New makes the source. One Fetch is one find by _id.
func New(c Config) (billing.Source, error) {
	return source{c}, c.Check()
}

// Name is the configured name.
func (s source) Name() string { return s.Config.Name }

// Fetch reads the documents of the keys; parts that are not wanted are not sent.
func (s source) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*billing.Record], error) {
	exclude := bson.D{}
	if !want.Has(billing.PartSubscriptions) {
		exclude = append(exclude, bson.E{Key: "subscriptions", Value: 0})
	}
	if !want.Has(billing.PartInvoices) {
		exclude = append(exclude, bson.E{Key: "invoices", Value: 0})
	}
	if !want.Has(billing.PartCharges) {
		exclude = append(exclude, bson.E{Key: "charges", Value: 0})
	}
	return documents.Fetch(ctx, s.Config, keys, exclude, s.decode)
}

func (s source) decode(raw bson.Raw) (documents.Landed, *billing.Record, error) {
	var d document
	if err := documents.Decode(raw, &d); err != nil {
		return documents.Landed{}, nil, err
	}
	truncated, err := d.Record.Settle(s.System(), d.ID)
	d.Truncated = d.Truncated || truncated
	return d.Landed, &d.Record, err
}

type document struct {
	documents.Landed `bson:",inline"`
	billing.Record   `bson:",inline"`
}

// Document gives a record in the form of the collection, for
// [documents.Store.Land]. Its key is the record's RecordID.
func Document(r *billing.Record, syncedAt time.Time, truncated bool) documents.Document {
	body := *r
	key := body.RecordID
	body.RecordID = ""
	return documents.Document{
		ID:   key,
		Body: document{documents.Landed{ID: key, SyncedAt: syncedAt, Truncated: truncated}, body},
	}
}
