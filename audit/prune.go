package audit

import (
	"context"
	"sort"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Prune removes the entries that were written before a time, and gives how many: of each
// chain the beginning, and the whole chain if it is closed. What is removed is written to
// this log first, with the hash of each chain's last removed entry, so that the rest can
// still be verified; an interrupted Prune is finished by the next one. It does not verify what it
// removes: run [Verify] before. The last entry of a chain that is not closed stays for a week.
func (l *Log) Prune(ctx context.Context, before time.Time) (removed int64, err error) {
	before = milliseconds(before)
	listed, err := readHeads(ctx, l.store, bson.D{})
	if err != nil {
		return 0, err
	}
	var anchors []Head
	whole := map[string]bool{}
	for _, head := range listed {
		anchor, all, err := l.anchor(ctx, head, before)
		if err != nil {
			return 0, err
		}
		if anchor.Sequence >= 0 {
			anchors = append(anchors, anchor)
		}
		whole[head.Replica] = all
	}
	if len(anchors) == 0 {
		return 0, nil
	}
	var batch []*entry
	for start := 0; start < len(anchors); start += maxHeads {
		batch = append(batch, &entry{Action: Pruned, Before: before, Heads: anchors[start:min(start+maxHeads, len(anchors))]})
	}
	// Reads wait for this entry to be written as they do for any.
	bounded, cancel := context.WithTimeout(ctx, writeTimeout)
	n, err := l.chain.write(bounded, batch)
	cancel()
	if err != nil {
		return 0, err
	}
	l.observer.Written(n)
	entries, chains := l.store.Database.Collection(Entries), l.store.Database.Collection(Chains)
	for _, a := range anchors {
		result, err := entries.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: entryID(a.Replica, 0)}, {Key: "$lte", Value: a.ID()}}}})
		if err != nil {
			return removed, worded(err)
		}
		removed += result.DeletedCount
		if whole[a.Replica] {
			if _, err := chains.DeleteOne(ctx, bson.D{{Key: "_id", Value: a.Replica}}); err != nil {
				return removed, worded(err)
			}
		}
	}
	return removed, worded(l.store.Forget(ctx))
}

const (
	// idle is after how long a chain says that it goes on, if nothing else is written to it.
	idle = 24 * time.Hour
	// deadAfter is after how long one that says nothing has no process any more.
	deadAfter = 7 * idle
)

// pruneEvery is how much longer than Config.Keep an entry may be kept.
const pruneEvery = 24 * time.Hour

// prune removes what is older than Config.Keep, at the start and once a day, until the log is closed.
func (l *Log) prune() {
	daily := time.NewTicker(pruneEvery)
	defer daily.Stop()
	for {
		n, err := l.Prune(l.ctx, time.Now().Add(-l.config.Keep))
		if l.ctx.Err() != nil {
			// The next start finishes it.
			return
		}
		l.observer.Removed(n, err)
		select {
		case <-daily.C:
		case <-l.closing:
			return
		}
	}
}

// anchor gives the last entry of a chain that is to be removed, or was; its sequence is -1 if
// there is none. All: nothing is left of the chain.
func (l *Log) anchor(ctx context.Context, head Head, before time.Time) (anchor Head, all bool, err error) {
	last, err := l.lookUp(ctx, head.Replica, head.Sequence)
	if err != nil {
		return Head{}, false, err
	}
	// The process of a chain without an END has died if nothing was written for that long.
	if head.At.Before(before) && (last == nil || last.Action == End || head.At.Before(time.Now().Add(-deadAfter))) {
		return head, true, nil
	}
	// Times never go back within a chain; what is not there is as old as what was removed.
	first := sort.Search(int(head.Sequence), func(i int) bool {
		e, failed := l.lookUp(ctx, head.Replica, int64(i))
		if failed != nil {
			err = failed
		}
		return e != nil && !e.Written.Before(before)
	})
	if err != nil {
		return Head{}, false, err
	}
	kept, err := l.lookUp(ctx, head.Replica, int64(first))
	if err != nil || kept == nil {
		// A chain whose end is missing is left as it is.
		return Head{Sequence: -1}, false, err
	}
	return Head{Replica: head.Replica, Sequence: int64(first) - 1, At: kept.Written, Hash: kept.Prev}, false, nil
}

// lookUp gives the times, the action and the link of an entry; nil: it is not there.
func (l *Log) lookUp(ctx context.Context, replica string, sequence int64) (*entry, error) {
	var found *entry
	_, err := l.store.Find(ctx, Entries, []string{entryID(replica, sequence)}, bson.D{{Key: "written", Value: 1}, {Key: "action", Value: 1}, {Key: "prev", Value: 1}}, func(raw bson.Raw) {
		var e entry
		if bson.Unmarshal(raw, &e) == nil {
			found = &e
		}
	})
	return found, worded(err)
}
