package rest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

//go:embed schema.json
var schemaTemplate []byte

// Schema describes the settings of a domain's adapter in JSON Schema: those of
// [Connection], and one [Request] for each part, whose fields it names.
func Schema[R any](d Domain[R]) []byte {
	var template struct {
		Schema     map[string]any `json:"schema"`
		Request    map[string]any `json:"request"`
		Expression map[string]any `json:"expression"`
	}
	if err := json.Unmarshal(schemaTemplate, &template); err != nil {
		panic(err)
	}
	parts := []string{}
	for _, t := range d.targets() {
		parts = append(parts, t.name)
	}
	properties := template.Schema["properties"].(map[string]any)
	for i, t := range d.targets() {
		request := maps.Clone(template.Request)
		keys := maps.Clone(request["properties"].(map[string]any))
		known := fieldsOf(t.typ, t.without)
		fields := map[string]any{}
		for name, f := range known {
			one := maps.Clone(template.Expression)
			one["description"] = fmt.Sprintf("jq: %s, from an item and $id.", describe(f.typ))
			fields[name] = one
		}
		about := maps.Clone(keys["fields"].(map[string]any))
		about["properties"] = fields
		if len(t.required) > 0 {
			about["required"] = t.required
		}
		keys["fields"] = about
		if i == 0 {
			delete(keys, "from")
			request["required"] = []string{"path"}
			request["description"] = "The request that says whether there is a record, and what is known of it. It is always sent."
		} else {
			from := maps.Clone(keys["from"].(map[string]any))
			from["enum"] = slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == t.name })
			keys["from"] = from
			request["required"] = []string{"fields"}
			request["description"] = fmt.Sprintf("Where the %s come from. They are asked for only if somebody wants them; without it there are none.", t.name)
		}
		request["properties"] = keys
		properties[t.name] = request
	}
	text, err := json.MarshalIndent(template.Schema, "", "  ")
	if err != nil {
		panic(err)
	}
	return text
}

// describe says in words what a field takes.
func describe(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == timeType:
		return "a time (RFC 3339), a date, or seconds since 1970"
	case reflect.PointerTo(t).Implements(unmarshalerType):
		return `an amount of money, as "1234.50 EUR" or {amount, currency}`
	}
	switch t.Kind() {
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list of texts"
	case reflect.Struct:
		return "an object of " + strings.Join(sortedNames(fieldsOf(t, nil)), ", ")
	}
	return "a text"
}
