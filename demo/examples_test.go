package demo

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/console"
	"customer360/sources/profiles"
)

// What the gateway allows unless it is configured otherwise.
const (
	maxDepth   = 15
	maxAliases = 30
	maxRoots   = 20
	maxTokens  = 2000
	maxFirst   = "100"
)

// TestExamples says that the documents that the console offers are valid, keep
// within the gateway's limits, and ask for what the demo company has.
func TestExamples(t *testing.T) {
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
	c := New(moment)
	for _, e := range console.Examples() {
		t.Run(e.Name, func(t *testing.T) {
			document, errs := gqlparser.LoadQueryWithRules(schema, e.Document, rules.NewDefaultRules())
			if errs != nil {
				t.Fatal(errs)
			}
			if len(document.Operations) != 1 || document.Operations[0].Name == "" {
				t.Fatal("not exactly one named operation")
			}
			if lines := strings.Count(e.Document, "\n"); lines < 10 || lines > 60 {
				t.Errorf("%d lines", lines)
			}
			if n := tokens(t, e.Document); n > maxTokens {
				t.Errorf("%d tokens", n)
			}
			if n := len(document.Operations[0].SelectionSet); n > maxRoots {
				t.Errorf("%d root fields", n)
			}
			aliases := 0
			depth := walk(document.Operations[0].SelectionSet, func(f *ast.Field) {
				if f.Alias != f.Name {
					aliases++
				}
				for _, a := range f.Arguments {
					if a.Name == "first" && (len(a.Value.Raw) > len(maxFirst) || len(a.Value.Raw) == len(maxFirst) && a.Value.Raw > maxFirst) {
						t.Errorf("first: %s", a.Value.Raw)
					}
					c.checkArgument(t, f.Name, a.Name, a.Value)
				}
			})
			if depth > maxDepth || aliases > maxAliases {
				t.Errorf("depth %d, %d aliases", depth, aliases)
			}
		})
	}
}

// walk gives the depth of a selection, fragments followed, and each field to f.
func walk(set ast.SelectionSet, f func(*ast.Field)) int {
	deepest := 0
	for _, selection := range set {
		depth := 0
		switch s := selection.(type) {
		case *ast.Field:
			f(s)
			depth = 1 + walk(s.SelectionSet, f)
		case *ast.FragmentSpread:
			depth = walk(s.Definition.SelectionSet, f)
		case *ast.InlineFragment:
			depth = walk(s.SelectionSet, f)
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

func tokens(t *testing.T, document string) int {
	l := lexer.New(&ast.Source{Input: document})
	for n := 0; ; {
		token, err := l.ReadToken()
		if err != nil {
			t.Fatal(err)
		}
		switch token.Kind {
		case lexer.EOF:
			return n
		case lexer.Comment:
		default:
			n++
		}
	}
}

// checkArgument says that what an argument names is there.
func (c *Company) checkArgument(t *testing.T, field, name string, v *ast.Value) {
	t.Helper()
	switch {
	case field == "customer" && name == "by":
		c.checkIdentifier(t, v)
	case field == "customers" && name == "where":
		c.checkFilter(t, v)
	case field == "attributes" && name == "keys":
		for _, key := range v.Children {
			c.checkKey(t, key.Value.Raw)
		}
	}
}

func (c *Company) checkIdentifier(t *testing.T, by *ast.Value) {
	t.Helper()
	var id profiles.Identifier
	var err error
	found := 0
	switch k := by.Children[0]; k.Name {
	case "record":
		if system := k.Value.Children.ForName("system").Raw; system != System {
			t.Errorf("no system %q", system)
		}
		if c.customer(k.Value.Children.ForName("recordId").Raw) != nil {
			found++
		}
	case "email":
		id, err = profiles.EmailIdentifier(k.Value.Raw)
	case "phone":
		id, err = profiles.PhoneIdentifier(k.Value.Raw)
	case "handle":
		id, err = profiles.HandleIdentifier(k.Value.Children.ForName("network").Raw, k.Value.Children.ForName("handle").Raw)
	}
	for _, p := range c.Customers {
		for _, i := range p.Identifiers() {
			if i == id {
				found++
			}
		}
	}
	if found != 1 || err != nil {
		t.Errorf("%d customers with %s, %v", found, by, err)
	}
}

// checkFilter looks at the filters of attributes and phone numbers.
func (c *Company) checkFilter(t *testing.T, v *ast.Value) {
	t.Helper()
	if key := v.Children.ForName("key"); key != nil {
		c.checkKey(t, key.Raw)
		if eq := v.Children.ForName("eq"); eq != nil {
			c.checkValue(t, key.Raw, eq.Raw)
		}
		if in := v.Children.ForName("in"); in != nil {
			for _, one := range in.Children {
				c.checkValue(t, key.Raw, one.Value.Raw)
			}
		}
		return
	}
	for _, child := range v.Children {
		c.checkFilter(t, child.Value)
	}
}

func (c *Company) checkKey(t *testing.T, key string) {
	t.Helper()
	for _, d := range c.Definitions {
		if d.Key == key {
			return
		}
	}
	t.Errorf("no attribute %q", key)
}

func (c *Company) checkValue(t *testing.T, key, value string) {
	t.Helper()
	for _, p := range c.Customers {
		for _, a := range p.Attributes {
			if a.Key == key && a.Text == value {
				return
			}
		}
	}
	t.Errorf("nobody has %s=%s", key, value)
}
