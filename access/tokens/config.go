package tokens

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"customer360/access"
)

// Config says which tokens count, and who they stand for.
type Config struct {
	// Issuer is the issuer's identifier, exactly as its tokens have it in iss.
	Issuer string `yaml:"issuer"`
	// JWKSURL is where its keys are; empty: it is read from the issuer's
	// .well-known/openid-configuration (OpenID Connect Discovery 1.0).
	JWKSURL string `yaml:"jwksUrl"`
	// Audience is what aud must have: the name that the issuer knows this gateway by.
	Audience string `yaml:"audience"`
	// Algorithms are those that a token may be signed with. Default: RS256, ES256, EdDSA.
	Algorithms []string `yaml:"algorithms"`
	// ClockSkew is how far clocks may be apart. Default: 30s, at most 5m.
	ClockSkew time.Duration `yaml:"clockSkew"`
	// MaxBytes bounds a token. Default: 8192, which is what many servers take of a header.
	MaxBytes int `yaml:"maxBytes"`
	// Claims say where the caller is found in a token.
	Claims Claims `yaml:"claims"`
	// DefaultAudience is whose contract a token has that names none of Claims.Audiences;
	// empty: such a token is refused. It cannot be INTERNAL.
	DefaultAudience access.Audience `yaml:"defaultAudience"`
	// Client asks the issuer; nil: one that waits for 5 seconds and follows no redirects.
	Client *http.Client `yaml:"-"`
	// Log is told when the issuer's keys cannot be fetched, and when they can again; and, for who
	// looks for the fault of a mapping, which claim of a token is not as configured. Nil: nobody.
	Log *slog.Logger `yaml:"-"`
}

// Claims name the claims to read. A claim is named by its name, as "scope", or by a JSON
// pointer (RFC 6901) to what is in it, as "/realm_access/roles". Empty: it is not read.
type Claims struct {
	// Subject is who the token was issued to. Default: sub.
	Subject string `yaml:"subject"`
	// Name is what people call them.
	Name string `yaml:"name"`
	// Audience has the values, or the one, that Audiences maps to audiences. A token with
	// values of several audiences is refused.
	Audience  string                     `yaml:"audience"`
	Audiences map[string]access.Audience `yaml:"audiences"`
	// Scopes is a list, or a text with spaces between. Default: scope.
	Scopes string `yaml:"scopes"`
	// ScopeMap says what scopes a value gives. Other values are scopes by themselves,
	// without ScopePrefix, if they begin with that; they cannot have a *.
	ScopeMap    map[string][]string `yaml:"scopeMap"`
	ScopePrefix string              `yaml:"scopePrefix"`
	// Purposes is a list, or a text with spaces between; none of them can be *.
	Purposes string `yaml:"purposes"`
	// Partner is who pseudonyms are made for.
	Partner string `yaml:"partner"`
	// Rows are conditions in the form of [access.ParseRow], in whose values {claim}
	// stands for the values of a claim: "attribute:region={region}". A token that lacks
	// such a claim is refused.
	Rows []string `yaml:"rows"`
}

// algorithms are those that can be configured, and the kinds of keys that they take: all
// that have a public key and a private one. With a shared secret who checks a token could
// make one.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

const (
	defaultSkew, maxSkew   = 30 * time.Second, 5 * time.Minute
	defaultBytes, maxBytes = 8 << 10, 64 << 10
)

// withDefaults fills in what is not said.
func (c Config) withDefaults() Config {
	if len(c.Algorithms) == 0 {
		c.Algorithms = []string{"RS256", "ES256", "EdDSA"}
	}
	if c.ClockSkew == 0 {
		c.ClockSkew = defaultSkew
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultBytes
	}
	if c.Claims.Subject == "" {
		c.Claims.Subject = "sub"
	}
	if c.Claims.Scopes == "" {
		c.Claims.Scopes = "scope"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: fetchTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return c
}

// Check reports every fault, each of them beginning with its key.
func (c Config) Check() error {
	c = c.withDefaults()
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !Safe(c.Issuer) {
		fault("issuer: want the issuer's address exactly as in its tokens, with https (http on loopback only)")
	}
	if c.JWKSURL != "" && !Safe(c.JWKSURL) {
		fault("jwksUrl: want an https address (http on loopback only)")
	}
	if c.Audience == "" {
		fault("audience: want the value of aud that the issuer uses for this gateway: without it, tokens issued for others would be accepted")
	}
	for i, name := range c.Algorithms {
		if !slices.Contains(algorithms, name) {
			fault("algorithms[%d]: want one of %s", i, strings.Join(algorithms, ", "))
		}
	}
	if c.ClockSkew < 0 || c.ClockSkew > maxSkew {
		fault("clockSkew: want a duration from 0s to %s", maxSkew)
	}
	if c.MaxBytes < 512 || c.MaxBytes > maxBytes {
		fault("maxBytes: want a number from 512 to %d", maxBytes)
	}
	if c.DefaultAudience != "" {
		switch a, ok := access.ParseAudience(string(c.DefaultAudience)); {
		case !ok:
			fault("defaultAudience: want one of FRONTEND, ANALYST, PARTNER")
		case a == access.Internal:
			fault("defaultAudience: INTERNAL sees everything, so a claim must grant it: use claims.audiences")
		}
	}
	errs = append(errs, c.Claims.check(c.DefaultAudience == ""))
	return errors.Join(errs...)
}

func (c Claims) check(mustTell bool) error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for key, claim := range map[string]string{"subject": c.Subject, "name": c.Name, "audience": c.Audience, "scopes": c.Scopes, "purposes": c.Purposes, "partner": c.Partner} {
		if _, err := parsePath(claim); claim != "" && err != nil {
			fault("claims.%s: %w", key, err)
		}
	}
	if mustTell && (c.Audience == "" || len(c.Audiences) == 0) {
		fault("claims.audiences: map a claim to audiences with claims.audience and claims.audiences, or set defaultAudience: a token without an audience is refused")
	}
	if len(c.Audiences) > 0 && c.Audience == "" {
		fault("claims.audience: want the claim whose values claims.audiences maps")
	}
	for value, a := range c.Audiences {
		if _, ok := access.ParseAudience(string(a)); !ok {
			fault("%s: want one of INTERNAL, FRONTEND, ANALYST, PARTNER", entry("claims.audiences", value))
		}
	}
	for value, scopes := range c.ScopeMap {
		for i, s := range scopes {
			if !access.AreScopes(s) {
				fault("%s[%d]: want a scope such as billing:read, billing:* or *, in lower case", entry("claims.scopeMap", value), i)
			}
		}
	}
	for i, r := range c.Rows {
		if _, err := parseTemplate(r); err != nil {
			fault("claims.rows[%d]: %w", i, inLine(err))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// entry is the place of a value in a mapping: that of the mapping, where its key does not
// look like one.
func entry(mapping, key string) string {
	if plainKey.MatchString(key) {
		return mapping + "." + key
	}
	return mapping
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// inLine gives an error whose text is one line.
func inLine(err error) error { return errors.New(strings.ReplaceAll(err.Error(), "\n", "; ")) }

// Safe reports whether an address is one to send tokens to, or to take keys from: https, or http on
// loopback.
func Safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
