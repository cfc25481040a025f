package operation

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/access"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/audience"
)

func contractOf(t *testing.T, a access.Audience) *audience.Contract {
	t.Helper()
	c, err := graph.NewContract(a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wished gives an operation with directives and headers, as its contract takes it.
func wished(t *testing.T, c *audience.Contract, directives string, headers http.Header, extensions map[string]any) (*graphql.OperationContext, *gqlerror.Error) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(c.Schema, "query "+directives+" { __typename }", rules.NewDefaultRules())
	if errs != nil {
		t.Fatal(errs)
	}
	op := &graphql.OperationContext{Operation: doc.Operations[0], Headers: headers, Extensions: extensions}
	return op, (&policy{contract: c}).readHeaders(op)
}

// What the header says is what the directives beside it say.
func TestFreshnessHeader(t *testing.T) {
	c := contractOf(t, access.Internal)
	for header, directives := range map[string]string{
		``:                                  ``,
		`BILLING;max-age=PT1M`:              `@freshness(sources: [BILLING], maxAge: "PT1M")`,
		`BILLING;max-age="PT1M"`:            `@freshness(sources: [BILLING], maxAge: "PT1M")`,
		`(BILLING SUPPORT);deadline=PT0.3S`: `@freshness(sources: [BILLING, SUPPORT], deadline: "PT0.3S")`,
		`*;on-error=SERVE_STALE;max-stale=P1D;deadline=PT0.4S, BILLING;max-age=PT0S`: `@freshness(onError: SERVE_STALE, maxStale: "P1D", deadline: "PT0.4S") @freshness(sources: [BILLING], maxAge: "PT0S")`,
		`SOCIAL;on-error=FAIL,*;max-stale=P1D`:                                       `@freshness(sources: [SOCIAL], onError: FAIL) @freshness(maxStale: "P1D")`,
	} {
		byHeader, bad := wished(t, c, "", http.Header{freshnessHeader: {header}}, nil)
		if bad != nil {
			t.Errorf("%s: %s", header, bad.Message)
			continue
		}
		byDirective, _ := wished(t, c, directives, nil, nil)
		got, bad := freshnessOf(byHeader)
		if bad != nil {
			t.Errorf("%s: %s", header, bad.Message)
		}
		if want, _ := freshnessOf(byDirective); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v; want %v", header, got, want)
		}
	}
	// Both at once are as if all stood with the operation; lines of a header are one list.
	both, _ := wished(t, c, `@freshness(onError: FAIL)`, http.Header{freshnessHeader: {"BILLING;max-age=PT1M", "SOCIAL;deadline=PT1S"}}, nil)
	all, _ := wished(t, c, `@freshness(onError: FAIL) @freshness(sources: [BILLING], maxAge: "PT1M") @freshness(sources: [SOCIAL], deadline: "PT1S")`, nil, nil)
	got, bad := freshnessOf(both)
	if want, _ := freshnessOf(all); bad != nil || len(got) == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v; want %v", got, bad, want)
	}
}

// Nothing that a header says is passed over: it counts, or it is refused with what to do.
func TestBadHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		header, value string
		directives    string
		extensions    map[string]any
		audience      access.Audience
		fault         string
	}{
		"a header that there is not":   {header: "C360-Freshnes", value: "x", fault: "C360-Purpose, C360-Freshness and C360-Source-Errors"},
		"no purpose":                   {header: purposeHeader, fault: "one word"},
		"two purposes":                 {header: purposeHeader, value: "marketing, profiling", fault: "one word"},
		"words without quotes":         {header: purposeHeader, value: "order handling", fault: "double quotes"},
		"a purpose with a parameter":   {header: purposeHeader, value: "marketing;x=1", fault: "one word"},
		"letters that no purpose has":  {header: purposeHeader, value: `"größer"`, fault: "one word"},
		"a purpose that is a number":   {header: purposeHeader, value: "1", fault: "one word"},
		"another purpose":              {header: purposeHeader, value: "marketing", extensions: map[string]any{"purpose": "profiling"}, fault: "contradicts"},
		"errors of no kind":            {header: sourceErrorsHeader, value: "both", fault: "status or errors"},
		"errors, in capitals":          {header: sourceErrorsHeader, value: "STATUS", fault: "status or errors"},
		"errors otherwise":             {header: sourceErrorsHeader, value: "status", extensions: map[string]any{"sourceErrors": "errors"}, fault: "contradicts"},
		"no list":                      {header: freshnessHeader, value: "BILLING;;", fault: "RFC 9651"},
		"JSON":                         {header: freshnessHeader, value: `{"maxAge": "PT1M"}`, fault: "RFC 9651"},
		"the directive's own words":    {header: freshnessHeader, value: `BILLING;maxAge=PT1M`, fault: "RFC 9651"},
		"a parameter that there isn't": {header: freshnessHeader, value: `BILLING;age=PT1M`, fault: "deadline, max-age, max-stale, on-error"},
		"no source":                    {header: freshnessHeader, value: `();max-age=PT1M`, fault: "empty"},
		"all and one":                  {header: freshnessHeader, value: `(* BILLING);max-age=PT1M`, fault: "not *"},
		"what is always read anew":     {header: freshnessHeader, value: `PROFILE;max-age=PT1M`, fault: "not PROFILE"},
		"a source in quotes":           {header: freshnessHeader, value: `"BILLING";max-age=PT1M`, fault: "begin with a source"},
		"a parameter of one of two":    {header: freshnessHeader, value: `(BILLING;max-age=PT1M SUPPORT)`, fault: "begin with a source"},
		"seconds":                      {header: freshnessHeader, value: `BILLING;max-age=60`, fault: "PT1M"},
		"nothing of a length":          {header: freshnessHeader, value: `BILLING;max-age`, fault: "PT1M"},
		"no length":                    {header: freshnessHeader, value: `BILLING;max-age=long`, fault: "`maxAge`"},
		"a month":                      {header: freshnessHeader, value: `*;max-age=P1M`, fault: "`maxAge`"},
		"no time at all":               {header: freshnessHeader, value: `*;deadline=PT0S`, fault: "zero"},
		"what to do, misspelt":         {header: freshnessHeader, value: `*;on-error=stale`, fault: "SERVE_STALE or FAIL"},
		"twice":                        {header: freshnessHeader, value: `*;max-age=PT1M, *;max-age=PT2M`, fault: "given twice"},
		"the directive says otherwise": {header: freshnessHeader, value: `*;max-age=PT1M`, directives: `@freshness(maxAge: "PT2M")`, fault: "given twice"},
		"a contract without the wish":  {header: freshnessHeader, value: `*;max-age=PT1M`, audience: access.Partner, fault: "does not have this option"},
	} {
		if test.audience == "" {
			test.audience = access.Internal
		}
		op, bad := wished(t, contractOf(t, test.audience), test.directives, http.Header{test.header: {test.value}}, test.extensions)
		if bad == nil {
			_, bad = freshnessOf(op)
		}
		if bad == nil || !strings.HasPrefix(bad.Message, test.header+": ") || !strings.Contains(bad.Message, test.fault) || bad.Extensions["code"] != customer.CodeBadUserInput {
			t.Errorf("%s: %v; want %q", name, bad, test.fault)
		}
	}
}

func TestHeadersStandForExtensions(t *testing.T) {
	c := contractOf(t, access.Partner)
	for value, want := range map[string]string{"marketing": "marketing", `"order handling"`: "order handling", ` marketing `: "marketing"} {
		given := map[string]any{"sourceErrors": "status"}
		op, bad := wished(t, c, "", http.Header{purposeHeader: {value}, sourceErrorsHeader: {"status"}, "Other": {"x"}}, given)
		if bad != nil || op.Extensions["purpose"] != want || op.Extensions["sourceErrors"] != "status" {
			t.Errorf("%s: %v, %v", value, op.Extensions, bad)
		}
		if len(given) != 1 {
			t.Errorf("what the request holds has become %v", given)
		}
	}
}
