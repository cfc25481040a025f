package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"customer360/sources/documents"
)

// chain is the chain of this process.
type chain struct {
	store documents.Store

	mu sync.Mutex
	// head is the last entry that was linked. Those that are not known to be stored are
	// pending: they go first the next time, as they are.
	head    Head
	pending []*entry
	// unsure: some of the pending entries may be stored.
	unsure bool
	// ended: nothing follows the END.
	ended bool
}

// chainHead is a document of the collection of chains.
type chainHead struct {
	Replica string `bson:"_id"`
	// Sequence, At and Hash are those of the last entry; Sequence is -1 before the first one.
	Sequence int64     `bson:"sequence"`
	At       time.Time `bson:"at"`
	Hash     string    `bson:"hash"`
	// Unseen: no entry of another chain holds this head.
	Unseen bool `bson:"unseen"`
}

// begin announces the chain and writes its first entry.
func (c *chain) begin(ctx context.Context) error {
	raw, err := bson.Marshal(chainHead{Replica: c.head.Replica, Sequence: c.head.Sequence})
	if err != nil {
		return err
	}
	// Before the first entry: a chain that is not listed counts as hidden.
	if _, err := c.store.Database.Collection(Chains).InsertOne(ctx, bson.Raw(raw)); err != nil {
		return worded(err)
	}
	_, err = c.witness(ctx, Start)
	return err
}

// checkpoint writes the heads of other chains that no chain holds, if there are any, or if nothing
// else was written for long.
func (c *chain) checkpoint(ctx context.Context) (written int, err error) {
	return c.witness(ctx, Checkpoint)
}

func (c *chain) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.head.At) > idle
}

func (c *chain) witness(ctx context.Context, action Action) (written int, err error) {
	heads, err := c.unseen(ctx)
	if err != nil || len(heads) == 0 && action != Start && !c.idle() {
		return 0, err
	}
	if written, err = c.write(ctx, []*entry{{Action: action, Heads: heads}}); err != nil {
		return written, err
	}
	for _, h := range heads {
		if err := c.store.Change(ctx, Chains, h.Replica, func(old bson.Raw) (any, error) {
			var d chainHead
			// One that has gone on meanwhile stays unseen.
			if old != nil && bson.Unmarshal(old, &d) == nil && d.Sequence == h.Sequence {
				return documents.Replacing(old, nil, bson.D{{Key: "unseen", Value: false}})
			}
			return old, nil
		}); err != nil {
			return written, worded(err)
		}
	}
	return written, nil
}

// maxHeads bounds an entry; the next one takes the rest.
const maxHeads = 1_000

func (c *chain) unseen(ctx context.Context) ([]Head, error) {
	all, err := readHeads(ctx, c.store, bson.D{{Key: "unseen", Value: true}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: c.head.Replica}}}})
	return all[:min(maxHeads, len(all))], err
}

// readHeads gives the heads of chains as they are listed, without those that have no entry.
func readHeads(ctx context.Context, s documents.Store, filter bson.D) ([]Head, error) {
	cursor, err := s.Database.Collection(Chains).Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, worded(err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	var heads []Head
	for cursor.Next(ctx) {
		var d chainHead
		if err := bson.Unmarshal(cursor.Current, &d); err != nil {
			// It cannot be told from one that is not there.
			continue
		}
		if d.Sequence >= 0 {
			heads = append(heads, Head{Replica: d.Replica, Sequence: d.Sequence, At: d.At, Hash: d.Hash})
		}
	}
	return heads, worded(cursor.Err())
}

// write links entries and stores them with all that are pending. After an error they are
// pending themselves, and must not be given again.
func (c *chain) write(ctx context.Context, batch []*entry) (written int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended && len(batch) > 0 {
		return 0, errClosed
	}
	for _, e := range batch {
		c.head = e.link(c.head, time.Now())
		c.ended = e.Action == End
	}
	c.pending = append(c.pending, batch...)
	missing := c.pending
	if c.unsure {
		if missing, err = c.notStored(ctx); err != nil {
			return 0, err
		}
	}
	if len(missing) > 0 {
		raws := make([]bson.Raw, len(missing))
		for i, e := range missing {
			if raws[i], err = bson.Marshal(e); err != nil {
				return 0, err
			}
		}
		c.unsure = true
		// In order: a process that dies meanwhile leaves no gap.
		if _, err := c.store.Database.Collection(Entries).InsertMany(ctx, raws); err != nil {
			return 0, worded(err)
		}
	}
	if err := c.store.Update(ctx, Chains, c.head.Replica, bson.D{{Key: "$set", Value: bson.D{
		{Key: "sequence", Value: c.head.Sequence}, {Key: "at", Value: c.head.At}, {Key: "hash", Value: c.head.Hash}, {Key: "unseen", Value: true},
	}}}); err != nil {
		return 0, worded(err)
	}
	written = len(c.pending)
	c.pending, c.unsure = nil, false
	return written, nil
}

var errClosed = errors.New("the audit log is closed")

// notStored gives the pending entries that an earlier attempt did not store.
func (c *chain) notStored(ctx context.Context) ([]*entry, error) {
	stored, err := readHashes(ctx, c.store, c.pending, func(e *entry) string { return e.ID })
	if err != nil {
		return nil, err
	}
	var missing []*entry
	for _, e := range c.pending {
		switch hash, ok := stored[e.ID]; {
		case !ok:
			missing = append(missing, e)
		case hash != e.Hash:
			return nil, fmt.Errorf("the entry %s of the audit log was written by another process: run customer360 audit verify, then restart", e.ID)
		}
	}
	return missing, nil
}

// readHashes gives the stored hashes of entries, by their ids.
func readHashes[T any](ctx context.Context, s documents.Store, of []T, id func(T) string) (map[string]string, error) {
	keys := make([]string, len(of))
	for i, t := range of {
		keys[i] = id(t)
	}
	hashes := make(map[string]string, len(of))
	_, err := s.Find(ctx, Entries, keys, bson.D{{Key: "hash", Value: 1}}, func(raw bson.Raw) {
		id, _ := raw.Lookup("_id").StringValueOK()
		hashes[id], _ = raw.Lookup("hash").StringValueOK()
	})
	return hashes, worded(err)
}

// unwritten is how many entries of operations are not known to be stored.
func (c *chain) unwritten() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, e := range c.pending {
		if e.Action == Read || e.Action == Export || e.Action == Erase {
			n++
		}
	}
	return n
}

// worded gives an error of the driver without what a server may quote.
func worded(err error) error {
	if err == nil {
		return nil
	}
	var bulk mongo.BulkWriteException
	var write mongo.WriteException
	switch {
	case errors.As(err, &bulk) && len(bulk.WriteErrors) > 0:
		return fmt.Errorf("MongoDB refused a document with code %d", bulk.WriteErrors[0].Code)
	case errors.As(err, &bulk) && bulk.WriteConcernError != nil:
		return fmt.Errorf("MongoDB did not confirm a write, with code %d", bulk.WriteConcernError.Code)
	case errors.As(err, &write) && len(write.WriteErrors) > 0:
		return fmt.Errorf("MongoDB refused a document with code %d", write.WriteErrors[0].Code)
	}
	return documents.Error("audit", err).Err
}
