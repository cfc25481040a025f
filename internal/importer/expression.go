package importer

import (
	"errors"
	"fmt"
	"strings"

	"github.com/itchyny/gojq"

	"customer360/sources/jq"
)

// A scope is what expressions see: the dot, and the row as $row.
type scope struct {
	budget   *jq.Budget
	row, dot any
	// left takes what was left out of the row.
	left *[]*rowError
}

func (s scope) with(dot any) scope { return scope{s.budget, s.row, dot, s.left} }

// leave notes that something of the row is left out.
func (s scope) leave(key, problem string) {
	*s.left = append(*s.left, &rowError{key: key, problem: problem})
}

// An expression is a value of the mapping.
type expression struct {
	// key is the path of its key in the mapping.
	key  string
	code *jq.Expression
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
	// endless: the row took more than a row may.
	endless bool
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

// all gives everything that the expression gives.
func (e *expression) all(s scope) (values []any, err error) {
	if e.word != "" {
		return []any{e.word}, nil
	}
	err = e.code.Each(s.budget, s.dot, []any{s.row}, func(v any) error {
		if len(values) == maxValues {
			return &rowError{key: e.key, problem: fmt.Sprintf("the expression gives more than %d values", maxValues)}
		}
		values = append(values, v)
		return nil
	})
	for _, w := range s.budget.Warnings {
		s.leave(e.key, string(w))
	}
	s.budget.Warnings = nil
	var bad *rowError
	if err == nil || errors.As(err, &bad) {
		return values, err
	}
	return nil, e.failed(err)
}

// maxValues bounds what one expression gives of a row.
const maxValues = 10_000

func (e *expression) failed(err error) error {
	var expected jq.Expected
	switch {
	case errors.Is(err, jq.ErrTooMuch):
		return &rowError{key: e.key, problem: err.Error(), endless: true}
	case errors.As(err, &expected):
		return &rowError{key: e.key, problem: string(expected)}
	case errors.Is(err, jq.ErrFailed):
		return &rowError{key: e.key, problem: err.Error()}
	}
	return &rowError{key: e.key, problem: jq.ErrFailed.Error(), detail: strings.TrimPrefix(err.Error(), "error: ")}
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
	if jq.Unknown(values[0]) {
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
