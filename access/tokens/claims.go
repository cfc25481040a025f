package tokens

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"customer360/access"
)

// A path leads to a value in the claims.
type path []string

// parsePath reads a claim's name, or a JSON pointer.
func parsePath(text string) (path, error) {
	if text == "" {
		return nil, errors.New("want a claim's name, such as scope, or a JSON pointer, such as /realm_access/roles")
	}
	pointer, ok := strings.CutPrefix(text, "/")
	if !ok {
		return path{text}, nil
	}
	steps := strings.Split(pointer, "/")
	for i, s := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	return steps, nil
}

// in gives the value, or nil where there is none.
func (p path) in(claims map[string]any) any {
	var at any = claims
	if len(p) == 0 {
		return nil
	}
	for _, step := range p {
		// Nothing is looked up in lists: which of many is meant cannot be told.
		m, _ := at.(map[string]any)
		at = m[step]
	}
	return at
}

// maxValues bounds how many values a claim may have, maxValue how long one may be: the
// longest sub that OpenID Connect allows.
const maxValues, maxValue = 200, 255

// texts gives the texts of a claim, that is one or a list, perhaps with spaces between
// several; false where there is something else in it.
func texts(claim any, split bool) ([]string, bool) {
	switch c := claim.(type) {
	case nil:
		return nil, true
	case string:
		if split {
			all := strings.Fields(c)
			return all, len(all) <= maxValues
		}
		return []string{c}, true
	case []any:
		if len(c) > maxValues {
			return nil, false
		}
		all := make([]string, len(c))
		for i, v := range c {
			s, ok := v.(string)
			if !ok {
				return nil, false
			}
			all[i] = s
		}
		return all, true
	}
	return nil, false
}

// plain reports whether a text can stand in a log, on one line. What stands for characters that
// are none is not in it: two texts could become one by that.
func plain(s string) bool {
	return s != "" && len(s) <= maxValue && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl) &&
		!strings.ContainsRune(s, unicode.ReplacementChar)
}

// single reports whether a plain text is one value of a row rule: | would make two of it.
func single(s string) bool { return plain(s) && !strings.ContainsAny(s, "|{}") }

// A mapping gives the caller of claims.
type mapping struct {
	claims                                             Claims
	subject, name, audience, scopes, purposes, partner path
	audiences                                          map[string]access.Audience
	fallback                                           access.Audience
	rows                                               []template
}

// newMapping is of a configuration that was checked.
func newMapping(c Config) mapping {
	to := func(claim string) path { p, _ := parsePath(claim); return p }
	m := mapping{
		claims: c.Claims, subject: to(c.Claims.Subject), name: to(c.Claims.Name), audience: to(c.Claims.Audience),
		scopes: to(c.Claims.Scopes), purposes: to(c.Claims.Purposes), partner: to(c.Claims.Partner),
		audiences: make(map[string]access.Audience, len(c.Claims.Audiences)),
	}
	for value, name := range c.Claims.Audiences {
		m.audiences[value], _ = access.ParseAudience(string(name))
	}
	if c.DefaultAudience != "" {
		m.fallback, _ = access.ParseAudience(string(c.DefaultAudience))
	}
	for _, r := range c.Claims.Rows {
		t, _ := parseTemplate(r)
		m.rows = append(m.rows, t)
	}
	return m
}

// bad says what is wrong with a claim, by the name that the configuration has for it.
func bad(name, problem string) error { return claimFault{Unmapped, name, problem} }

func (m mapping) caller(claims map[string]any) (*access.Caller, error) {
	subject, ok := m.subject.in(claims).(string)
	if !ok || !plain(subject) {
		return nil, bad(m.claims.Subject, problemOf(m.subject.in(claims)))
	}
	c := &access.Caller{Credential: "token:" + subject}
	for _, of := range []struct {
		claim string
		path  path
		into  *string
	}{{m.claims.Name, m.name, &c.Name}, {m.claims.Partner, m.partner, &c.Partner}} {
		if v := of.path.in(claims); v != nil {
			if *of.into, ok = v.(string); !ok || !plain(*of.into) {
				return nil, bad(of.claim, isMalformed)
			}
		}
	}
	said := m.audience.in(claims)
	values, ok := texts(said, true)
	if !ok {
		return nil, bad(m.claims.Audience, isMalformed)
	}
	if whole, ok := said.(string); ok {
		// A role may have spaces in its name.
		values = append(values, whole)
	}
	for _, v := range values {
		a, ok := m.audiences[v]
		if !ok {
			continue
		}
		if c.Audience != "" && c.Audience != a {
			return nil, bad(m.claims.Audience, "has values that map to several audiences")
		}
		c.Audience = a
	}
	if c.Audience == "" {
		c.Audience = m.fallback
	}
	switch {
	case c.Audience == "" && said == nil:
		return nil, bad(m.claims.Audience, isMissing)
	case c.Audience == "":
		return nil, bad(m.claims.Audience, "has no value that maps to an audience")
	}
	if values, ok = texts(m.scopes.in(claims), true); !ok {
		return nil, bad(m.claims.Scopes, isMalformed)
	}
	for _, v := range values {
		c.Scopes = append(c.Scopes, m.scope(v)...)
	}
	slices.Sort(c.Scopes)
	c.Scopes = slices.Compact(c.Scopes)
	if values, ok = texts(m.purposes.in(claims), true); !ok {
		return nil, bad(m.claims.Purposes, isMalformed)
	}
	for _, v := range values {
		if access.IsPurpose(v) {
			c.Purposes = append(c.Purposes, v)
		}
	}
	for _, t := range m.rows {
		r, err := t.row(claims)
		if err != nil {
			return nil, err
		}
		c.Rows = append(c.Rows, r)
	}
	return c, nil
}

// scope gives the scopes that a value stands for.
func (m mapping) scope(value string) []string {
	if mapped, ok := m.claims.ScopeMap[value]; ok {
		return mapped
	}
	if own, ok := strings.CutPrefix(value, m.claims.ScopePrefix); ok && access.IsScope(own) {
		return []string{own}
	}
	return nil
}

// A template is a row rule with claims in its values.
type template struct {
	access.Row
	claims []path
	// names are the claims as they are configured.
	names []string
}

// placeholder is {claim}: ${…} stands for the environment in the configuration file.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// mark stands for the nth claim of a template while that is read as a rule. It is in no
// text that a claim may have.
func mark(n int) string { return "\x00" + strconv.Itoa(n) + "\x00" }

func parseTemplate(text string) (t template, err error) {
	var errs []error
	if strings.ContainsRune(text, 0) {
		return t, errors.New("a row rule must not contain zero bytes")
	}
	marked := placeholder.ReplaceAllStringFunc(text, func(s string) string {
		p, err := parsePath(s[1 : len(s)-1])
		if err != nil {
			errs = append(errs, err)
		}
		t.claims, t.names = append(t.claims, p), append(t.names, s[1:len(s)-1])
		return mark(len(t.claims) - 1)
	})
	if strings.ContainsAny(marked, "{}") {
		errs = append(errs, errors.New("use { and } only around the name of a claim"))
	}
	// A claim in the key, or in the name of the source, is a fault: the rule would be
	// another one than was meant.
	if t.Row, err = access.ParseRow(marked); err != nil {
		errs = append(errs, fmt.Errorf("%w; use {claim} only in VALUE and SYSTEM", err))
	}
	if len(t.claims) > 1 {
		errs = append(errs, errors.New("use one {claim} per rule"))
	}
	return t, errors.Join(errs...)
}

// row gives the rule with the values of the claims. A claim that is not there, or has what
// would be read as more than one value, is an error.
func (t template) row(claims map[string]any) (access.Row, error) {
	if len(t.claims) == 0 {
		return t.Row, nil
	}
	claim := t.claims[0].in(claims)
	values, ok := texts(claim, false)
	if !ok || len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return !single(v) }) {
		return access.Row{}, bad(t.names[0], problemOf(claim))
	}
	r := t.Row
	if r.Attribute == "" {
		// One system: a list would have to be several rules, all of which must hold.
		if len(values) > 1 {
			return access.Row{}, bad(t.names[0], "has several values, but a rule names one system")
		}
		r.System = strings.ReplaceAll(r.System, mark(0), values[0])
	} else {
		r.In = nil
		for _, in := range t.In {
			if !strings.Contains(in, mark(0)) {
				r.In = append(r.In, in)
				continue
			}
			for _, v := range values {
				r.In = append(r.In, strings.ReplaceAll(in, mark(0), v))
			}
		}
	}
	// It must be what its text says, wherever that is read again.
	if again, err := access.ParseRow(r.String()); err != nil || again.String() != r.String() {
		return access.Row{}, bad(t.names[0], isMalformed)
	}
	return r, nil
}
