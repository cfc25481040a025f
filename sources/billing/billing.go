// Package billing owns what a billing system holds of an account: the account
// itself, its subscriptions, invoices and charges, and the money in them. Each
// folder below asks one kind of system.
package billing

import (
	"time"

	"customer360/sources"
)

// A Source asks one billing system for accounts by their keys.
type Source = sources.Source[string, *Record]

// The parts of a record. The account always comes with it, since it says
// whether there is one.
const (
	PartAccount sources.Parts = 1 << iota
	PartSubscriptions
	PartInvoices
	PartCharges
	// PartBalance is the account's balance: a part of its own, since some systems have to
	// be asked for it besides.
	PartBalance

	// AllParts is every part.
	AllParts = PartAccount | PartSubscriptions | PartInvoices | PartCharges | PartBalance
)

// A Record is all that one system holds of one account. Dated facts are newest
// first, at most [sources.MaxPerKind] of a kind.
type Record struct {
	Account       `bson:",inline"`
	Subscriptions []*Subscription `json:"subscriptions,omitempty"`
	Invoices      []*Invoice      `json:"invoices,omitempty"`
	Charges       []*Charge       `json:"charges,omitempty"`
	// Cut are the parts that hold less than the system has; Settle sets it.
	Cut sources.Parts `json:"-" bson:"-"`
	// LeftOut are values that cannot be true, and are not known therefore; Settle sets it.
	LeftOut []sources.Fault `json:"-" bson:"-"`
}

// Cuts gives the parts that hold less than the system has. A truncated answer whose
// record names none may lack something of every part.
func (r *Record) Cuts() sources.Parts { return r.Cut }

// Faults gives the values that were left out of the record.
func (r *Record) Faults() []sources.Fault { return r.LeftOut }

// factSize is about what a fact takes, its short texts included.
const factSize = 400

// Size is about how many bytes of memory the record takes.
func (r *Record) Size() int {
	size := factSize * (1 + len(r.Subscriptions) + len(r.Invoices) + len(r.Charges))
	for _, i := range r.Invoices {
		size += len(i.Description)
	}
	for _, c := range r.Charges {
		size += len(c.Description)
	}
	return size
}

// An Account is a customer's account in a billing system.
type Account struct {
	sources.Ref `bson:",inline"`
	Name        string `json:"name,omitempty"`
	// Balance is positive where the customer owes; nil where it is not known.
	Balance *Money `json:"balance,omitempty"`
	// Currency is an ISO 4217 code; empty where it is not known.
	Currency      string    `json:"currency,omitempty"`
	PaymentMethod string    `json:"paymentMethod,omitempty"`
	IsDelinquent  *bool     `json:"isDelinquent,omitempty"`
	CreatedAt     time.Time `json:"createdAt,omitzero"`
}

// A Subscription is something that is paid for again and again.
type Subscription struct {
	sources.Ref `bson:",inline"`
	Name        string             `json:"name,omitempty"`
	Status      SubscriptionStatus `json:"status"`
	RawStatus   string             `json:"rawStatus,omitempty"`
	Quantity    *int               `json:"quantity,omitempty"`
	// Price is for one, for one Interval.
	Price *Money `json:"price,omitempty"`
	// Interval is an ISO 8601 duration, as P1M.
	Interval string `json:"interval,omitempty"`
	// MRR is what it brings in a month; nil where it is not known. Where a
	// system does not tell it, [Subscription.MonthlyRevenue] works it out.
	MRR                 *Money    `json:"mrr,omitempty"`
	StartedAt           time.Time `json:"startedAt,omitzero"`
	TrialEndsAt         time.Time `json:"trialEndsAt,omitzero"`
	CurrentPeriodEndsAt time.Time `json:"currentPeriodEndsAt,omitzero"`
	CanceledAt          time.Time `json:"canceledAt,omitzero"`
	EndedAt             time.Time `json:"endedAt,omitzero"`
}

// SubscriptionStatus is where a subscription stands: Stripe's eight statuses
// (https://docs.stripe.com/api/subscriptions/object#subscription_object-status)
// and OTHER.
type SubscriptionStatus string

// The statuses of subscriptions.
const (
	Incomplete              SubscriptionStatus = "INCOMPLETE"
	IncompleteExpired       SubscriptionStatus = "INCOMPLETE_EXPIRED"
	Trialing                SubscriptionStatus = "TRIALING"
	Active                  SubscriptionStatus = "ACTIVE"
	PastDue                 SubscriptionStatus = "PAST_DUE"
	Canceled                SubscriptionStatus = "CANCELED"
	Unpaid                  SubscriptionStatus = "UNPAID"
	Paused                  SubscriptionStatus = "PAUSED"
	OtherSubscriptionStatus SubscriptionStatus = "OTHER"
)

// An Invoice is a demand for payment.
type Invoice struct {
	sources.Ref `bson:",inline"`
	Number      string        `json:"number,omitempty"`
	Description string        `json:"description,omitempty"`
	Status      InvoiceStatus `json:"status"`
	RawStatus   string        `json:"rawStatus,omitempty"`
	Total       *Money        `json:"total,omitempty"`
	AmountDue   *Money        `json:"amountDue,omitempty"`
	IssuedAt    time.Time     `json:"issuedAt"`
	DueAt       time.Time     `json:"dueAt,omitzero"`
	PaidAt      time.Time     `json:"paidAt,omitzero"`
}

// InvoiceStatus is where an invoice stands.
type InvoiceStatus string

// The statuses of invoices.
const (
	Draft              InvoiceStatus = "DRAFT"
	Due                InvoiceStatus = "DUE"
	Overdue            InvoiceStatus = "OVERDUE"
	Paid               InvoiceStatus = "PAID"
	Void               InvoiceStatus = "VOID"
	Uncollectible      InvoiceStatus = "UNCOLLECTIBLE"
	OtherInvoiceStatus InvoiceStatus = "OTHER"
)

// A Charge is an attempt to take money.
type Charge struct {
	sources.Ref `bson:",inline"`
	Description string       `json:"description,omitempty"`
	Status      ChargeStatus `json:"status"`
	RawStatus   string       `json:"rawStatus,omitempty"`
	Amount      *Money       `json:"amount,omitempty"`
	// Refunded is how much was given back; nil where nothing was.
	Refunded      *Money    `json:"refunded,omitempty"`
	PaymentMethod string    `json:"paymentMethod,omitempty"`
	ChargedAt     time.Time `json:"chargedAt"`
}

// Received reports whether the charge brought money, even if some of it was
// given back later.
func (c *Charge) Received() bool {
	return c.Status == Succeeded || c.Status == Refunded || c.Status == Disputed
}

// ChargeStatus is how a charge went.
type ChargeStatus string

// The statuses of charges.
const (
	Succeeded         ChargeStatus = "SUCCEEDED"
	Pending           ChargeStatus = "PENDING"
	Failed            ChargeStatus = "FAILED"
	Refunded          ChargeStatus = "REFUNDED"
	Disputed          ChargeStatus = "DISPUTED"
	OtherChargeStatus ChargeStatus = "OTHER"
)
