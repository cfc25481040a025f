package config

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"customer360/sources/guard"
)

func TestSchema(t *testing.T) {
	first, err := Schema(kinds(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, err := Schema(kinds(t)); err != nil || !bytes.Equal(first, again) {
			t.Fatal("the same kinds give other bytes", err)
		}
	}
	// An editor validates by the document itself, with another validator.
	doc, err := parseSchema(first)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("x.json", doc); err != nil {
		t.Fatal(err)
	}
	editor, err := c.Compile("x.json")
	if err != nil {
		t.Fatal(err)
	}
	r := reader{}
	if err := editor.Validate(r.read(readTest(t, "full.yaml")).plain()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`"^billing/[a-z0-9][a-z0-9-]*$"`, `"#/$defs/billing.postgres.query"`, `"const": "stripe"`} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("it does not hold %s", want)
		}
	}
}

func TestSchemaErrors(t *testing.T) {
	for want, k := range map[string]Kind{
		"it is not JSON":               {Source: "billing", Kind: "a", Schema: []byte("{")},
		"it is not an object":          {Source: "billing", Kind: "a", Schema: []byte("[]")},
		"without additionalProperties": {Source: "billing", Kind: "a", Schema: []byte(`{"type": "object", "additionalProperties": true}`)},
		"the key sample is reserved":   {Source: "billing", Kind: "a", Schema: []byte(`{"type": "object", "properties": {"sample": {}}}`)},
		"lower-case letters":           {Source: "billing", Kind: "A b", Schema: []byte(`{"type": "object"}`)},
		"propertyNames":                {Source: "billing", Kind: "a", Schema: []byte(`{"type": "object", "properties": {"a": {"propertyNames": {}}}}`)},
		"is there twice":               {Source: "billing", Kind: "stripe", Schema: []byte(`{"type": "object"}`)},
		"nowhere":                      {Source: "billing", Kind: "a", Schema: []byte(`{"type": "object", "properties": {"a": {"$ref": "#/$defs/nowhere"}}}`)},
		"metaschema":                   {Source: "billing", Kind: "a", Schema: []byte(`{"type": "object", "properties": {"a": {"type": "text"}}}`)},
	} {
		if _, err := Schema(append(kinds(t), k)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := Schema(nil); err != nil {
		t.Errorf("without kinds: %v", err)
	}
	// All that a fragment may refer to is in order.
	all := []byte(`{"type": "object", "properties": {"a": {"$ref": "#/$defs/headers"}, "b": {"$ref": "#/$defs/header"}, "c": {"$ref": "#/$defs/share"}}}`)
	if _, err := Schema([]Kind{{Source: "social", Kind: "x", Schema: all}}); err != nil {
		t.Error(err)
	}
}

func TestGuardsFitSettings(t *testing.T) {
	doc, err := parseSchema(base)
	if err != nil {
		t.Fatal(err)
	}
	f := fit{own: object{"share": doc["$defs"].(object)["share"]}}
	guards := doc["$defs"].(object)["guards"].(object)
	f.structure(guards, typeOf[guard.Settings](), "guards")
	if err := errors.Join(f.errs...); err != nil {
		t.Error(err)
	}
	// The defaults that editors show are those that hold.
	settings := guard.Defaults()
	for at, got := range map[string]time.Duration{
		"timeout": settings.Timeout, "breaker.window": settings.Breaker.Window, "breaker.openFor": settings.Breaker.OpenFor,
		"cache.maxAge": settings.Cache.MaxAge, "cache.maxStale": settings.Cache.MaxStale, "cache.keep": settings.Cache.Keep,
	} {
		schema := guards
		for step := range strings.SplitSeq(at, ".") {
			schema = schema["properties"].(object)[step].(object)
		}
		text, _ := schema["default"].(string)
		if want, err := time.ParseDuration(text); err != nil || want != got {
			t.Errorf("guards.%s: the schema's default is %q, the settings' %s", at, text, got)
		}
	}
}

func TestCheckSchema(t *testing.T) {
	for name, config := range map[string]any{
		"billing.stripe": stripeConfig{}, "billing.postgres": &postgresConfig{}, "support.rest": restConfig{},
	} {
		if err := CheckSchema(readTest(t, filepath.Join("kinds", name+".json")), config); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var config struct {
		Name     string `yaml:"-"`
		Missing  string `yaml:"missing"`
		Number   string `yaml:"number"`
		Timeout  string `yaml:"timeout"`
		APIToken string `yaml:"apiToken"`
		Untagged string
		Nested   []struct {
			Inner int `yaml:"inner"`
		} `yaml:"nested"`
	}
	err := CheckSchema([]byte(`{"type": "object", "required": ["gone"], "properties": {
		"number": {"type": "integer", "description": "n"},
		"timeout": {"allOf": [{"$ref": "#/$defs/duration"}], "description": "t"},
		"apiToken": {"type": "string", "description": "s"},
		"extra": {"type": "string", "description": "x"},
		"nested": {"type": "array", "description": "n", "items": {"type": "object", "properties": {"inner": {"type": "integer"}, "outer": {}}}}
	}}`), config)
	if err == nil {
		t.Fatal("nothing is found")
	}
	for _, want := range []string{
		"missing: the configuration has it, the schema does not",
		"number: the schema has a integer, the configuration string",
		"timeout: the schema has a duration, the configuration string",
		"apiToken: it looks like a credential",
		"the field Untagged has no yaml tag",
		"extra: the schema has it, the configuration does not",
		"nested[].inner: it has no description",
		"nested[].outer: the schema has it, the configuration does not",
		`nested[]: want "additionalProperties": false`,
		"gone is required, and is no property",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q in:\n%v", want, err)
		}
	}
}
