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

// Settle brings a profile that a store gave into the form that the graph gives:
// names and contact points are without characters that are not seen, values that are none of ours become OTHER, primary contact points come first,
// attributes are in the order of their keys, and the lists of the wanted parts are
// there even if they are empty.
func (c *Customer) Settle(want sources.Parts) {
	c.Kind = cmp.Or(c.Kind, OtherKind)
	sources.OneOf(&c.Kind, nil, OtherKind, Person, Organization, OtherKind)
	c.BirthDate = settleBirthDate(c.BirthDate)
	c.Name, c.GivenName, c.FamilyName = sources.Visible(c.Name), sources.Visible(c.GivenName), sources.Visible(c.FamilyName)
	for i := range c.ContactPoints {
		p := &c.ContactPoints[i]
		p.Channel = cmp.Or(p.Channel.Settle(), OtherChannel)
		p.Value, p.Network = sources.OnlyVisible(p.Value), sources.OnlyVisible(p.Network)
	}
	slices.SortStableFunc(c.ContactPoints, func(a, b ContactPoint) int {
		switch {
		case a.IsPrimary == b.IsPrimary:
			return 0
		case a.IsPrimary:
			return -1
		}
		return 1
	})
	for i := range c.Consents {
		s := &c.Consents[i]
		s.Channel = s.Channel.Settle()
		s.Status = cmp.Or(s.Status, "OTHER")
		sources.OneOf(&s.Status, nil, "OTHER", "GRANTED", "DENIED", "WITHDRAWN", "OTHER")
		sources.OneOf(&s.LegalBasis, nil, "OTHER", "CONSENT", "CONTRACT", "LEGAL_OBLIGATION", "VITAL_INTERESTS",
			"PUBLIC_TASK", "LEGITIMATE_INTERESTS", "OTHER")
	}
	for i := range c.Relations {
		r := &c.Relations[i]
		r.Kind = cmp.Or(r.Kind, "OTHER")
		r.Name = sources.Visible(r.Name)
		r.BirthDate, r.Since = settleBirthDate(r.BirthDate), settleDate(r.Since)
		sources.OneOf(&r.Kind, &r.RawKind, "OTHER", "SPOUSE", "PARENT", "CHILD", "SIBLING", "HOUSEHOLD_MEMBER",
			"FRIEND", "REFERRED_BY", "REFERRED", "EMPLOYER", "EMPLOYEE", "OTHER")
	}
	for i := range c.Links {
		l := &c.Links[i]
		l.Method = cmp.Or(l.Method, "OTHER")
		sources.OneOf(&l.Method, nil, "OTHER", "DETERMINISTIC", "PROBABILISTIC", "MANUAL", "OTHER")
	}
	slices.SortStableFunc(c.Attributes, func(a, b Attribute) int { return cmp.Compare(a.Key, b.Key) })
	fill(&c.ContactPoints, want.Has(Contacts))
	fill(&c.Attributes, want.Has(Attributes))
	fill(&c.Consents, want.Has(Consents))
	fill(&c.Relations, want.Has(Relations))
	fill(&c.Links, want.Has(Links))
}

// settleDate gives a date, or "" for a text that is none.
func settleDate(date string) string {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return ""
	}
	return date
}

func fill[T any](list *[]T, wanted bool) {
	if wanted && *list == nil {
		*list = []T{}
	}
}
