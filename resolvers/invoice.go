package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/billing"
)

type invoiceResolver struct{}

// Invoice resolves invoices.
func (g *Graph) Invoice() graph.InvoiceResolver { return invoiceResolver{} }

func (invoiceResolver) ID(_ context.Context, i *billing.Invoice) (string, error) {
	return recordID("Invoice", i.Ref)
}
