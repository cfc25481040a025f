package documents_test

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store/storetest"
	"customer360/sources"
	common "customer360/sources/documents"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
	"customer360/sources/support/documents"
)

func TestContract(t *testing.T) {
	known := []string{"first-key", "second-key", "third-key"}
	at := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	record := func(key string) *support.Record {
		return &support.Record{
			Ref:      sources.Ref{RecordID: key},
			Tickets:  []*support.Ticket{{Ref: sources.Ref{RecordID: "t"}, Status: support.Open, Tags: []string{"vip"}, Satisfaction: &support.Rating{Rating: 4, Scale: 5, Count: 2, RatedAt: at}, CreatedAt: at, SolvedAt: at}},
			Messages: []*support.Message{{Ref: sources.Ref{RecordID: "m"}, Direction: support.Inbound, Body: "Hello", TicketID: "t", SentAt: at}},
		}
	}
	holds := func(r *support.Record) sources.Parts {
		held := support.PartContact
		if len(r.Tickets) > 0 {
			held |= support.PartTickets
		}
		if len(r.Messages) > 0 {
			held |= support.PartMessages
		}
		return held
	}
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*support.Record] {
		ctx := context.Background()
		s, log := storetest.Open(t)
		var docs []common.Document
		for _, key := range known {
			docs = append(docs, documents.Document(record(key), at, false))
		}
		if _, err := s.Land(ctx, "support", docs); err != nil {
			t.Fatal(err)
		}
		source, err := documents.New(documents.Config{Name: "support/test", Store: s.Store, Collection: "support"})
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		return sourcetest.Fixture[*support.Record]{
			Source: source, Known: known, Unknown: "other-key",
			Parts: []sources.Parts{support.PartContact, support.PartTickets, support.PartMessages},
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
			Odd: func(t *testing.T) sourcetest.Oddity[*support.Record] {
				return sourcetest.Oddity[*support.Record]{Source: source, Change: sourcetest.Landed(t, s.Store, "support", known[1]), One: true}
			},
		}
	})
}

// spoil makes documents that are not in the collection's form.
func spoil(t *testing.T, s common.Store, keys ...string) {
	for _, key := range keys {
		if _, err := s.Database.Collection("support").UpdateOne(context.Background(), bson.D{{Key: "_id", Value: key}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "tickets", Value: "not a list"}}}}); err != nil {
			t.Fatal(err)
		}
	}
}
