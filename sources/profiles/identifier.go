package profiles

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"customer360/sources"
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

// maxInput bounds what is read as an identifier, in bytes, before anything is done with it.
const maxInput = 1024

// NormalizeEmail gives an e-mail address in the form that it is kept in: without characters
// that are not seen, in lower case, since no provider of note tells letter cases apart, and
// with the letters of its domain, which Punycode (RFC 3492) is another spelling of.
func NormalizeEmail(address string) (string, error) {
	bad := errors.New("an e-mail address is expected, as name@example.com")
	if len(address) > maxInput {
		return "", bad
	}
	v := narrow(address)
	if address, ok := strings.CutPrefix(v, "mailto:"); ok {
		// What stands behind it is of the message, as its subject.
		v, _, _ = strings.Cut(address, "?")
	}
	if at := strings.LastIndexByte(v, '@'); at >= 0 {
		v = v[:at+1] + domain(v[at+1:])
	}
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v || len(v) > maxIdentifier || strings.ContainsAny(v[strings.LastIndexByte(v, '@')+1:], "?&=/#%") {
		return "", bad
	}
	return v, nil
}

// narrow gives what an identifier is made of: what is seen of it, in lower case, letters and
// signs of full width as those of ASCII.
func narrow(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ToLower(norm.NFC.String(width.Fold.String(sources.OnlyVisible(s))))))
}

// domains reads names of domains as browsers do (UTS #46, without the transition from IDNA 2003).
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// domain gives a domain's name with its letters, where Punycode stands for some. One that is
// not well-formed stays as it is.
func domain(name string) string {
	if !strings.Contains(name, "xn--") && strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return name
	}
	ascii, err := domains.ToASCII(name)
	if err != nil {
		return name
	}
	letters, err := domains.ToUnicode(ascii)
	if err != nil {
		return name
	}
	if again, err := domains.ToASCII(letters); err != nil || again != ascii {
		return ascii
	}
	return letters
}

// NormalizeHandle gives network and handle in the form that they are kept in: without
// characters that are not seen, in lower case, the handle without a leading @, and its server, if
// it names one, as the domain of an e-mail address. A handle that is a phone number is
// kept as one.
func NormalizeHandle(network, handle string) (string, string, error) {
	bad := errors.New("a network and a handle without spaces are expected, as mastodon and name@example.social")
	if len(network) > maxInput || len(handle) > maxInput {
		return "", "", bad
	}
	n, h := narrow(network), strings.TrimLeft(narrow(handle), "@")
	if phone, err := NormalizePhone(h); err == nil {
		h = phone
	}
	if at := strings.LastIndexByte(h, '@'); at >= 0 || strings.Contains(h, "xn--") {
		h = h[:at+1] + domain(h[at+1:])
	}
	if n == "" || h == "" || len(n)+len(h) > maxIdentifier || strings.ContainsFunc(n+h, unicode.IsSpace) || strings.Contains(n, ":") {
		return "", "", bad
	}
	return n, h, nil
}
