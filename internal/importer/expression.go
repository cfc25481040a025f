package importer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// A scope is what expressions see: the dot, and the row as $row.
type scope struct {
	ctx      context.Context
	row, dot any
}

func (s scope) with(dot any) scope { return scope{s.ctx, s.row, dot} }

// An expression is a value of the mapping.
type expression struct {
	// key is the path of its key in the mapping.
	key  string
	code *gojq.Code
	// word is the value of an expression that is a word of capitals.
	word string
}

// A rowError says why a row cannot be loaded.
type rowError struct {
	// key is the path of the mapping's key.
	key string
	// problem says what is wrong, without a value of the row.
	problem string
	// detail may quote what the row has; it is for the rejects file only.
	detail string
	// slow: the row took too long.
	slow bool
}

func (e *rowError) Error() string {
	text := e.problem
	if e.key != "" {
		text = e.key + ": " + text
	}
	if e.detail != "" {
		text += "; " + e.detail
	}
	return text
}

// A plainError is one of our own functions', without a value of the row.
type plainError string

func (e plainError) Error() string { return string(e) }

// all gives everything that the expression gives.
func (e *expression) all(s scope) (values []any, err error) {
	if e.word != "" {
		return []any{e.word}, nil
	}
	// A row is somebody else's: it must not end the import, whatever it does to
	// the interpreter.
	defer func() {
		if r := recover(); r != nil {
			values, err = nil, &rowError{key: e.key, problem: "the expression fails"}
		}
	}()
	iter := e.code.RunWithContext(s.ctx, s.dot, s.row)
	for {
		v, ok := iter.Next()
		if !ok {
			return values, nil
		}
		if err, ok := v.(error); ok {
			return nil, e.failed(err)
		}
		if len(values) == maxValues {
			return nil, &rowError{key: e.key, problem: fmt.Sprintf("the expression gives more than %d values", maxValues)}
		}
		values = append(values, v)
	}
}

// maxValues bounds what one expression gives of a row, as an endless one would
// fill the memory before its time is up.
const maxValues = 10_000

func (e *expression) failed(err error) error {
	var plain plainError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &rowError{key: e.key, problem: fmt.Sprintf("the row takes longer than %s", rowTime), slow: true}
	case errors.As(err, &plain):
		return &rowError{key: e.key, problem: string(plain)}
	}
	return &rowError{key: e.key, problem: "the expression fails", detail: strings.TrimPrefix(err.Error(), "error: ")}
}

// one gives the one value of the expression; nil where it gives none.
func (e *expression) one(s scope) (any, error) {
	values, err := e.all(s)
	switch {
	case err != nil || len(values) == 0:
		return nil, err
	case len(values) > 1:
		return nil, &rowError{key: e.key, problem: "the expression gives several values where one is expected: put it in [ ] or use first(…)"}
	}
	if unknown(values[0]) {
		return nil, nil
	}
	return values[0], nil
}

// holds gives a condition. What is not known does not hold.
func (e *expression) holds(s scope) (bool, error) {
	v, err := e.one(s)
	if err != nil || v == nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, e.wrong("expected true or false", v)
	}
	return b, nil
}

// wrong says that a value is not what is expected.
func (e *expression) wrong(problem string, value any) error {
	return &rowError{key: e.key, problem: problem, detail: "got " + quoted(value)}
}

// unknown reports whether a value says nothing: null, or a text of space only.
func unknown(v any) bool {
	s, ok := v.(string)
	return v == nil || ok && strings.TrimSpace(s) == ""
}

// quoted gives a value for the rejects file, as JSON of a bearable length.
func quoted(v any) string {
	text, err := gojq.Marshal(v)
	if err != nil {
		return "a value that is not JSON"
	}
	if r := []rune(string(text)); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return string(text)
}
