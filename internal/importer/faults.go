package importer

import (
	"fmt"
	"strings"
)

// A Fault is one thing that is wrong with a mapping, or between it and a file.
type Fault struct {
	// File is the mapping's name, as it was given.
	File string
	// Line and Column are where in the mapping, from 1; 0 where it is no one place.
	Line, Column int
	// Key is the path of the key in the mapping, as "billing.subscriptions[0].price".
	Key string
	// Problem says what is wrong, and quotes the expression if it is about one. It
	// holds no value of the input.
	Problem string
}

// Error says place, key and problem in one line, as compilers do.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	if f.Key != "" {
		b.WriteString(": " + f.Key)
	}
	return b.String() + ": " + f.Problem
}

// Faults are all that is wrong, in the order of the mapping.
type Faults []Fault

// Unwrap gives the faults one by one.
func (f Faults) Unwrap() []error {
	all := make([]error, len(f))
	for i, fault := range f {
		all[i] = fault
	}
	return all
}

// Error gives one line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}
