package importer

import (
	"errors"
	"time"

	"customer360/sources"
	"customer360/sources/billing"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	"customer360/sources/profiles"
	"customer360/sources/social"
	socialdocs "customer360/sources/social/documents"
	"customer360/sources/support"
	supportdocs "customer360/sources/support/documents"
)

// A domain is what the importer knows of the records R of one source.
type domain[R any] struct {
	source profiles.SourceName
	// collection is where the records are landed unless the mapping says otherwise.
	collection string
	form       form[R]
	ref        func(*R) *sources.Ref
	document   func(r *R, syncedAt time.Time, truncated bool) documents.Document
}

// refParts are the keys of everything that stands in a system.
func refParts[T any](key string, ref func(*T) *sources.Ref) []part[T] {
	return []part[T]{
		needed(field(key, recordKey, func(t *T) *string { return &ref(t).RecordID })),
		field("url", absoluteURL, func(t *T) *string { return &ref(t).URL }),
	}
}

func parts[T any](first []part[T], more ...part[T]) form[T] {
	return form[T]{parts: append(first, more...)}
}

var billingDomain = domain[billing.Record]{
	source:     profiles.Billing,
	collection: "billing",
	ref:        func(r *billing.Record) *sources.Ref { return &r.Ref },
	document:   billingdocs.Document,
	form: parts(refParts("id", func(r *billing.Record) *sources.Ref { return &r.Ref }),
		field("name", nameText, func(r *billing.Record) *string { return &r.Name }),
		pointer("balance", money, func(r *billing.Record) **billing.Money { return &r.Balance }),
		field("currency", currency, func(r *billing.Record) *string { return &r.Currency }),
		field("paymentMethod", text, func(r *billing.Record) *string { return &r.PaymentMethod }),
		pointer("isDelinquent", boolean, func(r *billing.Record) **bool { return &r.IsDelinquent }),
		field("createdAt", moment, func(r *billing.Record) *time.Time { return &r.CreatedAt }),
		list("subscriptions", subscriptionForm, func(r *billing.Record, s *billing.Subscription) {
			mergeFacts(&r.Subscriptions, s)
		}),
		list("invoices", invoiceForm, func(r *billing.Record, i *billing.Invoice) { mergeFacts(&r.Invoices, i) }),
		list("charges", chargeForm, func(r *billing.Record, c *billing.Charge) { mergeFacts(&r.Charges, c) }),
	),
}

var subscriptionForm = parts(refParts("recordId", func(s *billing.Subscription) *sources.Ref { return &s.Ref }),
	field("name", text, func(s *billing.Subscription) *string { return &s.Name }),
	field("status", oneOf(billing.Incomplete, billing.IncompleteExpired, billing.Trialing, billing.Active, billing.PastDue,
		billing.Canceled, billing.Unpaid, billing.Paused, billing.OtherSubscriptionStatus),
		func(s *billing.Subscription) *billing.SubscriptionStatus { return &s.Status }),
	field("rawStatus", text, func(s *billing.Subscription) *string { return &s.RawStatus }),
	pointer("quantity", count, func(s *billing.Subscription) **int { return &s.Quantity }),
	pointer("price", money, func(s *billing.Subscription) **billing.Money { return &s.Price }),
	field("interval", interval, func(s *billing.Subscription) *string { return &s.Interval }),
	pointer("mrr", money, func(s *billing.Subscription) **billing.Money { return &s.MRR }),
	field("startedAt", moment, func(s *billing.Subscription) *time.Time { return &s.StartedAt }),
	field("trialEndsAt", moment, func(s *billing.Subscription) *time.Time { return &s.TrialEndsAt }),
	field("currentPeriodEndsAt", moment, func(s *billing.Subscription) *time.Time { return &s.CurrentPeriodEndsAt }),
	field("canceledAt", moment, func(s *billing.Subscription) *time.Time { return &s.CanceledAt }),
	field("endedAt", moment, func(s *billing.Subscription) *time.Time { return &s.EndedAt }),
)

var invoiceForm = parts(refParts("recordId", func(i *billing.Invoice) *sources.Ref { return &i.Ref }),
	field("number", text, func(i *billing.Invoice) *string { return &i.Number }),
	field("description", text, func(i *billing.Invoice) *string { return &i.Description }),
	field("status", oneOf(billing.Draft, billing.Due, billing.Overdue, billing.Paid, billing.Void, billing.Uncollectible,
		billing.OtherInvoiceStatus), func(i *billing.Invoice) *billing.InvoiceStatus { return &i.Status }),
	field("rawStatus", text, func(i *billing.Invoice) *string { return &i.RawStatus }),
	pointer("total", money, func(i *billing.Invoice) **billing.Money { return &i.Total }),
	pointer("amountDue", money, func(i *billing.Invoice) **billing.Money { return &i.AmountDue }),
	needed(field("issuedAt", moment, func(i *billing.Invoice) *time.Time { return &i.IssuedAt })),
	field("dueAt", moment, func(i *billing.Invoice) *time.Time { return &i.DueAt }),
	field("paidAt", moment, func(i *billing.Invoice) *time.Time { return &i.PaidAt }),
)

var chargeForm = parts(refParts("recordId", func(c *billing.Charge) *sources.Ref { return &c.Ref }),
	field("description", text, func(c *billing.Charge) *string { return &c.Description }),
	field("status", oneOf(billing.Succeeded, billing.Pending, billing.Failed, billing.Refunded, billing.Disputed,
		billing.OtherChargeStatus), func(c *billing.Charge) *billing.ChargeStatus { return &c.Status }),
	field("rawStatus", text, func(c *billing.Charge) *string { return &c.RawStatus }),
	pointer("amount", money, func(c *billing.Charge) **billing.Money { return &c.Amount }),
	pointer("refunded", money, func(c *billing.Charge) **billing.Money { return &c.Refunded }),
	field("paymentMethod", text, func(c *billing.Charge) *string { return &c.PaymentMethod }),
	needed(field("chargedAt", moment, func(c *billing.Charge) *time.Time { return &c.ChargedAt })),
)

var supportDomain = domain[support.Record]{
	source:     profiles.Support,
	collection: "support",
	ref:        func(r *support.Record) *sources.Ref { return &r.Ref },
	document:   supportdocs.Document,
	form: parts(refParts("id", func(r *support.Record) *sources.Ref { return &r.Ref }),
		list("tickets", ticketForm, func(r *support.Record, t *support.Ticket) { mergeFacts(&r.Tickets, t) }),
		list("messages", messageForm, func(r *support.Record, m *support.Message) { mergeFacts(&r.Messages, m) }),
	),
}

var ticketForm = parts(refParts("recordId", func(t *support.Ticket) *sources.Ref { return &t.Ref }),
	field("title", text, func(t *support.Ticket) *string { return &t.Title }),
	field("status", oneOf(support.New, support.Open, support.Pending, support.OnHold, support.Solved, support.Closed,
		support.OtherTicketStatus), func(t *support.Ticket) *support.TicketStatus { return &t.Status }),
	field("rawStatus", text, func(t *support.Ticket) *string { return &t.RawStatus }),
	field("priority", oneOf[support.TicketPriority]("LOW", "NORMAL", "HIGH", "URGENT", "OTHER"),
		func(t *support.Ticket) *support.TicketPriority { return &t.Priority }),
	field("rawPriority", text, func(t *support.Ticket) *string { return &t.RawPriority }),
	field("channel", channels, func(t *support.Ticket) *profiles.Channel { return &t.Channel }),
	field("tags", listOf(nil), func(t *support.Ticket) *[]string { return &t.Tags }),
	needed(field("createdAt", moment, func(t *support.Ticket) *time.Time { return &t.CreatedAt })),
	field("updatedAt", moment, func(t *support.Ticket) *time.Time { return &t.UpdatedAt }),
	field("solvedAt", moment, func(t *support.Ticket) *time.Time { return &t.SolvedAt }),
	nested("satisfaction", ratingForm, func(t *support.Ticket, r *support.Rating) { t.Satisfaction = r }),
)

var ratingForm = form[support.Rating]{check: checkRating, parts: []part[support.Rating]{
	orNone(field("rating", between(1, 1000), func(r *support.Rating) *float64 { return &r.Rating })),
	needed(field("scale", count, func(r *support.Rating) *int { return &r.Scale })),
	field("count", count, func(r *support.Rating) *int { return &r.Count }),
	field("ratedAt", moment, func(r *support.Rating) *time.Time { return &r.RatedAt }),
}}

// checkRating holds a rating to its scale.
func checkRating(r *support.Rating) error {
	if r.Scale < 2 || r.Rating > float64(r.Scale) {
		return errors.New("expected a rating from 1 to scale, and a scale of at least 2")
	}
	return nil
}

var messageForm = parts(refParts("recordId", func(m *support.Message) *sources.Ref { return &m.Ref }),
	field("ticketId", recordKey, func(m *support.Message) *string { return &m.TicketID }),
	field("channel", channels, func(m *support.Message) *profiles.Channel { return &m.Channel }),
	field("direction", oneOf(support.Inbound, support.Outbound, support.Internal), func(m *support.Message) *support.Direction { return &m.Direction }),
	field("authorName", nameText, func(m *support.Message) *string { return &m.AuthorName }),
	field("automatic", boolean, func(m *support.Message) *bool { return &m.Automatic }),
	field("title", text, func(m *support.Message) *string { return &m.Title }),
	field("body", text, func(m *support.Message) *string { return &m.Body }),
	needed(field("sentAt", moment, func(m *support.Message) *time.Time { return &m.SentAt })),
)

var socialDomain = domain[social.Record]{
	source:     profiles.Social,
	collection: "social",
	ref:        func(r *social.Record) *sources.Ref { return &r.Ref },
	document:   socialdocs.Document,
	form: parts(refParts("id", func(r *social.Record) *sources.Ref { return &r.Ref }),
		field("network", network, func(r *social.Record) *string { return &r.Network }),
		field("handle", nameText, func(r *social.Record) *string { return &r.Handle }),
		field("displayName", nameText, func(r *social.Record) *string { return &r.DisplayName }),
		pointer("followers", count, func(r *social.Record) **int { return &r.Followers }),
		field("lastActiveAt", moment, func(r *social.Record) *time.Time { return &r.LastActiveAt }),
		field("state", oneOf(social.Active, social.Moved, social.Limited, social.Suspended, social.Deactivated, social.Memorial, social.OtherState),
			func(r *social.Record) *social.ProfileState { return &r.State }),
		field("rawState", text, func(r *social.Record) *string { return &r.RawState }),
		field("movedTo", text, func(r *social.Record) *string { return &r.MovedTo }),
		list("mentions", mentionForm, func(r *social.Record, m *social.Mention) { mergeFacts(&r.Mentions, m) }),
	),
}

var mentionForm = parts(refParts("recordId", func(m *social.Mention) *sources.Ref { return &m.Ref }),
	field("network", network, func(m *social.Mention) *string { return &m.Network }),
	field("text", text, func(m *social.Mention) *string { return &m.Text }),
	field("language", languageTag, func(m *social.Mention) *string { return &m.Language }),
	pointer("sentiment", between(-1, 1), func(m *social.Mention) **float64 { return &m.SentimentValue }),
	pointer("reach", count, func(m *social.Mention) **int { return &m.Reach }),
	needed(field("postedAt", moment, func(m *social.Mention) *time.Time { return &m.PostedAt })),
)
