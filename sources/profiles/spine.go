package profiles

import (
	"context"
	"time"

	"customer360/sources"
)

// A Spine is the store of the profiles. Beside what every source can do, by
// profile key, it finds customers by an identifier, and lists them.
type Spine interface {
	sources.Source[string, *Customer]

	// Find gives the customers that have an identifier, at most two: none, the
	// one, or enough to know that it is ambiguous.
	Find(ctx context.Context, by Identifier, want sources.Parts) ([]*Customer, error)

	// FindByLink gives the customer that a record is actively linked to, or nil.
	FindByLink(ctx context.Context, source SourceName, system, recordID string, want sources.Parts) (*Customer, error)

	// List gives a page of customers. Beside an error of the kind Malformed it gives
	// the page without the profiles that cannot be read.
	List(ctx context.Context, q Query, want sources.Parts) (Page, error)

	// Definitions gives the definitions of the attributes, in the order of their keys.
	Definitions(ctx context.Context) ([]Definition, error)
}

// An Eraser is a spine that can remove a customer.
//
// EraseCustomer removes the profile and every identifier that only this customer has;
// those that others have too stay theirs. A profile that is not there is erased already,
// so that doing it twice changes nothing, and a call that failed or was cut short, and may
// have done a part, is made again. What other profiles say stays: they are other people's
// data. So a relation of theirs keeps the name that it has, and leads to no customer any
// more. Nothing keeps a profile from coming back, since that would have to remember who was
// erased: whoever lands it again brings it back, and so it is erased where it comes from
// first. Errors are those of a source.
type Eraser interface {
	EraseCustomer(ctx context.Context, id string) error
}

// A ThoroughEraser is an Eraser that knows who else has a record, and remembers the records
// that an erasure left behind. Errors are those of a source.
type ThoroughEraser interface {
	Eraser

	// SharedRecords says which of the records have an active link of another customer than
	// the one with that key; it tells neither who that is nor how many.
	SharedRecords(ctx context.Context, id string, records []RecordKey) (map[RecordKey]bool, error)

	// KeepLeftovers remembers what an erasure of the customer with that key leaves behind, in
	// place of what was remembered before; without records nothing is remembered any more. It
	// is called before EraseCustomer, so that nothing is lost between the two, and neither
	// that nor landing the customer again removes it.
	KeepLeftovers(ctx context.Context, id string, left Leftovers) error

	// Leftovers gives what is remembered; the zero value: nothing.
	Leftovers(ctx context.Context, id string) (Leftovers, error)
}

// A RecordKey names a record of a system as links do.
type RecordKey struct {
	Source   SourceName `json:"source"`
	System   string     `json:"system"`
	RecordID string     `json:"recordId"`
}

// Leftovers are the records of an erased customer that the gateway cannot erase.
type Leftovers struct {
	// ErasedAt is when the profile was erased, to the millisecond.
	ErasedAt time.Time `json:"erasedAt"`
	// Records are in the order in which they were linked.
	Records []RecordKey `json:"left"`
}

// A Query says which customers to list. Conditions hold values in the
// normalised form that they are kept in.
type Query struct {
	Where Filter
	Order Order
	// After is the position behind which the page starts; nil: at the start.
	After *Position
	// Limit is how many to give; 0 to count only.
	Limit int
	// Count: say how many there are in all pages.
	Count bool
}

// A Page is a part of a list of customers.
type Page struct {
	Customers []*Customer
	// Positions are the places of the customers in the order, for the next page.
	Positions []Position
	// HasMore: there are more after the last one.
	HasMore bool
	// Total is how many there are in all pages; nil where they were not counted.
	Total *int
}

// An Order sorts customers; ties are broken by the key, in the same direction.
type Order struct {
	// Field is what is compared; the zero value is CreatedAt.
	Field OrderField
	// Descending: largest first.
	Descending bool
}

// OrderField is what customers are ordered by.
type OrderField string

// What customers can be ordered by.
const (
	ByName      OrderField = "NAME"
	ByCreatedAt OrderField = "CREATED_AT"
	ByUpdatedAt OrderField = "UPDATED_AT"
)

// A Position is a place in an ordered list: that of a customer, as the store has it.
type Position struct {
	// Missing: the store has no value of what is ordered by. Such customers come
	// first, in descending order last.
	Missing bool
	// Name is the folded name, for an order by name.
	Name string
	// At is the time, for an order by time.
	At time.Time
	// ID is the key.
	ID string
}

// PositionOf gives the place in an order of a customer that has what is ordered by.
// For an order by name it needs the part Names.
func (o Order) PositionOf(c *Customer) Position {
	switch o.Field {
	case ByName:
		return Position{Name: FoldName(c.Name), ID: c.ID}
	case ByUpdatedAt:
		return Position{At: c.UpdatedAt, ID: c.ID}
	}
	return Position{At: c.CreatedAt, ID: c.ID}
}

// A Filter is a condition on customers: all of its parts must hold. The zero
// value holds of every customer.
type Filter struct {
	And []Filter
	Or  []Filter
	Not *Filter
	// IDs: the key is one of these; nil: any, empty: none.
	IDs  []string
	Name *TextFilter
	// Identifier: the customer has it; empty: any.
	Identifier Identifier
	Attributes []AttributeFilter
	CreatedAt  *TimeFilter
	Link       *LinkFilter
	// Record: the customer has an active link to it; nil: any.
	Record *RecordKey
}

// A TextFilter is a condition on a folded text.
type TextFilter struct {
	Eq         *string
	In         []string
	StartsWith *string
	// HasWords: for each of these there is a word that begins with it, see [WordsAsked].
	HasWords []string
}

// A TimeFilter is a condition on a time; nil bounds do not hold.
type TimeFilter struct{ Gt, Gte, Lt, Lte *time.Time }

// An AttributeFilter is a condition on one attribute, with values in canonical form.
type AttributeFilter struct {
	Key string
	// In: the value is one of these; nil: not asked.
	In []string
	// Exists: the customer has the attribute, or has not; nil: not asked.
	Exists *bool
}

// A LinkFilter is a condition on the active links.
type LinkFilter struct {
	Source SourceName
	// System is empty for any of the source.
	System string
	Exists bool
}
