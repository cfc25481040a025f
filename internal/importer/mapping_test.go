package importer

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"customer360/sources/profiles"
)

// parse gives a mapping that must be fine.
func parse(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := ParseMapping("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMappingFaults(t *testing.T) {
	for name, test := range map[string]struct {
		mapping string
		want    []string
	}{
		"empty": {"# nothing\n", []string{"test.yaml: the mapping is empty"}},
		"not YAML": {"version: 1\nprofile: [\n", []string{
			"test.yaml:2:10: this is not YAML: sequence end token ']' not found"}},
		"a key twice": {"version: 1\nversion: 1\n", []string{
			`test.yaml:2:1: this is not YAML: mapping key "version" already defined at [1:1]`}},
		"two documents": {"version: 1\n---\nversion: 1\n", []string{"test.yaml:3:8: a mapping is one YAML document"}},
		"not keys":      {"- version\n", []string{"keys are expected here"}},
		"nothing to do": {"version: 1\n", []string{"the mapping makes nothing of a row: want profile, billing, support or social"}},
		"all at once": {`
version: 2
profil:
  id: .id
profile:
  ident: .id
  kind: .kind |
  name: .name | trimm
  email: [.email]
  phone:
  consents: .consents
attributes:
  - key: with space
    type: TEXT
    value: .x
  - key: tier
    type: STRING
    value: .tier
  - {key: age, type: NUMBER}
links:
  - recordId: .x
  - {source: WORKSPACE, recordId: .x}
billing:
  id: .id
  system: a/b
  collection: customers
  subscriptions:
    - name: .x
lists: both
`, []string{
			"test.yaml:2:10: version: unknown version: want 1",
			"test.yaml:3:1: profil: unknown key (did you mean \"profile\"?); allowed here: version, name, keySpace, csv,",
			"profile: the key id is missing",
			"test.yaml:6:3: profile.ident: unknown key; allowed here: id, kind,",
			"test.yaml:7:9: profile.kind: the jq expression cannot be used: unexpected EOF in .kind |",
			"test.yaml:8:9: profile.name: the jq expression cannot be used: function not defined: trimm/0 in .name | trimm",
			"test.yaml:9:10: profile.email: a jq expression is expected here: where it begins with { or [, put it in quotes",
			"profile.phone: a jq expression is expected here",
			"test.yaml:11:13: profile.consents: a list is expected here",
			`attributes[0]: attribute "with space": a key is 1 to 64 letters`,
			"attributes[1].type: one of TEXT, NUMBER, BOOLEAN, DATE is expected here",
			"attributes[1]: key, type and value are expected",
			"attributes[2]: key, type and value are expected",
			"links[0]: the key source is missing",
			"links[1].source: expected one of BILLING, SUPPORT, SOCIAL",
			"billing.system: a system's name without a slash is expected",
			"billing.collection: records cannot be landed in a collection of this name",
			"billing.subscriptions[0]: the key recordId is missing",
			"test.yaml:29:8: lists: one of merge, replace is expected here",
		}},
		"functions": {"version: 1\nfunctions: 'def f: g;'\nprofile: {id: .id}\n", []string{
			"test.yaml:2:12: functions: the jq functions cannot be used: function not defined: g/0"}},
		"functions that are none": {"version: 1\nfunctions: .x\nprofile: {id: .id}\n", []string{
			"only functions are expected here, as def f: …;"}},
		"quoted words": {"version: 1\nprofile: {id: .id}\nlinks:\n  - {source: BILLING, system: '\"stripe\"', recordId: .s}\n  - {source: SUPPORT, system: .desk, recordId: .s}\n  - {source: '\"SOCIAL\"', system: My Net, recordId: .s}\n", []string{
			`test.yaml:4:31: links[0].system: a system's name is literal text here, not an expression: write stripe without the quotes`,
			`test.yaml:5:31: links[1].system: a system's name is the same for all rows, not an expression`,
			`test.yaml:6:14: links[2].source: a source is literal text here, not an expression: write SOCIAL without the quotes`,
			`test.yaml:6:34: links[2].system: a system's name is small letters, digits and hyphens, as stripe-eu`}},
		"fixed texts": {"version: 1\nprofile:\n  id: .id\n  language: de\n  name: .E-Mail\n  familyName: .Дата рождения?\n  givenName: .name | trimm\n", []string{
			`profile.language: the jq expression cannot be used: function not defined: de/0 in de: a fixed text is in quotes of jq within quotes of YAML, '"de"', and a column has a dot, .de`,
			`profile.name: the jq expression cannot be used: function not defined: Mail/0 in .E-Mail: a column whose name has other signs than letters of ASCII, digits and _ is in quotes, ."E-Mail"`,
			`in quotes, ."Дата рождения"?`,
			`(did you mean "trim"?)`}},
		"input is not given": {"version: 1\nprofile: {id: input}\n", []string{"input is not to be used here"}},
		"modules are not read": {"version: 1\nprofile:\n  id: 'import \"x\" as x; .id'\n", []string{
			"the jq expression cannot be used: modules are not read here"}},
		"anchors": {"version: 1\nprofile: {id: &x .id, name: *x}\n", []string{
			"profile.id: YAML anchors, aliases and tags are not supported",
			"profile.name: YAML anchors, aliases and tags are not supported"}},
		"parts of a profile without one": {"version: 1\nbilling: {id: .id, link: {method: MANUAL}}\nlinks: []\n", []string{
			"billing.link: this belongs to a profile", "links: this belongs to a profile"}},
		"one collection for two systems": {"version: 1\nprofile: {id: .id}\nbilling: [{id: .id}, {id: .id, system: other}]\n", []string{
			`billing[1]: the collection billing already belongs to the system "documents" of BILLING`}},
		"csv": {"version: 1\nprofile: {id: .id}\ncsv: {delimiter: ab, columns: [a, a], encoding: ebcdic, quote: x}\n", []string{
			"csv.quote: unknown key", "csv.delimiter: one character or the word tab is expected here",
			`csv.columns: the column "a" is there twice`, "csv.encoding: unknown encoding: use a name from https://encoding.spec.whatwg.org"}},
		"not UTF-8": {"version: 1\nprofile: {id: \"\xff\"}\n", []string{"the mapping is not UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseMapping("test.yaml", []byte(test.mapping))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v; want faults", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("there is no fault %q", want)
				}
			}
			if t.Failed() || len(faults) != len(test.want) {
				t.Errorf("got %d faults, want %d:\n%v", len(faults), len(test.want), err)
			}
		})
	}
}

func TestLoadMapping(t *testing.T) {
	m, err := LoadMapping(filepath.Join("..", "..", "examples", "telco.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Name() != "telco" {
		t.Errorf("the name is %q", m.Name())
	}
	if diff := cmp.Diff([]Collection{{profiles.Billing, "documents", "billing"}}, m.Collections()); diff != "" {
		t.Error(diff)
	}
	if _, err := LoadMapping(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there is a mapping")
	}
}

// TestColumns is about what a mapping is known to read of a row.
func TestColumns(t *testing.T) {
	for expression, want := range map[string]struct {
		needed []string
		whole  bool
	}{
		".a":                                  {[]string{"a"}, false},
		".a?":                                 {nil, false},
		`.["a b"]`:                            {[]string{"a b"}, false},
		`."a b" | .c`:                         {[]string{"a b"}, false},
		".a // .b?":                           {[]string{"a"}, false},
		`"\(.a) \(.b)"`:                       {[]string{"a", "b"}, false},
		"if .a == .b then .c else .d end":     {[]string{"a", "b", "c", "d"}, false},
		"[.a, -.b] | map(.c)":                 {[]string{"a", "b"}, false},
		"{a, x: .b} | .c":                     {[]string{"a", "b"}, false},
		".a as $x | .b + $x":                  {[]string{"a", "b"}, false},
		"$row.a":                              {[]string{"a"}, false},
		"try .a":                              {nil, false},
		"reduce (.a, .b) as $x (0; . + $x.c)": {[]string{"a", "b"}, false},
		"select(.a)":                          {nil, false},
		"mine":                                {nil, false},
		"to_entries[0].value":                 {nil, true},
		".":                                   {nil, true},
		"$row":                                {nil, true},
		".[.a]":                               {nil, true},
	} {
		c := &compiler{file: "test.yaml"}
		root := c.parse([]byte("functions: 'def mine: .z;'\nexpression: '" + strings.ReplaceAll(expression, "'", "''") + "'\n"))
		for _, e := range c.entries(root, place{}, []string{"functions", "expression"}) {
			if e.key == "functions" {
				c.defineFunctions(e.value, place{})
				continue
			}
			c.expression(e.value, place{"x", true})
		}
		if len(c.faults) > 0 {
			t.Errorf("%s: %v", expression, c.faults)
			continue
		}
		var needed []string
		for _, n := range c.columns.needed {
			needed = append(needed, n.name)
		}
		if diff := cmp.Diff(want.needed, needed); diff != "" || c.columns.whole != want.whole {
			t.Errorf("%s: whole %v; %s", expression, c.columns.whole, diff)
		}
		if !c.columns.named["z"] {
			t.Errorf("%s: what functions read is not known", expression)
		}
	}
}

// TestSystems: a link to a system that nobody is would be kept, and lead nowhere.
func TestSystems(t *testing.T) {
	m := parse(t, `
version: 1
profile: {id: .id}
links:
  - {source: BILLING, system: strpe, recordId: .s}
  - {source: SUPPORT, system: desk, recordId: .d}
billing:
  - {id: .id, system: stripe, collection: a}
  - {id: .id, collection: b}
`)
	err := m.CheckSystems(map[string]string{"billing/stripe": "stripe", "support/desk": "zendesk", "billing/documents": "documents"})
	want := "test.yaml:5:5: links[0]: the configuration has no system billing/strpe (did you mean \"billing/stripe\"?); it has billing/documents, billing/stripe, support/desk\n" +
		"test.yaml:8:5: billing[0]: the system billing/stripe is of the kind stripe, but records can be landed only for the kind documents"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	if got := strings.Join(m.Linked(), " "); got != "billing/strpe support/desk billing/stripe" {
		t.Error(got)
	}
	if err := parse(t, "version: 1\nprofile: {id: .id}\nbilling: {id: .id}\n").CheckSystems(map[string]string{"billing/documents": "documents"}); err != nil {
		t.Error(err)
	}
}

// TestAdvice: what is advised for a column compiles, whatever the column is called.
func TestAdvice(t *testing.T) {
	for _, name := range []string{"id", "Дата рождения", "E-Mail", "a\"b", "a\\b", "1st", "名前", "a b", "x(1)", "\\(1)", "not", "a\tb", "№"} {
		if _, err := ParseMapping("test.yaml", []byte("version: 1\nprofile:\n  id: |-\n    "+pathTo(name)+"?\n")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
