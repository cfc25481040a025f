package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// CheckSchema reports every difference between a kind's schema and the configuration
// that its settings are decoded into: a key that only one of them has, another type, a
// required key that does not exist, a key without a description, a credential that is no
// #/$defs/secret. It is for the tests of adapters, so that the two cannot drift apart.
func CheckSchema(schema []byte, config any) error {
	doc, err := parseSchema(schema)
	if err != nil {
		return err
	}
	own, _ := doc["$defs"].(object)
	f := &fit{own: own}
	t := reflect.TypeOf(config)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return errors.New("the configuration is no struct")
	}
	f.structure(doc, t, "")
	return errors.Join(f.errs...)
}

type fit struct {
	own  object
	errs []error
}

func (f *fit) fault(at, format string, args ...any) {
	if at != "" {
		format = at + ": " + format
	}
	f.errs = append(f.errs, fmt.Errorf(format, args...))
}

// looksSecret is how settings are named that hold a credential.
var looksSecret = regexp.MustCompile(`(?i)(password|secret|api_?key|api_?token|access_?token)$`)

func (f *fit) structure(schema object, t reflect.Type, at string) {
	properties, _ := schema["properties"].(object)
	fields := map[string]reflect.Type{}
	f.fields(t, at, fields)
	for _, key := range sortedKeys(fields) {
		here := strings.TrimPrefix(at+"."+key, ".")
		property, ok := properties[key].(object)
		if !ok {
			f.fault(here, "the configuration has it, the schema does not")
			continue
		}
		if text, _ := property["description"].(string); text == "" {
			f.fault(here, "it has no description")
		}
		f.value(property, fields[key], here)
	}
	for _, key := range sortedKeys(properties) {
		if _, ok := fields[key]; !ok {
			f.fault(strings.TrimPrefix(at+"."+key, "."), "the schema has it, the configuration does not")
		}
	}
	required, _ := schema["required"].([]any)
	for _, key := range words(required) {
		if properties[key] == nil {
			f.fault(at, "%s is required, and is no property", key)
		}
	}
}

// fields gives the settings of a struct by their keys, those of inline structs too.
func (f *fit) fields(t reflect.Type, at string, into map[string]reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !field.IsExported() && name == "" && options == "":
		case !field.IsExported():
			f.fault(at, "the field %s has a yaml tag, and is not exported", field.Name)
		case slices.Contains(strings.Split(options, ","), "inline"):
			inner := field.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			f.fields(inner, at, into)
		case name == "":
			f.fault(at, "the field %s has no yaml tag", field.Name)
		case into[name] != nil:
			f.fault(at, "the key %s is there twice", name)
		default:
			into[name] = field.Type
		}
	}
}

// shared are the definitions of the document, and what their values are decoded into.
var shared = map[string]reflect.Type{
	"secret": reflect.TypeFor[string](), "header": reflect.TypeFor[string](), "credentialHeader": reflect.TypeFor[string](),
	"url": reflect.TypeFor[string](), "duration": reflect.TypeFor[time.Duration](),
	"headers": reflect.TypeFor[map[string]string](), "share": reflect.TypeFor[float64](),
}

// value compares a property with the type of its field.
func (f *fit) value(schema object, t reflect.Type, at string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	schema, def := f.resolve(schema)
	if t.Kind() == reflect.String && looksSecret.MatchString(at) && def != "secret" {
		f.fault(at, "it looks like a credential: want #/$defs/secret")
	}
	if want, ok := shared[def]; ok {
		if t != want && !(t.Kind() == want.Kind() && t.Kind() == reflect.String) && !readsItself(t) {
			f.fault(at, "the schema has a %s, the configuration %s", def, t)
		}
		return
	}
	switch {
	case def != "":
		f.fault(at, "there is no definition %s", def)
		return
	case readsItself(t):
		return
	}
	if t == reflect.TypeFor[time.Duration]() {
		f.fault(at, "a duration is #/$defs/duration")
		return
	}
	var want []string
	switch t.Kind() {
	case reflect.String:
		want = []string{"string"}
	case reflect.Bool:
		want = []string{"boolean"}
	case reflect.Float32, reflect.Float64:
		want = []string{"number", "integer"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		want = []string{"integer"}
	case reflect.Slice, reflect.Array:
		want = []string{"array"}
	case reflect.Struct, reflect.Map:
		want = []string{"object"}
	default:
		return
	}
	if !f.hasType(schema, want, at, t) {
		return
	}
	items, _ := schema["items"].(object)
	values, _ := schema["additionalProperties"].(object)
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		f.value(items, t.Elem(), at+"[]")
	case reflect.Map:
		f.value(values, t.Elem(), at+".*")
	case reflect.Struct:
		if schema["additionalProperties"] != false && schema["properties"] != nil {
			f.fault(at, `want "additionalProperties": false, so that unknown keys are found`)
		}
		f.structure(schema, t, at)
	}
}

func (f *fit) hasType(schema object, want []string, at string, t reflect.Type) bool {
	var types []string
	switch v := schema["type"].(type) {
	case string:
		types = []string{v}
	case []any:
		types = words(v)
	default:
		// An enum, or several forms: nothing that can be compared.
		return false
	}
	if !slices.ContainsFunc(types, func(s string) bool { return slices.Contains(want, s) }) {
		f.fault(at, "the schema has a %s, the configuration %s", strings.Join(types, " or "), t)
		return false
	}
	return true
}

// resolve follows references to a fragment's own definitions; def is the name of a
// definition of the document.
func (f *fit) resolve(schema object) (resolved object, def string) {
	// A definition that leads to itself is no use to anybody, and must not hang a test.
	for range 10 {
		if all, ok := schema["allOf"].([]any); ok && len(all) == 1 && schema["type"] == nil {
			schema, _ = all[0].(object)
		}
		ref, _ := schema["$ref"].(string)
		name, ok := strings.CutPrefix(ref, "#/$defs/")
		if !ok {
			return schema, ""
		}
		own, ok := f.own[name].(object)
		if !ok {
			return nil, name
		}
		schema = own
	}
	return nil, ""
}

// readsItself reports whether a type has its own way of being decoded.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	for _, i := range []reflect.Type{
		reflect.TypeFor[yaml.BytesUnmarshaler](), reflect.TypeFor[yaml.InterfaceUnmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
	} {
		if p.Implements(i) {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
