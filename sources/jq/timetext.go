package jq

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A parser goes through a text, and stops with a reason.
type parser struct {
	text   string
	at     int
	pivot  int
	reason string
}

func (p *parser) fail(reason string) {
	if p.reason == "" {
		p.reason = reason
	}
}

func (p *parser) literal(b byte) {
	if p.at >= len(p.text) || p.text[p.at] != b {
		p.fail(mismatch)
		return
	}
	p.at++
}

func (p *parser) space() bool {
	from := p.at
	for p.at < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		if !unicode.IsSpace(r) {
			break
		}
		p.at += n
	}
	return p.at > from
}

// number reads up to so many digits, which must be within bounds.
func (p *parser) number(digits, least, most int, beyond string) int {
	from := p.at
	for p.at < len(p.text) && p.at-from < digits && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	n, err := strconv.Atoi(p.text[from:p.at])
	switch {
	case err != nil:
		p.fail(mismatch)
	case n < least || n > most:
		p.fail(beyond)
	}
	return n
}

// name reads one of some words, or its first three letters, and gives its number; letter
// case does not matter.
func (p *parser) name(words []string, short bool) int {
	rest := strings.ToLower(p.text[p.at:])
	for i, word := range words {
		if strings.HasPrefix(rest, word) {
			p.at += len(word)
			return i
		}
	}
	for i, word := range words {
		if short && strings.HasPrefix(rest, word[:3]) {
			p.at += 3
			return i
		}
	}
	p.fail(mismatch)
	return 0
}

// word reads what a word of strftime stands for.
func (p *parser) word(c *clock, word byte) {
	switch word {
	case 'Y', 'G':
		from := p.at
		if c.year = p.number(4, 0, 9999, noSuchDay); p.reason == "" && p.at-from < 4 {
			p.fail("%Y is a year of four digits, %y one of two")
		}
		c.dated = true
	case 'y':
		from := p.at
		n := p.number(2, 0, 99, noSuchDay)
		if p.reason == "" && p.at-from < 2 {
			p.fail(mismatch)
		}
		c.year, c.dated = p.pivot-p.pivot%100+n, true
		if c.year < p.pivot {
			c.year += 100
		}
	case 'm':
		c.month = p.number(2, 1, 12, noSuchDay)
	case 'B', 'b', 'h':
		if c.month = p.name(months, true) + 1; c.month == september && p.at < len(p.text) && p.text[p.at]|0x20 == 't' {
			// Sept, which is as common as Sep.
			p.at++
		}
		if p.reason != "" {
			p.reason = "months have their English names, or the first three letters of these"
		}
		p.dot(word != 'B')
	case 'd', 'e':
		p.space()
		c.day = p.number(2, 1, 31, noSuchDay)
	case 'j':
		c.yearDay = p.number(3, 1, 366, noSuchDay)
	case 'A', 'a':
		c.weekday = p.name(weekdays, true)
		p.dot(word == 'a')
	case 'u':
		c.weekday = p.number(1, 1, 7, noSuchDay) % 7
	case 'w':
		c.weekday = p.number(1, 0, 6, noSuchDay)
	case 'U', 'V', 'W':
		c.week, c.weekBy = p.number(2, 0, 53, noSuchDay), word
	case 'H', 'k':
		p.space()
		c.hour = p.number(2, 0, 23, noSuchTime)
	case 'I', 'l':
		p.space()
		c.hour, c.twelve = p.number(2, 1, 12, noSuchTime), true
	case 'M':
		c.minute = p.number(2, 0, 59, noSuchTime)
	case 'S':
		c.second = p.number(2, 0, 59, noSuchTime)
	case 'f', 'N', 'L':
		from := p.at
		n := p.number(9, 0, 999999999, noSuchTime)
		for i := p.at - from; i < 9; i++ {
			n *= 10
		}
		c.nanos = n
	case 'p', 'P':
		c.half = p.name(halves, false)%2 + 1
	case 's':
		p.epoch(c)
	case 'z':
		p.offset(c)
	case 'Z':
		p.zone(c)
	case 'n', 't':
		if !p.space() {
			p.fail(mismatch)
		}
	case '%':
		p.literal('%')
	default:
		p.fail("the form has %" + strconv.QuoteRune(rune(word)) + ", which is not known: dates and times are read by %Y %y %m %B %b %d %e %j %G %V %u %w %H %I %p %M %S %f %s %z %Z %F %T %D %R")
	}
}

const september = 9

// dot passes over the dot of an abbreviated name.
func (p *parser) dot(abbreviated bool) {
	if abbreviated && p.at < len(p.text) && p.text[p.at] == '.' {
		p.at++
	}
}

func (p *parser) epoch(c *clock) {
	from := p.at
	for p.at < len(p.text) && (p.at == from && p.text[p.at] == '-' || p.text[p.at] >= '0' && p.text[p.at] <= '9') {
		p.at++
	}
	n, err := strconv.ParseInt(p.text[from:p.at], 10, 64)
	switch {
	case err != nil:
		p.fail(mismatch)
	case math.Abs(float64(n)) > MaxSeconds:
		p.fail("%s are seconds since 1970: divide milliseconds by 1000")
	}
	c.epoch, c.dated = &n, true
}

// offset reads Z, +01, +0100, +01:00 or +01:00:00.
func (p *parser) offset(c *clock) {
	if p.at < len(p.text) && (p.text[p.at] == 'Z' || p.text[p.at] == 'z') {
		p.at++
		c.offset = new(int)
		return
	}
	sign := 1
	if p.at < len(p.text) && p.text[p.at] == '-' {
		sign = -1
	} else if p.at >= len(p.text) || p.text[p.at] != '+' {
		p.fail(mismatch)
		return
	}
	p.at++
	two := func(most int) int {
		from := p.at
		n := p.number(2, 0, most, "there is no such offset from UTC")
		if p.at-from < 2 {
			p.fail(mismatch)
		}
		return n
	}
	seconds := two(15) * 3600
	for _, unit := range []int{60, 1} {
		colon := p.at < len(p.text) && p.text[p.at] == ':'
		if !colon && (p.at >= len(p.text) || p.text[p.at] < '0' || p.text[p.at] > '9') {
			break
		}
		if colon {
			p.at++
		}
		seconds += two(59) * unit
	}
	seconds *= sign
	c.offset = &seconds
}

// zone reads a zone's abbreviation or name, or an offset.
func (p *parser) zone(c *clock) {
	if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
		p.offset(c)
		return
	}
	from := p.at
	for p.at < len(p.text) && (p.text[p.at]|0x20 >= 'a' && p.text[p.at]|0x20 <= 'z' || p.at > from && strings.IndexByte("/_-+", p.text[p.at]) >= 0) {
		p.at++
	}
	if c.zone = p.text[from:p.at]; c.zone == "" {
		p.fail(mismatch)
	}
}
