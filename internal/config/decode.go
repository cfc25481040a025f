package config

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Decode puts the settings of the kind, with their references resolved, into an
// adapter's configuration, by its yaml tags: all but kind, sample and guards. A setting
// that the file does not have stays as it is. The schema has found what is wrong before;
// an error, of the type [Faults], is where it does not fit the configuration.
func (s System) Decode(into any) error {
	if s.node == nil {
		return nil
	}
	own := *s.node
	own.keys = nil
	for _, key := range s.node.keys {
		if key != "kind" && key != "sample" && key != "charge" && key != "guards" {
			own.keys = append(own.keys, key)
		}
	}
	return s.file.decode(&own, into)
}

// DecodeGuards puts the guards that the file has for all systems, and then the system's
// own over them, into settings, by their yaml tags. What the file does not say stays as
// it is.
func (s System) DecodeGuards(into any) error {
	if s.node == nil || s.file.faulty["guards"] {
		return nil
	}
	return s.file.decode(merge(s.file.root.get("guards"), s.node.get("guards")), into)
}

// DecodeGuards puts the guards that the file has for all systems into settings, by
// their yaml tags. What the file does not say stays as it is.
func (f *File) DecodeGuards(into any) error { return f.DecodeSection("guards", into) }

// Has reports whether the file has a section, as "access".
func (f *File) Has(section string) bool {
	n := f.root.get(section)
	return n != nil && len(n.keys) > 0
}

// DecodeSection puts a section of the file, as "access", into settings, by their yaml tags.
// What the file does not say stays as it is.
func (f *File) DecodeSection(section string, into any) error {
	if f.faulty[section] {
		return nil
	}
	return f.decode(f.root.get(section), into)
}

// merge gives two mappings as one, where the second goes over the first. Either may be nil.
func merge(under, over *node) *node {
	if under == nil || under.fields == nil || over != nil && over.fields == nil {
		if over == nil {
			return under
		}
		return over
	}
	if over == nil {
		return under
	}
	all := *under
	all.keys, all.fields = nil, map[string]*node{}
	for _, key := range under.keys {
		all.keys, all.fields[key] = append(all.keys, key), merge(under.fields[key], over.fields[key])
	}
	for _, key := range over.keys {
		if under.fields[key] == nil {
			all.keys, all.fields[key] = append(all.keys, key), over.fields[key]
		}
	}
	return &all
}

func (f *File) decode(n *node, into any) error {
	if n == nil || n.fields == nil || len(n.keys) == 0 {
		return nil
	}
	err := yaml.NodeToValue(n.ast(), into, yaml.Strict())
	if err == nil {
		return nil
	}
	// The library's own text shows values.
	fault := Fault{File: f.Path, Line: n.keyLine, Column: n.keyColumn, Problem: "this does not fit the settings"}
	var (
		at       yaml.Error
		wrong    *yaml.TypeError
		unknown  *yaml.UnknownFieldError
		overflow *yaml.OverflowError
	)
	if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
		fault.Line, fault.Column = at.GetToken().Position.Line, at.GetToken().Position.Column
	}
	switch {
	case errors.As(err, &wrong):
		fault.Problem += wanted(wrong.DstType)
	case errors.As(err, &unknown):
		fault.Problem = "the settings do not have this key"
	case errors.As(err, &overflow):
		fault.Problem = "this number is too large"
	}
	return Faults{fault}
}

// wanted says in words what a setting is.
func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var what string
	switch t.Kind() {
	case reflect.String:
		what = inWords["string"]
	case reflect.Bool:
		what = inWords["boolean"]
	case reflect.Int, reflect.Int32, reflect.Int64:
		if what = inWords["integer"]; t == reflect.TypeFor[time.Duration]() {
			what = "a duration, such as 800ms, 2s or 1h30m"
		}
	case reflect.Float64:
		what = inWords["number"]
	case reflect.Slice:
		what = inWords["array"]
	case reflect.Struct, reflect.Map:
		what = inWords["object"]
	default:
		return ""
	}
	return ", which want " + what + " here"
}

// ast gives the node as one of the library's.
func (n *node) ast() ast.Node {
	at := &token.Position{Line: n.line, Column: n.column}
	switch {
	case n.fields != nil:
		m := ast.Mapping(token.MappingStart("{", at), true)
		for _, key := range n.keys {
			field := n.fields[key]
			place := &token.Position{Line: field.keyLine, Column: field.keyColumn}
			m.Values = append(m.Values, ast.MappingValue(token.MappingValue(place), text(key, place).(ast.MapKeyNode), field.ast()))
		}
		return m
	case n.items != nil:
		s := ast.Sequence(token.SequenceStart("[", at), true)
		for _, item := range n.items {
			s.Values = append(s.Values, item.ast())
		}
		return s
	}
	switch v := n.scalar.(type) {
	case string:
		return text(v, at)
	case bool:
		return ast.Bool(token.New(strconv.FormatBool(v), strconv.FormatBool(v), at))
	case json.Number:
		t := token.New(v.String(), v.String(), at)
		if strings.Contains(v.String(), ".") {
			return ast.Float(t)
		}
		return ast.Integer(t)
	}
	return ast.Null(token.New("null", "null", at))
}

// text is a string that is one whatever it looks like.
func text(s string, at *token.Position) ast.Node {
	return ast.String(token.DoubleQuote(s, strconv.Quote(s), at))
}
