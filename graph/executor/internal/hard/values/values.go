// Package values is a schema whose resolvers give structs and lists of structs, and no pointers
// to them, as gqlgen has it where it is told to.
package values

//go:generate go run ../gen

import (
	"context"
	"errors"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"customer360/graph/executor/internal/hard"
)

// Item is an interface.
type Item interface{ IsItem() }

// Either is a union.
type Either interface{ IsEither() }

// Row is an Item by value.
type Row struct {
	ID       string
	N        int
	Children []Row
	Items    []Item
}

// IsItem says that it is one.
func (Row) IsItem() {}

// IsEither says that it is one.
func (Row) IsEither() {}

// Next gives another one by value.
func (r Row) Next() Row { return row(r.N + 1) }

// Place describes where in the answer it is.
func (r Row) Place(ctx context.Context) string { return hard.Describe(ctx) }

// Pair has a field by value and one by a pointer.
type Pair struct {
	Left  Row
	Right *Row
	Texts []string
}

// IsEither says what it is.
func (Pair) IsEither() {}

func row(n int) Row {
	r := Row{ID: strconv.Itoa(n), N: n}
	for i := range n % 4 {
		r.Children = append(r.Children, Row{ID: strconv.Itoa(10*n + i), N: 0})
		r.Items = append(r.Items, Row{ID: "item"}, nil, &Row{ID: "pointer"})
	}
	return r
}

func rows(n int) ([]Row, error) {
	if n < 0 {
		return nil, errors.New("less than none")
	}
	var all []Row
	for i := range n {
		all = append(all, row(i))
	}
	return all, nil
}

// New makes the schema.
func New() graphql.ExecutableSchema { return NewExecutableSchema(Config{Resolvers: Resolver{}}) }

// Resolver gives all resolvers.
type Resolver struct{}

type (
	queryResolver struct{}
	rowResolver   struct{}
)

// Query gives the resolvers of Query.
func (Resolver) Query() QueryResolver { return queryResolver{} }

// Row gives the resolvers of Row.
func (Resolver) Row() RowResolver { return rowResolver{} }

func (queryResolver) Rows(_ context.Context, n int) ([]Row, error) { return rows(n) }
func (queryResolver) Maybe(_ context.Context, n int) ([]*Row, error) {
	all, err := rows(n)
	some := []*Row{nil}
	for i := range all {
		some = append(some, &all[i])
	}
	return some, err
}

func (queryResolver) Row(_ context.Context, id string) (*Row, error) {
	n, err := strconv.Atoi(id)
	return new(row(n)), err
}

func (queryResolver) MustRow(_ context.Context, id string) (Row, error) {
	n, err := strconv.Atoi(id)
	return row(n), err
}

func (queryResolver) Items(context.Context) ([]Item, error) {
	return []Item{row(1), new(row(2))}, nil
}

func (queryResolver) Pairs(context.Context) ([]Pair, error) {
	return []Pair{{Left: row(1), Texts: []string{"a"}}, {Left: row(2), Right: new(row(3))}}, nil
}

func (queryResolver) Either(context.Context) ([]Either, error) {
	return []Either{row(3), Pair{Left: row(1)}, &Pair{Right: new(row(2))}, new(row(1))}, nil
}

func (rowResolver) More(_ context.Context, r *Row, n *int) ([]Row, error) { return rows(r.N%3 + *n) }
func (rowResolver) Same(_ context.Context, r *Row) (Row, error)           { return *r, nil }
