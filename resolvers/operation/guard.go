package operation

import (
	"context"
	"reflect"
	"slices"

	"customer360/graph/audience"
	"customer360/graph/executor"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// Guard says to the executor what of an answer a caller may see.
func (s *Operations) Guard() executor.Guard {
	p := s.policy
	return executor.Guard{
		Free: func(ctx context.Context) bool { return Of(ctx).caller.Open },
		Allows: func(object, field string) bool {
			r := p.rules[object+"."+field]
			return r.scopes != nil || r.purpose != ""
		},
		Allow: func(ctx context.Context, object, field string, parent any) error {
			c, _ := parent.(*profiles.Customer)
			if err := p.refusal(Of(ctx).caller, object+"."+field, c); err != nil {
				return err
			}
			return nil
		},
		Masks: func(object, field string) bool {
			return p.seal != nil && ids[field] || p.rules[object+"."+field].class != "" || object == "Attribute" && slices.Contains([]string{"text", "number", "boolean", "date"}, field)
		},
		Sees: func(ctx context.Context, object, field string, parent any) bool {
			caller := Of(ctx).caller
			if ids[field] {
				return !p.seals(caller)
			}
			if field == "displayName" && object == "Customer" && p.keyless(caller) {
				return false
			}
			return p.hides(caller, object+"."+field, parent) == ""
		},
		Mask: func(ctx context.Context, object, field string, parent any, text string) string {
			if ids[field] {
				return p.seal.Close(Of(ctx).recipient, text)
			}
			return p.masked(Of(ctx).caller, object+"."+field, parent, text)
		},
		Narrowed: p.contract.Narrowed(),
		Other:    audience.Other,
		Hides:    func(object string) bool { return !p.contract.Shows(object) },
		Drops:    func(object string) bool { return p.carries[object] != nil },
		Drop:     p.drops,
	}
}

// drops reports whether an object carries a value of an enum that the contract does not show.
func (p *policy) drops(object string, element any) bool {
	v := reflect.Indirect(reflect.ValueOf(element))
	return slices.ContainsFunc(p.carries[object], func(c carried) bool {
		value := v.FieldByName(c.field)
		// What cannot be looked at is not shown.
		return !value.IsValid() || value.Kind() != reflect.String || p.contract.Hides(c.enum, value.String())
	})
}

// dropsSubject is drops for what an interaction is about.
func (p *policy) dropsSubject(subject any) bool {
	switch s := subject.(type) {
	case *billing.Invoice:
		return p.drops("Invoice", s)
	case *billing.Charge:
		return p.drops("Charge", s)
	case *billing.Subscription:
		return p.drops("Subscription", s)
	case *support.Ticket:
		return p.drops("Ticket", s)
	}
	return false
}
