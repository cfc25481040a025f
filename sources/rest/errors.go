package rest

import (
	"fmt"
	"strings"
)

// A MappingError says that an expression of the settings and an answer of the system
// do not fit together. Its text names the expression and never the value, which may
// be personal.
type MappingError struct {
	// Part is the name of the part, as invoices; record is the record itself.
	Part string
	// Field is the key of the expression below the part, as fields.total.
	Field string
	// Expression is the jq expression; empty where there is none.
	Expression string
	// Problem says what is wrong, without the value.
	Problem string
	// Value is what the expression gave; where it failed, what it was given. For the
	// eyes of who runs a diagnosis.
	Value any
	// Detail is what jq says; it may quote values. For the same eyes.
	Detail string
	// Count is how often this went wrong in one Fetch; Value is the first of them.
	Count int
}

// Error names part, field, problem and expression.
func (e *MappingError) Error() string {
	text := fmt.Sprintf("%s.%s: %s", e.Part, e.Field, e.Problem)
	if e.Expression != "" {
		text += ": " + e.Expression
	}
	if e.Count > 1 {
		text += fmt.Sprintf(" (%d times)", e.Count)
	}
	return text
}

// MappingErrors are all that went wrong so in one Fetch, one for each expression and
// problem.
type MappingErrors []*MappingError

// Error gives them in one line.
func (m MappingErrors) Error() string {
	texts := make([]string, len(m))
	for i, e := range m {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap gives them one by one.
func (m MappingErrors) Unwrap() []error {
	all := make([]error, len(m))
	for i, e := range m {
		all[i] = e
	}
	return all
}

// add counts an error that is there already, and appends another one.
func (m *MappingErrors) add(e *MappingError) {
	for _, known := range *m {
		if known.Part == e.Part && known.Field == e.Field && known.Problem == e.Problem {
			known.Count += max(1, e.Count)
			return
		}
	}
	e.Count = max(1, e.Count)
	*m = append(*m, e)
}
