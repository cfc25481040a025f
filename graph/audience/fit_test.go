package audience_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/graph/audience"
)

func TestFit(t *testing.T) {
	contract := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { a(by: By, kind: Kind): A, n: Node }
		input By { id: ID }
		enum Kind { ONE }
		interface Node { id: ID }
		type A implements Node { id: ID, b: B, tags(first: Int): [String] }
		type B { c: Int }
	`})
	for name, test := range map[string]struct{ document, want string }{
		"all is there":              {`query Q($by: By) { a(by: $by) { id b { c } } }`, `query Q ($by: By) { a(by: $by) { id b { c } } }`},
		"a field that is not there": {`{ a { id secret } }`, `{ a { id } }`},
		"nothing is left of one":    {`{ a { id b { secret } } }`, `{ a { id } }`},
		"nothing is left at all":    {`{ secret { id } a { b { secret } } }`, ``},
		"an argument":               {`{ a { id tags(last: 1) } }`, `{ a { id } }`},
		"an enum value":             {`{ one: a(kind: ONE) { id } two: a(kind: TWO) { id } }`, `{ one: a(kind: ONE) { id } }`},
		"an input field":            {`{ one: a(by: {id: 1}) { id } two: a(by: {name: "x"}) { id } }`, `{ one: a(by: {id:1}) { id } }`},
		"a variable":                {`query Q($n: Int, $x: Int, $yes: Boolean!) { a { id @include(if: $yes) tags(first: $n) secret(x: $x) } }`, `query Q ($n: Int, $yes: Boolean!) { a { id @include(if: $yes) tags(first: $n) } }`},
		"types of an interface":     {`{ n { __typename ... on A { b { c } } ... on Hidden { d } ... { id } } }`, `{ n { __typename ... on A { b { c } } ... { id } } }`},
		"a root that is not there":  {`mutation { a { id } }`, ``},
	} {
		got, err := audience.Fit(contract, test.document)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got = strings.TrimPrefix(strings.Join(strings.Fields(got), " "), "query "); got != strings.TrimPrefix(test.want, "query ") {
			t.Errorf("%s: %s", name, got)
		}
		if got != "" {
			if _, errs := gqlparser.LoadQueryWithRules(contract, "query "+strings.TrimPrefix(got, "query "), rules.NewDefaultRules()); errs != nil {
				t.Errorf("%s: %v", name, errs)
			}
		}
	}
	for _, document := range []string{`{`, `{ a { id } } query B { a { id } }`, `{ a { ...F } } fragment F on A { id }`} {
		if _, err := audience.Fit(contract, document); err == nil {
			t.Errorf("%s: no error", document)
		}
	}
}
