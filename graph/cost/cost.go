// Package cost says what an operation costs before it runs, and holds callers to what
// they may spend. It knows no schema and no caller: weights, list sizes and limits are
// given to it.
//
// A cost is one number: about how many values the largest answer has, and beside each
// field that leads to a system what that system charges. It is computed so:
//
//   - a field costs its weight: 1, or what the [Model] says of it; __typename costs nothing;
//   - what is below a list counts once for each element: as many as its `first` or `last`
//     allows, or as are assumed where it has no such argument or none is given;
//   - below a connection, that is a field with `first` or `last` that is no list itself,
//     the lists of the connection (edges, nodes) have as many elements as it allows;
//   - on an interface or a union the possible type counts that costs the most;
//   - fields that merge into one of the answer count once; @skip and @include are applied;
//   - an input object in an argument costs 5, an element of a list there 1, and each 100 bytes of a
//     text 1, wherever the argument stands and whether it is written there or in a variable:
//     conditions are work as well;
//   - introspection is answered from memory: a hundred of its values count as one.
//
// Weights, assumed sizes and slicing arguments are those of
// https://ibm.github.io/graphql-specs/cost-spec.html, whose type cost and field cost are
// one number here: leaves, arguments and input fields have no price of their own there,
// and leaves have one here, since they make up most of an answer.
//
// The numbers never overflow: [Max] stands for everything above it.
package cost

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"weak"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/executor"
)

// Max is the largest cost, and stands for all that are larger: it is the largest Int of
// GraphQL.
const Max = math.MaxInt32

// A Model says what fields weigh and how long lists are. Its coordinates are those of the
// specification, as "Customer.billing". The zero value of a number is its default.
type Model struct {
	// Weights are what fields weigh that do not weigh 1, by coordinate. A field that
	// systems are asked for should weigh what they charge.
	Weights map[string]int
	// Lists are how many elements are assumed where the query does not say, by the
	// coordinate of a list or of a connection.
	Lists map[string]int
	// Sized are lists that have an element for each of an argument's list, by coordinate: the
	// argument's name.
	Sized map[string]string
	// List is assumed of lists that are not in Lists; default 10.
	List int
	// Page is assumed of fields with `first` or `last` where neither is given; default 20.
	Page int
	// Input is what an input object in an argument costs, as a condition; default 5. An
	// element of a list in an argument costs 1, and so do 100 bytes of a text.
	Input int
	// MaxPage is the most that `first` and `last` count for, since more is refused before
	// anything is done for it; default 100.
	MaxPage int
}

// A Calculator computes costs by a model, for one schema. It may be used by several
// goroutines at once.
type Calculator struct {
	schema *ast.Schema
	model  Model
	// shapes are what was found out of operations, the latest ones.
	shapes *lru.Cache[variant, *shape]
}

// A variant is an operation with given values of its conditions.
type variant struct {
	// Weak, so that what was found out does not keep a document that is forgotten otherwise.
	op     weak.Pointer[ast.OperationDefinition]
	values string
}

// cachedShapes is as many as documents are kept parsed. A shape has only what depends on
// variables, so it is small.
const cachedShapes = 1000

// New makes a calculator for operations that were validated against a schema. Coordinates
// that the schema does not have are left alone.
func New(schema *ast.Schema, m Model) *Calculator {
	m.List, m.Page, m.MaxPage = cmp.Or(m.List, 10), cmp.Or(m.Page, 20), cmp.Or(m.MaxPage, 100)
	m.Input = cmp.Or(m.Input, 5)
	shapes, err := lru.New[variant, *shape](cachedShapes)
	if err != nil {
		panic(err) // The number is negative.
	}
	return &Calculator{schema: schema, model: m, shapes: shapes}
}

// Of gives the cost of an operation of a validated document, from 0 to [Max]. Variables
// are coerced ones, their defaults filled in. What does not depend on variables is kept
// with the operation's address, so neither may be changed later.
func (c *Calculator) Of(doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any) int {
	id := weak.Make(op)
	s, ok := c.shapes.Get(variant{op: id})
	if !ok {
		if conditions := executor.Conditions(doc, op); len(conditions) > 0 {
			s = &shape{conditions: conditions}
		} else {
			s = c.compile(doc, op, nil)
		}
		c.shapes.Add(variant{op: id}, s)
	}
	if len(s.conditions) > 0 {
		v := variant{id, values(s.conditions, variables)}
		conditions := s.conditions
		if s, ok = c.shapes.Get(v); !ok {
			s = c.compile(doc, op, func(name string) (on, known bool) {
				i := slices.Index(conditions, name)
				return v.values[i] == 't', v.values[i] != '?'
			})
			c.shapes.Add(v, s)
		}
	}
	// A value is looked through once, however many arguments have it.
	var inputs map[string]int64
	return s.cost(func(name string) (int64, bool) { return integer(variables[name]) }, func(name string) int64 {
		if text, ok := variables[name].(string); ok {
			return c.value(text)
		}
		sum, ok := inputs[name]
		if !ok {
			sum = c.value(variables[name])
			if inputs == nil {
				inputs = map[string]int64{}
			}
			inputs[name] = sum
		}
		return sum
	}, int64(c.model.MaxPage))
}

// Most gives the highest cost that an operation of a validated document can have, whatever
// its variables are, but for input objects and lists in them.
func (c *Calculator) Most(doc *ast.QueryDocument, op *ast.OperationDefinition) int {
	most := int64(c.model.MaxPage)
	return c.compile(doc, op, nil).cost(func(string) (int64, bool) { return most, true }, func(string) int64 { return 0 }, most)
}

// values are the values of conditions, a letter for each.
func values(conditions []string, variables map[string]any) string {
	letters := make([]byte, len(conditions))
	for i, name := range conditions {
		switch variables[name] {
		case true:
			letters[i] = 't'
		case false:
			letters[i] = 'f'
		default:
			letters[i] = '?'
		}
	}
	return string(letters)
}

// integer reads the value of a variable, in the types that validation leaves; of a list it
// is the length.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case int32:
		return int64(v), true
	case float64:
		return int64(v), true
	case interface{ Int64() (int64, error) }:
		n, err := v.Int64()
		return n, err == nil
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice {
		return int64(list.Len()), true
	}
	return 0, false
}
