package documents

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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
		cursor, err := s.store.Database.Collection(Customers).Find(ctx, bson.D{{Key: "records", Value: in(words)}},
			options.Find().SetLimit(sharersAtOnce).SetProjection(bson.D{{Key: "records", Value: 1}}))
		if err != nil {
			return nil, documents.Error(s.name, err)
		}
		var docs []struct {
			ID      string   `bson:"_id"`
			Records []string `json:"records"`
		}
		if err := cursor.All(ctx, &docs); err != nil {
			return nil, documents.Error(s.name, err)
		}
		for _, d := range docs {
			if d.ID == id {
				continue
			}
			for _, word := range d.Records {
				if r, ok := pending[word]; ok {
					shared[r] = true
					delete(pending, word)
				}
			}
		}
		if len(docs) < sharersAtOnce {
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
	raw, err := s.store.Database.Collection(Erasures).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return profiles.Leftovers{}, nil
	}
	if err != nil {
		return profiles.Leftovers{}, documents.Error(s.name, err)
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
