package cost

import (
	"reflect"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// literal gives how much is said in an argument, as the document has it: an input object counts
// as [Model.Input], an element of a list as one, and each [bytesPerCost] bytes of a text as one. A
// condition on what is listed is work for whoever lists it. Variables in it that may cost something
// are added to inputs.
func (c *compiler) literal(v *ast.Value, inputs *[]string) int64 {
	sum := int64(0)
	switch v.Kind {
	case ast.Variable:
		if c.inputs[v.Raw] {
			*inputs = append(*inputs, strings.Clone(v.Raw))
		}
	case ast.StringValue, ast.BlockValue:
		sum = int64(len(v.Raw) / bytesPerCost)
	case ast.ObjectValue:
		sum = int64(c.model.Input)
	case ast.ListValue:
		sum = int64(len(v.Children))
	}
	for _, child := range v.Children {
		sum = plus(sum, c.literal(child.Value, inputs))
	}
	return sum
}

// value is what the value of a variable costs, as [compiler.literal] has it.
func (c *Calculator) value(v any) int64 {
	switch v := v.(type) {
	case nil, bool, int, int64, float64:
		return 0
	case string:
		return int64(len(v) / bytesPerCost)
	case map[string]any:
		sum := int64(c.model.Input)
		for name, child := range v {
			// A name is long in a scalar that takes any value only.
			sum = plus(sum, plus(int64(len(name)/bytesPerCost), c.value(child)))
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
