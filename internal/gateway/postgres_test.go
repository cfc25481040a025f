package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5"

	"customer360/demo"
	"customer360/resolvers"
	"customer360/sources/billing"
	"customer360/sources/billing/postgres"
	"customer360/sources/billing/postgres/postgrestest"
	"customer360/sources/profiles"
)

// postgresVendor is a database with the company's accounts and subscriptions.
func postgresVendor() vendor {
	var role string
	return vendor{"postgres", profiles.Billing, []string{postgrestest.Password},
		func(t testing.TB, c *demo.Company) (string, func(*demo.Company)) {
			server := postgrestest.Start(t)
			var boss *pgx.Conn
			role, boss = server.Schema(t, ledgerTables)
			hold := func(c *demo.Company) { land(t, boss, c.Billing) }
			hold(c)
			return forward(t, server.Socket()), hold
		},
		func(s *resolvers.Systems, name, address string) error {
			made, err := postgres.New(postgres.Config{
				Name: name, Queries: ledgerQueries,
				DSN: "postgres://" + role + ":" + postgrestest.Password + "@" + address + "/postgres?sslmode=disable&search_path=" + role,
			})
			s.Billing = append(s.Billing, resolvers.System[*billing.Record]{Source: made, Kind: "postgres"})
			return err
		}, nil}
}

const ledgerTables = `
	create table accounts (id text, name text, balance numeric, currency text);
	create table subscriptions (account text, id text, name text, status text, raw_status text, quantity int, price numeric,
		currency text, per text, started timestamptz, ended timestamptz)`

var ledgerQueries = postgres.Queries{
	Account: `select id as account, name, balance, currency from accounts where id = any($1)`,
	Subscriptions: `select account, id as record_id, name, status, raw_status, quantity, price, currency, per as interval,
		started as started_at, ended as ended_at from subscriptions where account = any($1)`,
}

// landing puts records in the place of those that are there. It does not truncate, since who
// reads at that moment would find the tables empty
// (https://www.postgresql.org/docs/current/mvcc-caveats.html).
var landing = []string{
	`delete from accounts`,
	`delete from subscriptions`,
	`insert into accounts select "recordId", name, split_part(balance, ' ', 1)::numeric, currency
		from jsonb_to_recordset($1) as r ("recordId" text, name text, balance text, currency text)`,
	`insert into subscriptions select r."recordId", s."recordId", name, status, "rawStatus", quantity,
			split_part(price, ' ', 1)::numeric, split_part(price, ' ', 2), "interval", "startedAt", "endedAt"
		from jsonb_to_recordset($1) as r ("recordId" text, subscriptions jsonb),
			jsonb_to_recordset(subscriptions) as s ("recordId" text, name text, status text, "rawStatus" text, quantity int,
				price text, "interval" text, "startedAt" timestamptz, "endedAt" timestamptz)`,
}

func land(t testing.TB, boss *pgx.Conn, records []*billing.Record) {
	t.Helper()
	ctx := context.Background()
	data, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	if err := pgx.BeginFunc(ctx, boss, func(tx pgx.Tx) error {
		for i, sql := range landing {
			var args []any
			if i > 1 {
				args = []any{string(data)}
			}
			if _, err := tx.Exec(ctx, sql, args...); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// forward gives a TCP address of a Unix socket, since the proxy dials nothing else.
func forward(t testing.TB, socket string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_, _ = to.Close(), from.Close()
	}
	go func() {
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
			go pass(upstream, client)
			go pass(client, upstream)
		}
	}()
	return l.Addr().String()
}
