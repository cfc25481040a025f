package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/sources/jq"
)

// A field is a field of a domain's type.
type field struct {
	name  string
	index []int
	typ   reflect.Type
}

// fieldsOf gives the fields of a type by the names that they have in JSON.
func fieldsOf(t reflect.Type, without []string) map[string]field {
	fields := map[string]field{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" && !slices.Contains(without, name) {
			fields[name] = field{name, f.Index, f.Type}
		}
	}
	return fields
}

// errNothing: a value says nothing, and the field stays as it is.
var errNothing = errors.New("it gives nothing")

var (
	timeType        = reflect.TypeFor[time.Time]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
)

// read puts what an expression gave into a value of a domain's type. Its errors say
// what was expected and never what was there; [errNothing] where it says nothing.
func read(v any, into reflect.Value) error {
	if jq.Unknown(v) {
		return errNothing
	}
	t := into.Type()
	switch {
	case t == timeType:
		at, err := jq.Moment(v)
		into.Set(reflect.ValueOf(at))
		return err
	case t.Kind() == reflect.Pointer:
		value := reflect.New(t.Elem())
		if err := read(v, value.Elem()); err != nil {
			return err
		}
		into.Set(value)
		return nil
	case reflect.PointerTo(t).Implements(unmarshalerType):
		// Money of an unknown amount is not known.
		if object, ok := v.(map[string]any); ok {
			if amount, ok := object["amount"]; ok && jq.Unknown(amount) {
				return errNothing
			}
		}
		data, err := json.Marshal(v)
		if err != nil {
			return errors.New("expected a value of JSON")
		}
		return into.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(data)
	}
	switch t.Kind() {
	case reflect.String:
		s, err := text(v)
		into.SetString(s)
		return err
	case reflect.Int:
		n, err := count(v)
		into.SetInt(n)
		return err
	case reflect.Float64:
		f, err := number(v)
		into.SetFloat(f)
		return err
	case reflect.Bool:
		b, ok := v.(bool)
		if !ok {
			return errors.New("expected true or false")
		}
		into.SetBool(b)
		return nil
	case reflect.Slice:
		return list(v, into)
	case reflect.Struct:
		return object(v, into)
	}
	return fmt.Errorf("a %s cannot be read from JSON", t)
}

// list reads one value or a list of them; what says nothing is left out.
func list(v any, into reflect.Value) error {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	for _, item := range items {
		one := reflect.New(into.Type().Elem()).Elem()
		switch err := read(item, one); {
		case errors.Is(err, errNothing):
		case err != nil:
			return err
		default:
			into.Set(reflect.Append(into, one))
		}
	}
	return nil
}

func object(v any, into reflect.Value) error {
	fields := fieldsOf(into.Type(), nil)
	values, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("expected an object of %s", strings.Join(sortedNames(fields), ", "))
	}
	for name := range values {
		if _, ok := fields[name]; !ok {
			return fmt.Errorf("expected an object of %s only", strings.Join(sortedNames(fields), ", "))
		}
	}
	for _, name := range sortedNames(fields) {
		if err := read(values[name], into.FieldByIndex(fields[name].index)); err != nil && !errors.Is(err, errNothing) {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func sortedNames(fields map[string]field) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// text reads a text, without surrounding space; a number is a text as well.
func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		if s, ok = jq.Decimal(v); !ok {
			return "", errors.New("expected a text")
		}
	}
	return strings.TrimSpace(s), nil
}

// Decimal is [jq.Decimal], for functions over amounts.
func Decimal(v any) (string, bool) { return jq.Decimal(v) }

// count reads a whole number from 0, which is all that the graph's Int can tell.
func count(v any) (int64, error) {
	s, ok := v.(string)
	if !ok {
		s, _ = jq.Decimal(v)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil || n < 0 {
		return 0, errors.New("expected a whole number from 0 to 2147483647")
	}
	return n, nil
}

func number(v any) (float64, error) {
	s, ok := v.(string)
	if !ok {
		s, _ = jq.Decimal(v)
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, errors.New("expected a number")
	}
	return f, nil
}

// webAddress checks an address that people will open.
func webAddress(s string) error {
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("expected an address as https://example.com/x")
	}
	return nil
}

// Whole reads a whole number, or a text of one, without losing a digit. For a
// [Function] over amounts.
func Whole(v any) (int64, error) {
	s, ok := v.(string)
	if !ok {
		s, _ = jq.Decimal(v)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return 0, errors.New("expected a whole number")
	}
	return n, nil
}
