package demo

import (
	"fmt"
	"strconv"
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// cityServices is story S5, the city that acts first, for which Meridian Telecom runs
// the letters and messages: a child reaches school age in the coming September.
//
//   - story-s5-mother, story-s5-father: Ngozi and Emeka Obi, with Ada, whose form is
//     prefilled and confirmed by messenger; story-s5-grandmother lives with them
//   - story-s5-offline: Halina Kos, with Staś; she has neither mail nor telephone with
//     us, so that the form goes out on paper
func (b *builder) cityServices() {
	entry := b.schoolDay()
	// The children become seven in the spring before they enter.
	birthDate := fmt.Sprintf("%d-04-17", entry.Year()-7)
	day := entry.Format(time.DateOnly)
	home := postal("NG", "101233", "Lagos", "12 Jacaranda Close")
	family := func(key, given, language string, age int, points ...profiles.ContactPoint) *profiles.Customer {
		return b.add(&profiles.Customer{
			ID: "story-s5-" + key, GivenName: given, FamilyName: "Obi", BirthDate: b.born(age), Language: language,
			TimeZone: "Africa/Lagos", CreatedAt: b.at(900, 8, 0), UpdatedAt: b.at(15, 8, 0), ContactPoints: append(points, home),
			Consents: []profiles.Consent{{Purpose: "city services", Status: "GRANTED", LegalBasis: "PUBLIC_TASK", GivenAt: b.at(900, 8, 0)}},
		})
	}
	child := profiles.Relation{Kind: "CHILD", Name: "Ada Obi", BirthDate: birthDate}
	mother := family("mother", "Ngozi", "en-NG", 36, verified(email("ngozi.obi@example.com")), messenger("ngozi.obi"))
	mother.Attributes = attributes("programme", "city services", "school_entry_on", day, "school_form", "confirmed", "preferred_channel", "MESSENGER", "online", "true")
	mother.Relations = []profiles.Relation{child,
		{Kind: "SPOUSE", Name: "Emeka Obi", CustomerID: "story-s5-father", Since: b.date(13 * 365)},
		{Kind: "HOUSEHOLD_MEMBER", Name: "Chidinma Obi", CustomerID: "story-s5-grandmother"},
	}
	father := family("father", "Emeka", "en-NG", 39, email("emeka.obi@example.com"), phone("+2341000000001"))
	father.Attributes = attributes("programme", "city services", "online", "true")
	father.Relations = []profiles.Relation{child,
		{Kind: "SPOUSE", Name: "Ngozi Obi", CustomerID: "story-s5-mother", Since: b.date(13 * 365)},
		{Kind: "PARENT", Name: "Chidinma Obi", CustomerID: "story-s5-grandmother"},
	}
	grandmother := family("grandmother", "Chidinma", "ig", 68)
	grandmother.Attributes = attributes("programme", "city services", "online", "false", "preferred_channel", "POST")
	grandmother.Relations = []profiles.Relation{
		{Kind: "CHILD", Name: "Emeka Obi", CustomerID: "story-s5-father"},
		{Kind: "HOUSEHOLD_MEMBER", Name: "Ngozi Obi", CustomerID: "story-s5-mother"},
	}
	outside(b.contact(mother), profiles.Messenger,
		answered(b.at(18, 8, 0), "City services", "Ada starts school in September. The form is filled in: please look through it and confirm."),
		said(b.at(15, 7, 30), "Ngozi", "All correct, confirmed. Thank you!"),
	)

	offline := b.add(&profiles.Customer{
		ID: "story-s5-offline", GivenName: "Halina", FamilyName: "Kos", BirthDate: b.born(41), Language: "pl", TimeZone: "Europe/Warsaw",
		CreatedAt: b.at(700, 8, 0), UpdatedAt: b.at(18, 8, 0),
		ContactPoints: []profiles.ContactPoint{postal("PL", "30-001", "Kraków", "ul. Lipowa 3/11")},
		Attributes:    attributes("programme", "city services", "school_entry_on", day, "school_form", "sent", "preferred_channel", "POST", "online", "false"),
		Relations:     []profiles.Relation{{Kind: "CHILD", Name: "Staś Kos", BirthDate: birthDate}},
		Consents:      []profiles.Consent{{Purpose: "city services", Channel: profiles.Post, Status: "GRANTED", LegalBasis: "LEGAL_OBLIGATION", GivenAt: b.at(700, 8, 0)}},
	})
	outside(b.contact(offline), profiles.Post,
		answered(b.at(18, 8, 0), "City services", "Zapis Stasia do szkoły: wypełniony formularz, z kopertą zwrotną."))
}

// schoolDay is the first day of the coming September.
func (b *builder) schoolDay() time.Time {
	entry := time.Date(b.day.Year(), time.September, 1, 0, 0, 0, 0, time.UTC)
	if !entry.After(b.day) {
		entry = entry.AddDate(1, 0, 0)
	}
	return entry
}

// donorClub is story S6, donors of one rare blood type, AB-: who may give again, who
// lives near, who brings friends. story-s6-ana, -joao and -rita may give again now,
// -luis may not yet, and -nadia, who is new, not before her examination. Rita came
// through Ana, Nadia through Rita. story-s6-other is of another type. They have no other records: they
// are customers of the club only.
func (b *builder) donorClub() {
	for _, d := range []struct {
		key, given, family, phone, street, locality, blood string
		lastDonation, donations                            int
		friends                                            []profiles.Relation
	}{
		{"ana", "Ana", "Nogueira", "+5581900000001", "Rua das Mangueiras 20", "Recife", "AB-", 140, 9, []profiles.Relation{
			{Kind: "FRIEND", Name: "João Brandão", CustomerID: "story-s6-joao"}, {Kind: "REFERRED", Name: "Rita Peixoto", CustomerID: "story-s6-rita"}}},
		{"joao", "João", "Brandão", "+5581900000002", "Rua do Sol 118", "Recife", "AB-", 95, 4, []profiles.Relation{
			{Kind: "FRIEND", Name: "Ana Nogueira", CustomerID: "story-s6-ana"}}},
		{"rita", "Rita", "Peixoto", "+5581900000003", "Avenida Boa Vista 7", "Olinda", "AB-", 200, 1, []profiles.Relation{
			{Kind: "REFERRED_BY", Name: "Ana Nogueira", CustomerID: "story-s6-ana"}, {Kind: "REFERRED", Name: "Nádia Serrão", CustomerID: "story-s6-nadia"}}},
		{"luis", "Luís", "Carvalhal", "+5581900000004", "Rua da Praia 51", "Recife", "AB-", 30, 12, nil},
		{"nadia", "Nádia", "Serrão", "+5581900000005", "Travessa Verde 3", "Caruaru", "AB-", 0, 0, []profiles.Relation{
			{Kind: "REFERRED_BY", Name: "Rita Peixoto", CustomerID: "story-s6-rita"}}},
		{"other", "Davi", "Loureiro", "+5581900000006", "Rua Nova 9", "Recife", "O+", 180, 3, nil},
	} {
		// Whoever has not given yet may come after the first examination.
		mayFrom := b.date(-10)
		facts := attributes("programme", "donor club", "blood_type", d.blood, "donations", strconv.Itoa(d.donations))
		if d.lastDonation > 0 {
			mayFrom = b.date(d.lastDonation - 90)
			facts = append(facts, attributes("last_donation_on", b.date(d.lastDonation))...)
		}
		b.add(&profiles.Customer{
			ID: "story-s6-" + d.key, GivenName: d.given, FamilyName: d.family, BirthDate: b.born(25 + d.donations), Language: "pt-BR",
			TimeZone: "America/Recife", CreatedAt: b.at(360, 9, 0), UpdatedAt: b.at(28, 9, 0), Relations: d.friends,
			ContactPoints: []profiles.ContactPoint{verified(phone(d.phone)), sms(d.phone), postal("BR", "50000-000", d.locality, d.street)},
			Attributes:    append(facts, attributes("may_donate_from", mayFrom)...),
			Consents: []profiles.Consent{
				{Purpose: "donor alerts", Channel: profiles.SMS, Status: "GRANTED", LegalBasis: "VITAL_INTERESTS", GivenAt: b.at(360, 9, 0), Evidence: "donor card"},
			},
		})
	}
}

// loyalty is story S7, the members of the loyalty programme:
//
//   - story-s7-gold, wanjiru.kamau@example.com: seven years, gold
//   - story-s7-silver, arjun.deshpande@example.org: silver, brought Wanjiru in
//   - story-s7-churn, marta.zielinska@example.net: silver, about to leave, with reasons
//   - story-s7-left, peter.lund@example.com: left the programme and the company
func (b *builder) loyalty() {
	for _, m := range []struct {
		key, given, family, email, language, timeZone, currency string
		price                                                   int64
		years                                                   int
		attributes                                              []profiles.Attribute
	}{
		{"gold", "Wanjiru", "Kamau", "wanjiru.kamau@example.com", "sw", "Africa/Nairobi", "KES", 299900, 7,
			attributes("tier", "GOLD", "points", "18250", "nps", "10", "segment", "promoters", "churn_score", "0.04")},
		{"silver", "Arjun", "Deshpande", "arjun.deshpande@example.org", "mr", "Asia/Kolkata", "INR", 99900, 3,
			attributes("tier", "SILVER", "points", "4120", "nps", "8", "segment", "families", "churn_score", "0.15")},
		{"churn", "Marta", "Zielińska", "marta.zielinska@example.net", "pl", "Europe/Warsaw", "PLN", 8900, 2,
			attributes("tier", "SILVER", "points", "3905", "nps", "3", "segment", "at risk", "churn_score", "0.82",
				"churn_reasons", "points unused for a year; television cancelled; asked how to end the contract", "contract_ends_on", b.date(-20))},
		{"left", "Peter", "Lund", "peter.lund@example.com", "sv", "Europe/Stockholm", "SEK", 44900, 4,
			attributes("tier", "BRONZE", "points", "0", "segment", "former members", "left_on", b.date(75))},
	} {
		joined := m.years*365 + 40
		c := b.add(&profiles.Customer{
			ID: "story-s7-" + m.key, GivenName: m.given, FamilyName: m.family, BirthDate: b.born(30 + m.years), Language: m.language,
			TimeZone: m.timeZone, CreatedAt: b.at(joined+60, 9, 0), UpdatedAt: b.at(9, 9, 0),
			ContactPoints: []profiles.ContactPoint{verified(email(m.email))},
			Attributes:    append(m.attributes, attributes("member_since", b.date(joined))...),
			Consents: []profiles.Consent{
				{Purpose: "loyalty programme", Status: "GRANTED", LegalBasis: "CONTRACT", GivenAt: b.at(joined, 9, 0)},
			},
		})
		a := b.account(c, m.currency, "card ending in 2208")
		price := money(m.price, m.currency)
		fibre := monthly("Meridian Fibre 250", price, b.at(joined+60, 9, 0))
		a.Subscriptions = []*billing.Subscription{fibre}
		first := 12
		switch m.key {
		case "left":
			ended(fibre, b.at(75, 0, 0))
			first = 90
		case "churn":
			tv := ended(monthly("Meridian TV", money(3500, "PLN"), b.at(400, 9, 0)), b.at(35, 0, 0))
			a.Subscriptions = append(a.Subscriptions, tv)
		}
		for month := range 4 {
			a.Invoices = append(a.Invoices, paid(price, b.at(first+30*month, 6, 0)))
			a.Charges = append(a.Charges, charge("Meridian Fibre 250", price, b.at(first-2+30*month, 6, 0)))
		}
		switch m.key {
		case "churn":
			ticket(b.contact(c), support.Ticket{
				Title: "Jak wypowiedzieć umowę?", Status: support.Solved, Priority: "HIGH", Channel: profiles.Web,
				Tags: []string{"retention"}, CreatedAt: b.at(11, 17, 0), SolvedAt: b.at(9, 9, 0),
				Satisfaction: &support.Rating{Rating: 2, Scale: 5, Count: 1, RatedAt: b.at(8, 9, 0)},
			},
				said(b.at(11, 17, 0), "Marta", "Jaki jest okres wypowiedzenia?"),
				answered(b.at(9, 9, 0), "Ola", "Miesiąc, na koniec okresu rozliczeniowego."),
			)
		case "gold":
			c.Relations = []profiles.Relation{{Kind: "REFERRED_BY", Name: "Arjun Deshpande", CustomerID: "story-s7-silver"}}
		case "silver":
			c.Relations = []profiles.Relation{{Kind: "REFERRED", Name: "Wanjiru Kamau", CustomerID: "story-s7-gold"}}
		}
	}
}
