package demo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
)

// marks is the collection that says of a store that the demo company is in it, so
// that made-up customers are never taken for real ones.
const marks = "demo"

type mark struct {
	ID string `bson:"_id"`
	// Whole: the company was landed to its end.
	Whole bool `json:"whole"`
}

// markID is the key of the one document of the collection.
const markID = "company"

// IsIn reports whether the demo company is in a store, or a part of it.
func IsIn(ctx context.Context, store documents.Store) (bool, error) {
	m, err := markOf(ctx, store)
	return m != nil, err
}

// IsCutShort reports whether a store holds only a part of the company, since landing
// it came to no end. Landing it again completes it.
func IsCutShort(ctx context.Context, store documents.Store) (bool, error) {
	m, err := markOf(ctx, store)
	return m != nil && !m.Whole, err
}

func markOf(ctx context.Context, store documents.Store) (*mark, error) {
	var found *mark
	_, err := store.Find(ctx, marks, []string{markID}, nil, func(raw bson.Raw) {
		var m mark
		if documents.Decode(raw, &m) == nil {
			found = &m
		}
	})
	return found, err
}

// setMark says that the company is in the store, and whether it is whole.
func setMark(ctx context.Context, store documents.Store, whole bool) error {
	body := bson.D{{Key: "_id", Value: markID}, {Key: "whole", Value: whole}}
	_, err := store.Land(ctx, marks, []documents.Document{{ID: markID, Body: body}})
	return err
}
