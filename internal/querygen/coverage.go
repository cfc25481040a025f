package querygen

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// A Coverage counts what operations use of a schema: fields as "Query.hero", their
// arguments as "Query.hero(id)", directives as "@skip" and "@skip(if)", fields of input
// objects as "ReviewInput.stars", and values of enums, where they are given, as
// "Episode.JEDI".
type Coverage struct {
	schema *ast.Schema
	seen   map[string]int
}

// NewCoverage makes a coverage of a schema, of which nothing was used so far.
func NewCoverage(schema *ast.Schema) *Coverage {
	return &Coverage{schema, map[string]int{}}
}

// Add counts what an operation uses. The error says why it is not valid; then nothing
// is counted.
func (c *Coverage) Add(op Operation) error {
	doc, errs := gqlparser.LoadQueryWithRules(c.schema, op.Document, rules.NewDefaultRules())
	if errs != nil {
		return errs
	}
	for _, o := range doc.Operations {
		c.directives(o.Directives)
		c.selections(o.SelectionSet)
		for _, v := range o.VariableDefinitions {
			if v.DefaultValue != nil {
				c.literal(v.Type, v.DefaultValue)
			}
			c.given(v.Type, op.Variables[v.Variable])
		}
	}
	for _, f := range doc.Fragments {
		c.directives(f.Directives)
		c.selections(f.SelectionSet)
	}
	return nil
}

// Missing gives what can be used of the schema and was not, sorted; and how much can
// be used.
func (c *Coverage) Missing() (missing []string, of int) {
	all := c.all()
	for name := range all {
		if c.seen[name] == 0 {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing, len(all)
}

func (c *Coverage) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name != "__typename" {
				name := s.ObjectDefinition.Name + "." + s.Name
				c.seen[name]++
				for _, a := range s.Arguments {
					c.seen[fmt.Sprintf("%s(%s)", name, a.Name)]++
					c.literal(s.Definition.Arguments.ForName(a.Name).Type, a.Value)
				}
			}
			c.directives(s.Directives)
			c.selections(s.SelectionSet)
		case *ast.InlineFragment:
			c.directives(s.Directives)
			c.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			c.directives(s.Directives)
		}
	}
}

func (c *Coverage) directives(all ast.DirectiveList) {
	for _, d := range all {
		c.seen["@"+d.Name]++
		for _, a := range d.Arguments {
			c.seen[fmt.Sprintf("@%s(%s)", d.Name, a.Name)]++
			c.literal(d.Definition.Arguments.ForName(a.Name).Type, a.Value)
		}
	}
}

func (c *Coverage) literal(typ *ast.Type, v *ast.Value) {
	def := c.schema.Types[typ.Name()]
	switch v.Kind {
	case ast.ListValue:
		for _, child := range v.Children {
			c.literal(typ, child.Value)
		}
	case ast.ObjectValue:
		for _, child := range v.Children {
			c.seen[def.Name+"."+child.Name]++
			if f := def.Fields.ForName(child.Name); f != nil {
				c.literal(f.Type, child.Value)
			}
		}
	case ast.EnumValue:
		c.seen[def.Name+"."+v.Raw]++
	}
}

// given counts a value of a variable.
func (c *Coverage) given(typ *ast.Type, value any) {
	def := c.schema.Types[typ.Name()]
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			c.given(typ, one)
		}
	case map[string]any:
		for name, one := range v {
			c.seen[def.Name+"."+name]++
			if f := def.Fields.ForName(name); f != nil {
				c.given(f.Type, one)
			}
		}
	case string:
		if def.Kind == ast.Enum {
			c.seen[def.Name+"."+v]++
		}
	}
}

// all gives what an operation can use, from the roots on.
func (c *Coverage) all() map[string]bool {
	all := map[string]bool{}
	walked := map[string]bool{}
	var output, input func(def *ast.Definition)
	arguments := func(of string, list ast.ArgumentDefinitionList) {
		all[of] = true
		for _, a := range list {
			all[fmt.Sprintf("%s(%s)", of, a.Name)] = true
			input(c.schema.Types[a.Type.Name()])
		}
	}
	output = func(def *ast.Definition) {
		if walked[def.Name] || !def.IsCompositeType() {
			return
		}
		walked[def.Name] = true
		for _, f := range def.Fields {
			arguments(def.Name+"."+f.Name, f.Arguments)
			output(c.schema.Types[f.Type.Name()])
		}
		for _, possible := range c.schema.GetPossibleTypes(def) {
			output(possible)
		}
		for _, i := range c.schema.GetImplements(def) {
			output(i)
		}
	}
	input = func(def *ast.Definition) {
		// An enum may be an output type too.
		if walked["input "+def.Name] {
			return
		}
		walked["input "+def.Name] = true
		for _, v := range def.EnumValues {
			all[def.Name+"."+v.Name] = true
		}
		for _, f := range def.Fields {
			all[def.Name+"."+f.Name] = true
			input(c.schema.Types[f.Type.Name()])
		}
	}
	output(c.schema.Query)
	if c.schema.Mutation != nil {
		output(c.schema.Mutation)
	}
	for _, d := range c.schema.Directives {
		if slices.ContainsFunc(d.Locations, executable) {
			arguments("@"+d.Name, d.Arguments)
		}
	}
	return all
}

// executable reports whether operations are given directives at a location.
func executable(l ast.DirectiveLocation) bool {
	switch l {
	case ast.LocationQuery, ast.LocationMutation, ast.LocationField, ast.LocationFragmentSpread, ast.LocationInlineFragment:
		return true
	}
	return false
}
