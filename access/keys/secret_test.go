package keys

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// All gateways over a database have one secret, whichever asks first, and none that somebody
// has broken.
func TestIDSecret(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	secrets := make([][]byte, 4)
	var all sync.WaitGroup
	for i := range secrets {
		all.Go(func() {
			var err error
			if secrets[i], err = New(w.store).IDSecret(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range secrets {
		if len(s) != idSecretBytes || !bytes.Equal(s, secrets[0]) {
			t.Errorf("the secrets are %x and %x", s, secrets[0])
		}
	}
	if _, err := w.collection.Database().Collection(SecretsCollection).UpdateByID(ctx, "ids", bson.D{{Key: "$set", Value: bson.D{{Key: "secret", Value: []byte("short")}}}}); err != nil {
		t.Fatal(err)
	}
	if s, err := w.IDSecret(ctx); err == nil {
		t.Errorf("a broken secret is %x", s)
	}
}
