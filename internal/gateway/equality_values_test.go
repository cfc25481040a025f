package gateway_test

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"

	"customer360/graph/relay"
	"customer360/internal/querygen"
	"customer360/sources/profiles"
)

// values gives values that mean something in a world: ids of what is there, cursors,
// keys, identifiers; and now and then what is malformed, or nobody's.
func (w *chancyWorld) values(r *rand.Rand, p querygen.Place) (any, bool) {
	d := &draw{Rand: r}
	if d.chance(0.1) {
		return nil, false
	}
	if p.Type.Elem != nil {
		if p.Name == "CustomerFilter.and" || p.Name == "CustomerFilter.or" {
			return nil, false
		}
		if p.Type.Elem.NamedType == "ID" || p.Type.Elem.NamedType == "String" {
			element := p
			element.Type = p.Type.Elem
			list := []any{}
			for range d.IntN(4) {
				if v, ok := w.values(r, element); ok {
					list = append(list, v)
				}
			}
			return list, true
		}
		return nil, false
	}
	system := func() any {
		return one(d, append(append(append([]string{"elsewhere", "fake"}, w.systems[profiles.Billing]...), w.systems[profiles.Support]...), w.systems[profiles.Social]...)...)
	}
	switch p.Name {
	case "Query.node(id)":
		return w.id(d), true
	case "CustomerBy.id", "CustomerFilter.ids":
		if d.chance(0.9) {
			return relay.NewID("Customer", "fake", w.customerID(d)).String(), true
		}
		return w.id(d), true
	case "CustomerBy.email", "CustomerFilter.email":
		return one(d, "anna@example.com", " Ben@Example.com ", "nobody@example.com", "nonsense"), true
	case "CustomerBy.phone", "CustomerFilter.phone":
		return one(d, "+49 30 901820", "+4930901821", "030 1"), true
	case "HandleRef.network":
		return one(d, "mastodon", "bluesky", ""), true
	case "HandleRef.handle":
		return one(d, "@anna@example.social", "ben@example.social", "a b"), true
	case "RecordRef.system", "LinkFilter.system":
		return system(), true
	case "RecordRef.recordId":
		if d.chance(0.3) {
			return w.customerID(d), true
		}
		return one(d, keys...), true
	case "Query.__type(name)":
		return one(d, "Customer", "Node", "SourceName", "CustomerBy", "Int", "__Type", "Nothing"), true
	case "Customer.attributes(keys)", "AttributeFilter.key":
		return one(d, w.definitions...).Key, true
	case "AttributeFilter.eq", "AttributeFilter.in":
		return one(d, "true", "29.850", "2020-02-29", "GOLD"), true
	}
	argument := p.Name[strings.Index(p.Name, "(")+1:]
	switch {
	case argument == "first)":
		return one(d, 0, 1, 2, 3, 5, 20, 100, w.config.PageCap+1, -1), true
	case argument == "after)":
		return w.cursor(d, p.Name), true
	case p.Type.NamedType == "DateTime":
		return one(d, "2000-01-01T00:00:00Z", "1999-12-29T00:00:00+02:00", "1999-12-30T12:00:00.123456789Z", "yesterday"), true
	case p.Type.NamedType == "Duration":
		return one(d, "PT10M", "PT0S", "PT0.3S", "P1D", "P1M", "nonsense"), true
	case p.Type.NamedType == "Boolean":
		return nil, false
	}
	return nil, false
}

func (w *chancyWorld) customerID(d *draw) string {
	if d.chance(0.1) || len(w.customers) == 0 {
		return "nobody"
	}
	return one(d, w.customers...).ID
}

// id gives an id of any type.
func (w *chancyWorld) id(d *draw) string {
	record := func(typ string, source profiles.SourceName, fact ...string) string {
		system := one(d, append([]string{"elsewhere"}, w.systems[source]...)...)
		owner := w.recordID(d, source)
		key := owner
		if len(fact) > 0 {
			key = one(d, fact...)
		}
		return relay.NewID(typ, system, owner, key).String()
	}
	switch d.IntN(18) {
	case 0, 1, 2:
		return relay.NewID("Customer", one(d, "fake", "fake", "fake", "other"), w.customerID(d)).String()
	case 3, 4:
		return relay.NewID(one(d, "Billing", "Support", "Social"), "fake", w.customerID(d)).String()
	case 5:
		return record("BillingAccount", profiles.Billing)
	case 6:
		return record("Subscription", profiles.Billing, "s0", "s1")
	case 7:
		return record("Invoice", profiles.Billing, "i0", "i1")
	case 8:
		return record(one(d, "Charge", "Payment"), profiles.Billing, "p0", "p1")
	case 9, 10:
		return record("Ticket", profiles.Support, "t0", "t1")
	case 11:
		return record("SocialProfile", profiles.Social)
	case 12:
		return record("Mention", profiles.Social, "n0", "n1")
	case 13:
		return relay.NewID("Interaction", "SUPPORT", one(d, w.systems[profiles.Support]...), w.recordID(d, profiles.Support), one(d, "TICKET_OPENED", "MESSAGE", "CALL"), one(d, "t0", "m0", "m1")).String()
	case 14:
		return relay.NewID("Interaction", "BILLING", one(d, w.systems[profiles.Billing]...), w.recordID(d, profiles.Billing), one(d, "INVOICE_ISSUED", "PAYMENT", "SUBSCRIPTION_STARTED"), one(d, "i0", "p0", "s0")).String()
	case 15:
		return relay.NewID(one(d, "Customer", "Nothing", "Interaction"), "one").String()
	case 16:
		return base64.RawURLEncoding.EncodeToString([]byte("Customer/fake"))
	}
	return "nonsense"
}

// recordID gives the key of a record, often one that a customer is linked to.
func (w *chancyWorld) recordID(d *draw, source profiles.SourceName) string {
	if len(w.customers) > 0 && d.chance(0.5) {
		if links := one(d, w.customers...).ActiveLinks(source); len(links) > 0 {
			return one(d, links...).RecordID
		}
	}
	return one(d, keys...)
}

// cursor gives a cursor for an argument `after`.
func (w *chancyWorld) cursor(d *draw, argument string) string {
	if d.chance(0.1) {
		return "nonsense"
	}
	list, key := "timeline", "BILLING/one/i1/INVOICE_ISSUED"
	switch {
	case strings.HasPrefix(argument, "Query."):
		list, key = "customers CREATED_AT DESC", w.customerID(d)
		if d.chance(0.3) {
			list = one(d, "customers NAME ASC", "customers UPDATED_AT ASC", "customers CREATED_AT ASC")
		}
	case strings.HasPrefix(argument, "Billing.invoices"):
		list, key = "invoices", one(d, "one/i1", "two/i2")
	case strings.HasPrefix(argument, "Billing.charges"):
		list, key = "charges", one(d, "one/p1", "two/p2")
	case strings.HasPrefix(argument, "Support."):
		list, key = "tickets", "desk/t1"
	case strings.HasPrefix(argument, "Social."):
		list, key = "mentions", "net/n1"
	}
	return relay.Cursor{List: list, At: drawFrom(d.Uint64(), 0).moment(), Key: key}.String()
}
