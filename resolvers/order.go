package resolvers

import (
	"strings"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

// orderOf gives an order of customers in the spine's words; nil stands for the newest first.
func orderOf(by *graph.CustomerOrder) profiles.Order {
	if by == nil {
		return profiles.Order{Field: profiles.ByCreatedAt, Descending: true}
	}
	return profiles.Order{Field: by.Field, Descending: by.Direction == "DESC"}
}

// listName names the list of customers in an order, for its cursors.
func listName(o profiles.Order) string {
	if o.Descending {
		return "customers " + string(o.Field) + " DESC"
	}
	return "customers " + string(o.Field) + " ASC"
}

// startOf gives the position that a cursor of an order stands for; nil: the list's beginning.
func startOf(o *operation.Operation, order profiles.Order, after *string) (*profiles.Position, error) {
	if after == nil {
		return nil, nil
	}
	cursor, err := o.ParseCursor(listName(order), *after)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	return positionOf(order, cursor), nil
}

// nameDivider stands between name and key in a cursor. No folded name has it.
const nameDivider = "\x00"

// cursorOf and positionOf turn a position into a cursor and back. In an order by name
// the name stands before the key, divided from it; a customer without what is ordered
// by has the divider alone there.
func cursorOf(list string, o profiles.Order, p profiles.Position) relay.Cursor {
	switch {
	case p.Missing:
		return relay.Cursor{List: list, Key: nameDivider + nameDivider + p.ID}
	case o.Field == profiles.ByName:
		return relay.Cursor{List: list, Key: p.Name + nameDivider + p.ID}
	}
	return relay.Cursor{List: list, At: p.At, Key: p.ID}
}

func positionOf(o profiles.Order, c relay.Cursor) *profiles.Position {
	if id, ok := strings.CutPrefix(c.Key, nameDivider+nameDivider); ok {
		return &profiles.Position{Missing: true, ID: id}
	}
	if o.Field == profiles.ByName {
		name, id, _ := strings.Cut(c.Key, nameDivider)
		return &profiles.Position{Name: name, ID: id}
	}
	return &profiles.Position{At: c.At, ID: c.Key}
}
