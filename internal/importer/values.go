package importer

import (
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/sosodev/duration"
	"golang.org/x/text/language"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/jq"
	"customer360/sources/profiles"
)

// The functions here turn what an expression gives into a value of a domain. Their
// errors say what was expected and never what was there.

// text reads a text, without surrounding space; a number is a text as well.
func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		if s, ok = jq.Decimal(v); !ok {
			return "", errors.New("expected a text")
		}
	}
	if s = strings.TrimSpace(s); strings.ContainsRune(s, 0) {
		return "", errors.New("expected a text without zero bytes")
	}
	return s, nil
}

// nameText reads what somebody is called, without characters that are not seen.
func nameText(v any) (string, error) {
	s, err := text(v)
	return sources.Visible(s), err
}

// maxKey bounds keys of records, in bytes: no system of note has longer ones, and
// indexes are made of them.
const maxKey = 512

// recordKey reads the key of a record.
func recordKey(v any) (string, error) {
	given, err := text(v)
	s := strings.TrimSpace(sources.OnlyVisible(given))
	if err == nil && s == "" && given != "" {
		// Else all such records would be one.
		err = errors.New("expected a key of characters that are seen")
	}
	if err == nil && (len(s) > maxKey || strings.ContainsFunc(s, unicode.IsControl)) {
		err = errors.New("expected a key of at most 512 bytes, without control characters")
	}
	return s, err
}

// attribute reads a value of an attribute's type, in its canonical form.
func attribute(t profiles.AttributeType) func(any) (string, error) {
	return func(v any) (string, error) {
		if b, ok := v.(bool); ok && t == profiles.Boolean {
			return strconv.FormatBool(b), nil
		}
		s, err := text(v)
		if err != nil {
			// The text of the type's own error says more.
			s = "?"
			if t == profiles.Text {
				return "", err
			}
		}
		return t.Canonical(s)
	}
}

func boolean(v any) (bool, error) {
	switch v {
	case true, "true":
		return true, nil
	case false, "false":
		return false, nil
	}
	return false, errors.New("expected true or false: yesno reads other words")
}

// count reads a whole number from 0.
func count(v any) (int, error) {
	s, _ := jq.Decimal(v)
	if t, ok := v.(string); ok {
		s = strings.TrimSpace(t)
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return 0, errors.New("expected a whole number from 0 to 2147483647")
	}
	return int(n), nil
}

// between reads a number within bounds.
func between(least, most float64) func(any) (float64, error) {
	return func(v any) (float64, error) {
		s, _ := jq.Decimal(v)
		if t, ok := v.(string); ok {
			s = strings.TrimSpace(t)
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || f < least || f > most {
			return 0, errors.New("expected a number from " + strconv.FormatFloat(least, 'g', -1, 64) + " to " + strconv.FormatFloat(most, 'g', -1, 64))
		}
		// There is no minus zero in the embedded store.
		return f + 0, nil
	}
}

// date reads a calendar date.
func date(v any) (string, error) {
	s, _ := v.(string)
	return profiles.Date.Canonical(s)
}

// withoutYear is --03-15, as ISO 8601 and vCard write it.
var withoutYear = regexp.MustCompile(`^--[0-9]{2}-?[0-9]{2}$`)

// birthDate reads the date of a birth. A birthday without a year is none.
func birthDate(v any) (string, error) {
	if s, ok := v.(string); ok && withoutYear.MatchString(strings.TrimSpace(s)) {
		return "", leftOut("a birthday without a year is not a date of birth: keep it in an attribute of the type TEXT")
	}
	s, err := date(v)
	if err == nil {
		err = profiles.CheckBirthDate(s, time.Now())
	}
	return s, err
}

// moment reads a point in time, see [jq.Moment]. It is cut to milliseconds, since MongoDB
// keeps no more.
func moment(v any) (time.Time, error) {
	t, err := jq.Moment(v)
	return t.Truncate(time.Millisecond), err
}

// money reads "1234.50 EUR" or {amount, currency}.
func money(v any) (billing.Money, error) {
	var m billing.Money
	if s, ok := v.(string); ok && !strings.Contains(strings.TrimSpace(s), " ") {
		v = 0
	}
	if _, ok := jq.Decimal(v); ok {
		return m, errors.New(`expected money as "1234.50 EUR": add | money("EUR")`)
	}
	data, err := json.Marshal(v)
	if err == nil {
		err = m.UnmarshalJSON(data)
	}
	return m, err
}

// currency reads a code of ISO 4217.
func currency(v any) (string, error) {
	s, _ := v.(string)
	m, err := billing.ParseMoney("0", s)
	if err != nil {
		return "", errors.New("expected a currency of ISO 4217, as EUR")
	}
	return m.Currency, nil
}

// interval reads a length of time of ISO 8601.
func interval(v any) (string, error) {
	s, _ := v.(string)
	s = strings.TrimSpace(s)
	if d, err := duration.Parse(s); err != nil || d.Negative || s == "P" || s == "PT" {
		return "", errors.New("expected a length of time, as P1M")
	}
	return s, nil
}

// languageTag reads a tag of BCP 47.
func languageTag(v any) (string, error) {
	s, _ := v.(string)
	t, err := language.Parse(strings.TrimSpace(s))
	if err != nil || t == language.Und {
		return "", errors.New("expected a language, as de or pt-BR")
	}
	return t.String(), nil
}

// country reads a code of two letters of ISO 3166-1, or one that stands for it, as UK for GB.
func country(v any) (string, error) {
	s, _ := v.(string)
	s = strings.ToUpper(strings.TrimSpace(s))
	r, err := language.ParseRegion(s)
	if r = r.Canonicalize(); len(s) != 2 || err != nil || !r.IsCountry() {
		return "", errors.New("expected a country's code of two letters, as DE")
	}
	return r.String(), nil
}

func timeZone(v any) (string, error) {
	s, _ := v.(string)
	s = strings.TrimSpace(s)
	if _, err := jq.LoadZone(s); err != nil {
		return "", errors.New("expected a time zone, as Europe/Berlin")
	}
	return s, nil
}

func absoluteURL(v any) (string, error) {
	s, _ := v.(string)
	s = strings.TrimSpace(s)
	if u, err := url.Parse(s); err != nil || !u.IsAbs() || u.Host == "" {
		return "", errors.New("expected an absolute URL, as https://example.com/x")
	}
	return s, nil
}

// network reads the name of a social network.
func network(v any) (string, error) {
	s, err := nameText(v)
	if err == nil && strings.ContainsFunc(s, unicode.IsSpace) {
		err = errors.New("expected a network's name without spaces, as mastodon")
	}
	return strings.ToLower(s), err
}

// texts reads a text or a list of texts. What is blank is left out.
func texts(v any) ([]string, error) {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	var all []string
	for _, item := range items {
		if jq.Unknown(item) {
			continue
		}
		s, err := text(item)
		if err != nil {
			return nil, errors.New("expected a text or a list of texts")
		}
		all = append(all, s)
	}
	return all, nil
}

// listOf reads a text or a list of texts, each of which must be of a form.
func listOf(form func(string) (string, error)) func(any) ([]string, error) {
	return func(v any) ([]string, error) {
		items, err := texts(v)
		for i := range items {
			if form == nil || err != nil {
				break
			}
			items[i], err = form(items[i])
		}
		return items, err
	}
}
