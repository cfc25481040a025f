package importer

import (
	"context"
	"errors"
	"time"

	"customer360/sources/jq"
	"customer360/sources/profiles"
)

// An item is what a row says.
type item struct {
	row row
	// profile is nil where the mapping makes none.
	profile  *profiles.Customer
	records  []made
	syncedAt time.Time
	// left is what of the row is left out.
	left []*rowError
}

// evaluate makes an item of a row; nil: the mapping leaves the row out.
func (r *run) evaluate(one row) (*item, *rowError) {
	if one.bad != nil {
		return nil, one.bad
	}
	var left []*rowError
	it, err := r.item(scope{jq.NewBudget(context.Background(), rowWork), one.value, one.value, &left}, one)
	if it != nil {
		it.left = left
	}
	var bad *rowError
	if err != nil && !errors.As(err, &bad) {
		bad = &rowError{problem: err.Error()}
	}
	if bad == nil || !bad.endless {
		r.endless = 0
		return it, bad
	}
	r.endless++
	return nil, bad
}

func (r *run) item(s scope, one row) (*item, error) {
	m := r.Mapping
	if m.skip != nil {
		skip, err := m.skip.holds(s)
		if err != nil || skip {
			return nil, err
		}
	}
	it := &item{row: one, syncedAt: r.AsOf}
	if m.syncedAt != nil {
		v, err := m.syncedAt.one(s)
		if err != nil {
			return nil, err
		}
		if v != nil {
			if it.syncedAt, err = moment(v); err != nil {
				return nil, m.syncedAt.wrong(err.Error(), v)
			}
		}
	}
	if m.profile != nil {
		it.profile = &profiles.Customer{SyncedAt: it.syncedAt}
		if err := r.fillProfile(s, it.profile); err != nil {
			return nil, err
		}
	}
	for _, section := range m.sections {
		if err := section.make(s, func(one made) error {
			it.records = append(it.records, one)
			if one.link != nil {
				it.profile.Links = mergeLinks(it.profile.Links, r.complete(*one.link))
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	if it.profile == nil && len(it.records) == 0 {
		return nil, nil
	}
	return it, r.rekey(it)
}

func (r *run) fillProfile(s scope, c *profiles.Customer) error {
	m := r.Mapping
	if err := m.profile(s, c); err != nil {
		return err
	}
	for _, a := range m.attributes {
		v, err := a.value.one(s)
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		text, err := a.read(v)
		if err != nil {
			return a.value.wrong(err.Error(), v)
		}
		c.Attributes = append(c.Attributes, profiles.Attribute{Key: a.key, Text: text})
	}
	for _, l := range m.links {
		if err := l.links.make(s, func(_ scope, one *profiles.Link) error {
			one.Source, one.System = l.source, l.system
			c.Links = mergeLinks(c.Links, r.complete(*one))
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// complete fills in how a link is known, where the mapping does not say.
func (r *run) complete(l profiles.Link) profiles.Link {
	if l.Method == "" {
		l.Method = "DETERMINISTIC"
	}
	if l.Evidence == "" {
		l.Evidence = r.Mapping.name
	}
	if l.LinkedBy == "" {
		l.LinkedBy = "import"
	}
	if l.LinkedAt.IsZero() {
		l.LinkedAt = r.Now
	}
	return l
}
