package profiles

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"customer360/sources"
)

// FoldName gives a name in the form that it is searched and ordered by: without letter case,
// accents, compatibility forms, characters that are not seen, and space beyond one between
// words. Who types a name without a keyboard for it finds it: Łukasz by "lukasz".
//
// A mark is an accent in Latin and Greek. In Cyrillic ё is е, and signs of stress go, but й, ї
// and ў are letters. Points of Hebrew and Arabic vowels go, which are written or not as one likes.
// Everywhere else a mark is a vowel, a tone or a sound, and stays: सुनील is not सनील.
//
// A space between two characters of Han, or two of Hangul, goes: 田中 太郎 is written 田中太郎 as well.
func FoldName(name string) string {
	return withoutSpaces(foldWords(name))
}

// foldWords folds a name, and leaves all spaces between its words.
func foldWords(name string) string {
	if isPlain(name) {
		return strings.Join(strings.Fields(strings.ToLower(name)), " ")
	}
	// The signs that stand for apostrophes go first: as compatibility forms some are a space.
	s := withoutAccents(norm.NFKD.String(strings.Map(sign, sources.OnlyVisible(name))))
	// Full case folding makes letters of one, which may have marks again.
	s = norm.NFKD.String(cases.Fold().String(s))
	s = withoutAccents(norm.NFKD.String(letters.Replace(s)))
	return strings.Join(strings.Fields(norm.NFC.String(strings.Map(signOrSmall, s))), " ")
}

// signOrSmall is sign, and gives the small letter for one of Cherokee, of whose two forms case
// folding gives the other one each time.
func signOrSmall(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToLower(r)
	}
	return sign(r)
}

// withoutSpaces takes out the spaces of a folded name that are written or not as one likes.
func withoutSpaces(s string) string {
	if !strings.ContainsFunc(s, isCharacter) {
		return s
	}
	var b strings.Builder
	before := rune(0)
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		optional := unicode.Is(unicode.Han, before) && unicode.Is(unicode.Han, next) || unicode.Is(unicode.Hangul, before) && unicode.Is(unicode.Hangul, next)
		if r != ' ' || !optional {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// isCharacter reports whether a letter may begin a word wherever it stands.
func isCharacter(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hangul) }

// isPlain reports whether nothing is to be done but to lower letters.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '`' {
			return false
		}
	}
	return true
}

// sign gives one sign for all apostrophes, and one for all hyphens and dashes.
func sign(r rune) rune {
	switch r {
	case '’', '‘', '‛', '`', '´', '′', '‵', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', '՚', '׳', 'ꞌ', '＇':
		return '\''
	case '\u2212', '\u2043', '\u02d7':
		return '-'
	}
	if r >= 0x80 && unicode.Is(unicode.Pd, r) {
		return '-'
	}
	return r
}

// withoutAccents takes the marks from a decomposed text that are accents.
func withoutAccents(s string) string {
	base := rune(0)
	return strings.Map(func(r rune) rune {
		if r == tatweel {
			return -1
		}
		if !unicode.Is(unicode.Mn, r) {
			base = r
			return r
		}
		if isAccent(base, r) {
			return -1
		}
		return r
	}, s)
}

// tatweel makes Arabic letters longer, and says nothing.
const tatweel = 'ـ'

func isAccent(base, mark rune) bool {
	switch {
	case unicode.Is(unicode.Cyrillic, base):
		switch mark {
		case '\u0308':
			return base == 'е' || base == 'Е'
		case '\u0301':
			// ѓ and ќ are letters.
			return !strings.ContainsRune("гГкК", base)
		}
		return mark == '\u0300' || unicode.Is(unicode.Cyrillic, mark)
	case unicode.Is(unicode.Arabic, base):
		// Not the madda and the hamza, with which letters are others.
		return mark < '\u0653' || mark > '\u0655'
	case unicode.Is(unicode.Hebrew, base):
		return true
	case unicode.In(base, unicode.Latin, unicode.Greek):
		return true
	}
	// One without a letter, or on what is none, says nothing.
	return unicode.Is(unicode.Inherited, mark) && !unicode.IsLetter(base)
}

// letters are those that do not decompose, folded, as people write them who do not have
// them; for Latin by CLDR's transform Latin-ASCII. The letters of Arabic keyboards for other
// languages are those of Arabic.
var letters = strings.NewReplacer(
	"æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ŋ", "n", "ł", "l", "ŧ", "t", "ı", "i", "ȷ", "j", "ĸ", "q", "ə", "e",
	"ƀ", "b", "ɓ", "b", "ƃ", "b", "ƈ", "c", "ȼ", "c", "ɖ", "d", "ɗ", "d", "ƌ", "d", "ǝ", "e", "ɛ", "e", "ɇ", "e", "ƒ", "f", "ɠ", "g", "ǥ", "g",
	"ɣ", "g", "ɦ", "h", "ⱨ", "h", "ɨ", "i", "ɩ", "i", "ɉ", "j", "ɟ", "j", "ƙ", "k", "ⱪ", "k", "ƚ", "l", "ɫ", "l", "ɬ", "l", "ⱡ", "l", "ɱ", "m",
	"ɲ", "n", "ƞ", "n", "ɔ", "o", "ɵ", "o", "ƥ", "p", "ᵽ", "p", "ɍ", "r", "ɽ", "r", "ʂ", "s", "ȿ", "s", "ƭ", "t", "ʈ", "t", "ⱦ", "t", "ʉ", "u",
	"ʋ", "v", "ⱳ", "w", "ƴ", "y", "ɏ", "y", "ƶ", "z", "ȥ", "z", "ⱬ", "z", "ʒ", "z", "ⱥ", "a", "ꜳ", "aa", "ꜵ", "ao", "ꜷ", "au", "ꜽ", "ay", "ꝏ", "oo", "ʊ", "u", "ɑ", "a", "ʌ", "v", "ɐ", "a", "ɒ", "a", "ɜ", "e",
	"ی", "ي", "ى", "ي", "ک", "ك", "ہ", "ه", "ھ", "ه", "ە", "ه", "ے", "ي",
)

const (
	// maxWords bounds the words of a name, and maxWord each of them, in characters: the store
	// keeps an entry of an index for each.
	maxWords = 64
	maxWord  = 48
)

// NameWords gives the words of a folded name: what follows a space or another sign that is no letter.
// Of what signs divide without a space, as in o'brien, jean-luc and j.r.r., the whole is a word, too. In
// Chinese, Japanese and Korean, where no space stands between the parts of a name, every
// character may begin one. Words are cut at 48 characters, and names have 64 at the most.
func NameWords(folded string) []string {
	var words []string
	add := func(w string) {
		if w = cutWord(w); w != "" && len(words) < maxWords && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, whole := range strings.FieldsFunc(folded, func(r rune) bool { return !inWord(r) && !strings.ContainsRune("'-.", r) }) {
		parts := strings.FieldsFunc(whole, func(r rune) bool { return !inWord(r) })
		for _, p := range parts {
			add(p)
			for i, r := range p {
				if i > 0 && isCharacter(r) {
					add(p[i:])
				}
			}
		}
		add(strings.Join(parts, ""))
	}
	return words
}

// WordsAsked gives the words that a name must have words for that begin with them.
func WordsAsked(text string) []string {
	words := strings.FieldsFunc(foldWords(text), func(r rune) bool { return !inWord(r) })
	for i := range words {
		words[i] = cutWord(words[i])
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) }

func cutWord(w string) string {
	n := 0
	for i := range w {
		if n == maxWord {
			return w[:i]
		}
		n++
	}
	return w
}
