package demo

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// A builder makes a company, customer by customer.
type builder struct {
	*Company
	// day is the start of the day that all dates are relative to. What has happened
	// is at least one day ago, so that it is over at any hour of that day.
	day time.Time
}

// at gives a time of a day in the past; of a day in the future if days is negative.
func (b *builder) at(daysAgo, hour, minute int) time.Time {
	return b.day.AddDate(0, 0, -daysAgo).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// date gives a day in the past as a date; in the future if days is negative.
func (b *builder) date(daysAgo int) string { return b.at(daysAgo, 0, 0).Format(time.DateOnly) }

// born gives the date of birth of somebody who is that many years old, and some
// months: it is a number of days ago, as all dates are.
func (b *builder) born(years int) string { return b.date(years*1461/4 + 20 + years*53%320) }

// add adds a customer. A person's name follows from the given and the family
// name where it is not given.
func (b *builder) add(c *profiles.Customer) *profiles.Customer {
	c.Kind = cmp.Or(c.Kind, profiles.Person)
	if c.Name == "" && c.GivenName != "" {
		c.Name = c.GivenName + " " + c.FamilyName
	}
	b.Customers = append(b.Customers, c)
	return c
}

// account adds a billing account to a customer, with a link to it.
func (b *builder) account(c *profiles.Customer, currency, paymentMethod string) *billing.Record {
	r := &billing.Record{Account: billing.Account{
		Name: c.Name, Currency: currency, PaymentMethod: paymentMethod, CreatedAt: c.CreatedAt,
	}}
	r.RecordID = b.link(c, profiles.Billing, "billing", "same customer number in the contract")
	r.URL = "https://billing.example.com/accounts/" + r.RecordID
	b.Billing = append(b.Billing, r)
	return r
}

// contact adds a support contact to a customer, with a link to it.
func (b *builder) contact(c *profiles.Customer) *support.Record {
	r := &support.Record{}
	r.RecordID = b.link(c, profiles.Support, "support", "same e-mail address or phone number, confirmed by a code")
	r.URL = "https://support.example.com/contacts/" + r.RecordID
	b.Support = append(b.Support, r)
	return r
}

// profile adds an account on a social network to a customer, with a link to it.
func (b *builder) profile(c *profiles.Customer, network, handle string) *social.Record {
	r := &social.Record{Profile: social.Profile{Network: network, Handle: handle, DisplayName: c.Name}}
	r.RecordID = b.link(c, profiles.Social, network, "the customer signed in with this account")
	r.URL = "https://" + network + ".example.social/" + url.PathEscape("@"+handle)
	b.Social = append(b.Social, r)
	return r
}

// link adds a link to a record of the customer's own and gives the record's key.
func (b *builder) link(c *profiles.Customer, source profiles.SourceName, what, evidence string) string {
	key, n := c.ID+"-"+what, 1
	for _, l := range c.Links {
		if l.Source == source && strings.HasPrefix(l.RecordID, c.ID+"-"+what) {
			n++
		}
	}
	if n > 1 {
		key = fmt.Sprintf("%s-%d", key, n)
	}
	c.Links = append(c.Links, profiles.Link{
		Source: source, System: System, RecordID: key, Method: "DETERMINISTIC", Evidence: evidence,
		LinkedAt: c.CreatedAt.AddDate(0, 0, 1),
	})
	return key
}

// lastLink gives the link that was added last, to say more of it.
func lastLink(c *profiles.Customer) *profiles.Link { return &c.Links[len(c.Links)-1] }

// exception says that a record is not landed as fresh and whole.
func (b *builder) exception(e Exception) { b.Exceptions = append(b.Exceptions, e) }

// ticket adds a ticket and what was said in it. Messages come through the ticket's
// channel unless they name one.
func ticket(r *support.Record, t support.Ticket, messages ...support.Message) {
	t.RecordID = fmt.Sprintf("%s-t%d", r.RecordID, len(r.Tickets)+1)
	r.Tickets = append(r.Tickets, &t)
	for _, m := range messages {
		m.TicketID = t.RecordID
		m.Channel = cmp.Or(m.Channel, t.Channel)
		r.Messages = append(r.Messages, &m)
	}
}

// outside adds messages that belong to no ticket.
func outside(r *support.Record, channel profiles.Channel, messages ...support.Message) {
	for _, m := range messages {
		m.Channel = channel
		r.Messages = append(r.Messages, &m)
	}
}

// said, answered and noted give messages from the customer, to the customer and
// between colleagues.
func said(at time.Time, author, body string) support.Message {
	return support.Message{Direction: support.Inbound, AuthorName: author, Body: body, SentAt: at}
}

func answered(at time.Time, author, body string) support.Message {
	return support.Message{Direction: support.Outbound, AuthorName: author, Body: body, SentAt: at}
}

func noted(at time.Time, author, body string) support.Message {
	return support.Message{Direction: support.Internal, AuthorName: author, Body: body, SentAt: at}
}

// through gives the message with another channel than its ticket's.
func through(channel profiles.Channel, m support.Message) support.Message {
	m.Channel = channel
	return m
}

// mention adds a post about the company.
func mention(r *social.Record, at time.Time, language, text string, sentiment float64) {
	r.Mentions = append(r.Mentions, &social.Mention{
		Text: text, Language: language, SentimentValue: &sentiment, PostedAt: at,
	})
}

// email, phone, sms, messenger, handle and postal give contact points. The first
// three must be normalised.
func email(address string) profiles.ContactPoint {
	return profiles.ContactPoint{Channel: profiles.Email, Value: address, IsPrimary: true}
}

func phone(number string) profiles.ContactPoint {
	return profiles.ContactPoint{Channel: profiles.Phone, Value: number, IsPrimary: true}
}

func sms(number string) profiles.ContactPoint {
	return profiles.ContactPoint{Channel: profiles.SMS, Value: number}
}

func messenger(name string) profiles.ContactPoint {
	return profiles.ContactPoint{Channel: profiles.Messenger, Value: name}
}

func handle(network, name string) profiles.ContactPoint {
	return profiles.ContactPoint{Channel: profiles.SocialMedia, Network: network, Value: name}
}

func postal(country, postalCode, locality string, lines ...string) profiles.ContactPoint {
	return profiles.ContactPoint{Channel: profiles.Post, Address: &profiles.Address{
		Lines: lines, PostalCode: postalCode, Locality: locality, Country: country,
	}}
}

// secondary gives a contact point that is not the preferred one of its channel.
func secondary(p profiles.ContactPoint) profiles.ContactPoint {
	p.IsPrimary = false
	return p
}

// verified gives a contact point that is known to reach the customer.
func verified(p profiles.ContactPoint) profiles.ContactPoint {
	p.IsVerified = new(true)
	return p
}

// money gives an amount in the currency's smallest unit.
func money(minor int64, currency string) *billing.Money {
	return &billing.Money{Minor: minor, Currency: currency}
}

// monthly gives a subscription that is paid for every month and runs.
func monthly(name string, price *billing.Money, startedAt time.Time) *billing.Subscription {
	return &billing.Subscription{
		Name: name, Status: billing.Active, Price: price, Interval: "P1M", StartedAt: startedAt,
	}
}

// ended gives the subscription as one that was cancelled and ended.
func ended(s *billing.Subscription, at time.Time) *billing.Subscription {
	s.Status, s.CanceledAt, s.EndedAt = billing.Canceled, at, at
	return s
}

// charge gives a payment that was received.
func charge(description string, amount *billing.Money, at time.Time) *billing.Charge {
	return &billing.Charge{Description: description, Status: billing.Succeeded, Amount: amount, ChargedAt: at}
}

// paid gives an invoice that was paid two days after it was issued.
func paid(total *billing.Money, issuedAt time.Time) *billing.Invoice {
	return &billing.Invoice{
		Status: billing.Paid, Total: total, AmountDue: money(0, total.Currency),
		IssuedAt: issuedAt, DueAt: issuedAt.AddDate(0, 0, 14), PaidAt: issuedAt.AddDate(0, 0, 2),
	}
}

// open gives an invoice that was issued that many days ago and is not paid: due,
// or overdue after 14 days.
func (b *builder) open(total *billing.Money, daysAgo int) *billing.Invoice {
	i := &billing.Invoice{
		Status: billing.Due, Total: total, AmountDue: total,
		IssuedAt: b.at(daysAgo, 6, 0), DueAt: b.at(daysAgo-14, 6, 0),
	}
	if daysAgo > 14 {
		i.Status = billing.Overdue
	}
	return i
}
