package resolvers

import (
	"context"
	"slices"
	"time"

	"customer360/customer"
	"customer360/graph"
	"customer360/sources/support"
)

type supportResolver struct{ *Graph }

// Support resolves the lists of a customer's support.
func (g *Graph) Support() graph.SupportResolver { return supportResolver{g} }

func (r supportResolver) ID(_ context.Context, s *customer.Support) (string, error) {
	return r.customerID("Support", s.CustomerID), nil
}

func (r supportResolver) Tickets(ctx context.Context, s *customer.Support, first *int, after *string, status []support.TicketStatus) (*graph.TicketConnection, error) {
	all := s.Tickets()
	if status != nil {
		all = only(all, func(t *support.Ticket) bool { return slices.Contains(status, t.Status) })
	}
	return paginate(ctx, r.Graph, "Ticket", "tickets", all, s.Whole(support.PartTickets), first, after, func(t *support.Ticket) (time.Time, string) {
		return t.CreatedAt, t.System + "/" + t.RecordID
	})
}
