package audience

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A pruner makes the part of a schema that an audience sees.
type pruner struct {
	schema   *ast.Schema
	audience string
	options  Options
	// rules are the directives that speak to the server.
	rules []string
	// types are those that are left.
	types  map[string]*ast.Definition
	hidden map[string][]string
	faults []error
}

func newPruner(schema *ast.Schema, audience string, o Options) *pruner {
	return &pruner{schema: schema, audience: audience, options: o, types: map[string]*ast.Definition{}, rules: append([]string{"audience"}, o.Rules...)}
}

func (p *pruner) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf("the contract of "+p.audience+": "+format, args...))
}

// shown reports whether something is in the contract, by its own tag or else by that of what
// it is a member of.
func (p *pruner) shown(own, outer ast.DirectiveList) bool {
	if p.audience == "" {
		return true
	}
	for _, directives := range []ast.DirectiveList{own, outer} {
		if d := directives.ForName("audience"); d != nil {
			in := d.Arguments.ForName("in")
			return in != nil && slices.ContainsFunc(in.Value.Children, func(c *ast.ChildValue) bool { return c.Value.Raw == p.audience })
		}
	}
	return false
}

func (p *pruner) prune() *ast.Schema {
	for name, def := range p.schema.Types {
		if def.BuiltIn || p.shown(def.Directives, nil) {
			p.types[name] = p.definition(def)
		}
	}
	for p.settle() {
	}
	p.reach()
	p.check()
	out := &ast.Schema{
		Description: p.schema.Description, Types: p.types, Directives: map[string]*ast.DirectiveDefinition{},
		PossibleTypes: map[string][]*ast.Definition{}, Implements: map[string][]*ast.Definition{},
	}
	for _, root := range []struct{ from, to **ast.Definition }{
		{&p.schema.Query, &out.Query}, {&p.schema.Mutation, &out.Mutation}, {&p.schema.Subscription, &out.Subscription},
	} {
		if *root.from != nil {
			*root.to = p.types[(*root.from).Name]
		}
	}
	for name, d := range p.schema.Directives {
		if kept := p.directive(d); kept != nil {
			out.Directives[name] = kept
		}
	}
	return out
}

// definition gives a copy of a type with the members that are shown by their tags.
func (p *pruner) definition(def *ast.Definition) *ast.Definition {
	out := *def
	out.Directives, out.Description = p.open(def.Directives), p.describe(def.Description, def.Directives, def.Kind)
	out.Fields, out.EnumValues = nil, nil
	out.Interfaces, out.Types = slices.Clone(def.Interfaces), slices.Clone(def.Types)
	for _, f := range def.Fields {
		if !def.BuiltIn && !p.shown(f.Directives, def.Directives) {
			continue
		}
		field := *f
		field.Directives, field.Description = p.open(f.Directives), p.describe(f.Description, f.Directives, def.Kind)
		field.Arguments = nil
		for _, a := range f.Arguments {
			// The members that an argument is one of are those of its field.
			if !def.BuiltIn && !p.shown(a.Directives, append(slices.Clone(f.Directives), def.Directives...)) {
				continue
			}
			argument := *a
			argument.Directives = p.open(a.Directives)
			field.Arguments = append(field.Arguments, &argument)
		}
		out.Fields = append(out.Fields, &field)
	}
	for _, v := range def.EnumValues {
		if !def.BuiltIn && !p.shown(v.Directives, def.Directives) {
			continue
		}
		value := *v
		value.Directives, value.Description = p.open(v.Directives), p.describe(v.Description, v.Directives, def.Kind)
		out.EnumValues = append(out.EnumValues, &value)
	}
	return &out
}

// directive gives a copy of a directive for documents with the arguments that are shown; nil:
// it is a rule, or all of its arguments are hidden. A directive itself cannot be tagged.
func (p *pruner) directive(d *ast.DirectiveDefinition) *ast.DirectiveDefinition {
	if slices.Contains(p.rules, d.Name) {
		return nil
	}
	if d.Position == nil || d.Position.Src == nil || d.Position.Src.BuiltIn {
		return d
	}
	out := *d
	out.Arguments = nil
	for _, a := range d.Arguments {
		if p.shown(a.Directives, nil) && p.types[a.Type.Name()] != nil {
			argument := *a
			argument.Directives = p.open(a.Directives)
			out.Arguments = append(out.Arguments, &argument)
		}
	}
	if len(out.Arguments) == 0 {
		return nil
	}
	return &out
}

// open gives the directives that clients see.
func (p *pruner) open(all ast.DirectiveList) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range all {
		if !slices.Contains(p.rules, d.Name) {
			out = append(out, d)
		}
	}
	return out
}

// describe adds to a description what follows from the rules.
func (p *pruner) describe(text string, directives ast.DirectiveList, on ast.DefinitionKind) string {
	if p.options.Describe == nil {
		return text
	}
	for _, d := range directives {
		if !slices.Contains(p.options.Rules, d.Name) {
			continue
		}
		if said := p.options.Describe(d, on); said != "" && text != "" {
			text += " " + said
		}
	}
	return text
}

// settle takes out what cannot be without what was taken out before, and reports whether
// there was anything.
func (p *pruner) settle() bool {
	changed := false
	has := func(name string) bool { return p.types[name] != nil }
	for name, def := range p.types {
		if def.BuiltIn {
			continue
		}
		before := len(def.Fields) + len(def.Types) + len(def.Interfaces)
		def.Fields = slices.DeleteFunc(def.Fields, func(f *ast.FieldDefinition) bool { return !has(f.Type.Name()) })
		for _, f := range def.Fields {
			n := len(f.Arguments)
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return !has(a.Type.Name()) })
			changed = changed || len(f.Arguments) != n
		}
		def.Types = slices.DeleteFunc(def.Types, func(t string) bool { return !has(t) })
		def.Interfaces = slices.DeleteFunc(def.Interfaces, func(t string) bool { return !has(t) })
		changed = changed || len(def.Fields)+len(def.Types)+len(def.Interfaces) != before
		empty := false
		switch def.Kind {
		case ast.Object, ast.InputObject:
			empty = len(def.Fields) == 0
		case ast.Interface:
			// One that nothing implements could give nothing but null.
			empty = len(def.Fields) == 0 || !p.implemented(name)
		case ast.Enum:
			empty = len(def.EnumValues) == 0
		case ast.Union:
			empty = len(def.Types) == 0
		}
		if empty {
			delete(p.types, name)
			changed = true
		}
	}
	return changed
}

func (p *pruner) implemented(name string) bool {
	for _, def := range p.types {
		if def.Kind == ast.Object && slices.Contains(def.Interfaces, name) {
			return true
		}
	}
	return false
}

// reach takes out the types that nothing leads to.
func (p *pruner) reach() {
	reached := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		def := p.types[name]
		if def == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, f := range def.Fields {
			visit(f.Type.Name())
			for _, a := range f.Arguments {
				visit(a.Type.Name())
			}
		}
		for _, t := range slices.Concat(def.Types, def.Interfaces) {
			visit(t)
		}
		if def.Kind == ast.Interface {
			for _, possible := range p.schema.PossibleTypes[name] {
				if own := p.types[possible.Name]; own != nil && slices.Contains(own.Interfaces, name) {
					visit(possible.Name)
				}
			}
		}
	}
	for _, root := range []*ast.Definition{p.schema.Query, p.schema.Mutation, p.schema.Subscription} {
		if root != nil {
			visit(root.Name)
		}
	}
	for _, d := range p.schema.Directives {
		if kept := p.directive(d); kept != nil {
			for _, a := range kept.Arguments {
				visit(a.Type.Name())
			}
		}
	}
	for name, def := range p.types {
		if !reached[name] && !def.BuiltIn {
			delete(p.types, name)
		}
	}
}

// check finds what is left and cannot be used.
func (p *pruner) check() {
	p.hidden = map[string][]string{}
	for name, def := range p.types {
		whole := p.schema.Types[name]
		for _, v := range whole.EnumValues {
			if def.EnumValues.ForName(v.Name) == nil {
				p.hidden[name] = append(p.hidden[name], v.Name)
			}
		}
		if p.hidden[name] != nil && p.isOutput(name) && def.EnumValues.ForName(Other) == nil {
			p.fault("%s hides %v and has no %s to send instead", name, p.hidden[name], Other)
		}
		for _, f := range def.Fields {
			for _, a := range whole.Fields.ForName(f.Name).Arguments {
				if f.Arguments.ForName(a.Name) == nil && a.Type.NonNull && a.DefaultValue == nil {
					p.fault("%s.%s needs the argument %s, which is hidden", name, f.Name, a.Name)
				}
			}
			for _, a := range f.Arguments {
				p.checkDefault(name+"."+f.Name+"("+a.Name+":)", a.Type, a.DefaultValue)
			}
			p.checkDefault(name+"."+f.Name, f.Type, f.DefaultValue)
		}
		if def.Kind != ast.InputObject {
			continue
		}
		for _, f := range whole.Fields {
			if def.Fields.ForName(f.Name) == nil && f.Type.NonNull && f.DefaultValue == nil {
				p.fault("%s needs the field %s, which is hidden", name, f.Name)
			}
		}
	}
	for name, def := range p.types {
		for _, i := range def.Interfaces {
			for _, f := range p.types[i].Fields {
				if def.Fields.ForName(f.Name) == nil {
					p.fault("%s hides %s, which its interface %s shows", name, f.Name, i)
				}
			}
		}
	}
}

// isOutput reports whether a field gives values of a type.
func (p *pruner) isOutput(enum string) bool {
	for _, def := range p.types {
		if def.Kind != ast.InputObject && slices.ContainsFunc(def.Fields, func(f *ast.FieldDefinition) bool { return f.Type.Name() == enum }) {
			return true
		}
	}
	return false
}

// checkDefault finds a default value that the contract does not have.
func (p *pruner) checkDefault(at string, typ *ast.Type, v *ast.Value) {
	if v == nil {
		return
	}
	def := p.types[typ.Name()]
	switch v.Kind {
	case ast.EnumValue:
		if def.EnumValues.ForName(v.Raw) == nil {
			p.fault("the default of %s is %s, which is hidden", at, v.Raw)
		}
	case ast.ListValue:
		for _, c := range v.Children {
			p.checkDefault(at, typ, c.Value)
		}
	case ast.ObjectValue:
		for _, c := range v.Children {
			if f := def.Fields.ForName(c.Name); f == nil {
				p.fault("the default of %s has the field %s, which is hidden", at, c.Name)
			} else {
				p.checkDefault(at, f.Type, c.Value)
			}
		}
	}
}
