package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// SecretsCollection has what the gateway has drawn for itself.
const SecretsCollection = "secrets"

// idSecretBytes is the length of a key of HMAC-SHA-256.
const idSecretBytes = 32

// IDSecret gives the secret that ids are sealed with where the operator has given none. It is
// drawn by the first who asks for it, and is the same for all gateways over the database: who
// has that has the keys in the ids as well.
func (s *Store) IDSecret(ctx context.Context) ([]byte, error) {
	c := s.collection.Database().Collection(SecretsCollection)
	one := bson.D{{Key: "_id", Value: "ids"}}
	var kept struct {
		Secret []byte `bson:"secret"`
	}
	err := c.FindOne(ctx, one).Decode(&kept)
	if errors.Is(err, mongo.ErrNoDocuments) {
		drawn := make([]byte, idSecretBytes)
		// It never fails.
		_, _ = rand.Read(drawn)
		_, err = c.InsertOne(ctx, append(one, bson.E{Key: "secret", Value: drawn}, bson.E{Key: "createdAt", Value: s.now().UTC().Truncate(time.Millisecond)}))
		if err == nil || mongo.IsDuplicateKeyError(err) {
			// Another gateway may have been faster.
			err = c.FindOne(ctx, one).Decode(&kept)
		}
	}
	if err == nil && len(kept.Secret) != idSecretBytes {
		err = errors.New("it is malformed")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot store the secret that ids are sealed with in the collection %s: allow the gateway to write there, or set access.matchingSecret: %w", SecretsCollection, err)
	}
	return kept.Secret, nil
}
