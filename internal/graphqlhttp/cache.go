package graphqlhttp

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// cachedDocuments is how many documents are kept parsed and validated: clients have
	// some dozens of them.
	cachedDocuments = 1000
	// cachedNodes bounds what those documents have of fields, arguments, values and the like:
	// each takes some hundred bytes, and a thousand documents as people write them have half
	// as many.
	cachedNodes = 100_000
	// bytesPerNode is how much text takes as much as a node.
	bytesPerNode = 100
)

// A documentCache keeps documents that were parsed and found to be valid, the latest ones.
type documentCache struct {
	mu    sync.Mutex
	kept  *simplelru.LRU[string, cached]
	nodes int
}

type cached struct {
	doc   *ast.QueryDocument
	nodes int
}

var _ graphql.Cache[*ast.QueryDocument] = (*documentCache)(nil)

func newDocumentCache() *documentCache {
	c := &documentCache{}
	// It fails for a size below 1 only.
	c.kept, _ = simplelru.NewLRU(cachedDocuments, func(_ string, gone cached) { c.nodes -= gone.nodes })
	return c
}

// Get gives the document of a text, if it is kept.
func (c *documentCache) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.kept.Get(text)
	return found.doc, ok
}

// Add keeps a document, and forgets those that were not asked for the longest.
func (c *documentCache) Add(_ context.Context, text string, doc *ast.QueryDocument) {
	// The text is kept as well: names and values are parts of it.
	n := nodesOf(doc) + len(text)/bytesPerNode
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.Remove(text)
	c.nodes += n
	c.kept.Add(text, cached{doc, n})
	for c.nodes > cachedNodes && c.kept.Len() > 1 {
		c.kept.RemoveOldest()
	}
}

// nodesOf counts what a document has that takes memory.
func nodesOf(doc *ast.QueryDocument) int {
	n := 0
	var value func(*ast.Value)
	value = func(v *ast.Value) {
		if v == nil {
			return
		}
		n++
		for _, c := range v.Children {
			value(c.Value)
		}
	}
	directives := func(all ast.DirectiveList) {
		for _, d := range all {
			n++
			for _, a := range d.Arguments {
				value(a.Value)
			}
		}
	}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			n++
			switch s := s.(type) {
			case *ast.Field:
				for _, a := range s.Arguments {
					value(a.Value)
				}
				directives(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				directives(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				directives(s.Directives)
			}
		}
	}
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			n++
			value(v.DefaultValue)
		}
		directives(op.Directives)
		walk(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		directives(f.Directives)
		walk(f.SelectionSet)
	}
	return n
}
