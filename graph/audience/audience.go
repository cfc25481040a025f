// Package audience derives contracts from one schema. A contract is the part of the schema
// that one audience may see, as a schema of its own: what it does not have cannot be
// selected, introspected or suggested, and no text in it names it.
//
// The directive @audience(in: […]) is an allow-list, on types and their members. What is
// not tagged is in no audience's contract; the tag of a type is the default for its
// members, and a member's own tag replaces it. The consequences are applied: a field whose
// type is hidden is hidden too, and so is a type that no field leads to.
//
// The package knows no schema and no audience by name.
package audience

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// Other is the value of an enum that stands for those that a contract does not show.
const Other = "OTHER"

// Options say how contracts are made.
type Options struct {
	// Rules are directives of the schema, beside @audience, that speak to the server: no
	// contract shows them.
	Rules []string
	// Describe gives what a description should say of a rule that stands on a type of this kind
	// or on a member of one, or ""; nil: nothing.
	Describe func(rule *ast.Directive, on ast.DefinitionKind) string
}

// A Contract is what one audience sees of a schema.
type Contract struct {
	// Schema is what operations are validated against, and what introspection shows.
	Schema *ast.Schema
	// SDL is the schema as a document, sorted by name.
	SDL string
	// hidden are the values that an enum has, and that the contract does not show.
	hidden map[string][]string
}

// New gives the contract of an audience; "": the whole schema, for which nothing but the
// rules is left out. The error lists all that cannot be so: a field that is there without an
// argument that it needs, an enum that hides values and has no OTHER to send instead.
func New(schema *ast.Schema, audience string, o Options) (*Contract, error) {
	p := newPruner(schema, audience, o)
	pruned := p.prune()
	if err := errors.Join(p.faults...); err != nil {
		return nil, err
	}
	hidden := map[string]bool{}
	if audience != "" {
		hidden = Without(newPruner(schema, "", o).prune(), pruned)
		redact(pruned, hidden)
	}
	sdl := Print(pruned)
	// Loaded anew, so that what is served is what is printed, and is valid.
	loaded, err := gqlparser.LoadSchema(&ast.Source{Name: "contract", Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("the contract of %q is not valid: %w", audience, err)
	}
	delete(loaded.Directives, "defer")
	// GraphQL's own descriptions came with it.
	redact(loaded, hidden)
	return &Contract{Schema: loaded, SDL: sdl, hidden: p.hidden}, nil
}

// Print gives a schema as a document, sorted by name, without what GraphQL itself defines.
func Print(schema *ast.Schema) string {
	var b bytes.Buffer
	if schema.Description != "" {
		// The formatter leaves it out where the roots have their usual names.
		fmt.Fprintf(&b, "\"\"\"\n%s\n\"\"\"\nschema {\n", schema.Description)
		for _, root := range []struct {
			operation string
			def       *ast.Definition
		}{{"query", schema.Query}, {"mutation", schema.Mutation}, {"subscription", schema.Subscription}} {
			if root.def != nil {
				fmt.Fprintf(&b, "  %s: %s\n", root.operation, root.def.Name)
			}
		}
		b.WriteString("}\n\n")
	}
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(schema)
	return strings.ReplaceAll(b.String(), "\n}\n", "\n}\n\n")
}

// Shows reports whether a type is in the contract.
func (c *Contract) Shows(typ string) bool { return c.Schema.Types[typ] != nil }

// ShowsField reports whether a field of a type is in the contract.
func (c *Contract) ShowsField(typ, field string) bool {
	def := c.Schema.Types[typ]
	return def != nil && def.Fields.ForName(field) != nil
}

// Hides reports whether a value of an enum, which is in the whole schema, is not in the
// contract.
func (c *Contract) Hides(enum, value string) bool {
	return slices.Contains(c.hidden[enum], value)
}

// Narrowed gives the enums that the contract does not show all values of, with the values
// that it does not show.
func (c *Contract) Narrowed() map[string][]string { return c.hidden }

// Version names the contract as it is: it changes when the SDL does.
func (c *Contract) Version() string {
	sum := sha256.Sum256([]byte(c.SDL))
	return hex.EncodeToString(sum[:6])
}
