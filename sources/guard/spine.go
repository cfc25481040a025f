package guard

import (
	"context"
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
)

// Spine guards the store of the profiles as [Deadline] and [Observe] guard a
// source: each of its calls ends within d and is reported. It is a [profiles.Eraser]
// or [profiles.ThoroughEraser] where the inner one is.
func Spine(inner profiles.Spine, d time.Duration, o Observer) profiles.Spine {
	g := spine{
		Source:   Observe(Deadline(sources.Source[string, *profiles.Customer](inner), d), o),
		inner:    inner,
		d:        d,
		observer: o,
	}
	switch e := inner.(type) {
	case profiles.ThoroughEraser:
		return thoroughSpine{erasingSpine{g, e}, e}
	case profiles.Eraser:
		return erasingSpine{g, e}
	}
	return g
}

type spine struct {
	sources.Source[string, *profiles.Customer]
	inner    profiles.Spine
	d        time.Duration
	observer Observer
}

func (g spine) Find(ctx context.Context, by profiles.Identifier, want sources.Parts) ([]*profiles.Customer, error) {
	return guarded(ctx, g, some, func(ctx context.Context) ([]*profiles.Customer, error) { return g.inner.Find(ctx, by, want) })
}

func (g spine) FindByLink(ctx context.Context, source profiles.SourceName, system, recordID string, want sources.Parts) (*profiles.Customer, error) {
	return guarded(ctx, g, one, func(ctx context.Context) (*profiles.Customer, error) {
		return g.inner.FindByLink(ctx, source, system, recordID, want)
	})
}

func (g spine) List(ctx context.Context, q profiles.Query, want sources.Parts) (profiles.Page, error) {
	return guarded(ctx, g, ofPage, func(ctx context.Context) (profiles.Page, error) { return g.inner.List(ctx, q, want) })
}

func (g spine) Definitions(ctx context.Context) ([]profiles.Definition, error) {
	return guarded(ctx, g, nil, func(ctx context.Context) ([]profiles.Definition, error) { return g.inner.Definitions(ctx) })
}

// guarded runs one call of the spine. It counts as a call with one key. Found gives the
// profiles that came; nil: none do.
func guarded[T any](ctx context.Context, g spine, found func(T) []*profiles.Customer, call func(context.Context) (T, error)) (T, error) {
	start := time.Now()
	value, err := within(ctx, g.Name(), g.d, call)
	c := Call{Source: g.Name(), Keys: 1, Answered: 1, Took: time.Since(start), Err: sources.AsError(g.Name(), sources.Unavailable, err)}
	if err != nil {
		c.Answered = 0
	}
	if found != nil {
		for _, one := range found(value) {
			c.LeftOut = append(c.LeftOut, one.LeftOut...)
		}
	}
	g.observer.Called(ctx, c)
	return value, err
}

func some(all []*profiles.Customer) []*profiles.Customer { return all }

func ofPage(p profiles.Page) []*profiles.Customer { return p.Customers }

func one(c *profiles.Customer) []*profiles.Customer {
	if c == nil {
		return nil
	}
	return []*profiles.Customer{c}
}

// erasingSpine is a guarded spine whose inner one can erase.
type erasingSpine struct {
	spine
	eraser profiles.Eraser
}

func (g erasingSpine) EraseCustomer(ctx context.Context, id string) error {
	_, err := guarded(ctx, g.spine, nil, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, g.eraser.EraseCustomer(ctx, id)
	})
	return err
}

// thoroughSpine is a guarded spine whose inner one can do that as well.
type thoroughSpine struct {
	erasingSpine
	thorough profiles.ThoroughEraser
}

func (g thoroughSpine) SharedRecords(ctx context.Context, id string, records []profiles.RecordKey) (map[profiles.RecordKey]bool, error) {
	return guarded(ctx, g.spine, nil, func(ctx context.Context) (map[profiles.RecordKey]bool, error) {
		return g.thorough.SharedRecords(ctx, id, records)
	})
}

func (g thoroughSpine) KeepLeftovers(ctx context.Context, id string, left profiles.Leftovers) error {
	_, err := guarded(ctx, g.spine, nil, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, g.thorough.KeepLeftovers(ctx, id, left)
	})
	return err
}

func (g thoroughSpine) Leftovers(ctx context.Context, id string) (profiles.Leftovers, error) {
	return guarded(ctx, g.spine, nil, func(ctx context.Context) (profiles.Leftovers, error) { return g.thorough.Leftovers(ctx, id) })
}
