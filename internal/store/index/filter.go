package index

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/bits-and-blooms/bitset"
	"github.com/tidwall/btree"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// find gives the documents that a filter finds, as a set that the caller may change.
func (x *Index) find(where bson.D) (*bitset.BitSet, error) {
	raw, err := bson.Marshal(where)
	if err != nil {
		return nil, ErrUnknown
	}
	return x.matching(raw)
}

// matching gives the documents that meet all conditions of a filter.
func (x *Index) matching(filter bson.Raw) (*bitset.BitSet, error) {
	conditions, err := filter.Elements()
	if err != nil {
		return nil, ErrUnknown
	}
	found := x.all()
	for _, c := range conditions {
		var some *bitset.BitSet
		switch name := c.Key(); name {
		case "$and", "$or", "$nor":
			some, err = x.joined(name, c.Value())
		default:
			some, err = x.field(name, c.Value())
		}
		if err != nil {
			return nil, err
		}
		found.InPlaceIntersection(some)
	}
	return found, nil
}

// joined gives the documents that meet filters together.
func (x *Index) joined(operator string, filters bson.RawValue) (*bitset.BitSet, error) {
	list, ok := filters.ArrayOK()
	if !ok {
		return nil, ErrUnknown
	}
	each, err := list.Values()
	// MongoDB refuses an empty list, too.
	if err != nil || len(each) == 0 {
		return nil, ErrUnknown
	}
	var found *bitset.BitSet
	for _, one := range each {
		filter, ok := one.DocumentOK()
		if !ok {
			return nil, ErrUnknown
		}
		some, err := x.matching(filter)
		switch {
		case err != nil:
			return nil, err
		case found == nil:
			found = some
		case operator == "$and":
			found.InPlaceIntersection(some)
		default:
			found.InPlaceUnion(some)
		}
	}
	if operator == "$nor" {
		return x.all().Difference(found), nil
	}
	return found, nil
}

// field gives the documents whose field meets a condition, which is a value, a pattern, or
// operators that all must be met.
func (x *Index) field(name string, condition bson.RawValue) (*bitset.BitSet, error) {
	if x.unsorted[name] > 0 || !x.Has(name) {
		return nil, ErrUnknown
	}
	if condition.Type == bson.TypeRegex {
		return x.pattern(name, condition)
	}
	operators, ok := condition.DocumentOK()
	if !ok {
		v, ok := valueOf(condition)
		if !ok {
			return nil, ErrUnknown
		}
		return x.equal(name, v), nil
	}
	each, err := operators.Elements()
	if err != nil || len(each) == 0 {
		return nil, ErrUnknown
	}
	if from, below, ok := between(each); ok && !x.isWord(name) {
		return x.between(name, from, below), nil
	}
	found := x.all()
	for _, o := range each {
		some, err := x.operator(name, o.Key(), o.Value())
		if err != nil {
			return nil, err
		}
		found.InPlaceIntersection(some)
	}
	return found, nil
}

func (x *Index) operator(name, operator string, operand bson.RawValue) (*bitset.BitSet, error) {
	if operator == "$in" {
		list, ok := operand.ArrayOK()
		if !ok {
			return nil, ErrUnknown
		}
		values, err := list.Values()
		if err != nil {
			return nil, ErrUnknown
		}
		found := x.none()
		for _, one := range values {
			v, ok := valueOf(one)
			if !ok {
				return nil, ErrUnknown
			}
			x.add(found, name, v)
		}
		return found, nil
	}
	v, ok := valueOf(operand)
	if !ok {
		return nil, ErrUnknown
	}
	switch operator {
	case "$eq":
		return x.equal(name, v), nil
	case "$ne":
		return x.all().Difference(x.equal(name, v)), nil
	}
	from, below, ok := bounds(operator, v)
	if !ok {
		return nil, ErrUnknown
	}
	return x.between(name, from, below), nil
}

// bounds gives the values that a comparison finds: those of the operand's type only. Null
// is compared with nothing here.
func bounds(operator string, v value) (from, below value, ok bool) {
	if v == null {
		return "", "", false
	}
	from, below = within(v[0])
	// No value lies between one and itself with a zero byte behind it.
	switch operator {
	case "$gt":
		from = v + "\x00"
	case "$gte":
		from = v
	case "$lt":
		below = v
	case "$lte":
		below = v + "\x00"
	default:
		return "", "", false
	}
	return from, below, true
}

// between gives the values that several comparisons find together, where the field has one
// value only.
func between(operators []bson.RawElement) (from, below value, ok bool) {
	for i, o := range operators {
		v, ok := valueOf(o.Value())
		if !ok {
			return "", "", false
		}
		f, b, ok := bounds(o.Key(), v)
		if !ok {
			return "", "", false
		}
		if i == 0 {
			from, below = f, b
		}
		from, below = max(from, f), min(below, b)
	}
	return from, below, true
}

// pattern gives the documents with a value that begins as an anchored pattern says, which
// is the only one that the index knows.
func (x *Index) pattern(name string, condition bson.RawValue) (*bitset.BitSet, error) {
	pattern, options, _ := condition.RegexOK()
	prefix, ok := prefixOf(pattern)
	if !ok || options != "" {
		return nil, ErrUnknown
	}
	from, below := text(prefix), text(prefix+"\xff")
	return x.between(name, from, below), nil
}

// prefixOf gives the text that a pattern of the form ^text finds at the beginning.
func prefixOf(pattern string) (string, bool) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	parts := []*syntax.Regexp{parsed}
	if parsed.Op == syntax.OpConcat {
		parts = parsed.Sub
	}
	var prefix strings.Builder
	for i, p := range parts {
		switch {
		case i == 0 && p.Op == syntax.OpBeginText:
		case i == 1 && p.Op == syntax.OpLiteral && p.Flags&syntax.FoldCase == 0:
			prefix.WriteString(string(p.Rune))
		default:
			return "", false
		}
	}
	return prefix.String(), true
}

func (x *Index) isWord(field string) bool { return slices.Contains(x.fields.Words, field) }

// Has reports whether the index needs a top-level field of documents.
func (x *Index) Has(field string) bool {
	return field == "_id" || x.isWord(field) || slices.Contains(x.fields.Orders, field)
}

func (x *Index) order(field string) (*btree.BTreeG[entry], bool) {
	i := slices.Index(x.fields.Orders, field)
	if i < 0 || x.unsorted[field] > 0 {
		return nil, false
	}
	return x.orders[i], true
}

// equal gives the documents that have a value in a field.
func (x *Index) equal(field string, v value) *bitset.BitSet {
	found := x.none()
	x.add(found, field, v)
	return found
}

// add adds the documents that have a value in a field, which the index has.
func (x *Index) add(found *bitset.BitSet, field string, v value) {
	if field == "_id" {
		if v[0] != isString {
			return
		}
		if doc, ok := x.ids.Get(string(v[1:])); ok {
			found.Set(uint(doc))
		}
		return
	}
	x.each(found, field, v, v+"\x00")
}

// between gives the documents that have a value in a field from one on, below another.
func (x *Index) between(field string, from, below value) *bitset.BitSet {
	found := x.none()
	x.each(found, field, from, below)
	return found
}

func (x *Index) each(found *bitset.BitSet, field string, from, below value) {
	if i := slices.Index(x.fields.Words, field); i >= 0 {
		w := &x.words[i]
		if below == from+"\x00" {
			if p := w.by[from]; p != nil {
				for _, doc := range p.docs {
					found.Set(uint(doc))
				}
			}
			return
		}
		w.order.Ascend(&posting{word: from}, func(p *posting) bool {
			if p.word >= below {
				return false
			}
			for _, doc := range p.docs {
				found.Set(uint(doc))
			}
			return true
		})
		return
	}
	if field == "_id" {
		x.eachID(found, from, below)
		return
	}
	if order, ok := x.order(field); ok {
		order.Ascend(entry{by: from}, func(e entry) bool {
			if e.by >= below {
				return false
			}
			found.Set(uint(e.doc))
			return true
		})
	}
}

// eachID adds the documents whose _id lies between two values; all are strings.
func (x *Index) eachID(found *bitset.BitSet, from, below value) {
	first, last := within(isString)
	from, below = max(from, first), min(below, last)
	if from >= below {
		return
	}
	x.ids.Ascend(string(from[1:]), func(id string, doc uint32) bool {
		if below != last && id >= string(below[1:]) {
			return false
		}
		found.Set(uint(doc))
		return true
	})
}
