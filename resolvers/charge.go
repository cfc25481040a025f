package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/billing"
)

type chargeResolver struct{}

// Charge resolves charges.
func (g *Graph) Charge() graph.ChargeResolver { return chargeResolver{} }

func (chargeResolver) ID(_ context.Context, c *billing.Charge) (string, error) {
	return recordID("Charge", c.Ref)
}
