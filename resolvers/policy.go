package resolvers

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/graph/executor"
	"customer360/graph/relay"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// This file says what a caller may see. Rules stand in the schema, by the directives @scope,
// @sensitive and @consent; they are read once, and every reader of the graph asks here.

// A policy is the rules of a contract.
type policy struct {
	contract *audience.Contract
	// subgraph is the contract as [graph.SubgraphSDL] gives it.
	subgraph func() string
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
	p := &policy{contract: contract, subgraph: sync.OnceValue(func() string { return graph.SubgraphSDL(contract) }), seal: seal, spine: spine, attributes: attributes, rules: map[string]rule{}, carries: map[string][]carried{}}
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
		return customer.Refuse(customer.CodeForbidden, "it needs the scope "+strings.Join(r.scopes, " or "))
	case r.purpose != "" && (caller.Purpose != r.purpose || !caller.MayFor(r.purpose)):
		return customer.Refuse(customer.CodeConsentRequired, "it is read for the purpose "+r.purpose+" only: the request declares that in `extensions.purpose`, and its credential must allow it")
	}
	return nil
}

// refusal says why a caller may not read what the rule is of; nil: it may.
func (r rule) refusal(caller *access.Caller, c *profiles.Customer) *customer.Error {
	if barred := r.barred(caller); barred != nil {
		return barred
	}
	if r.purpose != "" && (c == nil || !customer.HasConsent(c, r.purpose, time.Now())) {
		return customer.Refuse(customer.CodeConsentRequired, "the customer has not agreed to the purpose "+r.purpose)
	}
	return nil
}

// unaskable says why a caller may not ask by an input, or an enum value of one; nil: it may.
func (p *policy) unaskable(caller *access.Caller, coordinate string) error {
	r, ruled := p.rules[coordinate]
	if !ruled || r.class == "" || caller.Sees(r.class) {
		return nil
	}
	return customer.Refuse(customer.CodeForbidden, "what is masked cannot be asked by: it needs the scope "+r.class.Scope())
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

// masked gives a text as a caller may see it.
func (p *policy) masked(caller *access.Caller, coordinate string, parent any, text string) string {
	class := p.classOf(coordinate, parent)
	switch object := parent.(type) {
	case *profiles.Attribute:
		if coordinate != "Attribute.text" {
			return ""
		}
		if shown := class.Mask(text); shown != "" {
			return shown
		}
		return access.Hidden
	case *profiles.Customer:
		if coordinate == "Customer.displayName" {
			return p.displayName(caller, object)
		}
	}
	shown := class.Mask(text)
	if shown == "" && strings.HasSuffix(coordinate, ".recordId") {
		// There is always one.
		shown = access.Hidden
	}
	return shown
}

// ids are the fields whose values have keys in them.
var ids = map[string]bool{"id": true, "conversationId": true, "cursor": true, "startCursor": true, "endCursor": true}

// seals reports whether the ids and cursors that a caller gets are sealed: in contracts that
// do not show all keys, and from those who may not see the keys of accounts on networks.
func (p *policy) seals(caller *access.Caller) bool {
	return p.seal != nil && !caller.Open && (caller.Audience != access.Internal || !caller.Sees(access.Handle))
}

// open gives an id or a cursor as the graph made it. From who gets them sealed another one is
// none, and "" is given: in what is made by hand could stand what is masked or hidden.
func (p *policy) open(caller *access.Caller, text string) string {
	if p.seal != nil {
		if opened, ok := p.seal.Open(text); ok || p.seals(caller) {
			return opened
		}
	}
	return text
}

func (p *policy) opened(caller *access.Caller, text *string) *string {
	if text == nil {
		return nil
	}
	opened := p.open(caller, *text)
	return &opened
}

// classOf gives the class of a field of an object; "": it is not personal.
func (p *policy) classOf(coordinate string, parent any) access.Class {
	class := p.rules[coordinate].class
	switch object := parent.(type) {
	case *profiles.Attribute:
		return p.attributes[object.Key].Class
	case *profiles.ContactPoint:
		if class == access.ContactPoint {
			return classOf(object)
		}
	case *profiles.Customer:
		// Who has no name is called by something else.
		if coordinate == "Customer.displayName" && object.Name == "" {
			return access.ContactPoint
		}
	case *profiles.Link:
		// On networks, accounts are found by their keys; some have the handle for one.
		if coordinate == "RecordLink.recordId" && object.Source != profiles.Social {
			return ""
		}
	case *customer.Actor:
		if object.ByHandle {
			return access.Handle
		}
	case *customer.Interaction:
		// The title of what a billing system did is made of numbers.
		if coordinate == "Interaction.title" && object.Source == profiles.Billing {
			return ""
		}
	}
	return class
}

// classOf gives the class of a contact point's value, by its channel, else by what it is.
func classOf(p *profiles.ContactPoint) access.Class {
	switch p.Channel {
	case profiles.Email:
		return access.Email
	case profiles.Phone, profiles.SMS:
		return access.Phone
	case profiles.SocialMedia, profiles.Messenger, profiles.Forum:
		return access.Handle
	}
	switch {
	case p.Network != "":
		return access.Handle
	case strings.Contains(p.Value, "@"):
		return access.Email
	case strings.HasPrefix(p.Value, "+"):
		return access.Phone
	}
	return access.Handle
}

// displayName is [profiles.Customer.DisplayName] as a caller may see it: what is masked whole
// is no name, and the next one is taken.
func (p *policy) displayName(caller *access.Caller, c *profiles.Customer) string {
	show := func(class access.Class, value string) string {
		if value == "" || caller.Sees(class) {
			return value
		}
		return class.Mask(value)
	}
	for _, shown := range []string{show(access.Name, c.Name), show(access.Email, c.Email()), show(access.Phone, c.Phone())} {
		if shown != "" {
			return shown
		}
	}
	for i := range c.ContactPoints {
		if point := &c.ContactPoints[i]; point.Value != "" {
			return show(classOf(point), point.Value)
		}
	}
	if p.keyless(caller) {
		return p.seal.Close(relay.NewID("Customer", p.spine, c.ID).String())
	}
	return c.ID
}

// keyless reports whether a caller may not know the company's own keys of customers.
func (p *policy) keyless(caller *access.Caller) bool {
	return p.seals(caller) && !p.contract.ShowsField("CustomerBy", "record")
}

// fieldsOf lists the fields of a type that the contract has, for a message.
func (p *policy) fieldsOf(typ string) string {
	var names []string
	for _, f := range p.contract.Schema.Types[typ].Fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// drops reports whether an object carries a value of an enum that the contract does not show.
func (p *policy) drops(object string, element any) bool {
	v := reflect.Indirect(reflect.ValueOf(element))
	return slices.ContainsFunc(p.carries[object], func(c carried) bool {
		value := v.FieldByName(c.field)
		// What cannot be looked at is not shown.
		return !value.IsValid() || value.Kind() != reflect.String || p.contract.Hides(c.enum, value.String())
	})
}

// dropsSubject is drops for what an interaction is about.
func (p *policy) dropsSubject(subject any) bool {
	switch s := subject.(type) {
	case *billing.Invoice:
		return p.drops("Invoice", s)
	case *billing.Charge:
		return p.drops("Charge", s)
	case *billing.Subscription:
		return p.drops("Subscription", s)
	case *support.Ticket:
		return p.drops("Ticket", s)
	}
	return false
}

// hasAttribute reports whether the contract of an audience has an attribute.
func (p *policy) hasAttribute(of access.Audience, key string) bool {
	return of == access.Internal || slices.Contains(p.attributes[key].Audiences, of)
}

// Guard says to the executor what of an answer a caller may see.
func (g *Graph) Guard() executor.Guard {
	p := g.policy
	return executor.Guard{
		Free: func(ctx context.Context) bool { return operationOf(ctx).caller.Open },
		Allows: func(object, field string) bool {
			r := p.rules[object+"."+field]
			return r.scopes != nil || r.purpose != ""
		},
		Allow: func(ctx context.Context, object, field string, parent any) error {
			c, _ := parent.(*profiles.Customer)
			if err := p.refusal(operationOf(ctx).caller, object+"."+field, c); err != nil {
				return err
			}
			return nil
		},
		Masks: func(object, field string) bool {
			return p.seal != nil && ids[field] || p.rules[object+"."+field].class != "" || object == "Attribute" && slices.Contains([]string{"text", "number", "boolean", "date"}, field)
		},
		Sees: func(ctx context.Context, object, field string, parent any) bool {
			caller := operationOf(ctx).caller
			if ids[field] {
				return !p.seals(caller)
			}
			if field == "displayName" && object == "Customer" && p.keyless(caller) {
				return false
			}
			class := p.classOf(object+"."+field, parent)
			return class == "" || caller.Sees(class)
		},
		Mask: func(ctx context.Context, object, field string, parent any, text string) string {
			if ids[field] {
				return p.seal.Close(text)
			}
			return p.masked(operationOf(ctx).caller, object+"."+field, parent, text)
		},
		Narrowed: p.contract.Narrowed(),
		Other:    audience.Other,
		Hides:    func(object string) bool { return !p.contract.Shows(object) },
		Drops:    func(object string) bool { return p.carries[object] != nil },
		Drop:     p.drops,
	}
}
