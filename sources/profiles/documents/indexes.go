package documents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// indexes are what the commands of this package need, by collection and name. MongoDB's
// own index on _id serves all other reads.
var indexes = []struct {
	collection, name string
	keys             bson.D
}{
	{Customers, "c360_createdAt", bson.D{{Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}}},
	{Customers, "c360_updatedAt", bson.D{{Key: "updatedAt", Value: 1}, {Key: "_id", Value: 1}}},
	{Customers, "c360_name", bson.D{{Key: "nameKey", Value: 1}, {Key: "_id", Value: 1}}},
	{Customers, "c360_nameWords", bson.D{{Key: "nameWords", Value: 1}}},
	{Customers, "c360_records", bson.D{{Key: "records", Value: 1}}},
	{Customers, "c360_linked", bson.D{{Key: "linked", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}}},
	{Customers, "c360_attributes", bson.D{{Key: "attributes", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}}},
	{Customers, "c360_identifiers", bson.D{{Key: "identifiers", Value: 1}}},
	// For erasures, which must find every identifier of a customer.
	{Identifiers, "c360_owners", bson.D{{Key: "owners", Value: 1}}},
}

// collections are those that have indexes.
var collections = []string{Customers, Identifiers}

// CreateIndexes makes the indexes that are not there. It is idempotent and
// touches no data.
func (s *Spine) CreateIndexes(ctx context.Context) error {
	for _, collection := range collections {
		missing, err := s.missingIndexes(ctx, collection)
		if err != nil {
			return err
		}
		if len(missing) == 0 {
			continue
		}
		if _, err := s.store.Database.Collection(collection).Indexes().CreateMany(ctx, missing); err != nil {
			return fmt.Errorf("cannot create the indexes of the collection %q: %w", collection, err)
		}
	}
	return nil
}

// VerifyIndexes reports which indexes are not there. It changes nothing.
func (s *Spine) VerifyIndexes(ctx context.Context) error {
	var errs []error
	for _, collection := range collections {
		missing, err := s.missingIndexes(ctx, collection)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if len(missing) == 0 {
			continue
		}
		names := make([]string, len(missing))
		for i, m := range missing {
			names[i] = fmt.Sprint(keyNames(m.Keys.(bson.D)))
		}
		errs = append(errs, fmt.Errorf("the collection %q lacks indexes on %s: create them, or start once with --mongodb-indexes create", collection, strings.Join(names, ", ")))
	}
	return errors.Join(errs...)
}

// missingIndexes gives the indexes of a collection that are not there. One of another name with the
// same keys serves as well.
func (s *Spine) missingIndexes(ctx context.Context, collection string) ([]mongo.IndexModel, error) {
	there, err := s.store.Database.Collection(collection).Indexes().ListSpecifications(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read the indexes of the collection %q: %w", collection, err)
	}
	var missing []mongo.IndexModel
	for _, x := range indexes {
		if x.collection != collection {
			continue
		}
		want, err := bson.Marshal(x.keys)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(there, func(t mongo.IndexSpecification) bool { return sameKeys(t.KeysDocument, want) }) {
			missing = append(missing, mongo.IndexModel{Keys: x.keys, Options: options.Index().SetName(x.name)})
		}
	}
	return missing, nil
}

func keyNames(keys bson.D) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Key
	}
	return names
}

// sameKeys compares the fields and directions of two index documents; servers
// give directions as int32, int64 or double.
func sameKeys(a, b bson.Raw) bool {
	ea, err1 := a.Elements()
	eb, err2 := b.Elements()
	if err1 != nil || err2 != nil {
		return false
	}
	return slices.EqualFunc(ea, eb, func(x, y bson.RawElement) bool {
		return x.Key() == y.Key() && direction(x.Value()) == direction(y.Value())
	})
}

func direction(v bson.RawValue) int64 {
	if n, ok := v.AsInt64OK(); ok {
		return n
	}
	return 0
}
