// Package rest asks any HTTP API that speaks JSON, by configuration alone: where the
// records are, how their keys are sent, how the answer goes on, and jq expressions
// from the answer to the fields of a domain's record. It is what the adapters of that
// name have in common, one in each domain's folder.
//
// What it relies on:
//
//   - JSON (RFC 8259), https://www.rfc-editor.org/rfc/rfc8259. Numbers are kept as they
//     are written, unless an expression calculates with them.
//   - Links to a next page in the header Link (RFC 8288, https://www.rfc-editor.org/rfc/rfc8288)
//     and addresses relative to that of the page (RFC 3986, https://www.rfc-editor.org/rfc/rfc3986).
//   - jq 1.7 as gojq has it, https://github.com/itchyny/gojq#difference-to-jq, without what
//     reaches out of an expression: env, $ENV, input, debug, halt and modules.
//
// Beside jq's own functions there are, all of which leave null as it is:
//
//	plain                        the text of HTML
//	word({"o": "OPEN"})          what the table has for a word or number; a word that it does
//	                             not have stays, and the status is OTHER with that rawStatus
//	time("%d.%m.%Y %H:%M"; "Europe/Berlin")
//	                             a time of another form, in the words of strftime, on the clock
//	                             of a zone (UTC if left out, or %z in the form)
//	money("EUR")                 billing: "1234.50 EUR" of 1234.5 or "1234.50"
//	minor("EUR")                 billing: "1234.50 EUR" of 123450, in the currency's smallest unit
//
// Fields of time take RFC 3339, a date, and seconds since 1970.
//
// Batch size, limits and order are the API's own and stand in the settings.
package rest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
)

// Connection is how a system is reached. Adapters embed it in their configuration,
// beside one [Request] for each part.
type Connection struct {
	// Name is the source's name, "domain/system".
	Name string `yaml:"-"`
	// URL is what the paths of requests begin with.
	URL string `yaml:"url"`
	// Headers are sent with each request; they may hold credentials.
	Headers map[string]string `yaml:"headers"`
	// Trace: the ids of the request that a call is made for are sent as X-Request-Id and traceparent.
	Trace          bool `yaml:"trace"`
	httpapi.Limits `yaml:",inline"`
}

// A Request says how a part of many records is asked for, and what the answer means.
type Request struct {
	// From names the part within whose items this one comes; Path, Batch, Paging and
	// Key are that part's then. Empty: a request of its own.
	From string `yaml:"from"`
	// Path is appended to the URL. It may have a query; {id} stands for the key
	// where each key has a request of its own.
	Path   string `yaml:"path"`
	Batch  Batch  `yaml:"batch"`
	Paging Paging `yaml:"paging"`
	// Items gives the items of a page, one by one; of an item of From where that is
	// set. Empty: the answer is the item, where each key has a request of its own.
	Items string `yaml:"items"`
	// Key gives the key that an item answers. Empty: the one that was asked for,
	// where each key has a request of its own.
	Key string `yaml:"key"`
	// Fields give the fields of the domain's type by the names that they have in
	// JSON. They see the item, and $id, the key.
	Fields map[string]string `yaml:"fields"`
}

// Batch says how keys are sent.
type Batch struct {
	// By is repeat (?id=a&id=b), comma (?ids=a,b), body (a JSON body, by POST) or each
	// (a request for each key). Empty: each, where Path has {id}.
	By string `yaml:"by"`
	// Parameter is the query's parameter for repeat and comma; for each, unless Path
	// has {id}.
	Parameter string `yaml:"parameter"`
	// Body gives the body from $ids, and $page where Paging has a cursor or a count.
	// The POST is taken to be a read: it may be sent again.
	Body string `yaml:"body"`
	// Size is how many keys go into a request; zero: 50, a page of customers.
	Size int `yaml:"size"`
}

// Paging says how the rest of an answer is found.
type Paging struct {
	// By is next (an address in the answer), link (the header Link), cursor, page or
	// offset. Empty: there is one page.
	By string `yaml:"by"`
	// Next gives the address of the next page, or the cursor to it; null: there is none.
	Next string `yaml:"next"`
	// Parameter is the query's parameter for the cursor, the page's number or the
	// offset. A body can take it as $page instead.
	Parameter string `yaml:"parameter"`
	// First is the number of the first page; nil: 1.
	First *int `yaml:"first"`
	// More gives whether there are more pages, for page and offset. Empty: until a
	// page is empty.
	More string `yaml:"more"`
	// MaxPages bounds how many pages are read; zero: 20, as at fifty facts a page they
	// are the thousand that are kept of one kind.
	MaxPages int `yaml:"maxPages"`
}

// A Domain is what the adapters of one domain know of its record R.
type Domain[R any] struct {
	// Parts are those beside the record itself, which always comes along.
	Parts []Part[R]
	// Checks look at fields beyond their type, and may bring them into their
	// canonical form: by the field's name, given a pointer to it. Their errors say
	// what was expected and never what was there.
	Checks map[string]func(field any) error
	// Functions are jq functions of the domain.
	Functions []Function
	// Cut gives the place of the parts that were cut.
	Cut func(*R) *sources.Parts
	// Settle brings a record into the contract's form, and reports whether facts were cut.
	Settle func(r *R, system, owner string) (truncated bool, err error)
}

// A Part is a list of facts in a record R.
type Part[R any] struct {
	target
	add func(r *R, fact any)
}

// Facts makes the part of a name, which is its key in settings and JSON, and a bit,
// that stands in a list of the record. Besides recordId, the required fields must
// have a value in each fact.
func Facts[R, F any](name string, bit sources.Parts, list func(*R) *[]*F, required ...string) Part[R] {
	return Part[R]{
		target: target{name: name, bit: bit, typ: reflect.TypeFor[F](), required: append([]string{"recordId"}, required...)},
		add:    func(r *R, fact any) { *list(r) = append(*list(r), fact.(*F)) },
	}
}

// A target is a type that expressions fill.
type target struct {
	name     string
	bit      sources.Parts
	typ      reflect.Type
	required []string
	// without are fields that are no expression's to fill.
	without []string
}

// recordPart is the name of the part that says whether there is a record.
const recordPart = "record"

// targets are the record itself and its parts, in this order.
func (d Domain[R]) targets() []target {
	record := target{name: recordPart, typ: reflect.TypeFor[R](), without: []string{"recordId"}}
	all := []target{record}
	for _, p := range d.Parts {
		all[0].without = append(all[0].without, p.name)
		all = append(all, p.target)
	}
	return all
}

// New makes a source that asks an API. Requests are by the names of parts, record
// among them; a part without one is taken to be empty in that system. The error lists
// every fault of the settings.
//
// One Fetch sends a request for each batch of keys, each page of it, and each part that
// is wanted and has a request of its own.
func New[R any](c Connection, requests map[string]*Request, d Domain[R]) (sources.Source[string, *R], error) {
	plan, err := compile(c, requests, d.targets(), d.Checks, d.Functions)
	if err != nil {
		return nil, err
	}
	client, err := plan.client(c)
	if err != nil {
		return nil, err
	}
	_, system, _ := strings.Cut(c.Name, "/")
	return &source[R]{asker{c.Name, client, plan, c.Concurrency}, system, d}, nil
}

type source[R any] struct {
	asker
	system string
	domain Domain[R]
}

// Name is the configured name.
func (s *source[R]) Name() string { return s.name }

// Close closes idle connections.
func (s *source[R]) Close() error {
	s.http.Close()
	return nil
}

// Fetch asks for the keys part by part, all requests side by side.
func (s *source[R]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*R], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, asOf, worst := s.ask(ctx, keys, want)
	answers := make(map[string]sources.Answer[*R], len(keys))
	for _, key := range keys {
		row := rows[key]
		if row.missing {
			answers[key] = sources.Answer[*R]{Missing: true, AsOf: asOf}
			continue
		}
		if !row.whole {
			continue
		}
		answer, err := sources.Settled(s.name, key, func() (sources.Answer[*R], error) { return s.answer(key, row, asOf) })
		if err != nil {
			worst = httpapi.Worse(worst, err)
			continue
		}
		answers[key] = answer
	}
	if len(answers) == len(keys) {
		return answers, nil
	}
	switch {
	case worst == nil && ctx.Err() != nil:
		worst = sources.AsError(s.name, sources.Canceled, ctx.Err())
	case worst == nil:
		worst = s.fail(sources.Internal, fmt.Errorf("%d keys were left out", len(keys)-len(answers)))
	}
	return answers, worst
}

// answer makes the answer for a key of what all requests say of it.
func (s *source[R]) answer(key string, row *row, asOf time.Time) (sources.Answer[*R], error) {
	record := row.record.(*R)
	for i, facts := range row.facts {
		for _, fact := range facts {
			s.domain.Parts[i-1].add(record, fact)
		}
	}
	*s.domain.Cut(record) |= row.cut
	truncated, err := s.domain.Settle(record, s.system, key)
	return sources.Answer[*R]{Value: record, AsOf: asOf, Truncated: truncated || row.cut != 0}, err
}

func (a asker) fail(kind sources.Kind, err error) *sources.Error {
	return &sources.Error{Source: a.name, Kind: kind, Err: err}
}

// errNoSuchFact: the record is there, and what is asked beside it is said not to be.
var errNoSuchFact = errors.New("it answered with status 404 although the record exists: check the path")
