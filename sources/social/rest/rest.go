// Package rest is any social system with an HTTP API that speaks JSON, by
// configuration alone. How requests are sent and answers are read is written in
// [customer360/sources/rest], and worked through in examples/rest.
package rest

import (
	"errors"

	"golang.org/x/text/language"

	"customer360/sources"
	"customer360/sources/rest"
	"customer360/sources/social"
)

// Config describes the system.
type Config struct {
	rest.Connection `yaml:",inline"`
	// Record is the profile.
	Record *rest.Request `yaml:"record"`
	// Mentions are the other part; nil: the system has none.
	Mentions *rest.Request `yaml:"mentions"`
}

// Schema describes Config in JSON Schema, for editors and validation.
var Schema = rest.Schema(domain)

var domain = rest.Domain[social.Record]{
	Parts: []rest.Part[social.Record]{
		rest.Facts("mentions", social.PartMentions, func(r *social.Record) *[]*social.Mention { return &r.Mentions }, "postedAt"),
	},
	Checks: map[string]func(any) error{"language": languageTag, "sentiment": sentiment},
	Cut:    func(r *social.Record) *sources.Parts { return &r.Cut },
	Settle: (*social.Record).Settle,
}

// New makes the source. The error lists every fault of the settings.
func New(c Config) (social.Source, error) {
	return rest.New(c.Connection, map[string]*rest.Request{"record": c.Record, "mentions": c.Mentions}, domain)
}

func languageTag(field any) error {
	s := field.(*string)
	t, err := language.Parse(*s)
	if err != nil {
		return errors.New("expected a language, as de or pt-BR")
	}
	*s = t.String()
	return nil
}

func sentiment(field any) error {
	if v := **field.(**float64); v < -1 || v > 1 {
		return errors.New("expected a number from -1 to 1")
	}
	return nil
}
