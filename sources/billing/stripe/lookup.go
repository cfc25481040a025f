package stripe

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/httpapi"
)

// What subscriptions name and do not bring along.
const (
	products = "products"
	coupons  = "coupons"
	prices   = "prices"
)

// A catalogue is what was looked up for the subscriptions of all keys, by "coupons/id".
// One that is not in it did not answer; one that is nil in it does not exist any more.
type catalogue struct {
	names   map[string]*string
	coupons map[string]*stripe.Coupon
	prices  map[string]*stripe.Price
}

// has reports whether all of these were looked up, the names only if asked for them too.
func (c *catalogue) has(needed []string, names bool) bool {
	for _, n := range needed {
		kind, id, _ := strings.Cut(n, "/")
		ok := false
		switch kind {
		case products:
			_, ok = c.names[id]
			ok = ok || !names
		case coupons:
			_, ok = c.coupons[id]
		case prices:
			_, ok = c.prices[id]
		}
		if !ok {
			return false
		}
	}
	return true
}

// needs gives what must be looked up for a customer, as "coupons/id".
func needs(p *piece, now time.Time) []string {
	var needed []string
	add := func(kind, id string) {
		if idForm.MatchString(id) {
			needed = append(needed, kind+"/"+id)
		}
	}
	for _, s := range p.subscriptions {
		items := itemsOf(s)
		for _, i := range items {
			if s.Description == "" && i.Price != nil && i.Price.Product != nil {
				add(products, i.Price.Product.ID)
			}
		}
		if !brings(s) {
			continue
		}
		discounts := discountsOf(s, p.customer)
		for _, i := range items {
			if isPartial(i.Price, s.Currency) {
				add(prices, i.Price.ID)
			}
			discounts = append(discounts, i.Discounts...)
		}
		for _, d := range discounts {
			if c := couponOf(d); c != nil && mayRecur(d, now) {
				add(coupons, c.ID)
			}
		}
	}
	return needed
}

// productsPerCall is the most that Stripe gives at once.
const productsPerCall = pageSize

// lookUp asks for what the subscriptions of all customers name, each once. What it did
// not get is not in the catalogue: failed says why, and unnamed where only names are not,
// which do not fail the subscriptions.
func (f *fetch) lookUp(ctx context.Context, found map[string]*piece) (c *catalogue, failed, unnamed *sources.Error) {
	c = &catalogue{map[string]*string{}, map[string]*stripe.Coupon{}, map[string]*stripe.Price{}}
	if !f.want.Has(billing.PartSubscriptions) {
		return c, nil, nil
	}
	var needed []string
	for _, p := range found {
		needed = append(needed, needs(p, f.now)...)
	}
	slices.Sort(needed)
	var calls, ids []string
	for _, n := range slices.Compact(needed) {
		if id, ok := strings.CutPrefix(n, products+"/"); ok {
			ids = append(ids, id)
		} else {
			calls = append(calls, n)
		}
	}
	chunks := slices.Collect(slices.Chunk(ids, productsPerCall))
	for i := range chunks {
		calls = append(calls, products+"/"+strconv.Itoa(i))
	}
	if len(calls) == 0 {
		return c, nil, nil
	}

	type result struct {
		products []*stripe.Product
		coupon   *stripe.Coupon
		price    *stripe.Price
		failed   *sources.Error
	}
	results, err := httpapi.Each(ctx, f.name, f.concurrency, calls, func(ctx context.Context, call string) (sources.Answer[result], error) {
		var r result
		var err error
		kind, id, _ := strings.Cut(call, "/")
		switch kind {
		case products:
			i, _ := strconv.Atoi(id)
			l := f.stripe.V1Products.List(ctx, &stripe.ProductListParams{
				ListParams: stripe.ListParams{Limit: stripe.Int64(productsPerCall), Single: true}, IDs: stripe.StringSlice(chunks[i]),
			})
			if err = l.Err(); err == nil {
				r.products = l.Data()
			}
		case coupons:
			r.coupon, err = f.stripe.V1Coupons.Retrieve(ctx, id, &stripe.CouponRetrieveParams{Expand: stripe.StringSlice([]string{"applies_to", "currency_options"})})
		case prices:
			r.price, err = f.stripe.V1Prices.Retrieve(ctx, id, &stripe.PriceRetrieveParams{Expand: stripe.StringSlice([]string{"tiers", "currency_options"})})
		}
		switch {
		case err == nil:
		case isMissing(err):
			r = result{}
		case ctx.Err() != nil:
			return sources.Answer[result]{}, f.fault(kind, err)
		default:
			// As a value, since one that is refused must not keep the others from being asked.
			r = result{failed: f.fault(kind, err)}
		}
		return sources.Answer[result]{Value: r}, nil
	})
	failed = sources.AsError(f.name, sources.Unavailable, err)
	for call, a := range results {
		kind, id, _ := strings.Cut(call, "/")
		r := a.Value
		switch {
		case r.failed != nil && kind == products:
			unnamed = httpapi.Worse(unnamed, r.failed)
		case r.failed != nil:
			failed = httpapi.Worse(failed, r.failed)
		case kind == products:
			i, _ := strconv.Atoi(id)
			for _, id := range chunks[i] {
				c.names[id] = nil
			}
			for _, p := range r.products {
				if p != nil {
					c.names[p.ID] = &p.Name
				}
			}
		case kind == coupons:
			c.coupons[id] = r.coupon
		case kind == prices:
			c.prices[id] = r.price
		}
	}
	return c, failed, unnamed
}
