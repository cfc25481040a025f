package jq

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"

	"github.com/itchyny/gojq"
)

// slot is what an element of an array or an object takes.
const (
	slot  = 16
	entry = 64
)

// free are the functions whose result was there before.
var free = map[string]bool{"_index": true, "_alternative": true, "getpath": true, "min": true, "max": true, "_min_by": true,
	"_max_by": true, "_setpath": false, "_plus": true}

// size is what a value itself takes, without what it holds.
func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case json.Number:
		return len(v)
	case []any:
		return len(v) * slot
	case map[string]any:
		return len(v) * entry
	case *big.Int:
		return v.BitLen() / 8
	}
	return 0
}

// A measure walks through a value as a tree, in which one that is held twice counts
// twice, as it does for a function that goes over it.
type measure struct {
	left int
	deep bool
}

func (t *measure) add(v any, depth int) {
	t.left -= slot + size(v)
	if depth > maxDepth {
		t.deep = true
	}
	if t.left < 0 || t.deep {
		return
	}
	switch v := v.(type) {
	case json.Number:
		t.left -= digits(len(v))
	case []any:
		for _, item := range v {
			if t.add(item, depth+1); t.left < 0 || t.deep {
				return
			}
		}
	case map[string]any:
		for name, item := range v {
			t.left -= len(name)
			if t.add(item, depth+1); t.left < 0 || t.deep {
				return
			}
		}
	}
}

// tree gives the size of a value with all that it holds, up to what is left.
func (m *meter) tree(v any) int {
	t := measure{left: m.left}
	if t.add(v, 0); t.deep {
		m.err, m.left = errTooDeep, -1
	}
	return m.left - t.left
}

// digits is the work of reading or writing a number of so many digits, and of
// multiplying by it.
func digits(n int) int { return n * (n / 64) }

func times(a, b int) int {
	if a > 0 && b > math.MaxInt/2/a {
		return -1
	}
	return a * b
}

// iterating is the work of an iterator over a value.
func iterating(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v) * 2 * slot
	case map[string]any:
		return len(v) * 2 * slot
	}
	return 0
}

// reading is the work of a function that goes over all that it is given, once, which
// is most of them.
func reading(m *meter, x any, args []any) int {
	work := m.tree(x)
	for _, arg := range args {
		work += m.tree(arg)
	}
	return work
}

// wide is reading where a text becomes a list, of its characters or of what is written in it.
func wide(m *meter, x any, args []any) int {
	work := reading(m, x, args)
	if s, ok := x.(string); ok {
		work += times(len(s), 32)
	}
	return work
}

func cheap(*meter, any, []any) int { return 0 }

// costs are the functions whose work is not that of reading, before their result.
var costs = map[string]func(m *meter, x any, args []any) int{
	"_index": indexing, "_slice": slicing, "_alternative": cheap, "_allocator": cheap, "type": cheap, "has": cheap,
	"keys": sized, "length": sized, "utf8bytelength": cheap, "_each": cheap, "_range": cheap, "not": cheap,
	"_equal": comparing, "_notequal": comparing, "_less": comparing, "_lesseq": comparing, "_greater": comparing, "_greatereq": comparing,
	"_add": calculating, "_multiply": multiplying, "_divide": dividing, "_modulo": calculating, "_negate": calculating, "_plus": cheap,
	"_subtract": pairing, "contains": pairing, "inside": pairing,
	"indices": pairing, "index": pairing, "rindex": pairing,
	"join": joining, "transpose": transposing,
	"setpath": alongPaths, "_setpath": growing, "getpath": following, "delpaths": deleting, "_delpaths": deleting,
	"explode": wide, "split": wide, "fromjson": wide, "tonumber": parsing, "strftime": wording, "strflocaltime": wording,
	"_match": cheap, // it counts for itself
}

func sized(_ *meter, x any, _ []any) int { return size(x) }

// indexing: .[[1]] looks for a list in a list.
func indexing(m *meter, _ any, args []any) int {
	if list, ok := args[0].([]any); ok {
		if _, ok := args[1].([]any); ok {
			return pairing(m, list, args[1:])
		}
	}
	return 0
}

func slicing(_ *meter, _ any, args []any) int {
	if s, ok := args[0].(string); ok {
		return len(s) * 4
	}
	return 0
}

func comparing(m *meter, _ any, args []any) int {
	switch l := args[0].(type) {
	case []any, map[string]any:
		if reflect.TypeOf(l) == reflect.TypeOf(args[1]) {
			return m.tree(l) + m.tree(args[1])
		}
	case json.Number, *big.Int:
		return calculating(m, nil, args)
	case string:
		if r, ok := args[1].(string); ok {
			return min(len(l), len(r)) / 16
		}
	}
	return 0
}

// calculating: numbers grow without a bound, and are read anew from their text.
func calculating(_ *meter, _ any, args []any) int {
	work := 0
	for _, arg := range args {
		switch n := arg.(type) {
		case json.Number:
			work += digits(len(n))
		case *big.Int:
			work += digits(n.BitLen() / 3)
		}
	}
	return work
}

func multiplying(m *meter, _ any, args []any) int {
	for i, arg := range args {
		switch s := arg.(type) {
		case string:
			n, _ := gojq.ToFloat64(args[1-i])
			return calculating(m, nil, args) + int(float64(len(s))*max(0, min(n, MaxRun)))
		case map[string]any:
			return reading(m, nil, args)
		}
	}
	return calculating(m, nil, args)
}

func dividing(m *meter, x any, args []any) int {
	if _, ok := args[0].(string); ok {
		return wide(m, args[0], args[1:])
	}
	return calculating(m, x, args)
}

// pairing is the work of a function that holds each part of one against each of another.
func pairing(m *meter, x any, args []any) int {
	l, r := x, args[0]
	if len(args) == 2 {
		l, r = args[0], args[1]
	}
	a, b := m.tree(l), m.tree(r)
	return a + b + times(a, b)/slot
}

func joining(m *meter, x any, args []any) int {
	n := 0
	switch x := x.(type) {
	case []any:
		n = len(x)
	case map[string]any:
		n = len(x)
	}
	return m.tree(x) + times(n, m.tree(args[0]))
}

func transposing(m *meter, x any, _ []any) int {
	rows, _ := x.([]any)
	longest := 0
	for _, row := range rows {
		if list, ok := row.([]any); ok {
			longest = max(longest, len(list))
		}
	}
	return len(rows)*slot + times(times(longest, len(rows)+2), slot)
}

func parsing(m *meter, x any, args []any) int {
	return m.tree(x) + digits(size(x))
}

// wording: each two letters of a form may give two dozen.
func wording(m *meter, x any, args []any) int { return reading(m, x, args) + times(size(args[0]), 16) }

func following(m *meter, _ any, args []any) int {
	path, _ := args[0].([]any)
	return len(path) * slot
}

// growing is what a path makes of a list that it reaches beyond the end of.
func growing(m *meter, x any, args []any) int {
	path, ok := args[0].([]any)
	if !ok {
		return 0
	}
	if len(path) > maxDepth {
		m.err, m.left = errTooDeep, -1
		return 0
	}
	work := len(path) * slot
	for _, step := range path {
		list, _ := x.([]any)
		if n, ok := gojq.ToInt(step); ok && n >= len(list) {
			work += times(min(n, math.MaxInt32)+1-len(list), 2*slot)
		}
		x = inside(x, step)
	}
	return work
}

// alongPath is what a changed copy takes, of all that the path leads through.
func alongPath(x any, args []any) int {
	path, _ := args[0].([]any)
	work := 0
	for _, step := range path {
		work += size(x) + slot
		x = inside(x, step)
	}
	return work + size(x)
}

func alongPaths(m *meter, x any, args []any) int {
	return growing(m, x, args) + alongPath(x, args)
}

func deleting(m *meter, x any, args []any) int {
	paths, _ := args[0].([]any)
	work := m.tree(args[0])
	for _, path := range paths {
		if list, _ := path.([]any); len(list) > maxDepth {
			m.err, m.left = errTooDeep, -1
			return 0
		}
		if work += alongPath(x, []any{path}); work > m.left {
			break
		}
	}
	return work
}

// inside gives what a step of a path leads to; nil: nothing.
func inside(x, step any) any {
	switch step := step.(type) {
	case string:
		object, _ := x.(map[string]any)
		return object[step]
	case map[string]any:
		// A slice.
		return x
	}
	list, _ := x.([]any)
	if n, ok := gojq.ToInt(step); ok {
		if n < 0 {
			n += len(list)
		}
		if n >= 0 && n < len(list) {
			return list[n]
		}
	}
	return nil
}

// allocated is how much an update has made until now, which the interpreter notes.
func allocated(args []any) int { return reflect.ValueOf(args[2]).Len() }
