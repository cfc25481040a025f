package resolvers

import (
	"context"
	"slices"
	"time"

	"customer360/customer"
	"customer360/graph"
	"customer360/sources/billing"
)

type billingResolver struct{ *Graph }

// Billing resolves the lists of a customer's billing.
func (g *Graph) Billing() graph.BillingResolver { return billingResolver{g} }

func (r billingResolver) ID(_ context.Context, b *customer.Billing) (string, error) {
	return r.customerID("Billing", b.CustomerID), nil
}

func (r billingResolver) Invoices(ctx context.Context, b *customer.Billing, first *int, after *string, status []billing.InvoiceStatus) (*graph.InvoiceConnection, error) {
	all := b.Invoices()
	if status != nil {
		all = only(all, func(i *billing.Invoice) bool { return slices.Contains(status, i.Status) })
	}
	return paginate(ctx, r.Graph, "Invoice", "invoices", all, b.Whole(billing.PartInvoices), first, after, func(i *billing.Invoice) (time.Time, string) {
		return i.IssuedAt, i.System + "/" + i.RecordID
	})
}

func (r billingResolver) Charges(ctx context.Context, b *customer.Billing, first *int, after *string, since *time.Time) (*graph.ChargeConnection, error) {
	all := b.Charges()
	if since != nil {
		all = only(all, func(c *billing.Charge) bool { return !c.ChargedAt.Before(*since) })
	}
	return paginate(ctx, r.Graph, "Charge", "charges", all, b.Whole(billing.PartCharges), first, after, func(c *billing.Charge) (time.Time, string) {
		return c.ChargedAt, c.System + "/" + c.RecordID
	})
}
