package keys

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"customer360/access"
)

// A Spec says what key to make.
type Spec struct {
	// Name is what people call it, as "billing dashboard". It is needed.
	Name string
	// Audience is the name of an audience, in any letter case. It is needed.
	Audience string
	// Scopes are what may be read, as "billing:read"; Purposes what for.
	Scopes, Purposes []string
	// Rows are conditions in the form of [access.ParseRow].
	Rows []string
	// Partner is who pseudonyms are made for; empty: there are none.
	Partner string
	// Expires is when the key ends; zero: it does not expire.
	Expires time.Time
	// CostPerOperation and CostPerMinute bound what is asked; 0: as the audience's.
	CostPerOperation, CostPerMinute int
}

// Check reports every fault, each of them beginning with the name of what is wrong.
func (s Spec) Check(now time.Time) error {
	errs := []error{s.key().check()}
	if !s.Expires.IsZero() && !s.Expires.After(now) {
		errs = append(errs, errors.New("expires: this is in the past"))
	}
	return errors.Join(errs...)
}

// key gives what is stored of a spec, but for what a draw gives.
func (s Spec) key() Key {
	audience, ok := access.ParseAudience(s.Audience)
	if !ok {
		audience = access.Audience(s.Audience)
	}
	return Key{
		Name: s.Name, Audience: audience, Scopes: unique(s.Scopes), Purposes: unique(s.Purposes), Rows: unique(s.Rows),
		Partner: s.Partner, ExpiresAt: s.Expires.UTC().Truncate(time.Millisecond),
		CostPerOperation: s.CostPerOperation, CostPerMinute: s.CostPerMinute,
	}
}

func unique(texts []string) []string {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return slices.Compact(texts)
}

// maxText is the longest that a name in a key may be, in bytes.
const maxText = 100

// check reports every fault of what a key is made with.
func (k Key) check() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if k.CostPerMinute > 0 && k.CostPerOperation > k.CostPerMinute {
		fault("costPerOperation: must not exceed costPerMinute, %d: such an operation could never be sent", k.CostPerMinute)
	}
	if !line(k.Name) {
		fault("name: want 1 to %d characters on one line", maxText)
	}
	if !slices.Contains(access.Audiences, k.Audience) {
		fault("audience: %q is not one of %s", k.Audience, audiences())
	}
	for _, s := range k.Scopes {
		if !access.AreScopes(s) {
			fault("scope: want a scope such as billing:read, billing:* or *, in lower case, not %q", s)
		}
	}
	for _, p := range k.Purposes {
		if p != "*" && !access.IsPurpose(p) {
			fault("purpose: want a purpose such as marketing, or * for all, not %q", p)
		}
	}
	for _, r := range k.Rows {
		if _, err := access.ParseRow(r); err != nil {
			fault("row: %q: %w", r, err)
		}
	}
	if k.Partner != "" && !line(k.Partner) {
		fault("partner: want 1 to %d characters on one line", maxText)
	}
	if k.CostPerOperation < 0 {
		fault("costPerOperation: want at least 1, or 0 for the audience's limit")
	}
	if k.CostPerMinute < 0 {
		fault("costPerMinute: want at least 1, or 0 for the audience's limit")
	}
	return errors.Join(errs...)
}

// line reports whether a text is one that can be shown on a line.
func line(s string) bool {
	return strings.TrimSpace(s) != "" && len(s) <= maxText && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func audiences() string {
	names := make([]string, len(access.Audiences))
	for i, a := range access.Audiences {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}
