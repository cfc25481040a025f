package documents

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/sources"
)

// Erase removes the documents with these keys; one that is not there is none to remove.
func (s Store) Erase(ctx context.Context, collection string, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := s.Database.Collection(collection)
	if s.Lock == nil {
		_, err := c.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}})
		return err
	}
	for _, key := range keys {
		if err := s.eraseOne(ctx, c, key); err != nil {
			return err
		}
	}
	return s.Forget(ctx)
}

// Forget ends a removal: nothing is left on disk of what was removed before.
func (s Store) Forget(ctx context.Context) error {
	if s.Removed == nil {
		return nil
	}
	return s.Removed(ctx)
}

func (s Store) eraseOne(ctx context.Context, c *mongo.Collection, key string) error {
	unlock, err := s.lock(ctx, c.Name(), key)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = c.DeleteOne(ctx, byID(key))
	return err
}

// Erase removes landed records: they are the gateway's copy. Whoever lands them again
// brings them back, so they are erased where they come from first.
func (s source[R]) Erase(ctx context.Context, keys []string) error {
	if err := s.config.Store.Erase(ctx, s.config.Collection, keys); err != nil {
		return Error(s.config.Name, err)
	}
	return nil
}

var _ sources.Eraser[string] = source[struct{}]{}
