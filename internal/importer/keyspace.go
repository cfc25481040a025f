package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

// KeySpaces is the collection that says whose keys are kept how. The keys of a space are
// kept behind its prefix, so that 101 of one system is not 101 of another; those of one
// space, the first one of a store, are kept as they are.
const KeySpaces = "keySpaces"

// plainSpace is what a mapping says whose keys are those that stand in the store as they
// are, whoever brought them.
const plainSpace = "plain"

// asTheyAre is the document that says that somebody's keys are kept without a prefix. No
// space has this name.
const asTheyAre = ":"

// A keySpace is one document of [KeySpaces].
type keySpace struct {
	// Name is that of the space, or [asTheyAre].
	Name   string `bson:"_id"`
	Prefix string `json:"prefix,omitempty"`
	// Said: mappings share it by their key keySpace.
	Said bool `json:"said,omitempty"`
	// Own: it is that of the mapping of this name, which says none.
	Own bool `json:"own,omitempty"`
	// Before: there were customers before key spaces were kept.
	Before bool `json:"before,omitempty"`
	// From tells the file of a mapping that has no key name, see [Mapping.from]: another one of the
	// same name is another mapping.
	From string `json:"from,omitempty"`
}

// keySpaceName reads the key keySpace of a mapping.
func (c *compiler) keySpaceName(n ast.Node, at place) string {
	w := c.word(n, at, "a name")
	if len(w) > 64 || strings.ContainsAny(w, ":/") {
		c.fault(n, at, "a name of at most 64 bytes without : and / is expected")
	}
	return w
}

// chooseKeys finds out how the mapping's keys are kept, and says so in the store.
func (r *run) chooseKeys(ctx context.Context) error {
	known, err := r.keySpaces(ctx)
	if err != nil {
		return err
	}
	space, err := r.spaceOf(ctx, known)
	if err != nil {
		return err
	}
	if m := r.Mapping; space.Own && m.keySpace == "" {
		if space.From != "" && m.unnamed && space.From != m.from() {
			return fmt.Errorf("the store has customers of a mapping of this name in another folder: write name: %s into this one if it is the same, which was moved; else give it another name", m.name)
		}
		if space.From = ""; m.unnamed {
			space.From = m.from()
		}
	}
	for _, o := range known {
		if o.Prefix != "" && o.Prefix != space.Prefix {
			r.foreign = append(r.foreign, o.Prefix)
		}
	}
	r.prefix = space.Prefix
	if r.DryRun || known[space.Name] == space {
		return nil
	}
	return failed(r.store.Change(ctx, KeySpaces, space.Name, func(bson.Raw) (any, error) { return space, nil }))
}

func (r *run) keySpaces(ctx context.Context) (map[string]keySpace, error) {
	cursor, err := r.store.Database.Collection(KeySpaces).Find(ctx, bson.D{})
	if err != nil {
		return nil, failed(err)
	}
	var all []keySpace
	if err := cursor.All(ctx, &all); err != nil {
		return nil, failed(err)
	}
	known := map[string]keySpace{}
	for _, s := range all {
		known[s.Name] = s
	}
	return known, nil
}

// ownSpace gives the name of the key space of a mapping that says none: the mapping's, written so that
// what ends a prefix is not in it, and no two are the same.
func ownSpace(mapping string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", "/", "%2F").Replace(mapping)
}

// from tells the mapping's file, by a hash, since a path may say who somebody is.
func (m *Mapping) from() string {
	path, err := filepath.Abs(m.file)
	if err != nil {
		path = m.file
	}
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}

// spaceOf gives the mapping's key space. Keys of two mappings meet only if both say so.
func (r *run) spaceOf(ctx context.Context, known map[string]keySpace) (keySpace, error) {
	m := r.Mapping
	unsaid := ownSpace(m.name)
	name, said := m.keySpace, m.keySpace != ""
	if !said {
		name = unsaid
	}
	own, isOwn := known[unsaid]
	if s, ok := known[name]; ok {
		switch {
		case said && !s.Said && name != unsaid:
			return s, fmt.Errorf("the key space %q is that of the mapping of this name, which does not share it: say keySpace: %s there as well, and import with it once", name, name)
		case !said && !s.Own:
			return s, fmt.Errorf("other mappings say keySpace: %s: say it in this mapping as well if its keys are theirs, else another name", name)
		}
		s.Said = s.Said || said
		return s, nil
	}
	plain, claimed := known[asTheyAre]
	switch {
	case said && name == plainSpace:
		return keySpace{Name: name, Said: true}, r.mayBePlain(known)
	case said && isOwn && own.Own:
		return own, fmt.Errorf("the customers of the mapping %q were imported before it said keySpace: %s, and keep their keys: say keySpace: %s", m.name, name, or(own.Prefix == "", plainSpace, unsaid))
	case !claimed:
		before, err := r.holdsKeys(ctx)
		if err != nil {
			return own, err
		}
		if plain, err = r.claimPlain(ctx, before); err != nil {
			return own, err
		}
		if !before {
			return keySpace{Name: name, Said: said, Own: !said}, nil
		}
	}
	if plain.Before {
		mine, err := r.importedBefore(ctx)
		switch {
		case err != nil:
			return own, err
		case mine:
			return keySpace{Name: name, Said: said, Own: !said}, nil
		case !said && !m.leavesEvidence() && !othersArePlain(known):
			r.warn("the customers in this store came before it was kept whose keys they have: those of this mapping are taken for theirs; if they are not, say keySpace: %s in the mapping", name)
			return keySpace{Name: name, Own: true}, nil
		case !said:
			return own, fmt.Errorf("the store has customers of whom it is not known whether their keys are those of this mapping: say keySpace: %s in it if they are, or keySpace: %s if they are not", plainSpace, name)
		}
	}
	s := keySpace{Name: name, Prefix: name + ":", Said: said, Own: !said}
	if taken, err := r.anyKey(ctx, bson.D{{Key: "_id", Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(s.Prefix)}}}); err != nil || taken {
		return s, errors.Join(err, or(err == nil, fmt.Errorf("there are keys that begin with %q already: say another keySpace", s.Prefix), nil))
	}
	r.warn("this mapping has a key space of its own: its keys are kept as %sKEY, apart from those of other mappings; to share theirs, both have to say the same keySpace before their first import", s.Prefix)
	return s, nil
}

func othersArePlain(known map[string]keySpace) bool {
	for name, s := range known {
		if s.Prefix == "" && name != asTheyAre {
			return true
		}
	}
	return false
}

// mayBePlain reports why a mapping may not say keySpace: plain.
func (r *run) mayBePlain(known map[string]keySpace) error {
	for _, s := range known {
		if s.Own && s.Prefix == "" && s.Name != ownSpace(r.Mapping.name) {
			return fmt.Errorf("the mapping %q has its keys as they are, and does not share them: say keySpace: %s there as well, and import with it once; or say another keySpace here", s.Name, plainSpace)
		}
	}
	if own, ok := known[ownSpace(r.Mapping.name)]; ok && own.Own && own.Prefix != "" {
		return fmt.Errorf("the customers of the mapping %q are kept with the keys %sKEY, and keep them: say keySpace: %s", own.Name, own.Prefix, own.Name)
	}
	return nil
}

// claimPlain takes the keys as they are for the first mapping, of several that are
// imported at once for one of them.
func (r *run) claimPlain(ctx context.Context, before bool) (keySpace, error) {
	plain := keySpace{Name: asTheyAre, Before: before}
	if r.DryRun {
		return plain, nil
	}
	_, err := r.store.Database.Collection(KeySpaces).InsertOne(ctx, plain)
	if documents.IsDuplicate(err) {
		return plain, errors.New("another import has started in this store: start this one again")
	}
	return plain, failed(err)
}

// holdsKeys reports whether there are customers or records that are not known to be of a key space.
func (r *run) holdsKeys(ctx context.Context) (bool, error) {
	if r.Options.Fresh {
		return false, nil
	}
	if found, err := r.anyKey(ctx, bson.D{}); err != nil || found {
		return found, err
	}
	for _, c := range r.Mapping.Collections() {
		if found, err := r.any(ctx, c.Name, bson.D{}); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// importedBefore reports whether customers have links that this mapping made.
func (r *run) importedBefore(ctx context.Context) (bool, error) {
	return r.anyKey(ctx, bson.D{{Key: "links.evidence", Value: r.Mapping.name}})
}

func (r *run) anyKey(ctx context.Context, where bson.D) (bool, error) {
	return r.any(ctx, profdocs.Customers, where)
}

func (r *run) any(ctx context.Context, collection string, where bson.D) (bool, error) {
	err := r.store.Database.Collection(collection).FindOne(ctx, where).Err()
	if documents.IsMissing(err) {
		return false, nil
	}
	return err == nil, failed(err)
}

// leavesEvidence reports whether customers that the mapping made have links by which that
// can be told.
func (m *Mapping) leavesEvidence() bool { return m.profile != nil && len(m.sections)+len(m.links) > 0 }

// rekey brings the keys of an item into the mapping's key space. What stands in systems
// that are asked elsewhere has the keys that it has there.
func (r *run) rekey(it *item) error {
	if r.prefix == "" {
		return r.foreignKey(it)
	}
	for i := range it.records {
		one := &it.records[i]
		one.id = r.prefix + one.id
		one.section.rekey(one.body, one.id)
	}
	if it.profile == nil {
		return nil
	}
	it.profile.ID = r.prefix + it.profile.ID
	for i := range it.profile.Relations {
		if other := &it.profile.Relations[i]; other.CustomerID != "" {
			other.CustomerID = r.prefix + other.CustomerID
		}
	}
	for i := range it.profile.Links {
		if l := &it.profile.Links[i]; r.Mapping.lands(*l) {
			l.RecordID = r.prefix + l.RecordID
		}
	}
	return nil
}

// foreignKey reports a key, of a customer or a record, that would be one of another key space.
func (r *run) foreignKey(it *item) error {
	var keys []string
	if it.profile != nil {
		keys = append(keys, it.profile.ID)
	}
	for _, one := range it.records {
		keys = append(keys, one.id)
	}
	for _, p := range r.foreign {
		if slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, p) }) {
			return &rowError{problem: fmt.Sprintf("a key begins with %q, which belongs to another key space", p)}
		}
	}
	return nil
}

// lands reports whether a link is to a record that imports land.
func (m *Mapping) lands(l profiles.Link) bool {
	if l.System == defaultSystem {
		return true
	}
	for _, s := range m.sections {
		if s.source == l.Source && s.system == l.System {
			return true
		}
	}
	return false
}

func or[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
