package httpapi

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FitsAddress reports whether a key can stand, escaped, in a parameter of an address: it
// is a text of one line.
func FitsAddress(key string) bool {
	return key != "" && utf8.ValidString(key) && strings.IndexFunc(key, unicode.IsControl) < 0
}

// maxUnescapes is how often a key is taken to be escaped on its way: by us, by a proxy, and
// by who made the link.
const maxUnescapes = 4

// FitsPath reports whether a key can stand, escaped, in the path of an address and name
// nothing but itself: servers, and proxies before them, take escapes away, take a backslash
// for a slash, and then clean the path of the segments . and .., wherever they come from.
func FitsPath(key string) bool {
	if !FitsAddress(key) {
		return false
	}
	for range maxUnescapes {
		segments := strings.FieldsFunc(key, func(r rune) bool { return r == '/' || r == '\\' })
		for _, s := range segments {
			// What stands behind a semicolon is a parameter to some, and no part of the name.
			name, _, _ := strings.Cut(s, ";")
			if name = strings.TrimSpace(name); name == "." || name == ".." {
				return false
			}
		}
		plain := unescape(key)
		if plain == key {
			return FitsAddress(plain)
		}
		key = plain
	}
	return false
}

// unescape takes the escapes of a path away, and leaves what is none as it stands, which lenient
// servers do.
func unescape(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			if c, err := url.PathUnescape(path[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(path[i])
	}
	return b.String()
}
