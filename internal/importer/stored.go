package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

// storedRecord is a landed record.
type storedRecord struct {
	body   any
	landed documents.Landed
	// raw is the document, of which body is made anew to be changed.
	raw bson.Raw
	// null is the place of a null in one of its lists; "": there is none.
	null string
}

// storedProfile is a landed profile, in the form of the collection: attributes as
// the words "key=value" that they are kept as, those without a definition included.
type storedProfile struct {
	profiles.Customer `bson:",inline"`
	Words             []string `json:"attributes"`
}

// readProfiles reads the profiles with these keys.
func (r *run) readProfiles(ctx context.Context, ids []string) (map[string]*profiles.Customer, error) {
	found := map[string]*profiles.Customer{}
	var bad error
	_, err := r.store.Find(ctx, profdocs.Customers, ids, nil, func(raw bson.Raw) {
		var d storedProfile
		if documents.Decode(raw, &d) != nil {
			bad = unreadable(profdocs.Customers)
			return
		}
		for _, w := range d.Words {
			key, value, _ := strings.Cut(w, "=")
			d.Attributes = append(d.Attributes, profiles.Attribute{Key: key, Text: value})
		}
		found[d.ID] = &d.Customer
	})
	return found, failed(err, bad)
}

// readRecords reads the records of a section's collection with these keys.
func (r *run) readRecords(ctx context.Context, s *section, ids []string) (map[string]*storedRecord, error) {
	found := map[string]*storedRecord{}
	var bad error
	_, err := r.store.Find(ctx, s.collection, ids, nil, func(raw bson.Raw) {
		raw = slices.Clone(raw)
		body, landed, err := s.decode(raw)
		if err != nil {
			bad = unreadable(s.collection)
			return
		}
		found[landed.ID] = &storedRecord{body, landed, raw, nullIn(body)}
	})
	return found, failed(err, bad)
}

// areFindable reports which profiles are found by all of their identifiers. An
// import that was killed between the two writes leaves some that are not.
func (r *run) areFindable(ctx context.Context, customers []*profiles.Customer) (map[string]bool, error) {
	wanted := map[string][]string{}
	var ids []string
	findable := map[string]bool{}
	for _, c := range customers {
		findable[c.ID] = true
		for _, id := range c.Identifiers() {
			if wanted[string(id)] == nil {
				ids = append(ids, string(id))
			}
			wanted[string(id)] = append(wanted[string(id)], c.ID)
		}
	}
	if len(ids) == 0 {
		return findable, nil
	}
	owners := map[string][]string{}
	var bad error
	_, err := r.store.Find(ctx, profdocs.Identifiers, ids, nil, func(raw bson.Raw) {
		var d struct {
			ID     string   `bson:"_id"`
			Owners []string `json:"owners"`
		}
		if documents.Decode(raw, &d) != nil {
			bad = unreadable(profdocs.Identifiers)
		}
		owners[d.ID] = d.Owners
	})
	for id, all := range wanted {
		for _, customer := range all {
			if !slices.Contains(owners[id], customer) {
				findable[customer] = false
			}
		}
	}
	return findable, failed(err, bad)
}

// readDefinitions reads of which types the mapping's attributes are.
func (r *run) readDefinitions(ctx context.Context) (map[string]profiles.AttributeType, error) {
	var keys []string
	for _, d := range r.Mapping.definitions {
		keys = append(keys, d.Key)
	}
	types := map[string]profiles.AttributeType{}
	_, err := r.store.Find(ctx, profdocs.Definitions, keys, nil, func(raw bson.Raw) {
		var d profiles.Definition
		if documents.Decode(raw, &d) == nil {
			types[d.Key] = d.Type
		}
	})
	return types, failed(err)
}

func unreadable(collection string) error {
	return fmt.Errorf("a document of the collection %q is malformed", collection)
}

// failed gives an error of the store, without the values that the server's own
// words may quote.
func failed(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return documents.Error("store", err)
		}
	}
	return nil
}

// A ledger knows which customer each record is linked to.
type ledger struct {
	store documents.Store
	// keep: nothing is forgotten, as what is claimed is not stored.
	keep   bool
	owners map[string]string
}

// word is what a linked record is found by, in the profile's field "records".
func word(l profiles.Link) string {
	return string(l.Source) + "/" + l.System + "/" + l.RecordID
}

// load finds out to whom the records of these words belong.
func (l *ledger) load(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return nil
	}
	q := documents.Selection{Where: bson.D{{Key: "records", Value: bson.D{{Key: "$in", Value: words}}}}, Fields: bson.D{{Key: "records", Value: 1}}}
	var bad error
	err := l.store.Select(ctx, profdocs.Customers, q, func(raw bson.Raw) bool {
		var d struct {
			ID      string   `bson:"_id"`
			Records []string `json:"records"`
		}
		if documents.Decode(raw, &d) != nil {
			bad = unreadable(profdocs.Customers)
			return false
		}
		for _, w := range d.Records {
			if l.owners[w] == "" {
				l.owners[w] = d.ID
			}
		}
		return true
	})
	return failed(err, bad)
}

// forget drops what is stored by now, where it can be asked again.
func (l *ledger) forget() {
	if !l.keep {
		clear(l.owners)
	}
}

// renewAfter is how old a syncedAt is before an unchanged record gets a new one: a
// record is never shown fresher than it is, and importing a file again costs no writes.
const renewAfter = 10 * time.Minute

// isFresh reports whether an unchanged record needs no new syncedAt.
func isFresh(stored, now time.Time) bool {
	return !stored.IsZero() && !now.Before(stored) && now.Sub(stored) < renewAfter || stored.Equal(now)
}

// renew says of documents that were not changed that they are true as of now.
func (r *run) renew(ctx context.Context, collection string, at map[time.Time][]string) error {
	c := r.store.Database.Collection(collection)
	for syncedAt, ids := range at {
		set := bson.D{{Key: "$set", Value: bson.D{{Key: "syncedAt", Value: syncedAt}}}}
		if r.store.Lock == nil {
			//nolint:forbidigo // not on the embedded store
			if _, err := c.UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, set); err != nil {
				return failed(err)
			}
			continue
		}
		for _, id := range ids {
			if err := r.store.Update(ctx, collection, id, set); err != nil {
				return failed(err)
			}
		}
	}
	return nil
}
