package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph/executor"
)

// Conditions is a gqlgen extension that refuses null for a variable in @skip or @include.
// A variable that may be null passes validation there if it has a default, and null instead
// of it has no meaning; gqlgen panics.
// See https://spec.graphql.org/September2025/#sec-All-Variable-Usages-Are-Allowed.
type Conditions struct{}

// ExtensionName is "Conditions".
func (Conditions) ExtensionName() string { return "Conditions" }

// Validate has nothing to say.
func (Conditions) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses operations with such a variable.
func (Conditions) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	for _, v := range op.Operation.VariableDefinitions {
		value, given := op.Variables[v.Variable]
		if !given || value != nil || v.Type.NamedType != "Boolean" || !slices.Contains(executor.Conditions(op.Doc, op.Operation), v.Variable) {
			continue
		}
		err := gqlerror.ErrorPosf(v.Position, "Variable \"$%s\" is used in @skip or @include and must not be null: leave it out to mean its default.", v.Variable)
		errcode.Set(err, errcode.ValidationFailed)
		return err
	}
	return nil
}
