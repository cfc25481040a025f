package operation

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/customer"
	"customer360/graph/audience"
	"customer360/graph/relay"
	"customer360/sources/profiles"
)

// This file says what a caller may see. Rules stand in the schema, by the directives @scope,
// @sensitive and @consent; they are read once, and every reader of the graph asks here.

// A policy is the rules of a contract.
type policy struct {
	contract *audience.Contract
	// seal closes the ids and cursors of callers who may not see all keys; nil: nobody's.
	seal *relay.Seal
	// spine is the name of the spine in ids.
	spine string
	// rules are by coordinate, as "Customer.billing".
	rules map[string]rule
	// sources are the rules of sourceFields.
	sources map[profiles.SourceName]rule
	// attributes are those that not everybody sees whole, by key.
	attributes map[string]AttributeRule
	// carries are the fields of an object type whose enums the contract does not show whole.
	carries map[string][]carried
	// billing, support, social: the contract has the source. systems: it names systems.
	billing, support, social, systems bool
	// consents: a rule asks for the customer's consent.
	consents bool
	// kinds are what a timeline has where it is not said; nil: all kinds.
	kinds []customer.InteractionKind
}

// An AttributeRule says who sees an attribute of customers.
type AttributeRule struct {
	// Audiences are the contracts, apart from the internal one, that have it.
	Audiences []access.Audience
	// Class masks its value, unless the scope is held; "": it is not personal.
	Class access.Class
}

type rule struct {
	scopes  []string
	class   access.Class
	purpose string
}

type carried struct{ field, enum string }

func newPolicy(schema *ast.Schema, contract *audience.Contract, attributes map[string]AttributeRule, seal *relay.Seal, spine string) *policy {
	p := &policy{contract: contract, seal: seal, spine: spine, attributes: attributes, rules: map[string]rule{}, carries: map[string][]carried{}}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			p.add(def.Name+"."+f.Name, f.Directives)
			if narrowed := f.Type.Name(); def.Kind == ast.Object && contract.Narrowed()[narrowed] != nil && f.Type.Elem == nil {
				p.carries[def.Name] = append(p.carries[def.Name], carried{capital(f.Name), narrowed})
			}
		}
		for _, v := range def.EnumValues {
			p.add(def.Name+"."+v.Name, v.Directives)
		}
	}
	p.sources = map[profiles.SourceName]rule{}
	for source, field := range sourceFields {
		p.sources[source] = p.rules["Customer."+field]
	}
	has := func(source profiles.SourceName) bool {
		return contract.ShowsField("Customer", sourceFields[source]) && !contract.Hides("SourceName", string(source))
	}
	p.billing, p.support, p.social = has(profiles.Billing), has(profiles.Support), has(profiles.Social)
	p.systems = contract.ShowsField("SourceStatus", "systems")
	if hidden := contract.Narrowed()["InteractionKind"]; hidden != nil {
		for _, v := range contract.Schema.Types["InteractionKind"].EnumValues {
			p.kinds = append(p.kinds, customer.InteractionKind(v.Name))
		}
	}
	return p
}

func (p *policy) add(coordinate string, directives ast.DirectiveList) {
	var r rule
	if d := directives.ForName("scope"); d != nil {
		for _, c := range d.Arguments.ForName("any").Value.Children {
			r.scopes = append(r.scopes, c.Value.Raw)
		}
	}
	if d := directives.ForName("sensitive"); d != nil {
		r.class = access.Class(d.Arguments.ForName("class").Value.Raw)
	}
	if d := directives.ForName("consent"); d != nil {
		r.purpose = d.Arguments.ForName("purpose").Value.Raw
		p.consents = true
	}
	if r.scopes != nil || r.class != "" || r.purpose != "" {
		p.rules[coordinate] = r
	}
}

func capital(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[size:]
}

// needed are the parts of a profile that the rules are decided by.
func (p *policy) needed(c *access.Caller) needs {
	var n needs
	if c.Rows != nil {
		n.Profile |= profiles.Attributes | profiles.Undeclared | profiles.Links
	}
	if p.consents && !c.Open {
		n.Profile |= profiles.Consents
	}
	return n
}

// refusal says why a caller may not read what stands at a coordinate; nil: it may. Where a
// customer's consent counts, c is the customer.
func (p *policy) refusal(caller *access.Caller, coordinate string, c *profiles.Customer) *customer.Error {
	if caller.Open {
		return nil
	}
	return p.rules[coordinate].refusal(caller, c)
}

// barred says why a caller may not read what the rule is of, whoever the customer is; nil: that
// is for the customer to say, or it may.
func (r rule) barred(caller *access.Caller) *customer.Error {
	switch {
	case !caller.May(r.scopes...):
		return customer.Refuse(customer.CodeForbidden, requires(r.scopes...))
	case r.purpose != "" && (caller.Purpose != r.purpose || !caller.MayFor(r.purpose)):
		return customer.Refuse(customer.CodeConsentRequired, "Requires the purpose `"+r.purpose+"`: declare it in `extensions.purpose`, with a credential that allows it.")
	}
	return nil
}

// requires words what a caller lacks: one of the scopes.
func requires(scopes ...string) string {
	return "Requires scope `" + strings.Join(scopes, "` or `") + "`."
}

// refusal says why a caller may not read what the rule is of; nil: it may.
func (r rule) refusal(caller *access.Caller, c *profiles.Customer) *customer.Error {
	if barred := r.barred(caller); barred != nil {
		return barred
	}
	if r.purpose != "" && (c == nil || !customer.HasConsent(c, r.purpose, time.Now())) {
		return customer.Refuse(customer.CodeConsentRequired, "The customer has not agreed to the purpose `"+r.purpose+"`.")
	}
	return nil
}

// unaskable says why a caller may not ask by an input, or an enum value of one; nil: it may.
func (p *policy) unaskable(caller *access.Caller, coordinate string) error {
	r, ruled := p.rules[coordinate]
	if !ruled || r.class == "" || caller.Sees(r.class) {
		return nil
	}
	return customer.Refuse(customer.CodeForbidden, "Cannot filter or sort by a masked field. "+requires(r.class.Scope()))
}

// sourceFields are the fields of a customer whose rules are those of a source as a whole, in
// the timeline and in status as well.
var sourceFields = map[profiles.SourceName]string{profiles.Billing: "billing", profiles.Support: "support", profiles.Social: "social"}

// shows reports whether the contract has a source at all.
func (p *policy) shows(source profiles.SourceName) bool {
	switch source {
	case profiles.Billing:
		return p.billing
	case profiles.Support:
		return p.support
	case profiles.Social:
		return p.social
	}
	return true
}

// hasAttribute reports whether the contract of an audience has an attribute.
func (p *policy) hasAttribute(of access.Audience, key string) bool {
	return of == access.Internal || slices.Contains(p.attributes[key].Audiences, of)
}
