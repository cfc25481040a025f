package graph

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/graph/audience"
)

func init() {
	// gqlgen declares @defer whether or not a transport can send a second part; a
	// client that used it would wait for it forever.
	delete(parsedSchema.Directives, "defer")
}

// Schema gives the whole schema, with the rules that no contract shows. It must not be
// changed.
func Schema() *ast.Schema { return parsedSchema }

// NewSchema gives the schema of a contract with its resolvers, ready to be executed.
func NewSchema(resolvers ResolverRoot, contract *audience.Contract) graphql.ExecutableSchema {
	return NewExecutableSchema(Config{Resolvers: resolvers, Schema: contract.Schema})
}

// NewContract gives the contract of an audience: for [access.Internal] the whole schema.
func NewContract(of access.Audience) (*audience.Contract, error) {
	name := string(of)
	if of == access.Internal {
		name = ""
	}
	return audience.New(parsedSchema, name, audience.Options{Rules: []string{"scope", "sensitive", "consent", "length"}, Describe: describe})
}

// Scopes lists the scopes that the rules of the schema ask for, sorted.
var Scopes = sync.OnceValue(func() []string {
	var all []string
	for _, def := range parsedSchema.Types {
		for _, f := range def.Fields {
			if d := f.Directives.ForName("scope"); d != nil {
				for _, c := range d.Arguments.ForName("any").Value.Children {
					all = append(all, c.Value.Raw)
				}
			}
			if d := f.Directives.ForName("sensitive"); d != nil {
				if class := access.Class(d.Arguments.ForName("class").Value.Raw); class != access.ContactPoint {
					all = append(all, class.Scope())
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
})

// Lengths are how long texts in arguments and input fields may be, in bytes, where the schema says
// so: by coordinate, as "Query.customers(after:)" and "StringFilter.eq".
var Lengths = sync.OnceValue(func() map[string]int {
	all := map[string]int{}
	add := func(coordinate string, directives ast.DirectiveList) {
		if d := directives.ForName("length"); d != nil {
			if n, err := strconv.Atoi(d.Arguments.ForName("max").Value.Raw); err == nil {
				all[coordinate] = n
			}
		}
	}
	for _, def := range parsedSchema.Types {
		for _, f := range def.Fields {
			add(def.Name+"."+f.Name, f.Directives)
			for _, a := range f.Arguments {
				add(def.Name+"."+f.Name+"("+a.Name+":)", a.Directives)
			}
		}
	}
	for _, d := range parsedSchema.Directives {
		for _, a := range d.Arguments {
			add("@"+d.Name+"("+a.Name+":)", a.Directives)
		}
	}
	return all
})

// describe says in a description what a rule means for who reads it.
func describe(rule *ast.Directive, on ast.DefinitionKind) string {
	switch rule.Name {
	case "scope":
		var scopes []string
		for _, c := range rule.Arguments.ForName("any").Value.Children {
			scopes = append(scopes, "`"+c.Value.Raw+"`")
		}
		return "Requires scope " + strings.Join(scopes, " or ") + "."
	case "sensitive":
		class := access.Class(rule.Arguments.ForName("class").Value.Raw)
		switch {
		case on != ast.Object:
			return "Requires scope `" + class.Scope() + "`."
		case class == access.ContactPoint:
			return "Masked without the scope of its kind, such as `" + access.Email.Scope() + "`."
		}
		return "Masked without scope `" + class.Scope() + "`."
	case "length":
		return "At most " + rule.Arguments.ForName("max").Value.Raw + " bytes."
	case "consent":
		return "Requires purpose `" + rule.Arguments.ForName("purpose").Value.Raw + "`, declared in `extensions.purpose`, and the customer's consent to it."
	}
	return ""
}
