package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"customer360/sources/profiles"
)

// someone is a customer of the population while it is made.
type someone struct {
	*profiles.Customer
	place  place
	person person
	// number counts the population from 0: what must occur, and how often, follows
	// from it, so that it does not depend on the draw.
	number int
	// known is for how many days the company has known the customer. No record is
	// older.
	known int
	// rand draws sizes and dates. It is the customer's own, so that a change to one
	// customer does not change the others.
	rand *rand.Rand
}

// every reports whether this is one of each n customers, the one at a place.
func (s *someone) every(n, place int) bool { return s.number%n == place }

// population adds the customers who fill the lists: twelve people and an
// organization for each place, "demo-0001" and up.
func (b *builder) population() {
	number := 0
	for _, p := range places() {
		var people []*someone
		for i, who := range append(p.people[:], p.organization) {
			s := &someone{place: p, person: who, number: number, rand: rand.New(rand.NewPCG(360, uint64(number)))}
			s.Customer = b.add(b.profileOf(s, i))
			people = append(people, s)
			number++
		}
		tie(people)
		for _, s := range people {
			b.accountsOf(s)
			b.contactsOf(s)
			b.networksOf(s)
			if s.every(83, 40) {
				b.exception(Exception{Source: profiles.Profile, RecordID: s.ID, AgeUnknown: true})
			}
		}
	}
}

// profileOf makes the profile of the i-th customer of a place.
func (b *builder) profileOf(s *someone, i int) *profiles.Customer {
	p, who := s.place, s.person
	s.known = 60 + s.rand.IntN(2200)
	c := &profiles.Customer{
		ID: fmt.Sprintf("demo-%04d", s.number+1), Language: p.language, TimeZone: p.timeZone,
		CreatedAt: b.at(s.known, 6+s.rand.IntN(14), s.rand.IntN(60)),
		UpdatedAt: b.at(1+s.rand.IntN(29), 6+s.rand.IntN(14), s.rand.IntN(60)),
	}
	if who.family == "" {
		c.Kind, c.Name = profiles.Organization, who.given
	} else {
		c.GivenName, c.FamilyName, c.Name = who.given, who.family, fmt.Sprintf(p.name, who.given, who.family)
		if !s.every(7, 4) {
			c.BirthDate = b.date(ageOf(s, i)*1461/4 + s.rand.IntN(360))
		}
	}
	s.Customer = c
	c.ContactPoints = contactPointsOf(s, i)
	c.Attributes = b.attributesOf(s)
	c.Consents = b.consentsOf(s)
	return c
}

// ageOf fits the ages of the family at the start of each place.
func ageOf(s *someone, i int) int {
	switch i {
	case 0, 1:
		return 44 + s.rand.IntN(10)
	case 2:
		return 19 + s.rand.IntN(5)
	}
	return 20 + s.rand.IntN(60)
}

func contactPointsOf(s *someone, i int) []profiles.ContactPoint {
	var points []profiles.ContactPoint
	domain := []string{"example.com", "example.org", "example.net"}[s.number%3]
	if !s.every(10, 9) {
		e := email(s.person.login + "@" + domain)
		if s.every(2, 0) {
			e = verified(e)
		}
		points = append(points, e)
	}
	switch {
	case s.every(3, 0):
		points = append(points, phone(s.place.phoneNumber(10+i)))
	case s.every(3, 1):
		points = append(points, verified(sms(s.place.phoneNumber(50+i))))
		if i == 1 {
			// The couple's landline, which is the other one's too.
			points = append(points, phone(s.place.phoneNumber(10)))
		}
	}
	if s.every(4, 1) {
		points = append(points, messenger(s.person.login))
	}
	if s.every(2, 1) || len(points) == 0 {
		number := 3 + 2*i
		if i <= 2 {
			number = 3 // The family lives in one home.
		}
		points = append(points, s.place.home(number))
	}
	return points
}

func (b *builder) attributesOf(s *someone) []profiles.Attribute {
	var all []profiles.Attribute
	add := func(key, value string) { all = append(all, attributes(key, value)...) }
	if s.Kind == profiles.Organization {
		add("industry", []string{"food", "retail", "crafts", "education"}[s.number%4])
		add("company_size", strconv.Itoa(3+s.rand.IntN(60)))
		return all
	}
	if s.every(5, 0) || s.every(5, 2) {
		points := s.rand.IntN(20000)
		add("tier", tierOf(points))
		add("points", strconv.Itoa(points))
		add("member_since", b.date(20+s.rand.IntN(1500)))
	}
	if s.every(4, 0) {
		add("contract_ends_on", b.date(-s.rand.IntN(500)))
	}
	if s.every(4, 1) {
		add("data_used_gb", fmt.Sprintf("%d.%d", s.rand.IntN(60), 1+s.rand.IntN(9)))
	}
	if s.every(4, 3) {
		add("nps", strconv.Itoa(s.rand.IntN(11)))
	}
	if s.every(6, 1) {
		add("paperless", strconv.FormatBool(s.every(12, 1)))
	}
	if s.every(9, 2) {
		add("segment", []string{"students", "families", "pensioners", "travellers", "home workers"}[s.rand.IntN(5)])
	}
	if s.every(20, 6) {
		add("programme", "donor club")
		add("blood_type", []string{"O+", "A+", "B+", "O-"}[s.rand.IntN(4)])
		add("donations", strconv.Itoa(1+s.rand.IntN(12)))
	}
	return all
}

func tierOf(points int) string {
	switch {
	case points > 18000:
		return "PLATINUM"
	case points > 12000:
		return "GOLD"
	case points > 6000:
		return "SILVER"
	}
	return "BRONZE"
}

func (b *builder) consentsOf(s *someone) []profiles.Consent {
	given := b.at(1+s.rand.IntN(28), 10, 0)
	expires := given.AddDate(2, 0, 0)
	service := profiles.Consent{Purpose: "service", Status: "GRANTED", LegalBasis: "CONTRACT", GivenAt: s.CreatedAt}
	marketing := profiles.Consent{Purpose: "marketing", Channel: profiles.Email, Status: "GRANTED", LegalBasis: "CONSENT", GivenAt: given}
	switch s.number % 7 {
	case 0:
		marketing.ExpiresAt, marketing.Evidence = expires, "web form 77"
		return []profiles.Consent{marketing, service}
	case 1:
		marketing.Status, marketing.Evidence = "WITHDRAWN", "link in the newsletter"
		return []profiles.Consent{marketing}
	case 2:
		marketing.Channel, marketing.Status, marketing.Evidence = profiles.Phone, "DENIED", "recording of the call"
		return []profiles.Consent{marketing}
	case 3:
		return []profiles.Consent{service}
	case 4:
		profiling := profiles.Consent{Purpose: "profiling", Status: "GRANTED", LegalBasis: "LEGITIMATE_INTERESTS", GivenAt: given, ExpiresAt: expires}
		return []profiles.Consent{profiling, marketing}
	}
	return nil
}

// ties say who is what to whom among the customers of a place, the organization
// being the last one: b is of that kind to a, and a of the other kind to b.
var ties = []struct {
	a, b       int
	bIs, aIs   profiles.RelationKind
	bRaw, aRaw string
}{
	{0, 1, "SPOUSE", "SPOUSE", "", ""},
	{0, 2, "CHILD", "PARENT", "", ""},
	{1, 2, "CHILD", "PARENT", "", ""},
	{0, 3, "SIBLING", "SIBLING", "", ""},
	{4, 5, "FRIEND", "FRIEND", "", ""},
	{6, 7, "REFERRED", "REFERRED_BY", "", ""},
	{9, 10, "HOUSEHOLD_MEMBER", "HOUSEHOLD_MEMBER", "", ""},
	{8, 12, "EMPLOYER", "EMPLOYEE", "", ""},
	{3, 11, "OTHER", "OTHER", "tenant", "landlord"},
}

// tie gives the customers of a place their relations, in both directions.
func tie(people []*someone) {
	for _, t := range ties {
		x, y := people[t.a], people[t.b]
		x.Relations = append(x.Relations, profiles.Relation{Kind: t.bIs, RawKind: t.bRaw, Name: y.Name, CustomerID: y.ID})
		y.Relations = append(y.Relations, profiles.Relation{Kind: t.aIs, RawKind: t.aRaw, Name: x.Name, CustomerID: x.ID})
	}
}

// asHandle gives the name of a customer on a network.
func asHandle(network, login string) string {
	switch network {
	case "mastodon":
		return strings.NewReplacer(".", "_", "-", "_").Replace(login) + "@example.social"
	case "bluesky":
		return strings.ReplaceAll(login, ".", "-") + ".example.social"
	}
	return login
}
