package importer

import (
	"encoding/json"
	"strings"
	"time"
	// So that zones are known on machines without a time zone database.
	_ "time/tzdata"

	"github.com/itchyny/gojq"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/rest"
)

// prelude are the functions beside jq's own that are written in jq. A date that
// does not exist, as 31 February, is moved on by strptime: what comes out is
// written again in the same form and compared with what came in.
const prelude = `
def _parse($form; $what):
  . as $in
  | (if type == "string" then . else _fail("expected " + $what + " as " + $form) end)
  | (try strptime($form) catch _fail("expected " + $what + " as " + $form))
  | if ($form | test("%[zZsGgUWVu]")) or _same($in; strftime($form)) then . else _fail("expected " + $what + " that exists") end;
def date($form): blank | if . == null then . else _parse($form; "a date") | strftime("%Y-%m-%d") end;
def time($form; $zone): blank | if . == null then . else _parse($form; "a time") | _instant($zone) end;
def time($form): time($form; "UTC");
def number: number(".");
`

// functions are the functions beside jq's own that are written in Go. What is not
// known stays so: null, and a text of space only, give null.
func functions() []gojq.CompilerOption {
	f := gojq.WithFunction
	return []gojq.CompilerOption{
		f("blank", 0, 0, func(v any, _ []any) any {
			if s, ok := v.(string); ok {
				if s = strings.TrimSpace(s); s == "" {
					return nil
				}
				return s
			}
			return v
		}),
		f("number", 1, 1, known(jqNumber)),
		f("yesno", 0, 0, known(jqYesno)),
		f("money", 1, 1, known(jqMoney)),
		f("oneof", 1, 1, known(jqOneof)),
		f("_fail", 1, 1, func(_ any, args []any) any {
			text, _ := args[0].(string)
			return plainError(text)
		}),
		f("_same", 2, 2, func(_ any, args []any) any {
			a, _ := args[0].(string)
			b, _ := args[1].(string)
			return sameDate(a, b)
		}),
		f("_instant", 1, 1, jqInstant),
	}
}

func known(f func(any, []any) any) func(any, []any) any {
	return func(v any, args []any) any {
		if unknown(v) {
			return nil
		}
		return f(v, args)
	}
}

// jqNumber reads a number that has the given decimal sign; the other one, spaces
// and apostrophes may stand between groups of three digits.
func jqNumber(v any, args []any) any {
	sign, _ := args[0].(string)
	if sign != "." && sign != "," {
		return plainError(`number takes the decimal sign, "." or ","`)
	}
	text, ok := v.(string)
	if !ok {
		if _, ok := rest.Decimal(v); !ok {
			return plainError("expected a number")
		}
		return v
	}
	whole, fraction, hasFraction := strings.Cut(strings.TrimSpace(text), sign)
	wrong := plainError("expected a number, as 1234" + sign + "50")
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
		switch n, _ := rest.Decimal(v); n {
		case "1":
			return true
		case "0":
			return false
		}
	}
	return plainError("expected yes or no")
}

func jqMoney(v any, args []any) any {
	code, _ := args[0].(string)
	amount, ok := v.(string)
	if !ok {
		if amount, ok = rest.Decimal(v); !ok {
			return plainError("expected an amount of money, as 1234.50")
		}
	}
	m, err := billing.ParseMoney(amount, code)
	if err != nil {
		return plainError(err.Error())
	}
	return m.String()
}

// jqOneof gives what stands in a table for a word; a word that is not in it must
// not get lost, as it would with a plain index.
func jqOneof(v any, args []any) any {
	table, ok := args[0].(map[string]any)
	if !ok {
		return plainError(`oneof takes an object, as {"M": "monthly"}`)
	}
	word, ok := v.(string)
	if !ok {
		if word, ok = rest.Decimal(v); !ok {
			return plainError("expected a word of the table")
		}
	}
	if to, ok := table[strings.TrimSpace(word)]; ok {
		return to
	}
	return plainError("expected a word of the table")
}

// sameDate compares two spellings of a date, leading zeros, spaces and letter case aside.
func sameDate(a, b string) bool {
	plain := func(s string) string {
		var out strings.Builder
		digits := false
		for i := range len(s) {
			c := s[i]
			isDigit := c >= '0' && c <= '9'
			switch {
			case c == ' ' || c == '\t':
			case c == '0' && !digits && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			default:
				out.WriteByte(c)
				digits = isDigit
				continue
			}
			if !isDigit {
				digits = false
			}
		}
		return strings.ToLower(out.String())
	}
	return plain(a) == plain(b)
}

// jqInstant gives the moment of jq's broken down time, read on a clock of a zone.
func jqInstant(v any, args []any) any {
	zone, _ := args[0].(string)
	location, err := locationOf(zone)
	if err != nil {
		return plainError("expected a time zone, as Europe/Berlin")
	}
	parts, ok := v.([]any)
	if !ok || len(parts) < 6 {
		return plainError("expected a time")
	}
	var n [6]int
	var seconds float64
	for i := range n {
		if seconds, ok = gojq.ToFloat64(parts[i]); !ok {
			return plainError("expected a time")
		}
		n[i] = int(seconds)
	}
	nanos := int((seconds - float64(n[5])) * 1e9)
	return time.Date(n[0], time.Month(n[1]+1), n[2], n[3], n[4], n[5], nanos, location).UTC().Format(time.RFC3339Nano)
}
