package operation

import (
	"context"
	"errors"

	"customer360/access"
	"customer360/sources"
	"customer360/sources/profiles"
)

// boundBy gives what the customers are read of by their keys.
func boundBy(rows access.Rows, spine profiles.Spine) sources.Source[string, *profiles.Customer] {
	if rows == nil {
		return spine
	}
	return bound{spine, rows.Filter()}
}

// bound reads the customers that there are for a caller who is bound to rows. The rows are part
// of what the store is asked, so that a customer of others takes as long as one that there is not.
type bound struct {
	profiles.Spine
	rows profiles.Filter
}

func (b bound) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*profiles.Customer], error) {
	page, err := b.List(ctx, profiles.Query{Where: profiles.Filter{IDs: keys, And: []profiles.Filter{b.rows}}, Limit: len(keys)}, want)
	var failed *sources.Error
	if err != nil && (!errors.As(err, &failed) || failed.Kind != sources.Malformed) {
		return nil, err
	}
	answers := make(map[string]sources.Answer[*profiles.Customer], len(keys))
	for _, c := range page.Customers {
		answers[c.ID] = sources.Answer[*profiles.Customer]{Value: c, AsOf: c.SyncedAt}
	}
	for _, key := range keys {
		if _, is := answers[key]; is {
			continue
		}
		switch {
		case err == nil:
			answers[key] = sources.Answer[*profiles.Customer]{Missing: true}
		case len(keys) > 1:
			// Which of them it is that cannot be read is told of one that is asked for alone.
			alone, _ := b.Fetch(ctx, []string{key}, want)
			if a, is := alone[key]; is {
				answers[key] = a
			}
		}
	}
	return answers, err
}
