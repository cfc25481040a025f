package operation

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph"
	"customer360/sources"
	"customer360/sources/profiles"
)

// liveSources are the sources that @freshness can hold for.
var liveSources = []profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social}

// A statement is the arguments of one @freshness directive, or of one member of the header that
// does the same, and how a fault of it is told.
type statement struct {
	arguments map[string]any
	fault     func(format string, args ...any) *gqlerror.Error
}

// freshnessOf reads what the @freshness directives of an operation wish, and the header that stands
// beside them, by source. The error is about wishes that make no sense, or contradict each other.
func freshnessOf(op *graphql.OperationContext) (map[profiles.SourceName]sources.Freshness, *gqlerror.Error) {
	var statements []statement
	for _, d := range op.Operation.Directives {
		if d.Name == "freshness" {
			statements = append(statements, statement{d.ArgumentMap(op.Variables), badFreshness(d)})
		}
	}
	fromHeader, bad := freshnessHeaders(op.Headers[freshnessHeader])
	if bad != nil {
		return nil, bad
	}
	for _, arguments := range fromHeader {
		statements = append(statements, statement{arguments, badFreshnessHeader})
	}
	if statements == nil {
		return nil, nil
	}
	// What is said of all sources goes first, so that what names one goes over it.
	var general, special wishes
	for _, s := range statements {
		layer, of := &general, liveSources
		if named := s.arguments["sources"]; named != nil {
			layer, of = &special, nil
			for _, word := range words(named) {
				source := profiles.SourceName(word)
				if !slices.Contains(liveSources, source) {
					return nil, s.fault("`sources` takes BILLING, SUPPORT and SOCIAL, not %s: other sources are never cached", source)
				}
				of = append(of, source)
			}
			if of == nil {
				return nil, s.fault("`sources` is empty: leave it out for all sources")
			}
		}
		for _, source := range of {
			if err := layer.add(source, s.arguments); err != nil {
				return nil, s.fault("%s", err)
			}
		}
	}
	// What only several of them say together is told of the last one.
	fault := statements[len(statements)-1].fault
	all := map[profiles.SourceName]sources.Freshness{}
	for _, source := range liveSources {
		// Each rank for itself first: one must not mend what the other contradicts.
		for _, w := range []wish{general[source], special[source]} {
			if _, err := w.freshness(); err != nil {
				return nil, fault("%s", err)
			}
		}
		f, err := general[source].under(special[source]).freshness()
		if err != nil {
			return nil, fault("%s", err)
		}
		all[source] = f
	}
	return all, nil
}

func badFreshness(d *ast.Directive) func(string, ...any) *gqlerror.Error {
	return func(format string, args ...any) *gqlerror.Error {
		err := gqlerror.ErrorPosf(d.Position, "@freshness: %s.", fmt.Sprintf(format, args...))
		errcode.Set(err, errcode.ValidationFailed)
		return err
	}
}

func badFreshnessHeader(format string, args ...any) *gqlerror.Error {
	return badHeader(freshnessHeader, "%s (the header counts as a @freshness of the operation, next to its own)", fmt.Sprintf(format, args...))
}

// wishes are what directives of one rank say, by source and argument.
type wishes map[profiles.SourceName]wish

// A wish is the arguments of @freshness that were given, but for sources.
type wish map[string]any

func (w *wishes) add(source profiles.SourceName, arguments map[string]any) error {
	if *w == nil {
		*w = wishes{}
	}
	if (*w)[source] == nil {
		(*w)[source] = wish{}
	}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		value := arguments[name]
		if name == "sources" || value == nil {
			continue
		}
		if before, ok := (*w)[source][name]; ok && !reflect.DeepEqual(before, value) {
			return fmt.Errorf("`%s` is given twice for %s, with different values", name, source)
		}
		(*w)[source][name] = value
	}
	return nil
}

// under gives this wish with another one over it. What contradicts the other one is
// dropped.
func (w wish) under(over wish) wish {
	w = maps.Clone(w)
	if over["onError"] == string(sources.Fail) {
		delete(w, "maxStale")
	}
	if over["maxStale"] != nil {
		delete(w, "onError")
	}
	if less(over["maxStale"], w["maxAge"]) {
		delete(w, "maxAge")
	}
	if less(w["maxStale"], over["maxAge"]) {
		delete(w, "maxStale")
	}
	all := wish{}
	for _, layer := range []wish{w, over} {
		for name, value := range layer {
			all[name] = value
		}
	}
	return all
}

// less reports whether both are lengths of time, and the first one is less.
func less(a, b any) bool {
	d, err1 := graph.UnmarshalElapsed(a)
	e, err2 := graph.UnmarshalElapsed(b)
	return err1 == nil && err2 == nil && d < e
}

func (w wish) freshness() (f sources.Freshness, err error) {
	length := func(name string) *time.Duration {
		value, ok := w[name]
		if !ok || err != nil {
			return nil
		}
		d, bad := graph.UnmarshalElapsed(value)
		if bad != nil {
			err = fmt.Errorf("`%s`: %w", name, bad)
		}
		return &d
	}
	f.MaxAge, f.MaxStale = length("maxAge"), length("maxStale")
	if d := length("deadline"); d != nil {
		f.Deadline = *d
		if *d == 0 && err == nil {
			err = fmt.Errorf("`deadline` is zero: nothing could answer in time")
		}
	}
	onError, _ := w["onError"].(string)
	f.OnError = sources.OnError(onError)
	switch {
	case err != nil:
	case f.OnError == sources.Fail && f.MaxStale != nil:
		err = fmt.Errorf("`maxStale` contradicts `onError: FAIL`, which serves no stale answers")
	case f.MaxAge != nil && f.MaxStale != nil && *f.MaxStale < *f.MaxAge:
		err = fmt.Errorf("`maxStale` must be at least `maxAge`")
	}
	return f, err
}

// words gives a list of enum values as text. A literal is a []any; what the validator
// makes of a variable may be a []string; a single value stands for a list of it.
func words(value any) []string {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Slice:
		all := []string{}
		for i := range v.Len() {
			all = append(all, fmt.Sprint(v.Index(i).Interface()))
		}
		return all
	case reflect.String:
		return []string{v.String()}
	}
	return nil
}
