// Package postgres asks a company's own PostgreSQL for billing accounts, with the SQL
// that the operator writes: one query for each part, which gets all keys at once.
//
// # Queries
//
// A query is one SELECT (WITH is fine) whose only parameter, $1, is the list of keys,
// commonly as WHERE id = ANY($1). Each of its columns has the name of what it brings:
//
//	account        account, name, balance, currency, payment_method, is_delinquent, created_at, url
//	subscriptions  account, record_id, name, status, raw_status, quantity, price, interval, mrr, currency,
//	               started_at, trial_ends_at, current_period_ends_at, canceled_at, ended_at, url
//	invoices       account, record_id, number, description, status, raw_status, total, amount_due, currency,
//	               issued_at, due_at, paid_at, url
//	charges        account, record_id, description, status, raw_status, amount, refunded, currency,
//	               payment_method, charged_at, url
//
// The column account is always there: it is the key that a row belongs to, just as it
// was compared with $1. So are record_id, status, issued_at and charged_at. Others may
// be left out or NULL, and are not known then. A column of another name is a fault.
//
//   - Amounts are numeric, integer or text, in whole currency units, and exact; the
//     column currency, an ISO 4217 code, stands beside them and holds for the whole row.
//     Floating point is a fault, and so is an amount finer than its currency has it.
//   - Times are timestamptz, or date, which is midnight UTC; -infinity and infinity are
//     no time. A timestamp without a zone is a fault: only the operator knows which zone
//     it is in, and can say so with AT TIME ZONE.
//   - A status is one of our words in any case (see [billing.SubscriptionStatus],
//     [billing.InvoiceStatus], [billing.ChargeStatus]). Another one becomes OTHER and is kept
//     as the raw status, unless raw_status has something.
//   - The interval of a subscription is ISO 8601 text, as P1M, or an interval. The url is the
//     whole http or https address of a record, put together in SQL.
//
// The account's query brings the balance, too. A part without a query is one of which this
// system has nothing: its list is empty. Of a key, the newest 1,000 facts of a kind stay. A
// row that cannot be read leaves out the key that it belongs to, and a second row for one
// account or for one record does so too, since a join that multiplies rows would multiply
// amounts.
//
// Keys are text, or what $1 is compared with: integers, numeric or uuid. Where a key cannot
// be one of those, there is no such record.
//
// # Facts that it relies on
//
// PostgreSQL 14 or newer. What is asked of it:
//
//   - Describing a statement gives the types of its parameters and columns, and executes
//     nothing; messages can be sent without waiting for the answers of the ones before
//     (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY,
//     https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
//     So a Fetch is one round trip, however many parts are wanted: BEGIN, timeouts, one query for
//     each part, COMMIT. The first one is two, and each connection takes some to be made.
//   - The transaction is REPEATABLE READ and READ ONLY: all parts are of one moment, and neither a
//     query nor a function in it can write to a table
//     (https://www.postgresql.org/docs/current/sql-set-transaction.html).
//   - statement_timeout bounds each query
//     (https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-STATEMENT-TIMEOUT).
//   - EXPLAIN checks permissions and executes nothing
//     (https://www.postgresql.org/docs/current/sql-explain.html).
//   - The first two characters of an SQLSTATE say what kind of an error it is
//     (https://www.postgresql.org/docs/current/errcodes-appendix.html).
//
// No statement is prepared under a name and no setting outlives its transaction, so that a
// pooler in transaction mode can stand between (https://www.pgbouncer.org/features.html).
package postgres

import (
	"cmp"
	"context"
	_ "embed"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"customer360/sources"
	"customer360/sources/billing"
)

// Schema describes Config in JSON Schema, for editors and validation.
//
//go:embed schema.json
var Schema []byte

// source is one database.
type source struct {
	name    string
	pool    *pgxpool.Pool
	timeout time.Duration
	queries []query
	// plan is what the server said of the queries; nil until it was asked.
	plan atomic.Pointer[plan]
}

// New makes the source; it does not connect. The error lists every fault of the
// configuration that can be found without the server. The source is an [io.Closer] and
// has a method Check(context.Context) error, which finds the other ones.
func New(c Config) (billing.Source, error) {
	queries, pooled, err := c.check()
	if err != nil {
		return nil, err
	}
	// The context is for connections that are made in advance; there are none.
	pool, err := pgxpool.NewWithConfig(context.Background(), pooled)
	if err != nil {
		return nil, errDSN
	}
	return &source{name: c.Name, pool: pool, timeout: cmp.Or(c.StatementTimeout, defaultTimeout), queries: queries}, nil
}

// Name is the configured name.
func (s *source) Name() string { return s.name }

// Close closes all connections, after the calls that use them.
func (s *source) Close() error {
	s.pool.Close()
	return nil
}

// Check asks the server whether the queries can be answered, without executing them. An
// error whose kind is [sources.Kind.Retryable] says that it cannot tell now; Unauthorized is
// a refused login or a missing GRANT; Malformed lists every fault of every query, each with
// the query's part and what to do.
func (s *source) Check(ctx context.Context) error {
	return s.on(ctx, func(c *connection) error {
		p, err := c.describe(ctx, s.queries)
		if err != nil {
			return err
		}
		if err := c.explain(ctx, p); err != nil {
			return err
		}
		s.plan.Store(p)
		return nil
	})
}

// Fetch asks for all keys in one transaction, with one query for each part that is wanted.
func (s *source) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*billing.Record], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	asOf := time.Now()
	var got *gathered
	err := s.on(ctx, func(c *connection) (err error) {
		p := s.plan.Load()
		if p == nil {
			if p, err = c.describe(ctx, s.queries); err != nil {
				return err
			}
			s.plan.Store(p)
		}
		got, err = c.ask(ctx, p, keys, want|billing.PartAccount)
		return err
	})
	if err != nil {
		// The tables may have changed, so the next call describes the queries anew.
		if e := sources.AsError(s.name, sources.Unavailable, err); e.Kind == sources.Malformed {
			s.plan.Store(nil)
		}
		return nil, err
	}
	return got.answers(s.name, asOf, keys)
}
