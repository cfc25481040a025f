package index

import (
	"github.com/bits-and-blooms/bitset"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// An Order is what documents are put in order by.
type Order struct {
	// Field is one of the fields of orders, or "_id".
	Field      string
	Descending bool
}

// Select gives the _ids of the documents that a filter finds, in that order, limit of them
// at the most; zero or less: all. The error is [ErrUnknown].
func (x *Index) Select(where bson.D, by Order, limit int) ([]string, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	found, err := x.find(where)
	if err != nil {
		return nil, err
	}
	n := int(found.Count())
	if limit > 0 {
		n = min(n, limit)
	}
	ids := make([]string, 0, n)
	take := func(id string, doc uint32) bool {
		if len(ids) < n && found.Test(uint(doc)) {
			ids = append(ids, id)
		}
		return len(ids) < n
	}
	if by.Field == "_id" {
		if by.Descending {
			x.ids.Reverse(take)
		} else {
			x.ids.Scan(take)
		}
		return ids, nil
	}
	order, ok := x.order(by.Field)
	if !ok {
		return nil, ErrUnknown
	}
	each := func(e entry) bool { return take(e.id, e.doc) }
	if by.Descending {
		order.Reverse(each)
	} else {
		order.Scan(each)
	}
	return ids, nil
}

// Count gives how many documents a filter finds. The error is [ErrUnknown].
func (x *Index) Count(where bson.D) (int, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	found, err := x.find(where)
	if err != nil {
		return 0, err
	}
	return int(found.Count()), nil
}

// all gives all documents, as a set that the caller may change.
func (x *Index) all() *bitset.BitSet { return x.live.Clone() }

func (x *Index) none() *bitset.BitSet { return bitset.New(x.live.Len()) }
