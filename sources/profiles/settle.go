package profiles

import (
	"cmp"
	"slices"
	"time"

	"customer360/sources"
)

// Settle gives a channel of ours: one that is none becomes OTHER, the empty one
// stays empty.
func (c Channel) Settle() Channel {
	sources.OneOf(&c, nil, OtherChannel, Email, Phone, SMS, Messenger, Web, Forum, SocialMedia, Post, InPerson, OtherChannel)
	return c
}

// Settle brings a profile that a store gave into the form that the graph gives, see
// [sources.Form]: values that are none of ours become OTHER, primary contact points come
// first, attributes are in the order of their keys, and the lists of the wanted parts are
// there even if they are empty. The error says why the profile cannot be given.
func (c *Customer) Settle(want sources.Parts) error {
	var f sources.Form
	f.Key("_id", c.ID)
	c.Kind = cmp.Or(c.Kind, OtherKind)
	sources.OneOf(&c.Kind, nil, OtherKind, Person, Organization, OtherKind)
	f.Name("name", &c.Name)
	f.Name("givenName", &c.GivenName)
	f.Name("familyName", &c.FamilyName)
	settleBirthDate(&f, "birthDate", &c.BirthDate)
	f.Language("language", &c.Language)
	f.Text("timeZone", &c.TimeZone)
	f.Time("createdAt", &c.CreatedAt)
	f.Time("updatedAt", &c.UpdatedAt)
	f.Time("syncedAt", &c.SyncedAt)
	for i := range c.ContactPoints {
		if p := &c.ContactPoints[i]; f.In("contactPoints", i, *p != ContactPoint{}) {
			p.settle(&f)
		}
	}
	for i := range c.Consents {
		if s := &c.Consents[i]; f.In("consents", i, *s != Consent{}) {
			s.settle(&f)
		}
	}
	for i := range c.Relations {
		if r := &c.Relations[i]; f.In("relations", i, *r != Relation{}) {
			r.settle(&f)
		}
	}
	for i := range c.Links {
		if l := &c.Links[i]; f.In("links", i, *l != Link{}) {
			l.settle(&f)
		}
	}
	c.LeftOut = f.LeftOut(c.ID)
	slices.SortStableFunc(c.ContactPoints, func(a, b ContactPoint) int {
		switch {
		case a.IsPrimary == b.IsPrimary:
			return 0
		case a.IsPrimary:
			return -1
		}
		return 1
	})
	slices.SortStableFunc(c.Attributes, func(a, b Attribute) int { return cmp.Compare(a.Key, b.Key) })
	fill(&c.ContactPoints, want.Has(Contacts))
	fill(&c.Attributes, want.Has(Attributes))
	fill(&c.Consents, want.Has(Consents))
	fill(&c.Relations, want.Has(Relations))
	fill(&c.Links, want.Has(Links))
	return f.Err()
}

func (p *ContactPoint) settle(f *sources.Form) {
	p.Channel = cmp.Or(p.Channel.Settle(), OtherChannel)
	f.Identifier("value", &p.Value)
	f.Identifier("network", &p.Network)
	if a := p.Address; a != nil {
		f.Texts("address.lines", &a.Lines)
		f.Text("address.postalCode", &a.PostalCode)
		f.Text("address.locality", &a.Locality)
		f.Text("address.region", &a.Region)
		f.Text("address.country", &a.Country)
	}
}

func (s *Consent) settle(f *sources.Form) {
	f.Key("purpose", s.Purpose)
	s.Channel = s.Channel.Settle()
	s.Status = cmp.Or(s.Status, "OTHER")
	sources.OneOf(&s.Status, nil, "OTHER", "GRANTED", "DENIED", "WITHDRAWN", "OTHER")
	sources.OneOf(&s.LegalBasis, nil, "OTHER", "CONSENT", "CONTRACT", "LEGAL_OBLIGATION", "VITAL_INTERESTS",
		"PUBLIC_TASK", "LEGITIMATE_INTERESTS", "OTHER")
	// Without the one a consent would count that has ended; without the other an older one might.
	for _, one := range [...]struct {
		field string
		at    time.Time
	}{{"givenAt", s.GivenAt}, {"expiresAt", s.ExpiresAt}} {
		if !one.at.IsZero() {
			f.Needed(one.field, one.at)
		}
	}
	f.Text("evidence", &s.Evidence)
}

func (r *Relation) settle(f *sources.Form) {
	r.Kind = cmp.Or(r.Kind, "OTHER")
	sources.Word(f, "kind", &r.Kind, &r.RawKind, "OTHER", "SPOUSE", "PARENT", "CHILD", "SIBLING", "HOUSEHOLD_MEMBER",
		"FRIEND", "REFERRED_BY", "REFERRED", "EMPLOYER", "EMPLOYEE", "OTHER")
	f.Name("name", &r.Name)
	settleBirthDate(f, "birthDate", &r.BirthDate)
	settleDate(f, "since", &r.Since)
	f.Text("customerId", &r.CustomerID)
}

func (l *Link) settle(f *sources.Form) {
	if l.Source == "" {
		f.Refuse("source", "is missing")
	} else if sources.OneOf(&l.Source, nil, OtherSource, Profile, Billing, Support, Social, Workspace); l.Source == OtherSource {
		f.Leave("source", "is none of the gateway's: want BILLING, SUPPORT or SOCIAL")
	}
	f.Key("system", l.System)
	f.Key("recordId", l.RecordID)
	l.Method = cmp.Or(l.Method, "OTHER")
	sources.OneOf(&l.Method, nil, "OTHER", "DETERMINISTIC", "PROBABILISTIC", "MANUAL", "OTHER")
	f.Between("confidence", &l.Confidence, 0, 1)
	f.Text("evidence", &l.Evidence)
	f.Text("linkedBy", &l.LinkedBy)
	f.Time("linkedAt", &l.LinkedAt)
	// One that was undone must not hold again.
	if !l.UndoneAt.IsZero() {
		f.Needed("undoneAt", l.UndoneAt)
	}
}

// settleDate leaves out a text that is no date.
func settleDate(f *sources.Form, field string, date *string) {
	if *date == "" {
		return
	}
	if t, err := time.Parse(time.DateOnly, *date); err != nil || t.Year() < 1 {
		*date = ""
		f.Leave(field, "is no date as YYYY-MM-DD")
	}
}

func fill[T any](list *[]T, wanted bool) {
	if wanted && *list == nil {
		*list = []T{}
	}
}
