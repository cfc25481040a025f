package documents_test

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store/storetest"
	"customer360/sources"
	common "customer360/sources/documents"
	"customer360/sources/social"
	"customer360/sources/social/documents"
	"customer360/sources/sourcetest"
)

func TestContract(t *testing.T) {
	known := []string{"first-key", "second-key", "third-key"}
	at := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	record := func(key string) *social.Record {
		return &social.Record{
			Profile:  social.Profile{Ref: sources.Ref{RecordID: key}, Network: "mastodon", Handle: "somebody"},
			Mentions: []*social.Mention{{Ref: sources.Ref{RecordID: "m"}, Text: "hello", PostedAt: at}},
		}
	}
	holds := func(r *social.Record) sources.Parts {
		held := social.PartProfile
		if len(r.Mentions) > 0 {
			held |= social.PartMentions
		}
		return held
	}
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*social.Record] {
		ctx := context.Background()
		s, log := storetest.Open(t)
		var docs []common.Document
		for _, key := range known {
			docs = append(docs, documents.Document(record(key), at, false))
		}
		if _, err := s.Land(ctx, "social", docs); err != nil {
			t.Fatal(err)
		}
		source, err := documents.New(documents.Config{Name: "social/test", Store: s.Store, Collection: "social"})
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		return sourcetest.Fixture[*social.Record]{
			Source: source, Known: known, Unknown: "other-key",
			Parts: []sources.Parts{social.PartProfile, social.PartMentions},
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
			Odd: func(t *testing.T) sourcetest.Oddity[*social.Record] {
				return sourcetest.Oddity[*social.Record]{Source: source, Change: sourcetest.Landed(t, s.Store, "social", known[1]), One: true}
			},
		}
	})
}

// spoil makes documents that are not in the collection's form.
func spoil(t *testing.T, s common.Store, keys ...string) {
	for _, key := range keys {
		if _, err := s.Database.Collection("social").UpdateOne(context.Background(), bson.D{{Key: "_id", Value: key}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "mentions", Value: "not a list"}}}}); err != nil {
			t.Fatal(err)
		}
	}
}
