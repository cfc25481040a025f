package customer

import (
	"cmp"
	"slices"
	"time"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// An Interaction is something that happened between a customer and the company.
type Interaction struct {
	At        time.Time
	Kind      InteractionKind
	Channel   profiles.Channel
	Direction support.Direction
	Source    profiles.SourceName
	// Ref is the record that it is about, or that it is.
	Ref   sources.Ref
	Title string
	Body  string
	Actor *Actor
	// TicketID is the key of the ticket whose conversation it belongs to.
	TicketID string
	// Subject is the record that it is about: a *billing.Invoice, *billing.Charge,
	// *Payment, *billing.Subscription, *support.Ticket or *social.Mention; nil: none.
	Subject any
}

// System is the name of the system that knows of it.
func (i *Interaction) System() string { return i.Ref.System }

// URL opens it in its system; empty where that is not known.
func (i *Interaction) URL() string { return i.Ref.URL }

// key breaks ties between interactions of one moment.
func (i *Interaction) key() string {
	return string(i.Source) + "/" + i.Ref.System + "/" + i.Ref.RecordID + "/" + string(i.Kind)
}

// Position is the interaction's place in a timeline: its time, and what breaks ties.
func (i *Interaction) Position() (time.Time, string) { return i.At, i.key() }

// An Actor is who did something.
type Actor struct {
	Kind ActorKind
	// Name is empty where it is not known.
	Name string
	// ByHandle: the name is an account on a network.
	ByHandle bool
	// Network is that of the account.
	Network string
}

// ActorKind is on which side somebody stands.
type ActorKind string

// The sides.
const (
	ByCustomer ActorKind = "CUSTOMER"
	ByAgent    ActorKind = "AGENT"
	BySystem   ActorKind = "SYSTEM"
	ByOther    ActorKind = "OTHER"
)

// InteractionKind is what happened.
type InteractionKind string

// What can happen.
const (
	MessageSent         InteractionKind = "MESSAGE"
	Call                InteractionKind = "CALL"
	Note                InteractionKind = "NOTE"
	TicketOpened        InteractionKind = "TICKET_OPENED"
	TicketSolved        InteractionKind = "TICKET_SOLVED"
	InvoiceIssued       InteractionKind = "INVOICE_ISSUED"
	PaymentReceived     InteractionKind = "PAYMENT"
	PaymentFailed       InteractionKind = "PAYMENT_FAILED"
	Refund              InteractionKind = "REFUND"
	SubscriptionStarted InteractionKind = "SUBSCRIPTION_STARTED"
	SubscriptionEnded   InteractionKind = "SUBSCRIPTION_ENDED"
	Mentioned           InteractionKind = "MENTION"
	OtherInteraction    InteractionKind = "OTHER"
)

// heldIn says for every kind of interaction which parts of which source hold it.
// A message needs its ticket too: that is its subject.
var heldIn = map[InteractionKind]struct {
	source profiles.SourceName
	part   sources.Parts
}{
	MessageSent:         {profiles.Support, support.PartMessages | support.PartTickets},
	Call:                {profiles.Support, support.PartMessages | support.PartTickets},
	Note:                {profiles.Support, support.PartMessages | support.PartTickets},
	TicketOpened:        {profiles.Support, support.PartTickets},
	TicketSolved:        {profiles.Support, support.PartTickets},
	InvoiceIssued:       {profiles.Billing, billing.PartInvoices},
	PaymentReceived:     {profiles.Billing, billing.PartCharges},
	PaymentFailed:       {profiles.Billing, billing.PartCharges},
	Refund:              {profiles.Billing, billing.PartCharges},
	SubscriptionStarted: {profiles.Billing, billing.PartSubscriptions},
	SubscriptionEnded:   {profiles.Billing, billing.PartSubscriptions},
	Mentioned:           {profiles.Social, social.PartMentions},
}

// Needs are the parts that are needed of each source; none: the source is not needed.
type Needs struct{ Profile, Billing, Support, Social sources.Parts }

// Add adds what else is needed.
func (n *Needs) Add(m Needs) {
	n.Profile |= m.Profile
	n.Billing |= m.Billing
	n.Support |= m.Support
	n.Social |= m.Social
}

// Asks reports whether a source beside the profiles is needed.
func (n Needs) Asks() bool { return n.Billing|n.Support|n.Social != 0 }

// PartsOf says what a timeline of these kinds needs of each source; nil means all kinds.
func PartsOf(kinds []InteractionKind) Needs {
	var n Needs
	for kind, at := range heldIn {
		if !asksFor(kinds, kind) {
			continue
		}
		switch at.source {
		case profiles.Billing:
			n.Billing |= at.part
		case profiles.Support:
			n.Support |= at.part
		case profiles.Social:
			n.Social |= at.part
		}
	}
	return n
}

// A Timeline is everything that happened, newest first.
type Timeline struct {
	Interactions []*Interaction
	// CompleteSince: from now back to this moment nothing is missing; zero: what is
	// missing could be of any time.
	CompleteSince time.Time
	// MissingSources are linked and asked, and did not answer whole.
	MissingSources []profiles.SourceName
}

// Answers are the results that a timeline is made of.
type Answers struct {
	Billing []Result[*billing.Record]
	Support []Result[*support.Record]
	Social  []Result[*social.Record]
}

// JoinTimeline joins what happened over all sources. Nil kinds or channels mean
// all of them.
func JoinTimeline(customer *profiles.Customer, answers Answers, kinds []InteractionKind, channels []profiles.Channel) *Timeline {
	needed := PartsOf(kinds)
	t := &Timeline{MissingSources: []profiles.SourceName{}}
	// Nothing can have happened before the oldest thing that anybody knows of.
	bound := horizon{since: customer.CreatedAt}
	var all []*Interaction
	if needed.Billing != 0 {
		bound.meet(t, profiles.Billing, completenessOf(answers.Billing), needed.Billing)
		bound.cut(answersCut(answers.Billing, needed.Billing, BillingInteractions))
		bound.datedOtherwise(asksFor(kinds, SubscriptionEnded) && cutOf(answers.Billing)&billing.PartSubscriptions != 0)
		for _, r := range Records(answers.Billing) {
			all = append(all, BillingInteractions(r)...)
		}
	}
	if needed.Support != 0 {
		bound.meet(t, profiles.Support, completenessOf(answers.Support), needed.Support)
		bound.cut(answersCut(answers.Support, needed.Support, SupportInteractions))
		bound.datedOtherwise(asksFor(kinds, TicketSolved) && cutOf(answers.Support)&support.PartTickets != 0)
		for _, r := range Records(answers.Support) {
			all = append(all, SupportInteractions(r)...)
		}
	}
	if needed.Social != 0 {
		bound.meet(t, profiles.Social, completenessOf(answers.Social), needed.Social)
		bound.cut(answersCut(answers.Social, needed.Social, SocialInteractions))
		for _, r := range Records(answers.Social) {
			all = append(all, SocialInteractions(r)...)
		}
	}
	all = slices.DeleteFunc(all, func(i *Interaction) bool {
		return !asksFor(kinds, i.Kind) || channels != nil && !slices.Contains(channels, i.Channel)
	})
	slices.SortStableFunc(all, func(a, b *Interaction) int {
		if order := b.At.Compare(a.At); order != 0 {
			return order
		}
		return cmp.Compare(a.key(), b.key())
	})
	t.Interactions = all
	if !bound.unknown {
		t.CompleteSince = bound.since
		if len(t.MissingSources) == 0 && len(all) > 0 {
			t.CompleteSince = older(t.CompleteSince, all[len(all)-1].At)
		}
	}
	return t
}

// A horizon is how far back a timeline is complete.
type horizon struct {
	since   time.Time
	unknown bool
}

// meet takes what is known of a source as a whole into account.
func (h *horizon) meet(t *Timeline, source profiles.SourceName, c completeness, needed sources.Parts) {
	if c.Whole(needed) && !c.behind {
		return
	}
	t.MissingSources = append(t.MissingSources, source)
	// What a system did not tell just now may be of today.
	h.unknown = h.unknown || !c.known || c.behind
}

// cut takes into account that lists were cut at a moment.
func (h *horizon) cut(at time.Time, known bool) {
	h.unknown = h.unknown || !known
	if at.After(h.since) {
		h.since = at
	}
}

// datedOtherwise notes that a list was cut by another date than that of an
// interaction which follows from it: an old ticket that was cut may have been solved
// yesterday.
func (h *horizon) datedOtherwise(is bool) {
	if is {
		h.unknown = true
	}
}

// asksFor reports whether a kind is asked for; nil kinds are all of them.
func asksFor(kinds []InteractionKind, kind InteractionKind) bool {
	return kinds == nil || slices.Contains(kinds, kind)
}

// answersCut gives the moment back to which the needed parts of answers that were cut
// short are complete; zero where none was. Each part is cut on its own, so the latest of
// their oldest facts decides. It is not known where a part was cut and nothing is left.
func answersCut[V cutter](results []Result[V], needed sources.Parts, of func(V) []*Interaction) (at time.Time, known bool) {
	known = true
	for _, r := range results {
		if r.Err != nil || r.NotConfigured || !r.Answer.Truncated {
			continue
		}
		cut := cutOf([]Result[V]{r}) & needed
		oldest := map[sources.Parts]time.Time{}
		for _, i := range of(r.Answer.Value) {
			part := heldIn[i.Kind].part
			oldest[part] = older(oldest[part], i.At)
		}
		for part := sources.Parts(1); part != 0 && part <= cut; part <<= 1 {
			switch o, some := oldest[part]; {
			case !cut.Has(part):
			case !some:
				known = false
			case o.After(at):
				at = o
			}
		}
	}
	return at, known
}
