package graphqlhttp

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
)

// Limits bound what a document may be, before it is validated. They are checked in
// one walk that counts every fragment once, so that the check itself is cheap.
type Limits struct {
	// Length bounds the document's text, in bytes; Name a name in it, since what is not known is
	// compared with what could be meant.
	Length, Name int
	// Tokens bounds the document's length; the parser stops there.
	Tokens int
	// Depth bounds how deep fields nest, fragments spread.
	Depth int
	// Aliases and Directives bound how many there are in the document.
	Aliases    int
	Directives int
	// Repeats bounds how often one name of the answer stands in a selection set, fragments
	// spread: to find out whether they are one field, each is compared with each.
	Repeats int
	// Unknown bounds the fields that the schema does not have: for each of them the validator
	// looks for what was meant.
	Unknown int
	// RootFields bounds the fields at the root of an operation, fragments spread.
	RootFields int
}

// DefaultLimits are wide enough for the introspection queries of common tools and
// for several times the largest example of this project.
var DefaultLimits = Limits{Length: 64 << 10, Name: 200, Tokens: 2000, Depth: 15, Aliases: 30, Directives: 50, RootFields: 20, Repeats: 25, Unknown: 20}

// limiter refuses documents that are beyond the limits. The cache holds those that
// were found to be within them, and valid.
type limiter struct {
	limits Limits
	cache  graphql.Cache[*ast.QueryDocument]
	schema *ast.Schema
}

func (*limiter) ExtensionName() string { return "Limits" }

func (l *limiter) Validate(schema graphql.ExecutableSchema) error {
	l.schema = schema.Schema()
	return nil
}

// MutateOperationParameters refuses a document that is beyond the limits. gqlgen
// parses it again afterwards; validation, which costs more, runs once.
func (l *limiter) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	if _, ok := l.cache.Get(ctx, request.Query); ok {
		return nil
	}
	if err := l.limits.over(request.Query, l.schema); err != nil {
		errcode.Set(err, errcode.ValidationFailed)
		return err
	}
	return nil
}

// Check reports the first limit that a document for a schema is beyond. Whether it can be parsed
// is not looked at.
func (l Limits) Check(query string, schema *ast.Schema) error {
	if err := l.over(query, schema); err != nil {
		return err
	}
	return nil
}

func (l Limits) over(query string, schema *ast.Schema) *gqlerror.Error {
	if err := l.text(query); err != nil {
		return err
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, l.Tokens)
	if err != nil {
		return nil //nolint:nilerr // It is parsed again, and worded, by those who execute it.
	}
	if err := l.check(doc); err != nil {
		return err
	}
	return l.known(doc, schema)
}

// text refuses a document whose text is too long, or that has a name of such a length, or a number.
func (l Limits) text(query string) *gqlerror.Error {
	if len(query) > l.Length {
		return gqlerror.Errorf("The document is longer than the limit of %d bytes: move values into variables.", l.Length)
	}
	lex := lexer.New(&ast.Source{Input: query})
	for range l.Tokens {
		token, err := lex.ReadToken()
		switch {
		case err != nil, token.Kind == lexer.EOF:
			return nil //nolint:nilerr // The parser words it.
		case len(token.Value) > l.Name && (token.Kind == lexer.Name || token.Kind == lexer.Int || token.Kind == lexer.Float):
			return gqlerror.Errorf("A name or a number in the document is longer than the limit of %d characters.", l.Name)
		}
	}
	return nil
}

type counts struct{ depth, rootFields int }

// check walks a document and stops at the first limit that is passed.
func (l Limits) check(doc *ast.QueryDocument) *gqlerror.Error {
	w := walker{limits: l, doc: doc, known: map[string]counts{}, open: map[string]bool{}}
	for _, op := range doc.Operations {
		w.directives(op.Directives)
		c := w.walk(op.SelectionSet)
		w.repeats(op.SelectionSet)
		w.over("depth", c.depth, l.Depth)
		w.over("number of root fields", c.rootFields, l.RootFields)
	}
	for _, f := range doc.Fragments {
		w.directives(f.Directives)
		w.fragment(f.Name)
	}
	return w.err
}

type walker struct {
	limits                 Limits
	doc                    *ast.QueryDocument
	known                  map[string]counts
	open                   map[string]bool
	aliases, directiveSeen int
	err                    *gqlerror.Error
}

func (w *walker) over(what string, n, limit int) {
	if w.err == nil && n > limit {
		w.err = gqlerror.Errorf("The document's %s is over the limit of %d: split it into several requests.", what, limit)
	}
}

func (w *walker) directives(all ast.DirectiveList) {
	w.directiveSeen += len(all)
	w.over("number of directives", w.directiveSeen, w.limits.Directives)
}

// walk gives the depth and the number of fields of a selection set.
func (w *walker) walk(set ast.SelectionSet) counts {
	var c counts
	for _, selection := range set {
		if w.err != nil {
			return c
		}
		var inner counts
		switch s := selection.(type) {
		case *ast.Field:
			if s.Alias != s.Name {
				w.aliases++
				w.over("number of aliases", w.aliases, w.limits.Aliases)
			}
			w.directives(s.Directives)
			w.repeats(s.SelectionSet)
			inner = counts{w.walk(s.SelectionSet).depth + 1, 1}
		case *ast.InlineFragment:
			w.directives(s.Directives)
			inner = w.walk(s.SelectionSet)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
			inner = w.fragment(s.Name)
		}
		c.depth = max(c.depth, inner.depth)
		// Bounded, since fragments that spread fragments double with each one.
		c.rootFields = min(c.rootFields+inner.rootFields, w.limits.RootFields+1)
		w.over("depth", c.depth, w.limits.Depth)
	}
	return c
}

// fragment gives the counts of a fragment, walking it once. One that spreads itself
// is for validation to refuse.
func (w *walker) fragment(name string) counts {
	if c, ok := w.known[name]; ok || w.open[name] {
		return c
	}
	f := w.doc.Fragments.ForName(name)
	if f == nil {
		return counts{}
	}
	w.open[name] = true
	c := w.walk(f.SelectionSet)
	w.known[name] = c
	return c
}

// repeats counts how often each name of the answer stands in a selection set, fragments
// spread, each once.
func (w *walker) repeats(set ast.SelectionSet) {
	if len(set) == 0 || w.err != nil {
		return
	}
	seen, spread := map[string]int{}, map[string]bool{}
	var count func(ast.SelectionSet)
	count = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				seen[s.Alias]++
				if seen[s.Alias] > w.limits.Repeats {
					w.over("number of times that one name stands in a selection", seen[s.Alias], w.limits.Repeats)
					return
				}
			case *ast.InlineFragment:
				count(s.SelectionSet)
			case *ast.FragmentSpread:
				if f := w.doc.Fragments.ForName(s.Name); f != nil && !spread[s.Name] {
					spread[s.Name] = true
					count(f.SelectionSet)
				}
			}
		}
	}
	count(set)
}

// known refuses a document with too many fields that a schema does not have. It looks at every
// field once, as it stands in the document.
func (l Limits) known(doc *ast.QueryDocument, schema *ast.Schema) *gqlerror.Error {
	unknown := 0
	var walk func(*ast.Definition, ast.SelectionSet) bool
	walk = func(on *ast.Definition, set ast.SelectionSet) bool {
		for _, selection := range set {
			below, inner := on, ast.SelectionSet(nil)
			switch s := selection.(type) {
			case *ast.Field:
				below, inner = nil, s.SelectionSet
				if strings.HasPrefix(s.Name, "__") {
					below = schema.Types[map[string]string{"__schema": "__Schema", "__type": "__Type"}[s.Name]]
					break
				}
				// Below what it does not know, the validator does not look.
				if on == nil {
					break
				}
				if def := on.Fields.ForName(s.Name); def != nil {
					below = schema.Types[def.Type.Name()]
				} else {
					unknown++
				}
			case *ast.InlineFragment:
				inner = s.SelectionSet
				if s.TypeCondition != "" {
					below = schema.Types[s.TypeCondition]
				}
			}
			if unknown > l.Unknown || !walk(below, inner) {
				return false
			}
		}
		return true
	}
	for _, op := range doc.Operations {
		root := map[ast.Operation]*ast.Definition{ast.Query: schema.Query, ast.Mutation: schema.Mutation, ast.Subscription: schema.Subscription}[op.Operation]
		if !walk(root, op.SelectionSet) {
			break
		}
	}
	for _, f := range doc.Fragments {
		if unknown > l.Unknown || !walk(schema.Types[f.TypeCondition], f.SelectionSet) {
			break
		}
	}
	if unknown <= l.Unknown {
		return nil
	}
	return gqlerror.Errorf("The document has more than %d fields that are not in the schema: it may be for another schema.", l.Unknown)
}
