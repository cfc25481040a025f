// Package documents is the store of profiles in MongoDB. A profile is a
// document of the collection "customers" with the company's key in _id. Beside it,
// "identifiers" says who has an e-mail address, phone number or handle,
// "attributeDefinitions" what the attributes mean, and "erasures" what is left of
// customers who were erased.
//
// MongoDB cannot index a condition on two fields of one array element, so what is
// searched for stands in arrays of words: attributes as "tier=GOLD" (which is also
// where they are kept), linked records in "records" as "BILLING/stripe-eu/cus_1",
// linked systems in "linked" as "BILLING" and "BILLING/stripe-eu", what the customer is
// found by in "identifiers" as "email:anna@example.com". docs/documents.md has a whole
// document of each collection.
package documents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources"
	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// The collections of the spine.
const (
	Customers   = "customers"
	Identifiers = "identifiers"
	Definitions = "attributeDefinitions"
	Erasures    = "erasures"
)

// definitionsFor is how long read definitions are used: an import into a running
// gateway's store shows within this time.
const definitionsFor = 10 * time.Second

// Spine keeps the profiles. It implements [profiles.Spine].
type Spine struct {
	name  string
	store documents.Store

	// reading is held while the definitions are read.
	reading sync.Mutex
	defined atomic.Pointer[definitions]
}

// definitions are the attributes' definitions as they were at a moment.
type definitions struct {
	all    []profiles.Definition
	readAt time.Time
}

// New makes the spine; its name is "profile/system".
func New(name string, store documents.Store) *Spine {
	if store.Local != nil {
		for _, x := range indexes {
			store.Local.Declare(x.collection, x.keys)
		}
	}
	return &Spine{name: name, store: store}
}

// Name is the configured name.
func (s *Spine) Name() string { return s.name }

// document is a profile with what it is searched by.
type document struct {
	profiles.Customer `bson:",inline"`
	// Attributes are words "key=value".
	Attributes []string `json:"attributes"`
	// NameKey is the folded name; it is there even if it is empty, to be ordered by.
	NameKey *string `json:"nameKey"`
	// NameWords are the words of the folded name; they are there even if there is none.
	NameWords *[]string `json:"nameWords"`
	// Identifiers are those of the contact points.
	Identifiers []string `json:"identifiers"`
	Records     []string `json:"records"`
	Linked      []string `json:"linked"`

	// stored are the times as the document has them.
	stored map[string]time.Time
	// raw is the document, where it was read whole.
	raw bson.Raw
}

// parts says which fields hold which part.
var parts = map[sources.Parts][]string{
	profiles.Names:      {"name", "givenName", "familyName", "birthDate", "language", "timeZone"},
	profiles.Contacts:   {"contactPoints"},
	profiles.Attributes: {"attributes"},
	profiles.Consents:   {"consents"},
	profiles.Relations:  {"relations"},
	profiles.Links:      {"links"},
}

// lists are the fields that are not there where they would be empty.
var lists = []string{"contactPoints", "attributes", "consents", "relations", "links", "identifiers", "records", "linked"}

func projection(want sources.Parts) bson.D {
	fields := bson.D{{Key: "kind", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "updatedAt", Value: 1}, {Key: "syncedAt", Value: 1}}
	for part, names := range parts {
		if want.Has(part) {
			for _, n := range names {
				fields = append(fields, bson.E{Key: n, Value: 1})
			}
		}
	}
	return fields
}

// Fetch reads profiles by their keys.
func (s *Spine) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*profiles.Customer], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	defs, err := s.definitionsFor(ctx, want)
	if err != nil {
		return nil, err
	}
	c := documents.Config{Name: s.name, Store: s.store, Collection: Customers}
	return documents.Fetch(ctx, c, keys, projection(want), func(raw bson.Raw) (documents.Landed, *profiles.Customer, error) {
		d, err := decode(raw, want, defs)
		if err != nil {
			return documents.Landed{}, nil, err
		}
		return documents.Landed{ID: d.ID, SyncedAt: d.SyncedAt}, &d.Customer, nil
	})
}

// Find reads who has the identifier, and then the profiles: two point reads.
func (s *Spine) Find(ctx context.Context, by profiles.Identifier, want sources.Parts) ([]*profiles.Customer, error) {
	raw, err := s.store.One(ctx, Identifiers, string(by))
	if err != nil {
		return nil, documents.Error(s.name, err)
	}
	var doc struct {
		Owners []string `json:"owners"`
	}
	if raw != nil {
		if err := documents.Decode(raw, &doc); err != nil {
			return nil, &sources.Error{Source: s.name, Kind: sources.Malformed, Err: formless(Identifiers)}
		}
	}
	if len(doc.Owners) == 0 {
		return nil, nil
	}
	answers, err := s.Fetch(ctx, doc.Owners[:min(2, len(doc.Owners))], want)
	if err != nil {
		return nil, err
	}
	var found []*profiles.Customer
	for _, id := range doc.Owners {
		if a, ok := answers[id]; ok && !a.Missing {
			found = append(found, a.Value)
		}
	}
	return found, nil
}

// FindByLink reads the profile that a record is linked to: one read on the index of "records".
func (s *Spine) FindByLink(ctx context.Context, source profiles.SourceName, system, recordID string, want sources.Parts) (*profiles.Customer, error) {
	found, err := s.find(ctx, documents.Selection{Where: bson.D{{Key: "records", Value: recordWord(source, system, recordID)}}, Limit: 1}, want)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// List reads a page: one query, and a second one where they are counted and the page
// is not all of them.
func (s *Spine) List(ctx context.Context, q profiles.Query, want sources.Parts) (profiles.Page, error) {
	where := filter(q.Where)
	var page profiles.Page
	var malformed error
	if q.Limit > 0 {
		paged := where
		if q.After != nil {
			paged = and(where, after(orderField(q.Order), q.Order, *q.After))
		}
		var err error
		if page, malformed, err = s.page(ctx, paged, q, want); err != nil {
			return profiles.Page{}, err
		}
	}
	if q.Count {
		total := len(page.Customers)
		if q.Limit == 0 || q.After != nil || page.HasMore || malformed != nil {
			var err error
			if total, err = s.store.Count(ctx, Customers, where); err != nil {
				return profiles.Page{}, documents.Error(s.name, err)
			}
		}
		page.Total = &total
	}
	return page, malformed
}

// page reads one page. Profiles that cannot be read are left out, and told of by
// malformed.
func (s *Spine) page(ctx context.Context, where bson.D, q profiles.Query, want sources.Parts) (page profiles.Page, malformed, err error) {
	defs, err := s.definitionsFor(ctx, want)
	if err != nil {
		return page, nil, err
	}
	field, direction := orderField(q.Order), 1
	if q.Order.Descending {
		direction = -1
	}
	fields := projection(want)
	if q.Order.Field == profiles.ByName {
		fields = append(fields, bson.E{Key: field, Value: 1})
	}
	var bad unreadable
	n := 0
	err = s.store.Select(ctx, Customers, documents.Selection{
		Where: where, Sort: bson.D{{Key: field, Value: direction}, {Key: "_id", Value: direction}}, Limit: q.Limit + 1, Fields: fields,
	}, func(raw bson.Raw) bool {
		if n++; n > q.Limit {
			page.HasMore = true
			return false
		}
		if d := s.read(raw, want, defs, &bad); d != nil {
			page.Customers = append(page.Customers, &d.Customer)
			page.Positions = append(page.Positions, d.position(q.Order))
		}
		return true
	})
	if err != nil {
		return page, nil, documents.Error(s.name, err)
	}
	return page, bad.error(s.name), nil
}

// unreadable are the documents of a call that cannot be read.
type unreadable struct {
	n     int
	worst *sources.Error
}

// error is nil where there are none. It is Malformed whatever happened, since the others
// are whole beside it.
func (u unreadable) error(source string) error {
	if u.worst == nil {
		return nil
	}
	e := documents.Malformed(source, Customers, u.n, u.worst.Records)
	if u.worst.Kind != sources.Malformed {
		e.Err = fmt.Errorf("%w: %w", e.Err, u.worst.Err)
	}
	return e
}

// read reads a document, or gives nil and notes it with those that cannot be read.
func (s *Spine) read(raw bson.Raw, want sources.Parts, defs map[string]profiles.Definition, bad *unreadable) *document {
	d, err := sources.Settled(s.name, documents.KeyOf(raw), func() (*document, error) { return decode(raw, want, defs) })
	if err != nil {
		bad.n++
		bad.worst = sources.Worse(bad.worst, err)
		return nil
	}
	return d
}

// position gives the document's place in an order, as MongoDB sorted it.
func (d *document) position(o profiles.Order) profiles.Position {
	switch {
	case o.Field == profiles.ByName && d.NameKey != nil:
		return profiles.Position{Name: *d.NameKey, ID: d.ID}
	case o.Field == profiles.ByName || d.stored[orderField(o)].IsZero():
		return profiles.Position{Missing: true, ID: d.ID}
	}
	return profiles.Position{At: d.stored[orderField(o)], ID: d.ID}
}

func (s *Spine) find(ctx context.Context, q documents.Selection, want sources.Parts) ([]*profiles.Customer, error) {
	defs, err := s.definitionsFor(ctx, want)
	if err != nil {
		return nil, err
	}
	q.Fields = projection(want)
	var found []*profiles.Customer
	var bad unreadable
	err = s.store.Select(ctx, Customers, q, func(raw bson.Raw) bool {
		d := s.read(raw, want, defs, &bad)
		if d != nil {
			found = append(found, &d.Customer)
		}
		return d != nil
	})
	switch {
	case err != nil:
		return nil, documents.Error(s.name, err)
	case bad.worst != nil:
		return nil, bad.error(s.name)
	}
	return found, nil
}

func decode(raw bson.Raw, want sources.Parts, defs map[string]profiles.Definition) (*document, error) {
	var d document
	if err := documents.Decode(raw, &d); err != nil {
		return nil, err
	}
	c := &d.Customer
	d.stored = map[string]time.Time{"createdAt": c.CreatedAt, "updatedAt": c.UpdatedAt}
	if err := c.Settle(want); err != nil {
		return nil, err
	}
	// A profile that was landed without its times is shown with the nearest ones that
	// are known, and ordered as one that has none.
	for _, t := range []time.Time{c.UpdatedAt, c.SyncedAt} {
		if c.CreatedAt.IsZero() {
			c.CreatedAt = t
		}
	}
	if c.UpdatedAt.IsZero() {
		c.UpdatedAt = c.CreatedAt
	}
	if c.CreatedAt.IsZero() {
		return nil, &sources.Fault{Problem: "has neither createdAt nor updatedAt nor syncedAt"}
	}
	for _, word := range d.Attributes {
		key, value, _ := strings.Cut(word, "=")
		def, ok := defs[key]
		if !ok {
			if !want.Has(profiles.Undeclared) {
				continue
			}
			def.Type = profiles.Text
		}
		// A value that is not of its type any more is shown as the text that it is.
		typ := def.Type
		text, err := typ.Canonical(value)
		if err != nil {
			typ, text = profiles.Text, value
		}
		if text != "" {
			a := profiles.Attribute{Key: key, Type: typ, Text: text, Source: profiles.Profile, ObservedAt: c.SyncedAt, Undeclared: !ok}
			if text != value {
				a.Stored = value
			}
			c.Attributes = append(c.Attributes, a)
		}
	}
	slices.SortStableFunc(c.Attributes, func(a, b profiles.Attribute) int { return strings.Compare(a.Key, b.Key) })
	return &d, nil
}
