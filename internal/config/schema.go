package config

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A Kind is a kind of systems that can be configured.
type Kind struct {
	// Source is the domain, as "billing".
	Source string
	// Kind is its name in the configuration, as "stripe".
	Kind string
	// Schema describes its settings: a fragment of JSON Schema (draft 7), an object with
	// properties and what else is to be said of them. It may refer to definitions of its
	// own, and to those of the document: #/$defs/secret, duration, url, header, headers.
	Schema []byte
}

// base is the schema of all that is not of a kind.
//
//go:embed schema.json
var base []byte

// systemName is how a system is named behind its source.
const systemName = "[a-z0-9][a-z0-9-]*"

var kindName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// object is a schema, or a part of one.
type object = map[string]any

// Schema gives the JSON Schema (draft 7) of the configuration file, for editors. It is
// what [Load] validates by. The same kinds give the same bytes.
func Schema(kinds []Kind) ([]byte, error) {
	rules, err := newRules(kinds)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(rules.doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// document puts the kinds into the base.
func document(kinds []Kind) (object, error) {
	doc, err := parseSchema(base)
	if err != nil {
		return nil, err
	}
	var (
		errs    []error
		defs    = doc["$defs"].(object)
		common  = defs["system"].(object)["properties"].(object)
		systems = doc["properties"].(object)["systems"].(object)
		named   = object{}
		bySrc   = map[string][]Kind{}
	)
	// What all kinds have is in each of them.
	delete(defs, "system")
	for _, k := range kinds {
		if slices.ContainsFunc(bySrc[k.Source], func(o Kind) bool { return o.Kind == k.Kind }) {
			errs = append(errs, fmt.Errorf("the kind %s of %s is there twice", k.Kind, k.Source))
			continue
		}
		bySrc[k.Source] = append(bySrc[k.Source], k)
		if err := addKind(defs, common, k); err != nil {
			errs = append(errs, fmt.Errorf("the schema of %s/%s: %w", k.Source, k.Kind, err))
		}
	}
	sources := slices.Sorted(maps.Keys(bySrc))
	for _, source := range sources {
		var names []any
		var cases []any
		for _, k := range bySrc[source] {
			names = append(names, k.Kind)
			cases = append(cases, object{
				"if":   object{"properties": object{"kind": object{"const": k.Kind}}, "required": []any{"kind"}},
				"then": object{"$ref": "#/$defs/" + source + "." + k.Kind},
			})
		}
		defs[source] = object{
			"type": "object", "required": []any{"kind"}, "allOf": cases,
			"description": "A " + source + " system.",
			"properties":  object{"kind": object{"enum": names, "description": "The kind of system."}},
		}
		named["^"+regexp.QuoteMeta(source)+"/"+systemName+"$"] = object{"$ref": "#/$defs/" + source}
	}
	systems["patternProperties"] = named
	systems["errorMessage"] = "want a name source/system in lower-case letters, digits and hyphens, such as billing/stripe-eu; the source must be " + oneOf(sources)
	return doc, errors.Join(errs...)
}

// addKind makes a definition of what all kinds have and a kind's fragment.
func addKind(defs, common object, k Kind) error {
	if !kindName.MatchString(k.Source) || !kindName.MatchString(k.Kind) {
		return errors.New("source and kind must be lower-case letters, digits and hyphens")
	}
	fragment, err := parseSchema(k.Schema)
	if err != nil {
		return err
	}
	if _, ok := fragment["additionalProperties"]; ok || fragment["type"] != "object" {
		return errors.New(`want "type": "object" without additionalProperties, which is added here`)
	}
	if uses(fragment, "propertyNames") {
		// The validator loses their place.
		return errors.New("want patternProperties and additionalProperties in the place of propertyNames")
	}
	name := k.Source + "." + k.Kind
	own, _ := fragment["$defs"].(object)
	delete(fragment, "$defs")
	rename(fragment, own, name)
	for def, schema := range own {
		rename(schema, own, name)
		defs[name+"."+def] = schema
	}
	properties, _ := fragment["properties"].(object)
	if properties == nil {
		properties = object{}
	}
	all := object{"kind": object{"const": k.Kind, "description": "The kind of system."}}
	maps.Copy(all, common)
	for key, schema := range properties {
		if _, taken := all[key]; taken {
			return fmt.Errorf("the key %s is reserved for all kinds", key)
		}
		all[key] = schema
	}
	fragment["properties"], fragment["additionalProperties"] = all, false
	defs[name] = fragment
	return nil
}

// uses reports whether a keyword is somewhere in a schema.
func uses(schema any, keyword string) bool {
	switch s := schema.(type) {
	case object:
		for k, v := range s {
			if k == keyword || uses(v, keyword) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(s, func(v any) bool { return uses(v, keyword) })
	}
	return false
}

// rename makes references to a fragment's own definitions those of the document.
func rename(schema any, own object, name string) {
	switch s := schema.(type) {
	case object:
		if ref, ok := s["$ref"].(string); ok {
			if def, found := strings.CutPrefix(ref, "#/$defs/"); found && own[def] != nil {
				s["$ref"] = "#/$defs/" + name + "." + def
			}
		}
		for _, v := range s {
			rename(v, own, name)
		}
	case []any:
		for _, v := range s {
			rename(v, own, name)
		}
	}
}

func parseSchema(data []byte) (object, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	o, ok := v.(object)
	if !ok {
		return nil, errors.New("it is not an object")
	}
	return o, nil
}

// rules are what a file is held to.
type rules struct {
	doc object
	// asWritten is the document itself; resolved is for values in the place of references;
	// noSecrets lets nothing through where a secret, and so file:PATH, can stand, which
	// tells these places.
	asWritten, resolved, noSecrets *jsonschema.Schema
}

func newRules(kinds []Kind) (*rules, error) {
	doc, err := document(kinds)
	if err != nil {
		return nil, err
	}
	text := object{"type": "string"}
	asWritten, err1 := compile(doc, nil)
	resolved, err2 := compile(doc, object{"secret": text, "header": text, "credentialHeader": text})
	noSecrets, err3 := compile(doc, object{"secret": false, "header": false, "credentialHeader": false})
	return &rules{doc, asWritten, resolved, noSecrets}, cmp.Or(err1, err2, err3)
}

// address is where the document is for the compiler; it is never fetched.
const address = "urn:customer360:schema"

// compile makes a validator of the document, with some definitions put in the place of
// its own.
func compile(doc object, instead object) (*jsonschema.Schema, error) {
	if len(instead) > 0 {
		doc = maps.Clone(doc)
		defs := maps.Clone(doc["$defs"].(object))
		maps.Copy(defs, instead)
		doc["$defs"] = defs
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{}) // the draft's own schema is in the library
	c.RegisterFormat(&jsonschema.Format{Name: "go-duration", Validate: func(v any) error {
		text, ok := v.(string)
		if !ok || reference.MatchString(text) {
			return nil
		}
		_, err := time.ParseDuration(text)
		return err
	}})
	if err := c.AddResource(address, doc); err != nil {
		return nil, err
	}
	return c.Compile(address)
}

// oneOf gives words as "a, b or c".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
