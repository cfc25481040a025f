package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/support"
)

type ticketResolver struct{}

// Ticket resolves tickets.
func (g *Graph) Ticket() graph.TicketResolver { return ticketResolver{} }

func (ticketResolver) ID(_ context.Context, t *support.Ticket) (string, error) {
	return recordID("Ticket", t.Ref)
}
