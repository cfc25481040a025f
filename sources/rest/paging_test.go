package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"customer360/sources"
	"customer360/sources/rest"
	"customer360/sources/rest/resttest"
)

func TestPaging(t *testing.T) {
	first := 1
	for name, test := range map[string]struct {
		batch  rest.Batch
		paging rest.Paging
		each   bool
		calls  int
		cut    bool
	}{
		"next address":           {paging: rest.Paging{By: "next", Next: ".next"}, calls: 8},
		"Link header":            {paging: rest.Paging{By: "link"}, calls: 8},
		"cursor":                 {paging: rest.Paging{By: "cursor", Next: ".cursor", Parameter: "cursor"}, calls: 8},
		"number of a page":       {paging: rest.Paging{By: "page", Parameter: "page", First: &first}, calls: 9},
		"number, and an end":     {paging: rest.Paging{By: "page", Parameter: "page", More: ".page < .pages"}, calls: 8},
		"offset":                 {paging: rest.Paging{By: "offset", Parameter: "offset"}, calls: 9},
		"number in a body":       {batch: rest.Batch{By: "body", Body: "{ids: $ids, $page}"}, paging: rest.Paging{By: "page"}, calls: 9},
		"one key each":           {each: true, paging: rest.Paging{By: "next", Next: ".next"}, calls: 9},
		"bound":                  {paging: rest.Paging{By: "next", Next: ".next", MaxPages: 7}, calls: 7, cut: true},
		"bound, number":          {paging: rest.Paging{By: "page", Parameter: "page", MaxPages: 8}, calls: 8, cut: true},
		"bound, all of it":       {paging: rest.Paging{By: "next", Next: ".next", MaxPages: 8}, calls: 8},
		"several small requests": {batch: rest.Batch{By: "comma", Parameter: "ids", Size: 2}, paging: rest.Paging{By: "next", Next: ".next"}, calls: 8},
	} {
		t.Run(name, func(t *testing.T) {
			server := resttest.New(t, library(5))
			r := requests{"record": shelves(), "books": books()}
			r["record"].Path += "?page=1"
			r["record"].Paging = rest.Paging{By: "link"}
			r["books"].Paging = test.paging
			if test.batch.By != "" {
				r["books"].Batch = test.batch
			}
			if test.each {
				r["books"].Path, r["books"].Batch, r["books"].Key = "/books/{id}", rest.Batch{}, ""
			}
			answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a", "b", "c", "d"}, partBooks)
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, key := range []string{"a", "b", "c"} {
				a := answers[key]
				got += len(a.Value.Books)
				if a.Truncated != test.cut || a.Value.cut.Has(partBooks) != test.cut {
					t.Errorf("%s: truncated %t, cut %b", key, a.Truncated, a.Value.cut)
				}
			}
			if got != 15 && !test.cut {
				t.Errorf("%d books of 15", got)
			}
			if !answers["d"].Missing {
				t.Error("d is not there")
			}
			calls := slices.DeleteFunc(server.Calls(), func(c string) bool { return strings.Contains(c, "/shelves") })
			if test.each {
				calls = slices.DeleteFunc(calls, func(c string) bool { return strings.Contains(c, "/d") })
			}
			if len(calls) != test.calls {
				t.Errorf("%d calls; want %d:\n%s", len(calls), test.calls, strings.Join(calls, "\n"))
			}
		})
	}
}

// A record that was not on the pages that were read is not known to be missing.
func TestCutRecordsAreUnknown(t *testing.T) {
	server := resttest.New(t, library(0))
	r := requests{"record": shelves()}
	r["record"].Paging = rest.Paging{By: "next", Next: ".next", MaxPages: 1}
	answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a", "b", "c"}, partShelf)
	var e *sources.Error
	if _, ok := answers["c"]; ok || len(answers) != 2 || !errors.As(err, &e) || e.Kind != sources.Malformed {
		t.Errorf("%v, %v", answers, err)
	}
}

func TestPagesThatGoNowhere(t *testing.T) {
	item := `{"data": [{"owner": "x", "no": 1}], "next": %s}`
	for name, test := range map[string]struct {
		paging rest.Paging
		next   string
		link   string
		want   string
	}{
		"same address":        {paging: rest.Paging{By: "next", Next: ".next"}, next: `"/shelves?page=1"`, want: "was read already"},
		"same cursor":         {paging: rest.Paging{By: "cursor", Next: ".next", Parameter: "cursor"}, next: `7`, want: "was read already"},
		"same link":           {paging: rest.Paging{By: "link"}, next: `null`, link: `</shelves>; rel=next`, want: "was read already"},
		"parameter ignored":   {paging: rest.Paging{By: "page", Parameter: "page"}, next: `null`, want: "the same as the one before"},
		"offset ignored":      {paging: rest.Paging{By: "offset", Parameter: "page"}, next: `null`, want: "the same as the one before"},
		"another host":        {paging: rest.Paging{By: "next", Next: ".next"}, next: `"https://elsewhere.example/x"`, want: "another host"},
		"another host, //":    {paging: rest.Paging{By: "next", Next: ".next"}, next: `"//elsewhere.example/x"`, want: "another host"},
		"a user":              {paging: rest.Paging{By: "link"}, next: `null`, link: `<//u:p@127.0.0.1/>; rel=next`, want: "another host"},
		"no address":          {paging: rest.Paging{By: "next", Next: ".next"}, next: `"::%"`, want: "expected an address"},
		"a list":              {paging: rest.Paging{By: "next", Next: ".next"}, next: `[1]`, want: "expected a text"},
		"an odd end":          {paging: rest.Paging{By: "page", Parameter: "page", More: ".next"}, next: `"yes"`, want: "expected true or false"},
		"the expression ends": {paging: rest.Paging{By: "next", Next: ".next.x"}, next: `[1]`, want: "the expression fails"},
	} {
		t.Run(name, func(t *testing.T) {
			server := resttest.New(t, nil)
			server.Answer(func(w http.ResponseWriter, _ *http.Request) {
				if test.link != "" {
					w.Header().Set("Link", test.link)
				}
				fmt.Fprintf(w, item, test.next)
			})
			r := requests{"record": shelves()}
			r["record"].Paging = test.paging
			answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a"}, partShelf)
			var fault *rest.MappingError
			if len(answers) != 0 || !errors.As(err, &fault) || !strings.Contains(fault.Problem, test.want) {
				t.Errorf("%v, %v", answers, err)
			}
		})
	}
	for _, end := range []string{"null", `""`, "false"} {
		server := resttest.New(t, nil)
		server.Text(fmt.Sprintf(item, end))
		r := requests{"record": shelves()}
		r["record"].Paging = rest.Paging{By: "next", Next: ".next"}
		answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a"}, partShelf)
		if err != nil || !answers["a"].Missing {
			t.Errorf("%s: %v, %v", end, answers, err)
		}
	}
}

func TestLongAddressesAreCut(t *testing.T) {
	server := resttest.New(t, nil)
	server.Text(`{"data": []}`)
	var keys []string
	for i := range 100 {
		keys = append(keys, fmt.Sprint(i, strings.Repeat("x", 500)))
	}
	r := requests{"record": shelves()}
	r["record"].Batch.Size = 100
	answers, err := open(t, server.URL, r).Fetch(context.Background(), keys, partShelf)
	if err != nil || len(answers) != 100 {
		t.Fatal(err)
	}
	if calls := server.Calls(); len(calls) != 13 || slices.ContainsFunc(calls, func(c string) bool { return len(c) > 5000 }) {
		t.Errorf("%d calls", len(calls))
	}
}
