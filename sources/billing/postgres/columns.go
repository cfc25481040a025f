package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"customer360/sources"
	"customer360/sources/billing"
)

// A form is what a column brings.
type form int

const (
	text form = iota
	amount
	moment
	interval
	integer
	boolean
)

// A column is one that a query may have.
type column struct {
	name string
	form form
	must bool
}

// A part is one of those that a record is made of.
type part struct {
	name  string
	bit   sources.Parts
	must  bool
	query func(Queries) string
	// date is the column that facts are ordered by; empty for the account, which is no fact.
	date    string
	columns []column
	// add reads a row and adds it to a record.
	add func(*row, *billing.Record)
}

// key is the column that says which key a row belongs to.
const key = "account"

// parts are all parts, the account first: only what has one is looked at further.
var parts = []*part{
	{
		name: "account", bit: billing.PartAccount, must: true,
		query: func(q Queries) string { return q.Account },
		columns: []column{
			{key, text, true}, {"name", text, false}, {"balance", amount, false}, {"currency", text, false},
			{"payment_method", text, false}, {"is_delinquent", boolean, false}, {"created_at", moment, false}, {"url", text, false},
		},
		add: addAccount,
	},
	{
		name: "subscriptions", bit: billing.PartSubscriptions, date: "started_at",
		query: func(q Queries) string { return q.Subscriptions },
		columns: []column{
			{key, text, true}, {"record_id", text, true}, {"name", text, false}, {"status", text, true}, {"raw_status", text, false},
			{"quantity", integer, false}, {"price", amount, false}, {"interval", interval, false}, {"mrr", amount, false}, {"currency", text, false},
			{"started_at", moment, false}, {"trial_ends_at", moment, false}, {"current_period_ends_at", moment, false},
			{"canceled_at", moment, false}, {"ended_at", moment, false}, {"url", text, false},
		},
		add: addSubscription,
	},
	{
		name: "invoices", bit: billing.PartInvoices, date: "issued_at",
		query: func(q Queries) string { return q.Invoices },
		columns: []column{
			{key, text, true}, {"record_id", text, true}, {"number", text, false}, {"description", text, false},
			{"status", text, true}, {"raw_status", text, false}, {"total", amount, false}, {"amount_due", amount, false}, {"currency", text, false},
			{"issued_at", moment, true}, {"due_at", moment, false}, {"paid_at", moment, false}, {"url", text, false},
		},
		add: addInvoice,
	},
	{
		name: "charges", bit: billing.PartCharges, date: "charged_at",
		query: func(q Queries) string { return q.Charges },
		columns: []column{
			{key, text, true}, {"record_id", text, true}, {"description", text, false}, {"status", text, true}, {"raw_status", text, false},
			{"amount", amount, false}, {"refunded", amount, false}, {"currency", text, false}, {"payment_method", text, false},
			{"charged_at", moment, true}, {"url", text, false},
		},
		add: addCharge,
	},
}

func (p *part) column(name string) (column, bool) {
	i := slices.IndexFunc(p.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return column{}, false
	}
	return p.columns[i], true
}

// check gives what is wrong with the columns of a query.
func (p *part) check(fields []pgconn.FieldDescription) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	money := ""
	for _, f := range fields {
		c, known := p.column(f.Name)
		switch {
		case seen[f.Name]:
			fault("column %q is there twice", f.Name)
		case !known:
			fault("column %q is none that is known here: %s", f.Name, p.instead(f.Name))
		default:
			if problem := c.form.refuses(f.DataTypeOID); problem != "" {
				fault("column %s is %s: %s", c.name, typeName(f.DataTypeOID), problem)
			}
			if c.form == amount && money == "" {
				money = c.name
			}
		}
		seen[f.Name] = true
	}
	for _, c := range p.columns {
		if c.must && !seen[c.name] {
			fault("there is no column %s: %s", c.name, c.purpose())
		}
	}
	if money != "" && !seen["currency"] {
		fault("there is no column currency, and %s needs one: where there is only one currency, write 'EUR' AS currency", money)
	}
	return faults
}

// instead says what to do about an unknown column. A name of the operator's is no secret:
// it stands in the configuration or in the database's own schema.
func (p *part) instead(name string) string {
	letters := strings.NewReplacer("_", "", " ", "", "-", "")
	plain := func(s string) string { return letters.Replace(strings.ToLower(s)) }
	best, least := "", 3
	var names []string
	for _, c := range p.columns {
		names = append(names, c.name)
		if d := levenshtein.ComputeDistance(plain(name), plain(c.name)); d < least {
			best, least = c.name, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "leave it out, or name it with AS one of " + strings.Join(names, ", ")
}

func (c column) purpose() string {
	switch {
	case c.name == key:
		return "it says which key a row belongs to; name what is compared with $1, such as id AS account"
	case c.name == "record_id":
		return "it identifies the record; name its key, such as id AS record_id"
	case c.name == "status":
		return "without it, open and settled items cannot be told apart"
	}
	return "it orders records from newest to oldest"
}

// refuses says what to do where a column is not of a type that can be read as its form;
// empty: it can be.
func (f form) refuses(oid uint32) string {
	isText := slices.Contains([]uint32{pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.UnknownOID}, oid)
	isInteger := slices.Contains([]uint32{pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID}, oid)
	isFloat := oid == pgtype.Float4OID || oid == pgtype.Float8OID
	switch f {
	case text:
		if slices.Contains([]uint32{pgtype.ByteaOID, pgtype.JSONOID, pgtype.JSONBOID, pgtype.XMLOID}, oid) || isFloat {
			return "want text, or what can be told as text, such as numbers and enums"
		}
	case amount:
		switch {
		case isFloat:
			return "want numeric: floating point does not hold amounts exactly"
		case !isText && !isInteger && oid != pgtype.NumericOID:
			return "want numeric; cast it with ::numeric"
		}
	case moment:
		switch {
		case oid == pgtype.TimestampOID:
			return "want timestamptz: say the zone that it is in, as (…) AT TIME ZONE 'Europe/Berlin'"
		case oid != pgtype.TimestamptzOID && oid != pgtype.DateOID:
			return "want timestamptz or date; of seconds since 1970 make it with to_timestamp(…)"
		}
	case interval:
		if !isText && oid != pgtype.IntervalOID {
			return "want ISO 8601 text, as 'P1M', or an interval"
		}
	case integer:
		if !isInteger && oid != pgtype.NumericOID {
			return "want an integer"
		}
	case boolean:
		if oid != pgtype.BoolOID {
			return "want boolean; make it with a comparison, as dunning_level > 0"
		}
	}
	return ""
}

var types = pgtype.NewMap()

func typeName(oid uint32) string {
	if oid == pgtype.UnknownOID {
		return "of no type"
	}
	if t, ok := types.TypeForOID(oid); ok {
		if element, array := strings.CutPrefix(t.Name, "_"); array {
			return element + "[]"
		}
		return t.Name
	}
	return "of a type that PostgreSQL does not bring along"
}
