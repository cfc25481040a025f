package audit_test

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/audit"
	"customer360/internal/store/storetest"
)

// Who takes the beginning of a chain away, and lets the log itself say that it was removed by
// age, is found: nothing of a chain can be older than the chain.
func TestForgedRemoval(t *testing.T) {
	year := 365 * 24 * time.Hour
	now := time.Now().UTC().Truncate(time.Millisecond)
	for name, test := range map[string]struct {
		keep   time.Duration
		before time.Time
	}{
		"kept for ever, removed at no time":          {0, time.Time{}},
		"kept for ever, removed just now":            {0, now},
		"kept for a year, removed two years ago":     {year, now.Add(-2 * year)},
		"kept for a year, removed at no time":        {year, time.Time{}},
		"kept for a year, removed just now":          {year, now},
		"kept for a year, removed with a time to be": {year, now.Add(2 * year)},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s, _ := storetest.Open(t)
			run(t, s.Store, reads(6)...)
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

// What was removed when entries were kept for less is no break for who says so.
func TestKeptForLonger(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(3)...)
	time.Sleep(5 * time.Millisecond)
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
