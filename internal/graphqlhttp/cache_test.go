package graphqlhttp

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// What is kept parsed is bounded by what it takes, and the latest stays.
func TestDocumentsKeptAreBounded(t *testing.T) {
	ctx := context.Background()
	add := func(c *documentCache, text string) {
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		c.Add(ctx, text, doc)
	}
	for name, test := range map[string]struct {
		fields, letters, kept int
	}{
		"small ones": {10, 0, cachedDocuments}, "large ones": {1000, 0, 98}, "long ones": {2, 20_000, 495}, "one that is too large": {cachedNodes + 1, 0, 1},
	} {
		c := newDocumentCache()
		text := func(i int) string {
			return fmt.Sprintf("{ a%07d %s} # %s", i, strings.Repeat("b ", test.fields-1), strings.Repeat("c", test.letters))
		}
		for i := range test.kept + 20 {
			add(c, text(i))
			add(c, text(i))
		}
		if c.kept.Len() != test.kept || test.kept > 1 && c.nodes > cachedNodes {
			t.Errorf("%s: %d are kept, of %d nodes; want %d", name, c.kept.Len(), c.nodes, test.kept)
		}
		if _, ok := c.Get(ctx, text(test.kept+19)); !ok {
			t.Errorf("%s: the latest is not kept", name)
		}
		if _, ok := c.Get(ctx, text(0)); ok {
			t.Errorf("%s: the first is kept", name)
		}
	}
}
