package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// A teller says in plain words, and with their places, what a validator found. It
// quotes keys, and values that the schema allows; never a value of the file.
type teller struct {
	file string
	root *node
	doc  object
}

// A finding is a fault, and the location that it is about.
type finding struct {
	at location
	Fault
	// kind is the validator's.
	kind jsonschema.ErrorKind
	// missing is a key that is not there, and like one that another is taken for.
	missing, like string
}

// tell gives what is wrong with a document, from [jsonschema.Schema.Validate].
func (t teller) tell(err error) []finding {
	var e *jsonschema.ValidationError
	if !errors.As(err, &e) {
		return nil
	}
	// What could not be read has a fault of its own.
	all := slices.DeleteFunc(t.leaves(e), func(f finding) bool {
		n, _ := t.root.at(f.at)
		return n.unread
	})
	// A key that is mistyped is not missing as well.
	mistyped := map[string]bool{}
	for _, f := range all {
		if f.like != "" {
			mistyped[append(f.at[:len(f.at)-1:len(f.at)-1], f.like).id()] = true
		}
	}
	return slices.DeleteFunc(all, func(f finding) bool { return f.missing != "" && mistyped[f.at.of(f.missing).id()] })
}

// sections gives the schemas of the file's sections by their names.
func (t teller) sections() map[string]object {
	all := map[string]object{}
	properties, _ := t.doc["properties"].(object)
	for name, section := range properties {
		all[name], _ = section.(object)
		if forms, ok := all[name]["anyOf"].([]any); ok {
			form, _ := forms[0].(object)
			ref, _ := form["$ref"].(string)
			all[name] = t.schema(ref)
		}
	}
	return all
}

// falses gives the locations whose schema lets nothing through.
func falses(err error) map[string]bool {
	all := map[string]bool{}
	var e *jsonschema.ValidationError
	if !errors.As(err, &e) {
		return all
	}
	if _, ok := e.ErrorKind.(*kind.FalseSchema); ok {
		all[location(e.InstanceLocation).id()] = true
	}
	for _, cause := range e.Causes {
		maps.Copy(all, falses(cause))
	}
	return all
}

// leaves gives one finding for each thing that is wrong.
func (t teller) leaves(e *jsonschema.ValidationError) []finding {
	schema := t.schema(e.SchemaURL)
	message, _ := schema["errorMessage"].(string)
	var all []finding
	add := func(at location, onKey bool, problem string) {
		all = append(all, finding{at: at, Fault: t.fault(at, onKey, problem), kind: e.ErrorKind})
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range e.Causes {
			all = append(all, t.leaves(cause)...)
		}
	case *kind.AnyOf:
		return t.alternatives(e, message)
	case *kind.OneOf:
		if len(k.Subschemas) == 0 {
			return t.alternatives(e, message)
		}
		if message == "" {
			message = "only one of several is allowed here" + named(alternativeKeys(schema["oneOf"], k.Subschemas))
		}
		add(e.InstanceLocation, false, message)
	case *kind.Required:
		for _, key := range k.Missing {
			add(e.InstanceLocation, true, "the key "+key+" is missing")
			all[len(all)-1].missing = key
		}
	case *kind.Dependency:
		for _, key := range k.Missing {
			add(e.InstanceLocation, true, "the key "+key+" is missing; it is required by "+k.Prop+" needs")
		}
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			var top map[string]object
			if len(e.InstanceLocation) == 0 {
				top = t.sections()
			}
			problem, like := unknown(key, schema, message, top)
			add(location(e.InstanceLocation).of(key), true, problem)
			all[len(all)-1].like = like
		}
	default:
		add(e.InstanceLocation, false, problem(k, message))
	}
	return all
}

// fault places a problem at a location: at its value, or at its key.
func (t teller) fault(at location, onKey bool, problem string) Fault {
	f := Fault{File: t.file, Key: at.String(), Problem: problem}
	n, found := t.root.at(at)
	f.Line, f.Column = n.line, n.column
	if onKey || !found || n.fields != nil || n.scalar == nil && n.items == nil {
		f.Line, f.Column = n.keyLine, n.keyColumn
	}
	return f
}

// schema gives the schema at an address of the compiler's; nil where there is none.
func (t teller) schema(address string) object {
	_, pointer, _ := strings.Cut(address, "#")
	var at any = t.doc
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if step == "" {
			continue
		}
		if decoded, err := url.PathUnescape(step); err == nil {
			step = decoded
		}
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch v := at.(type) {
		case object:
			at = v[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i < 0 || i >= len(v) {
				return nil
			}
			at = v[i]
		default:
			return nil
		}
	}
	schema, _ := at.(object)
	return schema
}

// alternatives tells of several forms of which none fits: of the one that is meant, if
// that can be told, else of all.
func (t teller) alternatives(e *jsonschema.ValidationError, message string) []finding {
	var branches, meant [][]finding
	for _, cause := range e.Causes {
		branch := t.leaves(cause)
		if isNothing(branch) {
			continue
		}
		branches = append(branches, branch)
		if !slices.ContainsFunc(branch, func(f finding) bool { return isOtherForm(f, e.InstanceLocation) }) {
			meant = append(meant, branch)
		}
	}
	if len(meant) == 1 {
		return meant[0]
	}
	if len(branches) == 1 {
		return branches[0]
	}
	at := location(e.InstanceLocation)
	if message == "" {
		at, message = several(at, branches)
	}
	return []finding{{at: at, Fault: t.fault(at, false, message), kind: e.ErrorKind}}
}

// several says what the forms of which none fits have in common: the keys that are
// missing, or the words that can tell them apart; else what is wrong with each.
func several(at location, branches [][]finding) (location, string) {
	var keys, tags, problems []string
	for _, branch := range branches {
		if missing, only := missingKeys(branch); only {
			keys = append(keys, strings.Join(missing, " and "))
		}
		for _, f := range branch {
			problems = append(problems, f.Problem)
			if k, ok := f.kind.(*kind.Const); ok && len(f.at) == len(at)+1 && len(branch) == 1 {
				tags = append(tags, words([]any{k.Want})...)
			}
		}
	}
	switch {
	case len(keys) == len(branches):
		return at, "one of these keys is missing: " + oneOf(keys)
	case len(tags) == len(branches):
		return branches[0][0].at, "want " + oneOf(tags)
	}
	slices.Sort(problems)
	problems = slices.Compact(problems)
	if len(problems) == 1 {
		return at, problems[0]
	}
	return at, "this fits none of the allowed forms: " + strings.Join(problems, "; or ")
}

// isNothing reports whether a branch is the one that wants no value.
func isNothing(branch []finding) bool {
	if len(branch) != 1 {
		return false
	}
	k, ok := branch[0].kind.(*kind.Type)
	return ok && len(k.Want) == 1 && k.Want[0] == "null"
}

// isOtherForm reports whether a finding says that another form was meant: the type of
// the value itself is another, or a key of it that tells forms apart.
func isOtherForm(f finding, of location) bool {
	switch f.kind.(type) {
	case *kind.Type:
		return len(f.at) == len(of)
	case *kind.Const, *kind.Enum:
		return len(f.at) <= len(of)+1
	}
	return false
}

// missingKeys gives the keys that a branch misses, and whether that is all it misses.
func missingKeys(branch []finding) (keys []string, only bool) {
	for _, f := range branch {
		k, ok := f.kind.(*kind.Required)
		if !ok {
			return nil, false
		}
		for _, key := range k.Missing {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys, len(branch) > 0
}

// alternativeKeys gives what some alternatives require.
func alternativeKeys(schemas any, which []int) []string {
	var all []string
	list, _ := schemas.([]any)
	for _, i := range which {
		if i >= len(list) {
			continue
		}
		schema, _ := list[i].(object)
		required, _ := schema["required"].([]any)
		all = append(all, words(required)...)
	}
	return all
}
