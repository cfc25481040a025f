package rest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/sources"
	"customer360/sources/rest"
	"customer360/sources/rest/resttest"
)

func TestAwkwardAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		// known are keys that must be answered with a record, missing those that must
		// be told to be missing; others must be left out.
		known, missing string
		fault          string
	}{
		"fine":                         {answer: `{"data": [{"owner": "a"}, {"owner": "b"}]}`, known: "ab", missing: "c"},
		"an empty list":                {answer: `{"data": []}`, missing: "abc"},
		"no list":                      {answer: `{}`, fault: "record.items: the expression fails: .data[]"},
		"null":                         {answer: `null`, fault: "record.items: the expression fails: .data[]"},
		"nulls in the list":            {answer: `{"data": [null, {"owner": "a"}, null]}`, known: "a", missing: "bc"},
		"texts in the list":            {answer: `{"data": ["personal"]}`, fault: "record.key: the expression fails: .owner"},
		"the same twice":               {answer: `{"data": [{"owner": "a"}, {"owner": "a"}]}`, known: "a", missing: "bc"},
		"two that differ":              {answer: `{"data": [{"owner": "a", "x": 1}, {"owner": "a", "x": 2}, {"owner": "b"}]}`, known: "b", missing: "c", fault: "record.items: two different items answer one key: .data[]"},
		"for somebody else":            {answer: `{"data": [{"owner": "x"}, {"owner": "a"}]}`, known: "a", missing: "bc"},
		"an item without a key":        {answer: `{"data": [{"owner": "a"}, {"id": "personal"}]}`, known: "a", fault: "record.key: an item has no key: .owner"},
		"items without a key":          {answer: `{"data": [{}, {"owner": ""}, {"owner": null}]}`, fault: "record.key: an item has no key: .owner (3 times)"},
		"a key of another type":        {answer: `{"data": [{"owner": ["personal"]}, {"owner": "b"}]}`, known: "b", fault: "record.key: expected a text or a number: .owner"},
		"a field of another type":      {answer: `{"data": [{"owner": "a", "name": {"x": "personal"}}, {"owner": "b"}]}`, known: "b", missing: "c", fault: "record.fields.name: expected a text: .name"},
		"a number for a text":          {answer: `{"data": [{"owner": "a", "name": 12345678901234567890}]}`, known: "a", missing: "bc"},
		"a huge whole number":          {answer: `{"data": [{"owner": "a", "size": 12345678901234567890}]}`, missing: "bc", fault: "record.fields.size: expected a whole number from 0 to 2147483647: .size"},
		"a huge exponent":              {answer: `{"data": [{"owner": "a", "size": 1e99999}]}`, missing: "bc", fault: "record.fields.size: expected a whole number from 0 to 2147483647: .size"},
		"a whole number with a point":  {answer: `{"data": [{"owner": "a", "size": 3e2}, {"owner": "b", "size": "7"}]}`, known: "ab", missing: "c"},
		"HTML":                         {answer: `<!doctype html><p>personal`, fault: "its answer is not JSON at byte 1"},
		"half of it":                   {answer: `{"data": [{"owner": "a"}`, fault: "incomplete JSON"},
		"a deep one":                   {answer: `{"data": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, fault: "record.key: the expression fails"},
		"a deeper one":                 {answer: strings.Repeat("[", 20000), fault: "its answer is not JSON"},
		"the same, wrong in one place": {answer: `{"data": [{"owner": "a", "name": []}, {"owner": "b", "name": [1]}, {"owner": "c", "name": []}]}`, fault: "record.fields.name: expected a text: .name (3 times)"},
	} {
		t.Run(name, func(t *testing.T) {
			server := resttest.New(t, nil)
			server.Text(test.answer)
			r := requests{"record": shelves()}
			r["record"].Fields["size"] = ".size"
			answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a", "b", "c"}, all)
			for _, key := range []string{"a", "b", "c"} {
				a, ok := answers[key]
				if wantKnown, wantMissing := strings.Contains(test.known, key), strings.Contains(test.missing, key); ok != (wantKnown || wantMissing) || a.Missing != wantMissing {
					t.Errorf("%s: answered %t, missing %t", key, ok, a.Missing)
				}
			}
			if test.fault == "" && err != nil || test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)) {
				t.Errorf("%v; want %q", err, test.fault)
			}
			if err != nil && strings.Contains(err.Error(), "personal") {
				t.Errorf("the error tells what was in the answer: %v", err)
			}
		})
	}
}

func TestWrongFacts(t *testing.T) {
	for name, test := range map[string]struct {
		facts string
		want  string
		value any
	}{
		"no key":     {`[{"at": 1}]`, "books.fields.recordId: it gives nothing, and each of the books must have it: .no", nil},
		"no date":    {`[{"no": 1}]`, "books.fields.addedAt: it gives nothing, and each of the books must have it: .at", nil},
		"odd date":   {`[{"no": 1, "at": "31.01.2026"}]`, "books.fields.addedAt: expected a time", "31.01.2026"},
		"odd zone":   {`[{"no": 1, "at": "2026-01-31T09:30:00"}]`, "books.fields.addedAt: expected a time", "2026-01-31T09:30:00"},
		"millis":     {`[{"no": 1, "at": 1769851800000}]`, "divide milliseconds by 1000", nil},
		"year zero":  {`[{"no": 1, "at": "0000-01-01"}]`, "of the years 1 to 9999", "0000-01-01"},
		"odd url":    {`[{"no": 1, "at": 1, "url": "javascript:alert(1)"}]`, "books.fields.url: expected an address", "javascript:alert(1)"},
		"odd bool":   {`[{"no": 1, "at": 1, "old": "yes"}]`, "books.fields.isOld: expected true or false", "yes"},
		"odd number": {`[{"no": 1, "at": 1, "weight": "NaN"}]`, "books.fields.weight: expected a number", "NaN"},
		"odd list":   {`[{"no": 1, "at": 1, "tags": [true]}]`, "books.fields.tags: expected a text", nil},
		"odd object": {`[{"no": 1, "at": 1, "box": {"rows": 1, "lid": 2}}]`, "books.fields.box: expected an object of kind, rows only", nil},
		"no object":  {`[{"no": 1, "at": 1, "box": 3}]`, "books.fields.box: expected an object of kind, rows", nil},
		"odd inside": {`[{"no": 1, "at": 1, "box": {"rows": -1}}]`, "books.fields.box: rows: expected a whole number", nil},
		"several":    {`[{"no": 1, "at": 1, "title": [1, 2]}]`, "books.fields.title: the expression gives several values", nil},
		"two faults": {`[{"no": 1, "at": "x", "weight": "x"}]`, "; books.fields.weight", nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := resttest.New(t, nil)
			server.Text(`{"data": [{"owner": "a", "books": ` + test.facts + `}, {"owner": "b", "books": [{"no": 2, "at": 2}]}]}`)
			r := requests{"record": shelves(), "books": books()}
			r["books"] = &rest.Request{From: "record", Items: ".books[]", Fields: map[string]string{"recordId": ".no", "addedAt": ".at", "url": ".url",
				"isOld": ".old", "weight": ".weight", "tags": ".tags", "box": ".box", "title": ".title[]?"}}
			answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a", "b"}, all)
			var fault *rest.MappingError
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v; want %q", err, test.want)
			} else if test.value != nil && fault.Value != test.value {
				t.Errorf("the value is %v; want %v", fault.Value, test.value)
			}
			if _, ok := answers["a"]; ok || len(answers) != 1 {
				t.Errorf("%v", answers)
			}
			var faults rest.MappingErrors
			if !errors.As(err, &faults) {
				t.Errorf("%T", err)
			}
		})
	}
}

func TestFieldsOfEveryType(t *testing.T) {
	server := resttest.New(t, nil)
	server.Text(`{"id": 1, "books": [
		{"no": 12345678901234567890, "at": "2026-01-31T10:30:00+01:00", "title": "  A <b>bold</b> title<br>in two lines ", "tags": ["x", null, "", 7], "weight": 1.25, "old": false, "box": {"rows": 2, "kind": null}},
		{"no": "early", "at": 1.5, "title": null, "tags": "one", "weight": "2", "old": null, "box": null},
		{"no": "early", "at": 1.5}]}`)
	r := requests{"record": {Path: "/shelves/{id}", Fields: map[string]string{"name": "$id"}},
		"books": {From: "record", Items: ".books[]", Fields: map[string]string{"recordId": ".no", "addedAt": ".at", "title": ".title | plain",
			"isOld": ".old", "weight": ".weight", "tags": ".tags", "box": ".box", "url": `"https://library.example.com/\($id)"`}}}
	answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a b/c?d"}, all)
	if err != nil {
		t.Fatal(err)
	}
	s := answers["a b/c?d"].Value
	if s.Name != "a b/c?d" || len(s.Books) != 2 || server.Calls()[0] != "GET /shelves/a%20b%2Fc%3Fd" {
		t.Fatalf("%+v, %s", s, server.Calls())
	}
	b, c := s.Books[0], s.Books[1]
	if b.RecordID != "12345678901234567890" || !b.AddedAt.Equal(time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)) || b.AddedAt.Location() != time.UTC ||
		b.Title != "A bold title\nin two lines" || !slices.Equal(b.Tags, []string{"x", "7"}) || *b.Weight != 1.25 || *b.IsOld || *b.Box != (box{2, ""}) {
		t.Errorf("%+v", b)
	}
	if c.RecordID != "early" || !c.AddedAt.Equal(time.UnixMilli(1500)) || c.Title != "" || !slices.Equal(c.Tags, []string{"one"}) || *c.Weight != 2 || c.IsOld != nil || c.Box != nil {
		t.Errorf("%+v", c)
	}
}

// An account that is there while its facts are said not to be is no empty list.
func TestFactsThatAreNotThere(t *testing.T) {
	server := resttest.New(t, library(0))
	r := requests{"record": shelves(), "books": books()}
	r["books"].Path, r["books"].Batch, r["books"].Key = "/books/{id}", rest.Batch{}, ""
	answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a", "d"}, all)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.Malformed || len(answers) != 1 || !answers["d"].Missing {
		t.Errorf("%v, %v", answers, err)
	}
}
