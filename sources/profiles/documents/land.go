package documents

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// A Conflict says that a profile was not written, since a record that it links is
// linked to another customer, and a record has one customer at the most.
type Conflict struct {
	// CustomerID is the profile that was not written.
	CustomerID string
	// Link is the link that is taken.
	Link profiles.Link
}

// Error says what is taken, without the keys of customers.
func (c Conflict) Error() string {
	return fmt.Sprintf("the %s record that it links in the system %q belongs to another customer", c.Link.Source, c.Link.System)
}

// Land writes profiles. A new one is inserted; of a known one, what is given
// replaces what was there, and what is not given stays: links that others made
// stay, and those that were undone stay undone. Identifiers follow the contact
// points. Doing it twice changes nothing. It returns how many were new, and those
// that could not be written. Every profile needs an ID that stands once in the list.
// Others may land or erase the same profiles at once.
func (s *Spine) Land(ctx context.Context, customers []*profiles.Customer) (inserted int, conflicts []Conflict, err error) {
	known, err := s.known(ctx, customers)
	if err != nil {
		return 0, nil, err
	}
	taken, err := s.taken(ctx, customers, known)
	if err != nil {
		return 0, nil, err
	}
	var docs []documents.Document
	found := foundBy{}
next:
	for _, c := range customers {
		merged := *c
		if old := known[c.ID]; old != nil {
			merged = merge(old, c)
		}
		for _, l := range merged.Links {
			word := recordWord(l.Source, l.System, l.RecordID)
			if owner, ok := taken[word]; ok && owner != c.ID && l.UndoneAt.IsZero() {
				conflicts = append(conflicts, Conflict{c.ID, l})
				continue next
			}
		}
		doc := documentOf(c)
		for _, word := range documentOf(&merged).Records {
			taken[word] = c.ID
		}
		found.add(c.ID, doc.Identifiers)
		var seen bson.Raw
		if old := known[c.ID]; old != nil {
			seen = old.raw
		}
		docs = append(docs, documents.Document{ID: c.ID, Body: doc, Seen: seen, Merge: func(old bson.Raw) (any, error) {
			was, err := stored(old)
			if err != nil {
				return nil, err
			}
			merged := merge(was, c)
			doc := documentOf(&merged)
			found.replace(c.ID, append(documentOf(&was.Customer).Identifiers, was.Identifiers...), doc.Identifiers)
			return documents.Replacing(old, lists, doc)
		}})
	}
	if inserted, err = s.store.Land(ctx, Customers, docs); err != nil {
		return inserted, conflicts, err
	}
	return inserted, conflicts, s.landIdentifiers(ctx, found)
}

// LandDefinitions writes what attributes mean; a known key is replaced.
func (s *Spine) LandDefinitions(ctx context.Context, defs []profiles.Definition) error {
	var docs []documents.Document
	for _, d := range defs {
		if err := d.Check(); err != nil {
			return err
		}
		docs = append(docs, documents.Document{ID: d.Key, Body: d})
	}
	_, err := s.store.Land(ctx, Definitions, docs)
	return err
}

// IsEmpty reports whether there is no customer.
func (s *Spine) IsEmpty(ctx context.Context) (bool, error) {
	found, err := s.find(ctx, documents.Selection{Limit: 1}, 0)
	return len(found) == 0, err
}

// Count says how many customers there are.
func (s *Spine) Count(ctx context.Context) (int, error) {
	return s.store.Count(ctx, Customers, nil)
}

// everything is wanted of a profile that is merged, its attributes aside: those
// are kept as words.
const everything = profiles.All &^ profiles.Attributes

func (s *Spine) known(ctx context.Context, customers []*profiles.Customer) (map[string]*document, error) {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	known := map[string]*document{}
	var bad error
	_, err := s.store.Find(ctx, Customers, ids, nil, func(raw bson.Raw) {
		d, err := stored(raw)
		if err != nil {
			bad = err
			return
		}
		d.raw = slices.Clone(raw)
		known[d.ID] = d
	})
	if err == nil {
		err = bad
	}
	return known, err
}

// stored reads a profile as it is kept.
func stored(raw bson.Raw) (*document, error) {
	var d document
	err := documents.Decode(raw, &d)
	if err == nil {
		err = d.Settle(everything)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", formless(Customers), err)
	}
	return &d, nil
}

// taken gives the customer of every record that one of the given profiles links
// and that is linked already, those aside that the profile itself holds: they are
// nobody else's.
func (s *Spine) taken(ctx context.Context, customers []*profiles.Customer, known map[string]*document) (map[string]string, error) {
	var words []string
	for _, c := range customers {
		for _, l := range c.Links {
			word := recordWord(l.Source, l.System, l.RecordID)
			if old := known[c.ID]; old == nil || !slices.Contains(old.Records, word) {
				words = append(words, word)
			}
		}
	}
	taken := map[string]string{}
	if len(words) == 0 {
		return taken, nil
	}
	err := s.holders(ctx, words, 0, func(id string, records []string) {
		for _, word := range records {
			taken[word] = id
		}
	})
	return taken, err
}

func documentOf(c *profiles.Customer) document {
	name := profiles.FoldName(c.Name)
	words := append([]string{}, profiles.NameWords(name)...)
	d := document{Customer: *c, NameKey: &name, NameWords: &words}
	for _, id := range c.Identifiers() {
		d.Identifiers = append(d.Identifiers, string(id))
	}
	for _, a := range c.Attributes {
		d.Attributes = append(d.Attributes, a.Key+"="+a.Text)
	}
	for _, l := range c.Links {
		if !l.UndoneAt.IsZero() {
			continue
		}
		for word, into := range map[string]*[]string{
			recordWord(l.Source, l.System, l.RecordID): &d.Records,
			linkWord(l.Source, ""):                     &d.Linked,
			linkWord(l.Source, l.System):               &d.Linked,
		} {
			if !slices.Contains(*into, word) {
				*into = append(*into, word)
			}
		}
	}
	slices.Sort(d.Records)
	slices.Sort(d.Linked)
	return d
}

// merge gives a known profile with what a new one says of it.
func merge(old *document, c *profiles.Customer) profiles.Customer {
	merged := *c
	if !old.CreatedAt.IsZero() {
		merged.CreatedAt = old.CreatedAt
	}
	for _, pair := range []struct{ into, from *string }{
		{&merged.Name, &old.Name}, {&merged.GivenName, &old.GivenName}, {&merged.FamilyName, &old.FamilyName},
		{&merged.BirthDate, &old.BirthDate}, {&merged.Language, &old.Language}, {&merged.TimeZone, &old.TimeZone},
	} {
		if *pair.into == "" {
			*pair.into = *pair.from
		}
	}
	if merged.ContactPoints == nil {
		merged.ContactPoints = old.ContactPoints
	}
	if merged.Attributes == nil {
		merged.Attributes = attributesOf(old.Attributes)
	}
	if merged.Consents == nil {
		merged.Consents = old.Consents
	}
	if merged.Relations == nil {
		merged.Relations = old.Relations
	}
	merged.Links = slices.Clone(old.Links)
	for _, l := range c.Links {
		if !slices.ContainsFunc(merged.Links, func(o profiles.Link) bool {
			return o.Source == l.Source && o.System == l.System && o.RecordID == l.RecordID
		}) {
			merged.Links = append(merged.Links, l)
		}
	}
	return merged
}

var _ profiles.Spine = (*Spine)(nil)

// attributesOf gives attributes from the words that they are kept as.
func attributesOf(words []string) []profiles.Attribute {
	var all []profiles.Attribute
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		all = append(all, profiles.Attribute{Key: key, Text: value})
	}
	return all
}

// holders gives customers, limit at the most, that records with these words are linked to,
// each with the words of all of theirs.
func (s *Spine) holders(ctx context.Context, words []string, limit int, each func(id string, records []string)) error {
	q := documents.Selection{Where: bson.D{{Key: "records", Value: in(words)}}, Limit: limit, Fields: bson.D{{Key: "records", Value: 1}}}
	var bad error
	err := s.store.Select(ctx, Customers, q, func(raw bson.Raw) bool {
		var d struct {
			Records []string `json:"records"`
		}
		if documents.Decode(raw, &d) != nil {
			bad = formless(Customers)
			return false
		}
		each(documents.KeyOf(raw), d.Records)
		return true
	})
	return cmp.Or(err, bad)
}
