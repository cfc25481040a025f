package operation

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/customer"
	"customer360/graph/relay"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

type needs = customer.Needs

// fieldNeeds says what a field needs, by type and name. Fields that are not here
// need nothing but the record that they are on; timeline, sourceStatus and node
// depend on their arguments.
var fieldNeeds = map[string]map[string]needs{
	"Customer": {
		"displayName":   {Profile: profiles.Names | profiles.Contacts},
		"name":          {Profile: profiles.Names},
		"givenName":     {Profile: profiles.Names},
		"familyName":    {Profile: profiles.Names},
		"birthDate":     {Profile: profiles.Names},
		"language":      {Profile: profiles.Names},
		"timeZone":      {Profile: profiles.Names},
		"email":         {Profile: profiles.Contacts},
		"emailHash":     {Profile: profiles.Contacts},
		"phoneHash":     {Profile: profiles.Contacts},
		"phone":         {Profile: profiles.Contacts},
		"contactPoints": {Profile: profiles.Contacts},
		"attributes":    {Profile: profiles.Attributes},
		"consents":      {Profile: profiles.Consents},
		"relations":     {Profile: profiles.Relations},
		"links":         {Profile: profiles.Links},
		"billing":       {Profile: profiles.Links, Billing: billing.PartAccount},
		"support":       {Profile: profiles.Links, Support: support.PartContact},
		"social":        {Profile: profiles.Links, Social: social.PartProfile},
		"sources":       {Profile: profiles.Links},
	},
	"Mutation": {
		"exportCustomer": {Profile: profiles.Links},
		"eraseCustomer":  {Profile: profiles.Links},
	},
	"Billing": {
		"balance":       {Billing: billing.PartBalance},
		"mrr":           {Billing: billing.PartSubscriptions},
		"totals":        {Billing: billing.PartBalance | billing.PartSubscriptions},
		"subscriptions": {Billing: billing.PartSubscriptions},
		"invoices":      {Billing: billing.PartInvoices},
		"charges":       {Billing: billing.PartCharges},
		"lastPayment":   {Billing: billing.PartCharges},
	},
	"BillingAccount": {
		"balance": {Billing: billing.PartBalance},
	},
	"Support": {
		"openTickets":   {Support: support.PartTickets},
		"csat":          {Support: support.PartTickets},
		"lastContactAt": {Support: support.PartTickets | support.PartMessages},
		"tickets":       {Support: support.PartTickets},
	},
	"Social": {
		"sentiment": {Social: social.PartMentions},
		"mentions":  {Social: social.PartMentions},
	},
}

// nodeNeeds says what finding an object by its id needs, by type.
var nodeNeeds = map[string]needs{
	"Billing":        {Profile: profiles.Links, Billing: billing.PartAccount},
	"Support":        {Profile: profiles.Links, Support: support.PartContact},
	"Social":         {Profile: profiles.Links, Social: social.PartProfile},
	"BillingAccount": {Billing: billing.PartAccount},
	"Subscription":   {Billing: billing.PartSubscriptions},
	"Invoice":        {Billing: billing.PartInvoices},
	"Charge":         {Billing: billing.PartCharges},
	"Payment":        {Billing: billing.PartCharges},
	"Ticket":         {Support: support.PartTickets},
	"SocialProfile":  {Social: social.PartProfile},
	"Mention":        {Social: social.PartMentions},
}

// InteractionParts is how many parts an Interaction's id has: source, system, owner, kind, record.
const InteractionParts = 5

// headParts are what a source must be asked for at least, to know that there is a record.
var headParts = needs{Billing: billing.PartAccount, Support: support.PartContact, Social: social.PartProfile}

// needsOf says what a field of an operation needs, its arguments counted in.
func (p *policy) needsOf(typ string, field *ast.Field, variables map[string]any) needs {
	if typ == "Customer" && field.Name == "timeline" {
		n := customer.PartsOf(p.kindsOf(field, variables))
		n.Profile |= profiles.Links
		return n
	}
	if typ == "Customer" && field.Name == "sourceStatus" {
		n := needs{Profile: profiles.Links}
		of, _ := field.ArgumentMap(variables)["of"].(string)
		switch profiles.SourceName(of) {
		case profiles.Billing:
			n.Billing = headParts.Billing
		case profiles.Support:
			n.Support = headParts.Support
		case profiles.Social:
			n.Social = headParts.Social
		}
		return n
	}
	return fieldNeeds[typ][field.Name]
}

// needsOfNode says what finding the object of a node field needs.
func (p *policy) needsOfNode(caller *access.Caller, field *ast.Field, variables map[string]any) needs {
	text, _ := field.ArgumentMap(variables)["id"].(string)
	id, err := relay.ParseID(p.open(caller, text))
	switch {
	case err != nil:
		return needs{}
	case id.Type == "Interaction" && len(id.Parts) == InteractionParts:
		return customer.PartsOf([]customer.InteractionKind{customer.InteractionKind(id.Parts[3])})
	}
	return nodeNeeds[id.Type]
}

// kindsOf gives the kinds that a timeline is asked for; nil: all of them.
func (p *policy) kindsOf(field *ast.Field, variables map[string]any) []customer.InteractionKind {
	kinds := p.kinds
	if given := words(field.ArgumentMap(variables)["kinds"]); given != nil {
		kinds = make([]customer.InteractionKind, len(given))
		for i, word := range given {
			kinds[i] = customer.InteractionKind(word)
		}
	}
	return kinds
}

// wantsOf walks an operation, each fragment once, and gives the union of what its
// fields need. @skip and @include are applied. It is fixed before the first Fetch, so that
// all of them bring the same parts and a record is read once.
func wantsOf(op *graphql.OperationContext, p *policy, caller *access.Caller) needs {
	var w needs
	seen := map[string]bool{}
	var walk func(typ string, set ast.SelectionSet)
	walk = func(typ string, set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if s.Definition == nil || !included(s.Directives, op.Variables) {
					continue
				}
				// A field of an interface is one of its types' field, which has the same needs.
				if s.ObjectDefinition != nil {
					typ = s.ObjectDefinition.Name
				}
				if typ == "Query" && s.Name == "node" {
					w.Add(p.needsOfNode(caller, s, op.Variables))
				} else {
					w.Add(p.needsOf(typ, s, op.Variables))
				}
				walk(s.Definition.Type.Name(), s.SelectionSet)
			case *ast.InlineFragment:
				if included(s.Directives, op.Variables) {
					walk(s.TypeCondition, s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if included(s.Directives, op.Variables) && !seen[s.Name] {
					seen[s.Name] = true
					walk(s.Definition.TypeCondition, s.Definition.SelectionSet)
				}
			}
		}
	}
	walk("Query", op.Operation.SelectionSet)
	return w
}

func included(directives ast.DirectiveList, variables map[string]any) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		if on, ok := d.ArgumentMap(variables)["if"].(bool); ok && on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// customerTypes are the types that fragments on a customer can be of.
var customerTypes = []string{"Customer", "Node", "_Entity"}

// selectedSources says which sources the fields of a selection on a customer ask,
// aliases, fragments and @skip applied.
func (p *policy) selectedSources(op *graphql.OperationContext, set ast.SelectionSet) needs {
	return p.sourcesOf(graphql.CollectFields(op, set, customerTypes), op.Variables)
}

// sourcesOf says which sources fields of a customer ask.
func (p *policy) sourcesOf(fields []graphql.CollectedField, variables map[string]any) needs {
	var selected needs
	for _, f := range fields {
		selected.Add(p.needsOf("Customer", f.Field, variables))
	}
	return selected
}
