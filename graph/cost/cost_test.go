package cost_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/graph/cost"
)

func load(t testing.TB, path string) *ast.Schema {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: path, Input: string(text)})
}

const library = `
type Query {
  book: Book
  shelf(first: Int = 7, last: Int, after: String): BookConnection
  plain(first: Int): [Book!]
  books: [Book!]!
  any: Thing
  node: Node
  me: [[Book]]
}
type Mutation { lend: Book }
interface Node { id: ID! }
type Book implements Node { id: ID! title: String! tags: [String!]! author: Author copies: [Copy!]! }
type Author implements Node { id: ID! name: String books(first: Int): BookConnection }
type Copy { id: ID! }
type BookConnection { edges: [BookEdge!]! nodes: [Book!]! facets: [Copy!]! pageInfo: PageInfo! words: [String!]! }
type BookEdge { node: Book! cursor: String! }
type PageInfo { more: Boolean! }
union Thing = Book | Author
`

func TestCost(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: library})
	c := cost.New(schema, cost.Model{
		Weights: map[string]int{"Book.author": 20, "Book.title": 0, "Author.id": 3},
		Lists:   map[string]int{"Query.books": 3, "BookConnection.facets": 2, "Author.books": 4},
	})
	for name, test := range map[string]struct {
		query, variables string
		cost, most       int
	}{
		"a field":                            {query: `{ book { id } }`, cost: 2},
		"a name of a type":                   {query: `{ __typename book { __typename id } }`, cost: 2},
		"weights":                            {query: `{ book { title author { name } } }`, cost: 22},
		"a list, assumed":                    {query: `{ book { copies { id } } }`, cost: 12},
		"a list of leaves":                   {query: `{ book { tags } }`, cost: 2},
		"a list, configured":                 {query: `{ books { id } }`, cost: 4},
		"a list in a list":                   {query: `{ books { copies { id } } }`, cost: 34},
		"a list of lists":                    {query: `{ me { id } }`, cost: 101},
		"a list with an argument":            {query: `{ plain(first: 5) { id } }`, cost: 6},
		"the argument left out":              {query: `{ plain { id } }`, cost: 21},
		"the argument null":                  {query: `{ plain(first: null) { id } }`, cost: 21},
		"none wanted":                        {query: `{ plain(first: 0) { id } }`, cost: 1},
		"less than none":                     {query: `{ plain(first: -3) { id } }`, cost: 1},
		"more than is given at all":          {query: `{ plain(first: 100000) { id } }`, cost: 101},
		"a connection":                       {query: `{ shelf(first: 5) { edges { node { id } } } }`, cost: 12},
		"from the end":                       {query: `{ shelf(last: 5) { edges { node { id } } } }`, cost: 12},
		"the larger one":                     {query: `{ shelf(first: 5, last: 6) { nodes { id } } }`, cost: 8},
		"the schema's default":               {query: `{ shelf { nodes { id } } }`, cost: 9},
		"beside the elements":                {query: `{ shelf(first: 5) { pageInfo { more } words facets { id } nodes { id } } }`, cost: 13},
		"a connection in a connection":       {query: `{ shelf(first: 5) { nodes { author { books(first: 3) { nodes { id } } } } } }`, cost: 127},
		"its size configured":                {query: `{ shelf(first: 1) { nodes { author { books { nodes { id } } } } } }`, cost: 28},
		"a variable":                         {query: `query($n: Int) { shelf(first: $n) { nodes { id } } }`, variables: `{"n": 5}`, cost: 7, most: 102},
		"a variable, too large":              {query: `query($n: Int) { shelf(first: $n) { nodes { id } } }`, variables: `{"n": 2000000000}`, cost: 102},
		"a variable that is absent":          {query: `query($n: Int) { shelf(first: $n) { nodes { id } } }`, cost: 9, most: 102},
		"a variable that is null":            {query: `query($n: Int) { shelf(first: $n) { nodes { id } } }`, variables: `{"n": null}`, cost: 9, most: 102},
		"a variable with a default":          {query: `query($n: Int = 2) { shelf(first: $n) { nodes { id } } }`, cost: 4, most: 102},
		"variables at two levels":            {query: `query($n: Int, $m: Int) { shelf(first: $n) { nodes { author { books(first: $m) { nodes { id } } } } } }`, variables: `{"n": 2, "m": 3}`, cost: 52, most: 12202},
		"the dearest type":                   {query: `{ any { ... on Book { author { id } } ... on Author { name } } }`, cost: 24},
		"an interface's field":               {query: `{ node { id } }`, cost: 4},
		"a type that cannot be":              {query: `{ node { id ... on Book { tags } ... on Author { name } } }`, cost: 5},
		"fields that merge":                  {query: `{ book { id } book { id author { id } } b: book { id } }`, cost: 27},
		"a fragment, spread twice":           {query: `{ book { ...f ...f } } fragment f on Node { id }`, cost: 2},
		"a fragment in two places":           {query: `{ book { ...f } any { ...f } } fragment f on Node { id }`, cost: 6},
		"skipped":                            {query: `{ book { id @skip(if: true) tags @include(if: false) author @skip(if: false) { id } } }`, cost: 24},
		"skipped by a variable":              {query: `query($s: Boolean!) { book { id ... @skip(if: $s) { tags } } }`, variables: `{"s": true}`, cost: 2, most: 3},
		"not skipped by a variable":          {query: `query($s: Boolean!) { book { id ... @skip(if: $s) { tags } } }`, variables: `{"s": false}`, cost: 3},
		"merged as far as it is not skipped": {query: `query($s: Boolean!) { book @skip(if: $s) { tags } book { id } }`, variables: `{"s": true}`, cost: 2, most: 3},
		"a long text":                        {query: `{ shelf(first: 1, after: "` + strings.Repeat("x", 250) + `") { nodes { id } } }`, cost: 5},
		"a long text, twice by a variable":   {query: `query($a: String) { a: shelf(first: 1, after: $a) { nodes { id } } b: shelf(first: 1, after: $a) { nodes { id } } }`, variables: `{"a": "` + strings.Repeat("x", 250) + `"}`, cost: 10, most: 6},
		"a mutation":                         {query: `mutation { lend { id } }`, cost: 2},
	} {
		t.Run(name, func(t *testing.T) {
			doc, variables := parse(t, schema, test.query, test.variables)
			if test.most == 0 {
				test.most = test.cost
			}
			for range 2 { // The second time from what is kept.
				if n := c.Of(doc, doc.Operations[0], variables); n != test.cost {
					t.Errorf("the cost is %d; want %d", n, test.cost)
				}
			}
			if n := c.Most(doc, doc.Operations[0]); n != test.most {
				t.Errorf("the highest cost is %d; want %d", n, test.most)
			}
		})
	}
}

// parse gives a valid document, and its variables as gqlgen has them when it is executed.
func parse(t testing.TB, schema *ast.Schema, query, variables string) (*ast.QueryDocument, map[string]any) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if errs != nil {
		t.Fatal(errs)
	}
	var given map[string]any
	d := json.NewDecoder(strings.NewReader(variables))
	d.UseNumber()
	if err := d.Decode(&given); err != nil && variables != "" {
		t.Fatal(err)
	}
	coerced, err := validator.VariableValues(schema, doc.Operations[0], given)
	if err != nil {
		t.Fatal(err)
	}
	return doc, coerced
}

// A fragment in a fragment, twice each time, doubles the cost with every one; to compute it
// takes as long as the document is.
func TestNestedFragmentsAreCountedInLinearTime(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: library})
	for name, link := range map[string]string{
		"through fields":             `fragment f%d on Book { a%[1]d: author { books(first: $n) { nodes { ...f%[2]d } } } b%[1]d: author { books { nodes { ...f%[2]d } } } } `,
		"through interfaces":         `fragment f%d on Node { ... on Book { author { ...f%[2]d } x: author { ...f%[2]d } } ... on Author { books { nodes { ...f%[2]d } } } } `,
		"at one place":               `fragment f%d on Node { ... on Book { ...f%[2]d } ... { ...f%[2]d } } `,
		"with different directives":  `fragment f%d on Book { author { books { nodes { ...f%[2]d @skip(if: false) ...f%[2]d @include(if: true) } } } } `,
		"of fields that would merge": `fragment f%d on Book { author { books { nodes { ...f%[2]d } } } author { books { nodes { ...f%[2]d } } } } `,
	} {
		t.Run(name, func(t *testing.T) {
			const depth = 2000
			var b strings.Builder
			b.WriteString(`query($n: Int) { book { ...f0 } } `)
			for i := range depth {
				fmt.Fprintf(&b, link, i, i+1)
			}
			fmt.Fprintf(&b, `fragment f%d on Node { id }`, depth)
			// Not validated: that takes much longer.
			doc, err := parser.ParseQuery(&ast.Source{Input: b.String()})
			if err != nil {
				t.Fatal(err)
			}
			c := cost.New(schema, cost.Model{})
			if n := c.Of(doc, doc.Operations[0], map[string]any{"n": int64(100)}); n != cost.Max && name != "at one place" {
				t.Errorf("the cost is %d; want %d", n, cost.Max)
			}
		})
	}
}

// Introspection has a cost that a caller can afford, and one that nests costs more.
func TestIntrospection(t *testing.T) {
	schema := load(t, "../../schema.graphqls")
	c := cost.New(schema, cost.Model{})
	of := func(query string) int {
		doc, variables := parse(t, schema, query, "")
		return c.Of(doc, doc.Operations[0], variables)
	}
	standard := of(introspection.Query)
	page := of(`{ customers(first: 100) { edges { node { id displayName billing { mrr { amount currency } } support { openTickets } } } } }`)
	if standard == 0 || standard > 2*page {
		t.Errorf("the introspection of tools costs %d, a page of customers %d", standard, page)
	}
	if one, twice := of(`{ __schema { types { fields { name } } } }`), of(`{ __schema { types { fields { type { fields { name } } } } } }`); twice <= one {
		t.Errorf("fields of fields cost %d, fields %d", twice, one)
	}
}

// page is a common query over a page of customers and all sources.
const page = `{ customers(first: 50) { edges { node { displayName billing { mrr { amount } } support { openTickets } social { followers } sources { source state } } } } }`

func BenchmarkCost(b *testing.B) {
	schema := load(b, "../../schema.graphqls")
	for name, test := range map[string]struct{ query, variables string }{
		"literals":   {page, ""},
		"variables":  {`query($first: Int!) ` + strings.Replace(page, "50", "$first", 1), `{"first": 50}`},
		"conditions": {`query($first: Int!, $all: Boolean!) ` + strings.NewReplacer("50", "$first", "social", "social @include(if: $all)").Replace(page), `{"first": 50, "all": true}`},
	} {
		c := cost.New(schema, cost.Model{})
		doc, variables := parse(b, schema, test.query, test.variables)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Of(doc, doc.Operations[0], variables)
			}
		})
		b.Run(name+"/first time", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				op := *doc.Operations[0]
				c.Of(doc, &op, variables)
			}
		})
	}
}
