// Package tokens accepts JSON Web Tokens (RFC 7519) of an OpenID Connect issuer: it checks
// them as required by RFC 8725 and RFC 9068, with the keys that the issuer publishes, and
// maps their claims to a caller as configured.
//
// A token is a bearer token: whoever has it may use it until it expires. A token that is
// bound to a key of its owner (cnf) is refused, because the sender is not checked here. A
// token cannot be revoked here: issuers give short-lived ones, or withdraw the key that
// signed them.
package tokens

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"

	"customer360/access"
)

// A Refusal is why a token does not count, in a word for metrics and logs. Clients must
// not be told.
type Refusal string

// The refusals. Those after Signature are of tokens that the issuer has signed, NotYetKnown aside.
const (
	Malformed   Refusal = "malformed" // not a signed token in the compact form, or too long
	Algorithm   Refusal = "algorithm" // signed in a way that is not configured
	Unsupported Refusal = "unsupported"
	UnknownKey  Refusal = "unknown-key"
	Signature   Refusal = "signature"
	Issuer      Refusal = "issuer"
	NotForUs    Refusal = "audience" // aud does not have our name
	HasExpired  Refusal = "expired"
	NotYet      Refusal = "not-yet-valid"
	// NotYetKnown is of a token that says that it is the issuer's, with a key that the issuer did
	// not have when it was last asked: keys roll over.
	NotYetKnown Refusal = "key-not-yet-known"
	Bound       Refusal = "bound"  // to a key of its owner's
	Unmapped    Refusal = "claims" // they do not say who it is, or for what
)

// Error gives the word.
func (r Refusal) Error() string { return "the token is refused: " + string(r) }

// Reason gives the word alone.
func (r Refusal) Reason() string { return string(r) }

// Held reports whether the token is one that the issuer has signed, or may have with a key that is
// new, though it does not count: it is no guess.
func (r Refusal) Held() bool {
	switch r {
	case Malformed, Algorithm, Unsupported, UnknownKey, Signature:
		return false
	}
	return true
}

// A Verifier checks tokens. It fetches the issuer's keys in the background, keeps them
// while the issuer is down, and must be closed. It is safe for concurrent use.
type Verifier struct {
	config  Config
	mapping mapping
	keys    *keyring
	now     func() time.Time
	// verified are the callers of tokens that count: a signature costs as much as a
	// request.
	verified *lru.Cache[[sha256.Size]byte, verified]
	// checking has a place for each signature that is being checked. Whoever sends however many
	// wrong ones, the rest of the processors is for others, and who waits has a turn in order.
	checking chan struct{}
}

// verified is a caller, and the edition of the keys that the token was checked by.
type verified struct {
	caller  *access.Caller
	edition int
}

// maxVerified bounds the tokens in memory, of about a kilobyte each.
const maxVerified = 10_000

// New makes a verifier, of a configuration that passes [Config.Check]; otherwise the error
// is that of the check. The issuer need not be there yet.
func New(c Config) (*Verifier, error) { return newVerifier(c, time.Now) }

func newVerifier(c Config, now func() time.Time) (*Verifier, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	// It fails for a size below 1 only.
	kept, _ := lru.New[[sha256.Size]byte, verified](maxVerified)
	return &Verifier{
		config: c, mapping: newMapping(c), keys: newKeyring(c, now), now: now, verified: kept,
		checking: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}, nil
}

// Close ends what runs in the background.
func (v *Verifier) Close() error {
	v.keys.close()
	return nil
}

// Err gives why the last fetch of the issuer's keys failed; nil: it did not. It is for
// the operator, not for clients.
func (v *Verifier) Err() error {
	v.keys.mu.Lock()
	defer v.keys.mu.Unlock()
	return v.keys.fault
}

// Fetch asks the issuer for its keys, unless that was done a moment ago, and gives why it failed;
// nil: it did not.
func (v *Verifier) Fetch(ctx context.Context) error {
	v.keys.refresh(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	return v.Err()
}

// Find gives the caller that a token stands for, which is shared and must not be changed.
// An error is a [Refusal], that of ctx, or says that the issuer's keys are not there. The log
// is told of each refusal, for who looks for the fault of a configuration.
func (v *Verifier) Find(ctx context.Context, token string) (*access.Caller, error) {
	c, err := v.find(ctx, token)
	var refused Refusal
	if err == nil || !errors.As(err, &refused) {
		return c, err
	}
	if v.config.Log.Enabled(ctx, slog.LevelDebug) {
		why := []any{"reason", refused.Reason()}
		var claim claimFault
		if errors.As(err, &claim) {
			why = append(why, "claim", claim.name, "problem", claim.problem)
		}
		v.config.Log.DebugContext(ctx, "a token is refused", why...)
	}
	return nil, refused
}

// A claimFault is what is wrong with a claim; it says nothing of the value, which may be personal.
type claimFault struct {
	Refusal
	name, problem string
}

func (f claimFault) Error() string { return f.Refusal.Error() + ": " + f.name + " " + f.problem }

// Unwrap gives the refusal alone.
func (f claimFault) Unwrap() error { return f.Refusal }

// What is wrong with a claim.
const (
	isMissing   = "is missing"
	isMalformed = "is malformed"
)

// problemOf says what is wrong with a claim that is not as it must be.
func problemOf(claim any) string {
	if claim == nil {
		return isMissing
	}
	return isMalformed
}

func (v *Verifier) find(ctx context.Context, token string) (*access.Caller, error) {
	if len(token) > v.config.MaxBytes {
		return nil, Malformed
	}
	// A hash as the key: how long a look-up takes says nothing of the tokens that count.
	id, edition := sha256.Sum256([]byte(token)), v.keys.current()
	if known, ok := v.verified.Get(id); ok && edition != 0 && known.edition == edition {
		if known.caller.Expired(v.now()) {
			return nil, claimFault{HasExpired, "exp", "has passed"}
		}
		return known.caller, nil
	}
	payload, err := v.verify(ctx, token)
	if err != nil {
		return nil, err
	}
	c, err := v.caller(payload)
	if err != nil {
		return nil, err
	}
	// The keys may be newer by now: then it is checked once more.
	v.verified.Add(id, verified{c, edition})
	return c, nil
}

// verify gives what the issuer has signed.
func (v *Verifier) verify(ctx context.Context, token string) (payload []byte, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, Malformed
	}
	var decoded [3][]byte
	for i, p := range parts {
		var ok bool
		if decoded[i], ok = decode(p); !ok {
			return nil, Malformed
		}
	}
	header, err := parseHeader(decoded[0])
	if err != nil {
		return nil, err
	}
	// Before a key is looked for, so that nothing but the configured can be tried.
	alg, ok := jwa.LookupSignatureAlgorithm(header.alg)
	if !ok || !slices.Contains(v.config.Algorithms, header.alg) {
		return nil, Algorithm
	}
	keys, known, err := v.keys.find(ctx, header.kid, header.alg)
	switch {
	case err != nil:
		return nil, err
	case !known && v.own(decoded[1]):
		return nil, NotYetKnown
	case len(keys) == 0:
		return nil, UnknownKey
	}
	select {
	case v.checking <- struct{}{}:
		defer func() { <-v.checking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for _, key := range keys {
		if payload, err := jws.VerifyCompactFast(key.public, []byte(token), alg); err == nil {
			return payload, nil
		}
	}
	return nil, Signature
}

// own reports whether claims that nobody has checked say that they are of the issuer.
func (v *Verifier) own(payload []byte) bool {
	claims, ok := parseClaims(payload)
	return ok && claims["iss"] == v.config.Issuer
}

// decode reads a part of a token. A token has one spelling (RFC 7515, section 2): without
// padding, in the alphabet for URLs, without lines, and with no bits left over.
func decode(part string) ([]byte, bool) {
	// The decoder passes over ends of lines.
	if strings.ContainsAny(part, "\r\n") {
		return nil, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return data, err == nil
}

type header struct{ alg, kid string }

// parseHeader reads the part of a header that counts. What it says of keys to use (jwk,
// jku, x5c, x5u …) does not.
func parseHeader(text []byte) (h header, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil || fields == nil || !unambiguous(text) {
		return h, Malformed
	}
	// No extension is known here, and one that is critical must be (RFC 7515, section
	// 4.1.11); nor is an unencoded payload (RFC 7797).
	for _, name := range []string{"crit", "b64", "zip", "enc"} {
		if _, ok := fields[name]; ok {
			return h, Unsupported
		}
	}
	var typ string
	for name, into := range map[string]*string{"alg": &h.alg, "kid": &h.kid, "typ": &typ} {
		if raw, ok := fields[name]; ok && json.Unmarshal(raw, into) != nil {
			return h, Malformed
		}
	}
	switch strings.TrimPrefix(strings.ToLower(typ), "application/") {
	case "", "jwt", "at+jwt":
		return h, nil
	}
	// A logout token or a proof of possession is signed by the same keys.
	return h, Unsupported
}

// caller checks the claims of a signed token, and gives who they are of.
func (v *Verifier) caller(payload []byte) (*access.Caller, error) {
	claims, ok := parseClaims(payload)
	if !ok {
		return nil, Malformed
	}
	now, skew := v.now(), v.config.ClockSkew
	if iss, _ := claims["iss"].(string); iss != v.config.Issuer {
		return nil, claimFault{Issuer, "iss", "is not the configured issuer"}
	}
	aud, ok := texts(claims["aud"], false)
	if !ok || !slices.Contains(aud, v.config.Audience) {
		return nil, claimFault{NotForUs, "aud", "does not have the configured audience"}
	}
	exp, ok := date(claims["exp"])
	if !ok {
		return nil, claimFault{Unmapped, "exp", problemOf(claims["exp"])}
	}
	ends := exp.Add(skew)
	if !now.Before(ends) {
		return nil, claimFault{HasExpired, "exp", "has passed"}
	}
	for _, name := range []string{"nbf", "iat"} {
		switch at, ok := date(claims[name]); {
		case claims[name] == nil:
		case !ok:
			return nil, claimFault{Unmapped, name, isMalformed}
		case now.Before(at.Add(-skew)):
			return nil, claimFault{NotYet, name, "is in the future"}
		}
	}
	if claims["cnf"] != nil {
		return nil, claimFault{Bound, "cnf", "binds it to a key"}
	}
	c, err := v.mapping.caller(claims)
	if err != nil {
		return nil, err
	}
	c.Expires = ends
	return c, nil
}

func parseClaims(payload []byte) (claims map[string]any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil || claims == nil {
		return nil, false
	}
	_, err := d.Token()
	return claims, errors.Is(err, io.EOF) && unambiguous(payload)
}

// unambiguous reports whether all who read a JSON text read the same: it is UTF-8, and no object
// has a name twice.
func unambiguous(text []byte) bool {
	return utf8.Valid(text) && named(json.NewDecoder(bytes.NewReader(text)))
}

// named reads one value, and reports whether the names in it are each there once.
func named(d *json.Decoder) bool {
	t, err := d.Token()
	if err != nil {
		return false
	}
	if t == json.Delim('{') || t == json.Delim('[') {
		names := map[json.Token]bool{}
		for d.More() {
			if t == json.Delim('{') {
				name, err := d.Token()
				if err != nil || names[name] {
					return false
				}
				names[name] = true
			}
			if !named(d) {
				return false
			}
		}
		_, err = d.Token()
	}
	return err == nil
}

// lastDate is the end of the year 9999: times beyond it cannot be written down.
const lastDate = 253402300799

// date reads a NumericDate: seconds since 1970, perhaps with a fraction.
func date(claim any) (time.Time, bool) {
	n, ok := claim.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := n.Float64()
	if err != nil || seconds < 0 || seconds > lastDate {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}
