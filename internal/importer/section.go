package importer

import (
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// A section is an entry of billing, support or social: what of a row becomes
// records of one system.
type section struct {
	source             profiles.SourceName
	system, collection string
	// make gives the records that a row has.
	make func(s scope, add func(made) error) error
	// decode gives a landed document as a body of made.
	decode func(bson.Raw) (body any, landed documents.Landed, err error)
	// document gives a body in the form of the collection.
	document func(body any, syncedAt time.Time, truncated bool) documents.Document
	// rekey gives a body another key.
	rekey func(body any, id string)
}

// made is a record that a row made.
type made struct {
	section *section
	id      string
	// body is a pointer to the domain's record.
	body any
	// link is how the record is linked to the row's profile; nil: it is not.
	link *profiles.Link
}

// sections compiles the entry of a domain: one section, or a list of them.
func sections[R any](c *compiler, m *Mapping, n ast.Node, at place, d domain[R]) {
	if list, ok := n.(*ast.SequenceNode); ok {
		for i, item := range list.Values {
			addSection(c, m, item, at.item(i), d)
		}
		return
	}
	addSection(c, m, n, at, d)
}

func addSection[R any](c *compiler, m *Mapping, n ast.Node, at place, d domain[R]) {
	s := &section{source: d.source, system: defaultSystem, collection: d.collection}
	entries := c.entries(n, at, d.form.keys("each", "when", "system", "collection", "link"))
	linked := m.profile != nil
	var match maker[profiles.Link]
	each := slices.ContainsFunc(entries, func(e entry) bool { return e.key == "each" })
	for _, e := range entries {
		here := at.of(e.key)
		here.onRow = here.onRow && !each
		switch e.key {
		case "system":
			s.system = c.system(e.value, here)
		case "collection":
			s.collection = c.collection(e.value, here)
		case "link":
			if b, ok := e.value.(*ast.BoolNode); ok && !b.Value {
				linked = false
				continue
			}
			f := form[profiles.Link]{parts: matchParts}
			match = object(c, c.entries(e.value, here, f.keys()), e.value, here, f)
		}
	}
	if match != nil && m.profile == nil {
		c.fault(n, at.of("link"), "this belongs to a profile: the key profile is missing")
	}
	for _, o := range m.sections {
		if o.collection == s.collection && (o.source != s.source || o.system != s.system) {
			c.fault(n, at, "the collection %s already belongs to the system %q of %s", s.collection, o.system, o.source)
		}
	}
	m.systems = append(m.systems, namedSystem{source: s.source, system: s.system, landed: true, node: n, at: at})
	records := templateOf(c, entries, n, at, d.form)
	s.make = func(sc scope, add func(made) error) error {
		return records.make(sc, func(sc scope, r *R) error {
			one := made{section: s, id: d.ref(r).RecordID, body: r}
			if linked {
				one.link = &profiles.Link{Source: s.source, System: s.system, RecordID: one.id}
				if match != nil {
					if err := match(sc, one.link); err != nil {
						return err
					}
				}
			}
			return add(one)
		})
	}
	s.decode = func(raw bson.Raw) (any, documents.Landed, error) {
		var doc struct {
			documents.Landed `bson:",inline"`
			Record           R `bson:",inline"`
		}
		err := documents.Decode(raw, &doc)
		d.ref(&doc.Record).RecordID = doc.ID
		return &doc.Record, doc.Landed, err
	}
	s.document = func(body any, syncedAt time.Time, truncated bool) documents.Document {
		return d.document(body.(*R), syncedAt, truncated)
	}
	s.rekey = func(body any, id string) { d.ref(body.(*R)).RecordID = id }
	m.sections = append(m.sections, s)
}
