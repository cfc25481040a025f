// Package rest is any billing system with an HTTP API that speaks JSON, by
// configuration alone. How requests are sent and answers are read is written in
// [customer360/sources/rest], and worked through in examples/rest.
package rest

import (
	"errors"
	"strings"

	"github.com/sosodev/duration"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/rest"
)

// Config describes the system.
type Config struct {
	rest.Connection `yaml:",inline"`
	// Record is the account.
	Record *rest.Request `yaml:"record"`
	// The other parts; nil: the system has none.
	Subscriptions *rest.Request `yaml:"subscriptions"`
	Invoices      *rest.Request `yaml:"invoices"`
	Charges       *rest.Request `yaml:"charges"`
}

// Schema describes Config in JSON Schema, for editors and validation.
var Schema = rest.Schema(domain)

var domain = rest.Domain[billing.Record]{
	Parts: []rest.Part[billing.Record]{
		rest.Facts("subscriptions", billing.PartSubscriptions, func(r *billing.Record) *[]*billing.Subscription { return &r.Subscriptions }),
		rest.Facts("invoices", billing.PartInvoices, func(r *billing.Record) *[]*billing.Invoice { return &r.Invoices }, "issuedAt"),
		rest.Facts("charges", billing.PartCharges, func(r *billing.Record) *[]*billing.Charge { return &r.Charges }, "chargedAt"),
	},
	Checks:    map[string]func(any) error{"currency": currency, "interval": interval},
	Functions: []rest.Function{{Name: "money", Args: 1, Do: money}, {Name: "minor", Args: 1, Do: minor}},
	Cut:       func(r *billing.Record) *sources.Parts { return &r.Cut },
	Settle:    (*billing.Record).Settle,
}

// New makes the source. The error lists every fault of the settings.
func New(c Config) (billing.Source, error) {
	return rest.New(c.Connection, map[string]*rest.Request{
		"record": c.Record, "subscriptions": c.Subscriptions, "invoices": c.Invoices, "charges": c.Charges,
	}, domain)
}

func currency(field any) error {
	code := field.(*string)
	m, err := billing.ParseMoney("0", *code)
	if err != nil {
		return errors.New("expected a currency of ISO 4217, as EUR")
	}
	*code = m.Currency
	return nil
}

func interval(field any) error {
	s := *field.(*string)
	if d, err := duration.Parse(s); err != nil || d.Negative || s == "P" || s == "PT" {
		return errors.New("expected a length of time of ISO 8601, as P1M")
	}
	return nil
}

// money makes "1234.50 EUR" of a number, or a text of one, and a currency.
func money(dot any, args []any) any {
	if dot == nil {
		return nil
	}
	code, _ := args[0].(string)
	amount, ok := dot.(string)
	if !ok {
		if amount, ok = rest.Decimal(dot); !ok {
			return rest.Expected("expected an amount, as 1234.50")
		}
	}
	if strings.TrimSpace(amount) == "" {
		return nil
	}
	m, err := billing.ParseMoney(amount, code)
	if err != nil {
		return rest.Expected(err.Error())
	}
	return m.String()
}

// minor makes "1234.50 EUR" of a whole number of the currency's smallest unit.
func minor(dot any, args []any) any {
	if dot == nil {
		return nil
	}
	code, _ := args[0].(string)
	m, err := billing.ParseMoney("0", code)
	if err != nil {
		return rest.Expected(err.Error())
	}
	if m.Minor, err = rest.Whole(dot); err != nil {
		return rest.Expected(err.Error())
	}
	return m.String()
}
