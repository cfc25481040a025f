package importer

import "hash/maphash"

// outcome is what became of a record.
type outcome uint8

const (
	isNew outcome = iota + 1
	isUpdated
	isUnchanged
)

// outcomes remembers what became of every record of an import, as a number made of
// its key: that takes a few dozen bytes for each, whatever the rows are.
type outcomes struct {
	seed   maphash.Seed
	seen   map[uint64]outcome
	totals map[string]*Counts
}

func newOutcomes() outcomes {
	return outcomes{maphash.MakeSeed(), map[uint64]outcome{}, map[string]*Counts{}}
}

func (o outcomes) key(collection, id string) uint64 {
	return maphash.String(o.seed, collection+"\x00"+id)
}

// has reports whether the import has met the record before.
func (o outcomes) has(collection, id string) bool { return o.seen[o.key(collection, id)] != 0 }

// note says what became of a record. Of one that was met before, it matters only
// whether it has changed at all.
func (o outcomes) note(collection, id string, out outcome) {
	key := o.key(collection, id)
	before := o.seen[key]
	if before != 0 && (before != isUnchanged || out != isUpdated) {
		return
	}
	o.seen[key] = out
	c := o.totals[collection]
	if c == nil {
		c = &Counts{Collection: collection}
		o.totals[collection] = c
	}
	switch out {
	case isNew:
		c.New++
	case isUpdated:
		c.Updated++
	default:
		c.Unchanged++
	}
	if before != 0 {
		c.Unchanged--
	}
}

func (o outcomes) counts(collection string) Counts {
	if c := o.totals[collection]; c != nil {
		return *c
	}
	return Counts{Collection: collection}
}
