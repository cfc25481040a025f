package demo

import (
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// statuses are those of the first subscriptions of the population, in turn.
var statuses = []billing.SubscriptionStatus{
	billing.Active, billing.Active, billing.Active, billing.PastDue, billing.Active, billing.Active, billing.Trialing,
	billing.Active, billing.Active, billing.Canceled, billing.Active, billing.Active, billing.Paused, billing.Active,
	billing.Active, billing.Unpaid, billing.Active, billing.Incomplete, billing.Active, billing.Active,
	billing.IncompleteExpired, billing.Active, "AWAITING_SIM",
}

// accountsOf adds the billing accounts of a customer: one, none or two, the second
// one perhaps in another currency.
func (b *builder) accountsOf(s *someone) {
	if s.every(12, 7) {
		return
	}
	b.accountOf(s, s.place.currency, s.place.tariff)
	switch {
	case s.every(40, 3) && s.place.currency != "USD":
		b.accountOf(s, "USD", [3]int64{2500, 6500, 3000})
	case s.every(20, 13):
		b.accountOf(s, s.place.currency, s.place.tariff)
	}
	if s.every(71, 11) {
		b.exception(Exception{Source: profiles.Billing, RecordID: lastLink(s.Customer).RecordID, Age: 12 * 24 * time.Hour})
	}
}

func (b *builder) accountOf(s *someone, currency string, tariff [3]int64) {
	a := b.account(s.Customer, currency, s.place.payment[s.rand.IntN(2)])
	first := monthly("Meridian Fibre 250", money(tariff[1], currency), s.CreatedAt)
	b.withStatus(first, statuses[s.number%len(statuses)])
	a.Subscriptions = []*billing.Subscription{first}
	price := tariff[1]
	if s.every(2, 0) {
		mobile := monthly("Meridian Mobile M", money(tariff[0], currency), b.at(1+s.rand.IntN(s.known-1), 9, 0))
		if s.Kind == profiles.Organization {
			lines := 2 + s.rand.IntN(12)
			mobile.Quantity = &lines
			price += int64(lines) * tariff[0]
		} else if s.every(8, 4) {
			mobile.Name, mobile.Interval, mobile.Price = "Meridian Mobile M, yearly", "P1Y", money(11*tariff[0], currency)
		} else {
			price += tariff[0]
		}
		a.Subscriptions = append(a.Subscriptions, mobile)
	}
	if s.every(5, 1) {
		tv := monthly("Meridian TV", money(tariff[2], currency), b.at(35+s.rand.IntN(s.known-35), 9, 0))
		if s.every(10, 1) {
			ended(tv, b.at(1+s.rand.IntN(30), 0, 0))
		}
		a.Subscriptions = append(a.Subscriptions, tv)
		price += tariff[2]
	}
	b.invoicesOf(s, a, money(price, currency))
}

// withStatus gives a subscription a status and the dates that go with it.
func (b *builder) withStatus(s *billing.Subscription, status billing.SubscriptionStatus) {
	s.Status = status
	switch status {
	case billing.Trialing:
		s.StartedAt, s.TrialEndsAt = b.at(9, 9, 0), b.at(-21, 9, 0)
	case billing.Canceled:
		s.CanceledAt, s.EndedAt = b.at(50, 9, 0), b.at(20, 0, 0)
	case billing.IncompleteExpired:
		s.StartedAt, s.EndedAt = b.at(6, 9, 0), b.at(5, 9, 0)
	case billing.Incomplete:
		s.StartedAt = b.at(1, 9, 0)
	case billing.Active:
		s.CurrentPeriodEndsAt = b.at(-14, 9, 0)
	}
}

// invoicesOf adds the invoices and charges of the last months.
func (b *builder) invoicesOf(s *someone, a *billing.Record, price *billing.Money) {
	first := a.Subscriptions[0]
	newest := 16 + s.rand.IntN(10)
	switch {
	case first.Status == billing.Trialing:
		return
	case first.Status == billing.Incomplete || first.Status == billing.IncompleteExpired:
		a.Charges = append(a.Charges, &billing.Charge{
			Description: first.Name, Status: billing.Failed, Amount: price, ChargedAt: first.StartedAt,
		})
		return
	case first.Status == billing.PastDue || first.Status == billing.Unpaid:
		a.Invoices = append(a.Invoices, b.open(price, newest))
		a.Charges = append(a.Charges, &billing.Charge{
			Description: first.Name, Status: billing.Failed, Amount: price, ChargedAt: b.at(newest-1, 6, 0),
		})
	case s.every(4, 2):
		a.Invoices = append(a.Invoices, b.open(price, 1+s.rand.IntN(12)))
	}
	months := 2 + s.rand.IntN(5)
	for month := 1; month <= months && newest+30*month < s.known; month++ {
		a.Invoices = append(a.Invoices, paid(price, b.at(newest+30*month, 6, 0)))
		if month <= 3 {
			a.Charges = append(a.Charges, charge(first.Name, price, b.at(newest+30*month-2, 6, 0)))
		}
	}
	if len(a.Invoices) == 0 || len(a.Charges) == 0 {
		return
	}
	oldest, lastCharge := a.Invoices[len(a.Invoices)-1], a.Charges[len(a.Charges)-1]
	switch s.number % 29 {
	case 4:
		oldest.Status, oldest.AmountDue, oldest.PaidAt = billing.Void, money(0, price.Currency), time.Time{}
	case 8:
		oldest.Status, oldest.AmountDue, oldest.PaidAt = billing.Uncollectible, price, time.Time{}
	case 14:
		oldest.Status, oldest.PaidAt = "IN_COLLECTION", time.Time{}
	case 16:
		lastCharge.Status, lastCharge.Refunded = billing.Refunded, price
	case 19:
		lastCharge.Status = billing.Disputed
	case 25:
		a.Charges = append(a.Charges, &billing.Charge{
			Description: first.Name, Status: billing.Pending, Amount: price, ChargedAt: b.at(1, 6, 0),
		})
	}
}

// endings are the statuses of the newest tickets of the population, in turn; older
// tickets are closed.
var endings = []support.TicketStatus{
	support.Solved, support.Closed, support.Open, support.Solved, support.New, support.Pending, support.Solved,
	support.OnHold, support.Solved, support.Open, "AWAITING_COURIER",
}

// channels are those of the tickets of the population, in turn.
var channels = []profiles.Channel{
	profiles.Phone, profiles.Email, profiles.Web, profiles.Messenger, profiles.Phone, profiles.Forum, profiles.InPerson,
}

// agents are the colleagues who answer.
var agents = []string{"Jonas", "Vera", "Noor", "Aiko", "Marek", "Elif", "Idris", "Ola"}

// contactsOf adds the support contacts of a customer: one, none or two.
func (b *builder) contactsOf(s *someone) {
	if s.every(8, 7) || s.every(24, 9) {
		return
	}
	b.contactOf(s)
	switch {
	case s.every(31, 8):
		b.contactOf(s)
	case s.every(19, 3):
		l := lastLink(s.Customer)
		l.Method, l.Confidence = "PROBABILISTIC", new(float64(70+s.rand.IntN(28))/100)
		l.Evidence = "similar name and address"
	case s.every(47, 20):
		l := lastLink(s.Customer)
		l.Method, l.LinkedBy, l.Evidence = "MANUAL", "Jonas, support", "asked the customer"
	}
	if s.every(61, 12) {
		b.exception(Exception{Source: profiles.Support, RecordID: lastLink(s.Customer).RecordID, Age: 23 * 24 * time.Hour})
	}
}

func (b *builder) contactOf(s *someone) {
	r := b.contact(s.Customer)
	day := 2 + s.rand.IntN(25)
	for i := range 1 + s.number%3 {
		words := s.place.talks[(s.number+len(s.Links)+i)%2]
		t := support.Ticket{
			Title: words.title, Status: support.Closed, Priority: []support.TicketPriority{"NORMAL", "LOW", "NORMAL", "HIGH", "URGENT"}[(s.number+i)%5],
			Channel: channels[(s.number+i)%len(channels)], CreatedAt: b.at(day, 7+s.rand.IntN(12), s.rand.IntN(60)),
		}
		if i == 0 {
			t.Status = endings[s.number%len(endings)]
		}
		messages := []support.Message{said(t.CreatedAt, s.person.given, words.question)}
		if s.every(5, 3) {
			received := answered(t.CreatedAt.Add(time.Minute), Name, "#"+s.ID)
			received.Automatic = true
			messages = append(messages, received)
		}
		if s.every(6, 5) {
			messages = append(messages, noted(t.CreatedAt.Add(2*time.Hour), "Second line", "Looked at it, see the line's log."))
		}
		if t.Status != support.New && t.Status != support.Open {
			messages = append(messages, answered(t.CreatedAt.Add(26*time.Hour), agents[s.number%len(agents)], words.answer))
		}
		if t.Status == support.Solved || t.Status == support.Closed {
			t.SolvedAt = t.CreatedAt.Add(27 * time.Hour)
			if s.every(2, 1) {
				t.Satisfaction = &support.Rating{Rating: float64(1 + s.rand.IntN(5)), Scale: 5, RatedAt: t.SolvedAt.Add(time.Hour)}
			}
		}
		if s.every(3, 0) {
			t.Tags = []string{"vip", "repeated", "outage", "invoice"}[s.number%4 : s.number%4+1]
		}
		ticket(r, t, messages...)
		if day += 20 + s.rand.IntN(120); day >= s.known {
			return
		}
	}
}

// networksOf adds the accounts of a customer on social networks: mostly none.
func (b *builder) networksOf(s *someone) {
	if s.every(6, 2) {
		b.networkOf(s, "mastodon", s.every(12, 2))
	}
	if s.every(9, 5) {
		b.networkOf(s, "bluesky", s.every(18, 5))
	}
	if s.every(26, 1) {
		b.networkOf(s, "other", true)
	}
}

// networkOf adds an account. One that the customer told us is a contact point too;
// the others are linked by likeness.
func (b *builder) networkOf(s *someone, network string, told bool) {
	name := asHandle(network, s.person.login)
	r := b.profile(s.Customer, network, name)
	if told {
		s.ContactPoints = append(s.ContactPoints, handle(network, name))
	} else {
		l := lastLink(s.Customer)
		l.Method, l.Confidence = "PROBABILISTIC", new(float64(60+s.rand.IntN(39))/100)
		l.Evidence = "same name and picture, posts from the same town"
	}
	if !s.every(5, 4) {
		r.Followers = new(s.rand.IntN(1500))
	}
	r.LastActiveAt = b.at(1+s.rand.IntN(20), 12, 0)
	for i := range s.rand.IntN(5) {
		words := s.place.posts[(s.number+i)%3]
		mention(r, b.at(1+s.rand.IntN(12)+25*i, 8+s.rand.IntN(12), s.rand.IntN(60)), s.place.language, words.text, words.sentiment)
		if words.sentiment == 0 {
			r.Mentions[i].SentimentValue = nil
		}
	}
	if s.every(51, 32) {
		b.exception(Exception{Source: profiles.Social, RecordID: r.RecordID, Age: 9 * 24 * time.Hour})
	}
}
