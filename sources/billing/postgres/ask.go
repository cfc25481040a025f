package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"customer360/sources"
	"customer360/sources/billing"
)

var (
	errStray = errors.New("a row's account is not one of the requested keys: the column account must be exactly what is compared with $1")
	errTwice = errors.New("two rows have the same account")
	errAgain = errors.New("two rows have the same record_id: a join that multiplies rows would multiply amounts")
	errMoved = errors.New("its columns have changed: a table was altered")
)

// gathered is what the queries gave. A key that is in neither map has no account.
type gathered struct {
	records map[string]*billing.Record
	// broken are keys of which a row could not be read.
	broken map[string]error
}

// ask asks the queries of the wanted parts in one transaction and one round trip. Its error
// is of all keys.
func (c *connection) ask(ctx context.Context, p *plan, keys []string, want sources.Parts) (*gathered, error) {
	g := &gathered{records: map[string]*billing.Record{}, broken: map[string]error{}}
	var steps []*step
	var lists [][]byte
	for i := range p.steps {
		s := &p.steps[i]
		if !want.Has(s.bit) {
			continue
		}
		var fitting []string
		for _, key := range keys {
			if fits[s.keys](key) {
				fitting = append(fitting, key)
			}
		}
		if len(fitting) > 0 {
			steps, lists = append(steps, s), append(lists, list(fitting))
		} else if s.must {
			return g, nil
		}
	}
	asked := make(map[string]bool, len(keys))
	for _, key := range keys {
		asked[key] = true
	}
	return g, c.transactions(ctx, 1, func(p *pgconn.Pipeline, _ int) {
		for i, s := range steps {
			p.SendQueryParams(s.sql, [][]byte{lists[i]}, []uint32{s.keys}, nil, s.formats)
		}
	}, func(_, i int, result any, err error) error {
		if reader, ok := result.(*pgconn.ResultReader); ok {
			err = g.read(steps[i], reader, asked)
			if _, ended := reader.Close(); ended != nil {
				err = ended
			}
		}
		var server *pgconn.PgError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &server):
			return &queryError{query: steps[i].query, asked: steps[i].sql, err: err}
		case errors.Is(err, errStray), errors.Is(err, errMoved):
			return &sources.Error{Source: c.source, Kind: sources.Malformed, Err: fmt.Errorf("queries.%s: %w", steps[i].name, err)}
		}
		return err
	})
}

// read adds the rows of one query to the records. Its error is of all keys: where a row may
// belong to any, nobody knows what is missing from which.
func (g *gathered) read(s *step, reader *pgconn.ResultReader, asked map[string]bool) error {
	r := row{at: s.at, fields: reader.FieldDescriptions()}
	if s.changed(r.fields) {
		return errMoved
	}
	seen := map[[2]string]bool{}
	for reader.NextRow() {
		r.values, r.err = reader.Values(), nil
		owner := string(r.value(key))
		if !asked[owner] || r.value(key) == nil {
			return errStray
		}
		to := g.records[owner]
		switch {
		case s.must && to != nil:
			r.err = errTwice
		case s.must:
			to = &billing.Record{}
			g.records[owner] = to
			s.add(&r, to)
		case to == nil || g.broken[owner] != nil:
			// Of an account that there is not, or that cannot be told whole anyway.
			continue
		default:
			id := [2]string{owner, r.text("record_id")}
			if s.add(&r, to); seen[id] {
				r.err = errAgain
			}
			seen[id] = true
		}
		if r.err != nil && g.broken[owner] == nil {
			g.broken[owner] = &sources.Fault{Place: "queries." + s.name + ":", Problem: r.err.Error()}
		}
	}
	return nil
}

// answers brings the records into the form of the contract.
func (g *gathered) answers(name string, asOf time.Time, keys []string) (map[string]sources.Answer[*billing.Record], error) {
	_, system, _ := strings.Cut(name, "/")
	answers := make(map[string]sources.Answer[*billing.Record], len(keys))
	var worst *sources.Error
	for _, key := range keys {
		answer, err := sources.Settled(name, key, func() (sources.Answer[*billing.Record], error) {
			record := g.records[key]
			if record == nil || g.broken[key] != nil {
				return sources.Answer[*billing.Record]{Missing: true, AsOf: asOf}, g.broken[key]
			}
			truncated, err := record.Settle(system, key)
			return sources.Answer[*billing.Record]{Value: record, AsOf: asOf, Truncated: truncated}, err
		})
		if err != nil {
			worst = sources.Worse(worst, err)
			continue
		}
		answers[key] = answer
	}
	if worst != nil {
		worst.Err = fmt.Errorf("%d of %d records cannot be read, the first one: %w", len(keys)-len(answers), len(keys), worst.Err)
		return answers, worst
	}
	return answers, nil
}
