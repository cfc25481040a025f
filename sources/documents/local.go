package documents

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A Local reads the documents of a store that is in this process or on this machine, past
// the wire. It sees whatever was written before the call, by whom ever.
type Local interface {
	// Read gives the documents with these keys to each, one at a time, in the order of the
	// keys; one that is not there is left out. Top-level fields that keep does not want are
	// left out of them; nil: they are whole. What each is given is its own.
	Read(ctx context.Context, collection string, keys []string, keep func(field string) bool, each func(bson.Raw)) error
	// Select gives the keys of the documents that where finds, in the order of sort, limit of
	// them at the most; zero: all. The error is [ErrNotIndexed] where it has no index for that.
	Select(ctx context.Context, collection string, where, sort bson.D, limit int) ([]string, error)
	// Count gives how many documents where finds, or the error of Select.
	Count(ctx context.Context, collection string, where bson.D) (int, error)
	// Declare says which indexes a collection is to have, with the keys that they have on a
	// MongoDB. It must be called before the first Select of that collection.
	Declare(collection string, indexes ...bson.D)
}

// ErrNotIndexed is the error of a [Local] that has no index for what it is asked.
var ErrNotIndexed = errors.New("there is no index for this")

// A Selection says which documents of a collection are read.
type Selection struct {
	// Where is a filter in MongoDB's words; nil: all.
	Where bson.D
	// Sort is an order in MongoDB's words; nil: any.
	Sort bson.D
	// Limit is how many are read at the most; zero: all.
	Limit int
	// Fields are the projection: fields that are included by 1, or excluded by 0; nil: the
	// documents are whole.
	Fields bson.D
}

// Select gives the documents of a selection to each, one at a time and in order, until it
// returns false. What each is given is good until it returns. A document that somebody
// removes meanwhile may be left out.
func (s Store) Select(ctx context.Context, collection string, q Selection, each func(bson.Raw) bool) error {
	if s.Local == nil {
		return s.selectByWire(ctx, collection, q, each)
	}
	keys, err := s.Local.Select(ctx, collection, q.Where, q.Sort, q.Limit)
	switch {
	case errors.Is(err, ErrNotIndexed):
		return s.selectByWire(ctx, collection, q, each)
	case err != nil:
		return err
	}
	if len(q.Fields) == 1 && q.Fields[0] == (bson.E{Key: "_id", Value: 1}) {
		// Nothing is to be read.
		return eachKey(keys, each)
	}
	keep, more := kept(q.Fields), true
	for chunk := range slices.Chunk(keys, localChunk) {
		err := s.Local.Read(ctx, collection, chunk, keep, func(raw bson.Raw) { more = more && each(raw) })
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func eachKey(keys []string, each func(bson.Raw) bool) error {
	for _, key := range keys {
		raw, err := bson.Marshal(byID(key))
		if err != nil {
			return err
		}
		if !each(raw) {
			return nil
		}
	}
	return nil
}

// localChunk is how many documents are read before it is asked whether more are wanted.
const localChunk = 100

func (s Store) selectByWire(ctx context.Context, collection string, q Selection, each func(bson.Raw) bool) error {
	o := options.Find().SetLimit(int64(q.Limit))
	if q.Sort != nil {
		o.SetSort(q.Sort)
	}
	if q.Fields != nil {
		o.SetProjection(q.Fields)
	}
	where := q.Where
	if where == nil {
		where = bson.D{}
	}
	cursor, err := s.Database.Collection(collection).Find(ctx, where, o)
	if err != nil {
		return err
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for cursor.Next(ctx) {
		if !each(cursor.Current) {
			return nil
		}
	}
	return cursor.Err()
}

// Count gives how many documents a filter finds.
func (s Store) Count(ctx context.Context, collection string, where bson.D) (int, error) {
	if where == nil {
		where = bson.D{}
	}
	if s.Local != nil {
		n, err := s.Local.Count(ctx, collection, where)
		if !errors.Is(err, ErrNotIndexed) {
			return n, err
		}
	}
	n, err := s.Database.Collection(collection).CountDocuments(ctx, where)
	return int(n), err
}

// kept gives the fields of a projection.
func kept(fields bson.D) func(string) bool {
	if len(fields) == 0 {
		return nil
	}
	names := make(map[string]bool, len(fields))
	var includes bool
	for _, f := range fields {
		names[f.Key] = true
		includes = includes || f.Key != "_id" && f.Value != 0
	}
	return func(name string) bool { return name == "_id" || names[name] == includes }
}
