package sourcetest

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"customer360/sources"
	"customer360/sources/profiles"
)

// A FakeSpine is a spine over profiles in memory, named profile/fake. It lists them
// in the order of their keys, whatever order is asked, and knows the filter by ids
// only: what lists and filters do is for tests on a real store.
type FakeSpine struct {
	// Customers are in the order of their keys.
	Customers []*profiles.Customer
}

var _ profiles.Spine = (*FakeSpine)(nil)

// Name is profile/fake.
func (*FakeSpine) Name() string { return "profile/fake" }

// Fetch gives the profiles of the keys, whole.
func (f *FakeSpine) Fetch(ctx context.Context, keys []string, _ sources.Parts) (map[string]sources.Answer[*profiles.Customer], error) {
	if err := ctx.Err(); err != nil {
		return nil, sources.AsError(f.Name(), sources.Canceled, err)
	}
	answers := make(map[string]sources.Answer[*profiles.Customer], len(keys))
	for _, k := range keys {
		i, ok := f.search(k)
		if !ok {
			answers[k] = sources.Answer[*profiles.Customer]{Missing: true}
			continue
		}
		answers[k] = sources.Answer[*profiles.Customer]{Value: f.Customers[i], AsOf: f.Customers[i].SyncedAt}
	}
	return answers, nil
}

func (f *FakeSpine) search(key string) (int, bool) {
	return slices.BinarySearchFunc(f.Customers, key, func(c *profiles.Customer, key string) int { return cmp.Compare(c.ID, key) })
}

// Find gives the first two customers that have the identifier.
func (f *FakeSpine) Find(_ context.Context, by profiles.Identifier, _ sources.Parts) ([]*profiles.Customer, error) {
	var found []*profiles.Customer
	for _, c := range f.Customers {
		if len(found) < 2 && slices.Contains(c.Identifiers(), by) {
			found = append(found, c)
		}
	}
	return found, nil
}

// FindByLink gives the customer that the record is linked to.
func (f *FakeSpine) FindByLink(_ context.Context, source profiles.SourceName, system, recordID string, _ sources.Parts) (*profiles.Customer, error) {
	for _, c := range f.Customers {
		for _, l := range c.ActiveLinks(source) {
			if l.System == system && l.RecordID == recordID {
				return c, nil
			}
		}
	}
	return nil, nil
}

// List gives a page in the order of the keys.
func (f *FakeSpine) List(_ context.Context, q profiles.Query, _ sources.Parts) (profiles.Page, error) {
	w := q.Where
	if w.And != nil || w.Or != nil || w.Not != nil || w.Name != nil || w.Identifier != "" || w.Attributes != nil || w.CreatedAt != nil || w.Link != nil || w.Record != nil {
		return profiles.Page{}, &sources.Error{Source: f.Name(), Kind: sources.Unavailable, Err: errors.New("the fake knows no filter but ids")}
	}
	all := f.Customers
	if w.IDs != nil {
		all = slices.DeleteFunc(slices.Clone(all), func(c *profiles.Customer) bool { return !slices.Contains(w.IDs, c.ID) })
	}
	var page profiles.Page
	if q.Count {
		n := len(all)
		page.Total = &n
	}
	if q.After != nil {
		i, ok := f.search(q.After.ID)
		if ok {
			i++
		}
		all = all[min(i, len(all)):]
	}
	page.HasMore = len(all) > q.Limit
	page.Customers = all[:min(len(all), q.Limit)]
	for _, c := range page.Customers {
		page.Positions = append(page.Positions, q.Order.PositionOf(c))
	}
	return page, nil
}

// Definitions gives none.
func (*FakeSpine) Definitions(context.Context) ([]profiles.Definition, error) {
	return []profiles.Definition{}, nil
}
