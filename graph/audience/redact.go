package audience

import (
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Names gives every name of a schema: types, fields, arguments, enum values and directives.
// Those of introspection are left out.
func Names(schema *ast.Schema) map[string]bool {
	names := map[string]bool{}
	for _, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		names[def.Name] = true
		for _, f := range def.Fields {
			names[f.Name] = true
			for _, a := range f.Arguments {
				names[a.Name] = true
			}
		}
		for _, v := range def.EnumValues {
			names[v.Name] = true
		}
	}
	for _, d := range schema.Directives {
		names[d.Name] = true
		for _, a := range d.Arguments {
			names[a.Name] = true
		}
	}
	return names
}

// Without gives the names of a schema that stand nowhere in a part of it.
func Without(whole, part *ast.Schema) map[string]bool {
	hidden := Names(whole)
	for name := range Names(part) {
		delete(hidden, name)
	}
	return hidden
}

var (
	// A sentence, or a part of one up to a semicolon or colon.
	sentence = regexp.MustCompile(`(?s).+?[.;:!?](\s+|$)|.+$`)
	code     = regexp.MustCompile("`[^`]*`")
	word     = regexp.MustCompile(`[_A-Za-z][_A-Za-z0-9]*`)
)

// Mentions gives the first of the names that a text mentions, or "": as a word in code, or as
// one that is no word of plain English, having capitals behind the first letter or an
// underscore.
func Mentions(text string, names map[string]bool) string {
	for _, part := range code.FindAllString(text, -1) {
		for _, w := range word.FindAllString(part, -1) {
			if names[w] {
				return w
			}
		}
	}
	for _, w := range word.FindAllString(text, -1) {
		if names[w] && len(w) > 1 && (strings.ToLower(w[1:]) != w[1:] || strings.Contains(w, "_")) {
			return w
		}
	}
	return ""
}

// redact takes sentences out of descriptions that mention what the contract does not show.
func redact(pruned *ast.Schema, hidden map[string]bool) {
	if len(hidden) == 0 {
		return
	}
	clean := func(text *string) {
		if Mentions(*text, hidden) == "" {
			return
		}
		var kept strings.Builder
		for _, s := range sentence.FindAllString(*text, -1) {
			if Mentions(s, hidden) == "" {
				kept.WriteString(s)
				continue
			}
			// What stood before a semicolon is now the end of the sentence.
			if before := strings.TrimRight(kept.String(), ";: \n"); before != "" && !strings.HasSuffix(before, ".") {
				kept.Reset()
				kept.WriteString(before + ". ")
			}
		}
		*text = strings.TrimSpace(kept.String())
	}
	// Definitions that are GraphQL's own are shared between schemas, so that they are copied.
	arguments := func(all ast.ArgumentDefinitionList) ast.ArgumentDefinitionList {
		out := make(ast.ArgumentDefinitionList, len(all))
		for i, a := range all {
			argument := *a
			clean(&argument.Description)
			out[i] = &argument
		}
		return out
	}
	clean(&pruned.Description)
	for _, def := range pruned.Types {
		clean(&def.Description)
		for _, f := range def.Fields {
			clean(&f.Description)
			f.Arguments = arguments(f.Arguments)
		}
		for _, v := range def.EnumValues {
			clean(&v.Description)
		}
	}
	for name, d := range pruned.Directives {
		out := *d
		clean(&out.Description)
		out.Arguments = arguments(out.Arguments)
		pruned.Directives[name] = &out
	}
}
