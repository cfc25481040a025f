package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"customer360/sources/documents"
)

// Verify reads the whole log and reports what does not hold. It needs memory for the chains, not
// for the entries (the embedded store itself sorts in memory), and may run while gateways write.
// Known heads, from [ReadHeads], must be in the log as they were, unless they are of a
// time that was pruned. The error is of the reading; what is found stands in the report.
//
// Keep is how long entries are kept, as [Config] has it: a log that says of younger ones that
// they were removed by age is broken, and with 0 any that says so at all, since whoever can
// write there can say it. Negative: the log is believed.
func Verify(ctx context.Context, s documents.Store, known []Head, keep time.Duration) (*Report, error) {
	for attempt := 1; ; attempt++ {
		v := verifier{store: s, report: &Report{}, seen: map[string]int64{}, keep: keep}
		if err := v.verify(ctx, known); err != nil {
			return nil, err
		}
		if v.report.Whole() || attempt == maxAttempts {
			return v.report, nil
		}
		// What is missing may be what was pruned meanwhile.
		_, _, before, err := v.readAnchors(ctx)
		if err != nil || before.Equal(v.before) {
			return v.report, err
		}
	}
}

// maxAttempts is more than gateways prune during a verification, unless somebody forges it.
const maxAttempts = 3

func (v *verifier) verify(ctx context.Context, known []Head) error {
	// An entry is stored before its head is listed: what is listed now must be found.
	listed, err := readHeads(ctx, v.store, bson.D{})
	if err != nil {
		return err
	}
	if v.anchors, v.cut, v.before, err = v.readAnchors(ctx); err != nil {
		return err
	}
	if err := v.each(ctx, bson.D{}, func(raw bson.Raw) error { return v.entry(ctx, raw) }); err != nil {
		return err
	}
	v.finish()
	if !v.before.IsZero() && v.keep > 0 && v.before.After(time.Now().Add(-v.keep)) {
		v.broken(Dropped, v.before.UTC().Format(time.RFC3339), fmt.Sprintf("the log says that older entries were removed by age, but entries are kept for %s (audit.keep); if the time was shorter before, give it with --keep", v.keep))
	}
	if err := v.cite(ctx, listed, "the collection "+Chains); err != nil {
		return err
	}
	if err := v.cite(ctx, known, "a report"); err != nil {
		return err
	}
	if err := v.listed(ctx, listed); err != nil {
		return err
	}
	for _, h := range v.heads {
		if v.seen[h.Replica] <= h.Sequence {
			v.report.Heads = append(v.report.Heads, h)
		}
	}
	v.report.Since = v.before
	return nil
}

type verifier struct {
	// keep is how long entries are kept; negative: as the log says.
	keep   time.Duration
	store  documents.Store
	report *Report
	// anchors are the last entries of what was removed, and before is before when that
	// had been written.
	anchors map[string]Head
	before  time.Time
	// cut is before when what was removed of a chain had been written.
	cut map[string]time.Time
	// heads are the last entries that were found, of each chain; seen is how many entries of a
	// chain the others have seen.
	heads []Head
	seen  map[string]int64

	// The chain that is read: its name, the place and the hash that the next entry must have,
	// and the action of the one before.
	replica string
	next    int64
	prev    string
	anyPrev bool
	action  Action
}

// readAnchors finds what was removed. Its entries are verified with all others.
func (v *verifier) readAnchors(ctx context.Context) (anchors map[string]Head, cut map[string]time.Time, before time.Time, err error) {
	anchors, cut = map[string]Head{}, map[string]time.Time{}
	err = v.each(ctx, bson.D{{Key: "action", Value: Pruned}}, func(raw bson.Raw) error {
		e := decode(raw)
		if e == nil {
			// It is reported with all entries.
			return nil
		}
		if e.Before.After(before) {
			before = e.Before
		}
		for _, h := range e.Heads {
			// Of a chain that has begun later, nothing can have been removed by age.
			if began, ok := beganAt(h.Replica); ok && !began.Before(e.Before) {
				continue
			}
			if known, ok := anchors[h.Replica]; !ok || known.Sequence < h.Sequence {
				anchors[h.Replica], cut[h.Replica] = h, e.Before
			}
		}
		return nil
	})
	return anchors, cut, before, err
}

// each reads entries in the order of their chains.
func (v *verifier) each(ctx context.Context, where bson.D, do func(bson.Raw) error) error {
	cursor, err := v.store.Database.Collection(Entries).Find(ctx, where, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetBatchSize(batchSize))
	if err != nil {
		return worded(err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for cursor.Next(ctx) {
		if err := do(cursor.Current); err != nil {
			return err
		}
	}
	return worded(cursor.Err())
}

// entry verifies the next document.
func (v *verifier) entry(ctx context.Context, raw bson.Raw) error {
	id, _ := raw.Lookup("_id").StringValueOK()
	replica, sequence, ok := parseID(id)
	if !ok {
		v.broken(Foreign, id, "its _id is not that of an entry")
		return nil
	}
	v.report.Entries++
	if replica != v.replica {
		v.finish()
		v.report.Chains++
		v.replica, v.next, v.prev, v.anyPrev, v.action = replica, 0, "", false, ""
		v.heads = append(v.heads, Head{Replica: replica, Sequence: -1})
	}
	first := v.next == 0
	v.place(id, sequence)
	e := decode(raw)
	if e == nil {
		v.broken(Changed, id, "it is not an entry")
		// Whatever it still says of its hash is of no use: the next entry is not held against it.
		v.next, v.anyPrev, v.action = sequence+1, true, ""
		return nil
	}
	switch {
	case e.Hash != e.sum(replica, sequence):
		v.broken(Changed, id, "it is not what was written here: it was changed, moved or copied")
	case !v.anyPrev && e.Prev != v.prev:
		v.broken(Unlinked, id, "it does not follow from the entry before it: one of the two was replaced")
	case (sequence == 0) != (e.Action == Start):
		v.broken(Unlinked, id, "a chain must have one START, at its beginning")
	case v.action == End:
		v.broken(Unlinked, id, "it follows the END of its chain")
	}
	// A chain is never silent for that long, so that more was removed than was that old.
	if before, ok := v.cut[replica]; ok && first && sequence > 0 && e.Written.After(before.Add(2*idle)) {
		v.broken(Dropped, id, fmt.Sprintf("it is the first entry left in its chain and was written at %[2]s, but only entries older than %[1]s were removed by age", before.UTC().Format(time.RFC3339), e.Written.UTC().Format(time.RFC3339)))
	}
	if e.Action == Pruned && (v.keep == 0 || e.Before.IsZero() || e.Before.After(e.Written)) {
		v.broken(Dropped, id, "the log says that entries were removed by age, but entries are kept for ever (audit.keep; was the configuration given with --config?)")
	}
	if e.Action == Loss {
		v.report.Lost += e.Lost
	}
	if (e.Action == Start || e.Action == Checkpoint) && len(e.Heads) > 0 {
		if err := v.cite(ctx, e.Heads, "the entry "+id); err != nil {
			return err
		}
		for _, h := range e.Heads {
			v.seen[h.Replica] = max(v.seen[h.Replica], h.Sequence+1)
		}
	}
	v.next, v.prev, v.anyPrev, v.action = sequence+1, e.Hash, false, e.Action
	if a, ok := v.anchors[replica]; ok && a.Sequence == sequence && a.Hash != e.Hash {
		v.broken(Unlinked, id, "it differs from the entry that was removed by age")
	}
	v.heads[len(v.heads)-1] = Head{Replica: replica, Sequence: sequence, At: e.Written, Hash: e.Hash}
	return nil
}

// place reports what is missing before an entry, and says what it must follow from.
func (v *verifier) place(id string, sequence int64) {
	if sequence == v.next {
		return
	}
	// Entries up to the anchor may be there or not: a removal may have been interrupted.
	from := v.next
	v.prev, v.anyPrev = "", true
	if a, ok := v.anchors[v.replica]; ok {
		from = max(from, a.Sequence+1)
		if a.Sequence == sequence-1 {
			v.prev, v.anyPrev = a.Hash, false
		}
	}
	switch {
	case from == sequence-1:
		v.broken(Missing, entryID(v.replica, from), "this entry is missing; later ones exist")
	case from < sequence:
		v.broken(Missing, entryID(v.replica, from), fmt.Sprintf("the entries from here to just before %s are missing", id))
	}
}

// finish ends the chain that was read.
func (v *verifier) finish() {
	if v.replica != "" && v.action != End {
		v.report.Unclosed++
	}
}

// cite verifies that entries are there which somebody has seen. They are read by their
// ids: they may have been written since their chain was read.
func (v *verifier) cite(ctx context.Context, heads []Head, by string) error {
	for part := range slices.Chunk(heads, maxHeads) {
		stored, err := readHashes(ctx, v.store, part, Head.ID)
		if err != nil {
			return err
		}
		for _, h := range part {
			switch hash, ok := stored[h.ID()]; {
			case ok && hash != h.Hash:
				v.broken(Rewritten, h.ID(), by+" has another entry here")
			case !ok && !h.At.Before(v.before):
				v.broken(Dropped, h.ID(), by+" lists it, but it is missing")
			}
		}
	}
	return nil
}

// listed verifies that all chains are listed.
func (v *verifier) listed(ctx context.Context, listed []Head) error {
	known := make(map[string]bool, len(listed))
	for _, h := range listed {
		known[h.Replica] = true
	}
	var others []string
	for _, h := range v.heads {
		if !known[h.Replica] {
			others = append(others, h.Replica)
		}
	}
	// Those that have begun meanwhile are listed by now.
	for part := range slices.Chunk(others, maxHeads) {
		if _, err := v.store.Find(ctx, Chains, part, bson.D{{Key: "_id", Value: 1}}, func(raw bson.Raw) {
			id, _ := raw.Lookup("_id").StringValueOK()
			known[id] = true
		}); err != nil {
			return worded(err)
		}
	}
	for _, replica := range others {
		// A chain that is removed meanwhile goes from the list last.
		if _, removed := v.anchors[replica]; !known[replica] && !removed {
			v.broken(Unlisted, replica, "the chain is missing from the collection "+Chains+", which lists every chain: its end may be cut off")
		}
	}
	return nil
}

func (v *verifier) broken(kind BreakKind, id, what string) {
	v.report.Broken++
	if len(v.report.Breaks) < maxBreaks {
		v.report.Breaks = append(v.report.Breaks, Break{Kind: kind, ID: id, What: what})
	}
}
