package rest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// evaluation bounds the expressions over one page: a thousand items take some
// milliseconds, and an expression that never ends must look like a wrong mapping, not
// like a slow system, and end before it has filled the memory.
const evaluation = 2 * time.Second

// maxItems bounds what one expression gives, as an endless one would fill the memory
// before its time is up.
const maxItems = 100_000

// An expression is a jq program of the settings.
type expression struct {
	part, field, source string
	code                *gojq.Code
}

// reaching are the functions of jq that reach out of an expression.
var reaching = map[string]bool{"env": true, "$ENV": true, "input": true, "inputs": true, "debug": true, "stderr": true,
	"halt": true, "halt_error": true, "modulemeta": true}

// program compiles an expression, which may use the variables.
func program(source string, functions []Function, variables ...string) (*gojq.Code, *gojq.Query, error) {
	query, err := gojq.Parse(source)
	if err != nil {
		return nil, nil, err
	}
	if len(query.Imports) > 0 || query.Meta != nil {
		return nil, nil, errors.New("modules are not read here")
	}
	for name := range names(reflect.ValueOf(query)) {
		if reaching[name] {
			return nil, nil, fmt.Errorf("%s is not to be used here", name)
		}
	}
	options := []gojq.CompilerOption{gojq.WithVariables(variables)}
	for _, f := range slices.Concat(shared, functions) {
		options = append(options, gojq.WithFunction(f.Name, f.Args, f.Args, f.Do))
	}
	code, err := gojq.Compile(query, options...)
	return code, query, err
}

// names are the functions and variables that a query mentions.
func names(v reflect.Value) map[string]bool {
	found := map[string]bool{}
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			switch node := v.Interface().(type) {
			case gojq.Func:
				found[node.Name] = true
			case gojq.ObjectKeyVal:
				// {$x} is short for {x: $x}.
				if strings.HasPrefix(node.Key, "$") {
					found[node.Key] = true
				}
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(v)
	return found
}

// wrong says that a value does not fit.
func (e *expression) wrong(problem string, value any) *MappingError {
	return &MappingError{Part: e.part, Field: e.field, Expression: e.source, Problem: problem, Value: value}
}

// each gives what the expression makes of the input, value by value; ctx ends with
// [evaluation]. The error is a *MappingError, or that of outer, where it ended.
func (e *expression) each(ctx evaluating, input any, variables []any, yield func(any) error) (err error) {
	// An answer is somebody else's: it must not end the process, whatever it does to
	// the interpreter.
	defer func() {
		if recover() != nil {
			err = e.wrong("the expression fails", input)
		}
	}()
	iter := e.code.RunWithContext(ctx.Context, input, variables...)
	for n := 0; ; n++ {
		v, ok := iter.Next()
		if !ok {
			return nil
		}
		if failed, ok := v.(error); ok {
			return e.failed(ctx, failed, input)
		}
		if n == maxItems {
			return e.wrong(fmt.Sprintf("the expression gives more than %d values", maxItems), nil)
		}
		if err := yield(v); err != nil {
			return err
		}
	}
}

// evaluating is a context that ends with [evaluation], or with the outer one.
type evaluating struct {
	context.Context
	outer context.Context
}

func evaluate(ctx context.Context) (evaluating, context.CancelFunc) {
	inner, cancel := context.WithTimeout(ctx, evaluation)
	return evaluating{inner, ctx}, cancel
}

func (e *expression) failed(ctx evaluating, err error, input any) error {
	var expected Expected
	switch {
	case ctx.outer.Err() != nil:
		return ctx.outer.Err()
	case ctx.Err() != nil:
		return e.wrong(fmt.Sprintf("the expression takes longer than %s", evaluation), nil)
	case errors.As(err, &expected):
		return e.wrong(string(expected), input)
	}
	m := e.wrong("the expression fails", input)
	m.Detail = err.Error()
	return m
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

// unknown reports whether a value says nothing: null, or a text of space only.
func unknown(v any) bool {
	s, ok := v.(string)
	return v == nil || ok && strings.TrimSpace(s) == ""
}
