package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

func neverPing(context.Context, pgxpool.ShouldPingParams) bool { return false }

// A connection is one of the pool, in use.
type connection struct {
	source  string
	pg      *pgconn.PgConn
	timeout time.Duration
	// answered: it lives, the server has said something since it was taken.
	answered bool
}

// used marks a connection that has been in use before.
const used = "customer360.used"

// on does something on a connection of the pool, and a second time on a new one where the
// connection turns out to have ended while it was idle. Its error is one of the source.
func (s *source) on(ctx context.Context, do func(*connection) error) error {
	ended, err := s.try(ctx, do)
	if ended && ctx.Err() == nil {
		// What ended one, as a restart of the server, has most likely ended all.
		s.pool.Reset()
		_, err = s.try(ctx, do)
	}
	if err != nil {
		return s.error(ctx, err)
	}
	return nil
}

func (s *source) try(ctx context.Context, do func(*connection) error) (ended bool, err error) {
	held, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	// It closes what is not in order.
	defer held.Release()
	c := &connection{source: s.name, pg: held.Conn().PgConn(), timeout: s.timeout}
	err = do(c)
	marks := c.pg.CustomData()
	ended = err != nil && marks[used] != nil && !c.answered && c.pg.IsClosed()
	marks[used] = true
	return ended, err
}

// settings are for the transaction alone. The second timeout is for a gateway that is
// stopped in the middle, so that it holds no locks.
const settings = `select set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true),
set_config('intervalstyle', 'iso_8601', true)`

// begun is how many results come before those of what is asked.
const begun = 2

// transactions asks something in as many transactions, all sent at once: send queues
// what one asks, and read is given its results, the i-th of the n-th, or the error of the
// server that ended it. What read gives back is an error of the whole.
func (c *connection) transactions(ctx context.Context, count int, send func(p *pgconn.Pipeline, n int), read func(n, i int, result any, err error) error) error {
	p := c.pg.StartPipeline(ctx)
	timeout := [][]byte{fmt.Appendf(nil, "%dms", c.timeout.Milliseconds())}
	for n := range count {
		p.SendQueryParams("begin isolation level repeatable read, read only", nil, nil, nil, nil)
		p.SendQueryParams(settings, timeout, nil, nil, nil)
		send(p, n)
		// Where something fails, the server goes on from here; commit is a rollback then.
		p.SendPipelineSync()
		p.SendQueryParams("commit", nil, nil, nil, nil)
		p.SendPipelineSync()
	}
	err := p.Flush()
	for n := 0; n < count && err == nil; n++ {
		err = c.results(p, func(i int, result any, err error) error {
			if i >= begun {
				return read(n, i-begun, result, err)
			}
			return drain(result, err)
		})
		if ended := c.results(p, func(_ int, result any, err error) error { return drain(result, err) }); err == nil {
			err = ended
		}
	}
	if closed := p.Close(); err == nil {
		err = closed
	}
	return err
}

var errEnded = errors.New("the connection ended")

// results gives the results up to the next point to go on from, and the first error of read.
func (c *connection) results(p *pgconn.Pipeline, read func(i int, result any, err error) error) error {
	var first error
	for i := 0; ; i++ {
		result, err := p.GetResults()
		var refused *pgconn.PgError
		switch {
		case err != nil && (!errors.As(err, &refused) || c.pg.IsClosed()):
			// Nothing more will come.
			return cmp.Or(first, err)
		case err == nil && result == nil:
			return cmp.Or(first, errEnded)
		}
		c.answered = true
		if _, ok := result.(*pgconn.PipelineSync); ok {
			return first
		}
		if err := read(i, result, err); first == nil {
			first = err
		}
	}
}

func drain(result any, err error) error {
	if reader, ok := result.(*pgconn.ResultReader); ok && err == nil {
		_, err = reader.Close()
	}
	return err
}
