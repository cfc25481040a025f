package documents

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Check reports what is missing in a configuration.
func (c Config) Check() error {
	if c.Name == "" || c.Collection == "" {
		return errors.New("a documents system needs a name and a collection")
	}
	return nil
}

// System is the part of the name behind the slash.
func (c Config) System() string {
	_, system, _ := strings.Cut(c.Name, "/")
	return system
}

// A Document is a record on its way into a collection.
type Document struct {
	// ID is the key.
	ID string
	// Body is the whole document, its _id included.
	Body any
	// Merge makes of a document that is there what it is to be, as in [Store.Change]; nil:
	// the fields that Body has are set, and all others stay.
	Merge func(old bson.Raw) (now any, err error)
	// Seen is the document as it was read before, if it was: it need not be read again
	// to be merged with, unless somebody changed it.
	Seen bson.Raw
}

// landChunk is how many documents are sent at once: large enough to make the
// round trip small, small enough to stay below MongoDB's 48 MB for one message.
const landChunk = 500

// Land writes documents: a new key is inserted, and a known one becomes what its
// document says, whoever else writes it meanwhile. It returns how many were new; with
// an error, those of the chunks before.
func (s Store) Land(ctx context.Context, collection string, docs []Document) (inserted int, err error) {
	c := s.Database.Collection(collection)
	for start := 0; start < len(docs); start += landChunk {
		chunk := docs[start:min(start+landChunk, len(docs))]
		known, err := s.insert(ctx, c, chunk)
		if err != nil {
			return inserted, err
		}
		inserted += len(chunk) - len(known)
		for _, i := range known {
			if err := s.merge(ctx, collection, chunk[i]); err != nil {
				return inserted, err
			}
		}
	}
	return inserted, nil
}

// merge writes a document whose key is known.
func (s Store) merge(ctx context.Context, collection string, d Document) error {
	if d.Merge == nil {
		fields, err := fieldsOf(d.Body)
		if err != nil {
			return err
		}
		return s.Update(ctx, collection, d.ID, bson.D{{Key: "$set", Value: fields}})
	}
	return s.change(ctx, collection, d.ID, d.Seen, func(old bson.Raw) (any, error) {
		if old == nil {
			// Somebody removed it since.
			return d.Body, nil
		}
		return d.Merge(old)
	})
}

// insert inserts what is new of a chunk, and gives the places of what was there.
func (s Store) insert(ctx context.Context, c *mongo.Collection, chunk []Document) (known []int, err error) {
	bodies := make([]any, len(chunk))
	for i, d := range chunk {
		bodies[i] = d.Body
	}
	_, err = c.InsertMany(ctx, bodies, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return nil, err
	}
	for _, e := range bulk.WriteErrors {
		if !e.HasErrorCode(duplicateKey) {
			return nil, err
		}
		known = append(known, e.Index)
	}
	return known, nil
}

// duplicateKey is MongoDB's error code for a key that is there already.
const duplicateKey = 11000

// fieldsOf gives the fields of a document without its _id.
func fieldsOf(body any) (bson.D, error) {
	var buffer strings.Builder
	e := bson.NewEncoder(bson.NewDocumentWriter(&buffer))
	e.UseJSONStructTags()
	e.OmitEmpty()
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	var fields bson.D
	if err := bson.Unmarshal([]byte(buffer.String()), &fields); err != nil {
		return nil, err
	}
	for i, f := range fields {
		if f.Key == "_id" {
			return append(fields[:i:i], fields[i+1:]...), nil
		}
	}
	return fields, nil
}
