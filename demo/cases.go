package demo

import (
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// cases adds a customer for each thing that can be odd about one. Each has a key
// that says what, as "case-dead-link".
func (b *builder) cases() {
	b.oddLinks()
	b.oddAges()
	b.sharedContactPoints()
	b.withoutNames()
	b.everyValue()
}

// odd adds a customer for a case.
func (b *builder) odd(key, given, family string, points ...profiles.ContactPoint) *profiles.Customer {
	return b.add(&profiles.Customer{
		ID: "case-" + key, GivenName: given, FamilyName: family, Language: "de", TimeZone: "Europe/Berlin",
		CreatedAt: b.at(540, 9, 0), UpdatedAt: b.at(30, 9, 0), ContactPoints: points,
	})
}

// fibre adds an account with one subscription and two paid invoices.
func (b *builder) fibre(c *profiles.Customer, currency string, price int64) *billing.Record {
	a := b.account(c, currency, "direct debit")
	p := money(price, currency)
	a.Subscriptions = []*billing.Subscription{monthly("Meridian Fibre 250", p, b.at(540, 9, 0))}
	a.Invoices = []*billing.Invoice{paid(p, b.at(50, 6, 0)), paid(p, b.at(80, 6, 0))}
	a.Charges = []*billing.Charge{charge("Meridian Fibre 250", p, b.at(48, 6, 0)), charge("Meridian Fibre 250", p, b.at(78, 6, 0))}
	return a
}

// question adds a contact with one solved ticket, all of it some weeks ago.
func (b *builder) question(c *profiles.Customer) *support.Record {
	s := b.contact(c)
	ticket(s, support.Ticket{
		Title: "Frage zur Rechnung", Status: support.Solved, Priority: "NORMAL", Channel: profiles.Email,
		CreatedAt: b.at(60, 9, 0), SolvedAt: b.at(59, 10, 0),
	},
		said(b.at(60, 9, 0), c.GivenName, "Was ist der Posten „Einrichtung“?"),
		answered(b.at(59, 10, 0), "Jonas", "Das ist die einmalige Gebühr für den Anschluss."),
	)
	return s
}

// oddLinks are the cases of what is linked and how:
//
//   - case-two-currencies, greta.holm@example.com: accounts in EUR and USD, so that
//     there is no one balance, but two rows of totals
//   - case-two-accounts, ivo.brandl@example.com: two accounts in EUR
//   - case-dead-link, rosa.dietz@example.com: an account that does not exist: EMPTY
//   - case-undone-link, paul.vogt@example.com: a support contact that was his
//     namesake's, the link is undone; case-namesake, paul.vogt@example.org, has it
//   - case-guessed-link, nele.arndt@example.com: a support contact linked by likeness
//   - case-legacy-crm, hanna.seidl@example.com: linked to a system only that the demo
//     does not configure; case-legacy-crm-too, felix.auer@example.com: to it as well
//   - case-none-linked, olga.heim@example.com: nothing is linked
func (b *builder) oddLinks() {
	c := b.odd("two-currencies", "Greta", "Holm", email("greta.holm@example.com"))
	b.fibre(c, "EUR", 3495)
	b.fibre(c, "USD", 6500)

	c = b.odd("two-accounts", "Ivo", "Brandl", email("ivo.brandl@example.com"))
	b.fibre(c, "EUR", 3495)
	a := b.fibre(c, "EUR", 1499)
	a.Invoices = append(a.Invoices, b.open(money(1499, "EUR"), 20))

	c = b.odd("dead-link", "Rosa", "Dietz", email("rosa.dietz@example.com"))
	c.Links = append(c.Links, profiles.Link{
		Source: profiles.Billing, System: System, RecordID: "case-dead-link-gone", Method: "MANUAL",
		Evidence: "typed from a letter", LinkedBy: "Jonas, support", LinkedAt: b.at(100, 9, 0),
	})

	namesake := b.odd("namesake", "Paul", "Vogt", email("paul.vogt@example.org"))
	taken := b.question(namesake)
	c = b.odd("undone-link", "Paul", "Vogt", email("paul.vogt@example.com"))
	b.fibre(c, "EUR", 3495)
	c.Links = append(c.Links, profiles.Link{
		Source: profiles.Support, System: System, RecordID: taken.RecordID, Method: "PROBABILISTIC", Confidence: new(0.71),
		Evidence: "same name, same town", LinkedBy: "nightly matching", LinkedAt: b.at(90, 1, 0), UndoneAt: b.at(58, 11, 0),
	})

	c = b.odd("guessed-link", "Nele", "Arndt", email("nele.arndt@example.com"))
	b.question(c)
	l := lastLink(c)
	l.Method, l.Confidence, l.Evidence = "PROBABILISTIC", new(0.64), "same family name and street, another house number"

	c = b.odd("legacy-crm", "Hanna", "Seidl", email("hanna.seidl@example.com"))
	b.fibre(c, "EUR", 3495)
	legacy := profiles.Link{
		Source: profiles.Support, System: "legacy-crm", RecordID: "00417", Method: "OTHER", LinkedBy: "import of the year before last", LinkedAt: b.at(500, 9, 0),
	}
	c.Links = append(c.Links, legacy)

	c = b.odd("legacy-crm-too", "Felix", "Auer", email("felix.auer@example.com"))
	b.question(c)
	legacy.RecordID = "00655"
	c.Links = append(c.Links, legacy)

	b.odd("none-linked", "Olga", "Heim", email("olga.heim@example.com"))
}

// oddAges are the cases of records that are not fresh or not whole:
//
//   - case-dead-inbox, emil.franke@example.com: his support record was synchronised
//     23 days ago, and nobody has noticed that the inbox is dead
//   - case-old-billing, mira.lorenz@example.com: the account, 40 days ago
//   - case-unknown-age, jan.ebert@example.com: nobody knows when the account was
//   - case-unknown-profile, tilda.busch@example.com: nobody knows when the profile was
//   - case-truncated, einkauf@example.com: a large customer, whose system has more
//     invoices than were landed
func (b *builder) oddAges() {
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

	c := b.odd("dead-inbox", "Emil", "Franke", email("emil.franke@example.com"))
	b.fibre(c, "EUR", 3495)
	b.exception(Exception{Source: profiles.Support, RecordID: b.question(c).RecordID, Age: days(23)})

	c = b.odd("old-billing", "Mira", "Lorenz", email("mira.lorenz@example.com"))
	b.exception(Exception{Source: profiles.Billing, RecordID: b.fibre(c, "EUR", 3495).RecordID, Age: days(40)})

	c = b.odd("unknown-age", "Jan", "Ebert", email("jan.ebert@example.com"))
	b.exception(Exception{Source: profiles.Billing, RecordID: b.fibre(c, "EUR", 3495).RecordID, AgeUnknown: true})

	c = b.odd("unknown-profile", "Tilda", "Busch", email("tilda.busch@example.com"))
	b.exception(Exception{Source: profiles.Profile, RecordID: c.ID, AgeUnknown: true})

	c = b.odd("truncated", "", "", email("einkauf@example.com"))
	c.Kind, c.Name = profiles.Organization, "Hafenwerke Nordstern AG"
	a := b.account(c, "EUR", "invoice")
	price := money(128000, "EUR")
	lines := monthly("Meridian Business Line", price, b.at(540, 9, 0))
	lines.Quantity = new(40)
	a.Subscriptions = []*billing.Subscription{lines}
	total := money(40*128000, "EUR")
	for week := range 8 {
		a.Invoices = append(a.Invoices, paid(total, b.at(7*week+4, 6, 0)))
	}
	b.exception(Exception{Source: profiles.Billing, RecordID: a.RecordID, Truncated: true})
}

// sharedContactPoints are the cases of an identifier with several owners, which no
// look-up may choose between:
//
//   - case-family-phone-1 and -2: a couple with the phone number +49 30 23125901
//   - case-shared-email-1 and -2: flatmates with the e-mail address wg@example.org
func (b *builder) sharedContactPoints() {
	first := b.odd("family-phone-1", "Ruth", "Albers", email("ruth.albers@example.com"), phone("+493023125901"))
	second := b.odd("family-phone-2", "Karl", "Albers", phone("+493023125901"))
	first.Relations = []profiles.Relation{{Kind: "SPOUSE", Name: second.Name, CustomerID: second.ID, Since: b.date(27 * 365)}}
	second.Relations = []profiles.Relation{{Kind: "SPOUSE", Name: first.Name, CustomerID: first.ID, Since: b.date(27 * 365)}}
	b.fibre(first, "EUR", 3495)

	first = b.odd("shared-email-1", "Svenja", "Rau", email("wg@example.org"))
	second = b.odd("shared-email-2", "Deniz", "Yalçın", email("deniz.yalcin@example.org"), secondary(email("wg@example.org")))
	first.Relations = []profiles.Relation{{Kind: "HOUSEHOLD_MEMBER", Name: second.Name, CustomerID: second.ID}}
	second.Relations = []profiles.Relation{{Kind: "HOUSEHOLD_MEMBER", Name: first.Name, CustomerID: first.ID}}
	b.fibre(first, "EUR", 3495)
}

// withoutNames are the cases of customers who are shown by what else is known:
//
//   - case-no-name-email: by unknown.sender@example.net
//   - case-no-name-phone: by +44 7700 900999
//   - case-no-name-handle: by the messenger's name walk-in.0417
//   - case-nameless: by the key, since there is nothing else
func (b *builder) withoutNames() {
	b.question(b.odd("no-name-email", "", "", email("unknown.sender@example.net")))
	b.question(b.odd("no-name-phone", "", "", phone("+447700900999")))
	b.odd("no-name-handle", "", "", messenger("walk-in.0417"))
	nameless := b.odd("nameless", "", "")
	nameless.Kind, nameless.Language, nameless.TimeZone = profiles.OtherKind, "", ""
}
