package resolvers

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/customer"
	"customer360/graph/relay"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// wants is what an operation needs of each source. It is fixed before the first
// Fetch, so that all of them bring the same parts and a record is read once.
type wants map[profiles.SourceName]sources.Parts

func (w wants) add(more map[profiles.SourceName]sources.Parts) {
	for source, parts := range more {
		w[source] |= parts
	}
}

type needs = map[profiles.SourceName]sources.Parts

// fieldNeeds says what a field needs, by type and name. Fields that are not here
// need nothing but the record that they are on; timeline, sourceStatus and node
// depend on their arguments.
var fieldNeeds = map[string]map[string]needs{
	"Customer": {
		"displayName":   {profiles.Profile: profiles.Names | profiles.Contacts},
		"name":          {profiles.Profile: profiles.Names},
		"givenName":     {profiles.Profile: profiles.Names},
		"familyName":    {profiles.Profile: profiles.Names},
		"birthDate":     {profiles.Profile: profiles.Names},
		"language":      {profiles.Profile: profiles.Names},
		"timeZone":      {profiles.Profile: profiles.Names},
		"email":         {profiles.Profile: profiles.Contacts},
		"phone":         {profiles.Profile: profiles.Contacts},
		"contactPoints": {profiles.Profile: profiles.Contacts},
		"attributes":    {profiles.Profile: profiles.Attributes},
		"consents":      {profiles.Profile: profiles.Consents},
		"relations":     {profiles.Profile: profiles.Relations},
		"links":         {profiles.Profile: profiles.Links},
		"billing":       {profiles.Profile: profiles.Links, profiles.Billing: billing.PartAccount},
		"support":       {profiles.Profile: profiles.Links, profiles.Support: support.PartContact},
		"social":        {profiles.Profile: profiles.Links, profiles.Social: social.PartProfile},
		"sources":       {profiles.Profile: profiles.Links},
	},
	"Billing": {
		"balance":       {profiles.Billing: billing.PartBalance},
		"mrr":           {profiles.Billing: billing.PartSubscriptions},
		"totals":        {profiles.Billing: billing.PartBalance | billing.PartSubscriptions},
		"subscriptions": {profiles.Billing: billing.PartSubscriptions},
		"invoices":      {profiles.Billing: billing.PartInvoices},
		"charges":       {profiles.Billing: billing.PartCharges},
		"lastPayment":   {profiles.Billing: billing.PartCharges},
	},
	"BillingAccount": {
		"balance": {profiles.Billing: billing.PartBalance},
	},
	"Support": {
		"openTickets":   {profiles.Support: support.PartTickets},
		"csat":          {profiles.Support: support.PartTickets},
		"lastContactAt": {profiles.Support: support.PartTickets | support.PartMessages},
		"tickets":       {profiles.Support: support.PartTickets},
	},
	"Social": {
		"sentiment": {profiles.Social: social.PartMentions},
		"mentions":  {profiles.Social: social.PartMentions},
	},
}

// nodeNeeds says what finding an object by its id needs, by type.
var nodeNeeds = map[string]needs{
	"Billing":        {profiles.Profile: profiles.Links, profiles.Billing: billing.PartAccount},
	"Support":        {profiles.Profile: profiles.Links, profiles.Support: support.PartContact},
	"Social":         {profiles.Profile: profiles.Links, profiles.Social: social.PartProfile},
	"BillingAccount": {profiles.Billing: billing.PartAccount},
	"Subscription":   {profiles.Billing: billing.PartSubscriptions},
	"Invoice":        {profiles.Billing: billing.PartInvoices},
	"Charge":         {profiles.Billing: billing.PartCharges},
	"Payment":        {profiles.Billing: billing.PartCharges},
	"Ticket":         {profiles.Support: support.PartTickets},
	"SocialProfile":  {profiles.Social: social.PartProfile},
	"Mention":        {profiles.Social: social.PartMentions},
}

// headParts are what a source must be asked for at least, to know that there is a record.
var headParts = needs{
	profiles.Billing: billing.PartAccount,
	profiles.Support: support.PartContact,
	profiles.Social:  social.PartProfile,
}

// needsOf says what a field of an operation needs, its arguments counted in.
func needsOf(typ string, field *ast.Field, variables map[string]any) needs {
	if typ == "Customer" && field.Name == "timeline" {
		n := customer.PartsOf(kindsOf(field, variables))
		n[profiles.Profile] |= profiles.Links
		return n
	}
	if typ == "Customer" && field.Name == "sourceStatus" {
		of, _ := field.ArgumentMap(variables)["of"].(string)
		n := needs{profiles.Profile: profiles.Links}
		if head, ok := headParts[profiles.SourceName(of)]; ok {
			n[profiles.SourceName(of)] = head
		}
		return n
	}
	if typ == "Query" && field.Name == "node" {
		text, _ := field.ArgumentMap(variables)["id"].(string)
		id, err := relay.ParseID(text)
		if err != nil {
			return nil
		}
		if id.Type == "Interaction" && len(id.Parts) == interactionParts {
			return customer.PartsOf([]customer.InteractionKind{customer.InteractionKind(id.Parts[3])})
		}
		return nodeNeeds[id.Type]
	}
	return fieldNeeds[typ][field.Name]
}

// kindsOf gives the kinds that a timeline is asked for; nil: all of them.
func kindsOf(field *ast.Field, variables map[string]any) []customer.InteractionKind {
	var kinds []customer.InteractionKind
	if given := words(field.ArgumentMap(variables)["kinds"]); given != nil {
		kinds = make([]customer.InteractionKind, len(given))
		for i, word := range given {
			kinds[i] = customer.InteractionKind(word)
		}
	}
	return kinds
}

// wantsOf walks an operation, each fragment once, and gives the union of what its
// fields need. @skip and @include are applied.
func wantsOf(op *graphql.OperationContext) wants {
	w := wants{}
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
				w.add(needsOf(typ, s, op.Variables))
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

// selectedSources says which sources the fields of a selection on a customer ask,
// aliases, fragments and @skip applied.
func selectedSources(op *graphql.OperationContext, set ast.SelectionSet) map[profiles.SourceName]bool {
	return sourcesOf(graphql.CollectFields(op, set, []string{"Customer", "Node"}), op.Variables)
}

// sourcesOf says which sources fields of a customer ask.
func sourcesOf(fields []graphql.CollectedField, variables map[string]any) map[profiles.SourceName]bool {
	selected := map[profiles.SourceName]bool{}
	for _, f := range fields {
		for source := range needsOf("Customer", f.Field, variables) {
			if source != profiles.Profile {
				selected[source] = true
			}
		}
	}
	return selected
}
