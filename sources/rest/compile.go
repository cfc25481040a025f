package rest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"golang.org/x/net/http/httpguts"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/jq"
)

// A plan is the settings, compiled.
type plan struct {
	base *url.URL
	// requests are in the order of the targets; those of other requests' parts are not
	// among them.
	requests []*request
	targets  []target
}

// A request is a part that is asked for by requests of its own.
type request struct {
	*part
	path     string
	batch    Batch
	body     *expression
	key      *expression
	paging   Paging
	next     *expression
	more     *expression
	children []*part
}

// A part is what expressions make of items.
type part struct {
	target
	// index is the place among the targets: 0 is the record.
	index  int
	items  *expression
	fields []mapped
	// parent is the name of the part that it comes within; empty where it has a
	// request of its own.
	parent string
}

// A mapped field is one that an expression gives.
type mapped struct {
	*expression
	field
	required bool
	check    func(any) error
}

// A compiler goes on after a fault, so that all are told at once.
type compiler struct {
	faults    []error
	functions []Function
	checks    map[string]func(any) error
}

func (c *compiler) fault(key, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
}

func compile(conn Connection, requests map[string]*Request, targets []target, checks map[string]func(any) error, functions []Function) (*plan, error) {
	c := &compiler{functions: functions, checks: checks}
	p := &plan{targets: targets}
	if domain, system, _ := strings.Cut(conn.Name, "/"); domain == "" || system == "" {
		c.fault("name", "want domain/system")
	}
	if _, err := httpapi.New(httpapi.Config{Source: conn.Name, URL: conn.URL, Limits: conn.Limits}); err != nil {
		// Each of them begins with its key.
		c.faults = append(c.faults, err)
	} else {
		p.base, _ = url.Parse(strings.TrimSuffix(conn.URL, "/"))
	}
	for _, name := range slices.Sorted(maps.Keys(conn.Headers)) {
		c.header(name, conn.Headers[name])
	}
	if requests[recordPart] == nil {
		c.fault(recordPart, "is missing: it says how to tell whether there is a record")
	}
	var within []*part
	for i, t := range targets {
		r := requests[t.name]
		if r == nil {
			continue
		}
		one := c.part(t, i, r)
		if r.From == "" {
			p.requests = append(p.requests, c.request(one, r))
			continue
		}
		within = append(within, one)
		c.within(one, r, requests, targets)
	}
	for _, one := range within {
		for _, r := range p.requests {
			if r.name == one.parent {
				r.children = append(r.children, one)
			}
		}
	}
	return p, errors.Join(c.faults...)
}

// ours are headers that follow from the request itself.
var ours = []string{"Host", "Content-Length", "Transfer-Encoding", "Connection"}

func (c *compiler) header(name, value string) {
	key := "headers." + name
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		c.fault(key, "this is not a header's name")
	case slices.Contains(ours, http.CanonicalHeaderKey(name)):
		c.fault(key, "this header follows from the request and cannot be set")
	case strings.TrimSpace(value) == "":
		c.fault(key, "is empty")
	case !httpguts.ValidHeaderFieldValue(value):
		c.fault(key, "its value has a character that cannot stand in a header, as the end of a line")
	}
}

// part compiles what is made of items.
func (c *compiler) part(t target, index int, r *Request) *part {
	one := &part{target: t, index: index, parent: r.From}
	if r.Items != "" {
		one.items = c.expression(t.name, "items", r.Items)
	}
	known := fieldsOf(t.typ, t.without)
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		key := "fields." + name
		f, ok := known[name]
		if !ok {
			c.fault(t.name+"."+key, "there is no such field%s", suggestion(name, slices.Sorted(maps.Keys(known))))
			continue
		}
		if e := c.expression(t.name, key, r.Fields[name], "$id"); e != nil {
			one.fields = append(one.fields, mapped{e, f, slices.Contains(t.required, name), c.checks[name]})
		}
	}
	for _, name := range t.required {
		if _, ok := r.Fields[name]; !ok {
			c.fault(t.name+".fields."+name, "is missing: each of the %s must have it", t.name)
		}
	}
	return one
}

// within checks a part that comes within the items of another one.
func (c *compiler) within(one *part, r *Request, requests map[string]*Request, targets []target) {
	var parents []string
	for _, t := range targets {
		if other := requests[t.name]; other != nil && other.From == "" {
			parents = append(parents, t.name)
		}
	}
	switch {
	case one.name == recordPart:
		c.fault("record.from", "the record has a request of its own")
	case !slices.Contains(parents, r.From):
		c.fault(one.name+".from", "want a part with a request of its own: %s", strings.Join(parents, ", "))
	}
	if r.Items == "" {
		c.fault(one.name+".items", "is missing: where in an item of %s they are", r.From)
	}
	for _, s := range []struct {
		key string
		set bool
	}{{"path", r.Path != ""}, {"batch", r.Batch != Batch{}}, {"paging", r.Paging != Paging{}}, {"key", r.Key != ""}} {
		if s.set {
			c.fault(one.name+"."+s.key, "goes with a request of its own, and from says that there is none")
		}
	}
}

func (c *compiler) expression(part, field, source string, variables ...string) *expression {
	key := part + "." + field
	if strings.TrimSpace(source) == "" {
		c.fault(key, "a jq expression is expected here")
		return nil
	}
	code, err := program(source, c.functions, variables...)
	if err != nil {
		c.fault(key, "the jq expression cannot be used: %v: %s", err, source)
		return nil
	}
	return &expression{part, field, source, code}
}

// program compiles an expression, which may use the variables.
func program(source string, functions []Function, variables ...string) (*jq.Expression, error) {
	return jq.Compile(source, jq.Options{Functions: slices.Concat(shared, functions), Variables: variables})
}

// suggestion names what was probably meant.
func suggestion(name string, known []string) string {
	if len(known) == 0 {
		return ""
	}
	distance := func(a string) int { return levenshtein.ComputeDistance(strings.ToLower(a), strings.ToLower(name)) }
	nearest := slices.MinFunc(known, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	// A third of the letters: farther away it is another word.
	if distance(nearest) <= max(1, len(name)/3) {
		return ": did you mean " + nearest + "?"
	}
	return ": here are " + strings.Join(known, ", ")
}

// client makes the client of a plan.
func (p *plan) client(c Connection) (*httpapi.Client, error) {
	header := http.Header{}
	for name, value := range c.Headers {
		header.Set(name, value)
	}
	return httpapi.New(httpapi.Config{Source: c.Name, URL: c.URL, Header: header, Trace: c.Trace, Limits: c.Limits, Endpoint: p.endpoint})
}

// endpoint names the request that a path is of, so that a 429 holds for all keys of
// this request and for no other.
func (p *plan) endpoint(path string) string {
	name, length := "", -1
	for _, r := range p.requests {
		own, _, _ := strings.Cut(r.path, "?")
		before, after, _ := strings.Cut(p.base.Path+own, placeholder)
		if len(before)+len(after) > length && strings.HasPrefix(path, before) && strings.HasSuffix(path, after) {
			name, length = r.name, len(before)+len(after)
		}
	}
	return name
}

// needed are the requests for parts, and the record's.
func (p *plan) needed(want sources.Parts) []*request {
	return slices.DeleteFunc(slices.Clone(p.requests), func(r *request) bool {
		return r.index != 0 && !want.Has(r.bit) && !slices.ContainsFunc(r.children, func(one *part) bool { return want.Has(one.bit) })
	})
}

// mentions reports whether a jq expression uses a variable.
func mentions(source, variable string, functions []Function) bool {
	e, err := program(source, functions, "$ids", "$page")
	return err != nil || jq.Names(e.Query)[variable]
}
