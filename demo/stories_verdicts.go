package demo

import (
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// fiveRights is story S4: may this customer be contacted now, with this offer, by
// this channel? The segment "faster fibre campaign" has one customer for each reason
// to say "not now", and one for whom the moment is right:
//
//   - story-s4-no-consent, bruno.almeida@example.com: took the consent to marketing back
//   - story-s4-expired, sofia.lindqvist@example.org: the consent has ended by itself
//   - story-s4-quiet-hours, kenji.morita@example.net: quiet hours, in his own time zone
//   - story-s4-frequency-cap, chloe.bennett@example.com: two contacts a week, and both were made
//   - story-s4-open-complaint, murat.aksoy@example.org: an urgent ticket is open
//   - story-s4-held, zofia.wrona@example.net: a colleague is talking with her
//   - story-s4-does-not-fit, claire.hudson@example.com: a director of marketing is no
//     buyer of the cheapest plan
//   - story-s4-ready, tomas.ruiz@example.org: nothing speaks against it
func (b *builder) fiveRights() {
	granted := profiles.Consent{Purpose: "marketing", Channel: profiles.Email, Status: "GRANTED", LegalBasis: "CONSENT", GivenAt: b.at(300, 9, 0), Evidence: "web form 77"}
	withdrawn := granted
	withdrawn.Status, withdrawn.GivenAt, withdrawn.Evidence = "WITHDRAWN", b.at(12, 20, 4), "link in the newsletter"
	expired := granted
	expired.ExpiresAt = b.at(20, 0, 0)

	// Whom, and what is known that decides.
	for _, who := range []struct {
		key, given, family, email, phone, language, timeZone string
		consents                                             []profiles.Consent
		attributes                                           []profiles.Attribute
		currency                                             string
		plan                                                 string
		price                                                int64
	}{
		{"no-consent", "Bruno", "Almeida", "bruno.almeida@example.com", "+5511900000001", "pt-BR", "America/Sao_Paulo",
			[]profiles.Consent{withdrawn}, nil, "BRL", "Meridian Mobile M", 4990},
		{"expired", "Sofia", "Lindqvist", "sofia.lindqvist@example.org", "+46846500401", "sv", "Europe/Stockholm",
			[]profiles.Consent{expired}, nil, "SEK", "Meridian Fibre 250", 44900},
		{"quiet-hours", "Kenji", "Morita", "kenji.morita@example.net", "+819000000002", "ja", "Asia/Tokyo",
			[]profiles.Consent{granted}, attributes("quiet_hours", "20:00-09:00"), "JPY", "Meridian Mobile M", 2980},
		{"frequency-cap", "Chloe", "Bennett", "chloe.bennett@example.com", "+447700900001", "en-GB", "Europe/London",
			[]profiles.Consent{granted}, attributes("frequency_cap_per_week", "2", "contacts_last_7_days", "2"), "GBP", "Meridian Fibre 250", 3200},
		{"open-complaint", "Murat", "Aksoy", "murat.aksoy@example.org", "+902320000001", "tr", "Europe/Istanbul",
			[]profiles.Consent{granted}, nil, "TRY", "Meridian Fibre 250", 74990},
		{"held", "Zofia", "Wrona", "zofia.wrona@example.net", "+48220000001", "pl", "Europe/Warsaw",
			[]profiles.Consent{granted}, attributes("held_by", "Marek, sales", "held_until", b.date(-5)), "PLN", "Meridian Mobile M", 4500},
		{"does-not-fit", "Claire", "Hudson", "claire.hudson@example.com", "+13125550101", "en-US", "America/Chicago",
			[]profiles.Consent{granted}, attributes("job_title", "director of marketing", "favourite_plan", "Meridian Mobile Business"), "USD", "Meridian Mobile Business", 9500},
		{"ready", "Tomás", "Ruiz", "tomas.ruiz@example.org", "+529990000001", "es-MX", "America/Merida",
			[]profiles.Consent{granted}, attributes("preferred_channel", "EMAIL", "favourite_plan", "Meridian Fibre 1000", "contract_ends_on", b.date(-12)), "MXN", "Meridian Fibre 250", 54900},
	} {
		c := b.add(&profiles.Customer{
			ID: "story-s4-" + who.key, GivenName: who.given, FamilyName: who.family, BirthDate: b.born(38),
			Language: who.language, TimeZone: who.timeZone, CreatedAt: b.at(400, 9, 0), UpdatedAt: b.at(12, 20, 4),
			ContactPoints: []profiles.ContactPoint{verified(email(who.email)), phone(who.phone)},
			Consents:      who.consents, Attributes: append(who.attributes, attributes("segment", "faster fibre campaign")...),
		})
		if who.key == "ready" {
			c.Consents = append(c.Consents, profiles.Consent{
				Purpose: "profiling", Status: "GRANTED", LegalBasis: "CONSENT", GivenAt: b.at(300, 9, 0), ExpiresAt: b.at(-430, 0, 0), Evidence: "web form 77",
			})
		}
		a := b.account(c, who.currency, "direct debit")
		price := money(who.price, who.currency)
		a.Subscriptions = []*billing.Subscription{monthly(who.plan, price, b.at(400, 9, 0))}
		a.Invoices = []*billing.Invoice{paid(price, b.at(10, 6, 0)), paid(price, b.at(40, 6, 0))}
		a.Charges = []*billing.Charge{charge(who.plan, price, b.at(8, 6, 0))}
		b.conversationOfVerdict(c, who.key)
	}
}

// conversationOfVerdict adds what support knows, where that decides.
func (b *builder) conversationOfVerdict(c *profiles.Customer, key string) {
	switch key {
	case "open-complaint":
		ticket(b.contact(c), support.Ticket{
			Title: "Üç gündür internet yok", Status: support.Open, Priority: "URGENT", Channel: profiles.Phone,
			Tags: []string{"complaint", "outage"}, CreatedAt: b.at(2, 8, 30),
		},
			said(b.at(2, 8, 30), "Murat", "Üç gündür internet yok, evden çalışıyorum. Bu dördüncü arayışım."),
			noted(b.at(1, 9, 0), "Elif", "Escalated to the network team. No sales calls until this is solved."),
		)
	case "frequency-cap":
		outside(b.contact(c), profiles.Email,
			answered(b.at(6, 9, 0), "Campaigns", "Your street now has 1000 Mbit/s."),
			answered(b.at(3, 9, 0), "Campaigns", "A reminder: your street now has 1000 Mbit/s."),
		)
	case "held":
		outside(b.contact(c), profiles.Phone,
			answered(b.at(3, 14, 0), "Marek", "Umówiliśmy się na rozmowę w przyszłym tygodniu."),
			noted(b.at(3, 14, 10), "Marek", "I hold her until our appointment, please do not call."),
		)
	}
}
