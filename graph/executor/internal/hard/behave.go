// Package hard is a schema of which everything is hard to execute, with its Go types and
// resolvers: package executor is tried against gqlgen's own execution on it. Fields are told
// by their arguments how to behave.
package hard

//go:generate go run ./gen

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// How is how a field behaves.
type How string

// The ways to behave.
const (
	Fine       How = "FINE"
	Null       How = "NULL"
	Error      How = "ERROR"
	Errors     How = "ERRORS"
	OwnPath    How = "OWN_PATH"
	Extended   How = "EXTENDED"
	Wrapped    How = "WRAPPED"
	Both       How = "BOTH"
	Panic      How = "PANIC"
	PanicError How = "PANIC_ERROR"
	Add        How = "ADD"
	AddNull    How = "ADD_NULL"
	AddList    How = "ADD_LIST"
	None       How = "NONE"
	Mark       How = "MARK"
)

// Fill is what a list has in it.
type Fill string

// The fillings.
const (
	FillFine   Fill = "FINE"
	FillEmpty  Fill = "EMPTY"
	FillNull   Fill = "NULL"
	FillNulls  Fill = "NULLS"
	FillNested Fill = "NESTED"
	FillOne    Fill = "ONE"
	FillError  Fill = "ERROR"
	FillPanic  Fill = "PANIC"
	FillAdd    Fill = "ADD"
)

// behave gives the value, or what comes instead of it. Null is the zero value.
func behave[T any](ctx context.Context, how How, fine T) (T, error) {
	var null T
	switch how {
	case Null, None:
		return null, nil
	case Add:
		graphql.AddErrorf(ctx, "added beside a value")
		return fine, nil
	case AddNull:
		graphql.AddErrorf(ctx, "added beside null")
		return null, nil
	case AddList:
		graphql.AddError(ctx, gqlerror.List{gqlerror.Errorf("one of a list"), gqlerror.Errorf("two of a list")})
		return null, nil
	case Mark:
		graphql.MarkNonNull(ctx)
		return null, nil
	}
	return say(how, fine)
}

// say is behave for what has no context.
func say[T any](how How, fine T) (T, error) {
	var null T
	switch how {
	case Null, None, AddNull, AddList, Mark:
		return null, nil
	case Error:
		return null, errors.New("it failed")
	case Errors:
		return null, gqlerror.List{gqlerror.Errorf("first"), gqlerror.Errorf("second")}
	case OwnPath:
		return null, &gqlerror.Error{Message: "elsewhere", Path: ast.Path{ast.PathName("else"), ast.PathIndex(3)}}
	case Extended:
		return null, &gqlerror.Error{Message: "extended", Extensions: map[string]any{"code": "HARD"}, Locations: []gqlerror.Location{{Line: 7, Column: 9}}}
	case Wrapped:
		return null, fmt.Errorf("around: %w", gqlerror.Errorf("wrapped"))
	case Both:
		return fine, errors.New("beside a value")
	case Panic:
		panic("it panicked")
	case PanicError:
		panic(gqlerror.Errorf("it panicked with an error"))
	}
	return fine, nil
}

// filled gives a list of the elements.
func filled[T any](ctx context.Context, fill Fill, fine ...T) ([]T, error) {
	var null T
	switch fill {
	case FillEmpty:
		return []T{}, nil
	case FillNull:
		return nil, nil
	case FillNulls:
		return append([]T{null}, append(fine, null)...), nil
	case FillOne:
		return fine[:1], nil
	case FillError:
		return fine, errors.New("the list failed")
	case FillPanic:
		panic("the list panicked")
	case FillAdd:
		if ctx != nil {
			graphql.AddErrorf(ctx, "added beside a list")
		}
	}
	return fine, nil
}

// A Trace hears what happens below a context.
type Trace struct {
	// Called is told of calls of resolvers that need keys: the field and its object.
	Called func(ctx context.Context, field string, object any)
	// Kept is given contexts of fields.
	Kept func(ctx context.Context)
}

type traceKey struct{}

// WithTrace gives a context whose resolvers tell a trace what happens.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

func called(ctx context.Context, field string, object any) {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok && t.Called != nil {
		t.Called(ctx, field, object)
	}
}

func keep(ctx context.Context) {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok && t.Kept != nil {
		t.Kept(ctx)
	}
}
