package resolvers

import (
	"context"
	"time"

	"customer360/customer"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
)

// only gives the entries of a list that are wanted. The list is a record's own.
func only[T any](all []T, wanted func(T) bool) []T {
	some := make([]T, 0, len(all))
	for _, one := range all {
		if wanted(one) {
			some = append(some, one)
		}
	}
	return some
}

// paginate gives a page of a list of objects; the total is told where the list is whole.
func paginate[T any](ctx context.Context, g *Graph, object, list string, all []T, whole bool, first *int, after *string, position func(T) (time.Time, string)) (*relay.Page[T], error) {
	limit, err := relay.First(first, g.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	o := operation.Of(ctx)
	all = operation.Shown(o, object, all)
	page, err := relay.Paginate(list, all, limit, unsealed(o, after), position)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	if whole {
		page.Count(len(all))
	}
	return page, nil
}

// unsealed gives a cursor that the caller sent, or none, as the graph made it.
func unsealed(o *operation.Operation, after *string) *string {
	if after == nil {
		return nil
	}
	opened := o.Unseal(*after)
	return &opened
}
