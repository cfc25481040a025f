package rest

import (
	"strings"
	"time"
	// So that zones are known on machines without a time zone database.
	_ "time/tzdata"

	"github.com/itchyny/timefmt-go"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
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
	return plain(s)
}

// lines are elements that begin a line of their own.
var lines = map[atom.Atom]bool{atom.P: true, atom.Br: true, atom.Div: true, atom.Li: true, atom.Tr: true, atom.Blockquote: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Pre: true}

func plain(source string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	silent := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(out.String())
		case html.TextToken:
			if !silent {
				out.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			silent = tag == atom.Script || tag == atom.Style
			if lines[tag] && out.Len() > 0 && !strings.HasSuffix(out.String(), "\n") {
				out.WriteByte('\n')
			}
		case html.EndTagToken:
			silent = false
		}
	}
}
