package stripe

import (
	"context"
	"encoding/json"
	"sync"
)

// Unknown fields are null in an answer, or not in it. The library has types without null, in
// which false and 0 stand for both, and neither must be told where nothing is known.
type unknown struct {
	mu sync.Mutex
	// fields are "id.field".
	fields map[string]bool
}

type unknownKey struct{}

func unknownOf(ctx context.Context) *unknown {
	u, _ := ctx.Value(unknownKey{}).(*unknown)
	return u
}

// sparse is any object of Stripe's, as far as it has fields for which null is not nothing.
type sparse struct {
	ID              string       `json:"id"`
	Object          string       `json:"object"`
	Delinquent      *bool        `json:"delinquent"`
	Balance         *json.Number `json:"balance"`
	Quantity        *json.Number `json:"quantity"`
	Total           *json.Number `json:"total"`
	AmountRemaining *json.Number `json:"amount_remaining"`
	Amount          *json.Number `json:"amount"`
	Data            *[]*sparse   `json:"data"`
	Items           *sparse      `json:"items"`
}

// note notes what is unknown in an answer. It reports whether the lists are whole: the
// library takes null for an empty list, and fails over null in one.
func (u *unknown) note(data []byte) bool {
	var one sparse
	// What is of another type is the library's to tell.
	_ = json.Unmarshal(data, &one)
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.visit(&one)
}

func (u *unknown) visit(one *sparse) bool {
	if one == nil {
		return false
	}
	set := func(field string, known bool) {
		if !known {
			u.fields[one.ID+"."+field] = true
		}
	}
	switch one.Object {
	case "customer":
		set("delinquent", one.Delinquent != nil)
		set("balance", one.Balance != nil)
	case "subscription_item":
		set("quantity", one.Quantity != nil)
	case "invoice":
		set("total", one.Total != nil)
		set("amount_remaining", one.AmountRemaining != nil)
	case "charge":
		set("amount", one.Amount != nil)
	}
	if one.Items != nil && !u.visit(one.Items) || one.Data == nil && one.Object == "list" {
		return false
	}
	if one.Data == nil {
		return true
	}
	for _, inner := range *one.Data {
		if !u.visit(inner) {
			return false
		}
	}
	return true
}

// is reports whether a field of an object is unknown.
func (u *unknown) is(id, field string) bool {
	if u == nil {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.fields[id+"."+field]
}
