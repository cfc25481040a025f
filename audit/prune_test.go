package audit_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/audit"
	"customer360/internal/await"
	"customer360/internal/store/storetest"
)

// later waits until it is another time, as the log tells time.
func later(t *testing.T) {
	t.Helper()
	began := time.Now().Truncate(time.Millisecond)
	await.Until(t, "another millisecond", func() bool { return time.Now().Truncate(time.Millisecond).After(began) })
}

// Old entries are removed from the beginning of each chain, whole chains where they are
// closed, and what is left is whole: again and again, and after an interruption.
func TestPrune(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(4)...)
	old, o := open(t, s.Store)
	_ = old.Record(read(1))
	until(t, "it is written", func() bool { return o.written.Load() == 2 })
	later(t)
	cut := time.Now()
	later(t)
	_ = old.Record(read(2))
	closeLog(t, old)
	run(t, s.Store, reads(1)...)

	l, _ := open(t, s.Store)
	defer closeLog(t, l)
	before, chains := documentsOf(t, s.Store, audit.Entries), documentsOf(t, s.Store, audit.Chains)
	n, err := l.Prune(ctx, cut)
	// The first chain has START, 4, END; the second START, 1 before the cut.
	if err != nil || n != 8 {
		t.Fatal(n, err)
	}
	r := verify(t, s.Store)
	wantWhole(t, r)
	if r.Chains != 3 || !r.Since.Equal(cut.UTC().Truncate(time.Millisecond)) {
		t.Errorf("the report says %+v", r)
	}
	if n, err := l.Prune(ctx, cut); err != nil || n != 0 {
		t.Error("once more:", n, err)
	}
	wantWhole(t, verify(t, s.Store))

	// Interrupted: some of what was announced is still there, and the chain listed.
	if _, err := s.Database.Collection(audit.Entries).InsertMany(ctx, []bson.Raw{before[1], before[3], before[6]}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Database.Collection(audit.Chains).InsertOne(ctx, chains[0]); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, verify(t, s.Store))
	if n, err := l.Prune(ctx, cut); err != nil || n != 3 {
		t.Error("after an interruption:", n, err)
	}
	wantWhole(t, verify(t, s.Store))

	// One more than was announced.
	replace(t, s.Store, audit.Entries, slices.DeleteFunc(documentsOf(t, s.Store, audit.Entries), func(d bson.Raw) bool { return id(d) == id(before[8]) }))
	if r := verify(t, s.Store); r.Broken != 1 || r.Breaks[0].ID != id(before[8]) {
		t.Errorf("an entry more than was announced: %+v", r.Breaks)
	}
}

// Nothing follows the END of a chain.
func TestPruneAfterClose(t *testing.T) {
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(1)...)
	l, _ := open(t, s.Store)
	closeLog(t, l)
	if n, err := l.Prune(context.Background(), time.Now()); err == nil || n != 0 {
		t.Errorf("a log that is closed removes %d entries, with the error %v", n, err)
	}
	wantWhole(t, verify(t, s.Store))
}

// Entries are removed by age where that is configured, and none that is younger.
func TestKeep(t *testing.T) {
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(4)...)
	for _, test := range []struct {
		keep time.Duration
		want int64
	}{{time.Hour, 0}, {time.Millisecond, 6}} {
		later(t)
		c := audit.Defaults()
		c.Keep = test.keep
		o := &seen{removed: make(chan int64, 1)}
		l, err := audit.Open(context.Background(), s.Store, c, o)
		if err != nil {
			t.Fatal(err)
		}
		// The chain of the log itself may lose its own START.
		if n := <-o.removed; n < test.want || n > test.want+4 || test.want == 0 && n != 0 {
			t.Errorf("%d entries older than %s were removed, want %d", n, test.keep, test.want)
		}
		closeLog(t, l)
		wantWhole(t, verify(t, s.Store))
	}
}

// Removal after removal, by one process after the other, whatever was pruned stays explained.
func TestPruneForYears(t *testing.T) {
	s, _ := storetest.Open(t)
	removed := int64(0)
	for range 4 {
		later(t)
		began := time.Now()
		l, _ := open(t, s.Store)
		_ = l.Record(read(1))
		n, err := l.Prune(context.Background(), began)
		if err != nil {
			t.Fatal(err)
		}
		removed += n
		wantWhole(t, verify(t, s.Store))
		closeLog(t, l)
		wantWhole(t, verify(t, s.Store))
	}
	if removed == 0 {
		t.Error("nothing was removed")
	}
}
