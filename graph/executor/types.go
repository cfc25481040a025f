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

// A Call is one reading of a field: what generated code is given. It must not be kept.
type Call struct {
	// State is what [Types.State] gave.
	State any
	// Object is the pointer that the field is read of.
	Object any
	// Args are the field's arguments, as the generated code has read them.
	Args map[string]any
	// Buf is the answer so far.
	Buf []byte

	stack *stack
	field *field
	frame *frame
	// failed: it was reported why there is no value. absent: there is no value at all,
	// not even a nil of the field's type.
	failed, absent bool
}

// Context gives the context for a resolver: it leads to the field's context, and so to the
// path, as [graphql.GetFieldContext] has it. It may be kept.
func (c *Call) Context() context.Context { return c.at() }

func (c *Call) at() *frame {
	if c.frame == nil {
		c.frame = c.stack.frame(c.stack.top(), &c.stack.places[len(c.stack.places)-1], c.field, 0, c.Args)
	}
	return c.frame
}

// begin makes the call ready for a field of an object.
func (c *Call) begin(f *field, object any) {
	c.Object, c.Args, c.field, c.frame, c.failed, c.absent = object, nil, f, nil, false, false
}

// Fail reports that the field failed. Its value is null.
func (c *Call) Fail(err error) {
	ctx := c.at()
	c.failed = true
	c.stack.run.op.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
}

// Absent says that there is no value: a nil interface, or a method that says so.
func (c *Call) Absent() { c.absent = true }

// Marshal appends what a marshaler writes that the generated schema gave; nothing for
// [graphql.Null], which it has reported if that must not be.
func (c *Call) Marshal(m graphql.Marshaler) {
	if m == graphql.Null {
		c.failed = true
		return
	}
	m.MarshalGQL(c)
}

// Write appends bytes. It never fails.
func (c *Call) Write(p []byte) (int, error) {
	c.Buf = append(c.Buf, p...)
	return len(p), nil
}

// WriteString appends a text. It never fails.
func (c *Call) WriteString(s string) (int, error) {
	c.Buf = append(c.Buf, s...)
	return len(s), nil
}

// AppendList appends a list of leaves to the answer; each appends its own element, or nothing
// for null. NonNull says that an element must not be null, and indexed that the path of an
// error has the element's index: so it is for enums and not for scalars in gqlgen.
func AppendList[T any](c *Call, list []T, nonNull, indexed bool, each func([]byte, T) []byte) {
	start := len(c.Buf)
	c.Buf = append(c.Buf, '[')
	bubbles, broken := false, false
	for i, v := range list {
		if i > 0 {
			c.Buf = append(c.Buf, ',')
		}
		before := len(c.Buf)
		panicked := false
		if indexed {
			panicked = !appendElement(c, i, v, each)
			broken = broken || panicked
		} else {
			c.Buf = each(c.Buf, v)
		}
		if len(c.Buf) > before {
			continue
		}
		c.Buf = append(c.Buf, "null"...)
		if nonNull && !panicked {
			bubbles = true
			ctx := c.at()
			if indexed {
				ctx = c.element(i)
			}
			null(ctx)
		}
	}
	c.Buf = append(c.Buf, ']')
	switch {
	case broken:
		// Stock execution drops a list of which an element panics.
		c.Buf = append(c.Buf[:start], "[]"...)
	case bubbles:
		c.Buf = c.Buf[:start]
		c.failed = true
	}
}

// appendElement appends an element of a list, and reports whether it could: it did not panic.
func appendElement[T any](c *Call, i int, v T, each func([]byte, T) []byte) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			ctx := c.element(i)
			c.stack.run.op.Error(ctx, c.stack.run.op.Recover(ctx, p))
		}
	}()
	c.Buf = each(c.Buf, v)
	return true
}

// element gives the frame of an element of a list of leaves.
func (c *Call) element(i int) *frame { return c.stack.frame(c.at(), &place{}, nil, i, nil) }

// Unexpected is the error of [Types.Abstracts] for a value of no type that the schema knows.
func Unexpected(value any, name string) error {
	return fmt.Errorf("unexpected type %T; non-generated variants of %s must implement graphql.Marshaler", value, name)
}
