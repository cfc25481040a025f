package gateway

import (
	"encoding/json"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// What follows reads the records of the stub into the domains' types: of the parts
// that are wanted, in one pass, and nothing of the others.

func unquote(raw string, into *string) error { return json.Unmarshal([]byte(raw), into) }

// slab gives places for values, twice as many at once each time.
type slab[T any] struct {
	free []T
	last int
}

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.last = min(max(4, 2*s.last), 128)
		s.free = make([]T, s.last)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}

// list reads a list of facts into places of a slab.
func list[T any](s *scanner, places *slab[T], one func(*scanner, *T)) []*T {
	if !s.open('[') {
		return nil
	}
	all := make([]*T, 0, 4)
	for s.more() {
		p := places.next()
		one(s, p)
		all = append(all, p)
	}
	return all
}

type billingReader struct {
	records       slab[billing.Record]
	money         slab[billing.Money]
	ints          slab[int]
	bools         slab[bool]
	subscriptions slab[billing.Subscription]
	invoices      slab[billing.Invoice]
	charges       slab[billing.Charge]
}

func (b *billingReader) price(s *scanner) *billing.Money {
	if m := b.money.next(); s.money(m) {
		return m
	}
	return nil
}

func (b *billingReader) record(s *scanner, want sources.Parts) (string, *billing.Record) {
	r := b.records.next()
	if !s.open('{') {
		return "", nil
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch {
		case key == "recordId":
			r.RecordID = s.string()
		case key == "name":
			r.Name = s.string()
		case key == "balance":
			r.Balance = b.price(s)
		case key == "currency":
			r.Currency = s.string()
		case key == "paymentMethod":
			r.PaymentMethod = s.string()
		case key == "isDelinquent":
			r.IsDelinquent = b.bools.next()
			*r.IsDelinquent = s.bool()
		case key == "createdAt":
			r.CreatedAt = s.time()
		case key == "subscriptions" && want.Has(billing.PartSubscriptions):
			r.Subscriptions = list(s, &b.subscriptions, b.subscription)
		case key == "invoices" && want.Has(billing.PartInvoices):
			r.Invoices = list(s, &b.invoices, b.invoice)
		case key == "charges" && want.Has(billing.PartCharges):
			r.Charges = list(s, &b.charges, b.charge)
		default:
			s.skip()
		}
	}
	return r.RecordID, r
}

func (b *billingReader) subscription(s *scanner, f *billing.Subscription) {
	if !s.open('{') {
		return
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "recordId":
			f.RecordID = s.string()
		case "name":
			f.Name = s.string()
		case "status":
			f.Status = billing.SubscriptionStatus(s.string())
		case "quantity":
			f.Quantity = b.ints.next()
			*f.Quantity = s.int()
		case "price":
			f.Price = b.price(s)
		case "interval":
			f.Interval = s.string()
		case "mrr":
			f.MRR = b.price(s)
		case "startedAt":
			f.StartedAt = s.time()
		case "currentPeriodEndsAt":
			f.CurrentPeriodEndsAt = s.time()
		default:
			s.skip()
		}
	}
}

func (b *billingReader) invoice(s *scanner, f *billing.Invoice) {
	if !s.open('{') {
		return
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "recordId":
			f.RecordID = s.string()
		case "number":
			f.Number = s.string()
		case "description":
			f.Description = s.string()
		case "status":
			f.Status = billing.InvoiceStatus(s.string())
		case "total":
			f.Total = b.price(s)
		case "amountDue":
			f.AmountDue = b.price(s)
		case "issuedAt":
			f.IssuedAt = s.time()
		case "dueAt":
			f.DueAt = s.time()
		case "paidAt":
			f.PaidAt = s.time()
		default:
			s.skip()
		}
	}
}

func (b *billingReader) charge(s *scanner, f *billing.Charge) {
	if !s.open('{') {
		return
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "recordId":
			f.RecordID = s.string()
		case "status":
			f.Status = billing.ChargeStatus(s.string())
		case "amount":
			f.Amount = b.price(s)
		case "paymentMethod":
			f.PaymentMethod = s.string()
		case "chargedAt":
			f.ChargedAt = s.time()
		default:
			s.skip()
		}
	}
}

type supportReader struct {
	records  slab[support.Record]
	tickets  slab[support.Ticket]
	messages slab[support.Message]
}

func (b *supportReader) record(s *scanner, want sources.Parts) (string, *support.Record) {
	r := b.records.next()
	if !s.open('{') {
		return "", nil
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch {
		case key == "recordId":
			r.RecordID = s.string()
		case key == "tickets" && want.Has(support.PartTickets):
			r.Tickets = list(s, &b.tickets, b.ticket)
		case key == "messages" && want.Has(support.PartMessages):
			r.Messages = list(s, &b.messages, b.message)
		default:
			s.skip()
		}
	}
	return r.RecordID, r
}

func (b *supportReader) ticket(s *scanner, f *support.Ticket) {
	if !s.open('{') {
		return
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "recordId":
			f.RecordID = s.string()
		case "title":
			f.Title = s.string()
		case "status":
			f.Status = support.TicketStatus(s.string())
		case "priority":
			f.Priority = support.TicketPriority(s.string())
		case "channel":
			f.Channel = profiles.Channel(s.string())
		case "tags":
			f.Tags = texts(s)
		case "createdAt":
			f.CreatedAt = s.time()
		case "updatedAt":
			f.UpdatedAt = s.time()
		case "solvedAt":
			f.SolvedAt = s.time()
		default:
			s.skip()
		}
	}
}

func texts(s *scanner) []string {
	if !s.open('[') {
		return nil
	}
	all := make([]string, 0, 2)
	for s.more() {
		all = append(all, s.string())
	}
	return all
}

func (b *supportReader) message(s *scanner, f *support.Message) {
	if !s.open('{') {
		return
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "recordId":
			f.RecordID = s.string()
		case "ticketId":
			f.TicketID = s.string()
		case "channel":
			f.Channel = profiles.Channel(s.string())
		case "direction":
			f.Direction = support.Direction(s.string())
		case "authorName":
			f.AuthorName = s.string()
		case "body":
			f.Body = s.string()
		case "sentAt":
			f.SentAt = s.time()
		default:
			s.skip()
		}
	}
}

type socialReader struct {
	records  slab[social.Record]
	mentions slab[social.Mention]
	ints     slab[int]
	floats   slab[float64]
}

func (b *socialReader) record(s *scanner, want sources.Parts) (string, *social.Record) {
	r := b.records.next()
	if !s.open('{') {
		return "", nil
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch {
		case key == "recordId":
			r.RecordID = s.string()
		case key == "network":
			r.Network = s.string()
		case key == "handle":
			r.Handle = s.string()
		case key == "displayName":
			r.DisplayName = s.string()
		case key == "followers":
			r.Followers = b.ints.next()
			*r.Followers = s.int()
		case key == "lastActiveAt":
			r.LastActiveAt = s.time()
		case key == "mentions" && want.Has(social.PartMentions):
			r.Mentions = list(s, &b.mentions, b.mention)
		default:
			s.skip()
		}
	}
	return r.RecordID, r
}

func (b *socialReader) mention(s *scanner, f *social.Mention) {
	if !s.open('{') {
		return
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "recordId":
			f.RecordID = s.string()
		case "network":
			f.Network = s.string()
		case "text":
			f.Text = s.string()
		case "language":
			f.Language = s.string()
		case "sentiment":
			f.SentimentValue = b.floats.next()
			*f.SentimentValue = s.float()
		case "reach":
			f.Reach = b.ints.next()
			*f.Reach = s.int()
		case "postedAt":
			f.PostedAt = s.time()
		default:
			s.skip()
		}
	}
}
