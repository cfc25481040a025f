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

// Generic types are bound to the schema through these aliases, since gqlgen.yml
// cannot name an instance of one.
type (
	CustomerConnection = relay.Page[*profiles.Customer]
	CustomerEdge       = relay.Edge[*profiles.Customer]
	InvoiceConnection  = relay.Page[*billing.Invoice]
	InvoiceEdge        = relay.Edge[*billing.Invoice]
	ChargeConnection   = relay.Page[*billing.Charge]
	ChargeEdge         = relay.Edge[*billing.Charge]
	TicketConnection   = relay.Page[*support.Ticket]
	TicketEdge         = relay.Edge[*support.Ticket]
	MentionConnection  = relay.Page[*social.Mention]
	MentionEdge        = relay.Edge[*social.Mention]
	InteractionEdge    = relay.Edge[*customer.Interaction]
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
