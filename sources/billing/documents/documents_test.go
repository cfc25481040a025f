package documents_test

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store/storetest"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/documents"
	common "customer360/sources/documents"
	"customer360/sources/sourcetest"
)

func TestContract(t *testing.T) {
	known := []string{"first-key", "second-key", "third-key"}
	at := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	record := func(key string) *billing.Record {
		return &billing.Record{
			Account:       billing.Account{Ref: sources.Ref{RecordID: key, URL: "https://billing.example/a"}, Name: "Somebody", Balance: &billing.Money{Minor: 1250, Currency: "EUR"}, IsDelinquent: new(true), Currency: "EUR", CreatedAt: at},
			Subscriptions: []*billing.Subscription{{Ref: sources.Ref{RecordID: "s"}, Status: billing.Active, Quantity: new(3), Price: &billing.Money{Minor: 100, Currency: "EUR"}, Interval: "P1M", StartedAt: at, EndedAt: at}},
			Invoices:      []*billing.Invoice{{Ref: sources.Ref{RecordID: "i"}, Status: billing.Paid, Total: &billing.Money{Minor: 100, Currency: "EUR"}, IssuedAt: at, DueAt: at}},
			Charges:       []*billing.Charge{{Ref: sources.Ref{RecordID: "c"}, Status: billing.Succeeded, ChargedAt: at}},
		}
	}
	holds := func(r *billing.Record) sources.Parts {
		held := billing.PartAccount
		if len(r.Subscriptions) > 0 {
			held |= billing.PartSubscriptions
		}
		if len(r.Invoices) > 0 {
			held |= billing.PartInvoices
		}
		if len(r.Charges) > 0 {
			held |= billing.PartCharges
		}
		return held
	}
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*billing.Record] {
		ctx := context.Background()
		s, log := storetest.Open(t)
		var docs []common.Document
		for _, key := range known {
			docs = append(docs, documents.Document(record(key), at, false))
		}
		if _, err := s.Land(ctx, "billing", docs); err != nil {
			t.Fatal(err)
		}
		source, err := documents.New(documents.Config{Name: "billing/test", Store: s.Store, Collection: "billing"})
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		return sourcetest.Fixture[*billing.Record]{
			Source: source, Known: known, Unknown: "other-key",
			Parts: []sources.Parts{billing.PartAccount, billing.PartSubscriptions, billing.PartInvoices, billing.PartCharges},
			Holds: holds,
			Calls: func() int {
				calls += len(log.Reads())
				return calls
			},
			Failures: []sourcetest.Failure{
				{Kind: sources.Unavailable, Arm: func() { _ = s.Close() }},
				{Kind: sources.Malformed, Arm: func() { spoil(t, s.Store, known...) }},
			},
			Break: func(key string) { spoil(t, s.Store, key) },
			Odd: func(t *testing.T) sourcetest.Oddity[*billing.Record] {
				return sourcetest.Oddity[*billing.Record]{Source: source, Change: sourcetest.Landed(t, s.Store, "billing", known[1]), One: true}
			},
		}
	})
}

// spoil makes documents that are not in the collection's form.
func spoil(t *testing.T, s common.Store, keys ...string) {
	for _, key := range keys {
		if _, err := s.Database.Collection("billing").UpdateOne(context.Background(), bson.D{{Key: "_id", Value: key}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "invoices", Value: "not a list"}}}}); err != nil {
			t.Fatal(err)
		}
	}
}
