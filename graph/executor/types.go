package executor

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
)

// Types is what the executor has to know of a schema's Go types: how to read a field
// of an object, and how to write what was read. The plugin executorgen generates it;
// nothing of it is written by hand.
type Types struct {
	// Objects are the object types by name.
	Objects map[string]*Object
	// Abstracts tell, by the name of an interface or union, which object type a value
	// is of, and give what that type's fields read: a pointer. The name is empty for a
	// pointer that is nil. Values of no type that the schema knows give an error.
	Abstracts map[string]func(value any) (name string, object any, err error)
	// Directives are the directives on operations and fields that have code of their own.
	Directives map[string]bool
	// State gives what the generated code keeps for an operation.
	State func(*graphql.OperationContext) any
	// Inputs gives what [graphql.WithUnmarshalerMap] is called with for an operation.
	Inputs func(state any, ctx context.Context) context.Context
}

// An Object is an object type.
type Object struct {
	Name string
	// Satisfies are the names that a fragment on this type may have: its own, and those of
	// its interfaces and unions.
	Satisfies []string
	Fields    map[string]*Field
}

// A Field is a field of an object type. Exactly one of Leaf, Child and Stock is set.
type Field struct {
	// Leaf appends a scalar, an enum value, or a list of them to [Call.Buf]. If it
	// appends nothing, the value is null.
	Leaf func(*Call)
	// Child gives a pointer to an object, a pointer to a list of them, or a value of an
	// interface or union; nil is null.
	Child func(*Call) any
	// List reads what Child gives, if that is a list.
	List *List
	// Result gives what resolvers find in [graphql.FieldContext.Result], if that is not what
	// Child gives.
	Result func(child any) any
	// Stock resolves and marshals the field as the generated schema does by itself. It is for
	// what has a directive with code of its own, and for introspection.
	Stock func(state any, ctx context.Context, field graphql.CollectedField, object any) graphql.Marshaler
	// Context gives the field's context with its arguments read. It reports what is wrong
	// with them.
	Context func(state any, ctx context.Context, field graphql.CollectedField) (*graphql.FieldContext, error)
	// HasArgs: the field has arguments. Pure: reading them depends on what the document and
	// its variables say, and on nothing else.
	HasArgs, Pure bool
	// Method: the field is a method of the object, or of a resolver.
	Method bool
	// Resolver: the field has a resolver.
	Resolver bool
	// Waits: what gives the field takes a context, so that it may be slow.
	Waits bool
}

// A List reads a list through a pointer to a slice.
type List struct {
	// Len gives the length.
	Len func(list any) int
	// At gives a pointer to an object, or a value of an interface or union; nil is null.
	At func(list any, i int) any
	// Result gives the slice, and Element a pointer to an element, as resolvers find them in
	// [graphql.FieldContext.Result].
	Result  func(list any) any
	Element func(list any, i int) any
}

// Pointers reads a []*T.
func Pointers[T any]() *List {
	return &List{
		Len: func(list any) int { return len(*list.(*[]*T)) },
		At: func(list any, i int) any {
			if p := (*list.(*[]*T))[i]; p != nil {
				return p
			}
			return nil
		},
		Result:  func(list any) any { return *list.(*[]*T) },
		Element: func(list any, i int) any { return &(*list.(*[]*T))[i] },
	}
}

// Values reads a []T of structs.
func Values[T any]() *List {
	element := func(list any, i int) any { return &(*list.(*[]T))[i] }
	return &List{
		Len:     func(list any) int { return len(*list.(*[]T)) },
		At:      element,
		Result:  func(list any) any { return *list.(*[]T) },
		Element: element,
	}
}

// Interfaces reads a []T of a Go interface.
func Interfaces[T any]() *List {
	return &List{
		Len:     func(list any) int { return len(*list.(*[]T)) },
		At:      func(list any, i int) any { return (*list.(*[]T))[i] },
		Result:  func(list any) any { return *list.(*[]T) },
		Element: func(list any, i int) any { return &(*list.(*[]T))[i] },
	}
}

// Value gives the T that a *T points to.
func Value[T any](pointer any) any { return *pointer.(*T) }

// Unexpected is the error of [Types.Abstracts] for a value of no type that the schema knows.
func Unexpected(value any, name string) error {
	return fmt.Errorf("unexpected type %T; non-generated variants of %s must implement graphql.Marshaler", value, name)
}
