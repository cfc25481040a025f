package access

import (
	"regexp"
	"strings"
)

// MaxName is the longest that the name of a scope or a purpose may be, in bytes.
const MaxName = 100

var (
	scopeName   = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*(:[a-z0-9._-]+)*$`)
	purposeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._:-]*$`)
)

// IsScope reports whether a text has the form of one scope, as "billing:read".
func IsScope(s string) bool { return len(s) <= MaxName && scopeName.MatchString(s) }

// AreScopes reports whether a text has the form of a scope, or of one that stands for several:
// "billing:*", and "*" for all.
func AreScopes(s string) bool {
	return s == "*" || len(s) <= MaxName && IsScope(strings.TrimSuffix(s, ":*"))
}

// IsPurpose reports whether a text has the form of a purpose, as consents have it: "marketing".
func IsPurpose(s string) bool { return len(s) <= MaxName && purposeName.MatchString(s) }
