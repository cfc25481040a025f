package access

import (
	"regexp"
	"strings"
	"unicode"

	"customer360/sources"
	"customer360/sources/profiles"
)

// Classes are the classes of one value, the strictest first: whoever sees it whole sees all
// of them.
type Classes []Class

// The classes of a value are what it is, whatever the channel that it stands under: a phone number
// of a messenger is a phone number. Where that cannot be told, it is all that it may be.
var (
	isEmail   = Classes{Email}
	isPhone   = Classes{Phone}
	isHandle  = Classes{Handle}
	isAddress = Classes{Address}

	// A name at a server, and of digits.
	phoneOrEmail  = Classes{Phone, Email}
	phoneOrHandle = Classes{Phone, Handle}
	emailOrHandle = Classes{Email, Handle}
	anyOfThem     = Classes{Address, Phone, Email, Handle}
)

// fediverse are the networks whose accounts are names at a server, as e-mail addresses are.
var fediverse = map[string]bool{
	"activitypub": true, "akkoma": true, "bookwyrm": true, "diaspora": true, "fediverse": true, "firefish": true, "friendica": true,
	"funkwhale": true, "gotosocial": true, "hubzilla": true, "kbin": true, "lemmy": true, "mastodon": true, "mbin": true, "misskey": true,
	"peertube": true, "pixelfed": true, "pleroma": true, "sharkey": true, "threads": true, "writefreely": true,
	"jabber": true, "matrix": true, "xmpp": true,
}

// numbered are the networks whose accounts are phone numbers.
var numbered = map[string]bool{"whatsapp": true, "signal": true, "viber": true, "imessage": true, "sms": true, "rcs": true, "zalo": true, "imo": true}

// ContactClasses gives the classes of a contact point's value, or of its address where it has
// none.
func ContactClasses(p *profiles.ContactPoint) Classes {
	value := strings.TrimSpace(p.Value)
	switch shape := shapeOf(value); {
	case value == "" && p.Address != nil:
		return isAddress
	case p.Channel == profiles.Post:
		// Where somebody lives, whatever it looks like.
		return isAddress
	case p.Network != "" || shape == url:
		return handleClasses(strings.ToLower(p.Network), value, shape)
	case shape == number, shape == digits && (p.Channel == profiles.Phone || p.Channel == profiles.SMS):
		return isPhone
	case shape == digits:
		return phoneOrHandle
	case shape == numberAtServer:
		return phoneOrEmail
	case shape == nameAtServer && (p.Channel == profiles.SocialMedia || p.Channel == profiles.Messenger || p.Channel == profiles.Forum):
		return emailOrHandle
	case shape == nameAtServer:
		return isEmail
	case shape == words:
		return anyOfThem
	case p.Channel == profiles.Email:
		return emailOrHandle
	case p.Channel == profiles.Phone || p.Channel == profiles.SMS:
		return phoneOrHandle
	}
	return isHandle
}

// HandleClasses gives the classes of an account on a network.
func HandleClasses(network, handle string) Classes {
	handle = strings.TrimSpace(handle)
	return handleClasses(strings.ToLower(network), handle, shapeOf(handle))
}

// KeyClasses gives the classes of the key of an account on a network, which may be its phone number.
func KeyClasses(key string) Classes {
	if shapeOf(key) == number {
		return phoneOrHandle
	}
	return isHandle
}

func handleClasses(network, handle string, s shape) Classes {
	switch {
	case s == number || numbered[network]:
		if s == nameAtServer || s == words {
			return anyOfThem
		}
		if s == account || s == url {
			return phoneOrHandle
		}
		return isPhone
	case s == numberAtServer:
		if fediverse[network] {
			return phoneOrHandle
		}
		return phoneOrEmail
	case s == nameAtServer && !fediverse[network]:
		return emailOrHandle
	case s == digits && network != "" && len(handle) > mostDigits:
		// Accounts have numbers on many networks, longer ones than a phone's.
		return isHandle
	case s == digits:
		return phoneOrHandle
	case s == url:
		phone, email := countDigits(handle) >= fewestDigits, mailIn.MatchString(handle)
		switch {
		case phone && email:
			return anyOfThem
		case email:
			return emailOrHandle
		case phone:
			return phoneOrHandle
		}
		return isHandle
	case s == words:
		return anyOfThem
	}
	return isHandle
}

// NameClasses gives the classes of what somebody is called: systems call people whom they do not
// know by an e-mail address or a phone number.
func NameClasses(name string) Classes {
	var email, phone bool
	run := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c >= '0' && c <= '9':
			run++
		case c == '@':
			email = email || i > 0 && i < len(name)-1 && name[i-1] > ' ' && name[i+1] > ' '
		case strings.IndexByte(" -./()+", c) < 0:
			run = 0
		}
		phone = phone || run >= fewestDigits
	}
	if !email && !phone && strings.ContainsFunc(name, disguises) {
		_, err := profiles.NormalizePhone(name)
		phone = err == nil
		_, err = profiles.NormalizeEmail(name)
		email = err == nil
	}
	switch {
	case email && phone:
		return Classes{Phone, Email, Name}
	case email:
		return Classes{Email, Name}
	case phone:
		return Classes{Phone, Name}
	}
	return nil
}

// disguises reports whether what a name is may be told only after it is normalised: digits
// and signs of other scripts and width, and what is not seen.
func disguises(r rune) bool {
	return r >= 0x80 && (unicode.IsDigit(r) || r == '＠' || r == '﹫' || sources.Invisible(r))
}

// A shape is what a value looks like.
type shape int

const (
	// account is one word that is nothing else.
	account shape = iota
	// words are several.
	words
	// number is a phone number, and digits are such as may be one.
	number
	digits
	// nameAtServer is what may be an e-mail address, numberAtServer one of a number.
	nameAtServer
	numberAtServer
	// url is where to open something.
	url
)

// fewestDigits are those of the shortest numbers of subscribers.
const fewestDigits = 7

// mostDigits are those of the longest numbers, by E.164.
const mostDigits = 15

// mailIn finds an e-mail address in a URL: a sign that no path begins with, or its escape.
var mailIn = regexp.MustCompile(`[^/@]@|%40`)

func shapeOf(value string) shape {
	if isE164(value) {
		return number
	}
	if strings.Contains(value, "://") {
		return url
	}
	if scheme, rest, ok := strings.Cut(value, ":"); ok && scheme != "" && rest != "" && !strings.ContainsAny(scheme, " @") {
		value = rest
	}
	if at := strings.LastIndexByte(value, '@'); at > 0 && !strings.ContainsAny(value, " \t\n") {
		if countDigits(value[:at]) >= fewestDigits && strings.Trim(value[:at], "+0123456789-.") == "" {
			return numberAtServer
		}
		return nameAtServer
	}
	if _, err := profiles.NormalizePhone(value); err == nil {
		return number
	}
	if _, err := profiles.NormalizeEmail(value); err == nil {
		return nameAtServer
	}
	if n := countDigits(value); n > 0 && strings.Trim(value, "+0123456789 -./()\u00a0") == "" {
		// Those that begin with a zero or a plus, and those that people divide, are dialled.
		if n >= fewestDigits && (strings.Trim(value, "0123456789") != "" || value[0] == '0') {
			return number
		}
		return digits
	}
	if strings.ContainsAny(value, " \t\n,") {
		return words
	}
	return account
}

// isE164 reports whether a value is a number as they are kept.
func isE164(value string) bool {
	return len(value) > fewestDigits && value[0] == '+' && countDigits(value) == len(value)-1
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// Hides gives the strictest of the classes that the caller does not see; "": all are seen.
func (c *Caller) Hides(classes ...Class) Class {
	for _, class := range classes {
		if !c.Sees(class) {
			return class
		}
	}
	return ""
}
