package gateway

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"customer360/sources/billing"
)

// A scanner reads JSON once, from left to right. What the caller does not ask for is
// skipped without being decoded; strings without escapes are parts of the text. After
// the first fault it is at the end of the text.
type scanner struct {
	// text and bytes are the same memory.
	text   string
	bytes  []byte
	at     int
	failed bool
}

// scan reads bytes that nobody changes any more.
func scan(b []byte) *scanner {
	return &scanner{text: unsafe.String(unsafe.SliceData(b), len(b)), bytes: b}
}

func (s *scanner) fail() {
	s.failed = true
	s.at = len(s.text)
}

// peek gives the first byte of what comes next; 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// open goes into an object or a list; false: it is null, or none.
func (s *scanner) open(bracket byte) bool {
	switch s.peek() {
	case bracket:
		s.at++
		return true
	case 'n':
		s.literal("null")
	default:
		s.fail()
	}
	return false
}

// key gives the next key of the object; false: there is none, and the object is left.
func (s *scanner) key() (string, bool) {
	switch s.peek() {
	case '"':
		return s.string(), true
	case '}':
		s.at++
	default:
		s.fail()
	}
	return "", false
}

// more reports whether the list has another element; false: the list is left.
func (s *scanner) more() bool {
	switch s.peek() {
	case ']':
		s.at++
		return false
	case 0:
		s.fail()
		return false
	}
	return true
}

func (s *scanner) literal(word string) {
	if !strings.HasPrefix(s.text[s.at:], word) {
		s.fail()
		return
	}
	s.at += len(word)
}

// string reads a string; null is "".
func (s *scanner) string() string {
	switch s.peek() {
	case '"':
	case 'n':
		s.literal("null")
		return ""
	default:
		s.fail()
		return ""
	}
	start := s.at + 1
	switch i := s.special(start); {
	case i == len(s.text):
		s.fail()
		return ""
	case s.text[i] == '\\':
		return s.unescape(start)
	default:
		s.at = i + 1
		return s.text[start:i]
	}
}

// special gives the place of the next quote or backslash; the length of the text where
// there is none. It looks at eight bytes at once: a byte of them is zero where it is the
// one that is looked for, and the lowest high bit that stands then is that byte's.
func (s *scanner) special(i int) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s.bytes); i += 8 {
		word := binary.LittleEndian.Uint64(s.bytes[i:])
		quote, slash := word^low*'"', word^low*'\\'
		if found := ((quote-low)&^quote | (slash-low)&^slash) & high; found != 0 {
			return i + bits.TrailingZeros64(found)>>3
		}
	}
	for ; i < len(s.bytes); i++ {
		if s.bytes[i] == '"' || s.bytes[i] == '\\' {
			return i
		}
	}
	return i
}

// unescape reads a string that has escapes.
func (s *scanner) unescape(start int) string {
	end := s.quoteEnd(start)
	if end < 0 {
		s.fail()
		return ""
	}
	s.at = end + 1
	var text string
	raw := s.text[start-1 : end+1]
	if err := unquote(raw, &text); err != nil {
		s.fail()
	}
	return text
}

// quoteEnd gives the place of the quote that ends a string; -1: there is none.
func (s *scanner) quoteEnd(i int) int {
	for {
		i = s.special(i)
		switch {
		case i >= len(s.text):
			return -1
		case s.text[i] == '"':
			return i
		}
		i += 2
	}
}

// skip leaves out a value.
func (s *scanner) skip() {
	switch s.peek() {
	case '"':
		if end := s.quoteEnd(s.at + 1); end >= 0 {
			s.at = end + 1
			return
		}
		s.fail()
	case '{', '[':
		depth := 0
		for i := s.at; i < len(s.text); i++ {
			switch s.text[i] {
			case '"':
				if i = s.quoteEnd(i + 1); i < 0 {
					s.fail()
					return
				}
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					s.at = i + 1
					return
				}
			}
		}
		s.fail()
	case 0:
		s.fail()
	default:
		s.scalar()
	}
}

// scalar reads a number, a boolean or null as it stands.
func (s *scanner) scalar() string {
	s.peek()
	start := s.at
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ',', '}', ']', ' ', '\n', '\r', '\t':
			return s.text[start:s.at]
		}
		s.at++
	}
	return s.text[start:s.at]
}

func (s *scanner) int() int {
	n, err := strconv.Atoi(s.scalar())
	if err != nil {
		s.fail()
	}
	return n
}

func (s *scanner) float() float64 {
	f, err := strconv.ParseFloat(s.scalar(), 64)
	if err != nil {
		s.fail()
	}
	return f
}

func (s *scanner) bool() bool { return s.scalar() == "true" }

// time reads a moment in RFC 3339; null and "" are the zero time.
func (s *scanner) time() time.Time {
	text := s.string()
	if text == "" {
		return time.Time{}
	}
	if t, ok := utc(text); ok {
		return t
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		s.fail()
	}
	return t.UTC()
}

// utc reads the common form of a moment, 2006-01-02T15:04:05Z.
func utc(t string) (time.Time, bool) {
	if len(t) != len("2006-01-02T15:04:05Z") || t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':' || t[19] != 'Z' {
		return time.Time{}, false
	}
	year, month, day := digits(t[:4]), digits(t[5:7]), digits(t[8:10])
	hour, minute, second := digits(t[11:13]), digits(t[14:16]), digits(t[17:19])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > 28 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		// The ends of months too: how long they are is known elsewhere.
		return time.Time{}, false
	}
	// Days since 1970, where a year begins in March, so that its odd day is its last.
	if month < 3 {
		year--
		month += 12
	}
	days := 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469
	return time.Unix(int64(days*24+hour)*3600+int64(minute*60+second), 0).UTC(), true
}

// digits reads a number without sign; negative: it is none.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return -1 << 20
		}
		n = n*10 + int(c)
	}
	return n
}

// money reads {"amount": "12.50", "currency": "EUR"}; false: it is null.
func (s *scanner) money(into *billing.Money) bool {
	if !s.open('{') {
		return false
	}
	amount, currency := "", ""
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "amount":
			amount = s.string()
		case "currency":
			currency = s.string()
		default:
			s.skip()
		}
	}
	if minor, ok := cents(amount); ok && (currency == "EUR" || currency == "USD" || currency == "GBP") {
		*into = billing.Money{Minor: minor, Currency: currency}
		return true
	}
	m, err := billing.ParseMoney(amount, currency)
	if err != nil {
		s.fail()
	}
	*into = m
	return true
}

// cents reads the common form of an amount, with two decimal places.
func cents(amount string) (int64, bool) {
	n := len(amount)
	if n < 4 || n > 15 || amount[n-3] != '.' {
		return 0, false
	}
	var minor int64
	for i := range n {
		switch c := amount[i]; {
		case i == n-3:
		case c >= '0' && c <= '9':
			minor = minor*10 + int64(c-'0')
		default:
			return 0, false
		}
	}
	return minor, true
}
