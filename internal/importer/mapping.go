package importer

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

// A Mapping says what the rows of a file mean. It is made by [LoadMapping] or
// [ParseMapping], does not change, and can be used for several imports.
type Mapping struct {
	file, name string
	// unnamed: it is called as its file is.
	unnamed bool
	// keySpace is what the mapping says of whose its keys are; "" where it says nothing.
	keySpace string

	csv         csvForm
	replace     bool
	ignore      []string
	skip        *expression
	syncedAt    *expression
	definitions []profiles.Definition
	attributes  []attributeValue
	profile     maker[profiles.Customer]
	links       []linkTemplate
	sections    []*section
	columns     columns
	// systems are the names of systems, with their places.
	systems []namedSystem
}

type attributeValue struct {
	key   string
	value *expression
	read  func(any) (string, error)
}

type linkTemplate struct {
	source profiles.SourceName
	system string
	links  template[profiles.Link]
}

// Name is what the mapping is called, in the evidence of the links that it makes:
// its key "name", else the file's name without its ending.
func (m *Mapping) Name() string { return m.name }

// owns reports whether the mapping gives an attribute.
func (m *Mapping) owns(key string) bool {
	return slices.ContainsFunc(m.definitions, func(d profiles.Definition) bool { return d.Key == key })
}

// A Collection is where the mapping's records of one source are landed, and the
// system that links name them by.
type Collection struct {
	Source profiles.SourceName
	System string
	Name   string
}

// Collections are those that the mapping writes records to, in the order of the
// mapping. The gateway reads such a record only if a documents system of this
// source and name is configured on this collection.
func (m *Mapping) Collections() []Collection {
	var all []Collection
	for _, s := range m.sections {
		if c := (Collection{s.source, s.system, s.collection}); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// LoadMapping reads a mapping from a file, see [ParseMapping].
func LoadMapping(path string) (*Mapping, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseMapping(path, data)
}

// ParseMapping reads a mapping in YAML, whose keys docs/import.md describes. The
// name is the file's, for faults. What is wrong with it is an error of the type
// [Faults], with all that is wrong at once.
func ParseMapping(name string, data []byte) (*Mapping, error) {
	c := &compiler{file: name}
	base := filepath.Base(name)
	m := &Mapping{file: name, name: strings.TrimSuffix(base, filepath.Ext(base)), unnamed: true}
	if !utf8.Valid(data) {
		c.fault(nil, place{}, "the mapping is not UTF-8")
	} else if root := c.parse(data); root != nil {
		c.mapping(m, root)
	}
	m.columns = c.columns
	if len(c.faults) > 0 {
		slices.SortStableFunc(c.faults, func(a, b Fault) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Column - b.Column
		})
		return nil, c.faults
	}
	return m, nil
}

var mappingKeys = []string{"version", "name", "keySpace", "csv", "lists", "ignore", "functions", "skip", "syncedAt",
	"attributes", "profile", "links", "billing", "support", "social"}

func (c *compiler) mapping(m *Mapping, root ast.Node) {
	values := map[string]ast.Node{}
	for _, e := range c.entries(root, place{}, mappingKeys) {
		values[e.key] = e.value
	}
	if len(values) == 0 && len(c.faults) > 0 {
		return
	}
	// The other keys' expressions use the functions; so those are first, wherever
	// they stand.
	row := place{onRow: true}
	read := func(key string, how func(n ast.Node, at place)) bool {
		n, ok := values[key]
		if ok {
			how(n, row.of(key))
		}
		return ok
	}
	if !read("version", func(n ast.Node, at place) {
		if c.word(n, at, "1") != "1" {
			c.fault(n, at, "unknown version: want 1")
		}
	}) {
		c.fault(root, place{}, "the key version is missing: version: 1")
	}
	read("functions", c.defineFunctions)
	read("name", func(n ast.Node, at place) { m.name, m.unnamed = c.word(n, at, "a name"), false })
	read("keySpace", func(n ast.Node, at place) { m.keySpace = c.keySpaceName(n, at) })
	read("csv", func(n ast.Node, at place) { m.csv = c.csvForm(n, at) })
	read("lists", func(n ast.Node, at place) { m.replace = c.choice(n, at, "merge", "replace") == "replace" })
	read("ignore", func(n ast.Node, at place) {
		for i, item := range c.items(n, at) {
			m.ignore = append(m.ignore, c.word(item, at.item(i), "a column's name"))
		}
	})
	read("skip", func(n ast.Node, at place) { m.skip = c.expression(n, at) })
	read("syncedAt", func(n ast.Node, at place) { m.syncedAt = c.expression(n, at) })
	hasProfile := read("profile", func(n ast.Node, at place) {
		m.profile = object(c, c.entries(n, at, profileForm.keys()), n, at, profileForm)
	})
	read("attributes", func(n ast.Node, at place) { c.attributes(m, n, at) })
	read("links", func(n ast.Node, at place) { c.links(m, n, at) })
	read("billing", func(n ast.Node, at place) { sections(c, m, n, at, billingDomain) })
	read("support", func(n ast.Node, at place) { sections(c, m, n, at, supportDomain) })
	read("social", func(n ast.Node, at place) { sections(c, m, n, at, socialDomain) })

	for _, key := range []string{"attributes", "links"} {
		if n, ok := values[key]; ok && !hasProfile {
			c.fault(n, row.of(key), "this belongs to a profile: the key profile is missing")
		}
	}
	if !hasProfile && values["billing"] == nil && values["support"] == nil && values["social"] == nil {
		c.fault(root, place{}, "the mapping makes nothing of a row: want profile, billing, support or social")
	}
}

// choice gives a fixed word that is one of a few.
func (c *compiler) choice(n ast.Node, at place, words ...string) string {
	what := "one of " + strings.Join(words, ", ")
	w := c.word(n, at, what)
	if w != "" && !slices.Contains(words, w) {
		c.fault(n, at, "%s is expected here", what)
		return ""
	}
	return w
}

func (c *compiler) attributes(m *Mapping, n ast.Node, at place) {
	for i, item := range c.items(n, at) {
		here := at.item(i)
		var d profiles.Definition
		var value ast.Node
		for _, e := range c.entries(item, here, []string{"key", "type", "description", "value"}) {
			switch e.key {
			case "key":
				d.Key = c.word(e.value, here.of("key"), "a key")
			case "type":
				d.Type = profiles.AttributeType(c.choice(e.value, here.of("type"), "TEXT", "NUMBER", "BOOLEAN", "DATE"))
			case "description":
				d.Description = c.word(e.value, here.of("description"), "a description")
			case "value":
				value = e.value
			}
		}
		if d.Key == "" || d.Type == "" || value == nil {
			c.fault(item, here, "key, type and value are expected")
			continue
		}
		if err := d.Check(); err != nil {
			c.fault(item, here, "%v", err)
		}
		if slices.ContainsFunc(m.definitions, func(o profiles.Definition) bool { return o.Key == d.Key }) {
			c.fault(item, here, "the attribute %s is there twice", d.Key)
		}
		here = at.of(d.Key)
		m.definitions = append(m.definitions, d)
		m.attributes = append(m.attributes, attributeValue{d.Key, c.expression(value, here), attribute(d.Type)})
	}
}

func (c *compiler) links(m *Mapping, n ast.Node, at place) {
	for i, item := range c.items(n, at) {
		here := at.item(i)
		l := linkTemplate{system: defaultSystem}
		entries := c.entries(item, here, linkForm.keys("each", "when", "source", "system"))
		for _, e := range entries {
			switch e.key {
			case "source":
				word := c.word(e.value, here.of("source"), "a source")
				source, err := linkable(word)
				if err != nil && word != "" {
					c.fault(e.value, here.of("source"), "%v", err)
				}
				l.source = source
			case "system":
				l.system = c.system(e.value, here.of("system"))
			}
		}
		if !slices.ContainsFunc(entries, func(e entry) bool { return e.key == "source" }) {
			c.fault(item, here, "the key source is missing")
		}
		m.systems = append(m.systems, namedSystem{source: l.source, system: l.system, node: item, at: here})
		l.links = templateOf(c, entries, item, here, linkForm)
		m.links = append(m.links, l)
	}
}

// defaultSystem is the name of the documents system of a source unless the mapping
// says otherwise.
const defaultSystem = "documents"

// systemName is how a system is named behind its source, as in the configuration.
var systemName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// system gives the name of a system: the part of a source's name behind the slash.
func (c *compiler) system(n ast.Node, at place) string {
	w := c.word(n, at, "a system's name")
	c.notComputed(n, at, w, "a system's name")
	switch source, system, slash := strings.Cut(w, "/"); {
	case slash:
		c.fault(n, at, "a system's name without a slash is expected, %s instead of %s/%s", system, source, system)
	case w != "" && !strings.HasPrefix(w, ".") && !systemName.MatchString(w):
		c.fault(n, at, "a system's name is small letters, digits and hyphens, as stripe-eu")
	}
	return w
}

// collection gives the name of a collection for records.
func (c *compiler) collection(n ast.Node, at place) string {
	w := c.word(n, at, "a collection's name")
	c.notComputed(n, at, w, "a collection's name")
	if strings.Contains(w, "$") || strings.HasPrefix(w, "system.") || slices.Contains([]string{profdocs.Customers, profdocs.Identifiers, profdocs.Definitions, KeySpaces}, w) {
		c.fault(n, at, "records cannot be landed in a collection of this name")
	}
	return w
}
