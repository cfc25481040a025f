package jq

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/itchyny/gojq"
)

// run gives what an expression makes of a value, as JSON; of an error its text, if it may
// be told.
func run(source string, input any) string {
	e, err := Compile(source, Options{})
	if err != nil {
		return "compile: " + err.Error()
	}
	var all []string
	err = e.Each(NewBudget(context.Background(), MaxRun), input, nil, func(v any) error {
		text, err := gojq.Marshal(v)
		all = append(all, string(text))
		return err
	})
	var expected Expected
	switch {
	case errors.As(err, &expected):
		return string(expected)
	case err != nil:
		return "error"
	}
	return strings.Join(all, " ")
}

// TestTimes is the one table of what date and time read, for imports and for systems
// that are asked over HTTP.
func TestTimes(t *testing.T) {
	const (
		form  = "another form"
		day   = "this day does not exist"
		clock = "this time does not exist"
		skip  = "clocks skip this time"
		zone  = "the abbreviation of a time zone"
	)
	for _, test := range []struct{ in, source, want string }{
		{`2024-01-31 10:20:30`, `time("%Y-%m-%d %H:%M:%S")`, `2024-01-31T10:20:30Z`},
		{`31.1.2024`, `time("%d.%m.%Y")`, `2024-01-31T00:00:00Z`},
		{` 31.01.2024 `, `date("%d.%m.%Y")`, `2024-01-31`},
		{`01/31/2024`, `date("%m/%d/%Y")`, `2024-01-31`},
		{`2024-01`, `date("%Y-%m")`, `2024-01-01`},
		{`20240131T102030.25Z`, `time("%Y%m%dT%H%M%S.%f%z")`, `2024-01-31T10:20:30.25Z`},
		{`31 Jan 2024`, `date("%d %b %Y")`, `2024-01-31`},
		{`31 JANUARY 2024`, `date("%d %B %Y")`, `2024-01-31`},
		{`Wed, 31 Jan 2024 10:20:30 +0100`, `time("%a, %d %b %Y %H:%M:%S %z")`, `2024-01-31T09:20:30Z`},
		{`Wed Jan 31 10:20:30 2024`, `time("%c")`, `2024-01-31T10:20:30Z`},
		{`31 stycznia 2024`, `date("%d %B %Y")`, `English names`},
		{`soon`, `time("%d.%m.%Y")`, form},
		{`31.01.2024 x`, `time("%d.%m.%Y")`, form},
		{`31.01`, `time("%d.%m")`, `the form has no year`},
		{`15.03.`, `date("%d.%m.")`, `--03-15`}, {`29 Feb`, `date("%d %b")`, `--02-29`}, {`30 Feb`, `date("%d %b")`, day}, {`--03-15`, `date("--%m-%d")`, `--03-15`},
		{`31.01.24`, `date("%d.%m.%Y")`, `%y one of two`},
		{`31.01.2024`, `date("%d.%m.%Q")`, `which is not known`},

		// The calendar.
		{`31.02.2024`, `date("%d.%m.%Y")`, day}, {`31.02.2024`, `time("%d.%m.%Y")`, day}, {`30.02.2024`, `date("%d.%m.%Y")`, day},
		{`29.02.2024`, `date("%d.%m.%Y")`, `2024-02-29`}, {`29.02.2023`, `date("%d.%m.%Y")`, day}, {`29.02.1900`, `date("%d.%m.%Y")`, day},
		{`31.04.2024`, `date("%d.%m.%Y")`, day}, {`32.01.2024`, `date("%d.%m.%Y")`, day}, {`00.01.2024`, `date("%d.%m.%Y")`, day}, {`01.13.2024`, `date("%d.%m.%Y")`, day},
		{`0000-00-00`, `date("%Y-%m-%d")`, day},
		{`Tue 31 Jan 2024`, `date("%a %d %b %Y")`, `the day of the week`},
		{`2024-060`, `date("%Y-%j")`, `2024-02-29`}, {`2024-366`, `date("%Y-%j")`, `2024-12-31`}, {`2023-366`, `date("%Y-%j")`, day}, {`2023-000`, `date("%Y-%j")`, day},
		{`2024-W05-3`, `date("%G-W%V-%u")`, `2024-01-31`}, {`2020-W53-5`, `date("%G-W%V-%u")`, `2021-01-01`}, {`2024-W53-1`, `date("%G-W%V-%u")`, day},
		{`2024-05-1`, `date("%Y-%W-%u")`, `2024-01-29`}, {`2024-04-0`, `date("%Y-%U-%w")`, `2024-01-28`},
		{`2024 05`, `date("%Y %V")`, `goes with %G`},

		// The clock.
		{`2024-01-31 24:00`, `time("%Y-%m-%d %H:%M")`, clock}, {`2024-01-31 25:00`, `time("%Y-%m-%d %H:%M")`, clock}, {`2024-01-31 10:60`, `time("%Y-%m-%d %H:%M")`, clock},
		{`2024-01-31 10:00:61`, `time("%F %T")`, clock}, {`2024-01-31 10:00:60`, `time("%F %T")`, clock},
		{`01/31/2024 12:05 AM`, `time("%m/%d/%Y %I:%M %p")`, `2024-01-31T00:05:00Z`}, {`01/31/2024 12:05 PM`, `time("%m/%d/%Y %I:%M %p")`, `2024-01-31T12:05:00Z`},
		{`01/31/2024 1:05 p.m.`, `time("%m/%d/%Y %I:%M %p")`, `2024-01-31T13:05:00Z`}, {`01/31/2024 01:05am`, `time("%m/%d/%Y %I:%M%p")`, `2024-01-31T01:05:00Z`},
		{`01/31/2024 0:05 AM`, `time("%m/%d/%Y %I:%M %p")`, clock}, {`01/31/2024 13:05 PM`, `time("%m/%d/%Y %I:%M %p")`, clock},
		{`01/31/2024 1:05`, `time("%m/%d/%Y %I:%M")`, `%I needs %p`}, {`01/31/2024 01:05 PM`, `time("%m/%d/%Y %H:%M %p")`, `is %I`}, {`01/31/2024 13:05 PM`, `time("%m/%d/%Y %H:%M %p")`, `2024-01-31T13:05:00Z`},

		// Offsets and zones: what stands in the text goes before the zone that is given.
		{`2024-01-01 10:00:00 +0530`, `time("%Y-%m-%d %H:%M:%S %z")`, `2024-01-01T04:30:00Z`}, {`2024-01-01 10:00:00 -03:30`, `time("%Y-%m-%d %H:%M:%S %z")`, `2024-01-01T13:30:00Z`},
		{`2024-01-01 10:00:00+01`, `time("%F %T%z")`, `2024-01-01T09:00:00Z`}, {`2024-01-01 10:00:00Z`, `time("%F %T%z"; "Europe/Berlin")`, `2024-01-01T10:00:00Z`},
		{`2024-01-01 10:00:00 +0100`, `time("%F %T %z"; "America/New_York")`, `2024-01-01T09:00:00Z`}, {`2024-01-01 10:00:00 +2500`, `time("%F %T %z")`, `no such offset`},
		{`2024-01-01 10:00:00 EST`, `time("%Y-%m-%d %H:%M:%S %Z")`, `2024-01-01T15:00:00Z`}, {`2024-01-01 10:00:00 EST`, `time("%Y-%m-%d %H:%M:%S %Z"; "Europe/Berlin")`, `2024-01-01T15:00:00Z`},
		{`2024-07-01 10:00:00 CEST`, `time("%F %T %Z")`, `2024-07-01T08:00:00Z`}, {`2024-07-01 10:00:00 MESZ`, `time("%F %T %Z")`, `2024-07-01T08:00:00Z`}, {`2024-07-01 10:00:00 MSK`, `time("%F %T %Z")`, `2024-07-01T07:00:00Z`},
		{`2024-07-01 10:00:00 UTC`, `time("%F %T %Z"; "Europe/Berlin")`, `2024-07-01T10:00:00Z`}, {`2024-07-01 10:00:00 GMT`, `time("%F %T %Z")`, `2024-07-01T10:00:00Z`},
		{`2024-07-01 10:00:00 IST`, `time("%F %T %Z")`, zone}, {`2024-07-01 10:00:00 CST`, `time("%F %T %Z")`, zone}, {`2024-07-01 10:00:00 BST`, `time("%F %T %Z")`, zone}, {`2024-07-01 10:00:00 XYZ`, `time("%F %T %Z")`, zone},
		{`2024-07-01 10:00:00 IST`, `time("%F %T %Z"; "Asia/Kolkata")`, `2024-07-01T04:30:00Z`}, {`2024-01-01 10:00:00 CST`, `time("%F %T %Z"; "America/Chicago")`, `2024-01-01T16:00:00Z`},
		{`2024-07-01 10:00:00 CST`, `time("%F %T %Z"; "America/Chicago")`, zone}, {`2024-07-01 10:00:00 Europe/Berlin`, `time("%F %T %Z")`, `2024-07-01T08:00:00Z`}, {`2024-07-01 10:00:00 Moon/Base`, `time("%F %T %Z")`, `not known`},
		{`2024-07-01 10:00`, `time("%F %R"; "Europe/Berlin")`, `2024-07-01T08:00:00Z`}, {`2024-01-01 10:00`, `time("%F %R"; "Europe/Berlin")`, `2024-01-01T09:00:00Z`}, {`2024-01-01 10:00`, `time("%F %R"; "Local")`, `expected a time zone`},
		// Clocks are put forward over a time, or back to it: then its first time is taken, unless the text says which.
		{`2024-03-31 02:30`, `time("%F %R"; "Europe/Berlin")`, skip}, {`2024-03-31 03:00`, `time("%F %R"; "Europe/Berlin")`, `2024-03-31T01:00:00Z`}, {`2024-03-10 02:00`, `time("%F %R"; "America/New_York")`, skip},
		{`2011-12-30 12:00`, `time("%F %R"; "Pacific/Apia")`, skip}, {`2024-10-27 02:30`, `time("%F %R"; "Europe/Berlin")`, `2024-10-27T00:30:00Z`}, {`2024-10-27 02:30 CET`, `time("%F %R %Z"; "Europe/Berlin")`, `2024-10-27T01:30:00Z`},
		{`2024-10-06 02:10`, `time("%F %R"; "Australia/Lord_Howe")`, skip},

		{`01.06.2012 12:00 MSK`, `time("%d.%m.%Y %H:%M %Z")`, `2012-06-01T08:00:00Z`}, {`01.06.2016 12:00 MSK`, `time("%d.%m.%Y %H:%M %Z")`, `2016-06-01T09:00:00Z`}, {`01.06.2009 12:00 MSD`, `time("%d.%m.%Y %H:%M %Z")`, `2009-06-01T08:00:00Z`},
		{`5 Sept 2024`, `date("%e %b %Y")`, `2024-09-05`}, {`5 Sept. 2024`, `date("%e %b %Y")`, `2024-09-05`}, {`5 sep 2024`, `date("%e %b %Y")`, `2024-09-05`}, {`5 september 2024`, `date("%e %b %Y")`, `2024-09-05`},
		{`2024-01-31 %T`, `date("%Y-%m-%d %%T")`, `2024-01-31`}, {`100% 2024-01-31`, `date("100%% %F")`, `2024-01-31`},
		// Two digits of a year, and seconds since 1970.
		{`15.03.56`, `date("%d.%m.%y")`, `2056-03-15`}, {`15.03.69`, `date("%d.%m.%y")`, `1969-03-15`}, {`15.03.68`, `date("%d.%m.%y")`, `2068-03-15`}, {`15.03.00`, `date("%d.%m.%y")`, `2000-03-15`},
		{`15.03.56`, `date("%d.%m.%y"; 1926)`, `1956-03-15`}, {`15.03.25`, `date("%d.%m.%y"; 1926)`, `2025-03-15`}, {`15.03.26`, `date("%d.%m.%y"; 1926)`, `1926-03-15`}, {`15.03.26`, `date("%d.%m.%y"; "x")`, `the first of a hundred years`},
		{`15.3.5`, `date("%d.%m.%y")`, form},
		{`1706696430`, `time("%s")`, `2024-01-31T10:20:30Z`}, {`1706696430`, `time("%s"; "Europe/Berlin")`, `2024-01-31T10:20:30Z`}, {`-1`, `time("%s")`, `1969-12-31T23:59:59Z`}, {`1706696430123`, `time("%s")`, `divide milliseconds`}, {`1706696430.5`, `time("%s.%f")`, `2024-01-31T10:20:30.5Z`},
	} {
		got := strings.Trim(run(test.source, test.in), `"`)
		if got != test.want && (!strings.HasPrefix(got, "expected a ") && !strings.HasPrefix(got, "date takes") || !strings.Contains(got, test.want) || len(test.in) > 1 && strings.Contains(got, test.in)) {
			t.Errorf("%q | %s: %s; want %s", test.in, test.source, got, test.want)
		}
	}
	for in, want := range map[any]string{nil: "null", " ": "null", 20240131: `"2024-01-31"`, json.Number("20240131"): `"2024-01-31"`, 1.5: "expected a date as %Y%m%d", true: "expected a date as %Y%m%d"} {
		if got := run(`date("%Y%m%d")`, in); got != want {
			t.Errorf("%v: %s; want %s", in, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	for _, test := range []struct {
		in   any
		want string
	}{
		{"2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"}, {"2026-01-31T09:30:00.5+02:00", "2026-01-31T07:30:00.5Z"}, {" 2026-01-31 ", "2026-01-31T00:00:00Z"},
		{1769851800, "2026-01-31T09:30:00Z"}, {json.Number("1769851800.5"), "2026-01-31T09:30:00.5Z"}, {0, "1970-01-01T00:00:00Z"},
		{1769851800000, "divide milliseconds"}, {"1769851800", "expected a time"}, {"2026-02-31", "expected a time"}, {"2026-01-31T24:00:00Z", "expected a time"},
		{"2026-01-31T10:00:61Z", "expected a time"}, {"2026-01-31T10:00:00", "expected a time"}, {"31.01.2026", "reads other forms"}, {true, "expected a time"}, {"0000-01-01", "years 1 to 9999"},
	} {
		at, err := Moment(test.in)
		got := at.Format(time.RFC3339Nano)
		if err != nil {
			got = err.Error()
		}
		if got != test.want && (err == nil || !strings.Contains(got, test.want)) {
			t.Errorf("%v: %s; want %s", test.in, got, test.want)
		}
	}
}
