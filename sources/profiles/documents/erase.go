package documents

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// EraseCustomer removes a profile and what it is found by, see [profiles.Eraser]. The
// profile goes last: as long as it is there, whoever erases it sees that there is
// something left to do. Each step finds by itself what is left to do for it, so that a
// call that was cut short is completed by the next one.
func (s *Spine) EraseCustomer(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return documents.Error(s.name, err)
	}
	// Asked by owner, not by the profile's contact points: it may have had others before.
	if _, err := s.store.Database.Collection(Identifiers).UpdateMany(ctx, bson.D{{Key: "owners", Value: id}}, disown(id)); err != nil {
		return documents.Error(s.name, err)
	}
	if err := s.eraseUnowned(ctx); err != nil {
		return documents.Error(s.name, err)
	}
	if err := s.store.Erase(ctx, Customers, []string{id}); err != nil {
		return documents.Error(s.name, err)
	}
	return nil
}

// disown takes owners from an identifier.
func disown(owners ...string) bson.D {
	return bson.D{{Key: "$pullAll", Value: bson.D{{Key: "owners", Value: owners}}}}
}

// eraseUnowned removes the identifiers that nobody has any more, whoever left them.
func (s *Spine) eraseUnowned(ctx context.Context) error {
	_, err := s.store.Database.Collection(Identifiers).DeleteMany(ctx, bson.D{{Key: "owners", Value: bson.A{}}})
	return err
}

var _ profiles.ThoroughEraser = (*Spine)(nil)
