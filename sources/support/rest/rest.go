// Package rest is any support system with an HTTP API that speaks JSON, by
// configuration alone. How requests are sent and answers are read is written in
// [customer360/sources/rest], and worked through in examples/rest.
package rest

import (
	"errors"

	"customer360/sources"
	"customer360/sources/rest"
	"customer360/sources/support"
)

// Config describes the system.
type Config struct {
	rest.Connection `yaml:",inline"`
	// Record is the contact.
	Record *rest.Request `yaml:"record"`
	// The other parts; nil: the system has none.
	Tickets  *rest.Request `yaml:"tickets"`
	Messages *rest.Request `yaml:"messages"`
}

// Schema describes Config in JSON Schema, for editors and validation.
var Schema = rest.Schema(domain)

var domain = rest.Domain[support.Record]{
	Parts: []rest.Part[support.Record]{
		rest.Facts("tickets", support.PartTickets, func(r *support.Record) *[]*support.Ticket { return &r.Tickets }, "createdAt"),
		rest.Facts("messages", support.PartMessages, func(r *support.Record) *[]*support.Message { return &r.Messages }, "sentAt"),
	},
	Checks: map[string]func(any) error{"satisfaction": satisfaction},
	Cut:    func(r *support.Record) *sources.Parts { return &r.Cut },
	Settle: (*support.Record).Settle,
}

// New makes the source. The error lists every fault of the settings.
func New(c Config) (support.Source, error) {
	return rest.New(c.Connection, map[string]*rest.Request{"record": c.Record, "tickets": c.Tickets, "messages": c.Messages}, domain)
}

// satisfaction checks a rating; one without a number is none.
func satisfaction(field any) error {
	at := field.(**support.Rating)
	r := *at
	switch {
	case r.Rating == 0:
		*at = nil
	case r.Scale < 2 || r.Rating < 1 || r.Rating > float64(r.Scale):
		return errors.New("expected a rating from 1 to its scale, as {rating: 4, scale: 5}")
	}
	return nil
}
