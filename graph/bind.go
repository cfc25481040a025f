// Package graph is the GraphQL side of the gateway: the code that gqlgen generates
// from schema.graphqls (generated.go), the names that the schema is bound to, the
// scalars, and in the folders below the machinery that would serve any other schema.
package graph

import (
	"customer360/customer"
	"customer360/graph/relay"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

//go:generate go run ../internal/gen
//go:generate go run ../internal/gen/contracts

// Generic types are bound to the schema through aliases, since gqlgen.yml cannot
// name an instance of one.
type (
	// CustomerConnection is a page of customers.
	CustomerConnection = relay.Page[*profiles.Customer]
	// CustomerEdge is an entry of a page of customers.
	CustomerEdge = relay.Edge[*profiles.Customer]
	// InvoiceConnection is a page of invoices.
	InvoiceConnection = relay.Page[*billing.Invoice]
	// InvoiceEdge is an entry of a page of invoices.
	InvoiceEdge = relay.Edge[*billing.Invoice]
	// ChargeConnection is a page of charges.
	ChargeConnection = relay.Page[*billing.Charge]
	// ChargeEdge is an entry of a page of charges.
	ChargeEdge = relay.Edge[*billing.Charge]
	// TicketConnection is a page of tickets.
	TicketConnection = relay.Page[*support.Ticket]
	// TicketEdge is an entry of a page of tickets.
	TicketEdge = relay.Edge[*support.Ticket]
	// MentionConnection is a page of mentions.
	MentionConnection = relay.Page[*social.Mention]
	// MentionEdge is an entry of a page of mentions.
	MentionEdge = relay.Edge[*social.Mention]
	// InteractionEdge is an entry of a page of interactions.
	InteractionEdge = relay.Edge[*customer.Interaction]
)

// Query is where every query starts.
type Query struct{}

// Node is any object of the graph that has an id. Which Go types stand for one
// is in gqlgen.yml.
type Node interface{}

// InteractionConnection is a page of a timeline, with what is missing from it.
type InteractionConnection struct {
	*relay.Page[*customer.Interaction]
	*customer.Timeline
}

// SystemInfo is a system that the gateway is configured to ask.
type SystemInfo struct {
	Source profiles.SourceName
	System string
	Kind   string
}
