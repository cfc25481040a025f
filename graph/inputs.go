package graph

import (
	"time"

	"customer360/sources/profiles"
)

// CustomerBy is an identifier of a customer; exactly one field is set.
type CustomerBy struct {
	ID     *string
	Email  *string
	Phone  *string
	Record *RecordRef
	Handle *HandleRef
}

// RecordRef is a record of a system.
type RecordRef struct {
	Source   profiles.SourceName
	System   string
	RecordID string
}

// HandleRef is an account on a social network.
type HandleRef struct {
	Network string
	Handle  string
}

// CustomerFilter is a condition on customers; fields that are set must all hold.
type CustomerFilter struct {
	And        []*CustomerFilter
	Or         []*CustomerFilter
	Not        *CustomerFilter
	Ids        []string
	Name       *StringFilter
	Email      *string
	Phone      *string
	Attributes []*AttributeFilter
	CreatedAt  *DateTimeFilter
	Link       *LinkFilter
}

// StringFilter is a condition on a text.
type StringFilter struct {
	Eq         *string
	In         []string
	StartsWith *string
	HasWord    *string
}

// DateTimeFilter is a condition on a time.
type DateTimeFilter struct {
	Gt  *time.Time
	Gte *time.Time
	Lt  *time.Time
	Lte *time.Time
}

// AttributeFilter is a condition on an attribute.
type AttributeFilter struct {
	Key    string
	Eq     *string
	In     []string
	Exists *bool
}

// LinkFilter is a condition on links.
type LinkFilter struct {
	Source profiles.SourceName
	System *string
	Exists *bool
}

// CustomerOrder is an order of customers.
type CustomerOrder struct {
	Field     profiles.OrderField
	Direction OrderDirection
}

// OrderDirection is ASC or DESC.
type OrderDirection string

// OnError is what to do where a system does not answer; the words are those of
// [customer360/sources.OnError].
type OnError string
