package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/billing"
)

func TestEveryColumnArrives(t *testing.T) {
	w := newWorld(t, "bigint")
	w.config.Queries = billingQueries(
		`select $1::text[] as keys`, "", "", "")
	w.config.Queries.Account = `select k as account, 'Somebody' as name, -12.50 as balance, 'usd' as currency, 'card' as payment_method,
		false as is_delinquent, timestamptz '2020-01-31 01:30:00+05:45' as created_at, 'https://ledger.example/a' as url from unnest($1::text[]) k`
	w.config.Queries.Subscriptions = `select k as account, 7 as record_id, 'Fibre' as name, 'gekündigt' as status, 3::bigint as quantity, 10 as price, 'P1Y' as interval,
		'2.5' as mrr, 'KWD' as currency, date '2026-02-28' as started_at, date '2026-03-01' as trial_ends_at, date '2026-03-02' as current_period_ends_at,
		date '2026-03-03' as canceled_at, 'infinity'::timestamptz as ended_at, 'http://ledger.example/s' as url, null::text as raw_status from unnest($1::text[]) k`
	w.config.Queries.Invoices = `select k as account, 'i' as record_id, 'R-1' as number, 'A fibre' as description, 'PAID' as status, 'bezahlt' as raw_status,
		0.30::numeric(20,10) as total, 0::smallint as amount_due, 'EUR'::char(5) as currency, timestamptz '1999-12-31 23:59:59.999999Z' as issued_at,
		'-infinity'::date as due_at, timestamptz '2000-01-01Z' as paid_at, null as url from unnest($1::text[]) k`
	w.config.Queries.Charges = `select k as account, 'c' as record_id, 'A charge' as description, 'Refunded' as status, null as raw_status, 90071992547409.93 as amount,
		1 as refunded, 'EUR' as currency, 'SEPA' as payment_method, timestamptz '2026-01-31 10:00Z' as charged_at, '' as url from unnest($1::text[]) k`
	source := w.source()
	if err := source.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := w.fetch(source, "a")["a"]
	if got.AsOf.IsZero() || time.Since(got.AsOf) > time.Minute {
		t.Errorf("as of %s", got.AsOf)
	}
	ref := func(id, url string) sources.Ref {
		return sources.Ref{System: "ledger", Owner: "a", RecordID: id, URL: url}
	}
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	no, three := false, 3
	money := func(minor int64, code string) *billing.Money { return &billing.Money{Minor: minor, Currency: code} }
	want := &billing.Record{
		Account: billing.Account{
			Ref: ref("a", "https://ledger.example/a"), Name: "Somebody", Balance: money(-1250, "USD"), Currency: "USD", PaymentMethod: "card",
			IsDelinquent: &no, CreatedAt: time.Date(2020, 1, 30, 19, 45, 0, 0, time.UTC),
		},
		Subscriptions: []*billing.Subscription{{
			Ref: ref("7", "http://ledger.example/s"), Name: "Fibre", Status: "OTHER", RawStatus: "gekündigt", Quantity: &three,
			Price: money(10000, "KWD"), Interval: "P1Y", MRR: money(2500, "KWD"),
			StartedAt: day(2, 28), TrialEndsAt: day(3, 1), CurrentPeriodEndsAt: day(3, 2), CanceledAt: day(3, 3),
		}},
		Invoices: []*billing.Invoice{{
			Ref: ref("i", ""), Number: "R-1", Description: "A fibre", Status: "PAID", RawStatus: "bezahlt", Total: money(30, "EUR"), AmountDue: money(0, "EUR"),
			IssuedAt: time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC), PaidAt: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		}},
		Charges: []*billing.Charge{{
			Ref: ref("c", ""), Description: "A charge", Status: "REFUNDED", Amount: money(9007199254740993, "EUR"), Refunded: money(100, "EUR"),
			PaymentMethod: "SEPA", ChargedAt: time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC),
		}},
	}
	if diff := cmp.Diff(want, got.Value); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Everything but keys may be NULL, statuses too.
func TestNullIsNotKnown(t *testing.T) {
	w := newWorld(t, "text")
	w.do(`insert into customers (id) values ('a'); insert into contracts (customer) values ('a');
		insert into invoices (customer, issued) values ('a', now()); insert into payments (customer, at) values ('a', now())`)
	r := w.fetch(w.source(), "a")["a"].Value
	if r.Name != "" || r.Balance != nil || r.Currency != "" || r.IsDelinquent != nil || !r.CreatedAt.IsZero() {
		t.Errorf("account: %+v", r.Account)
	}
	if s := r.Subscriptions[0]; s.Status != "OTHER" || s.Quantity != nil || s.Price != nil || s.Interval != "" || !s.StartedAt.IsZero() {
		t.Errorf("subscription: %+v", s)
	}
	if i, c := r.Invoices[0], r.Charges[0]; i.Status != "OTHER" || i.Total != nil || c.Status != "OTHER" || c.Amount != nil {
		t.Errorf("invoice %+v, charge %+v", i, c)
	}
}

// A row that cannot be read leaves out its key; the error says what is wrong, and of
// which part, without a value.
func TestARowThatCannotBeRead(t *testing.T) {
	for _, test := range []struct{ spoil, says string }{
		{`update customers set balance = 'NaN' where id = 'b'`, "queries.account: column balance: the amount"},
		{`update customers set currency = 'XXZ', balance = null where id = 'b'`, "queries.account: column currency"},
		{`update customers set currency = null where id = 'b'`, "column balance: there is an amount, and no currency"},
		{`update customers set since = '10000-01-01' where id = 'b'`, "column created_at: its year"},
		{`update customers set since = '0044-03-15 BC' where id = 'b'`, "column created_at: its year"},
		{`update contracts set price = 0.005 where customer = 'b'`, "queries.subscriptions: column price: the amount has more"},
		{`update contracts set per = '-1 month' where customer = 'b'`, "column interval: want an ISO 8601 duration"},
		{`update invoices set issued = null where customer = 'b'`, "queries.invoices: column issued_at: there is none in a row"},
		{`update invoices set issued = 'infinity' where customer = 'b'`, "column issued_at: there is none in a row"},
		{`alter table invoices alter id type bigint, alter id drop not null; update invoices set id = null where customer = 'b'`, "column record_id: there is none"},
		{`insert into invoices select * from invoices where customer = 'b'`, "two rows have the same record_id"},
		{`update payments set amount = 1e25 where customer = 'b'`, "queries.charges: column amount: the amount is too large"},
	} {
		w := newWorld(t, "text")
		w.fill("a", "b", "c")
		w.do(test.spoil)
		answers, err := w.source().Fetch(context.Background(), []string{"a", "b", "none", "c"}, billing.AllParts)
		var e *sources.Error
		if !errors.As(err, &e) || e.Kind != sources.Malformed || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "1 of 4 records") {
			t.Errorf("%s: %v; want it to say %q", test.spoil, err, test.says)
		}
		if _, answered := answers["b"]; len(answers) != 3 || answered || !answers["none"].Missing || answers["a"].Value == nil {
			t.Errorf("%s: %v", test.spoil, answers)
		}
	}
}

func TestTwoRowsForOneAccount(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a", "b")
	w.config.Queries.Account = `select c.id as account from customers c left join generate_series(1, 50000) on c.id = 'b' where c.id = any($1)`
	answers, err := w.source().Fetch(context.Background(), []string{"a", "b"}, billing.PartAccount)
	if err == nil || !strings.Contains(err.Error(), "two rows have the same account") || len(answers) != 1 {
		t.Errorf("%d answers, %v", len(answers), err)
	}
}

// Where rows do not say whose they are, nobody is told to have none.
func TestRowsThatNobodyAskedFor(t *testing.T) {
	for name, account := range map[string]string{
		"of others":         `select id as account from customers where $1::text[] is not null`,
		"written otherwise": `select upper(id) as account from customers where id = any($1)`,
		"of nobody":         `select null::text as account from customers where id = any($1)`,
	} {
		w := newWorld(t, "text")
		w.fill("a", "b")
		w.config.Queries.Account = account
		answers, err := w.source().Fetch(context.Background(), []string{"a"}, billing.AllParts)
		var e *sources.Error
		if len(answers) != 0 || !errors.As(err, &e) || e.Kind != sources.Malformed || !strings.Contains(err.Error(), "queries.account: a row's account is not one of the requested keys") {
			t.Errorf("%s: %d answers, %v", name, len(answers), err)
		}
	}
}

func TestOnlyTheNewestThousand(t *testing.T) {
	w := newWorld(t, "int")
	w.fill("1", "2")
	w.do(`insert into invoices (customer, state, cents, currency, issued) select 1, 'due', n, 'EUR', timestamptz '2020-01-01Z' + n * interval '1 hour' from generate_series(1, 5000) n`)
	w.do(`insert into invoices (customer, state, cents, currency, issued) select 2, 'due', n, 'EUR', timestamptz '2020-01-01Z' from generate_series(1, 119) n`)
	answers := w.fetch(w.source(), "1", "2")
	many, some := answers["1"], answers["2"]
	if !many.Truncated || many.Value.Cut != billing.PartInvoices || len(many.Value.Invoices) != sources.MaxPerKind {
		t.Errorf("truncated %t, cut %b, %d invoices", many.Truncated, many.Value.Cut, len(many.Value.Invoices))
	}
	if first, last := many.Value.Invoices[0], many.Value.Invoices[999]; first.Total.Minor != 1999 || last.Total.Minor != 4002 {
		t.Errorf("from %s to %s", first.Total, last.Total)
	}
	if some.Truncated || some.Value.Cut != 0 || len(some.Value.Invoices) != 120 {
		t.Errorf("truncated %t, %d invoices", some.Truncated, len(some.Value.Invoices))
	}
}

// Keys that cannot be of a column's type are of no record, and hurt nobody else.
func TestKeysThatCannotBe(t *testing.T) {
	odd := []string{"", " ", "x", "1.0", "+1", "01", "-0", "1e0", "99999999999999999999999", "NULL", "{1}", "1,2", `"1"`, "\x00", "\xff", "1 ", "½",
		strings.Repeat("9", 200_000), "0190A5A2-7C3B-7E51-9D6C-000000000001", "0190a5a27c3b7e519d6c000000000001", "{0190a5a2-7c3b-7e51-9d6c-000000000001}"}
	for keys, known := range map[string]string{
		"smallint": "1", "int": "1", "bigint": "1", "numeric(20)": "1", "uuid": "0190a5a2-7c3b-7e51-9d6c-000000000001",
		"text": "1", "varchar(40)": "1", "char(40)": "1",
	} {
		w := newWorld(t, keys)
		w.fill(known)
		source := w.source()
		answers := w.fetch(source, append(odd, known)...)
		for _, key := range odd {
			if a, ok := answers[key]; !ok || !a.Missing {
				t.Errorf("%s: the key %.40q: answered %t, missing %t", keys, key, ok, a.Missing)
			}
		}
		if r := answers[known].Value; r == nil || len(r.Invoices) != 1 {
			t.Errorf("%s: the known key: %+v", keys, r)
		}
		if a := w.fetch(source, "\x00"); !a["\x00"].Missing {
			t.Errorf("%s: %v", keys, a)
		}
	}
}

// The keys of one table need not be of the type of another's.
func TestKeysOfTwoTypes(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("7", "seven")
	w.config.Queries.Invoices = `select customer::bigint as account, id as record_id, state as status, issued as issued_at
		from invoices where customer ~ '^\d+$' and customer::bigint = any($1)`
	answers := w.fetch(w.source(), "7", "seven")
	if a, b := answers["7"].Value, answers["seven"].Value; len(a.Invoices) != 1 || len(b.Invoices) != 0 || len(b.Charges) != 1 {
		t.Errorf("%+v, %+v", a, b)
	}
}

func TestSQLAsPeopleWriteIt(t *testing.T) {
	for name, sql := range map[string]string{
		"semicolon":             "SELECT id AS account FROM customers WHERE id = ANY($1);",
		"comment at the end":    "select id as account from customers where id = any($1) -- the key; that is it",
		"semicolon and comment": "/* of /* nested */ */ select id as account\nfrom customers where id = any($1) ;\n-- done\n/* ; */ ;",
		"WITH":                  "with c as (select * from customers), d as (select * from c) select id as account from d where id = any($1) order by id limit 10;",
		"quotes":                `select id as "account", ';' || $x$ ; -- $x$ || e'\';' as name from customers where id = any($1)`,
		"parentheses":           "(select id as account from customers where id = any($1)) union all (select id from customers where false)",
		"JOIN":                  "select c.id as account from unnest($1::text[]) as k(id) join customers c on c.id = k.id",
		"$1 twice":              "select id as account from customers where id = any($1) and id = any($1)",
		"lower case and Å":      "select id as account, 'Ångström' as name from customers as Å where id = any($1)",
	} {
		w := newWorld(t, "text")
		w.fill("a")
		w.config.Queries = billingQueries(sql, "", "", "")
		source := w.source()
		if err := source.Check(context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		answers := w.fetch(source, "a", "b")
		if r := answers["a"].Value; r == nil || !answers["b"].Missing || r.Invoices != nil {
			t.Errorf("%s: %v", name, answers)
		}
	}
}

func TestNothingIsWritten(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	w.do(`create table seen (id text); create function note(id text) returns text language sql as 'insert into seen values (id) returning id';
		create function escape(id text) returns text language plpgsql as $$ begin set transaction read write; insert into seen values (id); return id; end $$;`)
	w.do(fmt.Sprintf(`grant all on all tables in schema %[1]s to %[1]s`, w.schema))
	for _, sql := range []string{
		`select note(id) as account from customers where id = any($1)`,
		`select escape(id) as account from customers where id = any($1)`,
		`select id as account from customers where id = any($1) for update`,
		`with w as (insert into seen values ('a') returning id) select id as account from w where id = any($1)`,
	} {
		w.config.Queries = billingQueries(sql, "", "", "")
		answers, err := w.source().Fetch(context.Background(), []string{"a"}, billing.AllParts)
		var e *sources.Error
		if len(answers) != 0 || !errors.As(err, &e) || e.Kind != sources.Malformed {
			t.Errorf("%s: %v, %v", sql, answers, err)
		}
	}
	var n int
	if err := w.boss.QueryRow(context.Background(), `select count(*) from seen`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows were written, %v", n, err)
	}
}

// All parts are of one moment.
func TestOneMoment(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	w.config.Queries.Charges = `select customer as account, id as record_id, txid_current_snapshot()::text as description, state as status, at as charged_at from payments where customer = any($1)`
	w.config.Queries.Invoices = `select customer as account, id as record_id, txid_current_snapshot()::text as description, state as status, issued as issued_at from invoices,
		(select pg_sleep(0.5)) as s where customer = any($1)`
	done := make(chan error)
	go func() {
		w.busy(`wait_event = 'PgSleep'`, true)
		_, err := w.boss.Exec(context.Background(), `insert into payments (customer, state, at) values ('a', 'succeeded', now())`)
		done <- err
	}()
	r := w.fetch(w.source(), "a")["a"].Value
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(r.Charges) != 1 || r.Charges[0].Description != r.Invoices[0].Description {
		t.Errorf("%d charges, of %q and %q", len(r.Charges), r.Charges[0].Description, r.Invoices[0].Description)
	}
}
