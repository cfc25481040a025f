package documents

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Change changes one document as if nobody else did meanwhile. It gives change the
// document as it is, nil where there is none, and writes what change makes of it:
// nil removes the document, and one that is returned as it was is not written. The
// _id stays. Change is called again where somebody else was faster, so it must do
// nothing but compute; its error ends the call and is returned as it is. It must not
// change other documents itself.
//
// Every change of a document that others may change goes through Change or
// [Store.Update]: a server whose own updates are not atomic, as the embedded store's,
// loses one of two without an error otherwise.
func (s Store) Change(ctx context.Context, collection, id string, change func(old bson.Raw) (now any, err error)) error {
	return s.change(ctx, collection, id, nil, change)
}

// change begins with a document as it was seen. Under a lock that is worth nothing: what
// is there is not compared when it is written.
func (s Store) change(ctx context.Context, collection, id string, seen bson.Raw, change func(old bson.Raw) (now any, err error)) error {
	unlock, err := s.lock(ctx, collection, id)
	if err != nil {
		return err
	}
	defer unlock()
	c := s.Database.Collection(collection)
	for {
		old := seen
		if old == nil || s.Lock != nil {
			if old, err = s.One(ctx, collection, id); err != nil {
				return err
			}
		}
		seen = nil
		now, err := change(old)
		if err != nil {
			return err
		}
		if same, ok := now.(bson.Raw); ok && bytes.Equal(same, old) {
			return nil
		}
		if done, err := s.swap(ctx, c, id, old, now); done || err != nil {
			return err
		}
	}
}

// Update sends one update of a document, which the server carries out as one step
// even where others update the same. It does nothing where there is no such document.
func (s Store) Update(ctx context.Context, collection, id string, update bson.D) error {
	return s.update(ctx, collection, id, update)
}

// Upsert is [Store.Update], which makes the document where there is none.
func (s Store) Upsert(ctx context.Context, collection, id string, update bson.D) error {
	return s.update(ctx, collection, id, update, options.UpdateOne().SetUpsert(true))
}

func (s Store) update(ctx context.Context, collection, id string, update bson.D, o ...options.Lister[options.UpdateOneOptions]) error {
	unlock, err := s.lock(ctx, collection, id)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = s.Database.Collection(collection).UpdateOne(ctx, byID(id), update, o...)
	return err
}

// Replacing gives a document with the fields of body in place of those that are named,
// and with its others as they are: what a [Store.Change] makes of a document that
// others may have added to.
func Replacing(old bson.Raw, names []string, body any) (bson.D, error) {
	var fields, now bson.D
	if err := bson.Unmarshal(old, &fields); err != nil {
		return nil, err
	}
	given, err := fieldsOf(body)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		if !slices.Contains(names, f.Key) && !has(given, f.Key) {
			now = append(now, f)
		}
	}
	return append(now, given...), nil
}

// lock keeps others from changing a document, where the server does not.
func (s Store) lock(ctx context.Context, collection, id string) (unlock func(), err error) {
	if s.Lock == nil {
		return func() {}, nil
	}
	return s.Lock(ctx, collection+"/"+id)
}

// swap writes a document in place of the one that was read; false: that is not there
// any more as it was.
func (s Store) swap(ctx context.Context, c *mongo.Collection, id string, old bson.Raw, now any) (done bool, err error) {
	switch {
	case now == nil && old == nil:
		return true, nil
	case now == nil:
		result, err := c.DeleteOne(ctx, s.unchanged(id, old))
		return err == nil && result.DeletedCount > 0, err
	case old == nil:
		fields, err := fieldsOf(now)
		if err != nil {
			return false, err
		}
		_, err = c.InsertOne(ctx, append(byID(id), fields...))
		if mongo.IsDuplicateKeyError(err) {
			return false, nil
		}
		return err == nil, err
	}
	update, err := difference(old, now)
	if err != nil || len(update) == 0 {
		return err == nil, err
	}
	result, err := c.UpdateOne(ctx, s.unchanged(id, old), update)
	return err == nil && result.MatchedCount > 0, err
}

// unchanged finds a document if it still has all that was read of it. That needs no
// version in it, which others who write to it would have to keep. Under a lock the key
// is enough, and all that the embedded store finds without reading every document.
func (s Store) unchanged(id string, old bson.Raw) bson.D {
	filter := byID(id)
	if s.Lock != nil {
		return filter
	}
	elements, _ := old.Elements()
	for _, e := range elements {
		// A name of another form cannot be asked for.
		if name := e.Key(); name != "_id" && !strings.ContainsAny(name, ".$") {
			filter = append(filter, bson.E{Key: name, Value: bson.D{{Key: "$eq", Value: e.Value()}}})
		}
	}
	return filter
}

// difference gives the update that makes one document of another; what both have alike
// is not touched, nor what others add meanwhile.
func difference(old bson.Raw, now any) (bson.D, error) {
	given, err := fieldsOf(now)
	if err != nil {
		return nil, err
	}
	var set, unset bson.D
	for _, f := range given {
		typ, data := bson.TypeNull, []byte(nil)
		if f.Value != nil {
			if typ, data, err = bson.MarshalValue(f.Value); err != nil {
				return nil, err
			}
		}
		if was := old.Lookup(f.Key); was.Type != typ || !bytes.Equal(was.Value, data) {
			set = append(set, f)
		}
	}
	elements, err := old.Elements()
	if err != nil {
		return nil, err
	}
	for _, e := range elements {
		if name := e.Key(); name != "_id" && !has(given, name) {
			unset = append(unset, bson.E{Key: name, Value: ""})
		}
	}
	var update bson.D
	if len(set) > 0 {
		update = append(update, bson.E{Key: "$set", Value: set})
	}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	return update, nil
}

func has(fields bson.D, name string) bool {
	return slices.ContainsFunc(fields, func(e bson.E) bool { return e.Key == name })
}

// IsDuplicate reports whether an insert failed since there is such a document already.
func IsDuplicate(err error) bool { return mongo.IsDuplicateKeyError(err) }

// IsMissing reports whether a look-up of one document found none.
func IsMissing(err error) bool { return errors.Is(err, mongo.ErrNoDocuments) }

func byID(id string) bson.D { return bson.D{{Key: "_id", Value: id}} }
