package gateway_test

import (
	"net/http"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/graph"
	"customer360/resolvers"
	"customer360/sources/profiles"
)

// theContracts are the schemas that audiences see.
var theContracts = sync.OnceValue(func() map[access.Audience]*ast.Schema {
	all := map[access.Audience]*ast.Schema{}
	for _, a := range access.Audiences {
		contract, err := graph.NewContract(a)
		if err != nil {
			panic(err)
		}
		all[a] = contract.Schema
	}
	return all
})

// theScopes are those that the schema knows.
var theScopes = []string{
	"customers:list", "billing:read", "support:read", "social:read", "relations:read", "audit:read", "customer:export", "customer:erase",
	"sensitive:name", "sensitive:email", "sensitive:phone", "sensitive:handle", "sensitive:address", "sensitive:birth-date", "sensitive:free-text",
}

// caller draws who asks in a world: somebody without a credential, or somebody of any
// audience, with some scopes, purposes and rows.
func (d *draw) caller(w *chancyWorld) *access.Caller {
	if d.chance(0.35) {
		return access.Everyone
	}
	c := &access.Caller{Credential: "key:TEST", Audience: one(d, access.Audiences...), Purposes: one(d, nil, []string{"profiling"}, []string{"*"}), Partner: one(d, "", "p")}
	share := d.Float64()
	for _, scope := range theScopes {
		if d.chance(share) {
			c.Scopes = append(c.Scopes, scope)
		}
	}
	if d.chance(0.1) {
		c.Scopes = access.Scopes{"*"}
	}
	if d.chance(0.25) {
		c.Rows = append(c.Rows, access.Row{Attribute: "tier", In: []string{"GOLD", "SILVER", "text 1"}})
	}
	if d.chance(0.15) {
		c.Rows = append(c.Rows, access.Row{Source: profiles.Billing, System: one(d, "", "one")})
	}
	return c
}

// admit lets the world's caller in, and draws who sees which attribute.
func (w *chancyWorld) admit(d *draw) {
	w.caller = d.caller(w)
	if !w.caller.Open {
		w.config.Authenticate = func(*http.Request) (*access.Caller, error) { return w.caller, nil }
	}
	w.config.Matching = []byte("a secret of the test, and only of it")
	w.config.IDSecret = w.config.Matching
	w.config.Attributes = map[string]resolvers.AttributeRule{
		"tier":   {Audiences: []access.Audience{access.Frontend, access.Analyst, access.Partner}},
		"points": {Audiences: []access.Audience{access.Frontend, access.Analyst}, Class: one(d, "", access.FreeText)},
		"since":  {Audiences: []access.Audience{access.Frontend}, Class: one(d, "", access.BirthDate)},
	}
}

// schema is what the world's caller sees.
func (w *chancyWorld) schema() *ast.Schema { return theContracts()[w.caller.Audience] }
