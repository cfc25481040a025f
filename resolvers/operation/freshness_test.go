package operation

import (
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"customer360/sources"
	"customer360/sources/profiles"
)

func TestFreshness(t *testing.T) {
	length := func(d time.Duration) *time.Duration { return &d }
	for directives, want := range map[string]struct {
		billing, support sources.Freshness
		fault            string
	}{
		``: {},
		`@freshness(maxAge: "PT10M", onError: SERVE_STALE, maxStale: "P1D", deadline: "PT0.3S")`: {
			billing: sources.Freshness{MaxAge: length(10 * time.Minute), OnError: sources.ServeStale, MaxStale: length(24 * time.Hour), Deadline: 300 * time.Millisecond},
			support: sources.Freshness{MaxAge: length(10 * time.Minute), OnError: sources.ServeStale, MaxStale: length(24 * time.Hour), Deadline: 300 * time.Millisecond},
		},
		`@freshness(sources: BILLING, onError: FAIL) @freshness(deadline: "PT1S")`: {
			billing: sources.Freshness{OnError: sources.Fail, Deadline: time.Second},
			support: sources.Freshness{Deadline: time.Second},
		},
		// The one that names a source goes over the other, wherever it stands.
		`@freshness(sources: [BILLING], maxAge: "PT0S") @freshness(maxAge: "P1W")`: {
			billing: sources.Freshness{MaxAge: length(0)},
			support: sources.Freshness{MaxAge: length(7 * 24 * time.Hour)},
		},
		`@freshness(maxAge: "PT1M") @freshness(maxAge: "PT1M", onError: null)`: {
			billing: sources.Freshness{MaxAge: length(time.Minute)}, support: sources.Freshness{MaxAge: length(time.Minute)},
		},
		`@freshness(sources: $sources, maxAge: $age)`: {
			support: sources.Freshness{MaxAge: length(time.Hour)},
		},
		`@freshness(maxAge: "PT1M") @freshness(maxAge: "PT2M")`:                                                   {fault: "`maxAge` is given twice"},
		`@freshness(sources: [BILLING, SOCIAL], onError: FAIL) @freshness(sources: SOCIAL, onError: SERVE_STALE)`: {fault: "`onError` is given twice for SOCIAL"},
		`@freshness(onError: FAIL, maxStale: "P1D")`:                                                              {fault: "`onError: FAIL`"},
		// What is said of a source drops what contradicts it of what is said of all.
		`@freshness(onError: FAIL) @freshness(sources: [BILLING], maxStale: "P1D")`: {
			billing: sources.Freshness{MaxStale: length(24 * time.Hour)}, support: sources.Freshness{OnError: sources.Fail},
		},
		`@freshness(maxStale: "P1D") @freshness(sources: [BILLING], onError: FAIL)`: {
			billing: sources.Freshness{OnError: sources.Fail}, support: sources.Freshness{MaxStale: length(24 * time.Hour)},
		},
		`@freshness(maxAge: "PT1H") @freshness(sources: [BILLING], maxStale: "PT10M")`: {
			billing: sources.Freshness{MaxStale: length(10 * time.Minute)}, support: sources.Freshness{MaxAge: length(time.Hour)},
		},
		`@freshness(sources: [BILLING], onError: FAIL, maxStale: "P1D")`: {fault: "`onError: FAIL`"},
		`@freshness(maxAge: "P1D", maxStale: "PT1M")`:                    {fault: "at least `maxAge`"},
		`@freshness(sources: [])`:                                        {fault: "empty"},
		`@freshness(sources: [PROFILE], maxAge: "PT1M")`:                 {fault: "not PROFILE"},
		`@freshness(deadline: "PT0S")`:                                   {fault: "`deadline` is zero"},
		`@freshness(maxAge: "P1M")`:                                      {fault: "`maxAge`: want a Duration in days"},
		`@freshness(maxAge: "ten minutes")`:                              {fault: "`maxAge`: want a Duration in days"},
		`@freshness(maxAge: ["PT1M"]) @freshness(maxAge: ["PT1M"])`:      {fault: "`maxAge`: want a Duration in days"},
		`@freshness(maxStale: "P99999999999D")`:                          {fault: "century"},
	} {
		t.Run(directives, func(t *testing.T) {
			doc, err := parser.ParseQuery(&ast.Source{Input: "query " + directives + " { systems { system } }"})
			if err != nil {
				t.Fatal(err)
			}
			op := &graphql.OperationContext{Operation: doc.Operations[0], Variables: map[string]any{"sources": []string{"SUPPORT"}, "age": "PT1H"}}
			for _, d := range op.Operation.Directives {
				d.Definition = &ast.DirectiveDefinition{Name: d.Name, Arguments: ast.ArgumentDefinitionList{
					{Name: "sources"}, {Name: "maxAge"}, {Name: "onError"}, {Name: "maxStale"}, {Name: "deadline"},
				}}
			}
			got, fault := freshnessOf(op)
			if want.fault != "" {
				if fault == nil || !strings.Contains(fault.Message, want.fault) {
					t.Errorf("%v; want %q", fault, want.fault)
				}
				return
			}
			if fault != nil {
				t.Fatal(fault)
			}
			for source, want := range map[profiles.SourceName]sources.Freshness{profiles.Billing: want.billing, profiles.Support: want.support} {
				if g := got[source]; g.OnError != want.OnError || g.Deadline != want.Deadline || !sameLength(g.MaxAge, want.MaxAge) || !sameLength(g.MaxStale, want.MaxStale) {
					t.Errorf("%s: %+v; want %+v", source, g, want)
				}
			}
		})
	}
}

func sameLength(a, b *time.Duration) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
