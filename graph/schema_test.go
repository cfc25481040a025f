package graph_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/audience"
)

func load(t *testing.T) *ast.Schema {
	data, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(data)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// A partner works from the descriptions: every name has one.
func TestEverythingIsDescribed(t *testing.T) {
	for name, def := range load(t).Types {
		if def.BuiltIn {
			continue
		}
		described(t, name, def.Description)
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			described(t, name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				described(t, name+"."+f.Name+"("+a.Name+":)", a.Description)
			}
		}
		for _, v := range def.EnumValues {
			described(t, name+"."+v.Name, v.Description)
		}
		if def.Kind == ast.Scalar && def.Directives.ForName("specifiedBy") == nil {
			t.Errorf("the scalar %s has no @specifiedBy", name)
		}
	}
}

func described(t *testing.T, name, description string) {
	if len(description) < 5 || !strings.HasSuffix(description, ".") {
		t.Errorf("%s is not described in a sentence: %q", name, description)
	}
}

// nonNull are the output fields, ids and fields of connections aside, that may be
// `!`: keys of the own row, and status. A field that crosses a source, that may be
// hidden from a caller, or that needs a call of its own is never in this list,
// since a null there would take its whole object along.
var nonNull = map[string]string{
	"Query":          "systems attributeDefinitions contract _service _entities",
	"Contract":       "name version sdl scopes purposes deprecations limits",
	"Deprecation":    "coordinate reason",
	"ContractLimits": "tokens depth aliases directives rootFields bodySize pageSize trustedDocumentsOnly",
	"AccessLogEntry": "at action credential audience operationHash fields systems requestId",
	// What a change gives back is of its own making.
	"ExportCustomerPayload": "problems",
	"EraseCustomerPayload":  "problems",
	"CustomerPackage":       "customerId generatedAt complete sources document",
	"PackageRecord":         "source state truncated",
	"Erasure":               "customerId state retry records",
	"ErasedRecord":          "source system recordId state",
	"Problem":               "code message",
	"CustomerNotFound":      "code message",
	"SystemInfo":            "source system kind",
	"AttributeDefinition":   "key type",
	"Customer":              "kind displayName createdAt updatedAt sources sourceStatus",
	"ContactPoint":          "channel isPrimary isMasked",
	"Attribute":             "key type text source",
	"Consent":               "purpose status",
	"Relation":              "kind",
	"RecordLink":            "source system recordId method",
	"Interaction":           "at kind source system",
	"Actor":                 "kind",
	"SourceStatus":          "source state complete stale systems",
	"SystemStatus":          "system state complete stale",
	"Money":                 "amount currency",
	"CurrencyTotals":        "currency",
	"BillingAccount":        "system recordId",
	"Subscription":          "system recordId status",
	"Invoice":               "system recordId status issuedAt",
	"Charge":                "system recordId status chargedAt",
	"Payment":               "system recordId paidAt",
	"Rating":                "rating scale count",
	"Ticket":                "system recordId status createdAt",
	"Score":                 "kind value min max",
	"SocialProfile":         "system recordId network state",
	"Mention":               "system recordId network postedAt",
	"PageInfo":              "hasNextPage hasPreviousPage",
}

func TestNonNullStandsOnKeysAndStatusOnly(t *testing.T) {
	for name, def := range load(t).Types {
		if def.BuiltIn || def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		allowed := map[string]bool{"id": true}
		for _, f := range strings.Fields(nonNull[name]) {
			allowed[f] = true
		}
		switch {
		case strings.HasSuffix(name, "Edge"):
			allowed["cursor"], allowed["node"] = true, true
		case strings.HasSuffix(name, "Connection"):
			allowed["edges"], allowed["nodes"], allowed["pageInfo"], allowed["missingSources"] = true, true, true, true
		}
		for _, f := range def.Fields {
			if f.Type.NonNull != allowed[f.Name] && !strings.HasPrefix(f.Name, "__") && !(allowed[f.Name] && strings.HasSuffix(name, "Connection")) {
				t.Errorf("%s.%s is %s; the rule says `!`: %t", name, f.Name, f.Type, allowed[f.Name])
			}
			// Apollo Federation fixes the type of _entities.
			if f.Type.Elem != nil && !f.Type.Elem.NonNull && f.Name != "_entities" {
				t.Errorf("%s.%s is %s: elements of lists are never null", name, f.Name, f.Type)
			}
		}
	}
}

// Every type with an id is found by it.
func TestTypesWithAnIDAreNodes(t *testing.T) {
	schema := load(t)
	for name, def := range schema.Types {
		if def.Kind == ast.Object && def.Fields.ForName("id") != nil && !contains(def.Interfaces, "Node") {
			t.Errorf("%s has an id and is no Node", name)
		}
	}
}

// A vendor's word that is none of ours needs a place: OTHER, with the word beside it.
func TestVendorsEnumsEndInOther(t *testing.T) {
	schema := load(t)
	for name, def := range schema.Types {
		raw := def.Fields.ForName("rawStatus")
		if raw == nil {
			continue
		}
		enum := schema.Types[def.Fields.ForName("status").Type.Name()]
		if last := enum.EnumValues[len(enum.EnumValues)-1].Name; last != "OTHER" {
			t.Errorf("%s, the status of %s, ends in %s; want OTHER", enum.Name, name, last)
		}
		if !strings.Contains(enum.Description, "Values will be added") {
			t.Errorf("%s does not say that values will be added", enum.Name)
		}
	}
}

// What a rule may take away is never promised. Of some, what is masked leaves something.
func TestWhatIsRuledMayBeNull(t *testing.T) {
	for name, def := range load(t).Types {
		for _, f := range def.Fields {
			ruled := f.Directives.ForName("scope") != nil || f.Directives.ForName("sensitive") != nil || f.Directives.ForName("consent") != nil
			if ruled && def.Kind == ast.Object && f.Type.NonNull && !leaveSomething[name+"."+f.Name] {
				t.Errorf("%s.%s is %s, and a rule may make it null", name, f.Name, f.Type)
			}
			if f.Directives.ForName("consent") != nil && name != "Customer" {
				t.Errorf("%s.%s asks for consent, which is looked for on fields of Customer only", name, f.Name)
			}
		}
	}
}

var leaveSomething = map[string]bool{"Customer.displayName": true, "RecordLink.recordId": true, "SocialProfile.recordId": true, "Mention.recordId": true}

// Clients are told until when what they use stays.
func TestDeprecationsHaveADate(t *testing.T) {
	contract, err := graph.NewContract(access.Internal)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range contract.Deprecations() {
		if d.RemovedOn == "" {
			t.Errorf("the reason of %s does not begin with a date, as \"Until 2027-06-30: use x.\"", d.Coordinate)
		}
	}
}

// The contracts are committed, so that a change of one is seen, and can be compared.
func TestContractsAreCommitted(t *testing.T) {
	for _, a := range access.Audiences {
		contract, err := graph.NewContract(a)
		if err != nil {
			t.Errorf("%s: %v", a, err)
			continue
		}
		file := "../contracts/" + strings.ToLower(string(a)) + ".graphqls"
		committed, err := os.ReadFile(file)
		if err != nil || string(committed) != contract.SDL {
			t.Errorf("%s is not the contract of %s: run go generate ./... (%v)", file, a, err)
		}
		if m := audience.Mentions(contract.SDL, audience.Without(internal(t), contract.Schema)); m != "" {
			t.Errorf("the contract of %s mentions %s, which it does not have", a, m)
		}
	}
}

func internal(t *testing.T) *ast.Schema {
	contract, err := graph.NewContract(access.Internal)
	if err != nil {
		t.Fatal(err)
	}
	return contract.Schema
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// Descriptions are prose, and could tell in words what a contract does not show by name.
func TestDescriptionsForPartnersTellNoOtherSource(t *testing.T) {
	contract, err := graph.NewContract(access.Partner)
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?i)\b(tickets?|mentions?|handles?|sentiment|followers|conversations?|agents?|csat|evidence|relations?)\b`).FindAllString(contract.SDL, -1); found != nil {
		t.Errorf("the contract of partners speaks of %q", found)
	}
}

// What is given for `where`, and all in it, is a filter by its name: null is no condition there.
func TestConditionsAreFilters(t *testing.T) {
	schema := load(t)
	var filters func(def *ast.Definition, seen map[string]bool)
	filters = func(def *ast.Definition, seen map[string]bool) {
		if def.Kind != ast.InputObject || seen[def.Name] {
			return
		}
		seen[def.Name] = true
		if !strings.HasSuffix(def.Name, "Filter") {
			t.Errorf("%s is given for a `where`: name it …Filter, so that null in it is refused", def.Name)
		}
		for _, f := range def.Fields {
			filters(schema.Types[f.Type.Name()], seen)
		}
	}
	seen := map[string]bool{}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			if a := f.Arguments.ForName("where"); a != nil {
				filters(schema.Types[a.Type.Name()], seen)
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("the filters are %v", seen)
	}
}
