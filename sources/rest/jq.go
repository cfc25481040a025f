package rest

import (
	"context"
	"errors"
	"fmt"

	"customer360/sources/jq"
)

// pageWork bounds the expressions over one page: a thousand items take a tenth of it, and
// an expression that never ends must look like a wrong mapping, not like a slow system.
const pageWork = 4 * jq.MaxRun

// maxItems bounds what one expression gives.
const maxItems = 100_000

// An expression is a jq program of the settings.
type expression struct {
	part, field, source string
	code                *jq.Expression
}

// wrong says that a value does not fit.
func (e *expression) wrong(problem string, value any) *MappingError {
	return &MappingError{Part: e.part, Field: e.field, Expression: e.source, Problem: problem, Value: value}
}

// each gives what the expression makes of the input, value by value. The error is a
// *MappingError, or that of the context, where it ended.
func (e *expression) each(ctx evaluating, input any, variables []any, yield func(any) error) error {
	var given error
	n := 0
	err := e.code.Each(ctx.budget, input, variables, func(v any) error {
		if n++; n > maxItems {
			given = e.wrong(fmt.Sprintf("the expression gives more than %d values", maxItems), nil)
		} else {
			given = yield(v)
		}
		return given
	})
	var expected Expected
	switch {
	case err == nil || given != nil:
		return given
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, jq.ErrTooMuch):
		return e.wrong(err.Error(), nil)
	case errors.As(err, &expected):
		return e.wrong(string(expected), input)
	}
	m := e.wrong(jq.ErrFailed.Error(), input)
	if !errors.Is(err, jq.ErrFailed) {
		m.Detail = err.Error()
	}
	return m
}

// evaluating is a context with what expressions may do within it.
type evaluating struct {
	context.Context
	budget *jq.Budget
}

func evaluate(ctx context.Context) evaluating {
	return evaluating{ctx, jq.NewBudget(ctx, pageWork)}
}

// one gives the one value of the expression; nil where it gives none.
func (e *expression) one(ctx evaluating, input any, variables ...any) (any, error) {
	var values []any
	err := e.each(ctx, input, variables, func(v any) error {
		if values = append(values, v); len(values) > 1 {
			return e.wrong("the expression gives several values where one is expected: put it in [ ] or use first(…)", values)
		}
		return nil
	})
	if err != nil || len(values) == 0 {
		return nil, err
	}
	return values[0], nil
}
