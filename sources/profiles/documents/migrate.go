package documents

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// Migrations is the collection that says which migrations of the spine are done.
const Migrations = "migrations"

// foldedNames is the migration to names that are folded as [profiles.FoldName] does, with
// their words, and to identifiers as they are normalised today. What it is called
// changes with either.
const foldedNames = "folded-names-2"

// Migrated is what a migration did, or would have done.
type Migrated struct {
	// Customers is how many were looked at, and Changed how many were written.
	Customers, Changed int
	// Names is how many had a name that is found or written otherwise now, and ContactPoints
	// how many had such a contact point.
	Names, ContactPoints int
	// Identifiers is how many identifiers have another form now.
	Identifiers int
	// Shared are the customers who have an identifier together since its forms are one, by
	// the kind of the identifier.
	Shared []Shared
	// Unreadable is how many documents do not have their form; they were left alone.
	Unreadable int
}

// Shared are the customers of one identifier.
type Shared struct {
	Kind   string
	Owners []string
}

// migrateChunk is how many profiles are read at once.
const migrateChunk = 200

// IsMigrated reports whether what is stored is known to have the form of today. It is of
// a store without customers, which is noted.
func (s *Spine) IsMigrated(ctx context.Context) (bool, error) {
	switch mark, err := s.store.One(ctx, Migrations, foldedNames); {
	case err != nil:
		return false, documents.Error(s.name, err)
	case mark != nil:
		return true, nil
	}
	if empty, err := s.IsEmpty(ctx); err != nil || !empty {
		return false, err
	}
	return true, s.migrated(ctx)
}

func (s *Spine) migrated(ctx context.Context) error {
	err := s.store.Change(ctx, Migrations, foldedNames, func(bson.Raw) (any, error) {
		return struct {
			FinishedAt time.Time `json:"finishedAt"`
		}{time.Now().UTC().Truncate(time.Millisecond)}, nil
	})
	if err != nil {
		return documents.Error(s.name, err)
	}
	return nil
}

// Migrate brings profiles and identifiers that were landed before into the form of today:
// names without characters that are not seen, what they are found and ordered by, contact points and
// identifiers as they are normalised. Gateways may serve and imports run meanwhile. It may be stopped at any
// time, and run again: what has its form is not written. A dry run writes nothing.
func (s *Spine) Migrate(ctx context.Context, dryRun bool) (Migrated, error) {
	m := migration{Spine: s, dry: dryRun, moved: map[string]bool{}}
	err := s.keys(ctx, Customers, m.customers)
	if err == nil {
		err = s.keys(ctx, Identifiers, m.identifiers)
	}
	if err == nil && !dryRun {
		err = m.findShared(ctx)
	}
	m.done.Identifiers = len(m.moved)
	if err != nil {
		return m.done, documents.Error(s.name, err)
	}
	if dryRun {
		return m.done, nil
	}
	return m.done, s.migrated(ctx)
}

// migration is one on its way.
type migration struct {
	*Spine
	dry  bool
	done Migrated
	// moved are the identifiers of today that had another form.
	moved map[string]bool
}

// keys gives all keys of a collection in chunks.
func (s *Spine) keys(ctx context.Context, collection string, each func(context.Context, []string) error) error {
	after := ""
	for {
		var keys []string
		err := s.store.Select(ctx, collection, documents.Selection{
			Where: bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}}, Sort: bson.D{{Key: "_id", Value: 1}},
			Limit: migrateChunk, Fields: bson.D{{Key: "_id", Value: 1}},
		}, func(raw bson.Raw) bool {
			keys = append(keys, documents.KeyOf(raw))
			return true
		})
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return nil
		}
		if err := cmp.Or(ctx.Err(), each(ctx, keys)); err != nil {
			return err
		}
		after = keys[len(keys)-1]
	}
}

// customers migrates profiles: first what they are found by, as a look-up reads that first.
func (m *migration) customers(ctx context.Context, ids []string) error {
	var wrong []string
	if _, err := m.store.Find(ctx, Customers, ids, nil, func(raw bson.Raw) {
		m.done.Customers++
		f, err := formOf(raw)
		switch {
		case err != nil:
			m.done.Unreadable++
		case f.changed():
			wrong = append(wrong, f.id)
			m.note(f)
		}
	}); err != nil || m.dry {
		return err
	}
	found := foundBy{}
	slices.Sort(wrong)
	for _, id := range wrong {
		var f form
		err := m.store.Change(ctx, Customers, id, func(old bson.Raw) (_ any, err error) {
			if f = (form{}); old == nil {
				return nil, nil
			}
			if f, err = formOf(old); err != nil || !f.changed() {
				// Somebody else has landed it meanwhile.
				return old, nil //nolint:nilerr // it is not ours to say
			}
			return f.now, nil
		})
		if err != nil {
			return err
		}
		if f.id != "" {
			found.replace(f.id, f.before, f.after)
		}
	}
	return m.landIdentifiers(ctx, found)
}

func (m *migration) note(f form) {
	m.done.Changed++
	if f.name {
		m.done.Names++
	}
	if f.contacts {
		m.done.ContactPoints++
	}
	for _, id := range f.after {
		if !slices.Contains(f.before, id) {
			m.moved[id] = true
		}
	}
}

// identifiers moves the owners of identifiers that have another form, where their profiles did
// not tell of them.
func (m *migration) identifiers(ctx context.Context, ids []string) error {
	owners := map[string][]string{}
	if _, err := m.store.Find(ctx, Identifiers, ids, nil, func(raw bson.Raw) {
		var d identifier
		if documents.Decode(raw, &d) != nil {
			m.done.Unreadable++
		} else if now := string(profiles.Identifier(d.ID).Normalize()); now != d.ID {
			owners[d.ID] = d.Owners
			m.moved[now] = true
		}
	}); err != nil || m.dry {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(owners)) {
		now := string(profiles.Identifier(id).Normalize())
		found := foundBy{}
		for _, owner := range owners[id] {
			is := false
			if err := m.store.Change(ctx, Customers, owner, func(old bson.Raw) (any, error) {
				if is = old != nil; !is {
					return nil, nil
				}
				var d document
				if err := documents.Decode(old, &d); err != nil {
					return nil, formless(Customers)
				}
				return replaced(old, "identifiers", normalized(append(slices.Clone(d.Identifiers), now)))
			}); err != nil {
				return err
			}
			found.replace(owner, []string{id}, nil)
			if is {
				found.add(owner, []string{now})
			}
		}
		if len(owners[id]) == 0 {
			// Nobody's.
			if err := m.disownOne(ctx, id, nil); err != nil {
				return err
			}
		}
		if err := m.landIdentifiers(ctx, found); err != nil {
			return err
		}
	}
	return nil
}

// findShared finds the identifiers that have several owners, of those that were moved.
func (m *migration) findShared(ctx context.Context) error {
	_, err := m.store.Find(ctx, Identifiers, slices.Sorted(maps.Keys(m.moved)), nil, func(raw bson.Raw) {
		var d identifier
		if documents.Decode(raw, &d) == nil && len(d.Owners) > 1 {
			m.done.Shared = append(m.done.Shared, Shared{profiles.Identifier(d.ID).Kind(), d.Owners})
		}
	})
	slices.SortFunc(m.done.Shared, func(a, b Shared) int { return slices.Compare(a.Owners, b.Owners) })
	return err
}

// A form is a profile as it is kept, and as it should be.
type form struct {
	id string
	// name and contacts: these are to be changed.
	name, contacts bool
	before, after  []string
	now            bson.D
}

func (f form) changed() bool {
	return f.name || f.contacts || !slices.Equal(f.before, f.after)
}

func formOf(raw bson.Raw) (form, error) {
	var d document
	if err := documents.Decode(raw, &d); err != nil {
		return form{}, formless(Customers)
	}
	f := form{id: d.ID, before: d.Identifiers}
	c := d.Customer
	c.ContactPoints, c.Relations = slices.Clone(c.ContactPoints), slices.Clone(c.Relations)
	c.Normalize()
	want := documentOf(&c)
	f.name = c.Name != d.Name || c.GivenName != d.GivenName || c.FamilyName != d.FamilyName || !slices.Equal(c.Relations, d.Relations) ||
		d.NameKey == nil || *d.NameKey != *want.NameKey || d.NameWords == nil || !slices.Equal(*d.NameWords, *want.NameWords)
	f.contacts = !reflect.DeepEqual(c.ContactPoints, d.ContactPoints)
	// What others have said that the customer is found by stays.
	f.after = normalized(append(slices.Clone(d.Identifiers), want.Identifiers...))
	var err error
	if err = bson.Unmarshal(raw, &f.now); err != nil {
		return form{}, formless(Customers)
	}
	set := func(name string, value any, changed bool) {
		if changed {
			f.now = put(f.now, name, value)
		}
	}
	set("name", c.Name, c.Name != d.Name)
	set("givenName", c.GivenName, c.GivenName != d.GivenName)
	set("familyName", c.FamilyName, c.FamilyName != d.FamilyName)
	set("relations", c.Relations, !slices.Equal(c.Relations, d.Relations))
	set("nameKey", *want.NameKey, f.name)
	set("nameWords", *want.NameWords, f.name)
	set("contactPoints", c.ContactPoints, f.contacts)
	set("identifiers", f.after, !slices.Equal(f.before, f.after))
	return f, nil
}

// normalized gives identifiers in the form of today, each once, in their order.
func normalized(ids []string) []string {
	var all []string
	for _, id := range ids {
		if now := string(profiles.Identifier(id).Normalize()); !slices.Contains(all, now) {
			all = append(all, now)
		}
	}
	return all
}

func replaced(old bson.Raw, name string, value any) (bson.D, error) {
	var fields bson.D
	if err := bson.Unmarshal(old, &fields); err != nil {
		return nil, err
	}
	return put(fields, name, value), nil
}

func put(fields bson.D, name string, value any) bson.D {
	for i := range fields {
		if fields[i].Key == name {
			fields[i].Value = value
			return fields
		}
	}
	return append(fields, bson.E{Key: name, Value: value})
}
