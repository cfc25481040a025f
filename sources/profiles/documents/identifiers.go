package documents

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
)

// identifier is a document of that collection.
type identifier struct {
	ID     string   `bson:"_id"`
	Owners []string `json:"owners"`
}

// foundBy says of customers by which identifiers they are found, and by which not any more.
type foundBy map[string]map[string]bool

func (f foundBy) add(customer string, ids []string) {
	for _, id := range ids {
		if f[customer] == nil {
			f[customer] = map[string]bool{}
		}
		f[customer][id] = true
	}
}

func (f foundBy) replace(customer string, before, now []string) {
	f.add(customer, before)
	for id := range f[customer] {
		f[customer][id] = false
	}
	f.add(customer, now)
}

// landIdentifiers makes customers the owners of what they are found by. They may be
// changed or erased meanwhile, by others who then do the same: so it ends when the
// profiles still say what was done.
func (s *Spine) landIdentifiers(ctx context.Context, found foundBy) error {
	for len(found) > 0 {
		if err := s.own(ctx, found); err != nil {
			return err
		}
		now, err := s.identifiersOf(ctx, slices.Sorted(maps.Keys(found)))
		if err != nil {
			return err
		}
		for customer, ids := range found {
			done := true
			for id, is := range ids {
				done = done && is == slices.Contains(now[customer], id)
			}
			if done {
				delete(found, customer)
				continue
			}
			found.replace(customer, nil, now[customer])
		}
	}
	return nil
}

// own writes who is found by what: all that is new at once.
func (s *Spine) own(ctx context.Context, found foundBy) error {
	added, removed := map[string][]string{}, map[string][]string{}
	for _, customer := range slices.Sorted(maps.Keys(found)) {
		for id, is := range found[customer] {
			into := removed
			if is {
				into = added
			}
			into[id] = append(into[id], customer)
		}
	}
	owners, seen := map[string][]string{}, map[string]bson.Raw{}
	if _, err := s.store.Find(ctx, Identifiers, slices.Sorted(maps.Keys(added)), nil, func(raw bson.Raw) {
		var d identifier
		if documents.Decode(raw, &d) == nil {
			owners[d.ID], seen[d.ID] = d.Owners, slices.Clone(raw)
		}
	}); err != nil {
		return err
	}
	var docs []documents.Document
	for _, id := range slices.Sorted(maps.Keys(added)) {
		customers := added[id]
		if !slices.ContainsFunc(customers, func(c string) bool { return !slices.Contains(owners[id], c) }) {
			continue
		}
		docs = append(docs, documents.Document{ID: id, Body: identifier{id, customers}, Seen: seen[id], Merge: func(old bson.Raw) (any, error) {
			return withOwners(old, customers, nil)
		}})
	}
	if _, err := s.store.Land(ctx, Identifiers, docs); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(removed)) {
		if err := s.disownOne(ctx, id, removed[id]); err != nil {
			return err
		}
	}
	return nil
}

// identifiersOf reads by what customers are found; one who is not there is found by nothing.
func (s *Spine) identifiersOf(ctx context.Context, customers []string) (map[string][]string, error) {
	now := map[string][]string{}
	var bad error
	_, err := s.store.Find(ctx, Customers, customers, bson.D{{Key: "identifiers", Value: 1}}, func(raw bson.Raw) {
		var d struct {
			ID          string   `bson:"_id"`
			Identifiers []string `json:"identifiers"`
		}
		if documents.Decode(raw, &d) != nil {
			bad = formless(Customers)
			return
		}
		now[d.ID] = d.Identifiers
	})
	return now, cmp.Or(err, bad)
}

// ownedBy gives the identifiers of a customer, as something that they are not found by any
// more. Those that nobody has are among them: somebody else may have left them.
func (s *Spine) ownedBy(ctx context.Context, customer string) (foundBy, error) {
	lost := foundBy{}
	where := bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "owners", Value: customer}}, bson.D{{Key: "owners", Value: bson.A{}}}}}}
	err := s.store.Select(ctx, Identifiers, documents.Selection{Where: where, Fields: bson.D{{Key: "_id", Value: 1}}}, func(raw bson.Raw) bool {
		lost.replace(customer, []string{documents.KeyOf(raw)}, nil)
		return true
	})
	return lost, err
}

func formless(collection string) error {
	return fmt.Errorf("a document of the collection %q is malformed", collection)
}

// disownOne takes customers from an identifier, which ends with the last of its owners.
func (s *Spine) disownOne(ctx context.Context, id string, customers []string) error {
	return s.store.Change(ctx, Identifiers, id, func(old bson.Raw) (any, error) {
		if old == nil {
			return nil, nil
		}
		return withOwners(old, nil, customers)
	})
}

// withOwners gives an identifier with and without some owners, nil where nobody is left.
func withOwners(old bson.Raw, with, without []string) (any, error) {
	var d identifier
	if err := documents.Decode(old, &d); err != nil {
		return nil, formless(Identifiers)
	}
	for _, c := range with {
		if !slices.Contains(d.Owners, c) {
			d.Owners = append(d.Owners, c)
		}
	}
	d.Owners = slices.DeleteFunc(d.Owners, func(c string) bool { return slices.Contains(without, c) })
	if len(d.Owners) == 0 {
		return nil, nil
	}
	return documents.Replacing(old, []string{"owners"}, d)
}
