package postgres_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/postgres"
)

func billingQueries(account, subscriptions, invoices, charges string) postgres.Queries {
	return postgres.Queries{Account: account, Subscriptions: subscriptions, Invoices: invoices, Charges: charges}
}

func TestCheckListsEveryFault(t *testing.T) {
	w := newWorld(t, "bigint")
	for _, test := range []struct {
		name    string
		queries postgres.Queries
		says    []string
	}{
		{"no such column", billingQueries("SELECT id AS account,\n  nmae AS name FROM customers WHERE id = ANY($1)", "", "", ""),
			[]string{"queries.account, line 2, column 3: there is no such column (SQLSTATE 42703)"}},
		{"no such table", billingQueries("select id as account from custmers where id = any($1)", "", "", ""),
			[]string{"queries.account, line 1, column 27: there is no such table"}},
		{"a syntax error at the end", billingQueries("select id as account from customers where id = any($1) and", "", "", ""),
			[]string{"queries.account, at its end: a syntax error"}},
		{"all of them", billingQueries(
			`select name, balance::float8 as balance, late::text as is_delinquent, name as name, since::timestamp as created_at from customers where id = any($1)`,
			`select customer as account, id as recordId, standing as status, to_json(plan) as name, seats::text as quantity, started as strated_at from contracts where customer = any($1)`,
			`select customer as account, id as record_id, state as status, cents as total, xmin as color, currency, issued::timestamp as issued_at from invoices where customer = $1`,
			`select customer as account, id as record_id, amount::money as amount, at as charged_at from payments where customer = any($1::text[])`),
			[]string{
				"queries.account: there is no column account",
				"queries.account: column balance is float8: want numeric",
				"queries.account: column is_delinquent is text: want boolean",
				`queries.account: column "name" is there twice`,
				"queries.account: column created_at is timestamp: want timestamptz: say the zone",
				"queries.account: there is no column currency, and balance needs one",
				`queries.subscriptions: column "recordid" is none that is known here: did you mean record_id?`,
				`queries.subscriptions: column "strated_at" is none that is known here: did you mean started_at?`,
				"queries.subscriptions: there is no column record_id",
				"queries.subscriptions: column name is json: want text",
				"queries.subscriptions: column quantity is text: want an integer",
				`queries.invoices: column "color" is none that is known here: leave it out, or name it with AS one of account, record_id`,
				"queries.invoices: column issued_at is timestamp",
				"queries.invoices: $1 is one int8, and all keys are asked for at once: write = ANY($1)",
				"queries.charges, line 1, column 117: there is no such function or operator for these types",
			}},
		{"keys of a type of their own", billingQueries("select id as account from contracts where standing = any($1)", "", "", ""),
			[]string{"queries.account: $1 is of a type that PostgreSQL does not bring along, and keys are not: write = ANY($1::text[])"}},
		{"keys of no type", billingQueries("select id as account from customers where $1 is not null", "", "", ""),
			[]string{"queries.account", "the type of $1 is not known"}},
		{"a key of dates", billingQueries("select since as account from customers where since = any($1)", "", "", ""),
			[]string{"queries.account: $1 is date[], and keys are not"}},
		{"a write", billingQueries("with w as (delete from customers returning id) select id as account from w where id = any($1)", "", "", ""),
			[]string{"queries.account", "no INSERT, UPDATE or DELETE"}},
		{"out of its parentheses", billingQueries("select id as account from customers where id = any($1) group by id having (count(*) > 0) = (true", "", "", ""), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.config.Queries = test.queries
			s, err := postgres.New(w.config)
			if test.says == nil {
				if err == nil {
					t.Error("New found nothing")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.(io.Closer).Close()
			for range 2 {
				err := s.(checked).Check(context.Background())
				kindIs(t, err, sources.Malformed)
				for _, says := range test.says {
					if !strings.Contains(err.Error(), says) {
						t.Errorf("it does not say %q:\n%v", says, err)
					}
				}
			}
			// Where nobody checks, the call finds it.
			_, err = s.Fetch(context.Background(), []string{"1"}, billing.AllParts)
			kindIs(t, err, sources.Malformed)
		})
	}
}

func TestCheckOfWhatMayNotBeRead(t *testing.T) {
	w := newWorld(t, "text")
	w.do(`revoke select on invoices, payments from ` + w.schema)
	err := w.source().Check(context.Background())
	kindIs(t, err, sources.Unauthorized)
	for _, says := range []string{"queries.invoices: the user may not read this: GRANT SELECT", "queries.charges: the user may not read this"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("it does not say %q: %v", says, err)
		}
	}
	if strings.Contains(err.Error(), "queries.account") {
		t.Errorf("it says too much: %v", err)
	}
}

// What cannot be checked now does not stop the start; it works as soon as the server is there.
func TestCheckOfAServerThatIsDown(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	w.do(`alter role ` + w.schema + ` connection limit 0`)
	s := w.source()
	kindIs(t, s.Check(context.Background()), sources.Unavailable)
	w.do(`alter role ` + w.schema + ` connection limit -1`)
	if r := w.fetch(s, "a")["a"].Value; len(r.Invoices) != 1 {
		t.Errorf("%+v", r)
	}
	w.down()
	kindIs(t, s.Check(context.Background()), sources.Unavailable)

	w = newWorld(t, "text")
	w.stuck.Store(true)
	limited, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	kindIs(t, w.source().Check(limited), sources.TimedOut)
}

func TestCheckOfAccess(t *testing.T) {
	for name, test := range map[string]struct {
		dsn  func(string) string
		kind sources.Kind
		says string
	}{
		"password": {func(dsn string) string { return strings.Replace(dsn, password, "wrong-horse-1212", 1) }, sources.Unauthorized, "refuses the user or the password (SQLSTATE 28P01)"},
		"user":     {func(dsn string) string { return strings.Replace(dsn, "://", "://nobody_", 1) }, sources.Unauthorized, "SQLSTATE 28P01"},
		"database": {func(dsn string) string { return strings.Replace(dsn, "/postgres?", "/elsewhere?", 1) }, sources.Unavailable, "there is no such database (SQLSTATE 3D000)"},
		"no server": {func(dsn string) string {
			return strings.Replace(dsn, "@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:2,127.0.0.1:", 1)
		}, "", ""},
		"port": {func(string) string { return "postgres://u:correct-horse-7391@127.0.0.1:1/postgres" }, sources.Unavailable, "no connection: connection refused"},
		"name": {func(string) string { return "postgres://u:correct-horse-7391@host.invalid/postgres?sslmode=disable" }, sources.Unavailable, ""},
		"TLS":  {func(dsn string) string { return dsn + "&sslmode=require" }, sources.Unavailable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "text")
			w.config.DSN = test.dsn(w.config.DSN)
			err := w.source().Check(context.Background())
			if test.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			kindIs(t, err, test.kind)
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("it does not say %q: %v", test.says, err)
			}
		})
	}
}

func kindIs(t *testing.T, err error, kind sources.Kind) {
	t.Helper()
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Source != "billing/ledger" {
		t.Fatalf("%v; want an error of kind %s", err, kind)
	}
	for _, secret := range []string{password, "horse", "world", "127.0.0.1", "postgres://"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error's text holds %q: %v", secret, err)
		}
	}
}
