package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"customer360/sources/documents"
)

// A Position is an entry's place in a list: by time, and where times tie by id.
type Position struct {
	At time.Time
	ID string
}

// A Listed entry has its id beside it, by which it is found in the collection.
type Listed struct {
	Entry
	ID string
}

// Position gives where the entry stands in its list.
func (l Listed) Position() Position { return Position{At: l.At, ID: l.ID} }

// A Page is a part of a list.
type Page struct {
	Entries []Listed
	// HasMore: there are entries behind it.
	HasMore bool
}

// List gives entries of a customer, newest first, behind a position; nil: from the newest one.
// An entry names this customer only, whoever else was in the operation. What is read now
// shows as soon as it is written.
func (l *Log) List(ctx context.Context, customer string, after *Position, limit int) (Page, error) {
	return List(ctx, l.store, customer, after, limit)
}

// List is [Log.List] for a process that writes nothing.
func List(ctx context.Context, s documents.Store, customer string, after *Position, limit int) (Page, error) {
	customer = clip(customer)
	where := bson.D{{Key: "customers", Value: customer}}
	if after != nil {
		at := milliseconds(after.At)
		where = bson.D{{Key: "$and", Value: bson.A{where, bson.D{{Key: "at", Value: bson.D{{Key: "$lte", Value: at}}}}, bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: at}}}},
			bson.D{{Key: "at", Value: at}, {Key: "_id", Value: bson.D{{Key: "$lt", Value: after.ID}}}},
		}}}}}}
	}
	cursor, err := s.Database.Collection(Entries).Find(ctx, where, options.Find().
		SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: -1}}).SetLimit(int64(limit)+1).
		SetProjection(bson.D{{Key: "customers", Value: 0}}))
	if err != nil {
		return Page{}, worded(err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	var page Page
	for cursor.Next(ctx) {
		if len(page.Entries) == limit {
			page.HasMore = true
			break
		}
		var e entry
		if err := bson.Unmarshal(cursor.Current, &e); err != nil {
			return Page{}, fmt.Errorf("a document of the collection %q is not an entry: run customer360 audit verify", Entries)
		}
		page.Entries = append(page.Entries, Listed{ID: e.ID, Entry: Entry{
			Action: e.Action, At: e.At, Credential: e.Credential, Audience: e.Audience, Purpose: e.Purpose, Operation: e.Operation,
			OperationHash: e.OperationHash, RequestID: e.RequestID, IdempotencyKey: e.IdempotencyKey, Customers: []string{customer}, Fields: e.Fields, Sources: e.Sources,
		}})
	}
	return page, worded(cursor.Err())
}

// index is what List needs; MongoDB's own on _id serves everything else.
var index = bson.D{{Key: "customers", Value: 1}, {Key: "at", Value: -1}, {Key: "_id", Value: -1}}

// CreateIndexes makes the index that List needs, if it is not there. It is idempotent and
// touches no data.
func CreateIndexes(ctx context.Context, s documents.Store) error {
	there, err := indexed(ctx, s)
	if err != nil || there {
		return err
	}
	if _, err := s.Database.Collection(Entries).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: index, Options: options.Index().SetName("c360_accessLog")}); err != nil {
		return fmt.Errorf("cannot create the index of the collection %q: %w", Entries, worded(err))
	}
	return nil
}

// VerifyIndexes reports whether the index is missing. It changes nothing.
func VerifyIndexes(ctx context.Context, s documents.Store) error {
	there, err := indexed(ctx, s)
	if err != nil || there {
		return err
	}
	return fmt.Errorf("the collection %q lacks an index on [customers at _id], the last two descending: create it, or start once with --mongodb-indexes create", Entries)
}

// indexed reports whether there is an index with the same keys, whatever its name.
func indexed(ctx context.Context, s documents.Store) (bool, error) {
	there, err := s.Database.Collection(Entries).Indexes().ListSpecifications(ctx)
	if err != nil {
		return false, fmt.Errorf("cannot read the indexes of the collection %q: %w", Entries, worded(err))
	}
	return slices.ContainsFunc(there, func(x mongo.IndexSpecification) bool {
		elements, err := x.KeysDocument.Elements()
		return err == nil && slices.EqualFunc(elements, index, func(a bson.RawElement, b bson.E) bool {
			// Servers give directions as int32, int64 or double.
			direction, ok := a.Value().AsInt64OK()
			return ok && a.Key() == b.Key && direction == int64(b.Value.(int))
		})
	}), nil
}
