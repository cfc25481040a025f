package stripe

import (
	"context"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
)

// ask makes one call, and those for its further pages.
func (f *fetch) ask(ctx context.Context, part, key string) (p *piece, failed *sources.Error) {
	p = &piece{}
	var err error
	switch part {
	case customers:
		err = f.askCustomer(ctx, key, p)
	case subscriptions:
		err = f.askSubscriptions(ctx, key, p)
	case invoices:
		err = f.askInvoices(ctx, key, p)
	case openInvoices:
		err = f.askOpenInvoices(ctx, key, p)
	case charges:
		err = f.askCharges(ctx, key, p)
	}
	switch {
	case err == nil:
		return p, nil
	case isMissing(err):
		return &piece{missing: true}, nil
	default:
		return nil, f.fault(part, err)
	}
}

func (f *fetch) askCustomer(ctx context.Context, key string, p *piece) (err error) {
	p.customer, err = f.stripe.V1Customers.Retrieve(ctx, key, &stripe.CustomerRetrieveParams{
		Expand: stripe.StringSlice([]string{"default_source", "discount.source.coupon", "invoice_settings.default_payment_method"}),
	})
	if err != nil {
		return err
	}
	p.missing = p.customer.Deleted
	if p.customer.ID != key {
		return errForm
	}
	return nil
}

func (f *fetch) askSubscriptions(ctx context.Context, key string, p *piece) error {
	all, more, err := list(func(lp stripe.ListParams) *stripe.V1List[*stripe.Subscription] {
		return f.stripe.V1Subscriptions.List(ctx, &stripe.SubscriptionListParams{
			ListParams: lp, Customer: &key, Status: stripe.String("all"),
			Expand: stripe.StringSlice([]string{"data.discounts.source.coupon", "data.items.data.discounts"}),
		})
	}, func(s *stripe.Subscription) string { return s.ID })
	if err != nil {
		return err
	}
	for _, s := range all {
		// The first items come with a subscription; commonly there are no others.
		if s.Items == nil || !s.Items.HasMore {
			continue
		}
		s.Items.Data, s.Items.HasMore, err = list(func(lp stripe.ListParams) *stripe.V1List[*stripe.SubscriptionItem] {
			return f.stripe.V1SubscriptionItems.List(ctx, &stripe.SubscriptionItemListParams{
				ListParams: lp, Subscription: &s.ID, Expand: stripe.StringSlice([]string{"data.discounts"}),
			})
		}, func(i *stripe.SubscriptionItem) string { return i.ID })
		if err != nil {
			return err
		}
	}
	p.subscriptions = all
	if more {
		p.cut = billing.PartSubscriptions
	}
	return nil
}

func (f *fetch) listInvoices(ctx context.Context, key string, status *string) ([]*stripe.Invoice, bool, error) {
	return list(func(lp stripe.ListParams) *stripe.V1List[*stripe.Invoice] {
		return f.stripe.V1Invoices.List(ctx, &stripe.InvoiceListParams{ListParams: lp, Customer: &key, Status: status})
	}, func(i *stripe.Invoice) string { return i.ID })
}

func (f *fetch) askInvoices(ctx context.Context, key string, p *piece) (err error) {
	var more bool
	if p.invoices, more, err = f.listInvoices(ctx, key, nil); err != nil {
		return err
	}
	if !more {
		p.open, p.openKnown = p.invoices, true
		return nil
	}
	p.cut = billing.PartInvoices
	if f.want.Has(billing.PartBalance) {
		// Some may be among those that did not come.
		return f.askOpenInvoices(ctx, key, p)
	}
	return nil
}

// askOpenInvoices asks for what the balance needs besides the customer.
func (f *fetch) askOpenInvoices(ctx context.Context, key string, p *piece) error {
	open, more, err := f.listInvoices(ctx, key, stripe.String("open"))
	p.open, p.openKnown = open, err == nil && !more
	return err
}

func (f *fetch) askCharges(ctx context.Context, key string, p *piece) error {
	all, more, err := list(func(lp stripe.ListParams) *stripe.V1List[*stripe.Charge] {
		return f.stripe.V1Charges.List(ctx, &stripe.ChargeListParams{ListParams: lp, Customer: &key})
	}, func(c *stripe.Charge) string { return c.ID })
	p.charges = all
	if more {
		p.cut = billing.PartCharges
	}
	return err
}
