package documents

import (
	"context"

	"customer360/sources"
	"customer360/sources/documents"
	"customer360/sources/profiles"
)

// sharersAtOnce bounds how many profiles one query for shared records reads. A few are
// usual; a record that stands for nobody, as "null", may be linked to very many, and one
// of them is enough to know.
const sharersAtOnce = 100

// SharedRecords asks for the profiles that have any of the words: one query, and another
// one for the words that were not seen yet where there are more profiles than it reads.
func (s *Spine) SharedRecords(ctx context.Context, id string, records []profiles.RecordKey) (map[profiles.RecordKey]bool, error) {
	// What was not seen with anybody else yet, by its word.
	pending := map[string]profiles.RecordKey{}
	for _, r := range records {
		pending[recordWord(r.Source, r.System, r.RecordID)] = r
	}
	shared := map[profiles.RecordKey]bool{}
	for len(pending) > 0 {
		words := make([]string, 0, len(pending))
		for word := range pending {
			words = append(words, word)
		}
		asked := 0
		err := s.holders(ctx, words, sharersAtOnce, func(holder string, records []string) {
			asked++
			if holder == id {
				return
			}
			for _, word := range records {
				if r, ok := pending[word]; ok {
					shared[r] = true
					delete(pending, word)
				}
			}
		})
		if err != nil {
			return nil, documents.Error(s.name, err)
		}
		if asked < sharersAtOnce {
			break
		}
	}
	return shared, nil
}

// KeepLeftovers writes a document of the collection "erasures", or removes it.
func (s *Spine) KeepLeftovers(ctx context.Context, id string, left profiles.Leftovers) error {
	var err error
	if len(left.Records) == 0 {
		err = s.store.Erase(ctx, Erasures, []string{id})
	} else {
		_, err = s.store.Land(ctx, Erasures, []documents.Document{{ID: id, Body: leftovers{id, left}}})
	}
	if err != nil {
		return documents.Error(s.name, err)
	}
	return nil
}

// Leftovers reads that document.
func (s *Spine) Leftovers(ctx context.Context, id string) (profiles.Leftovers, error) {
	raw, err := s.store.One(ctx, Erasures, id)
	switch {
	case err != nil:
		return profiles.Leftovers{}, documents.Error(s.name, err)
	case raw == nil:
		return profiles.Leftovers{}, nil
	}
	var d leftovers
	if documents.Decode(raw, &d) != nil {
		// A decoder's own words may quote what it found.
		return profiles.Leftovers{}, &sources.Error{Source: s.name, Kind: sources.Malformed,
			Err: formless(Erasures)}
	}
	d.ErasedAt = d.ErasedAt.UTC()
	return d.Leftovers, nil
}

// leftovers is such a document: nothing else of the customer stands in it.
type leftovers struct {
	ID                 string `bson:"_id"`
	profiles.Leftovers `bson:",inline"`
}
