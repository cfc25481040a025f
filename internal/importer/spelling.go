package importer

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A spelling gives names as the mapping writes them: a file of a Mac has é as two characters, and
// who writes a mapping has it as one.
type spelling map[string]string

// spellingOf gives the spelling of what the mapping's expressions name.
func spellingOf(named map[string]bool) spelling {
	s := spelling{}
	for name := range named {
		// Of two that are one, the composed form.
		if c := norm.NFC.String(name); !isASCII(name) && (name == c || !named[c]) {
			s[c] = name
		}
	}
	return s
}

// of gives a column's name, or a key of an object.
func (s spelling) of(name string) string {
	if len(s) == 0 || isASCII(name) {
		return name
	}
	if written, ok := s[norm.NFC.String(name)]; ok {
		return written
	}
	return name
}

func isASCII(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 }) }
