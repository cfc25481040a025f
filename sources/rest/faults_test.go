package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"customer360/sources/rest"
	"customer360/sources/rest/resttest"
)

func TestFaultsAreToldAllAtOnce(t *testing.T) {
	const url = "url: https://library.example.com\n"
	for name, test := range map[string]struct {
		settings string
		want     string
	}{
		"nothing": {"{}", `
url: want a URL such as https://api.example.com/v1, without user and query
record: is missing: it says how to tell whether there is a record`},
		"connection": {`
url: http://library.example.com
headers: {Host: x, "a b": x, X-Empty: " ", X-Lines: "a\nb"}
requestsPerSecond: -1
record: {path: "/x/{id}"}`, `
url: http is allowed for this machine only, because credentials would be sent in clear text: use https
requestsPerSecond: want a positive number, or 0 for no limit
headers.Host: this header follows from the request and cannot be set
headers.X-Empty: is empty
headers.X-Lines: its value has a character that cannot stand in a header, as the end of a line
headers.a b: this is not a header's name`},
		"an empty request": {url + "record: {}", `
record.path: is missing: what the URL is followed by, as /accounts
record.batch.by: is missing: repeat, comma, body, or each with {id} in the path
record.key: is missing: which of the keys an item answers
record.items: is missing: where in the answer the items are, as .data[]`},
		"fields": {url + `
record: {path: "/x/{id}", fields: {Name: .n, sise: .s, zzzzzz: .z, recordId: .id, books: .b}}
books: {path: "/y/{id}", fields: {title: .t}}`, `
record.fields.Name: there is no such field: did you mean name?
record.fields.books: there is no such field: here are name, size, url
record.fields.recordId: there is no such field: here are name, size, url
record.fields.sise: there is no such field: did you mean size?
record.fields.zzzzzz: there is no such field: here are name, size, url
books.fields.recordId: is missing: each of the books must have it
books.fields.addedAt: is missing: each of the books must have it`},
		"expressions": {url + `
record:
  path: "/x/{id}"
  items: .data[
  key: $id
  fields: {name: env.HOME, size: " ", url: '"\($ENV.HOME)"'}
  paging: {by: page, parameter: p, more: 'halt'}
books: {from: record, items: 'input', fields: {recordId: 'import "x" as x; .', addedAt: '{$ENV}', title: debug, tags: .env, isOld: 'include "x"; 1', weight: nosuch(1)}}`, `
record.items: the jq expression cannot be used: unexpected EOF: .data[
record.fields.name: the jq expression cannot be used: env is not to be used here: env.HOME
record.fields.size: a jq expression is expected here
record.fields.url: the jq expression cannot be used: $ENV is not to be used here: "\($ENV.HOME)"
record.paging.more: the jq expression cannot be used: halt is not to be used here: halt
record.key: the jq expression cannot be used: variable not defined: $id: $id
books.items: the jq expression cannot be used: input is not to be used here: input
books.fields.addedAt: the jq expression cannot be used: $ENV is not to be used here: {$ENV}
books.fields.isOld: the jq expression cannot be used: modules are not read here: include "x"; 1
books.fields.recordId: the jq expression cannot be used: modules are not read here: import "x" as x; .
books.fields.title: the jq expression cannot be used: debug is not to be used here: debug
books.fields.weight: the jq expression cannot be used: function not defined: nosuch/1: nosuch(1)`},
		"batches": {url + `
record: {path: "/x/{id}", items: '.[]', key: .k, batch: {by: comma, size: -1}}
books: {path: "y z#", items: '.[]', key: .k, batch: {by: body, body: "{x: 1}", parameter: id, size: 10001}, fields: {recordId: .i, addedAt: .i}}
notes: {path: /y, batch: {by: each, body: $ids, size: 2}, fields: {recordId: .i}}`, `
record.batch.parameter: is missing: the query's parameter that takes the keys
record.path: {id} is for requests that have one key each
record.batch.size: want a number from 1 to 10000
books.path: want a path that begins with a slash; the host is the URL's
books.batch.body: does not use the keys: use $ids
books.batch.parameter: the keys go into the body
books.batch.size: want a number from 1 to 10000
notes.batch.parameter: give the key in one place: in the path as {id}, or in this parameter
notes.batch.size: each key has a request of its own
notes.batch.body: goes with by: body`},
		"odd ways": {url + `
record: {path: "/x x/{id}", batch: {by: all}, items: '.[]', key: .k, paging: {by: guess}}
books: {path: "/x/{id}", paging: {next: .n, maxPages: 3}, fields: {recordId: .i, addedAt: .i}}
notes: {path: "/x/{id}", paging: {by: cursor, first: 1, more: .m, maxPages: -1}, fields: {recordId: .i}}`, `
record.path: has a character that cannot stand in an address: write it as %20, %23, …
record.batch.by: want repeat, comma, body or each
record.path: {id} is for requests that have one key each
record.paging.by: want next, link, cursor, page or offset
books.paging.next: paging.by is missing: next, link, cursor, page or offset
books.paging.maxPages: paging.by is missing: next, link, cursor, page or offset
notes.paging.next: is missing, and by: cursor needs it
notes.paging.parameter: is missing, and by: cursor needs it
notes.paging.first: does not go with by: cursor
notes.paging.more: does not go with by: cursor
notes.paging.maxPages: want a number from 1 to 1000`},
		"within": {url + `
record: {path: "/x/{id}", from: books, items: .}
books: {from: notes, path: /x, batch: {by: each}, paging: {by: link}, key: .k, fields: {recordId: .i, addedAt: .i}}
notes: {from: nobody, items: .x, fields: {recordId: .i}}`, `
record.from: the record has a request of its own
record.path: goes with a request of its own, and from says that there is none
books.from: want a part with a request of its own: 
books.items: is missing: where in an item of notes they are
books.path: goes with a request of its own, and from says that there is none
books.batch: goes with a request of its own, and from says that there is none
books.paging: goes with a request of its own, and from says that there is none
books.key: goes with a request of its own, and from says that there is none
notes.from: want a part with a request of its own: `},
		"the same parameter": {url + `record: {path: /x, items: '.[]', key: .k, batch: {by: repeat, parameter: id}, paging: {by: page, parameter: id}}`, `
record.paging.parameter: is the one that takes the keys`},
	} {
		t.Run(name, func(t *testing.T) {
			var c struct {
				rest.Connection      `yaml:",inline"`
				Record, Books, Notes *rest.Request
			}
			if err := yaml.UnmarshalWithOptions([]byte(test.settings), &c, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			c.Name = "library/test"
			_, err := rest.New(c.Connection, requests{"record": c.Record, "books": c.Books, "notes": c.Notes}, domain)
			if err == nil || err.Error() != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSchemaNamesPartsAndFields(t *testing.T) {
	var schema struct {
		Properties map[string]struct {
			Properties map[string]struct {
				Properties map[string]any
				Required   []string
				Enum       []string
			}
		}
	}
	if err := json.Unmarshal(rest.Schema(domain), &schema); err != nil {
		t.Fatal(err)
	}
	books := schema.Properties["books"].Properties
	if len(books["fields"].Properties) != 8 || len(books["fields"].Required) != 2 || len(books["from"].Enum) != 2 || books["path"].Properties != nil {
		t.Errorf("%+v", books)
	}
	record := schema.Properties["record"].Properties
	if _, ok := record["from"]; ok || len(record["fields"].Properties) != 3 {
		t.Errorf("%+v", record)
	}
}

// FuzzMapping: whatever a system answers, it is understood or is an error, and nothing
// of it is told.
func FuzzMapping(f *testing.F) {
	f.Add(`{"data": [{"owner": "a", "name": "secret-of-the-answer", "size": 1, "books": [{"no": 1, "at": "2026-01-31"}]}], "next": null}`)
	f.Add(`{"data": [{"owner": "a", "name": {"x": 1e999}, "books": [{"no": [], "at": 1e30, "box": {"rows": {}}}]}], "next": "?page=2"}`)
	f.Add(`{"data": [null, 1, {"owner": 1}], "next": "http://["}`)
	server := resttest.New(f, nil)
	r := requests{"record": shelves(), "books": {From: "record", Items: ".books[]", Fields: map[string]string{"recordId": ".no", "addedAt": ".at",
		"url": ".url", "isOld": ".old", "weight": ".weight", "tags": ".tags", "box": ".box", "title": ".title | plain"}}}
	r["record"].Fields["size"] = ".size"
	r["record"].Paging = rest.Paging{By: "next", Next: ".next", MaxPages: 3}
	s := open(f, server.URL, r)
	f.Fuzz(func(t *testing.T, answer string) {
		server.Text(answer)
		answers, err := s.Fetch(context.Background(), []string{"a", "1"}, all)
		if (err == nil) != (len(answers) == 2) {
			t.Errorf("%d answers, %v", len(answers), err)
		}
		if err != nil && (strings.Contains(err.Error(), "secret-of-the-answer") || strings.Contains(err.Error(), "panic")) {
			t.Error(err)
		}
		var faults rest.MappingErrors
		if errors.As(err, &faults) && len(faults) == 0 {
			t.Error("no faults")
		}
	})
}

// FuzzCompile: settings are refused or usable, and no expression ends the process.
func FuzzCompile(f *testing.F) {
	f.Add("/x/{id}?y={id}", ".a | plain", "{ids: $ids}")
	f.Add("/%zz", "env", "$ENV")
	f.Add("/a?b=c", `"\(.)" | tojson | fromjson`, "[$ids[]]")
	f.Fuzz(func(t *testing.T, path, expression, body string) {
		for _, b := range []rest.Batch{{}, {By: "body", Body: body}} {
			r := &rest.Request{Path: path, Batch: b, Items: expression, Key: expression, Fields: map[string]string{"name": expression}}
			if s, err := rest.New(connection("http://127.0.0.1:1"), requests{"record": r}, domain); (s == nil) != (err != nil) {
				t.Errorf("%v, %v", s, err)
			}
		}
	})
}
