package postgres_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/postgres"
	"customer360/sources/billing/postgres/postgrestest"
)

// A world is a schema of a test's own, with a user who may read it and a proxy before the
// server that can break.
type world struct {
	*proxy
	t      testing.TB
	schema string
	boss   *pgx.Conn
	config postgres.Config
}

const password = postgrestest.Password

// schema is a billing database as it may be, with keys of any type.
const schema = `
	create type standing as enum ('active', 'past_due', 'gekuendigt');
	create table customers (id %[1]s primary key, name text, balance numeric(12,4), currency char(3), late boolean, since date);
	create table contracts (id bigserial, customer %[1]s, plan text, standing standing, seats smallint, price numeric, per interval, started timestamptz);
	create table invoices (id bigserial, customer %[1]s, state text, cents bigint, currency text, issued timestamptz, paid timestamptz);
	create table payments (id uuid default gen_random_uuid(), customer %[1]s, state varchar(20), amount numeric, currency text, at timestamptz);
`

var queries = postgres.Queries{
	Account: `SELECT id AS account, name, balance, currency, late AS is_delinquent, since AS created_at,
		'https://ledger.example/' || id AS url FROM customers WHERE id = ANY($1)`,
	Subscriptions: `SELECT customer AS account, id AS record_id, plan AS name, standing AS status, seats AS quantity, price,
		'EUR' AS currency, per AS interval, started AS started_at FROM contracts WHERE customer = ANY($1)`,
	Invoices: `SELECT customer AS account, id AS record_id, state AS status, cents::numeric / 100 AS total, currency,
		issued AS issued_at, paid AS paid_at FROM invoices WHERE customer = ANY($1)`,
	Charges: `SELECT customer AS account, id AS record_id, state AS status, amount, currency, at AS charged_at
		FROM payments WHERE customer = ANY($1)`,
}

// newWorld makes a world whose keys are of a type.
func newWorld(t testing.TB, keys string) *world {
	t.Helper()
	c := postgrestest.Start(t)
	w := &world{t: t, proxy: newProxy(t, c.Socket())}
	w.schema, w.boss = c.Schema(t, fmt.Sprintf(schema, keys))
	w.config = postgres.Config{
		Name: "billing/ledger", Queries: queries,
		DSN: fmt.Sprintf("postgres://%s:%s@%s/postgres?search_path=%[1]s", w.schema, password, w.address()),
	}
	return w
}

// do runs SQL as who may do everything.
func (w *world) do(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.boss.Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
}

// A checked source is one that can be asked whether its queries are right.
type checked interface {
	billing.Source
	Check(context.Context) error
}

func (w *world) source() checked {
	w.t.Helper()
	s, err := postgres.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.(io.Closer).Close() })
	return s.(checked)
}

// fill puts an account with one fact of each kind.
func (w *world) fill(keys ...string) {
	for _, key := range keys {
		w.do(fmt.Sprintf(`insert into customers values ('%s', 'Somebody', 12.5, 'EUR', true, '2020-02-29')`, key))
		w.do(fmt.Sprintf(`insert into contracts (customer, plan, standing, seats, price, per, started) values ('%s', 'Fibre', 'active', 2, 10.00, '1 month', '2026-01-31T10:00:00+01')`, key))
		w.do(fmt.Sprintf(`insert into invoices (customer, state, cents, currency, issued) values ('%s', 'paid', 1999, 'EUR', '2026-01-31T10:00:00+01')`, key))
		w.do(fmt.Sprintf(`insert into payments (customer, state, amount, currency, at) values ('%s', 'succeeded', 19.99, 'EUR', '2026-01-31T10:00:00+01')`, key))
	}
}

// fetch asks for all parts, and fails the test where that fails.
func (w *world) fetch(s billing.Source, keys ...string) map[string]sources.Answer[*billing.Record] {
	w.t.Helper()
	answers, err := s.Fetch(context.Background(), keys, billing.AllParts)
	if err != nil {
		w.t.Fatal(err)
	}
	return answers
}

// A proxy stands before the server, counts round trips and can break.
type proxy struct {
	listener net.Listener
	trips    atomic.Int32
	mu       sync.Mutex
	conns    []net.Conn
	// stuck: nothing is passed on any more.
	stuck atomic.Bool
	wg    sync.WaitGroup
}

func newProxy(t testing.TB, socket string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l}
	t.Cleanup(func() {
		p.down()
		p.wg.Wait()
	})
	p.wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("unix", socket)
			if err != nil {
				_ = client.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, client, upstream)
			p.mu.Unlock()
			// A round trip begins where the client speaks after the server did.
			var spoken atomic.Bool
			spoken.Store(true)
			p.wg.Go(func() {
				p.pass(client, upstream, func() {
					if spoken.Swap(false) {
						p.trips.Add(1)
					}
				})
			})
			p.wg.Go(func() { p.pass(upstream, client, func() { spoken.Store(true) }) })
		}
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) pass(from, to net.Conn, seen func()) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if p.stuck.Load() {
			continue
		}
		seen()
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut ends all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

// down takes no new ones either.
func (p *proxy) down() {
	_ = p.listener.Close()
	p.cut()
}
