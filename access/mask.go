package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"customer360/sources/profiles"
)

// A Class is a class of personal values, which are masked unless its scope is held.
type Class string

// The classes.
const (
	Name      Class = "NAME"
	Email     Class = "EMAIL"
	Phone     Class = "PHONE"
	Handle    Class = "HANDLE"
	Address   Class = "ADDRESS"
	BirthDate Class = "BIRTH_DATE"
	// ContactPoint is EMAIL, PHONE, HANDLE or ADDRESS, by the value: see [ContactClasses].
	ContactPoint Class = "CONTACT_POINT"
	FreeText     Class = "FREE_TEXT"
)

// Scope is what unmasks the class, as "sensitive:birth-date".
func (c Class) Scope() string {
	if scope, ok := scopes[c]; ok {
		return scope
	}
	return c.scope()
}

func (c Class) scope() string {
	return "sensitive:" + strings.ReplaceAll(strings.ToLower(string(c)), "_", "-")
}

// scopes are there since each masked value of an answer asks for one.
var scopes = func() map[Class]string {
	all := map[Class]string{}
	for _, c := range []Class{Name, Email, Phone, Handle, Address, BirthDate, ContactPoint, FreeText} {
		all[c] = c.scope()
	}
	return all
}()

// Hidden stands for a value of which nothing may be shown, where there must be something.
const Hidden = dots

// dots stand for what is not shown; always as many, so that they do not tell a length.
const dots = "•••"

// Mask gives a value of the class as it may be shown; "" where nothing of it may, and for "".
//
//	EMAIL       g•••@example.com
//	PHONE       +7 ••• ••• 12 34
//	HANDLE      g•••
//	NAME        G••• P•••
//
// Dates, addresses and free text are not shown in part.
func (c Class) Mask(value string) string {
	if value == "" {
		return ""
	}
	switch c {
	case Email:
		// The local part may have one in quotes.
		at := strings.LastIndexByte(value, '@')
		if at < 0 {
			return dots
		}
		return initial(value[:at]) + dots + value[at:]
	case Phone:
		return maskPhone(value)
	case Handle:
		if strings.Contains(value, "://") {
			// Where to open it has the name in it, somewhere.
			return ""
		}
		// Of name@server the server is no secret.
		local, server, ok := strings.Cut(strings.TrimPrefix(value, "@"), "@")
		if ok {
			return initial(local) + dots + "@" + server
		}
		return initial(local) + dots
	case Name:
		words := strings.Fields(value)
		for i, w := range words {
			words[i] = initial(w) + dots
		}
		return strings.Join(words, " ")
	}
	return ""
}

// initial gives the first letter of several: one alone would be all of it.
func initial(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == len(s) || r == utf8.RuneError {
		return ""
	}
	return string(r)
}

// maskPhone shows the country's code and the last four digits of a number in E.164 with at
// least ten digits; of any other, nothing.
func maskPhone(e164 string) string {
	if len(e164) < len("+1234567890") || e164[0] != '+' || strings.Trim(e164[1:], "0123456789") != "" {
		return dots
	}
	end := e164[len(e164)-4:]
	if code := profiles.CallingCode(e164); code != "" {
		return "+" + code + " ••• ••• " + end[:2] + " " + end[2:]
	}
	return dots
}

// Pseudonym gives a value's surrogate for one partner: the same each time, different from
// that of any other partner. It is HMAC-SHA-256 of the normalised value under the partner's
// salt, in hexadecimal; "" for "". Who has the salt can make it of the values that they know,
// and of no others.
func Pseudonym(salt []byte, value string) string {
	if value == "" {
		return ""
	}
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(value))
	return hex.EncodeToString(h.Sum(nil))
}

// Salt gives a partner's salt, of 32 bytes, from the gateway's matching secret.
func Salt(secret []byte, partner string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("customer360 matching\x00" + partner))
	return h.Sum(nil)
}
