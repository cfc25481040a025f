package customer

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/profiles"
)

var (
	early = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	late  = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
)

func answered(system string, a sources.Answer[string]) Result[string] {
	return Result[string]{System: system, Answer: a}
}

func failed(system string, kind sources.Kind, retry time.Duration) Result[string] {
	return Result[string]{System: system, Err: &sources.Error{Kind: kind, RetryAfter: retry}}
}

func elsewhere(system string) Result[string] {
	return Result[string]{System: system, NotConfigured: true}
}

func TestStatusOf(t *testing.T) {
	fresh := sources.Answer[string]{Value: "x", AsOf: late}
	old := sources.Answer[string]{Value: "x", AsOf: early, Stale: true}
	undated := sources.Answer[string]{Value: "x"}
	missing := sources.Answer[string]{Missing: true}
	cut := sources.Answer[string]{Value: "x", AsOf: late, Truncated: true}
	for name, test := range map[string]struct {
		results []Result[string]
		want    Status
	}{
		"no link":              {nil, Status{State: NotLinked, Complete: true}},
		"one answer":           {[]Result[string]{answered("a", fresh)}, Status{State: Fresh, Complete: true, AsOf: late}},
		"the oldest counts":    {[]Result[string]{answered("a", fresh), answered("a", old)}, Status{State: Stale, Complete: true, Stale: true, AsOf: early}},
		"of unknown age":       {[]Result[string]{answered("a", fresh), answered("a", undated)}, Status{State: Stale, Complete: true}},
		"dead":                 {[]Result[string]{answered("a", missing)}, Status{State: Empty, Complete: true}},
		"one dead of two":      {[]Result[string]{answered("a", missing), answered("a", fresh)}, Status{State: Fresh, Complete: true, AsOf: late}},
		"cut short":            {[]Result[string]{answered("a", cut)}, Status{State: Fresh, AsOf: late}},
		"late":                 {[]Result[string]{failed("a", sources.TimedOut, 0)}, Status{State: TimedOut, Code: "TIMED_OUT"}},
		"limited":              {[]Result[string]{failed("a", sources.RateLimited, time.Minute)}, Status{State: Unavailable, Code: "RATE_LIMITED", RetryAfter: time.Minute}},
		"late and down":        {[]Result[string]{failed("a", sources.TimedOut, 0), failed("a", sources.Unavailable, 0)}, Status{State: Unavailable, Code: "UNAVAILABLE"}},
		"some of one system":   {[]Result[string]{answered("a", fresh), failed("a", sources.TimedOut, 0)}, Status{State: Partial, AsOf: late, Code: "TIMED_OUT"}},
		"dead, the other down": {[]Result[string]{answered("a", missing), failed("a", sources.Unavailable, 0)}, Status{State: Unavailable, Code: "UNAVAILABLE"}},
		"the worst of systems": {[]Result[string]{answered("a", fresh), failed("b", sources.TimedOut, 0), answered("c", old)}, Status{State: TimedOut, Stale: true, AsOf: early, Code: "TIMED_OUT"}},
		"one not configured":   {[]Result[string]{answered("a", fresh), elsewhere("b")}, Status{State: Partial, AsOf: late, Code: "NOT_CONFIGURED"}},
		"none configured":      {[]Result[string]{elsewhere("b")}, Status{State: NotConfigured, Code: "NOT_CONFIGURED"}},
	} {
		got := StatusOf(profiles.Billing, test.results)
		if diff := cmp.Diff(test.want, got.Status); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A source failed where nothing of it answered that should have.
func TestFailure(t *testing.T) {
	found, missing := sources.Answer[string]{Value: "x"}, sources.Answer[string]{Missing: true}
	for name, test := range map[string]struct {
		results []Result[string]
		want    sources.Kind
	}{
		"nobody was asked":  {nil, ""},
		"found":             {[]Result[string]{answered("a", found)}, ""},
		"some found":        {[]Result[string]{answered("a", found), failed("b", sources.TimedOut, 0)}, ""},
		"dead":              {[]Result[string]{answered("a", missing)}, ""},
		"dead, others down": {[]Result[string]{answered("a", missing), failed("b", sources.Unavailable, 0)}, sources.Unavailable},
		"the worst":         {[]Result[string]{failed("a", sources.TimedOut, 0), failed("b", sources.Malformed, 0)}, sources.Malformed},
		"not configured":    {[]Result[string]{elsewhere("a")}, ""},
	} {
		var got sources.Kind
		if err := Failure(test.results); err != nil {
			got = err.Kind
		}
		if got != test.want {
			t.Errorf("%s: %q; want %q", name, got, test.want)
		}
	}
}
