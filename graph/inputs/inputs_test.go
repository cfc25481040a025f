package inputs_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/graph/inputs"
)

const library = `
directive @note(text: String) on QUERY | FIELD
scalar Any
input Search { word: String words: [String!] not: Search all: [Search!] id: ID any: Any }
type Query { books(search: Search, words: [String!], any: Any, first: Int): Book }
type Book { title(like: String): String }
`

type schema struct {
	graphql.ExecutableSchema
	of *ast.Schema
}

func (s schema) Schema() *ast.Schema { return s.of }

func TestLimits(t *testing.T) {
	long, short := strings.Repeat("x", 101), strings.Repeat("x", 100)
	list := func(n int, element string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
	}
	for name, test := range map[string]struct {
		query, variables string
		// fault is in the error; "": there is none.
		fault string
	}{
		"nothing is said":                          {query: `{ books { title } }`},
		"a text of the greatest length":            {query: `query($w: String) { books(search: {word: $w}) { title } }`, variables: `{"w": "` + short + `"}`},
		"a text in the document":                   {query: `{ books(search: {id: "` + long + `"}) { title } }`, fault: "`Search.id` takes at most 100 bytes, but it has 101"},
		"a block of text":                          {query: `{ books(search: {id: """` + long + `"""}) { title } }`, fault: "`Search.id` takes at most 100 bytes"},
		"a length of its own, in bytes":            {query: `{ books { title(like: "äöüäöü") } }`, fault: "`Book.title(like:)` takes at most 10 bytes, but it has 12"},
		"a length of its own, by a variable":       {query: `query($w: String) { books { title(like: $w) } }`, variables: `{"w": "0123456789a"}`, fault: "`Book.title(like:)` takes at most 10 bytes, but `$w` has 11"},
		"by a default":                             {query: `query($w: String = "0123456789a") { books { title(like: $w) } }`, fault: "but `$w` has 11"},
		"in a list":                                {query: `query($w: [String!]) { books(words: $w) { title } }`, variables: `{"w": ["a", "` + long + `"]}`, fault: "`Query.books(words:)`"},
		"an element of a list":                     {query: `query($w: String!) { books(words: ["a", $w]) { title } }`, variables: `{"w": "` + long + `"}`, fault: "`Query.books(words:)`"},
		"a list that is a single value":            {query: `query($w: [String!]) { books(words: $w) { title } }`, variables: `{"w": "` + long + `"}`, fault: "`Query.books(words:)`"},
		"deep in an object":                        {query: `query($s: Search) { books(search: {not: $s}) { title } }`, variables: `{"s": {"all": [{"not": {"words": ["` + long + `"]}}]}}`, fault: "`Search.words` takes"},
		"in a scalar that takes anything":          {query: `query($s: Any) { books(any: $s) { title } }`, variables: `{"s": {"a": [{"b": "` + long + `"}]}}`, fault: "`Query.books(any:)` takes"},
		"a name in a scalar that takes anything":   {query: `query($s: Any) { books(any: $s) { title } }`, variables: `{"s": {"` + long + `": 1}}`, fault: "`Query.books(any:)` takes"},
		"a number in a scalar":                     {query: `query($s: Any) { books(any: $s) { title } }`, variables: `{"s": ` + strings.Repeat("1", 101) + `}`, fault: "`Query.books(any:)` takes"},
		"in a directive":                           {query: `query @note(text: "` + long + `") { books { title } }`, fault: "`@note(text:)`"},
		"in a directive, by a variable":            {query: `query($w: String) { books @note(text: $w) { title } }`, variables: `{"w": "` + long + `"}`, fault: "`@note(text:)`"},
		"in a fragment":                            {query: `query($w: ID) { ...f } fragment f on Query { books(search: {id: $w}) { title } }`, variables: `{"w": "` + long + `"}`, fault: "`Search.id` takes"},
		"many values in a variable":                {query: `query($w: [String!]) { books(words: $w) { title } }`, variables: `{"w": ` + list(60, `"a"`) + `}`, fault: "more than 50 values"},
		"as many values as there may be":           {query: `query($w: [String!]) { books(words: $w) { title } }`, variables: `{"w": ` + list(49, `"a"`) + `}`},
		"one variable often":                       {query: `query($w: [String!]) { books(search: {all: [` + strings.Repeat(`{words: $w}`, 6) + `]}) { title } }`, variables: `{"w": ` + list(10, `"a"`) + `}`, fault: "more than 50 values"},
		"one variable in one place, under aliases": {query: `query($w: [String!]) { ` + strings.Repeat(`a: books(words: $w) { title } `, 6) + ` }`, variables: `{"w": ` + list(10, `"a"`) + `}`, fault: "more than 50 values"},
		"one fragment often":                       {query: `query($w: [String!]) { ` + strings.Repeat(`... on Query { ...f } `, 6) + ` } fragment f on Query { books(words: $w) { title } }`, variables: `{"w": ` + list(10, `"a"`) + `}`, fault: "more than 50 values"},
		"values in the document":                   {query: `{ books(words: ` + list(60, `"a"`) + `) { title } }`, fault: "more than 50 values"},
		"many bytes":                               {query: `query($w: String!) { books(search: {words: [` + strings.Repeat(`$w `, 11) + `]}) { title } }`, variables: `{"w": "` + short + `"}`, fault: "more than 1000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			s := gqlparser.MustLoadSchema(&ast.Source{Input: library})
			doc, errs := gqlparser.LoadQueryWithRules(s, test.query, rules.NewDefaultRules())
			if errs != nil {
				t.Fatal(errs)
			}
			var given map[string]any
			if test.variables != "" {
				d := json.NewDecoder(strings.NewReader(test.variables))
				d.UseNumber()
				if err := d.Decode(&given); err != nil {
					t.Fatal(err)
				}
			}
			values, err := validator.VariableValues(s, doc.Operations[0], given)
			if err != nil {
				t.Fatal(err)
			}
			l := inputs.New(inputs.Limits{Text: 100, Values: 50, Bytes: 1000, Lengths: map[string]int{"Book.title(like:)": 10}})
			_ = l.Validate(schema{of: s})
			for range 2 { // The second time from what is known.
				err := l.MutateOperationContext(context.Background(), &graphql.OperationContext{Doc: doc, Operation: doc.Operations[0], Variables: values})
				switch {
				case err == nil && test.fault != "":
					t.Errorf("it was let through; want %q", test.fault)
				case err != nil && (test.fault == "" || !strings.Contains(err.Message, test.fault) || err.Extensions["code"] != "BAD_USER_INPUT"):
					t.Errorf("%v %v; want %q", err, err.Extensions, test.fault)
				case err != nil && len(err.Message) > 300:
					t.Errorf("the error repeats what was sent: %d bytes", len(err.Message))
				}
			}
		})
	}
}

// Fragments that spread fragments double what they say with each one: it is counted in time that
// follows the length of the document, and does not overflow.
func TestFragmentsOfFragments(t *testing.T) {
	var b strings.Builder
	b.WriteString(`query($w: [String!]) { ...f0 } `)
	for i := range 100 {
		next := strings.NewReplacer("N", string(rune('a'+i/26%26))+string(rune('a'+i%26)), "M", string(rune('a'+(i+1)/26%26))+string(rune('a'+(i+1)%26)))
		b.WriteString(next.Replace(`fragment fN on Query { ... on Query { ...fM } ... on Query { ...fM } books(words: $w) { title } } `))
	}
	text := strings.Replace(b.String(), "...f0", "...faa", 1) + `fragment fdw on Query { books(words: $w) { title } }`
	s := gqlparser.MustLoadSchema(&ast.Source{Input: library})
	doc, errs := gqlparser.LoadQueryWithRules(s, text, nil)
	if doc == nil {
		t.Fatal(errs)
	}
	l := inputs.New(inputs.Limits{})
	_ = l.Validate(schema{of: s})
	err := l.MutateOperationContext(context.Background(), &graphql.OperationContext{Doc: doc, Operation: doc.Operations[0], Variables: map[string]any{"w": []any{"a"}}})
	if err == nil || !strings.Contains(err.Message, "values") {
		t.Errorf("2^100 values were let through: %v", err)
	}
}

func TestTooManyValues(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"few":                     {text: `{"a": [1, 2, {"b": null}]}`},
		"many empty objects":      {text: "[" + strings.Repeat("{},", inputs.MaxRequestValues) + "{}]", want: true},
		"many lists in lists":     {text: strings.Repeat("[", inputs.MaxRequestValues+1), want: true},
		"one long text":           {text: `{"a": "` + strings.Repeat(`,:[{\"`, inputs.MaxRequestValues) + `"}`},
		"a text that never ends":  {text: `{"a": "` + strings.Repeat(`,`, 2*inputs.MaxRequestValues)},
		"a backslash at the end":  {text: `"\`},
		"as many as there may be": {text: "[" + strings.Repeat("1,", inputs.MaxRequestValues-1) + "1]"},
	} {
		if got := inputs.TooManyValues([]byte(test.text)); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
