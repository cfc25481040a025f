package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/customer"
)

// Coercion is a gqlgen extension that holds what is given for arguments to its types, where
// gqlparser is lenient: a variable is of its type and not of one that can be read as it, an Int has
// 32 bits, null stands where null may stand. And a condition has a value: in an input type whose
// name ends with Filter, null is refused, since it would hold of everybody. A variable that is not
// given is null there.
// See https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values.
//
// What is known of a document alone is for [Rules] to refuse.
type Coercion struct{ schema *ast.Schema }

// ExtensionName is "Coercion".
func (*Coercion) ExtensionName() string { return "Coercion" }

// Validate takes the schema.
func (c *Coercion) Validate(schema graphql.ExecutableSchema) error {
	c.schema = schema.Schema()
	return nil
}

// MutateOperationContext refuses operations with values that do not fit.
func (c *Coercion) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if err := c.Variables(op.Operation, op.Variables); err != nil {
		return err
	}
	for _, v := range op.Operation.VariableDefinitions {
		if op.Variables[v.Variable] == nil {
			return c.absences(op)
		}
	}
	return nil
}

// Variables gives the first fault of the variables of an operation; nil: they are of their types.
func (c *Coercion) Variables(op *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	for _, v := range op.VariableDefinitions {
		value := variables[v.Variable]
		if value == nil {
			continue
		}
		if f := c.fault(v.Type, value); f != nil {
			return f.error(v.Position, "$"+v.Variable)
		}
	}
	return nil
}

// A misfit is a value that does not fit, at a place in another one.
type misfit struct {
	at, problem string
	// empty: it is a condition without a value.
	empty bool
}

func (m *misfit) in(place string) *misfit {
	if m != nil {
		m.at = place + m.at
	}
	return m
}

// noCondition says what to do about a condition without a value.
const noCondition = "is null, which is not a condition: leave the field out of the filter and the variables, or give it a value"

func (m *misfit) error(at *ast.Position, whole string) *gqlerror.Error {
	end := "."
	if strings.HasSuffix(m.problem, "?") {
		end = ""
	}
	err := gqlerror.ErrorPosf(at, "`%s%s` %s%s", whole, m.at, m.problem, end)
	errcode.Set(err, errcode.ValidationFailed)
	if m.empty {
		AsInput(err)
	}
	return err
}

// AsInput makes an error one of what a client has asked for, and not of its document.
func AsInput(err *gqlerror.Error) {
	errcode.Set(err, string(customer.CodeBadUserInput))
	err.Err = customer.BadInput(err.Message)
}

// isFilter reports whether the fields of a type are conditions.
func isFilter(def *ast.Definition) bool {
	return def != nil && def.Kind == ast.InputObject && strings.HasSuffix(def.Name, "Filter")
}

// fault gives the first fault of a value that is not null; nil: it has the type.
func (c *Coercion) fault(typ *ast.Type, value any) *misfit {
	if typ.Elem != nil {
		// The validator makes slices of several types of what a client sent.
		list := reflect.ValueOf(value)
		if list.Kind() != reflect.Slice {
			// One value stands for a list of it.
			return c.fault(typ.Elem, value)
		}
		for i := range list.Len() {
			element := list.Index(i).Interface()
			if element == nil {
				if typ.Elem.NonNull {
					return &misfit{at: fmt.Sprintf("[%d]", i), problem: "must not be null"}
				}
				continue
			}
			if m := c.fault(typ.Elem, element); m != nil {
				return m.in(fmt.Sprintf("[%d]", i))
			}
		}
		return nil
	}
	def := c.schema.Types[typ.NamedType]
	if def == nil {
		return nil
	}
	switch def.Kind {
	case ast.InputObject:
		return c.objectFault(def, value)
	case ast.Enum:
		if name, ok := value.(string); !ok || def.EnumValues.ForName(name) == nil {
			return &misfit{problem: "takes one of the names of " + def.Name + ", as a string" + meant(name, enumNames(def))}
		}
	case ast.Scalar:
		if problem, ok := builtIn[def.Name]; ok && !problem.takes(value) {
			return &misfit{problem: "takes " + problem.what}
		}
	}
	return nil
}

func (c *Coercion) objectFault(def *ast.Definition, value any) *misfit {
	object, ok := value.(map[string]any)
	if !ok {
		return &misfit{problem: "takes an object, a " + def.Name}
	}
	for name := range object {
		if def.Fields.ForName(name) == nil {
			return &misfit{problem: "has a field " + shown(name) + "that is not in " + def.Name + meant(name, fieldNames(def))}
		}
	}
	for _, field := range def.Fields {
		v, given := object[field.Name]
		var m *misfit
		switch {
		case v != nil:
			m = c.fault(field.Type, v)
		case given && isFilter(def):
			m = &misfit{problem: noCondition, empty: true}
		case given && field.Type.NonNull:
			m = &misfit{problem: "must not be null"}
		}
		if m != nil {
			return m.in("." + field.Name)
		}
	}
	return nil
}

// plainName is what is told of a name that a client sent: others may be a value.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func shown(name string) string {
	if !plainName.MatchString(name) {
		return ""
	}
	return "`" + name + "` "
}

// meant asks which of a type's names is meant, or tells them where there are few and none is like it.
func meant(name string, all []string) string {
	if like := core.SuggestionList(name, all); len(like) > 0 && plainName.MatchString(name) {
		return ": did you mean `" + like[0] + "`?"
	}
	if len(all) > maxTold {
		return ""
	}
	return ": `" + strings.Join(all, "`, `") + "`"
}

// maxTold is how many names an error tells.
const maxTold = 20

func fieldNames(def *ast.Definition) []string {
	var all []string
	for _, f := range def.Fields {
		all = append(all, f.Name)
	}
	return all
}

func enumNames(def *ast.Definition) []string {
	var all []string
	for _, v := range def.EnumValues {
		all = append(all, v.Name)
	}
	return all
}

// builtIn are the scalars of the specification: what they take, and whether a value that JSON was
// decoded to is that. A number is a [json.Number], an int64 or a float64.
var builtIn = map[string]struct {
	what  string
	takes func(any) bool
}{
	"Int": {"a whole number of 32 bits", func(v any) bool {
		n, ok := whole(v)
		return ok && n >= math.MinInt32 && n <= math.MaxInt32
	}},
	"Float": {"a number", func(v any) bool {
		switch v := v.(type) {
		case json.Number:
			_, err := v.Float64()
			return err == nil
		case float64, int64:
			return true
		}
		return false
	}},
	"String":  {"a string", func(v any) bool { _, ok := v.(string); return ok }},
	"Boolean": {"true or false", func(v any) bool { _, ok := v.(bool); return ok }},
	"ID": {"a string or a whole number", func(v any) bool {
		if _, ok := v.(string); ok {
			return true
		}
		if n, ok := v.(json.Number); ok {
			// Of any length: its digits are kept.
			return !strings.ContainsAny(n.String(), ".eE")
		}
		_, ok := whole(v)
		return ok
	}},
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	}
	return 0, false
}

// absences refuses variables that are null, or not given, where they must not be: in place of a
// condition, and in place of what has a default but cannot be null.
func (c *Coercion) absences(op *graphql.OperationContext) (err *gqlerror.Error) {
	var visit func(typ *ast.Type, v *ast.Value, condition bool) *misfit
	visit = func(typ *ast.Type, v *ast.Value, condition bool) *misfit {
		switch v.Kind {
		case ast.Variable:
			value, given := op.Variables[v.Raw]
			switch {
			case value != nil || op.Operation.VariableDefinitions.ForName(v.Raw) == nil:
				// A fragment may be another operation's.
			case condition:
				return &misfit{problem: noCondition, empty: true}
			case given && typ.NonNull:
				return &misfit{problem: "must not be null: leave the variable out to mean the default"}
			}
		case ast.ListValue:
			for i, child := range v.Children {
				if typ.Elem == nil {
					break
				}
				if m := visit(typ.Elem, child.Value, false); m != nil {
					return m.in(fmt.Sprintf("[%d]", i))
				}
			}
		case ast.ObjectValue:
			def := c.schema.Types[typ.Name()]
			if def == nil {
				break
			}
			for _, child := range v.Children {
				if field := def.Fields.ForName(child.Name); field != nil {
					if m := visit(field.Type, child.Value, isFilter(def)); m != nil {
						return m.in("." + child.Name)
					}
				}
			}
		}
		return nil
	}
	arguments := func(given ast.ArgumentList, defs ast.ArgumentDefinitionList) {
		for _, a := range given {
			if def := defs.ForName(a.Name); def != nil && err == nil {
				if m := visit(def.Type, a.Value, false); m != nil {
					err = m.error(a.Position, a.Name)
				}
			}
		}
	}
	directives := func(list ast.DirectiveList) {
		for _, d := range list {
			if d.Definition != nil {
				arguments(d.Arguments, d.Definition.Arguments)
			}
		}
	}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if s.Definition != nil {
					arguments(s.Arguments, s.Definition.Arguments)
				}
				directives(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				directives(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				directives(s.Directives)
			}
		}
	}
	directives(op.Operation.Directives)
	walk(op.Operation.SelectionSet)
	for _, f := range op.Doc.Fragments {
		directives(f.Directives)
		walk(f.SelectionSet)
	}
	return err
}

// ConditionRule is the name of the rule that a condition has a value: what breaks it is told as
// BAD_USER_INPUT.
const ConditionRule = "ConditionsHaveValues"

// Rules are the rules that documents are validated by: those of the specification, and those of
// literals that gqlparser does not hold to.
func Rules() *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule(ConditionRule, func(observers *core.Events, addError core.AddErrFunc) {
		observers.OnValue(func(_ *core.Walker, v *ast.Value) {
			if v.Kind != ast.ObjectValue || !isFilter(v.Definition) {
				return
			}
			for _, child := range v.Children {
				if child.Value.Kind == ast.NullValue {
					addError(core.Message("`%s` of %s %s.", child.Name, v.Definition.Name, noCondition), core.At(child.Value.Position))
				}
			}
		})
	})
	all.AddRule("LiteralsFit", func(observers *core.Events, addError core.AddErrFunc) {
		observers.OnValue(func(_ *core.Walker, v *ast.Value) {
			if v.Definition == nil || v.ExpectedType == nil || v.Definition.Kind != ast.Scalar {
				return
			}
			scalar, ok := builtIn[v.Definition.Name]
			if !ok {
				return
			}
			fits := v.Kind != ast.ObjectValue
			if v.Definition.Name == "Int" && v.Kind == ast.IntValue {
				_, err := strconv.ParseInt(v.Raw, 10, 32)
				fits = err == nil
			}
			if !fits {
				addError(core.Message("%s takes %s, not %s.", v.Definition.Name, scalar.what, v.String()), core.At(v.Position))
			}
		})
	})
	return all
}
