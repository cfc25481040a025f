package jq

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// defaultPivot is the first of the hundred years that a year of two digits is one of, as
// POSIX has it.
const defaultPivot = 1969

// LoadZone gives a zone by its IANA name, and not what the machine calls local.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("no zone")
	}
	return time.LoadLocation(name)
}

// A clock is what a text says of a time, before it is known where.
type clock struct {
	year, month, day, yearDay int
	hour, minute, second      int
	nanos                     int
	// weekday is from 0, Sunday; -1: not said. week is by the rule of weekBy.
	weekday, week int
	weekBy        byte
	half          int // 1: before noon, 2: after noon
	twelve        bool
	// dated: there is a year, or seconds since 1970.
	dated bool
	epoch *int64
	// offset is in seconds; nil: not said. zone is a zone's name or abbreviation.
	offset *int
	zone   string
}

// The words of strftime that stand for several.
var composite = map[byte]string{
	'F': "%Y-%m-%d", 'T': "%H:%M:%S", 'X': "%H:%M:%S", 'R': "%H:%M", 'D': "%m/%d/%y", 'x': "%m/%d/%y",
	'r': "%I:%M:%S %p", 'c': "%a %b %e %H:%M:%S %Y", 'v': "%e-%b-%Y", '+': "%a %b %e %H:%M:%S %Z %Y",
}

var (
	months   = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	halves   = []string{"a.m.", "p.m.", "am", "pm"}
)

const (
	mismatch   = "the text has another form"
	noSuchDay  = "this day does not exist"
	noSuchTime = "this time does not exist"
)

// read reads a text by a form. The reason says why it cannot be read, and holds no value;
// it is empty where it can.
func read(text, form string, pivot int) (c clock, reason string) {
	// A leap year, so that 29 February without a year is one.
	c = clock{month: 1, day: 1, year: 2000, weekday: -1, week: -1}
	form = spelledOut(form)
	p := parser{text: strings.TrimSpace(text), pivot: pivot}
	form = strings.TrimSpace(form)
	for i := 0; i < len(form); i++ {
		switch {
		case form[i] == '%' && i+1 < len(form):
			i++
			for form[i] == ':' && i+1 < len(form) {
				i++
			}
			// The modifiers of glibc and of POSIX say nothing about how to read.
			if strings.IndexByte("-_0^#EO", form[i]) >= 0 && i+1 < len(form) {
				i++
			}
			p.word(&c, form[i])
		case form[i] == '%':
			return c, "the form ends with a %"
		case form[i] == ' ':
			p.space()
		default:
			p.literal(form[i])
		}
		if p.reason != "" {
			return c, p.reason
		}
	}
	if p.at < len(p.text) {
		return c, mismatch
	}
	return c, c.check(form)
}

// spelledOut writes the words that stand for several as these.
func spelledOut(form string) string {
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		b.WriteByte(form[i])
		if form[i] != '%' || i+1 == len(form) {
			continue
		}
		i++
		if letters, ok := composite[form[i]]; ok {
			b.WriteString(letters[1:])
		} else {
			b.WriteByte(form[i])
		}
	}
	return b.String()
}

// check finds what the calendar does not have.
func (c *clock) check(form string) string {
	switch {
	case c.twelve && c.half == 0:
		return "%I needs %p, else it could be before or after noon"
	case c.twelve:
		c.hour = c.hour%12 + 12*(c.half-1)
	case c.half > 0 && c.hour/12 != c.half-1:
		return "an hour from 1 to 12 before or after noon is %I"
	}
	if c.epoch != nil {
		return ""
	}
	if c.weekBy != 0 {
		if !c.dated || (c.weekBy == 'V') != strings.Contains(form, "%G") {
			return "%V goes with %G, %U and %W go with %Y"
		}
		c.fromWeek()
	}
	if c.yearDay > 0 {
		day := time.Date(c.year, 1, c.yearDay, 0, 0, 0, 0, time.UTC)
		if day.Year() != c.year {
			return noSuchDay
		}
		c.month, c.day = int(day.Month()), day.Day()
	}
	day := c.local()
	if day.Day() != c.day || int(day.Month()) != c.month {
		return noSuchDay
	}
	if c.weekday >= 0 && int(day.Weekday()) != c.weekday {
		return "the day of the week does not match the date"
	}
	return ""
}

// fromWeek makes a date of a week's number.
func (c *clock) fromWeek() {
	weekday := c.weekday
	if weekday < 0 {
		weekday = 1
		if c.weekBy == 'U' {
			weekday = 0
		}
		c.weekday = weekday
	}
	var start time.Time // the first day of week 1
	first := time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC)
	switch c.weekBy {
	case 'U':
		start = first.AddDate(0, 0, (7-int(first.Weekday()))%7)
	case 'W':
		start = first.AddDate(0, 0, (8-int(first.Weekday()))%7)
	default:
		fourth := time.Date(c.year, 1, 4, 0, 0, 0, 0, time.UTC)
		start = fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	}
	if c.weekBy != 'U' {
		weekday = (weekday + 6) % 7
	}
	day := start.AddDate(0, 0, (c.week-1)*7+weekday)
	if iso, week := day.ISOWeek(); c.weekBy == 'V' && (iso != c.year || week != c.week) {
		c.day = 0 // there is no such week
		return
	}
	if c.weekBy != 'V' && day.Year() != c.year {
		c.day = 0
		return
	}
	c.year, c.month, c.day = day.Year(), int(day.Month()), day.Day()
}

// local is what the clock shows, as if it were in UTC.
func (c *clock) local() time.Time {
	if c.epoch != nil {
		return time.Unix(*c.epoch, int64(c.nanos)).UTC()
	}
	return time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.nanos, time.UTC)
}

// moment gives the moment in UTC at which the clock of a zone shows this; nil: UTC, unless
// the text says where.
func (c *clock) moment(zone *time.Location) (at time.Time, reason string) {
	local := c.local()
	switch {
	case c.epoch != nil:
		at = local
	case c.offset != nil:
		at = local.Add(-time.Duration(*c.offset) * time.Second)
	case c.zone != "":
		at, reason = named(local, c.zone, zone)
	case zone != nil:
		all := shown(local, zone)
		if len(all) == 0 {
			return at, "the zone's clocks skip this time"
		}
		// Clocks that are put back show it twice: the first time is taken.
		at = all[0]
	default:
		at = local
	}
	if reason == "" && (at.Year() < 1 || at.Year() > 9999) {
		reason = "a time of the years 1 to 9999 is expected"
	}
	return at, reason
}

// shown gives the moments at which the clock of a zone shows a time: one, none where
// clocks are put forward over it, two where they are put back.
func shown(local time.Time, zone *time.Location) []time.Time {
	var all []time.Time
	for _, near := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := local.Add(near).In(zone).Zone()
		at := local.Add(-time.Duration(offset) * time.Second)
		if _, there := at.In(zone).Zone(); there == offset && !slices.ContainsFunc(all, at.Equal) {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// abbreviations are those that mean one offset, in minutes. What several parts of the
// world use (IST, CST, BST, AST …) is read only with the zone that is meant.
var abbreviations = map[string]int{
	"Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "WET": 0, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120, "EEST": 180,
	"EST": -300, "EDT": -240, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600,
	"JST": 540, "KST": 540, "HKT": 480, "SGT": 480, "SAST": 120, "AEST": 600, "AEDT": 660, "ACST": 570, "ACDT": 630, "AWST": 480,
	"NZST": 720, "NZDT": 780,
}

// named gives the moment of a time that has a zone's name or abbreviation behind it.
func named(local time.Time, name string, zone *time.Location) (at time.Time, reason string) {
	if strings.Contains(name, "/") {
		loaded, err := LoadZone(name)
		if err != nil {
			return at, "the time zone in the text is not known"
		}
		if all := shown(local, loaded); len(all) > 0 {
			return all[0], ""
		}
		return at, "the zone's clocks skip this time"
	}
	name = strings.ToUpper(name)
	if zone != nil {
		for _, one := range shown(local, zone) {
			if own, _ := one.In(zone).Zone(); own == name {
				return one, ""
			}
		}
	}
	if name == "MSK" || name == "MSD" {
		// Moscow's clocks were four hours before UTC all year from 2011 to 2014, by the same name.
		moscow, err := LoadZone("Europe/Moscow")
		if err == nil && zone == nil {
			return named(local, name, moscow)
		}
	}
	if minutes, ok := abbreviations[name]; ok {
		return local.Add(-time.Duration(minutes) * time.Minute), ""
	}
	return at, `the abbreviation of a time zone in the text is not known, or several zones have it: give the zone that is meant, as time("…"; "Asia/Kolkata")`
}

// MaxSeconds is in the year 5138: a larger number is likely one of milliseconds.
const MaxSeconds = 1e11

// Moment reads a point in time: RFC 3339, a date (its first moment, in UTC), or seconds
// since 1970 as jq's own functions give them. The error says what was expected.
func Moment(v any) (time.Time, error) {
	var t time.Time
	if s, ok := v.(string); ok {
		s = strings.TrimSpace(s)
		var err error
		if t, err = time.Parse(time.RFC3339, s); err != nil {
			if t, err = time.Parse(time.DateOnly, s); err != nil {
				return t, errors.New(`expected a time as 2026-01-31T09:30:00Z, a date, or seconds since 1970: time("%d.%m.%Y %H:%M") reads other forms`)
			}
		}
	} else {
		s, ok := Decimal(v)
		f, err := strconv.ParseFloat(s, 64)
		switch {
		case !ok || err != nil:
			return t, errors.New("expected a time, or seconds since 1970")
		case math.Abs(f) > MaxSeconds:
			return t, errors.New("expected a time, or seconds since 1970: divide milliseconds by 1000")
		}
		t = time.UnixMilli(int64(math.Round(f * 1000)))
	}
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
		return time.Time{}, errors.New("expected a time of the years 1 to 9999")
	}
	return t, nil
}
