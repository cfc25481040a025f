package demo

import (
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// stories adds the customers that show what the gateway is for. Each has a key that
// says which story it belongs to, as "story-s1".
func (b *builder) stories() {
	b.calledThreeTimes()
	b.singleWindow()
	b.socialCRM()
	b.fiveRights()
	b.cityServices()
	b.donorClub()
	b.loyalty()
}

// calledThreeTimes is story S1, the subscriber whom three agents call with three
// pitches, since none sees what is known of him. story-s1, grigory@example.com: a man
// of 35 to 44 with a degree; three contracts in five years; digital television for
// one month, and no more; a router behind the modem and six devices; a spell of
// support calls that ended when the trouble was solved; two children; and single
// football broadcasts for 55 roubles several times a month, watched on a laptop.
func (b *builder) calledThreeTimes() {
	c := b.add(&profiles.Customer{
		ID: "story-s1", GivenName: "Grigory", FamilyName: "Lazarev", BirthDate: b.born(40),
		Language: "ru", TimeZone: "Europe/Moscow", CreatedAt: b.at(1790, 10, 20), UpdatedAt: b.at(6, 9, 15),
		ContactPoints: []profiles.ContactPoint{
			verified(email("grigory@example.com")), verified(phone("+74950000101")), messenger("grigory.lazarev"),
			postal("RU", "101000", "Москва", "Липовая аллея 14, кв. 8"),
		},
		Attributes: attributes(
			"degree", "university degree",
			"home_network", "router behind the modem",
			"device_count", "6",
			"viewing_device", "15-inch laptop",
			"contract_ends_on", b.date(-210),
			"nps", "8",
		),
		Consents: []profiles.Consent{
			{Purpose: "marketing", Channel: profiles.Phone, Status: "GRANTED", LegalBasis: "CONSENT", GivenAt: b.at(520, 12, 5), Evidence: "contract, page 4"},
			{Purpose: "profiling", Status: "GRANTED", LegalBasis: "LEGITIMATE_INTERESTS", GivenAt: b.at(520, 12, 5), Evidence: "contract, page 4"},
		},
		Relations: []profiles.Relation{
			{Kind: "CHILD", Name: "Masha", BirthDate: b.born(9)},
			{Kind: "CHILD", Name: "Kolya", BirthDate: b.born(5)},
		},
	})
	a := b.account(c, "RUB", "card ending in 4417")
	internet := money(65000, "RUB")
	a.Subscriptions = []*billing.Subscription{
		ended(monthly("Home Internet 50", money(45000, "RUB"), b.at(1790, 10, 20)), b.at(1160, 0, 0)),
		ended(monthly("Home Internet 100", money(55000, "RUB"), b.at(1160, 0, 0)), b.at(520, 0, 0)),
		monthly("Home Internet 200", internet, b.at(520, 0, 0)),
		ended(monthly("Digital television", money(29900, "RUB"), b.at(300, 0, 0)), b.at(270, 0, 0)),
	}
	for month := range 6 {
		a.Invoices = append(a.Invoices, paid(internet, b.at(30*month+5, 6, 0)))
	}
	// Match days: four to five in each of the last two months.
	for _, daysAgo := range []int{3, 9, 15, 24, 30, 37, 44, 51, 58} {
		a.Charges = append(a.Charges, charge("Football broadcast, single match", money(5500, "RUB"), b.at(daysAgo, 17, 50)))
	}
	a.Charges = append(a.Charges,
		charge("Home Internet 200", internet, b.at(3, 6, 0)),
		charge("Home Internet 200", internet, b.at(33, 6, 0)))

	s := b.contact(c)
	call := func(daysAgo, hour int, body string) support.Message {
		return said(b.at(daysAgo, hour, 10), "Grigory", body)
	}
	ticket(s, support.Ticket{
		Title: "Internet drops out every evening", Status: support.Closed, Priority: "HIGH", Channel: profiles.Phone,
		Tags: []string{"connection", "repeated"}, CreatedAt: b.at(455, 19, 10), SolvedAt: b.at(431, 16, 0),
		Satisfaction: &support.Rating{Rating: 5, Scale: 5, Count: 1, RatedAt: b.at(430, 9, 0)},
	},
		call(455, 19, "The connection drops every evening at about eight."),
		call(452, 20, "It dropped again, twice. I restarted everything."),
		call(449, 19, "Third call. The children cannot do their homework."),
		call(446, 21, "Nobody called back as promised."),
		call(443, 19, "Still the same. I will look for another provider."),
		answered(b.at(432, 11, 0), "Vera", "A technician comes tomorrow between three and five."),
		noted(b.at(431, 16, 0), "Technician", "Modem in bridge mode behind his own router, splitter replaced. Stable for an hour of full load."),
		answered(b.at(430, 9, 0), "Vera", "Called to ask: no drop since. The customer is content and thanked the technician."),
	)
}

// singleWindow is story S2: whoever answers sees one history of all channels in
// time order. story-s2, amelie.fontaine@example.org: one matter that she brought up
// by web form, phone, messenger, forum and mail within three weeks.
func (b *builder) singleWindow() {
	c := b.add(&profiles.Customer{
		ID: "story-s2", GivenName: "Amélie", FamilyName: "Fontaine", BirthDate: b.born(33),
		Language: "fr", TimeZone: "Europe/Paris", CreatedAt: b.at(610, 8, 0), UpdatedAt: b.at(4, 15, 0),
		ContactPoints: []profiles.ContactPoint{
			verified(email("amelie.fontaine@example.org")), verified(phone("+33261910001")), messenger("amelie.f"),
			handle("forum", "amelie_f"),
		},
		Attributes: attributes("preferred_channel", "MESSENGER", "online", "true", "paperless", "true"),
		Consents: []profiles.Consent{
			{Purpose: "service", Status: "GRANTED", LegalBasis: "CONTRACT", GivenAt: b.at(610, 8, 0)},
		},
	})
	a := b.account(c, "EUR", "prélèvement SEPA")
	fibre := money(3495, "EUR")
	a.Subscriptions = []*billing.Subscription{monthly("Meridian Fibre 250", fibre, b.at(610, 8, 0))}
	a.Invoices = []*billing.Invoice{b.open(fibre, 8), paid(fibre, b.at(38, 6, 0)), paid(fibre, b.at(68, 6, 0))}
	a.Charges = []*billing.Charge{
		{Description: "Meridian Fibre 250", Status: billing.Refunded, Amount: fibre, Refunded: money(1165, "EUR"), ChargedAt: b.at(36, 6, 0)},
		charge("Meridian Fibre 250", fibre, b.at(66, 6, 0)),
	}

	s := b.contact(c)
	ticket(s, support.Ticket{
		Title: "Déménagement : transférer la fibre", Status: support.Pending, Priority: "NORMAL", Channel: profiles.Web,
		Tags: []string{"moving"}, CreatedAt: b.at(21, 9, 30),
	},
		said(b.at(21, 9, 30), "Amélie", "Je déménage à la fin du mois. Comment garder ma ligne ?"),
		answered(b.at(21, 14, 5), "Noor", "Il nous faut la nouvelle adresse et la date. Nous nous occupons du reste."),
		through(profiles.Phone, said(b.at(17, 11, 20), "Amélie", "Appel : elle donne la nouvelle adresse, la date reste à fixer.")),
		through(profiles.Messenger, said(b.at(12, 18, 45), "Amélie", "Ce sera le 28. Faut-il quelqu'un sur place ?")),
		through(profiles.Messenger, answered(b.at(12, 18, 52), "Noor", "Oui, entre 8 h et 12 h. Un voisin avec la clé suffit.")),
		through(profiles.Forum, said(b.at(7, 20, 10), "amelie_f", "Quelqu'un a déjà transféré sa fibre chez Meridian ? Combien de temps sans Internet ?")),
		through(profiles.Forum, answered(b.at(6, 8, 40), "Noor (Meridian)", "Bonjour amelie_f, c'est moi qui suis votre dossier : une matinée au plus.")),
		noted(b.at(6, 8, 45), "Noor", "Forum et dossier : même personne, je réponds aux deux."),
	)
	ticket(s, support.Ticket{
		Title: "Facture trop élevée", Status: support.Solved, Priority: "NORMAL", Channel: profiles.Email,
		Tags: []string{"invoice"}, CreatedAt: b.at(37, 10, 0), SolvedAt: b.at(35, 12, 0),
		Satisfaction: &support.Rating{Rating: 4, Scale: 5, Count: 1, RatedAt: b.at(34, 9, 0)},
	},
		said(b.at(37, 10, 0), "Amélie", "La panne de dix jours n'est pas déduite de ma facture."),
		answered(b.at(35, 12, 0), "Idris", "C'est corrigé : nous remboursons 11,65 €."),
	)
}

// socialCRM is story S3: mentions are mapped to a customer, answered by somebody
// responsible, and the answer is in the one history. story-s3, yuki.tanabe@example.net:
// two accounts on networks, one linked for certain and one by likeness; an angry
// mention with a reply in support's history, and a kind one after it.
func (b *builder) socialCRM() {
	c := b.add(&profiles.Customer{
		ID: "story-s3", Name: "田辺 由紀", GivenName: "由紀", FamilyName: "田辺", BirthDate: b.born(28),
		Language: "ja", TimeZone: "Asia/Tokyo", CreatedAt: b.at(420, 2, 0), UpdatedAt: b.at(5, 3, 0),
		ContactPoints: []profiles.ContactPoint{
			verified(email("yuki.tanabe@example.net")), sms("+819000000001"),
			handle("mastodon", "yuki_tanabe@example.social"),
		},
		Attributes: attributes("segment", "opinion leaders", "nps", "6"),
		Consents: []profiles.Consent{
			{Purpose: "marketing", Channel: profiles.SocialMedia, Status: "DENIED", LegalBasis: "CONSENT", GivenAt: b.at(420, 2, 0)},
		},
	})
	m := b.profile(c, "mastodon", "yuki_tanabe@example.social")
	m.Followers, m.LastActiveAt = new(4210), b.at(1, 12, 0)
	lastLink(c).Evidence = "the e-mail address confirmed at sign-in is the profile's"
	mention(m, b.at(9, 11, 5), "ja", "メリディアンの回線、今夜も切れた。もう三日目です。", -0.8)
	mention(m, b.at(5, 2, 40), "ja", "メリディアンが昨日直してくれました。対応が早くて助かりました。", 0.7)
	mention(m, b.at(60, 4, 0), "ja", "メリディアンの光回線に替えました。", 0.2)
	for _, post := range m.Mentions {
		post.Reach = new(3900)
	}

	k := b.profile(c, "bluesky", "yukit.example.social")
	k.DisplayName, k.Followers, k.LastActiveAt = "Yuki T.", new(655), b.at(2, 10, 0)
	l := lastLink(c)
	l.Method, l.Confidence, l.LinkedAt = "PROBABILISTIC", new(0.87), b.at(8, 1, 0)
	l.Evidence = "same picture, same town, and the same outage told within the hour"
	mention(k, b.at(9, 11, 40), "ja", "メリディアンに電話したら40分待ち。", -0.6)

	s := b.contact(c)
	ticket(s, support.Ticket{
		Title: "回線が毎晩切れる (Mastodon)", Status: support.Solved, Priority: "URGENT", Channel: profiles.SocialMedia,
		Tags: []string{"mention", "outage"}, CreatedAt: b.at(9, 11, 9), SolvedAt: b.at(6, 6, 0),
		Satisfaction: &support.Rating{Rating: 4, Scale: 5, Count: 1, RatedAt: b.at(5, 3, 0)},
	},
		noted(b.at(9, 11, 9), "Monitoring", "Negative mention with 4210 followers: to the network team, responsible: Aiko."),
		answered(b.at(9, 11, 31), "Aiko (Meridian)", "ご迷惑をおかけしております。回線を確認しますので、DMで住所をお知らせください。"),
		said(b.at(9, 12, 2), "由紀", "DMで送りました。"),
		answered(b.at(6, 6, 0), "Aiko (Meridian)", "集合住宅の機器を交換しました。その後はいかがでしょうか。"),
	)
	a := b.account(c, "JPY", "コンビニ払い")
	a.Subscriptions = []*billing.Subscription{monthly("Meridian Fibre 1000", money(5280, "JPY"), b.at(60, 0, 0))}
	a.Invoices = []*billing.Invoice{b.open(money(5280, "JPY"), 3), paid(money(5280, "JPY"), b.at(33, 6, 0))}
	a.Charges = []*billing.Charge{charge("Meridian Fibre 1000", money(5280, "JPY"), b.at(31, 6, 0))}
}
