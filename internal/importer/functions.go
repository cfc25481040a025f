package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/jq"
	"customer360/sources/profiles"
)

// functions are the functions beside jq's own and [jq.Shared]. What is not known stays
// so: null, and a text of space only, give null.
var functions = []jq.Function{
	{Name: "blank", Do: jqBlank},
	{Name: "number", Args: 0, Do: jq.Known(jqNumber)},
	{Name: "number", Args: 1, Do: jq.Known(jqNumber)},
	{Name: "yesno", Do: jq.Known(jqYesno)},
	{Name: "money", Args: 1, Do: jq.Known(jqMoney)},
	{Name: "oneof", Args: 1, Do: jq.Known(jqOneof)},
	{Name: "email", Do: orLeft(readEmail)},
	{Name: "phone", Do: orLeft(readPhone)},
	{Name: "phone", Args: 1, Do: orLeft(readPhone)},
	{Name: "country", Do: orLeft(readCountry)},
	{Name: "hash", Do: jqHash},
}

// orLeft makes a function of a text: what cannot be read is left out with a warning, and
// does not reject the row.
func orLeft(read func(text string, args []any) (string, error)) func(any, []any) any {
	return jq.Known(func(v any, args []any) any {
		s, err := text(v)
		if err != nil {
			return jq.Expected("expected a text: of a list, map(…) reads each")
		}
		good, err := read(s, args)
		var expected jq.Expected
		switch {
		case errors.As(err, &expected):
			return expected
		case err != nil:
			return jq.Warning(err.Error())
		}
		return good
	})
}

func readEmail(text string, _ []any) (string, error) { return profiles.NormalizeEmail(text) }

// readPhone reads a number in international form, or as it is written in the country of
// the argument.
func readPhone(text string, args []any) (string, error) {
	if len(args) == 0 {
		return profiles.NormalizePhone(text)
	}
	in, err := country(args[0])
	if err != nil || !profiles.KnowsCountry(in) {
		if number, err := profiles.NormalizePhone(text); err == nil {
			return number, nil
		}
		return "", errors.New(`expected a phone number with its country, or the country's code of two letters, as phone("DE")`)
	}
	return profiles.NormalizePhoneIn(text, in)
}

func readCountry(text string, _ []any) (string, error) { return country(text) }

// jqHash makes a key of some values that are the same again: letter case, spaces, how letters are
// composed or how wide they are, and what is not seen aside.
func jqHash(v any, _ []any) any {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	h := sha256.New()
	some := false
	for _, item := range items {
		s := ""
		if !jq.Unknown(item) {
			var err error
			if s, err = text(item); err != nil {
				return jq.Expected("expected a text, or a list of texts, as [.name, .city] | hash")
			}
			some = true
		}
		fmt.Fprintf(h, "%q,", strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(sources.OnlyVisible(s)))), " "))
	}
	if !some {
		return nil
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func jqBlank(v any, _ []any) any {
	switch s, ok := v.(string); {
	case jq.Unknown(v):
		return nil
	case ok:
		return strings.TrimSpace(s)
	}
	return v
}

// jqNumber reads a number that has the given decimal sign; the other one, spaces
// and apostrophes may stand between groups of three digits.
func jqNumber(v any, args []any) any {
	sign := "."
	if len(args) > 0 {
		sign, _ = args[0].(string)
	}
	if sign != "." && sign != "," {
		return jq.Expected(`number takes the decimal sign, "." or ","`)
	}
	text, ok := v.(string)
	if !ok {
		if _, ok := jq.Decimal(v); !ok {
			return jq.Expected("expected a number")
		}
		return v
	}
	whole, fraction, hasFraction := strings.Cut(strings.TrimSpace(text), sign)
	wrong := jq.Expected("expected a number, as 1234" + sign + "50")
	whole, ok = ungrouped(whole, sign)
	if !ok || hasFraction && (fraction == "" || strings.Trim(fraction, "0123456789") != "") {
		return wrong
	}
	if hasFraction {
		whole += "." + fraction
	}
	canonical, err := profiles.Number.Canonical(whole)
	if err != nil {
		return wrong
	}
	return json.Number(canonical)
}

// ungrouped gives the digits of a whole number without what stands between the
// groups of them, which must be of three digits, but the first.
func ungrouped(text, decimal string) (string, bool) {
	minus := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		minus, text = "-", rest
	}
	for _, between := range []string{",", ".", " ", "\u00a0", "\u202f", "'", "’"} {
		groups := strings.Split(text, between)
		if between == decimal || len(groups) == 1 {
			continue
		}
		for i, g := range groups {
			if g == "" || len(g) > 3 || i > 0 && len(g) != 3 {
				return "", false
			}
		}
		text = strings.Join(groups, "")
		break
	}
	return minus + text, text != "" && strings.Trim(text, "0123456789") == ""
}

func jqYesno(v any, _ []any) any {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "yes", "y", "true", "t", "on", "1":
			return true
		case "no", "n", "false", "f", "off", "0":
			return false
		}
	default:
		switch n, _ := jq.Decimal(v); n {
		case "1":
			return true
		case "0":
			return false
		}
	}
	return jq.Expected("expected yes or no")
}

func jqMoney(v any, args []any) any {
	code, _ := args[0].(string)
	amount, ok := v.(string)
	if !ok {
		if amount, ok = jq.Decimal(v); !ok {
			return jq.Expected("expected an amount of money, as 1234.50")
		}
	}
	m, err := billing.ParseMoney(amount, code)
	if err != nil {
		return jq.Expected(err.Error())
	}
	return m.String()
}

// jqOneof gives what stands in a table for a word; a word that is not in it must
// not get lost, as it would with a plain index.
func jqOneof(v any, args []any) any {
	table, ok := args[0].(map[string]any)
	if !ok {
		return jq.Expected(`oneof takes an object, as {"M": "monthly"}`)
	}
	word, ok := v.(string)
	if !ok {
		if word, ok = jq.Decimal(v); !ok {
			return jq.Expected("expected a word of the table")
		}
	}
	if to, ok := table[strings.TrimSpace(word)]; ok {
		return to
	}
	return jq.Expected("expected a word of the table")
}
