// Package credentials finds the caller of a request by its one credential, an API key or a
// token in a header. It limits failed attempts per address.
//
// Nobody guesses a key of 160 random bits or a signature. The limit makes attempts visible
// and useless. It counts only what can be a guess: an expired but genuine key or token is
// none, and comes from browser tabs that people leave open. An address that has used up its
// attempts may be a proxy or a whole office, so every credential is checked, and a valid
// one always works; only failures have to wait. The cost of checking is bounded where it
// arises: signatures and look-ups run a few at a time, see [customer360/access/tokens] and
// [customer360/access/keys].
package credentials

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"customer360/access"
	"customer360/access/keys"
	"customer360/access/tokens"
)

// Config says what counts as a credential.
type Config struct {
	// Attempts is how many credentials may fail for one client address in a minute; an
	// IPv6 address counts with all of its /64. Default: 10.
	Attempts int
	// TrustedProxies are the addresses, or networks as 10.0.0.0/8, of the proxies before
	// the gateway, whose X-Forwarded-For is believed. Default: none, and the client is
	// who the connection is from.
	TrustedProxies []string
	// Keys finds the callers of API keys; nil: there are none.
	Keys *keys.Store `yaml:"-"`
	// Tokens finds the callers of tokens; nil: there are none.
	Tokens *tokens.Verifier `yaml:"-"`
	// Log is told, once, that requests come over a proxy that is not trusted; nil: nobody is.
	Log *slog.Logger
	// Observer is told of refusals; nil: nobody is.
	Observer Observer `yaml:"-"`
}

// An Observer is told of every credential that is refused. It must be quick, and safe for
// concurrent use.
type Observer interface {
	// Refused is given the reason in a word, one of a fixed few: "limited", "unavailable",
	// "ambiguous", "malformed", or a word of [keys.Refusal] or [tokens.Refusal].
	Refused(reason string)
}

// NoCredential is where a request has none.
type NoCredential struct{}

// Error says how to give one.
func (NoCredential) Error() string {
	return "credential required: send an API key or a token as Authorization: Bearer …"
}

// BadCredential is where a request has one that does not count. For clients all of them
// are the same.
type BadCredential struct {
	// Reason is for logs and metrics, see [Observer].
	Reason string
}

// Error does not say why.
func (BadCredential) Error() string { return "the credential is not valid" }

// TooManyAttempts is where a credential does not count, and too many of its address did not.
type TooManyAttempts struct {
	// RetryAfter is when one that fails will be told so again.
	RetryAfter time.Duration
}

// Error says what to do.
func (TooManyAttempts) Error() string {
	return "too many invalid credentials from this address: wait before you try again"
}

// Unavailable is where a credential cannot be checked now. Err is for the log.
type Unavailable struct{ Err error }

// Error does not say what is down.
func (Unavailable) Error() string {
	return "the credential cannot be checked at the moment: try again"
}

// Unwrap gives the cause.
func (u Unavailable) Unwrap() error { return u.Err }

// A Finder finds callers. It is safe for concurrent use.
type Finder struct {
	config   Config
	proxies  proxies
	attempts *attempts
	// told: the log was told of a proxy.
	told sync.Once
}

// New makes a finder, of a configuration that passes [Config.Check]; otherwise the error
// is that of the check. Keys and tokens remain the caller's to close.
func New(c Config) (*Finder, error) { return newFinder(c, time.Now) }

func newFinder(c Config, now func() time.Time) (*Finder, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Attempts == 0 {
		c.Attempts = defaultAttempts
	}
	f := &Finder{config: c, attempts: newAttempts(c.Attempts, now)}
	f.proxies, _ = parseProxies(c.TrustedProxies)
	return f, nil
}

// Find gives the caller of a request, by its header Authorization (with a key or a token)
// or X-API-Key (with a key). A credential in the address is not one: addresses are logged.
// The caller is shared and must not be changed. An error is [NoCredential],
// [BadCredential], [TooManyAttempts], [Unavailable], or that of the request's context.
func (f *Finder) Find(r *http.Request) (*access.Caller, error) {
	credential, err := ofHeaders(r.Header)

	var none NoCredential
	if errors.As(err, &none) {
		return nil, err
	}
	client := f.proxies.client(r)
	if r.Header.Get("X-Forwarded-For") != "" && f.config.Log != nil && !f.proxies.trusts(r) {
		f.told.Do(func() {
			f.config.Log.Warn("requests come through a proxy that access.trustedProxies does not list: failed attempts of all its clients are counted together, so they block each other")
		})
	}
	var c *access.Caller
	if err == nil {
		c, err = f.check(r.Context(), credential)
	}
	if err == nil {
		return c, nil
	}
	var why interface {
		Reason() string
		Held() bool
	}
	var bad BadCredential
	switch {
	case errors.As(err, &why):
		bad = BadCredential{why.Reason()}
	case errors.As(err, &bad):
	case r.Context().Err() != nil:
		return nil, r.Context().Err()
	default:
		f.refused("unavailable")
		return nil, Unavailable{err}
	}
	if why == nil || !why.Held() {
		if wait := f.attempts.wait(client); wait > 0 {
			f.refused("limited")
			return nil, TooManyAttempts{wait}
		}
		f.attempts.failed(client)
	}
	f.refused(bad.Reason)
	return nil, bad
}

// Client gives the network that a request comes from, by which attempts are counted.
func (f *Finder) Client(r *http.Request) string { return f.proxies.client(r).String() }

// check asks those who know a credential of this form.
func (f *Finder) check(ctx context.Context, credential string) (*access.Caller, error) {
	switch {
	case strings.HasPrefix(credential, keys.Prefix) && f.config.Keys != nil:
		return f.config.Keys.Find(ctx, credential)
	case strings.Count(credential, ".") == 2 && f.config.Tokens != nil:
		return f.config.Tokens.Find(ctx, credential)
	}
	return nil, BadCredential{"malformed"}
}

func (f *Finder) refused(reason string) {
	if f.config.Observer != nil {
		f.config.Observer.Refused(reason)
	}
}

// ofHeaders gives the one credential of a request. Two different ones are none: which of
// them counts would be for whoever stands between to decide.
func ofHeaders(h http.Header) (credential string, err error) {
	authorization, own := h.Values("Authorization"), h.Values("X-Api-Key")
	if len(authorization)+len(own) == 0 {
		return "", NoCredential{}
	}
	if len(authorization) > 1 || len(own) > 1 {
		return "", BadCredential{"ambiguous"}
	}
	for _, value := range authorization {
		scheme, rest, _ := strings.Cut(value, " ")
		credential = strings.Trim(rest, " ")
		if !strings.EqualFold(scheme, "Bearer") || credential == "" {
			return "", BadCredential{"malformed"}
		}
	}
	for _, key := range own {
		if credential != "" && key != credential {
			return "", BadCredential{"ambiguous"}
		}
		// Where a key is asked for, a token is a mistake.
		if !strings.HasPrefix(key, keys.Prefix) {
			return "", BadCredential{"malformed"}
		}
		credential = key
	}
	return credential, nil
}
