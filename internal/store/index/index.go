// Package index finds documents in memory: by what is in their fields, in an order, a page
// at a time, counted. It takes filters in MongoDB's words, as the adapters write them, and
// answers as MongoDB does, or says that it cannot.
package index

import (
	"errors"
	"slices"
	"sync"

	"github.com/bits-and-blooms/bitset"
	"github.com/tidwall/btree"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// Fields says what documents are found by.
type Fields struct {
	// Words are fields whose values, or elements, documents are looked up by.
	Words []string
	// Orders are fields that documents are put in order and looked up by; documents with
	// the same value follow by their _id. None of them may hold a list.
	Orders []string
}

// ErrUnknown says that the index cannot answer: by a condition, an operator or a field that
// it does not know, or since a document has a value there that it does not sort.
var ErrUnknown = errors.New("the index cannot answer this")

// An Index knows the documents that it was given, by fields that were named when it was
// made. It may be asked by many at once.
type Index struct {
	fields Fields

	mu     sync.RWMutex
	words  []words
	orders []*btree.BTreeG[entry]
	// ids are the documents by _id, which is a string.
	ids *btree.Map[string, uint32]
	// docs are the documents; a place that is free is in free, and not in live.
	docs []document
	live *bitset.BitSet
	free []uint32
	// unsorted are, by field, the documents with a value there that has no order; "_id" is
	// such a field.
	unsorted map[string]int
	// buffer is for values that are compared and not kept.
	buffer []byte
}

// document is what the index knows of one.
type document struct {
	id string
	// words are the places it stands in, of all fields.
	words []*posting
	// sorted are its values, by order.
	sorted []value
	// unsorted are the fields whose values have no order.
	unsorted []string
}

// words are those of a field: found by themselves, and in order.
type words struct {
	by    map[value]*posting
	order *btree.BTreeG[*posting]
}

// posting is a word of a field, with the documents that have it.
type posting struct {
	of   *words
	word value
	docs []uint32
}

// entry is a document's place in an order.
type entry struct {
	by  value
	id  string
	doc uint32
}

func (e entry) less(o entry) bool { return e.by < o.by || e.by == o.by && e.id < o.id }

// New makes an index without documents.
func New(f Fields) *Index {
	x := &Index{fields: f, ids: btree.NewMap[string, uint32](0), live: bitset.New(0), unsorted: map[string]int{}}
	// What changes the trees holds mu.
	options := btree.Options{NoLocks: true}
	for range f.Words {
		x.words = append(x.words, words{map[value]*posting{}, btree.NewBTreeGOptions(func(a, b *posting) bool { return a.word < b.word }, options)})
	}
	for range f.Orders {
		x.orders = append(x.orders, btree.NewBTreeGOptions(entry.less, options))
	}
	return x
}

// Put takes a document in, or in place of the one with its _id. The index keeps nothing of
// raw. It is false where the _id is no string, and the document is not taken.
func (x *Index) Put(raw bson.Raw) bool {
	id, ok := raw.Lookup("_id").StringValueOK()
	if !ok {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
	doc := uint32(len(x.docs))
	if n := len(x.free); n > 0 {
		doc, x.free = x.free[n-1], x.free[:n-1]
	} else {
		x.docs = append(x.docs, document{})
	}
	d := document{id: id, sorted: make([]value, len(x.orders))}
	for i, field := range x.fields.Words {
		if !x.put(&x.words[i], raw.Lookup(field), doc, &d) {
			d.unsorted = append(d.unsorted, field)
		}
	}
	for i, field := range x.fields.Orders {
		v, ok := valueOf(raw.Lookup(field))
		if !ok {
			d.unsorted = append(d.unsorted, field)
		}
		d.sorted[i] = v
		x.orders[i].Set(entry{v, id, doc})
	}
	for _, field := range d.unsorted {
		x.unsorted[field]++
	}
	x.docs[doc] = d
	x.ids.Set(id, doc)
	x.live.Set(uint(doc))
	return true
}

// Remove takes the document with that _id out, if it is there.
func (x *Index) Remove(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id string) {
	doc, ok := x.ids.Delete(id)
	if !ok {
		return
	}
	d := x.docs[doc]
	for _, p := range d.words {
		p.docs = without(p.docs, doc)
		if len(p.docs) == 0 {
			delete(p.of.by, p.word)
			p.of.order.Delete(p)
		}
	}
	for i, v := range d.sorted {
		x.orders[i].Delete(entry{v, id, doc})
	}
	for _, field := range d.unsorted {
		x.unsorted[field]--
	}
	x.docs[doc] = document{}
	x.live.Clear(uint(doc))
	x.free = append(x.free, doc)
}

// without removes a document from a posting, whose order says nothing.
func without(docs []uint32, doc uint32) []uint32 {
	i := slices.Index(docs, doc)
	docs[i] = docs[len(docs)-1]
	return docs[:len(docs)-1]
}

// put notes what a document is found by in a field: the elements of a list and nothing for an
// empty one, any other value itself, and null where there is none. It is false where one of
// them has no order, which is left out.
func (x *Index) put(w *words, v bson.RawValue, doc uint32, d *document) bool {
	if v.Type != bson.TypeArray {
		return x.post(w, v, doc, d)
	}
	_, rest, ok := bsoncore.ReadLength(v.Value)
	for sorted := ok; ; {
		var e bsoncore.Element
		if e, rest, ok = bsoncore.ReadElement(rest); !ok {
			return sorted
		}
		one := e.Value()
		sorted = x.post(w, bson.RawValue{Type: bson.Type(one.Type), Value: one.Data}, doc, d) && sorted
	}
}

// post notes that a document has a word.
func (x *Index) post(w *words, v bson.RawValue, doc uint32, d *document) (ok bool) {
	// Few words are new: no text is made of one that is there.
	if x.buffer, ok = appendValue(x.buffer[:0], v); !ok {
		return false
	}
	p := w.by[value(x.buffer)]
	if p == nil {
		p = &posting{of: w, word: value(x.buffer)}
		w.by[p.word] = p
		w.order.Set(p)
	}
	p.docs = append(p.docs, doc)
	d.words = append(d.words, p)
	return true
}
