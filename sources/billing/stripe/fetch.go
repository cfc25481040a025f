package stripe

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/httpapi"
)

// idForm is what a key must look like: Stripe's ids have up to 255 characters
// (https://docs.stripe.com/upgrades), and these change no path and no query. No
// customer has another one.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

// What is asked for each customer; the words say in errors which call it was.
const (
	customers     = "customers"
	subscriptions = "subscriptions"
	invoices      = "invoices"
	openInvoices  = "open invoices"
	charges       = "charges"
)

// A piece is what one call, with its further pages, brought of a customer; or, merged,
// what all of them did.
type piece struct {
	customer      *stripe.Customer
	subscriptions []*stripe.Subscription
	invoices      []*stripe.Invoice
	charges       []*stripe.Charge
	// open are the open invoices, known where openKnown.
	open      []*stripe.Invoice
	openKnown bool
	// cut are the parts of which Stripe has more.
	cut sources.Parts
	// missing: Stripe has no such customer.
	missing bool
}

// fetch is one call of Fetch.
type fetch struct {
	*source
	want sources.Parts
	now  time.Time
	// unknown are the fields that Stripe gave no value of.
	unknown *unknown
}

// Fetch makes one call for each key and wanted part, all of them side by side, and one
// for each further page; then one for each coupon, for each price whose terms do not come
// with subscriptions, and for each hundred products, that the subscriptions of all keys
// name.
func (s *source) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*billing.Record], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	f := &fetch{s, want, time.Now().UTC(), &unknown{fields: map[string]bool{}}}
	ctx = context.WithValue(ctx, unknownKey{}, f.unknown)
	answers := make(map[string]sources.Answer[*billing.Record], len(keys))
	found, worst := f.gather(ctx, keys, answers)
	c, failed, unnamed := f.lookUp(ctx, found)
	worst = httpapi.Worse(worst, failed)
	for key, p := range found {
		// Without coupons and prices a revenue would be told as not known for good. Names
		// may lack, unless ctx has ended: then it makes sense to ask for the whole again.
		if !c.has(needs(p, f.now), ctx.Err() != nil) {
			continue
		}
		answer, err := sources.Settled(s.name, key, func() (sources.Answer[*billing.Record], error) {
			r := f.record(p, c)
			truncated, err := r.Settle(s.system, key)
			return sources.Answer[*billing.Record]{Value: r, AsOf: f.now, Truncated: truncated}, err
		})
		if err != nil {
			worst = httpapi.Worse(worst, err)
			continue
		}
		answers[key] = answer
	}
	if worst == nil {
		// It is told last, so that it does not hide why a key is left out.
		worst = unnamed
	}
	if worst == nil {
		return answers, nil
	}
	return answers, worst
}

// parts are the calls to make for each key. The customer always comes along, since it
// says whether there is one.
func (f *fetch) parts() []string {
	parts := []string{customers}
	if f.want.Has(billing.PartSubscriptions) {
		parts = append(parts, subscriptions)
	}
	if f.want.Has(billing.PartInvoices) {
		parts = append(parts, invoices)
	} else if f.want.Has(billing.PartBalance) {
		parts = append(parts, openInvoices)
	}
	if f.want.Has(billing.PartCharges) {
		parts = append(parts, charges)
	}
	return parts
}

// gather asks for all keys. It gives what was brought of those that answered all that
// is wanted, and puts the missing ones into answers.
func (f *fetch) gather(ctx context.Context, keys []string, answers map[string]sources.Answer[*billing.Record]) (map[string]*piece, *sources.Error) {
	parts := f.parts()
	var calls []string
	for _, key := range keys {
		if idForm.MatchString(key) {
			for _, part := range parts {
				calls = append(calls, part+"/"+key)
			}
		}
	}
	pieces, err := httpapi.Each(ctx, f.name, f.concurrency, calls, func(ctx context.Context, call string) (sources.Answer[*piece], error) {
		part, key, _ := strings.Cut(call, "/")
		p, err := f.ask(ctx, part, key)
		if err != nil {
			return sources.Answer[*piece]{}, err
		}
		return sources.Answer[*piece]{Value: p}, nil
	})
	worst := sources.AsError(f.name, sources.Unavailable, err)
	found := make(map[string]*piece, len(keys))
	for _, key := range keys {
		customer, ok := pieces[customers+"/"+key]
		if !idForm.MatchString(key) || ok && customer.Value.missing {
			answers[key] = sources.Answer[*billing.Record]{Missing: true, AsOf: f.now}
			continue
		}
		p := &piece{}
		for _, part := range parts {
			a, answered := pieces[part+"/"+key]
			if ok = ok && answered; ok {
				p.add(a.Value)
			}
		}
		switch {
		case !ok:
		case p.missing:
			// There is a customer, and a list says that there is none.
			worst = httpapi.Worse(worst, &sources.Error{Source: f.name, Kind: sources.Malformed, Err: errForm})
		default:
			found[key] = p
		}
	}
	return found, worst
}

// add merges what another call brought of the same customer.
func (p *piece) add(q *piece) {
	if q.customer != nil {
		p.customer = q.customer
	}
	p.subscriptions = append(p.subscriptions, q.subscriptions...)
	p.invoices = append(p.invoices, q.invoices...)
	p.charges = append(p.charges, q.charges...)
	p.open = append(p.open, q.open...)
	p.openKnown = p.openKnown || q.openKnown
	p.cut |= q.cut
	p.missing = p.missing || q.missing
}

// record gives a customer as a record. Where more invoices are open than were listed, the
// balance is cut: it is not known.
func (f *fetch) record(p *piece, c *catalogue) *billing.Record {
	r := &billing.Record{Account: f.account(p.customer), Cut: p.cut}
	if p.openKnown {
		r.Balance = f.balance(p.customer, p.open)
	} else if f.want.Has(billing.PartBalance) {
		r.Cut |= billing.PartBalance
	}
	for _, s := range p.subscriptions {
		r.Subscriptions = append(r.Subscriptions, f.subscription(s, p.customer, c))
	}
	for _, i := range p.invoices {
		r.Invoices = append(r.Invoices, f.invoice(i))
	}
	for _, charge := range p.charges {
		r.Charges = append(r.Charges, f.charge(charge))
	}
	return r
}
