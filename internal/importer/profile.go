package importer

import (
	"time"

	"github.com/goccy/go-yaml/ast"

	"customer360/sources"
	"customer360/sources/profiles"
)

// The keys of a profile in the mapping.
var profileForm = form[profiles.Customer]{parts: []part[profiles.Customer]{
	needed(field("id", recordKey, func(c *profiles.Customer) *string { return &c.ID })),
	field("kind", oneOf(profiles.Person, profiles.Organization, profiles.OtherKind),
		func(c *profiles.Customer) *profiles.CustomerKind { return &c.Kind }),
	field("name", nameText, func(c *profiles.Customer) *string { return &c.Name }),
	field("givenName", nameText, func(c *profiles.Customer) *string { return &c.GivenName }),
	field("familyName", nameText, func(c *profiles.Customer) *string { return &c.FamilyName }),
	field("birthDate", birthDate, func(c *profiles.Customer) *string { return &c.BirthDate }),
	field("language", languageTag, func(c *profiles.Customer) *string { return &c.Language }),
	field("timeZone", timeZone, func(c *profiles.Customer) *string { return &c.TimeZone }),
	field("createdAt", moment, func(c *profiles.Customer) *time.Time { return &c.CreatedAt }),
	field("updatedAt", moment, func(c *profiles.Customer) *time.Time { return &c.UpdatedAt }),
	reachable("email", profiles.Email, profiles.NormalizeEmail),
	reachable("phone", profiles.Phone, profiles.NormalizePhone),
	list("contactPoints", contactForm, func(c *profiles.Customer, one *profiles.ContactPoint) {
		c.ContactPoints = mergeContacts(c.ContactPoints, *one)
	}),
	list("consents", consentForm, func(c *profiles.Customer, one *profiles.Consent) {
		c.Consents = mergeConsents(c.Consents, *one)
	}),
	list("relations", relationForm, func(c *profiles.Customer, one *profiles.Relation) {
		c.Relations = mergeRelations(c.Relations, *one)
	}),
}}

// reachable is the short way to contact points of one channel: a text or a list of
// texts, the first of which is the primary one.
func reachable(key string, channel profiles.Channel, form func(string) (string, error)) part[profiles.Customer] {
	return part[profiles.Customer]{key: key, compile: func(c *compiler, n ast.Node, at place, _ error) maker[profiles.Customer] {
		values := field(key, listOf(form), func(l *[]string) *[]string { return l }).compile(c, n, at, nil)
		return func(s scope, into *profiles.Customer) error {
			var all []string
			if err := values(s, &all); err != nil {
				return err
			}
			for i, v := range all {
				into.ContactPoints = mergeContacts(into.ContactPoints, profiles.ContactPoint{Channel: channel, Value: v, IsPrimary: i == 0})
			}
			return nil
		}
	}}
}

var channels = oneOf(profiles.Email, profiles.Phone, profiles.SMS, profiles.Messenger, profiles.Web, profiles.Forum,
	profiles.SocialMedia, profiles.Post, profiles.InPerson, profiles.OtherChannel)

var contactForm = form[profiles.ContactPoint]{check: checkContact, parts: []part[profiles.ContactPoint]{
	needed(field("channel", channels, func(p *profiles.ContactPoint) *profiles.Channel { return &p.Channel })),
	field("value", text, func(p *profiles.ContactPoint) *string { return &p.Value }),
	field("network", network, func(p *profiles.ContactPoint) *string { return &p.Network }),
	nested("address", addressForm, func(p *profiles.ContactPoint, a *profiles.Address) { p.Address = a }),
	field("isPrimary", boolean, func(p *profiles.ContactPoint) *bool { return &p.IsPrimary }),
	pointer("isVerified", boolean, func(p *profiles.ContactPoint) **bool { return &p.IsVerified }),
}}

var addressForm = form[profiles.Address]{parts: []part[profiles.Address]{
	field("lines", listOf(nil), func(a *profiles.Address) *[]string { return &a.Lines }),
	field("postalCode", text, func(a *profiles.Address) *string { return &a.PostalCode }),
	field("locality", text, func(a *profiles.Address) *string { return &a.Locality }),
	field("region", text, func(a *profiles.Address) *string { return &a.Region }),
	field("country", country, func(a *profiles.Address) *string { return &a.Country }),
}}

// checkContact normalises a contact point. One without a value and an address is none.
func checkContact(p *profiles.ContactPoint) (err error) {
	if p.Value == "" && p.Address == nil {
		return errNone
	}
	switch {
	case p.Value == "":
	case p.Channel == profiles.Email:
		p.Value, err = profiles.NormalizeEmail(p.Value)
	case p.Channel == profiles.Phone || p.Channel == profiles.SMS:
		p.Value, err = profiles.NormalizePhone(p.Value)
	case p.Network != "":
		p.Network, p.Value, err = profiles.NormalizeHandle(p.Network, p.Value)
	default:
		p.Value = sources.Visible(p.Value)
	}
	return err
}

var consentForm = form[profiles.Consent]{parts: []part[profiles.Consent]{
	needed(field("purpose", text, func(c *profiles.Consent) *string { return &c.Purpose })),
	orNone(field("status", oneOf[profiles.ConsentStatus]("GRANTED", "DENIED", "WITHDRAWN", "OTHER"),
		func(c *profiles.Consent) *profiles.ConsentStatus { return &c.Status })),
	field("channel", channels, func(c *profiles.Consent) *profiles.Channel { return &c.Channel }),
	field("legalBasis", oneOf[profiles.LegalBasis]("CONSENT", "CONTRACT", "LEGAL_OBLIGATION", "VITAL_INTERESTS",
		"PUBLIC_TASK", "LEGITIMATE_INTERESTS", "OTHER"), func(c *profiles.Consent) *profiles.LegalBasis { return &c.LegalBasis }),
	field("givenAt", moment, func(c *profiles.Consent) *time.Time { return &c.GivenAt }),
	field("expiresAt", moment, func(c *profiles.Consent) *time.Time { return &c.ExpiresAt }),
	field("evidence", text, func(c *profiles.Consent) *string { return &c.Evidence }),
}}

var relationForm = form[profiles.Relation]{check: checkRelation, parts: []part[profiles.Relation]{
	needed(field("kind", oneOf[profiles.RelationKind]("SPOUSE", "PARENT", "CHILD", "SIBLING", "HOUSEHOLD_MEMBER",
		"FRIEND", "REFERRED_BY", "REFERRED", "EMPLOYER", "EMPLOYEE", "OTHER"),
		func(r *profiles.Relation) *profiles.RelationKind { return &r.Kind })),
	field("rawKind", text, func(r *profiles.Relation) *string { return &r.RawKind }),
	field("name", nameText, func(r *profiles.Relation) *string { return &r.Name }),
	field("birthDate", birthDate, func(r *profiles.Relation) *string { return &r.BirthDate }),
	field("since", date, func(r *profiles.Relation) *string { return &r.Since }),
	field("customerId", recordKey, func(r *profiles.Relation) *string { return &r.CustomerID }),
}}

// checkRelation finds that a relation to nobody is none.
func checkRelation(r *profiles.Relation) error {
	if r.Name == "" && r.BirthDate == "" && r.CustomerID == "" {
		return errNone
	}
	return nil
}

// The keys of a link that say how it is known; its record is told elsewhere.
var matchParts = []part[profiles.Link]{
	field("method", oneOf[profiles.MatchMethod]("DETERMINISTIC", "PROBABILISTIC", "MANUAL", "OTHER"),
		func(l *profiles.Link) *profiles.MatchMethod { return &l.Method }),
	pointer("confidence", between(0, 1), func(l *profiles.Link) **float64 { return &l.Confidence }),
	field("evidence", text, func(l *profiles.Link) *string { return &l.Evidence }),
	field("linkedBy", text, func(l *profiles.Link) *string { return &l.LinkedBy }),
	field("linkedAt", moment, func(l *profiles.Link) *time.Time { return &l.LinkedAt }),
}

// The keys of an entry of "links", beside source and system, which are fixed words.
var linkForm = form[profiles.Link]{parts: append([]part[profiles.Link]{
	orNone(field("recordId", recordKey, func(l *profiles.Link) *string { return &l.RecordID })),
}, matchParts...)}

// linkable are the sources whose records can be linked.
var linkable = oneOf(profiles.Billing, profiles.Support, profiles.Social)
