package persisted_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/cost"
	"customer360/graph/persisted"
)

func TestDocumentsAreChecked(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { book: Book books(first: Int): [Book!] }
		type Book { id: ID! title(upper: Boolean): String! }`})
	r := persisted.Rules{
		Schema: schema, Tokens: 40, Cost: cost.New(schema, cost.Model{}), PerOperation: 50,
		Limits: func(text string) error {
			if strings.Count(text, "fragment ") > 1 {
				return errors.New("too many fragments")
			}
			return nil
		},
	}
	m := &persisted.Manifest{Documents: []persisted.Document{
		{ID: "1", Name: "Good", Body: "query Good { books(first: 40) { id } }"},
		{ID: "2", Name: "Typo", Body: "query Typo {\n  book { titel shoe }\n}"},
		{ID: "3", Body: "{ book "},
		{ID: "4", Body: "{ book { " + strings.Repeat("id ", 40) + "} }"},
		{ID: "5", Body: "{ book { ...a } } fragment a on Book { ...b } fragment b on Book { id }"},
		{ID: "6", Body: "fragment a on Book { id }"},
		{ID: "7", Name: "Other", Body: "query Name { book { id } }"},
		{ID: "8", Body: "{ books(first: 90) { id } }"},
		{ID: "9", Name: "Pages", Body: "query Pages($n: Int = 10) { books(first: $n) { id } }"},
		{ID: "10", Body: "query($n: Int = 60) { books(first: $n) { id } }"},
		{ID: "11", Body: "query A { book { id } } query B { books(first: 80) { id } }"},
	}}
	findings, dearest := m.Check(r)
	var got []string
	for _, f := range findings {
		line := f.String()
		if f.Minor {
			line = "(minor) " + line
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{
		`document 2 "Typo": 2:10: Cannot query field "titel" on type "Book". Did you mean "title"?`,
		`document 2 "Typo": 2:16: Cannot query field "shoe" on type "Book".`,
		`document 3 "3": 1:8: Expected Name, found <EOF>`,
		`document 4 "4": exceeded token limit of 40`,
		`document 5 "5": too many fragments`,
		`document 6 "6": it has no operation`,
		`document 7 "Other": it has no operation with this name`,
		"document 8 \"8\": 1:1: it costs 91; the limit per operation is 50: request fewer fields, or smaller pages with `first`",
		`(minor) document 9 "Pages": 1:1: it costs up to 101, depending on its variables; above 50, the limit per operation, it is refused`,
		"document 10 \"10\": 1:1: it costs 61; the limit per operation is 50: request fewer fields, or smaller pages with `first`",
		"document 11 \"11\": 1:25: it costs 81; the limit per operation is 50: request fewer fields, or smaller pages with `first`",
	}, got); diff != "" {
		t.Error(diff)
	}
	if dearest != 101 {
		t.Errorf("the dearest costs %d; want 101", dearest)
	}
}
