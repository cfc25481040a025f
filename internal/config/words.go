package config

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

func named(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return ": " + oneOf(keys)
}

// unknown tells of a key that is not in the schema, and which one may be meant; "" where none is
// like it. Top is set for a key at the top of the file: its sections, by their names.
func unknown(key string, schema object, message string, top map[string]object) (problem, like string) {
	properties, _ := schema["properties"].(object)
	if len(properties) == 0 && message != "" {
		return message, ""
	}
	problem = "unknown key" + quoteKey(key)
	all := sortedKeys(properties)
	if like = closest(key, all); like != "" {
		return problem + quoteMeant(like), like
	}
	if in := sectionsWith(key, top); len(in) > 0 {
		return problem + " here: it belongs to " + oneOf(in), ""
	}
	if len(all) > 0 {
		problem += ": allowed here: " + strings.Join(all, ", ")
	}
	return problem, ""
}

// sectionsWith gives the places at which a key can stand in sections of the file.
func sectionsWith(key string, top map[string]object) []string {
	var in []string
	for _, name := range sortedKeys(top) {
		if properties, _ := top[name]["properties"].(object); properties[key] != nil {
			in = append(in, name+"."+key)
		}
	}
	return in
}

// Meant asks whether one of the words is meant; it is empty where none is like it.
func Meant(got string, all []string) string { return meant(got, all) }

// meant asks whether one of the words is meant; it says nothing where none is like it.
func meant(got string, all []string) string {
	if like := closest(got, all); like != "" {
		return quoteMeant(like)
	}
	return ""
}

func quoteMeant(word string) string { return ` (did you mean "` + word + `"?)` }

// closest gives the word that is meant; "" where none is like it.
func closest(got string, all []string) string {
	// Of equals, the first in the alphabet.
	slices.Sort(all)
	best, least := "", max(1, len(got)/3)+1
	for _, word := range all {
		if d := levenshtein.ComputeDistance(plainLetters(got), plainLetters(word)); d < least {
			best, least = word, d
		}
	}
	return best
}

// plainLetters makes api_key, api-key and apiKey the same.
func plainLetters(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s))
}

// problem says what is wrong with a value. The schema's own message says it better,
// where there is one.
func problem(k jsonschema.ErrorKind, message string) string {
	if t, ok := k.(*kind.Type); ok && t.Got == "null" {
		return "this has no value: give it one, or remove the key"
	}
	if t, ok := k.(*kind.Type); ok && message != "" && slices.Contains(t.Want, "object") {
		// The message is about what stands in it.
		return wrongType(t) + "; " + message
	}
	if message != "" {
		return message
	}
	switch k := k.(type) {
	case *kind.Type:
		return wrongType(k)
	case *kind.Enum:
		all := words(k.Want)
		got, _ := k.Got.(string)
		return "want " + oneOf(all) + meant(got, all)
	case *kind.Const:
		return "want " + oneOf(words([]any{k.Want}))
	case *kind.Minimum:
		return "want at least " + number(k.Want)
	case *kind.Maximum:
		return "want at most " + number(k.Want)
	case *kind.ExclusiveMinimum:
		return "want more than " + number(k.Want)
	case *kind.ExclusiveMaximum:
		return "want less than " + number(k.Want)
	case *kind.MinLength:
		if k.Got == 0 {
			return "this is empty"
		}
		return "want at least " + count(k.Want, "character", "characters")
	case *kind.MaxLength:
		return "want at most " + count(k.Want, "character", "characters")
	case *kind.MinItems:
		return "want at least " + count(k.Want, "entry", "entries")
	case *kind.MaxItems:
		return "want at most " + count(k.Want, "entry", "entries")
	case *kind.MinProperties:
		return "want at least " + count(k.Want, "key", "keys")
	case *kind.MaxProperties:
		return "want at most " + count(k.Want, "key", "keys")
	case *kind.UniqueItems:
		return fmt.Sprintf("the entries %d and %d are the same", k.Duplicates[0]+1, k.Duplicates[1]+1)
	case *kind.Pattern:
		return "this does not match the pattern " + k.Want
	case *kind.FalseSchema:
		return "this is not allowed here"
	}
	return "this does not fit the schema: " + strings.Join(k.KeywordPath(), "/")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return fmt.Sprint(n, " ", many)
}

// inWords are JSON's types.
var inWords = map[string]string{
	"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
	"object": "keys with values", "array": "a list", "null": "nothing",
}

func wrongType(k *kind.Type) string {
	var want []string
	for _, w := range k.Want {
		if w != "null" {
			want = append(want, inWords[w])
		}
	}
	text := "want " + oneOf(want) + ", not " + inWords[k.Got]
	switch {
	case slices.Contains(k.Want, "integer") && k.Got == "number":
		text = "want " + oneOf(want)
	case slices.Contains(k.Want, "string") && slices.Contains([]string{"integer", "number", "boolean"}, k.Got):
		text += ": put it in quotes"
	case slices.Contains(k.Want, "array"):
		text += ": begin its entries with a dash"
	}
	return text
}

// words gives values that the schema allows.
func words(values []any) []string {
	var all []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case json.Number, bool:
			all = append(all, fmt.Sprint(v))
		case nil:
			all = append(all, "null")
		}
	}
	return all
}

func number(r *big.Rat) string {
	f, _ := r.Float64()
	return fmt.Sprint(f)
}
