// Package fault reports what is wrong with a file that a person wrote: all faults at once,
// each in one line with its place, as compilers do.
package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Fault is one thing that is wrong with a file that a person wrote.
type Fault struct {
	// File is the file's name, as it was given.
	File string
	// Line and Column are where in the file, from 1; 0 where it is no one place.
	Line, Column int
	// Key is the path of the key, as "systems.billing/stripe-eu.apiKey".
	Key string
	// Problem says what is wrong and what to do. It holds no value that may be personal
	// or a secret.
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

// Faults are all that is wrong, in the order of the file.
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

// Sorted gives the faults in the order of the file, each once.
func (f Faults) Sorted() Faults {
	slices.SortFunc(f, func(a, b Fault) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, cmp.Compare(a.Key, b.Key), cmp.Compare(a.Problem, b.Problem))
	})
	return slices.Compact(f)
}
