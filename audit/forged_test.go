package audit_test

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/audit"
	"customer360/internal/store/storetest"
	"customer360/sources/documents"
)

// Who takes the beginning of a chain away, and lets the log itself say that it was removed by
// age, is found: nothing of a chain can be older than the chain.
func TestForgedRemoval(t *testing.T) {
	year := 365 * 24 * time.Hour
	now := time.Now().UTC().Truncate(time.Millisecond)
	for name, test := range map[string]struct {
		keep   time.Duration
		before time.Time
		// old: the chain began long ago.
		old bool
	}{
		"kept for ever, removed at no time":                    {0, time.Time{}, false},
		"kept for ever, removed just now":                      {0, now, false},
		"kept for a year, removed two years ago":               {year, now.Add(-2 * year), false},
		"kept for a year, removed at no time":                  {year, time.Time{}, false},
		"kept for a year, removed just now":                    {year, now, false},
		"kept for a year, removed with a time to be":           {year, now.Add(2 * year), false},
		"of a chain of years, removed two years ago":           {year, now.Add(-2 * year), true},
		"of a chain of years, removed as far as it may be now": {year, now.Add(-year - time.Hour), true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s, _ := storetest.Open(t)
			run(t, s.Store, reads(6)...)
			if test.old {
				age(t, s.Store)
			}
			r, err := audit.Verify(ctx, s.Store, nil, test.keep)
			if err != nil {
				t.Fatal(err)
			}
			wantWhole(t, r)
			docs := documentsOf(t, s.Store, audit.Entries)
			last := docs[3]
			replace(t, s.Store, audit.Entries, docs[4:])
			removed := audit.Head{Replica: replicaOf(last), Sequence: 3, At: last.Lookup("written").Time().UTC(), Hash: last.Lookup("hash").StringValue()}

			const forged = "20260101T000000.000Z-0000000000000000"
			entry := func(place string, action audit.Action, more ...bson.E) bson.Raw {
				raw, err := bson.Marshal(append(bson.D{
					{Key: "_id", Value: forged + "/00000000000" + place}, {Key: "written", Value: now}, {Key: "prev", Value: ""}, {Key: "hash", Value: ""},
					{Key: "action", Value: string(action)}, {Key: "at", Value: now},
				}, more...))
				if err != nil {
					t.Fatal(err)
				}
				return raw
			}
			said := bson.D{{Key: "heads", Value: []audit.Head{removed}}}
			if !test.before.IsZero() {
				said = append(said, bson.E{Key: "before", Value: test.before})
			}
			chain := audit.Relink([]bson.Raw{entry("0", audit.Start), entry("1", audit.Pruned, said...), entry("2", audit.End)}, "")
			if _, err := s.Database.Collection(audit.Entries).InsertMany(ctx, chain); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Database.Collection(audit.Chains).InsertOne(ctx, bson.D{
				{Key: "_id", Value: forged}, {Key: "sequence", Value: int64(2)}, {Key: "at", Value: now},
				{Key: "hash", Value: chain[2].Lookup("hash").StringValue()}, {Key: "unseen", Value: true},
			}); err != nil {
				t.Fatal(err)
			}
			if r, err := audit.Verify(ctx, s.Store, r.Heads, test.keep); err != nil || r.Whole() {
				t.Errorf("it is not found: %+v, %v", r, err)
			}
		})
	}
}

// age writes the one chain of a log anew, as if it had begun years ago.
func age(t *testing.T, s documents.Store) {
	t.Helper()
	docs, heads := documentsOf(t, s, audit.Entries), documentsOf(t, s, audit.Chains)
	for i, d := range docs {
		docs[i] = change(d, "_id", "2020"+id(d)[4:])
	}
	docs = audit.Relink(docs, "")
	replace(t, s, audit.Entries, docs)
	head := change(heads[0], "_id", "2020"+id(heads[0])[4:])
	replace(t, s, audit.Chains, []bson.Raw{change(head, "hash", docs[len(docs)-1].Lookup("hash").StringValue())})
}

// What was removed when entries were kept for less is no break for who says so.
func TestKeptForLonger(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(3)...)
	later(t)
	l, _ := open(t, s.Store)
	if n, err := l.Prune(ctx, time.Now()); err != nil || n != 5 {
		t.Fatal(n, err)
	}
	closeLog(t, l)
	for keep, whole := range map[time.Duration]bool{time.Hour: false, time.Nanosecond: true} {
		if r, err := audit.Verify(ctx, s.Store, nil, keep); err != nil || r.Whole() != whole {
			t.Errorf("kept for %s: %+v, %v", keep, r, err)
		}
	}
}

// The end of a chain whose process died is removed by age, too; that of one that goes on is not.
func TestPruneOfTheDead(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(3)...)
	docs := documentsOf(t, s.Store, audit.Entries)
	// Without its END, and long ago: only the times are not what they were.
	replace(t, s.Store, audit.Entries, docs[:4])
	long := time.Now().Add(-30 * 24 * time.Hour)
	if _, err := s.Database.Collection(audit.Chains).UpdateMany(ctx, bson.D{}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "sequence", Value: int64(3)}, {Key: "hash", Value: docs[3].Lookup("hash").StringValue()}, {Key: "at", Value: long}}}}); err != nil {
		t.Fatal(err)
	}
	l, _ := open(t, s.Store)
	defer closeLog(t, l)
	if n, err := l.Prune(ctx, time.Now().Add(-24*time.Hour)); err != nil || n != 4 {
		t.Errorf("%d were removed, %v", n, err)
	}
	if left := documentsOf(t, s.Store, audit.Chains); len(left) != 1 {
		t.Errorf("%d chains are left", len(left))
	}
}
