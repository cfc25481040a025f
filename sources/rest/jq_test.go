package rest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"customer360/sources/rest"
	"customer360/sources/rest/resttest"
)

func TestFunctions(t *testing.T) {
	for _, test := range []struct{ name, expression, want, fault string }{
		{`"o"`, `.name | word({"o": "OPEN"})`, "OPEN", ""},
		{`7`, `.name | word({"7": "seven"})`, "seven", ""},
		{`"new"`, `.name | word({"o": "OPEN"})`, "new", ""},
		{`null`, `.name | word({"o": "OPEN"})`, "", ""},
		{`[]`, `.name | word({"o": "OPEN"})`, "", "expected a word"},
		{`"o"`, `.name | word("x")`, "", "word takes an object"},
		{`"31.01.2026 10:30"`, `.name | time("%d.%m.%Y %H:%M"; "Europe/Berlin")`, "2026-01-31T09:30:00Z", ""},
		{`"31.01.2026"`, `.name | time("%d.%m.%Y")`, "2026-01-31T00:00:00Z", ""},
		{`"2026-01-31T10:30:00+0100"`, `.name | time("%Y-%m-%dT%H:%M:%S%z")`, "2026-01-31T09:30:00Z", ""},
		{`20260131`, `.name | time("%Y%m%d")`, "2026-01-31T00:00:00Z", ""},
		{`null`, `.name | time("%d.%m.%Y")`, "", ""},
		{`"soon"`, `.name | time("%d.%m.%Y")`, "", "expected a time as %d.%m.%Y"},
		{`{}`, `.name | time("%d.%m.%Y")`, "", "expected a time as %d.%m.%Y"},
		{`"31.01.2026"`, `.name | time("%d.%m.%Y"; "Local")`, "", "expected a time zone"},
		{`"<p>x"`, `.name | plain`, "x", ""},
		{`null`, `.name | plain`, "", ""},
		{`[1]`, `.name | plain`, "", "expected a text"},
		{`"x"`, `error("personal")`, "", "the expression fails"},
		{`"x"`, `try error("personal") catch "caught"`, "caught", ""},
	} {
		server := resttest.New(t, nil)
		server.Text(`{"name": ` + test.name + `}`)
		answers, err := open(t, server.URL, requests{"record": {Path: "/x/{id}", Fields: map[string]string{"name": test.expression}}}).
			Fetch(context.Background(), []string{"a"}, all)
		var fault *rest.MappingError
		switch {
		case test.fault != "":
			if !errors.As(err, &fault) || !strings.HasPrefix(fault.Problem, test.fault) || strings.Contains(fault.Problem, "personal") {
				t.Errorf("%s of %s: %v", test.expression, test.name, err)
			}
		case err != nil:
			t.Error(err)
		case answers["a"].Value.Name != test.want:
			t.Errorf("%s of %s: %q; want %q", test.expression, test.name, answers["a"].Value.Name, test.want)
		}
	}
}

// An expression that never ends, or makes more than there is room for, is our fault, and
// not the system's.
func TestEndlessExpressionsAreWrongMappings(t *testing.T) {
	for _, expression := range []string{"def f: f; f", "[repeat(1)]", "repeat(1)", "def f: 1 + f; f", `"x" * 1000000000`, "null | .[536870911] = 1"} {
		server := resttest.New(t, nil)
		server.Text(`{"data": [{"owner": "a"}]}`)
		r := requests{"record": shelves()}
		r["record"].Fields["name"] = expression
		answers, err := open(t, server.URL, r).Fetch(context.Background(), []string{"a"}, all)
		var fault *rest.MappingError
		if len(answers) != 0 || !errors.As(err, &fault) || !strings.HasPrefix(fault.Problem, "the expression ") {
			t.Errorf("%s: %v, %v", expression, answers, err)
		}
	}
}
