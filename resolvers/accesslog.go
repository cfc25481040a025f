package resolvers

import (
	"context"
	"errors"

	"customer360/audit"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

const accessLogList = "accessLog"

func (r customerResolver) AccessLog(ctx context.Context, c *profiles.Customer, first *int, after *string) (*graph.AccessLogConnection, error) {
	limit, err := relay.First(first, r.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	var position *audit.Position
	if after != nil {
		cursor, err := operation.Of(ctx).ParseCursor(accessLogList, *after)
		if err != nil {
			return nil, customer.BadInput(err.Error())
		}
		position = &audit.Position{At: cursor.At, ID: cursor.Key}
	}
	if r.config.AccessLog == nil {
		return nil, &customer.Error{Code: customer.CodeNotConfigured, Message: "this gateway does not keep an access log"}
	}
	page, err := r.config.AccessLog.List(ctx, c.ID, position, max(limit, 1))
	if err != nil {
		return nil, errors.Join(&customer.Error{Code: customer.CodeUnavailable, Message: "the access log cannot be read at present", Retryable: true}, err)
	}
	entries := make([]*audit.Listed, len(page.Entries))
	for i := range page.Entries {
		entries[i] = &page.Entries[i]
	}
	if limit == 0 {
		page.HasMore, entries = len(entries) > 0, nil
	}
	return relay.NewPage(entries, after != nil, page.HasMore, func(i int) string {
		return relay.Cursor{List: accessLogList, At: entries[i].At, Key: entries[i].ID}.String()
	}), nil
}
