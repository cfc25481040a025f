package profiles

import (
	"cmp"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// An Attribute is one fact that the company keeps of a customer. Its value is a
// text in the canonical form of its type, see [AttributeType.Canonical].
type Attribute struct {
	Key  string        `json:"key"`
	Type AttributeType `json:"type"`
	Text string        `json:"text"`
	// Source is where the fact came from.
	Source SourceName `json:"source"`
	// ObservedAt is when; zero where that is not known.
	ObservedAt time.Time `json:"observedAt,omitzero"`
	// Stored is the value as the spine has it, where that is not Text: lists are filtered by it.
	Stored string `json:"-"`
	// Undeclared: it has no definition, see [Undeclared].
	Undeclared bool `json:"-"`
}

// Matches reports whether a filter by the value finds the attribute.
func (a Attribute) Matches(value string) bool { return value == cmp.Or(a.Stored, a.Text) }

// Number gives the value of a NUMBER, else nil.
func (a Attribute) Number() *string { return a.as(Number) }

// Date gives the value of a DATE as YYYY-MM-DD, else nil.
func (a Attribute) Date() *string { return a.as(Date) }

// Boolean gives the value of a BOOLEAN, else nil.
func (a Attribute) Boolean() *bool {
	if a.Type != Boolean {
		return nil
	}
	b := a.Text == "true"
	return &b
}

func (a Attribute) as(t AttributeType) *string {
	if a.Type != t {
		return nil
	}
	return &a.Text
}

// AttributeType is the type of an attribute's value.
type AttributeType string

// The types of attributes.
const (
	Text    AttributeType = "TEXT"
	Number  AttributeType = "NUMBER"
	Boolean AttributeType = "BOOLEAN"
	Date    AttributeType = "DATE"
)

// Canonical gives a value in the one form that it is kept and searched in: a
// TEXT without surrounding space; a NUMBER as a plain decimal without needless
// zeros, "29.85"; a BOOLEAN as "true" or "false"; a DATE as "2026-01-31". The
// error says what was expected and does not repeat the value.
func (t AttributeType) Canonical(value string) (string, error) {
	value = strings.TrimSpace(value)
	switch t {
	case Text:
		return value, nil
	case Number:
		// Bounded, since the exact form of 1e999999999 would fill the memory.
		if len(value) > 40 || strings.ContainsAny(value, "eExXpP_/nN") {
			return "", fmt.Errorf("expected a decimal number of at most 40 digits, as 29.85")
		}
		r, ok := new(big.Rat).SetString(value)
		if !ok {
			return "", fmt.Errorf("expected a decimal number, as 29.85")
		}
		if r.IsInt() {
			return r.Num().String(), nil
		}
		return strings.TrimRight(r.FloatString(40), "0"), nil
	case Boolean:
		if value != "true" && value != "false" {
			return "", fmt.Errorf("expected true or false")
		}
		return value, nil
	case Date:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "", fmt.Errorf("expected a date as YYYY-MM-DD")
		}
		return value, nil
	}
	return "", fmt.Errorf("the attribute's type %q is not one of TEXT, NUMBER, BOOLEAN, DATE", t)
}

// A Definition says what an attribute means. Attributes without one are not shown.
type Definition struct {
	Key         string        `json:"key" bson:"_id"`
	Type        AttributeType `json:"type"`
	Description string        `json:"description,omitempty"`
}

// Check reports what is wrong with a definition: its key must be 1 to 64
// letters, digits, dots, dashes and underscores, its type one that exists.
func (d Definition) Check() error {
	if d.Key == "" || len(d.Key) > 64 || strings.Trim(d.Key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
		return fmt.Errorf("attribute %q: a key is 1 to 64 letters, digits, dots, dashes and underscores", d.Key)
	}
	switch d.Type {
	case Text, Number, Boolean, Date:
		return nil
	}
	return fmt.Errorf("attribute %q: the type %q is not one of TEXT, NUMBER, BOOLEAN, DATE", d.Key, d.Type)
}
