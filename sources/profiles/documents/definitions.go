package documents

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources"
	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// Definitions gives the definitions of the attributes. They are read now and then;
// meanwhile, and while the store fails, the ones that are known are given.
func (s *Spine) Definitions(ctx context.Context) ([]profiles.Definition, error) {
	known := s.defined.Load()
	switch {
	case known == nil:
		s.reading.Lock()
	case time.Since(known.readAt) < definitionsFor || !s.reading.TryLock():
		return known.all, nil
	}
	defer s.reading.Unlock()
	all, err := s.readDefinitions(ctx)
	switch {
	case err == nil:
	case known != nil:
		all = known.all
	default:
		return nil, documents.Error(s.name, err)
	}
	s.defined.Store(&definitions{all, time.Now()})
	return all, nil
}

func (s *Spine) readDefinitions(ctx context.Context) ([]profiles.Definition, error) {
	all := []profiles.Definition{}
	var bad error
	err := s.store.Select(ctx, Definitions, documents.Selection{}, func(raw bson.Raw) bool {
		var d profiles.Definition
		bad = documents.Decode(raw, &d)
		all = append(all, d)
		return bad == nil
	})
	if err := cmp.Or(err, bad); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(d profiles.Definition) bool { return d.Check() != nil })
	slices.SortFunc(all, func(a, b profiles.Definition) int { return strings.Compare(a.Key, b.Key) })
	return all, nil
}

func (s *Spine) definitionsFor(ctx context.Context, want sources.Parts) (map[string]profiles.Definition, error) {
	if !want.Has(profiles.Attributes) {
		return nil, nil
	}
	defs, err := s.Definitions(ctx)
	byKey := make(map[string]profiles.Definition, len(defs))
	for _, d := range defs {
		byKey[d.Key] = d
	}
	return byKey, err
}
