// Package support owns what a support system holds of a contact: the tickets and
// what was said in them and on the phone. Each folder below asks one kind of system.
package support

import (
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
)

// A Source asks one support system for contacts by their keys.
type Source = sources.Source[string, *Record]

// The parts of a record. The contact always comes with it, since it says
// whether there is one.
const (
	PartContact sources.Parts = 1 << iota
	PartTickets
	PartMessages

	// AllParts is every part.
	AllParts = PartContact | PartTickets | PartMessages
)

// A Record is all that one system holds of one contact. Dated facts are newest
// first, at most [sources.MaxPerKind] of a kind.
type Record struct {
	sources.Ref `bson:",inline"`
	Tickets     []*Ticket  `json:"tickets,omitempty"`
	Messages    []*Message `json:"messages,omitempty"`
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
	size := factSize * (1 + len(r.Tickets) + len(r.Messages))
	for _, t := range r.Tickets {
		size += len(t.Title)
		for _, tag := range t.Tags {
			size += len(tag)
		}
	}
	for _, m := range r.Messages {
		size += len(m.Title) + len(m.Body)
	}
	return size
}

// A Ticket is a request for help.
type Ticket struct {
	sources.Ref  `bson:",inline"`
	Title        string           `json:"title,omitempty"`
	Status       TicketStatus     `json:"status"`
	RawStatus    string           `json:"rawStatus,omitempty"`
	Priority     TicketPriority   `json:"priority,omitempty"`
	RawPriority  string           `json:"rawPriority,omitempty"`
	Channel      profiles.Channel `json:"channel,omitempty"`
	Tags         []string         `json:"tags,omitempty"`
	CreatedAt    time.Time        `json:"createdAt"`
	UpdatedAt    time.Time        `json:"updatedAt,omitzero"`
	SolvedAt     time.Time        `json:"solvedAt,omitzero"`
	Satisfaction *Rating          `json:"satisfaction,omitempty"`
}

// IsOpen reports whether somebody still has to act.
func (t *Ticket) IsOpen() bool { return t.Status != Solved && t.Status != Closed }

// TicketStatus is where a ticket stands.
type TicketStatus string

// The statuses of tickets.
const (
	New               TicketStatus = "NEW"
	Open              TicketStatus = "OPEN"
	Pending           TicketStatus = "PENDING"
	OnHold            TicketStatus = "ON_HOLD"
	Solved            TicketStatus = "SOLVED"
	Closed            TicketStatus = "CLOSED"
	OtherTicketStatus TicketStatus = "OTHER"
)

// TicketPriority is how urgent a ticket is: LOW, NORMAL, HIGH, URGENT or OTHER.
type TicketPriority string

// A Rating is how satisfied a customer was, from 1 to Scale.
type Rating struct {
	Rating float64 `json:"rating"`
	Scale  int     `json:"scale"`
	// Count is how many ratings it is made of; zero reads as one.
	Count   int       `json:"count,omitempty"`
	RatedAt time.Time `json:"ratedAt,omitzero"`
}

// A Message is something that was written or said.
type Message struct {
	sources.Ref `bson:",inline"`
	// TicketID is the key of the ticket that it belongs to; empty if to none.
	TicketID  string           `json:"ticketId,omitempty"`
	Channel   profiles.Channel `json:"channel,omitempty"`
	Direction Direction        `json:"direction"`
	// AuthorName is who wrote or spoke; empty where it is not known.
	AuthorName string `json:"authorName,omitempty"`
	// Automatic: a machine of the company wrote it.
	Automatic bool   `json:"automatic,omitempty"`
	Title     string `json:"title,omitempty"`
	// Body is plain text.
	Body   string    `json:"body,omitempty"`
	SentAt time.Time `json:"sentAt"`
}

// Direction is from whom to whom.
type Direction string

// The directions.
const (
	Inbound  Direction = "INBOUND"
	Outbound Direction = "OUTBOUND"
	// Internal is within the company: the customer does not see it.
	Internal Direction = "INTERNAL"
)
