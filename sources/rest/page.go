package rest

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"customer360/sources/httpapi"
	"customer360/sources/jq"
)

// A position is where in an answer we are.
type position struct {
	// address is the whole address of the page, without what the query adds.
	address *url.URL
	query   url.Values
	// page is the cursor, number or offset; nil: none.
	page any
	body any
	// visited are the addresses or cursors until here.
	visited map[string]bool
	// answer is that of the page before.
	answer any
}

func (p position) request(j job, into any) httpapi.Request {
	r := httpapi.Request{Path: p.address.String(), Query: p.query, Into: into}
	if j.request.body != nil {
		r.Method, r.Body = http.MethodPost, p.body
	}
	return r
}

// start gives the position of the first page.
func (a asker) start(ctx context.Context, j job) (position, error) {
	r := j.request
	p := position{query: url.Values{}, visited: map[string]bool{}}
	path, query, _ := strings.Cut(r.path, "?")
	switch r.batch.By {
	case byEach:
		path = strings.ReplaceAll(path, placeholder, url.PathEscape(j.keys[0]))
		query = strings.ReplaceAll(query, placeholder, url.QueryEscape(j.keys[0]))
		if r.batch.Parameter != "" {
			p.query.Set(r.batch.Parameter, j.keys[0])
		}
	case byRepeat:
		p.query[r.batch.Parameter] = j.keys
	case byComma:
		p.query.Set(r.batch.Parameter, strings.Join(j.keys, ","))
	}
	address, err := url.Parse(a.plan.base.String() + path)
	if err != nil {
		return p, &MappingError{Part: r.name, Field: "path", Problem: "it gives no address"}
	}
	address.RawQuery = query
	p.address = address
	switch r.paging.By {
	case byPage:
		first := 1
		if r.paging.First != nil {
			first = *r.paging.First
		}
		p.page = first
	case byOffset:
		p.page = 0
	}
	err = a.turn(ctx, j, &p)
	return p, err
}

// turn puts the cursor, number or offset where the request has it.
func (a asker) turn(ctx context.Context, j job, p *position) error {
	r := j.request
	if r.paging.Parameter != "" && p.page != nil {
		s, ok := p.page.(string)
		if !ok {
			s, _ = jq.Decimal(p.page)
		}
		p.query.Set(r.paging.Parameter, s)
	}
	if r.body == nil {
		return nil
	}
	limited := evaluate(ctx)
	ids := make([]any, len(j.keys))
	for i, key := range j.keys {
		ids[i] = key
	}
	var err error
	if p.body, err = r.body.one(limited, nil, ids, p.page); err != nil {
		return err
	}
	if p.body == nil {
		return r.body.wrong("it gives nothing", ids)
	}
	return nil
}

// next gives the position of the next page; false where there is none.
func (a asker) next(ctx context.Context, j job, at position, answer any, header http.Header, items int) (position, bool, error) {
	r := j.request
	limited := evaluate(ctx)
	switch r.paging.By {
	case byPage, byOffset:
		more := items > 0
		if r.more != nil {
			v, err := r.more.one(limited, answer)
			if err != nil {
				return at, false, err
			}
			var ok bool
			if more, ok = v.(bool); !ok {
				return at, false, r.more.wrong("expected true or false", v)
			}
		}
		if !more {
			return at, false, nil
		}
		if items > 0 && reflect.DeepEqual(at.answer, answer) {
			return at, false, &MappingError{Part: r.name, Field: "paging", Problem: "the page is the same as the one before: check that the API knows the parameter", Value: r.paging.Parameter}
		}
		at.answer = answer
		step := 1
		if r.paging.By == byOffset {
			if step = items; step == 0 {
				return at, false, r.more.wrong("it announces more after a page without items", answer)
			}
		}
		at.page = at.page.(int) + step
		err := a.turn(ctx, j, &at)
		return at, true, err
	case byCursor, byNext:
		v, err := r.next.one(limited, answer)
		if err != nil || v == false || jq.Unknown(v) {
			return at, false, err
		}
		to, ok := v.(string)
		if !ok {
			if to, ok = jq.Decimal(v); !ok {
				return at, false, r.next.wrong("expected a text, or null where there is no next page", v)
			}
		}
		if at.visited[to] {
			return at, false, r.next.wrong("it leads to a page that was read already", v)
		}
		at.visited[to] = true
		if r.paging.By == byCursor {
			// A number goes into a body as a number.
			at.page = v
			err = a.turn(ctx, j, &at)
			return at, true, err
		}
		return a.follow(at, to, r.next.wrong)
	case byLink:
		to := nextLink(header.Values("Link"))
		if to == "" {
			return at, false, nil
		}
		wrong := func(problem string, value any) *MappingError {
			return &MappingError{Part: r.name, Field: "paging", Problem: "the header Link: " + problem, Value: value}
		}
		if at.visited[to] {
			return at, false, wrong("it leads to a page that was read already", to)
		}
		at.visited[to] = true
		return a.follow(at, to, wrong)
	}
	return at, false, nil
}

// follow gives the position of a page by its address, which stands for the whole query.
func (a asker) follow(at position, to string, wrong func(string, any) *MappingError) (position, bool, error) {
	ref, err := url.Parse(to)
	if err != nil {
		return at, false, wrong("expected an address", to)
	}
	address := at.address.ResolveReference(ref)
	if address.Host != a.plan.base.Host || address.User != nil {
		return at, false, wrong("the next page is on another host", to)
	}
	// Behind a proxy systems often think that they are spoken to by http.
	address.Scheme, address.Fragment = a.plan.base.Scheme, ""
	at.address, at.query = address, nil
	return at, true, nil
}

// nextLink gives the address of the next page of a header Link; empty where it has none.
func nextLink(values []string) string {
	for _, rest := range values {
		for {
			_, after, ok := strings.Cut(rest, "<")
			if !ok {
				break
			}
			address, after, ok := strings.Cut(after, ">")
			if !ok {
				break
			}
			var parameters, p string
			for parameters, rest = untilUnquoted(after, ','); parameters != ""; {
				p, parameters = untilUnquoted(parameters, ';')
				name, value, _ := strings.Cut(p, "=")
				if !strings.EqualFold(strings.TrimSpace(name), "rel") {
					continue
				}
				for rel := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
					if strings.EqualFold(rel, "next") {
						return address
					}
				}
			}
		}
	}
	return ""
}

// untilUnquoted cuts a text at the first separator that is not within quotes.
func untilUnquoted(s string, separator byte) (before, after string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// maxQuery bounds the keys in one address, as many servers and proxies refuse more than
// 8 KiB of it, and the path and other parameters need room.
const maxQuery = 4 << 10

// batches cuts keys into what fits a request, and gives those that fit none: such keys
// would ask for something else.
func (r *request) batches(keys []string) (batches [][]string, unfit []string) {
	length, start := 0, 0
	fit := make([]string, 0, len(keys))
	for _, key := range keys {
		if !r.fits(key) {
			unfit = append(unfit, key)
			continue
		}
		fit = append(fit, key)
	}
	for i, key := range fit {
		n := 0
		if r.batch.By == byRepeat || r.batch.By == byComma {
			n = len(url.QueryEscape(key)) + len("&=%2C") + len(r.batch.Parameter)
		}
		if i > start && (i-start == r.batch.Size || length+n > maxQuery) {
			batches = append(batches, fit[start:i])
			start, length = i, 0
		}
		length += n
	}
	if start < len(fit) {
		batches = append(batches, fit[start:])
	}
	return batches, unfit
}

func (r *request) fits(key string) bool {
	switch {
	case !httpapi.FitsAddress(key):
		return false
	case r.batch.By == byComma:
		return !strings.Contains(key, ",")
	case r.batch.By == byEach && r.batch.Parameter == "":
		return httpapi.FitsPath(key)
	}
	return true
}
