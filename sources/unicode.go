package sources

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// IsUnicode reports whether a JSON text, or a text in one, is made of characters: it is UTF-8, does
// not begin with a byte order mark, and no escape stands for half of a surrogate pair. Decoders put
// U+FFFD in the place of what is none, and something else is asked then than was sent.
func IsUnicode(text []byte) bool {
	if !utf8.Valid(text) || bytes.HasPrefix(text, []byte("\ufeff")) {
		return false
	}
	for rest := text; ; {
		at := bytes.IndexByte(rest, '\\')
		if at < 0 || at+1 >= len(rest) {
			return true
		}
		rest = rest[at:]
		high, ok := escaped(rest)
		switch {
		case !ok || !utf16.IsSurrogate(high):
			// What is escaped is not the beginning of another escape.
			rest = rest[2:]
			continue
		case len(rest) < 12:
			return false
		}
		low, ok := escaped(rest[6:])
		if !ok || utf16.DecodeRune(high, low) == utf8.RuneError {
			return false
		}
		rest = rest[12:]
	}
}

// escaped gives the code unit of an escape like \u00e9.
func escaped(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(unit), err == nil
}
