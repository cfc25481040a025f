package config

import (
	"regexp"
	"slices"
	"strings"

	"customer360/internal/fault"
)

// A Fault is one thing that is wrong with the configuration file. Its text holds no
// value of the file, since any of them may be a secret that stands where none should.
type Fault = fault.Fault

// Faults are all that is wrong, in the order of the file.
type Faults = fault.Faults

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
