package keys

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/sources/documents"
)

// ErrNotFound is where there is no key of an id.
var ErrNotFound = errors.New("no such key: customer360 keys list shows all keys")

// A Store keeps keys in a database, and those that were looked up in memory. It is safe
// for concurrent use, and must be closed.
type Store struct {
	store      documents.Store
	collection *mongo.Collection
	// uses are apart, so that a key's own document changes by what people do with it only.
	uses  *mongo.Collection
	now   func() time.Time
	known memory
	// background are look-ups, and writes of when a key was last used.
	background sync.WaitGroup
}

// New makes a store of keys in a database.
func New(store documents.Store) *Store {
	s := &Store{store: store, collection: store.Database.Collection(Collection), uses: store.Database.Collection(UsesCollection), now: time.Now}
	s.known.init()
	return s
}

// Close waits for what is still being looked up and written. Nothing may be asked any more.
func (s *Store) Close() error {
	s.background.Wait()
	return nil
}

// Create makes a key and gives it whole: it cannot be had again. What is wrong with the
// spec is told at once.
func (s *Store) Create(ctx context.Context, spec Spec) (secret string, k Key, err error) {
	if err := spec.Check(s.now()); err != nil {
		return "", Key{}, err
	}
	return s.insert(ctx, spec.key())
}

func (s *Store) insert(ctx context.Context, k Key) (string, Key, error) {
	key, id, secret := draw()
	h := hash(secret)
	k.ID, k.CreatedAt = id, s.now().UTC().Truncate(time.Millisecond)
	if _, err := s.collection.InsertOne(ctx, stored{k, h[:]}); err != nil {
		return "", Key{}, fmt.Errorf("the key could not be stored: %w", err)
	}
	return key, k, nil
}

// List gives all keys, the newest first. Of a document that cannot be read there is the id.
func (s *Store) List(ctx context.Context) ([]Key, error) {
	var documents []bson.Raw
	if err := read(ctx, s.collection, &documents); err != nil {
		return nil, err
	}
	all := make([]Key, len(documents))
	for i, d := range documents {
		id, _ := d.Lookup("_id").StringValueOK()
		all[i] = decode(id, d).Key
	}
	var uses []struct {
		ID string    `bson:"_id"`
		At time.Time `bson:"at"`
	}
	if err := read(ctx, s.uses, &uses); err != nil {
		return nil, err
	}
	used := make(map[string]time.Time, len(uses))
	for _, u := range uses {
		used[u.ID] = u.At
	}
	for i := range all {
		all[i].LastUsedAt = used[all[i].ID]
	}
	slices.SortFunc(all, func(a, b Key) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, nil
}

// read reads a whole collection.
func read(ctx context.Context, c *mongo.Collection, into any) error {
	cursor, err := c.Find(ctx, bson.D{})
	if err == nil {
		err = cursor.All(ctx, into)
	}
	if err != nil {
		return fmt.Errorf("the keys could not be read: %w", err)
	}
	return nil
}

// Revoke ends a key for good. It takes effect here at once, and on other gateways within
// [KnownFor]. A key that was revoked before stays so, with the time of the first.
func (s *Store) Revoke(ctx context.Context, id string) error {
	return s.change(ctx, id, func(k stored) (bson.D, error) {
		if !k.RevokedAt.IsZero() {
			return nil, nil
		}
		return bson.D{{Key: "revokedAt", Value: s.now().UTC()}}, nil
	})
}

// Delete takes a key away as if it had never been: for keys that nobody was given. One that is
// not there is deleted.
func (s *Store) Delete(ctx context.Context, id string) error {
	if _, err := s.collection.DeleteOne(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
		return err
	}
	s.known.forget(id)
	return nil
}

// Rotate makes a key with everything that the one with this id has, and gives it whole.
// It lives as long as that one was made for. The old one goes on working for the grace
// time, if it does not end before. A key that does not work, or has been rotated, is not
// rotated; the error says so.
func (s *Store) Rotate(ctx context.Context, id string, grace time.Duration) (secret string, k Key, err error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	old, err := s.get(ctx, id)
	if err == nil {
		err = old.rotatable(now, grace)
	}
	if err != nil {
		return "", Key{}, err
	}
	k = old.Key
	k.Series, k.RotatedFrom = cmp.Or(old.Series, old.RotatedFrom, id), id
	if !old.ExpiresAt.IsZero() {
		k.ExpiresAt = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	secret, k, err = s.insert(ctx, k)
	if err != nil {
		return "", Key{}, err
	}
	err = s.change(ctx, id, func(old stored) (bson.D, error) {
		// Somebody may have been faster.
		if err := old.rotatable(now, grace); err != nil {
			return nil, err
		}
		ends := now.Add(grace)
		if !old.ExpiresAt.IsZero() && old.ExpiresAt.Before(ends) {
			ends = old.ExpiresAt
		}
		return bson.D{{Key: "rotatedTo", Value: k.ID}, {Key: "expiresAt", Value: ends}}, nil
	})
	if err != nil {
		// Nobody is given the new one, so nobody would miss it.
		return "", Key{}, errors.Join(err, s.Delete(context.WithoutCancel(ctx), k.ID))
	}
	return secret, k, nil
}

// rotatable says why a key is not rotated; nil: it is.
func (k stored) rotatable(now time.Time, grace time.Duration) error {
	if _, err := k.caller(); err != nil {
		return fmt.Errorf("the key %s cannot be read: revoke it and create a new one: %w", k.ID, err)
	}
	switch state := k.State(now); {
	case grace < 0:
		return errors.New("grace: want a duration of at least 0s")
	case state == Rotated:
		return fmt.Errorf("the key %s has been rotated to %s: rotate that one", k.ID, k.RotatedTo)
	case state != Active:
		return fmt.Errorf("the key %s is %s: create a new one", k.ID, state)
	}
	return nil
}

// get reads a key from the store.
func (s *Store) get(ctx context.Context, id string) (stored, error) {
	document, err := s.collection.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Raw()
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return stored{}, ErrNotFound
	case err != nil:
		return stored{}, fmt.Errorf("the key could not be read: %w", err)
	}
	return decode(id, document), nil
}

// decode reads the document of a key. Of one that somebody has broken there is the id and the
// hash, which stand for nobody: it is that key's fault alone, and not the store's.
func decode(id string, document bson.Raw) stored {
	var k stored
	if bson.Unmarshal(document, &k) != nil {
		_, sum, _ := document.Lookup("hash").BinaryOK()
		k = stored{Key{ID: id, Name: "cannot be read"}, sum}
	}
	return k
}

// change sets the fields that fields gives for a key, and forgets what was known of it.
func (s *Store) change(ctx context.Context, id string, fields func(stored) (bson.D, error)) error {
	defer s.known.forget(id)
	var refused error
	err := s.store.Change(ctx, Collection, id, func(old bson.Raw) (any, error) {
		if old == nil {
			refused = ErrNotFound
			return nil, refused
		}
		var set bson.D
		if set, refused = fields(decode(id, old)); refused != nil || set == nil {
			return old, refused
		}
		return documents.Replacing(old, nil, set)
	})
	if err != nil && refused == nil {
		return fmt.Errorf("the key could not be changed: %w", err)
	}
	return err
}
