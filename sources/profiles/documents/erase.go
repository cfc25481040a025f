package documents

import (
	"context"

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
	lost, err := s.ownedBy(ctx, id)
	if err == nil {
		err = s.own(ctx, lost)
	}
	if err == nil {
		err = s.store.Erase(ctx, Customers, []string{id})
	}
	// Whoever was landing the profile meanwhile may have made it an owner once more, and may
	// be about to.
	if err == nil {
		lost, err = s.ownedBy(ctx, id)
	}
	if err == nil {
		err = s.landIdentifiers(ctx, lost)
	}
	if err != nil {
		return documents.Error(s.name, err)
	}
	return nil
}

var _ profiles.ThoroughEraser = (*Spine)(nil)
