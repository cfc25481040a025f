package jq

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// maxPattern bounds a regular expression, in bytes.
	maxPattern = 4 << 10
	// maxProgram bounds what it is compiled to, in instructions: a{1000} is 1000 of them.
	maxProgram = 10_000
	// matchSize is what one match takes: an object of four names.
	matchSize = 512
	// keptPatterns is how many are kept compiled. Mappings have a few; more come from
	// expressions that make patterns of values.
	keptPatterns = 256
)

type pattern struct {
	*regexp.Regexp
	// size is how many instructions it has.
	size int
	err  error
}

var patterns = func() *lru.Cache[[2]string, *pattern] {
	c, err := lru.New[[2]string, *pattern](keptPatterns)
	if err != nil {
		panic(err)
	}
	return c
}()

func compilePattern(text, flags string) *pattern {
	key := [2]string{text, flags}
	if p, ok := patterns.Get(key); ok {
		return p
	}
	p := newPattern(text, flags)
	patterns.Add(key, p)
	return p
}

func newPattern(text, flags string) *pattern {
	if strings.Trim(flags, "gim") != "" {
		return &pattern{err: fmt.Errorf("unsupported regular expression flag: %q", flags)}
	}
	if strings.Contains(flags, "i") {
		text = "(?i)" + text
	}
	if strings.Contains(flags, "m") {
		text = "(?s)" + text
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return &pattern{err: fmt.Errorf("invalid regular expression: %w", err)}
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err == nil && len(program.Inst) > maxProgram {
		err = fmt.Errorf("the regular expression is too large: write shorter repetitions")
	}
	if err != nil {
		return &pattern{err: err}
	}
	compiled, err := regexp.Compile(text)
	return &pattern{compiled, len(program.Inst), err}
}

// match is jq's, by which test, match, capture, scan, split, sub and gsub are written.
// The interpreter's own keeps every pattern for ever, and counts a text's characters
// anew for each match.
func (m *meter) match(x any, args []any) any {
	text, ok1 := x.(string)
	source, ok2 := args[0].(string)
	flags, ok3 := args[1].(string)
	if !ok1 || !ok2 || !ok3 && args[1] != nil {
		return Expected("a regular expression is a text, and is held against a text")
	}
	if len(source) > maxPattern || len(flags) > maxPattern {
		return Expected(fmt.Sprintf("expected a regular expression of at most %d bytes", maxPattern))
	}
	p := compilePattern(source, flags)
	if p.err != nil {
		return p.err
	}
	if err := m.spend(times(len(text)+1, 1+p.size/4)); err != nil {
		return err
	}
	if args[2] == true {
		return p.MatchString(text)
	}
	found := []any{}
	runes, counted := 0, 0
	count := func(offset int) int {
		if offset < counted {
			return utf8.RuneCountInString(text[:offset])
		}
		runes += utf8.RuneCountInString(text[counted:offset])
		counted = offset
		return runes
	}
	limit := 1
	if strings.Contains(flags, "g") {
		limit = m.left/matchSize + 1
	}
	for _, at := range p.FindAllStringSubmatchIndex(text, limit) {
		if err := m.spend(matchSize * len(at) / 2); err != nil {
			return err
		}
		one := part(text, at[0], at[1], count)
		captures := make([]any, len(at)/2-1)
		for i := range captures {
			capture := part(text, at[2*i+2], at[2*i+3], count)
			capture["name"] = nil
			if name := p.SubexpNames()[i+1]; name != "" {
				capture["name"] = name
			}
			captures[i] = capture
		}
		one["captures"] = captures
		found = append(found, one)
	}
	return found
}

func part(text string, from, to int, count func(int) int) map[string]any {
	if from < 0 {
		return map[string]any{"offset": -1, "length": 0, "string": nil}
	}
	return map[string]any{"offset": count(from), "length": utf8.RuneCountInString(text[from:to]), "string": text[from:to]}
}

// between gives the parts of a text around its matches: one more than there are of these.
func between(dot any, args []any) any {
	text, ok := dot.(string)
	found, ok2 := args[0].([]any)
	if !ok || !ok2 {
		return Expected("a regular expression is held against a text")
	}
	parts := make([]any, 0, len(found)+1)
	at, runes := 0, 0
	skip := func(n int) (from, to int) {
		from = at
		for ; n > 0 && at < len(text); n-- {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			runes++
		}
		return from, at
	}
	for _, one := range found {
		match, _ := one.(map[string]any)
		offset, _ := match["offset"].(int)
		length, _ := match["length"].(int)
		from, to := skip(offset - runes)
		parts = append(parts, text[from:to])
		skip(length)
	}
	return append(parts, text[at:])
}
