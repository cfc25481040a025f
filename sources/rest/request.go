package rest

import "strings"

// placeholder stands for the key in a path.
const placeholder = "{id}"

// Ways to send keys.
const (
	byRepeat = "repeat"
	byComma  = "comma"
	byBody   = "body"
	byEach   = "each"
)

// Ways to find the next page.
const (
	byNext   = "next"
	byLink   = "link"
	byCursor = "cursor"
	byPage   = "page"
	byOffset = "offset"
)

const (
	// defaultSize is a page of customers: one call for it, in an address that no
	// server refuses.
	defaultSize = 50
	// maxSize bounds what can be set: above it a mistake is likelier than an API.
	maxSize = 10_000
	// defaultPages are the thousand facts that are kept of a kind, at fifty a page.
	defaultPages = 20
	// maxPages bounds what can be set; no deadline lets more be read.
	maxPages = 1000
)

// request compiles a part that has a request of its own.
func (c *compiler) request(one *part, r *Request) *request {
	out := &request{part: one, path: r.Path, batch: r.Batch, paging: r.Paging}
	switch {
	case r.Path == "":
		c.fault(one.name+".path", "is missing: what the URL is followed by, as /accounts")
	case !strings.HasPrefix(r.Path, "/"):
		c.fault(one.name+".path", "want a path that begins with a slash; the host is the URL's")
	case strings.ContainsAny(r.Path, "# \t\r\n"):
		c.fault(one.name+".path", "has a character that cannot stand in an address: write it as %%20, %%23, …")
	}
	c.batch(out, strings.Contains(r.Path, placeholder))
	c.paging(out)
	single := out.batch.By == byEach
	if r.Key != "" {
		out.key = c.expression(one.name, "key", r.Key)
	} else if !single {
		c.fault(one.name+".key", "is missing: which of the keys an item answers")
	}
	if r.Items == "" {
		if !single {
			c.fault(one.name+".items", "is missing: where in the answer the items are, as .data[]")
		}
		out.items = c.expression(one.name, "items", ".")
	}
	return out
}

func (c *compiler) batch(r *request, placed bool) {
	key := r.name + ".batch"
	b := &r.batch
	if b.By == "" && placed {
		b.By = byEach
	}
	switch b.By {
	case byRepeat, byComma:
		if b.Parameter == "" {
			c.fault(key+".parameter", "is missing: the query's parameter that takes the keys")
		}
	case byEach:
		if placed == (b.Parameter != "") {
			c.fault(key+".parameter", "give the key in one place: in the path as %s, or in this parameter", placeholder)
		}
		if b.Size > 1 {
			c.fault(key+".size", "each key has a request of its own")
		}
		b.Size = 1
	case byBody:
		switch {
		case b.Body == "":
			c.fault(key+".body", "is missing: a jq expression with $ids in it")
		case !mentions(b.Body, "$ids", c.functions):
			c.fault(key+".body", "does not use the keys: use $ids")
		}
		if b.Body != "" {
			r.body = c.expression(r.name, "batch.body", b.Body, "$ids", "$page")
		}
		if b.Parameter != "" {
			c.fault(key+".parameter", "the keys go into the body")
		}
	case "":
		c.fault(key+".by", "is missing: repeat, comma, body, or each with %s in the path", placeholder)
	default:
		c.fault(key+".by", "want repeat, comma, body or each")
	}
	if placed && b.By != byEach && b.By != "" {
		c.fault(r.name+".path", "%s is for requests that have one key each", placeholder)
	}
	if b.Body != "" && b.By != byBody {
		c.fault(key+".body", "goes with by: body")
	}
	if b.Size < 0 || b.Size > maxSize {
		c.fault(key+".size", "want a number from 1 to %d", maxSize)
	}
	if b.Size == 0 {
		b.Size = defaultSize
	}
}

func (c *compiler) paging(r *request) {
	key := r.name + ".paging"
	p := &r.paging
	// What each way needs (+) and may have (?).
	type use struct{ next, parameter, first, more bool }
	uses := map[string]use{byNext: {next: true}, byLink: {}, byCursor: {next: true, parameter: true},
		byPage: {parameter: true, first: true, more: true}, byOffset: {parameter: true, more: true}, "": {}}
	u, ok := uses[p.By]
	if !ok {
		c.fault(key+".by", "want next, link, cursor, page or offset")
		return
	}
	for _, s := range []struct {
		name               string
		set, used, mustSet bool
	}{
		{"next", p.Next != "", u.next, u.next},
		{"parameter", p.Parameter != "", u.parameter, u.parameter && r.batch.By != byBody},
		{"first", p.First != nil, u.first, false},
		{"more", p.More != "", u.more, false},
		{"maxPages", p.MaxPages != 0, p.By != "", false},
	} {
		switch {
		case s.set && !s.used && p.By == "":
			c.fault(key+"."+s.name, "paging.by is missing: next, link, cursor, page or offset")
		case s.set && !s.used:
			c.fault(key+"."+s.name, "does not go with by: %s", p.By)
		case !s.set && s.mustSet:
			c.fault(key+"."+s.name, "is missing, and by: %s needs it", p.By)
		}
	}
	if p.Next != "" {
		r.next = c.expression(r.name, "paging.next", p.Next)
	}
	if p.More != "" {
		r.more = c.expression(r.name, "paging.more", p.More)
	}
	if p.Parameter != "" && p.Parameter == r.batch.Parameter {
		c.fault(key+".parameter", "is the one that takes the keys")
	}
	if p.MaxPages < 0 || p.MaxPages > maxPages {
		c.fault(key+".maxPages", "want a number from 1 to %d", maxPages)
	}
	if p.MaxPages == 0 {
		p.MaxPages = defaultPages
	}
}
