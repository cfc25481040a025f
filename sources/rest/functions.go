package rest

import (
	"time"
	// So that zones are known on machines without a time zone database.
	_ "time/tzdata"

	"github.com/itchyny/timefmt-go"

	"customer360/sources/plaintext"
)

// A Function is a jq function of Go: it gets the dot and the arguments, and gives a
// value or an error. An error's text must not hold the value, see [Expected].
type Function struct {
	Name string
	Args int
	Do   func(dot any, args []any) any
}

// An Expected is an error of a [Function] whose text may be told.
type Expected string

// Error is the text.
func (e Expected) Error() string { return string(e) }

// shared are the functions that all domains have. What is not known stays so: null
// gives null.
var shared = []Function{
	{"plain", 0, known(jqPlain)},
	{"word", 1, known(jqWord)},
	{"time", 1, known(jqTime)},
	{"time", 2, known(jqTime)},
}

func known(do func(any, []any) any) func(any, []any) any {
	return func(dot any, args []any) any {
		if unknown(dot) {
			return nil
		}
		return do(dot, args)
	}
}

// jqWord gives what a table has for a word, and else the word itself: a word that a
// system has since yesterday must not make its records unreadable.
func jqWord(dot any, args []any) any {
	table, ok := args[0].(map[string]any)
	if !ok {
		return Expected(`word takes an object, as {"o": "OPEN"}`)
	}
	word, err := text(dot)
	if err != nil {
		return Expected("expected a word")
	}
	if to, ok := table[word]; ok {
		return to
	}
	return word
}

// jqTime reads a time of another form, in the words of strftime, on the clock of a zone.
func jqTime(dot any, args []any) any {
	form, _ := args[0].(string)
	zone := "UTC"
	if len(args) > 1 {
		zone, _ = args[1].(string)
	}
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return Expected("expected a time zone, as Europe/Berlin")
	}
	s, err := text(dot)
	if err != nil {
		return Expected("expected a time in that form")
	}
	at, err := timefmt.ParseInLocation(s, form, location)
	if err != nil {
		return Expected("expected a time in that form")
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// jqPlain gives the text of HTML: what bodies of messages and posts often are.
func jqPlain(dot any, _ []any) any {
	s, ok := dot.(string)
	if !ok {
		return Expected("expected a text")
	}
	return plaintext.Of(s)
}
