package audience_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/audience"
)

const head = `
directive @audience(in: [Who!]!) on SCALAR | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @secret on FIELD_DEFINITION
enum Who { A B }
`

func load(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: head + sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

var options = audience.Options{
	Rules:    []string{"secret"},
	Describe: func(*ast.Directive, ast.DefinitionKind) string { return "Kept back." },
}

// names gives the names of a contract that are of its own schema, in one line.
func names(c *audience.Contract) string {
	var all []string
	for _, line := range strings.Split(c.SDL, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, `"`) && !strings.HasPrefix(line, "}") {
			all = append(all, strings.TrimSuffix(line, " {"))
		}
	}
	return strings.Join(all, "\n")
}

func TestATagIsTheDefaultOfMembersAndTheirOwnReplacesIt(t *testing.T) {
	schema := load(t, `
type Query @audience(in: [A, B]) {
  both: Int
  onlyA: Int @audience(in: [A])
  nobody: Int @audience(in: [])
  args(one: Int, two: Int @audience(in: [B])): Int
  hidden: Untagged
  led(by: In): Led
}
type Untagged { x: Int }
type Led @audience(in: [A]) { x: Int  y: Int @audience(in: [B])  z: Led }
input In @audience(in: [A, B]) { f: Int  g: Int @audience(in: [A]) }
`)
	for who, want := range map[string]string{
		"A": "input In\nf: Int\ng: Int\ntype Led\nx: Int\nz: Led\ntype Query\nboth: Int\nonlyA: Int\nargs(one: Int): Int\nled(by: In): Led",
		"B": "type Query\nboth: Int\nargs(one: Int, two: Int): Int",
	} {
		c, err := audience.New(schema, who, options)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(c)); diff != "" {
			t.Errorf("contract of %s (-want +got):\n%s", who, diff)
		}
	}
}

func TestInterfacesUnionsAndEnumsLoseWhatIsHidden(t *testing.T) {
	schema := load(t, `
interface Node @audience(in: [A]) { id: ID }
type Query @audience(in: [A]) { node: Node  any: Any  none: None  e: E  only: Only  takes(e: Sort): Int }
type Seen implements Node @audience(in: [A]) { id: ID  e: E }
type Unseen implements Node { id: ID }
union Any @audience(in: [A]) = Seen | Unseen
union None @audience(in: [A]) = Unseen
enum E @audience(in: [A]) { X  Y @audience(in: [])  OTHER }
enum Only { Z }
enum Sort @audience(in: [A]) { UP  DOWN @audience(in: []) }
`)
	c, err := audience.New(schema, "A", options)
	if err != nil {
		t.Fatal(err)
	}
	want := "union Any = Seen\nenum E\nX\nOTHER\ninterface Node\nid: ID\ntype Query\nnode: Node\nany: Any\ne: E\ntakes(e: Sort): Int\ntype Seen implements Node\nid: ID\ne: E\nenum Sort\nUP"
	if diff := cmp.Diff(want, names(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !c.Hides("E", "Y") || c.Hides("E", "X") || c.Shows("Unseen") || !c.Shows("Seen") || c.ShowsField("Query", "none") {
		t.Error("what is shown and hidden is not told")
	}
	if got := len(c.Schema.GetPossibleTypes(c.Schema.Types["Node"])); got != 1 {
		t.Errorf("Node has %d possible types, want 1", got)
	}
}

func TestWhatCannotBeSoIsToldAtOnce(t *testing.T) {
	schema := load(t, `
type Query @audience(in: [A]) {
  needs(x: Int! @audience(in: [])): Int
  e: NoOther
  sorted(by: Sort = DOWN): Int
  put(in: In): Int
}
enum NoOther @audience(in: [A]) { X  Y @audience(in: []) }
enum Sort @audience(in: [A]) { UP  DOWN @audience(in: []) }
input In @audience(in: [A]) { a: Int  b: Int! @audience(in: []) }
`)
	_, err := audience.New(schema, "A", options)
	if err == nil {
		t.Fatal("there is no error")
	}
	for _, want := range []string{"Query.needs needs the argument x", "NoOther hides [Y] and has no OTHER", "the default of Query.sorted(by:) is DOWN", "In needs the field b"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s\n%v", want, err)
		}
	}
}

func TestDescriptionsDoNotNameWhatIsHidden(t *testing.T) {
	schema := load(t, `
"See `+"`secretField`"+` first. It starts. Then HIDDEN_VALUE; as it is: plain secret words stay."
type Query @audience(in: [A]) {
  "Like SecretType, e.g. this. Kept."
  x: Int @secret
  secretField: SecretType @audience(in: [])
}
type SecretType { hidden: E }
enum E { HIDDEN_VALUE }
`)
	c, err := audience.New(schema, "A", options)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Schema.Query.Description, "It starts. as it is: plain secret words stay."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := c.Schema.Query.Fields.ForName("x").Description, "this. Kept. Kept back."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	hidden := audience.Without(schema, c.Schema)
	if m := audience.Mentions(c.SDL, hidden); m != "" {
		t.Errorf("the contract mentions %s", m)
	}
}

func TestTheWholeContractHasAllButTheRules(t *testing.T) {
	schema := load(t, `type Query { x: Int @secret  y: U }  type U { z: Int }`)
	c, err := audience.New(schema, "", options)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("type Query\nx: Int\ny: U\ntype U\nz: Int", names(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
