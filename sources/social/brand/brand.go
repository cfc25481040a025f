// Package brand tells whether a post is about a brand: whether it names one of the
// brand's accounts, or has one of its words in it.
package brand

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A Brand is what to look for in posts.
type Brand struct {
	// Handles are the brand's accounts, as meridian@example.social on Mastodon or
	// meridian.example on Bluesky, with or without an @ before them.
	Handles []string `yaml:"handles"`
	// Words are the brand's names, products and hashtags (#meridian). Letter case does not
	// matter, and only whole words count; so inflected forms are words of their own.
	Words []string `yaml:"words"`
}

// A Matcher finds a brand in posts. It is safe for concurrent use.
type Matcher struct{ handles, words []string }

// Matcher makes the brand's. The error lists every fault: the brand needs a handle, and
// none of the handles and words may be empty.
func (b Brand) Matcher() (*Matcher, error) {
	m := &Matcher{}
	var errs []error
	for _, h := range b.Handles {
		if h = bare(h); h == "" || strings.ContainsFunc(h, unicode.IsSpace) {
			errs = append(errs, errors.New("brand.handles: want an account's name in each entry, as meridian@example.social"))
			break
		}
		m.handles = append(m.handles, h)
	}
	for _, w := range b.Words {
		if w = folded(w); w == "" || w == "#" {
			errs = append(errs, errors.New("brand.words: an entry is empty and would match every post: remove it"))
			break
		}
		m.words = append(m.words, w)
	}
	if len(b.Handles) == 0 {
		errs = append(errs, errors.New("brand.handles: missing: give the brand's account, because posts that address it are mentions"))
	}
	return m, errors.Join(errs...)
}

// Handle reports whether an account's whole name is one of the brand's.
func (m *Matcher) Handle(name string) bool { return slices.Contains(m.handles, bare(name)) }

// Text reports whether plain text has one of the brand's words, or a handle behind an @.
func (m *Matcher) Text(text string) bool {
	text = folded(text)
	return slices.ContainsFunc(m.words, func(w string) bool { return find(text, w, wordEnds) }) ||
		slices.ContainsFunc(m.handles, func(h string) bool { return find(text, "@"+h, handleEnds) })
}

func bare(handle string) string { return strings.TrimPrefix(folded(handle), "@") }

// folded makes what reads alike equal: letter case, widths and compositions of
// characters, and runs of space.
func folded(s string) string {
	// A Caser must not be shared.
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
	return strings.Join(strings.Fields(s), " ")
}

// find reports whether what is in text where no other word begins or goes on.
func find(text, what string, ends func(last rune, rest string) bool) bool {
	first, _ := utf8.DecodeRuneInString(what)
	last, _ := utf8.DecodeLastRuneInString(what)
	for from := 0; ; {
		at := strings.Index(text[from:], what)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		// An @ behind a letter is one of an e-mail address.
		begins := !joined(before, first) && !(first == '@' && inWord(before))
		if begins && ends(last, text[at+len(what):]) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		from = at + size
	}
}

func wordEnds(last rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	// Korean writes its particles onto the word.
	return !joined(last, next) || unicode.Is(unicode.Hangul, last) && unicode.Is(unicode.Hangul, next)
}

// handleEnds knows that a dot ends a sentence behind a handle, and goes on in another
// handle: meridian.example is not meridian.example.com.
func handleEnds(last rune, rest string) bool {
	next, size := utf8.DecodeRuneInString(rest)
	if next == '.' || next == '-' || next == '@' {
		next, _ = utf8.DecodeRuneInString(rest[size:])
	}
	return !inWord(next)
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || r == '_')
}

// unspaced are the scripts that set no space between words.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Javanese,
}

// joined reports whether two neighbours are of one word, after the rules of Unicode's
// annex 29: letters, marks and digits are, but not with those of scripts that set no
// space between words; and Katakana, which writes foreign names in such text, only among
// itself.
func joined(a, b rune) bool {
	switch {
	case !inWord(a) || !inWord(b):
		return false
	case unicode.IsMark(b):
		return true
	case unicode.In(a, unspaced...) || unicode.In(b, unspaced...):
		return false
	}
	return katakana(a) == katakana(b)
}

// katakana includes the mark of long vowels, which Unicode gives to no script.
func katakana(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }
