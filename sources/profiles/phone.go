package profiles

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"customer360/sources"
)

// maxPhone bounds a phone number as people write it, in bytes.
const maxPhone = 40

// NormalizePhone gives a phone number in the form that it is kept in (E.164).
// It must be in international form, with a leading + or 00, in digits of any script, and may be
// written as a URI (RFC 3966); whether somebody has the number is not checked.
func NormalizePhone(number string) (string, error) {
	bad := errors.New("a phone number in international form is expected, as +49 30 901820")
	if len(number) > maxInput {
		return "", bad
	}
	v, ok := international(ascii(number))
	if !ok || len(v) > maxPhone {
		return "", bad
	}
	n, err := phonenumbers.Parse(v, "")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", bad
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	// Zeros behind the country code are taken off one by one: a number that would
	// still change is none.
	if again, err := phonenumbers.Parse(e164, ""); err != nil || phonenumbers.Format(again, phonenumbers.E164) != e164 {
		return "", bad
	}
	return e164, nil
}

// NormalizePhoneIn gives a phone number in the form that it is kept in, where one without
// its country's code is one of a country (ISO 3166-1, as "DE"). The number must be one of
// the numbering plan.
func NormalizePhoneIn(number, country string) (string, error) {
	if v, err := NormalizePhone(number); err == nil {
		return v, nil
	}
	bad := errors.New("a phone number is expected, as +49 30 901820 or as it is written in its country")
	v := ascii(number)
	if len(v) > maxPhone {
		return "", bad
	}
	n, err := phonenumbers.Parse(v, country)
	if err != nil || !phonenumbers.IsValidNumber(n) || n.GetExtension() != "" {
		return "", bad
	}
	return NormalizePhone(phonenumbers.Format(n, phonenumbers.E164))
}

// KnowsCountry reports whether a country has phone numbers (ISO 3166-1, as "DE").
func KnowsCountry(country string) bool { return phonenumbers.GetCountryCodeForRegion(country) != 0 }

// international gives a number with a leading +, if it says its country.
func international(v string) (string, bool) {
	for _, scheme := range []string{"tel:", "sms:", "callto:"} {
		if len(v) > len(scheme) && strings.EqualFold(v[:len(scheme)], scheme) {
			v = strings.TrimLeft(v[len(scheme):], "/")
			break
		}
	}
	v, parameters, _ := strings.Cut(v, ";")
	digits := strings.IndexFunc(v, func(r rune) bool { return r >= '0' && r <= '9' })
	// What stands before the first digit says how the number begins, and nothing else.
	if digits < 0 || strings.Trim(v[:digits], "+ ()[]-./") != "" {
		return "", false
	}
	plus := strings.Contains(v[:digits], "+")
	v = v[digits:]
	if rest := strings.TrimLeft(v[1:], " ()[]-./"); v[0] == '0' && strings.HasPrefix(rest, "0") {
		v, plus = strings.TrimLeft(rest[1:], " ()[]-./"), true
	}
	if plus {
		return "+" + v, true
	}
	for p := range strings.SplitSeq(parameters, ";") {
		if name, code, ok := strings.Cut(p, "="); ok && strings.EqualFold(name, "phone-context") && strings.HasPrefix(code, "+") {
			return code + v, true
		}
	}
	return "", false
}

// ascii gives a number in ASCII: its digits, whatever their script and width, and one sign each for
// all spaces and for all dashes.
func ascii(number string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
		case unicode.Is(unicode.Nd, r):
			// The digits of a script stand one behind the other, from zero.
			zero := r
			for r-zero < 9 && unicode.Is(unicode.Nd, zero-1) {
				zero--
			}
			return '0' + r - zero
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			return '-'
		}
		return r
	}, norm.NFKC.String(sources.OnlyVisible(number))))
}

// CallingCode gives the country calling code (ITU-T E.164) that a normalised phone number
// begins with, as "49"; empty where it begins with none.
func CallingCode(phone string) string {
	// No code begins with another one; they have up to three digits.
	for length := 1; length <= 3 && length < len(phone); length++ {
		if code, _ := strconv.Atoi(phone[1 : 1+length]); callingCodes[code] {
			return phone[1 : 1+length]
		}
	}
	return ""
}

var callingCodes = phonenumbers.GetSupportedCallingCodes()
