package resolvers

import (
	"context"

	"customer360/customer"
	"customer360/graph"
)

type paymentResolver struct{}

// Payment resolves payments.
func (g *Graph) Payment() graph.PaymentResolver { return paymentResolver{} }

func (paymentResolver) ID(_ context.Context, p *customer.Payment) (string, error) {
	return recordID("Payment", p.Ref)
}
