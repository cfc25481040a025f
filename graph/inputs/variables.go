package inputs

import (
	"encoding/json"
	"reflect"
)

// variables adds what variables say to what the document does, and gives the first limit that is
// passed.
func (l *Limiter) variables(a *arguments, values map[string]any) *fault {
	all := a.sum
	for i := range a.variables {
		u := &a.variables[i]
		v, given := values[u.name]
		if !given {
			continue
		}
		w := walk{Limiter: l, use: u}
		w.value(v, u.place)
		if w.fault != nil {
			return w.fault
		}
		all.add(w.sum, u.times)
		if f := l.tooMuch(all); f != nil {
			f.position = u.position
			return f
		}
	}
	return nil
}

// A walk is through the value of one variable.
type walk struct {
	*Limiter
	use *use
	sum
	fault *fault
}

// value counts a value, as validation leaves it. It ends where it has counted enough to refuse.
func (w *walk) value(v any, at place) {
	w.values++
	if w.fault != nil || w.values > w.limits.Values || w.bytes > w.limits.Bytes {
		return
	}
	switch v := v.(type) {
	case nil, bool, int, int32, int64, float64:
	case string:
		w.text(v, at)
	case json.Number:
		w.text(string(v), at)
	case map[string]any:
		for name, child := range v {
			inner, known := w.field(at, name)
			if !known {
				// In a scalar that takes any value a name is a text like others.
				w.text(name, at)
			}
			w.value(child, inner)
		}
	case []any:
		for _, child := range v {
			w.value(child, at)
		}
	default:
		// The validator makes slices of several types of what a client sent.
		list := reflect.ValueOf(v)
		if list.Kind() != reflect.Slice {
			return
		}
		for i := range list.Len() {
			w.value(list.Index(i).Interface(), at)
		}
	}
}

func (w *walk) text(text string, at place) {
	w.bytes += len(text)
	if len(text) > at.max && w.fault == nil {
		w.fault = tooLong(at, "`$"+w.use.name+"`", len(text), w.use.position)
	}
}
