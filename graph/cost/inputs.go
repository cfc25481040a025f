package cost

import (
	"reflect"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputs gives how much is said in the arguments of an operation, as the document has it: an
// input object counts as [Model.Input], an element of a list as one. A condition on what is
// listed is work for whoever lists it.
func (c *Calculator) inputs(doc *ast.QueryDocument, op *ast.OperationDefinition) int64 {
	sum := int64(0)
	seen := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				for _, a := range s.Arguments {
					sum = plus(sum, c.literal(a.Value))
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if f := doc.Fragments.ForName(s.Name); f != nil && !seen[s.Name] {
					seen[s.Name] = true
					walk(f.SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	return sum
}

func (c *Calculator) literal(v *ast.Value) int64 {
	sum := int64(0)
	switch v.Kind {
	case ast.ObjectValue:
		sum = int64(c.model.Input)
	case ast.ListValue:
		sum = int64(len(v.Children))
	}
	for _, child := range v.Children {
		sum = plus(sum, c.literal(child.Value))
	}
	return sum
}

// given is [Calculator.inputs] of the values of variables.
func (c *Calculator) given(variables map[string]any) int64 {
	sum := int64(0)
	for _, v := range variables {
		sum = plus(sum, c.value(v))
	}
	return sum
}

func (c *Calculator) value(v any) int64 {
	switch v := v.(type) {
	case nil, string, bool, int, int64, float64:
		return 0
	case map[string]any:
		sum := int64(c.model.Input)
		for _, child := range v {
			sum = plus(sum, c.value(child))
		}
		return sum
	case []any:
		sum := int64(len(v))
		for _, child := range v {
			sum = plus(sum, c.value(child))
		}
		return sum
	}
	// The validator makes slices of several types of what a client sent.
	list := reflect.ValueOf(v)
	if list.Kind() != reflect.Slice {
		return 0
	}
	sum := int64(list.Len())
	for i := range list.Len() {
		sum = plus(sum, c.value(list.Index(i).Interface()))
	}
	return sum
}
