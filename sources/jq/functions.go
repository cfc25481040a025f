package jq

import (
	"encoding/json"
	"math/big"
	"strings"
	"time"
	// So that zones are known on machines without a time zone database.
	_ "time/tzdata"

	"github.com/itchyny/gojq"
)

// Shared are the functions that all expressions have. What is not known stays so: null,
// and a text of space only, give null.
var Shared = []Function{
	{"date", 1, Known(jqDate)},
	{"date", 2, Known(jqDate)},
	{"time", 1, Known(jqTime)},
	{"time", 2, Known(jqTime)},
	{"_between", 1, between},
}

// Known makes a function give null for what is not known.
func Known(do func(any, []any) any) func(any, []any) any {
	return func(dot any, args []any) any {
		if Unknown(dot) {
			return nil
		}
		return do(dot, args)
	}
}

// Unknown reports whether a value says nothing: null, or a text of space only.
func Unknown(v any) bool {
	s, ok := v.(string)
	return v == nil || ok && strings.TrimSpace(s) == ""
}

// spelled gives a text, or a whole number as it is written.
func spelled(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case int, *big.Int:
		text, err := gojq.Marshal(v)
		return string(text), err == nil
	}
	return "", false
}

// jqDate reads a date of another form, in the words of strftime; the second argument is
// the first of the hundred years that a year of two digits is one of. By a form without a
// year it gives --03-15, as ISO 8601 and vCard write a birthday without one.
func jqDate(dot any, args []any) any {
	form, _ := args[0].(string)
	text, ok := spelled(dot)
	if !ok {
		return Expected("expected a date as " + form)
	}
	first := defaultPivot
	if len(args) > 1 {
		if first, ok = gojq.ToInt(args[1]); !ok || first < 1000 || first > 9900 {
			return Expected(`date takes a form and the first of a hundred years, as date("%d.%m.%y"; 1930)`)
		}
	}
	c, reason := read(text, form, first)
	switch {
	case reason != "":
		return Expected("expected a date as " + form + ": " + reason)
	case !c.dated:
		return c.local().Format("--01-02")
	}
	return c.local().Format(time.DateOnly)
}

// jqTime reads a time of another form, in the words of strftime. An offset or a zone in
// the text goes before the second argument, the zone whose clock is read; it is UTC if
// left out.
func jqTime(dot any, args []any) any {
	form, _ := args[0].(string)
	var zone *time.Location
	if len(args) > 1 {
		name, _ := args[1].(string)
		var err error
		if zone, err = LoadZone(name); err != nil {
			return Expected("expected a time zone, as Europe/Berlin")
		}
	}
	text, ok := spelled(dot)
	if !ok {
		return Expected("expected a time as " + form)
	}
	c, reason := read(text, form, defaultPivot)
	var at time.Time
	switch {
	case reason != "":
	case !c.dated:
		reason = "the form has no year"
	default:
		at, reason = c.moment(zone)
	}
	if reason != "" {
		return Expected("expected a time as " + form + ": " + reason)
	}
	return at.Format(time.RFC3339Nano)
}

// strptime is jq's: the moment, broken down in UTC. The interpreter's own drops the
// offset or the zone that is in the text.
func strptime(dot any, args []any) any {
	text, ok := dot.(string)
	form, ok2 := args[0].(string)
	if !ok || !ok2 {
		return Expected("strptime reads a text, and takes a form")
	}
	c, reason := read(text, form, defaultPivot)
	var at time.Time
	if reason == "" {
		if !c.dated {
			// As jq has it.
			c.year = 1900
		}
		at, reason = c.moment(nil)
	}
	if reason != "" {
		return Expected("expected a time as " + form + ": " + reason)
	}
	second := float64(at.Second()) + float64(at.Nanosecond())/1e9
	return []any{at.Year(), int(at.Month()) - 1, at.Day(), at.Hour(), at.Minute(), second, int(at.Weekday()), at.YearDay() - 1}
}
