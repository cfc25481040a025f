package rest

import (
	"customer360/sources/jq"
	"customer360/sources/plaintext"
)

type (
	// Function is a jq function of Go.
	Function = jq.Function
	// Expected is an error of a function, whose text may be told.
	Expected = jq.Expected
)

// shared are the functions that all domains have beside [jq.Shared]. What is not known
// stays so: null gives null.
var shared = []Function{
	{Name: "plain", Do: jq.Known(jqPlain)},
	{Name: "word", Args: 1, Do: jq.Known(jqWord)},
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

// jqPlain gives the text of HTML: what bodies of messages and posts often are.
func jqPlain(dot any, _ []any) any {
	s, ok := dot.(string)
	if !ok {
		return Expected("expected a text")
	}
	return plaintext.Of(s)
}
