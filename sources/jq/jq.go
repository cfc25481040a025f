// Package jq runs jq expressions over untrusted input: rows of a file, answers of a system.
// Whatever the expression and the value, a run is bounded in time and memory, has no access
// to files or the environment, and cannot end the process.
package jq

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/itchyny/gojq"
)

// A Function is a jq function of Go: it gets the dot and the arguments, and gives a
// value or an error. An error's text must not hold the value, see [Expected].
type Function struct {
	Name string
	Args int
	Do   func(dot any, args []any) any
}

// An Expected is an error of a [Function] whose text may be told: it says what was
// expected, and holds no value.
type Expected string

// Error is the text.
func (e Expected) Error() string { return string(e) }

// A Warning is what a [Function] gives for a value that it leaves out: the expression goes on
// with null. It says what was expected, and holds no value.
type Warning string

// ErrFailed is given for an expression that the interpreter fails on.
var ErrFailed = errors.New("the expression fails")

// Options are what expressions can use beside jq's own functions and [Shared].
type Options struct {
	// Functions are written in Go.
	Functions []Function
	// Definitions are written in jq, see [Define].
	Definitions *gojq.Query
	// Variables are named with their dollar.
	Variables []string
}

// An Expression is compiled, and can be used by several goroutines at once.
type Expression struct {
	// Query is what was parsed, for who looks into it.
	Query *gojq.Query
	// runners are copies, each with a meter of its own.
	runners sync.Pool
}

type runner struct {
	code  *gojq.Code
	meter *meter
}

// Compile makes an expression of its source.
func Compile(source string, o Options) (*Expression, error) {
	query, err := gojq.Parse(source)
	if err != nil {
		return nil, err
	}
	if err := check(query); err != nil {
		return nil, err
	}
	code, err := compile(query, o)
	if err != nil {
		return nil, err
	}
	e := &Expression{Query: query}
	e.runners.New = func() any {
		m := &meter{}
		return &runner{metered(code, m), m}
	}
	return e, nil
}

// Define parses functions, as def f: …;, for [Options].
func Define(source string, o Options) (*gojq.Query, error) {
	query, err := gojq.Parse(source)
	if err != nil {
		return nil, err
	}
	if query.Term != nil || query.Left != nil {
		return nil, errors.New("only functions are expected here, as def f: …;")
	}
	if err := check(query); err != nil {
		return nil, err
	}
	o.Definitions = query
	_, err = compile(&gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}}, o)
	return query, err
}

func compile(query *gojq.Query, o Options) (*gojq.Code, error) {
	used := Names(query)
	if o.Definitions != nil {
		maps.Copy(used, Names(o.Definitions))
	}
	var l library
	if used["sub"] || used["gsub"] {
		l = append(l, substitution)
	}
	if o.Definitions != nil {
		l = append(l, o.Definitions)
	}
	options := []gojq.CompilerOption{gojq.WithVariables(o.Variables), gojq.WithModuleLoader(l)}
	for _, f := range slices.Concat(Shared, o.Functions) {
		options = append(options, gojq.WithFunction(f.Name, f.Args, f.Args, f.Do))
	}
	return gojq.Compile(query, options...)
}

// library gives every expression the functions that are written in jq.
type library []*gojq.Query

// LoadInitModules is what gojq asks for.
func (l library) LoadInitModules() ([]*gojq.Query, error) { return l, nil }

// substitution is sub and gsub: jq's own copy what is before a match, for each of them.
var substitution = func() *gojq.Query {
	q, err := gojq.Parse(`
def sub($re; f; $flags): . as $in | _match($re; $flags; false) as $found | _between($found) as $kept
  | [$kept[0], (range($found | length) as $i | first($found[$i].captures | _captures | f), $kept[$i + 1])] | join("");
def sub($re; f): sub($re; f; null);
def gsub($re; f; $flags): sub($re; f; $flags + "g");
def gsub($re; f): sub($re; f; "g");
`)
	if err != nil {
		panic(err)
	}
	return q
}()

// reaching are the functions of jq that reach out of an expression.
var reaching = []string{"env", "$ENV", "input", "inputs", "debug", "stderr", "input_filename", "halt", "halt_error", "modulemeta",
	"get_search_list"}

// check refuses what reaches out of an expression.
func check(query *gojq.Query) error {
	if len(query.Imports) > 0 || query.Meta != nil {
		return errors.New("modules are not read here")
	}
	used := Names(query)
	for _, name := range reaching {
		if used[name] {
			return fmt.Errorf("%s is not to be used here", name)
		}
	}
	return nil
}

// FunctionNames are what can be called: jq's own functions, [Shared] and some more.
func FunctionNames(more []Function) []string {
	var names []string
	for _, f := range slices.Concat(Shared, more) {
		names = append(names, f.Name)
	}
	if e, err := Compile("builtins[]", Options{}); err == nil {
		_ = e.Each(NewBudget(context.Background(), MaxRun), nil, nil, func(v any) error {
			name, _, _ := strings.Cut(v.(string), "/")
			names = append(names, name)
			return nil
		})
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "_") || slices.Contains(reaching, name) })
	slices.Sort(names)
	return slices.Compact(names)
}

// Names are the functions and variables that a query mentions.
func Names(query *gojq.Query) map[string]bool {
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
	walk(reflect.ValueOf(query))
	return found
}

// Each gives what the expression makes of a value to yield, one by one, until that has
// an error, which is given back. Other errors are [ErrTooMuch], that of the budget's
// context, [ErrFailed], an [Expected], and what jq says, which may quote the value.
func (e *Expression) Each(b *Budget, input any, variables []any, yield func(any) error) (err error) {
	r := e.runners.Get().(*runner)
	r.meter.start(b)
	granted := r.meter.left
	var yielding bool
	defer func() {
		r.meter.end(granted)
		e.runners.Put(r)
		if yielding {
			return
		}
		// A value is somebody else's: it must not end the process, whatever it does to
		// the interpreter.
		if recover() != nil {
			err = ErrFailed
		}
	}()
	if err := b.ctx.Err(); err != nil {
		return err
	}
	iter := r.code.RunWithContext(r.meter, input, variables...)
	for {
		v, ok := iter.Next()
		if r.meter.err != nil {
			return r.meter.err
		}
		if !ok {
			return nil
		}
		if failed, ok := v.(error); ok {
			return failed
		}
		if err := r.meter.spend(r.meter.tree(v)); err != nil {
			return err
		}
		yielding = true
		if err := yield(v); err != nil {
			return err
		}
		yielding = false
	}
}

// IsContext reports whether a run ended with its context.
func IsContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
