package importer

import (
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	profdocs "customer360/sources/profiles/documents"
)

// A spaceStep is one of the imports into a store: what its mapping says and brings.
type spaceStep struct {
	name, says string
	// legacy: made before key spaces were kept.
	legacy bool
	// links: the mapping lands a billing record of the same key.
	links bool
	// fails is a part of the fault that the import ends with; warns one of a warning.
	fails, warns string
}

func (s spaceStep) mapping(t *testing.T) *Mapping {
	text := "version: 1\nname: " + s.name + "\n"
	if s.says != "" {
		text += "keySpace: " + s.says + "\n"
	}
	text += "profile: {id: .key, name: '\"" + s.name + "\"', relations: [{kind: SPOUSE, customerId: .key}]}\n"
	if s.links {
		id := ".key"
		if s.name == "contracts" {
			id = "'.key + \"c\"'"
		}
		text += "billing: {id: " + id + ", name: '\"" + s.name + "\"'}\n"
	}
	return parse(t, text)
}

func TestKeySpaces(t *testing.T) {
	for name, test := range map[string]struct {
		steps []spaceStep
		want  string
	}{
		"two mappings": {
			[]spaceStep{{name: "hubspot"}, {name: "bitrix24", warns: "bitrix24:KEY"}, {name: "hubspot"}, {name: "bitrix24"}},
			"101=hubspot bitrix24:101=bitrix24",
		},
		"with records": {
			[]spaceStep{{name: "hubspot", links: true}, {name: "bitrix24", links: true}, {name: "hubspot", links: true}},
			"101=hubspot bitrix24:101=bitrix24 billing/101=hubspot billing/bitrix24:101=bitrix24",
		},
		"names that differ in what no prefix can have": {
			[]spaceStep{{name: "x-y"}, {name: "x:y", warns: "x%3Ay:KEY"}, {name: "x/y"}, {name: "x:y"}},
			"101=x-y x%2Fy:101=x/y x%3Ay:101=x:y",
		},
		"both say so": {
			[]spaceStep{{name: "hubspot", says: "crm"}, {name: "bitrix24", says: "crm"}},
			"101=bitrix24",
		},
		"both say so, and are not the first": {
			[]spaceStep{{name: "shop"}, {name: "hubspot", says: "crm"}, {name: "bitrix24", says: "crm"}},
			"101=shop crm:101=bitrix24",
		},
		"only one says so": {
			[]spaceStep{{name: "hubspot"}, {name: "bitrix24", says: "hubspot", fails: "say keySpace: hubspot there as well"}},
			"101=hubspot",
		},
		"the other one says it later": {
			[]spaceStep{{name: "hubspot"}, {name: "hubspot", says: "hubspot"}, {name: "bitrix24", says: "hubspot"}, {name: "hubspot"}},
			"101=hubspot",
		},
		"who has the name of what others share": {
			[]spaceStep{{name: "shop", says: "crm"}, {name: "crm", fails: "other mappings say keySpace: crm"}},
			"101=shop",
		},
		"a mapping that becomes another's would leave its customers": {
			[]spaceStep{{name: "hubspot"}, {name: "hubspot", says: "crm", fails: "say keySpace: plain"}, {name: "bitrix24"}, {name: "bitrix24", says: "crm", fails: "say keySpace: bitrix24"}},
			"101=hubspot bitrix24:101=bitrix24",
		},
		"plain keys of a mapping": {
			[]spaceStep{{name: "hubspot"}, {name: "bitrix24", says: "plain", fails: "there as well"}, {name: "hubspot", says: "plain"}, {name: "bitrix24", says: "plain"}},
			"101=bitrix24",
		},
		"a store from before, its mapping again": {
			[]spaceStep{{name: "hubspot", legacy: true}, {name: "hubspot", warns: "taken for theirs"}, {name: "hubspot"}},
			"101=hubspot",
		},
		"a store from before, another mapping": {
			[]spaceStep{{name: "hubspot", legacy: true}, {name: "hubspot"}, {name: "bitrix24", fails: "keySpace: plain"}, {name: "bitrix24", says: "bitrix24"}},
			"101=hubspot bitrix24:101=bitrix24",
		},
		"a store from before, two mappings that made links": {
			[]spaceStep{{name: "hubspot", legacy: true, links: true}, {name: "contracts", legacy: true, links: true}, {name: "contracts", links: true}, {name: "hubspot", links: true}, {name: "bitrix24", links: true, fails: "keySpace: bitrix24 if they are not"}},
			"101=hubspot billing/101=hubspot billing/101c=contracts",
		},
		"a store from before, new name first": {
			[]spaceStep{{name: "hubspot", legacy: true, links: true}, {name: "bitrix24", says: "bitrix24", links: true}, {name: "hubspot", links: true}},
			"101=hubspot bitrix24:101=bitrix24 billing/101=hubspot billing/bitrix24:101=bitrix24",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, s := range test.steps {
				if s.legacy {
					s.says = plainSpace
				}
				o := Options{Mapping: s.mapping(t), Input: strings.NewReader(`{"key": "101"}`), Format: NDJSON, Now: now}
				summary, err := Run(w.ctx, w.spine(), w.store.Store, o)
				if err != nil {
					if s.fails == "" || !strings.Contains(err.Error(), s.fails) {
						t.Errorf("%+v: %s", s, err)
					}
				} else if s.fails != "" {
					t.Errorf("%+v: there is no fault", s)
				}
				if warnings := strings.Join(summary.Warnings, "; "); s.warns != "" && !strings.Contains(warnings, s.warns) {
					t.Errorf("%+v: %s", s, warnings)
				}
				if s.legacy {
					if err := w.store.Database.Collection(KeySpaces).Drop(w.ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := w.named(); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
		})
	}
}

// named gives all customers and accounts with their names, and checks what leads to them.
func (w *world) named() string {
	w.t.Helper()
	var all []string
	cursor, err := w.store.Database.Collection(profdocs.Customers).Find(w.ctx, bson.D{})
	if err != nil {
		w.t.Fatal(err)
	}
	for cursor.Next(w.ctx) {
		c := w.customer(cursor.Current.Lookup("_id").StringValue())
		all = append(all, c.ID+"="+c.Name)
		if len(c.Relations) != 1 || c.Relations[0].CustomerID != c.ID {
			w.t.Errorf("%+v", c.Relations)
		}
		for _, l := range c.Links {
			if a := w.account(l.RecordID); a.Missing || !strings.HasPrefix(l.RecordID, c.ID) {
				w.t.Errorf("%s is linked to %s", c.ID, l.RecordID)
			} else {
				all = append(all, "billing/"+l.RecordID+"="+a.Value.Name)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if x, y := strings.HasPrefix(a, "billing"), strings.HasPrefix(b, "billing"); x != y {
			return map[bool]int{true: 1, false: -1}[x]
		}
		return strings.Compare(a, b)
	})
	return strings.Join(all, " ")
}

// TestKeysThatLookLikeOthers: a key that another key space would keep is refused.
func TestKeysThatLookLikeOthers(t *testing.T) {
	w := newWorld(t)
	first, second := spaceStep{name: "a"}.mapping(t), spaceStep{name: "b"}.mapping(t)
	w.run(first, NDJSON, `{"key": "1"}`)
	w.run(second, NDJSON, `{"key": "1"}`)
	if s := w.run(first, NDJSON, `{"key": "b:1"}`+"\n"+`{"key": "2"}`); s.Rejected != 1 || s.Loaded != 1 {
		t.Errorf("%+v", s)
	}
	w = newWorld(t)
	w.run(first, NDJSON, `{"key": "b:1"}`)
	if _, err := Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: second, Input: strings.NewReader(`{"key": "1"}`), Format: NDJSON}); err == nil || !strings.Contains(err.Error(), "another keySpace") {
		t.Error(err)
	}
}

// TestKeySpacesDry: a dry run says what would be, and claims nothing.
// TestMappingsOfOneFileName: two files of one name in two folders are two mappings, unless they
// say that they are one.
func TestMappingsOfOneFileName(t *testing.T) {
	w := newWorld(t)
	for _, step := range []struct{ file, head, fails string }{
		{"hubspot/customers.yaml", "", ""},
		{"bitrix24/customers.yaml", "", "write name: customers into this one"},
		{"hubspot/customers.yaml", "", ""},
		{"bitrix24/customers.yaml", "name: bitrix24\n", ""},
		{"moved/customers.yaml", "name: customers\n", ""},
		// Whose name is said is known by it.
		{"again/customers.yaml", "", ""},
		{"bitrix24/customers.yaml", "", "write name: customers into this one"},
	} {
		m, err := ParseMapping(step.file, []byte("version: 1\n"+step.head+"profile: {id: .key}\n"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Input: strings.NewReader(`{"key": "101"}`), Format: NDJSON, Now: now})
		if (err != nil) != (step.fails != "") || err != nil && !strings.Contains(err.Error(), step.fails) {
			t.Errorf("%+v: %v", step, err)
		}
	}
}

func TestKeySpacesDry(t *testing.T) {
	w := newWorld(t)
	dry := func(o *Options) { o.DryRun = true }
	w.run(spaceStep{name: "bitrix24"}.mapping(t), NDJSON, `{"key": "1"}`, dry)
	w.run(spaceStep{name: "hubspot"}.mapping(t), NDJSON, `{"key": "1"}`)
	s := w.run(spaceStep{name: "bitrix24"}.mapping(t), NDJSON, `{"key": "1"}`, dry)
	if got := counts(s); got != "customers 1/0/0" || len(s.Warnings) != 1 || w.customer("1").Name != "hubspot" || w.customer("bitrix24:1") != nil {
		t.Errorf("%s, %v", got, s.Warnings)
	}
}
