package importer

import (
	"errors"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A maker fills a T from a row.
type maker[T any] func(s scope, into *T) error

// A part is a key of the mapping that fills something of a T. The tables in
// profile.go and records.go are lists of them.
type part[T any] struct {
	key string
	// required: the mapping must have the key.
	required bool
	// blank is what a row gives that has no value for it; nil: the part is left out.
	blank   error
	compile func(c *compiler, n ast.Node, at place, blank error) maker[T]
}

// A form is what a T is made of.
type form[T any] struct {
	parts []part[T]
	// check looks at what was made; nil: there is nothing to check.
	check func(*T) error
}

// needed says that a row without this part is a bad one.
func needed[T any](p part[T]) part[T] {
	p.required, p.blank = true, errors.New("it is missing")
	return p
}

// orNone says that a row without this part has no T.
func orNone[T any](p part[T]) part[T] {
	p.required, p.blank = true, errNone
	return p
}

// leftOut says why a value is left out of a row that is loaded.
type leftOut string

func (l leftOut) Error() string { return string(l) }

// errNone says that there is nothing to make.
var errNone = errors.New("there is none")

// field is a part that is one value: read turns what the expression gives into
// it, or says what was expected, and at says where it goes.
func field[T, V any](key string, read func(any) (V, error), at func(*T) *V) part[T] {
	return part[T]{key: key, compile: func(c *compiler, n ast.Node, p place, blank error) maker[T] {
		e := c.expression(n, p)
		return func(s scope, into *T) error {
			v, err := e.one(s)
			switch {
			case err != nil:
				return err
			case v == nil && blank != nil && !errors.Is(blank, errNone):
				return &rowError{key: e.key, problem: blank.Error()}
			case v == nil:
				return blank
			}
			value, err := read(v)
			var left leftOut
			if errors.As(err, &left) {
				s.leave(e.key, string(left))
				return nil
			}
			if err != nil {
				return e.wrong(err.Error(), v)
			}
			*at(into) = value
			return nil
		}
	}}
}

// pointer is a field that is nil where it is not known.
func pointer[T, V any](key string, read func(any) (V, error), at func(*T) **V) part[T] {
	return field(key, func(v any) (*V, error) {
		value, err := read(v)
		return &value, err
	}, at)
}

// list is a part that is a list of templates, each of which makes some C.
func list[T, C any](key string, f form[C], add func(into *T, one *C)) part[T] {
	return part[T]{key: key, compile: func(c *compiler, n ast.Node, p place, _ error) maker[T] {
		var templates []template[C]
		for i, item := range c.items(n, p) {
			templates = append(templates, newTemplate(c, item, p.item(i), f))
		}
		return func(s scope, into *T) error {
			for _, t := range templates {
				if err := t.make(s, func(_ scope, one *C) error { add(into, one); return nil }); err != nil {
					return err
				}
			}
			return nil
		}
	}}
}

// nested is a part that has keys of its own; set gets what they made, if at least
// one of them made something.
func nested[T, C any](key string, f form[C], set func(into *T, one *C)) part[T] {
	return part[T]{key: key, compile: func(c *compiler, n ast.Node, p place, _ error) maker[T] {
		inner := object(c, c.entries(n, p, f.keys()), n, p, f)
		return func(s scope, into *T) error {
			one := new(C)
			switch err := inner(s, one); {
			case errors.Is(err, errNone):
				return nil
			case err != nil:
				return err
			}
			if !reflect.ValueOf(one).Elem().IsZero() {
				set(into, one)
			}
			return nil
		}
	}}
}

// object compiles the entries of a YAML mapping that are parts of a T.
func object[T any](c *compiler, entries []entry, n ast.Node, at place, f form[T]) maker[T] {
	var makers []maker[T]
	for _, p := range f.parts {
		found := false
		for _, e := range entries {
			if e.key == p.key {
				found = true
				makers = append(makers, p.compile(c, e.value, at.of(p.key), p.blank))
			}
		}
		if p.required && !found {
			c.fault(n, at, "the key %s is missing", p.key)
		}
	}
	return func(s scope, into *T) error {
		for _, m := range makers {
			if err := m(s, into); err != nil {
				return err
			}
		}
		if f.check == nil {
			return nil
		}
		err := f.check(into)
		if err != nil && !errors.Is(err, errNone) {
			err = &rowError{key: at.key, problem: err.Error()}
		}
		return err
	}
}

// keys are the keys of the form in the mapping, and more.
func (f form[T]) keys(more ...string) []string {
	var keys []string
	for _, p := range f.parts {
		keys = append(keys, p.key)
	}
	return append(keys, more...)
}

// A template makes Ts of a row: one for each item of "each", else one, where
// "when" holds.
type template[T any] struct {
	each, when *expression
	fill       maker[T]
}

func newTemplate[T any](c *compiler, n ast.Node, at place, f form[T]) template[T] {
	return templateOf(c, c.entries(n, at, f.keys("each", "when")), n, at, f)
}

func templateOf[T any](c *compiler, entries []entry, n ast.Node, at place, f form[T]) template[T] {
	var t template[T]
	for _, e := range entries {
		if e.key == "each" {
			t.each = c.expression(e.value, at.of("each"))
			// The dot of all other keys is an item.
			at.onRow = false
		}
	}
	for _, e := range entries {
		if e.key == "when" {
			t.when = c.expression(e.value, at.of("when"))
		}
	}
	t.fill = object(c, entries, n, at, f)
	return t
}

// make gives what the row has to the callback, with the scope in which it was made.
func (t template[T]) make(s scope, add func(scope, *T) error) error {
	dots := []any{s.dot}
	if t.each != nil {
		var err error
		if dots, err = t.each.all(s); err != nil {
			return err
		}
		if len(dots) == 1 {
			if items, ok := dots[0].([]any); ok {
				dots = items
			}
		}
	}
	for _, dot := range dots {
		if dot == nil {
			continue
		}
		s := s.with(dot)
		if t.when != nil {
			holds, err := t.when.holds(s)
			if err != nil {
				return err
			}
			if !holds {
				continue
			}
		}
		one := new(T)
		switch err := t.fill(s, one); {
		case errors.Is(err, errNone):
			continue
		case err != nil:
			return err
		}
		if err := add(s, one); err != nil {
			return err
		}
	}
	return nil
}

// oneOf reads a word that is one of a domain's enum; letter case does not matter.
func oneOf[E ~string](known ...E) func(any) (E, error) {
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	wrong := errors.New("expected one of " + strings.Join(words, ", "))
	return func(v any) (E, error) {
		text, ok := v.(string)
		for _, k := range known {
			if ok && strings.EqualFold(strings.TrimSpace(text), string(k)) {
				return k, nil
			}
		}
		return "", wrong
	}
}
