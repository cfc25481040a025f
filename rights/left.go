package rights

import (
	"context"
	"slices"
	"time"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// key names a record of the system as the spine does.
func (l *linked) key(id string) profiles.RecordKey {
	return profiles.RecordKey{Source: l.source, System: l.name, RecordID: id}
}

// leftBefore gives what an earlier erasure of the customer left behind. Of a profile that
// was landed again the links say what is to become of their records: those that it still
// has are no leftovers, and those that were undone are somebody else's.
func (r *Rights) leftBefore(ctx context.Context, id string, c *profiles.Customer) (profiles.Leftovers, error) {
	spine, ok := r.config.Spine.(profiles.ThoroughEraser)
	if !ok {
		return profiles.Leftovers{}, nil
	}
	left, err := spine.Leftovers(ctx, id)
	if err != nil || c == nil {
		return left, err
	}
	left.Records = slices.DeleteFunc(left.Records, func(k profiles.RecordKey) bool {
		return slices.ContainsFunc(c.Links, func(l profiles.Link) bool {
			return k == profiles.RecordKey{Source: l.Source, System: l.System, RecordID: l.RecordID}
		})
	})
	return left, nil
}

// shared says which of the records, linked or left before, somebody else is linked to as
// well; unknown is why that cannot be said of any.
func (r *Rights) shared(ctx context.Context, id string, all []*linked, before profiles.Leftovers) (shared map[profiles.RecordKey]bool, unknown *sources.Error) {
	records := slices.Clone(before.Records)
	for _, l := range all {
		for _, key := range l.keys {
			records = append(records, l.key(key))
		}
	}
	spine, ok := r.config.Spine.(profiles.ThoroughEraser)
	if !ok || len(records) == 0 {
		return nil, nil
	}
	return sources.Caught(r.config.Spine.Name(), func() (map[profiles.RecordKey]bool, error) {
		return spine.SharedRecords(ctx, id, records)
	})
}

// fateOfLeft says what became of a record that was left before. Its system is not asked:
// who erased it there is to say so.
func (r *Rights) fateOfLeft(k profiles.RecordKey, shared bool, unknown *sources.Error) (RecordState, customer.ErrorCode) {
	switch {
	case shared:
		return Shared, ""
	case unknown != nil:
		return Failed, codeOf(unknown)
	case r.system(k.Source, k.System) == nil:
		return NotSupported, customer.CodeNotConfigured
	}
	return NotSupported, ""
}

// keepLeft has the spine remember what is not supported, this time or before, and forget
// what is no more. What is shared is not remembered: it is the other customer's, and is
// told of when they are erased.
func (r *Rights) keepLeft(ctx context.Context, e *Erasure, before profiles.Leftovers, now time.Time) error {
	spine, ok := r.config.Spine.(profiles.ThoroughEraser)
	left := profiles.Leftovers{ErasedAt: now}
	for _, one := range e.Records {
		if one.State == NotSupported {
			left.Records = append(left.Records, profiles.RecordKey{Source: one.Source, System: one.System, RecordID: one.RecordID})
		}
	}
	if !ok || len(left.Records) == 0 && before.ErasedAt.IsZero() {
		return nil
	}
	return spine.KeepLeftovers(ctx, e.CustomerID, left)
}
