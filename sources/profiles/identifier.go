package profiles

import (
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// An Identifier names customers in some name space: an e-mail address, a phone
// number or a handle. Several customers may share one. It is built by
// [EmailIdentifier], [PhoneIdentifier] or [HandleIdentifier] only, so that it is
// always normalised.
type Identifier string

// EmailIdentifier gives the identifier of an e-mail address.
func EmailIdentifier(address string) (Identifier, error) {
	v, err := NormalizeEmail(address)
	return Identifier("email:" + v), err
}

// PhoneIdentifier gives the identifier of a phone number.
func PhoneIdentifier(number string) (Identifier, error) {
	v, err := NormalizePhone(number)
	return Identifier("phone:" + v), err
}

// HandleIdentifier gives the identifier of an account on a social network.
func HandleIdentifier(network, handle string) (Identifier, error) {
	n, h, err := NormalizeHandle(network, handle)
	return Identifier("handle:" + n + ":" + h), err
}

// Identifiers gives all identifiers of a customer's contact points, each once.
// Contact points that do not hold a well-formed value are left out.
func (c *Customer) Identifiers() []Identifier {
	var ids []Identifier
	seen := map[Identifier]bool{}
	for _, p := range c.ContactPoints {
		var id Identifier
		var err error
		switch {
		case p.Channel == Email:
			id, err = EmailIdentifier(p.Value)
		case p.Channel == Phone || p.Channel == SMS:
			id, err = PhoneIdentifier(p.Value)
		case p.Network != "":
			id, err = HandleIdentifier(p.Network, p.Value)
		default:
			continue
		}
		if err == nil && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// maxIdentifier bounds identifiers: RFC 5321 allows an address of 254 octets.
const maxIdentifier = 254

// NormalizeEmail gives an e-mail address in the form that it is kept in: without
// surrounding space and in lower case, since no provider of note tells letter
// cases apart.
func NormalizeEmail(address string) (string, error) {
	v := strings.ToLower(norm.NFC.String(strings.TrimSpace(address)))
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v || len(v) > maxIdentifier {
		return "", errors.New("an e-mail address is expected, as name@example.com")
	}
	return v, nil
}

// NormalizePhone gives a phone number in the form that it is kept in (E.164).
// It must be in international form, with a leading + or 00; whether somebody
// has the number is not checked.
func NormalizePhone(number string) (string, error) {
	bad := errors.New("a phone number in international form is expected, as +49 30 901820")
	v := strings.TrimSpace(number)
	if rest, ok := strings.CutPrefix(v, "00"); ok {
		v = "+" + rest
	}
	if !strings.HasPrefix(v, "+") || len(v) > 40 {
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

// NormalizeHandle gives network and handle in the form that they are kept in:
// lower case, and the handle without a leading @.
func NormalizeHandle(network, handle string) (string, string, error) {
	n := strings.ToLower(strings.TrimSpace(network))
	h := strings.TrimLeft(strings.ToLower(strings.TrimSpace(handle)), "@")
	if n == "" || h == "" || len(n)+len(h) > maxIdentifier || strings.ContainsFunc(n+h, unicode.IsSpace) || strings.Contains(n, ":") {
		return "", "", fmt.Errorf("a network and a handle without spaces are expected, as mastodon and name@example.social")
	}
	return n, h, nil
}

// FoldName gives a name in the form that it is searched and ordered by: without
// surrounding space, letter case, accents and control characters.
func FoldName(name string) string {
	// Lower case may bring marks of its own, as that of the Turkish dotted I does.
	return strings.TrimSpace(withoutMarks(strings.ToLower(withoutMarks(name))))
}

func withoutMarks(s string) string {
	drop := runes.Remove(runes.Predicate(func(r rune) bool { return unicode.Is(unicode.Mn, r) || unicode.IsControl(r) }))
	plain, _, err := transform.String(transform.Chain(norm.NFD, drop, norm.NFC), s)
	if err != nil {
		return s
	}
	return plain
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
