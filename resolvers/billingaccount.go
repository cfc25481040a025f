package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/billing"
)

type billingAccountResolver struct{}

// BillingAccount resolves billing accounts.
func (g *Graph) BillingAccount() graph.BillingAccountResolver { return billingAccountResolver{} }

func (billingAccountResolver) ID(_ context.Context, a *billing.Account) (string, error) {
	return recordID("BillingAccount", a.Ref)
}
