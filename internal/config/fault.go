package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Fault is one thing that is wrong with the configuration file.
type Fault struct {
	// File is the file's name, as it was given.
	File string
	// Line and Column are where in the file, from 1; 0 where it is no one place.
	Line, Column int
	// Key is the path of the key, as "systems.billing/stripe-eu.apiKey".
	Key string
	// Problem says what is wrong and what to do. It holds no value of the file, since
	// any of them may be a secret that stands where none should.
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

// sorted gives the faults in the order of the file, each once.
func (f Faults) sorted() Faults {
	slices.SortFunc(f, func(a, b Fault) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, cmp.Compare(a.Key, b.Key), cmp.Compare(a.Problem, b.Problem))
	})
	return slices.Compact(f)
}

// plainKey is what can be told of a key. Others may be a secret whose colon has no
// space behind it.
var plainKey = regexp.MustCompile(`^[A-Za-z0-9_$-][A-Za-z0-9_./ -]{0,63}$`)

// quoteKey gives a key in quotes, with a space before it; nothing where it cannot be told.
func quoteKey(key string) string {
	if !plainKey.MatchString(key) {
		return ""
	}
	return " \"" + key + `"`
}

// A location is the way to a value: keys, and the numbers of entries.
type location []string

func (l location) String() string {
	var b strings.Builder
	for i, step := range l {
		switch {
		case !plainKey.MatchString(step):
			step = "…"
		case isIndex.MatchString(step) && i > 0:
			b.WriteString("[" + step + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	return b.String()
}

var isIndex = regexp.MustCompile(`^[0-9]+$`)

// id is the location as the key of a map.
func (l location) id() string { return strings.Join(l, "\x00") }

// of gives the location of what is below.
func (l location) of(step string) location { return append(slices.Clip(l), step) }
