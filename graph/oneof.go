package graph

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// OneOf is a gqlgen extension that holds variables to @oneOf: exactly one field,
// and not null. gqlparser holds literals to it, and no more.
// See https://spec.graphql.org/September2025/#sec-OneOf-Input-Objects.
type OneOf struct{ schema *ast.Schema }

// ExtensionName is "OneOf".
func (*OneOf) ExtensionName() string { return "OneOf" }

// Validate takes the schema.
func (o *OneOf) Validate(schema graphql.ExecutableSchema) error {
	o.schema = schema.Schema()
	return nil
}

// MutateOperationContext refuses operations whose variables break the rule.
func (o *OneOf) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	for _, v := range op.Operation.VariableDefinitions {
		if name := o.broken(v.Type, op.Variables[v.Variable]); name != "" {
			err := gqlerror.ErrorPosf(v.Position, "Variable \"$%s\": exactly one field of the input type %q must be given and not null.", v.Variable, name)
			errcode.Set(err, errcode.ValidationFailed)
			return err
		}
	}
	return nil
}

// broken gives the name of the first type that a value breaks the rule of, or "".
func (o *OneOf) broken(typ *ast.Type, value any) string {
	// The validator makes slices of several types of what a client sent.
	if list := reflect.ValueOf(value); list.Kind() == reflect.Slice && typ.Elem != nil {
		for i := range list.Len() {
			if name := o.broken(typ.Elem, list.Index(i).Interface()); name != "" {
				return name
			}
		}
		return ""
	}
	object, ok := value.(map[string]any)
	def := o.schema.Types[typ.Name()]
	if !ok || def == nil {
		return ""
	}
	if def.Directives.ForName("oneOf") != nil {
		if len(object) != 1 {
			return def.Name
		}
		for _, v := range object {
			if v == nil {
				return def.Name
			}
		}
	}
	for _, f := range def.Fields {
		if v, ok := object[f.Name]; ok {
			if name := o.broken(f.Type, v); name != "" {
				return name
			}
		}
	}
	return ""
}
