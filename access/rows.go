package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"customer360/sources/profiles"
)

// Rows are conditions that a customer must meet, all of them, to exist for a caller.
type Rows []Row

// A Row is one condition: of an attribute, or of a link.
type Row struct {
	// Attribute is a key, and In its values, one of which the customer must have.
	Attribute string
	In        []string
	// Source and System are where the customer must have a link; System empty: anywhere there.
	Source profiles.SourceName
	System string
}

// ParseRow reads a condition: "attribute:region=north|south" or "link:BILLING/partner-x",
// "link:BILLING". The error says what was expected.
func ParseRow(text string) (Row, error) {
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "attribute":
		key, values, ok := strings.Cut(rest, "=")
		if err := (profiles.Definition{Key: key, Type: profiles.Text}).Check(); err != nil || !ok || values == "" {
			return Row{}, errRow
		}
		in := strings.Split(values, "|")
		if len(in) > maxRowValues || slices.Contains(in, "") {
			return Row{}, fmt.Errorf("a row rule has 1 to %d values, none of them empty", maxRowValues)
		}
		return Row{Attribute: key, In: in}, nil
	case "link":
		source, system, named := strings.Cut(rest, "/")
		r := Row{Source: profiles.SourceName(source), System: system}
		if !slices.Contains([]profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social}, r.Source) || named && system == "" {
			return Row{}, errRow
		}
		return r, nil
	}
	return Row{}, errRow
}

const maxRowValues = 100

var errRow = errors.New("a row rule is attribute:KEY=VALUE or attribute:KEY=VALUE|VALUE, or link:BILLING/SYSTEM with one of BILLING, SUPPORT and SOCIAL")

// ParseRows reads conditions, and reports all that cannot be read.
func ParseRows(texts []string) (Rows, error) {
	var rows Rows
	var errs []error
	for _, text := range texts {
		r, err := ParseRow(text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows = append(rows, r)
	}
	return rows, errors.Join(errs...)
}

// String is the form that [ParseRow] reads.
func (r Row) String() string {
	switch {
	case r.Attribute != "":
		return "attribute:" + r.Attribute + "=" + strings.Join(r.In, "|")
	case r.System != "":
		return "link:" + string(r.Source) + "/" + r.System
	}
	return "link:" + string(r.Source)
}

// Strings gives the conditions in the form that [ParseRows] reads.
func (r Rows) Strings() []string {
	texts := make([]string, len(r))
	for i := range r {
		texts[i] = r[i].String()
	}
	return texts
}

// Filter is the condition in the words of the spine; the zero value where there is none.
func (r Rows) Filter() profiles.Filter {
	var f profiles.Filter
	for _, row := range r {
		if row.Attribute != "" {
			f.Attributes = append(f.Attributes, profiles.AttributeFilter{Key: row.Attribute, In: row.In})
			continue
		}
		f.And = append(f.And, profiles.Filter{Link: &profiles.LinkFilter{Source: row.Source, System: row.System, Exists: true}})
	}
	return f
}

// Match reports whether a customer meets all conditions, as Filter has them. It needs the parts
// Attributes, Undeclared and Links.
func (r Rows) Match(c *profiles.Customer) bool {
	for _, row := range r {
		if row.Attribute != "" {
			if !slices.ContainsFunc(c.Attributes, func(a profiles.Attribute) bool {
				return a.Key == row.Attribute && slices.ContainsFunc(row.In, a.Matches)
			}) {
				return false
			}
			continue
		}
		if !slices.ContainsFunc(c.Links, func(l profiles.Link) bool {
			return l.Source == row.Source && l.UndoneAt.IsZero() && (row.System == "" || l.System == row.System)
		}) {
			return false
		}
	}
	return true
}
