package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"customer360/sources"
)

// A query is what the operator wrote for a part.
type query struct {
	*part
	sql string
}

// A plan is what the server said of the queries, and what is asked because of it.
type plan struct{ steps []step }

// A step asks one query.
type step struct {
	query
	// sql has the query in it, with the bound on rows.
	sql string
	// keys is the type of $1.
	keys uint32
	// columns are those of the query, in its order; formats are how they are asked for.
	columns []string
	at      map[string]int
	formats []int16
}

// newStep makes a step of what the server said of a query, or tells what is wrong with it.
func newStep(q query, d *pgconn.StatementDescription) (step, []string) {
	faults := q.check(d.Fields)
	if problem := checkKeys(d.ParamOIDs); problem != "" {
		faults = append(faults, problem)
	}
	if faults != nil {
		return step{}, faults
	}
	s := step{query: q, keys: d.ParamOIDs[0], at: map[string]int{}}
	var selected []string
	for i, f := range d.Fields {
		c, _ := q.column(f.Name)
		column := `q."` + f.Name + `"`
		format := int16(pgtype.TextFormatCode)
		switch c.form {
		case text, interval:
			column += "::text"
		case moment:
			// In text it depends on the session's style and zone.
			format = pgtype.BinaryFormatCode
		}
		selected = append(selected, column)
		s.columns, s.formats = append(s.columns, f.Name), append(s.formats, format)
		s.at[f.Name] = i
	}
	// One more than is told, so that it is known that there are more. Of accounts there is
	// one, and a second one is a fault.
	most, order := 2, ""
	if q.date != "" {
		most = sources.MaxPerKind + 1
		order = ` order by`
		if _, ok := s.at[q.date]; ok {
			order += ` q."` + q.date + `" desc nulls last,`
		}
		order += ` q."record_id"::text collate "C"`
	}
	s.sql = fmt.Sprintf(`select %s from (select q.*, row_number() over (partition by q.%q%s) as c360_rank from (
%s
) as q) as q where c360_rank <= %d`, strings.Join(selected, ", "), key, order, q.sql, most)
	return s, nil
}

// changed reports whether the columns of an answer are no longer those of the plan.
func (s *step) changed(fields []pgconn.FieldDescription) bool {
	return !slices.EqualFunc(fields, s.columns, func(f pgconn.FieldDescription, name string) bool {
		c, _ := s.column(name)
		return c.form == text || c.form == interval || c.form.refuses(f.DataTypeOID) == ""
	})
}

// describe asks the server for the parameters and columns of the queries, in one round trip.
// Where something is wrong with them, the error has the kind Malformed and lists everything.
func (c *connection) describe(ctx context.Context, queries []query) (*plan, error) {
	p := &plan{}
	var all faults
	err := c.transactions(ctx, len(queries), func(p *pgconn.Pipeline, i int) {
		p.SendPrepare("", around(queries[i].sql), nil)
	}, func(i, _ int, result any, err error) error {
		q := queries[i]
		d, ok := result.(*pgconn.StatementDescription)
		if err != nil || !ok {
			return all.add(q, around(q.sql), err)
		}
		s, problems := newStep(q, d)
		for _, problem := range problems {
			all.errs = append(all.errs, fmt.Errorf("queries.%s: %s", q.name, problem))
		}
		p.steps = append(p.steps, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, all.error(c.source)
}

// around puts a query where its columns can be asked for.
func around(sql string) string { return "select * from (\n" + sql + "\n) as q" }

// explain lets the server check permissions, and the queries with what was put around
// them, in one round trip.
func (c *connection) explain(ctx context.Context, p *plan) error {
	var all faults
	err := c.transactions(ctx, len(p.steps), func(pipeline *pgconn.Pipeline, i int) {
		s := &p.steps[i]
		pipeline.SendQueryParams("explain "+s.sql, [][]byte{list(nil)}, []uint32{s.keys}, nil, nil)
	}, func(i, _ int, result any, err error) error {
		return all.add(p.steps[i].query, "explain "+p.steps[i].sql, drain(result, err))
	})
	if err != nil {
		return err
	}
	return all.error(c.source)
}

// faults are what is wrong with the queries.
type faults struct {
	errs []error
	// refused: all that is wrong so far is what we may not read.
	refused bool
}

// add keeps an error that says something of a query; another one it gives back.
func (f *faults) add(q query, asked string, err error) error {
	var e *pgconn.PgError
	if err == nil || !errors.As(err, &e) || kindOf(e.Code).Retryable() {
		return err
	}
	f.refused = kindOf(e.Code) == sources.Unauthorized && (f.refused || f.errs == nil)
	f.errs = append(f.errs, inQuery(q, asked, e))
	return nil
}

func (f *faults) error(source string) error {
	if f.errs == nil {
		return nil
	}
	kind := sources.Malformed
	if f.refused {
		kind = sources.Unauthorized
	}
	return &sources.Error{Source: source, Kind: kind, Err: errors.Join(f.errs...)}
}
