package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"customer360/internal/await"
	"customer360/sources"
	"customer360/sources/billing"
)

// How many round trips it takes is a promise.
func TestRoundTrips(t *testing.T) {
	w := newWorld(t, "text")
	var keys []string
	for i := range 50 {
		keys = append(keys, fmt.Sprintf("account-%d", i))
	}
	w.fill(keys...)
	source := w.source()
	trips := func(do func() error) int32 {
		t.Helper()
		before := w.trips.Load()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		return w.trips.Load() - before
	}
	fetch := func(want sources.Parts) func() error {
		return func() error {
			_, err := source.Fetch(context.Background(), keys, want)
			return err
		}
	}
	// Whether there is TLS, the start, two for the password, the description of the queries,
	// the queries.
	if n := trips(fetch(billing.PartAccount)); n != 6 {
		t.Errorf("the first Fetch took %d round trips", n)
	}
	for _, want := range []sources.Parts{billing.PartAccount, billing.PartInvoices, billing.AllParts} {
		if n := trips(fetch(want)); n != 1 {
			t.Errorf("a Fetch of %b took %d round trips; want 1", want, n)
		}
	}
	if n := trips(func() error { return source.Check(context.Background()) }); n != 2 {
		t.Errorf("a Check took %d round trips; want 2", n)
	}
}

// A part that is not wanted is not asked for.
func TestWhatIsAsked(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	w.config.Queries.Charges = `select customer as account, id as record_id, state as status, at as charged_at from payments where customer = any($1) and 1 / (length(state) - 9) = 1`
	source := w.source()
	for _, want := range []sources.Parts{0, billing.PartAccount, billing.PartInvoices | billing.PartSubscriptions} {
		if answers, err := source.Fetch(context.Background(), []string{"a"}, want); err != nil || answers["a"].Value == nil {
			t.Errorf("%b: %v", want, err)
		}
	}
	_, err := source.Fetch(context.Background(), []string{"a"}, billing.PartCharges)
	kindIs(t, err, sources.Malformed)
	if !strings.Contains(err.Error(), "queries.charges: an expression cannot work with a value (SQLSTATE 22012)") {
		t.Error(err)
	}
}

func TestAConnectionThatEnds(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	source := w.source()
	w.fetch(source, "a")
	kill := `select pg_terminate_backend(pid) from pg_stat_activity where usename = '` + w.schema + `'`
	// While nobody uses it, as by a restart: nobody notices.
	w.do(kill)
	w.fetch(source, "a")
	w.cut()
	w.fetch(source, "a")

	// In the middle of a call: the call fails, the next one does not.
	lock(w, t)
	done := make(chan error)
	go func() {
		_, err := source.Fetch(context.Background(), []string{"a"}, billing.AllParts)
		done <- err
	}()
	w.busy(`wait_event_type = 'Lock'`, true)
	w.do(kill)
	kindIs(t, <-done, sources.Unavailable)
	w.do(`select pg_terminate_backend(pid) from pg_stat_activity where query like '%access exclusive mode%' and pid <> pg_backend_pid()`)
	w.fetch(source, "a")
}

// The database gives up before we do, and the connection stays.
func TestAQueryThatTakesTooLong(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	w.config.StatementTimeout = time.Second
	w.config.Queries.Invoices = `select customer as account, id as record_id, state as status, issued as issued_at from invoices, (select pg_sleep(600)) as s where customer = any($1)`
	source := w.source()
	w.fetch1(source, billing.PartAccount)
	trips := w.trips.Load()
	answers, err := source.Fetch(context.Background(), []string{"a"}, billing.AllParts)
	kindIs(t, err, sources.TimedOut)
	if len(answers) != 0 || !strings.Contains(err.Error(), "SQLSTATE 57014") {
		t.Errorf("%d answers: %v", len(answers), err)
	}
	w.fetch1(source, billing.PartAccount)
	if n := w.trips.Load() - trips; n != 2 {
		t.Errorf("%d round trips for two calls: the connection was not kept", n)
	}

	// The caller gives up first: the database is told.
	w.config.StatementTimeout = time.Minute
	source = w.source()
	w.fetch1(source, billing.PartAccount)
	limited, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = source.Fetch(limited, []string{"a"}, billing.AllParts)
	kindIs(t, err, sources.TimedOut)
	w.fetch1(source, billing.PartAccount)
	// It does not go on though nobody waits for it.
	w.busy(`state = 'active'`, false)
}

// busy waits until a backend of the world's role is in a state, or none is.
func (w *world) busy(state string, is bool) {
	w.t.Helper()
	await.Until(w.t, state, func() bool {
		var n int
		if err := w.boss.QueryRow(context.Background(), `select count(*) from pg_stat_activity where usename = $1 and `+state, w.schema).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		return (n > 0) == is
	})
}

// Tables change while the gateway runs.
func TestATableChanges(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("1")
	source := w.source()
	w.fetch(source, "1")
	// The queries themselves are right after it, but for a call.
	for _, change := range []string{
		`alter table customers alter id type bigint using id::bigint`,
		`alter table customers alter balance type float8; alter table customers alter balance type numeric`,
	} {
		w.do(change)
		_, _ = source.Fetch(context.Background(), []string{"1"}, billing.AllParts)
		w.fetch(source, "1")
	}
	w.do(`alter table customers alter balance type float8`)
	_, err := source.Fetch(context.Background(), []string{"1"}, billing.AllParts)
	kindIs(t, err, sources.Malformed)
	_, err = source.Fetch(context.Background(), []string{"1"}, billing.AllParts)
	kindIs(t, err, sources.Malformed)
	if !strings.Contains(err.Error(), "column balance is float8") {
		t.Error(err)
	}
}

// No more connections than were allowed, none before they are needed.
func TestConnections(t *testing.T) {
	w := newWorld(t, "text")
	w.fill("a")
	w.config.MaxConnections = 2
	source := w.source()
	if n := w.trips.Load(); n != 0 {
		t.Errorf("%d round trips before the first call", n)
	}
	done := make(chan error)
	for range 20 {
		go func() {
			_, err := source.Fetch(context.Background(), []string{"a"}, billing.AllParts)
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	var n int
	if err := w.boss.QueryRow(context.Background(), `select count(*) from pg_stat_activity where application_name = 'customer360' and usename = $1`, w.schema).Scan(&n); err != nil || n > 2 || n < 1 {
		t.Errorf("%d connections, %v", n, err)
	}
}

func (w *world) fetch1(s billing.Source, want sources.Parts) {
	w.t.Helper()
	if _, err := s.Fetch(context.Background(), []string{"a"}, want); err != nil {
		w.t.Fatal(err)
	}
}

func BenchmarkFetch(b *testing.B) {
	w := newWorld(b, "bigint")
	var keys []string
	for i := range 50 {
		keys = append(keys, fmt.Sprint(i))
	}
	w.fill(keys...)
	w.do(`insert into invoices (customer, state, cents, currency, issued) select c, 'paid', n, 'EUR', timestamptz '2020-01-01Z' + n * interval '30 days' from generate_series(0, 49) c, generate_series(1, 40) n`)
	w.do(`insert into payments (customer, state, amount, currency, at) select c, 'succeeded', n, 'EUR', timestamptz '2020-01-01Z' + n * interval '30 days' from generate_series(0, 49) c, generate_series(1, 40) n; create index on invoices (customer); create index on payments (customer); analyze`)
	source := w.source()
	w.fetch(source, keys...)
	b.ReportAllocs()
	for b.Loop() {
		w.fetch(source, keys...)
	}
	b.ReportMetric(50*82, "facts/op")
}
