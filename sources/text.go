package sources

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible gives a name or a title without the characters that are not seen: controls and
// format characters, as zero width spaces, marks of direction, byte order marks and soft
// hyphens. Joiners and selectors stay where they change how the characters beside them look,
// as in Persian, Sinhala and emoji. White space at its ends goes as well.
func Visible(s string) string {
	if plain(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	before := rune(-1)
	for i, r := range s {
		switch {
		case unicode.IsControl(r) && unicode.IsSpace(r):
			r = ' '
		case !Invisible(r):
		case r == zeroWidthNonJoiner || r == zeroWidthJoiner:
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if !joins(before) || !joins(next) {
				continue
			}
		case unicode.Is(unicode.Variation_Selector, r) && (unicode.In(before, unicode.So, unicode.Han, unicode.Mongolian)):
		default:
			continue
		}
		b.WriteRune(r)
		before = r
	}
	return strings.TrimSpace(b.String())
}

// OnlyVisible gives a text without any character that is not seen. It is for what is
// compared, and not for what is shown.
func OnlyVisible(s string) string {
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if Invisible(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// plain reports whether a text is of printable ASCII, as most are.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// Invisible reports whether a character is not seen by itself: Unicode's default ignorable
// code points, controls, and the blank ones of Hangul and Braille.
func Invisible(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return unicode.IsControl(r)
	case r == '\u2800':
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		// Those of numbers and verses in Arabic scripts are signs that are seen.
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joins reports whether joiners change how a character looks.
func joins(r rune) bool { return r != utf8.RuneError && unicode.In(r, joining...) || r == '\ufe0f' }

// joining are the scripts whose letters take another form beside each other, and symbols.
var joining = []*unicode.RangeTable{
	unicode.So, unicode.Sk,
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Mongolian, unicode.Nko, unicode.Phags_Pa, unicode.Adlam, unicode.Hanifi_Rohingya,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Balinese, unicode.Javanese,
}
