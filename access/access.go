// Package access defines callers and what they may see: audiences, scopes, purposes, row
// rules, and how values that a caller may not see in full are masked. It reads nothing and
// decides nothing by itself: [customer360/access/credentials] finds the caller of a
// request, and the resolvers apply the rules while keys are gathered.
package access

import (
	"context"
	"slices"
	"strings"
	"time"
)

// An Audience is a kind of users that has a contract of its own: a part of the schema.
type Audience string

// The audiences. Internal is the company itself: its contract is the whole schema, and what
// is tagged for nobody is in no other.
const (
	Internal Audience = "INTERNAL"
	Frontend Audience = "FRONTEND"
	Partner  Audience = "PARTNER"
	Analyst  Audience = "ANALYST"
)

// Audiences are all audiences, the widest contract first.
var Audiences = []Audience{Internal, Frontend, Analyst, Partner}

// ParseAudience gives the audience of a name, whatever its letter case, and whether there is
// one.
func ParseAudience(name string) (Audience, bool) {
	a := Audience(strings.ToUpper(name))
	return a, slices.Contains(Audiences, a)
}

// A Caller is who a request comes from, as its credential says. It must not be changed once
// it is in a context. Zero limits are those of the audience.
type Caller struct {
	// Credential names the credential in the audit log, in metrics and in the log: the id of
	// a key, as "key:4F7Q…", or "token:" and the subject that a token was issued to.
	// Empty: there was none, see Open.
	Credential string
	// Series names the first credential of those that took each other's place; empty: it is the
	// first.
	Series string
	// Name is what people call it, as "billing dashboard"; empty: nobody said.
	Name string
	// Audience picks the contract.
	Audience Audience
	// Scopes are what may be read inside the contract.
	Scopes Scopes
	// Purposes are what data may be read for, as "marketing".
	Purposes []string
	// Purpose is the one that this request has declared, of Purposes; empty: none.
	Purpose string
	// Rows are the customers that there are for this caller; empty: all.
	Rows Rows
	// Partner is who the pseudonyms and the ids are made for; empty: there are no pseudonyms, and
	// for ids see Recipient.
	Partner string
	// Expires is when the credential ends; zero: it does not expire.
	Expires time.Time
	// Open: the gateway asks for no credentials, and everything is allowed.
	Open bool
	// CostPerOperation and CostPerMinute bound what is asked; 0: as the audience's.
	CostPerOperation, CostPerMinute int
}

// Everyone is the caller of a gateway that asks for no credentials.
var Everyone = &Caller{Audience: Internal, Scopes: Scopes{"*"}, Open: true}

// May reports whether one of the scopes is held; without any asked for it is true.
func (c *Caller) May(scopes ...string) bool {
	return c.Open || len(scopes) == 0 || slices.ContainsFunc(scopes, c.Scopes.Has)
}

// Sees reports whether values of a class may be seen whole: the scope "sensitive:" with the
// class in lower case and hyphens is held.
func (c *Caller) Sees(class Class) bool { return c.May(class.Scope()) }

// MayFor reports whether the credential may read for a purpose.
func (c *Caller) MayFor(purpose string) bool {
	return c.Open || slices.Contains(c.Purposes, purpose) || slices.Contains(c.Purposes, "*")
}

// Scope names what is shared between callers: those of one audience, with the same scopes,
// purpose, and rows. Nothing that was asked for one is given to another.
func (c *Caller) Scope() string {
	if c.Open {
		return ""
	}
	parts := append([]string{string(c.Audience), c.Purpose, c.Partner}, slices.Sorted(slices.Values(c.Scopes))...)
	return strings.Join(append(parts, c.Rows.Strings()...), "\x00")
}

// Recipient names those who are given the same ids and cursors, where they are sealed: all
// credentials of a partner, and nobody else. A partner's credential that does not name one has
// ids of its own, and keeps them when it is rotated: whose they are is not known. It is "" for the
// company's own people.
func (c *Caller) Recipient() string {
	switch {
	case c.Partner != "":
		return "partner:" + c.Partner
	case c.Audience == Partner && c.Series != "":
		return "credential:" + c.Series
	case c.Audience == Partner:
		return "credential:" + c.Credential
	}
	return ""
}

// Expired reports whether the credential has ended.
func (c *Caller) Expired(now time.Time) bool { return !c.Expires.IsZero() && !now.Before(c.Expires) }

// Scopes are names of what may be read, as "billing:read". "billing:*" stands for all that
// begin with "billing:", and "*" for all.
type Scopes []string

// Has reports whether a scope is among them.
func (s Scopes) Has(scope string) bool {
	for _, held := range s {
		if held == scope || held == "*" {
			return true
		}
		if prefix, ok := strings.CutSuffix(held, ":*"); ok && strings.HasPrefix(scope, prefix+":") {
			return true
		}
	}
	return false
}

type callerKey struct{}

// With gives a context of a caller.
func With(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// From gives the caller of a context; nil: nobody was found out.
func From(ctx context.Context) *Caller {
	c, _ := ctx.Value(callerKey{}).(*Caller)
	return c
}
