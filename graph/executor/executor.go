// Package executor runs GraphQL operations over a schema that gqlgen generated, several
// times as fast as the generated code does by itself, with the same answers.
//
// Stock execution makes a context, some closures and a goroutine for every field and
// element, and scans the answer once more when it is done. This one compiles an operation
// to a plan, once, and then works level by level: it resolves the fields that lead to more
// levels, and before each level it calls the project's gather hook with all objects of that
// level, so that their keys are queued and sent together. When there are no more levels, one
// pass resolves what is left, which should only have to read what was sent for, and appends
// the answer to one buffer.
//
// It knows nothing of the schema that it runs. To use it with another one:
//
//   - add [customer360/graph/executor/executorgen.New] to the plugins of the command that
//     calls gqlgen's api.Generate; it writes a file beside the generated one, with a
//     function Types;
//   - wrap the schema: executor.New(generated.NewExecutableSchema(config),
//     generated.Types(...), executor.Options{...}), and serve that;
//   - where resolvers load by key, give a [Gather]: resolvers below the root run one after
//     the other, so what they wait for should be on its way;
//   - where a transport can use it, let answers be written to a pooled buffer: [WithBuffer];
//   - use the extension [InOrder], so that errors come in document order.
//
// Scalars that have an AppendX function beside their MarshalX are written by it; others by
// their marshaler.
//
// What it does not cover runs on the stock executor: mutations and subscriptions, operations
// under interceptors of fields or root fields, with executable directives on the operation or
// on fields of it, or of a size that no reader would write. Event contexts of subscriptions
// (@subscriptionContext) and function syntax are not supported. A field with a directive of its
// own in the schema, and introspection, are resolved by the generated code inside a plan;
// introspection that does not depend on variables is kept as bytes.
//
// Some things differ from stock execution on purpose. Arguments are read once for a field, not
// for every object that the field is on, and once for all operations of a plan if they do not
// depend on variables; so a resolver must not change what they point to. Two fields of one
// name on fragments of two interfaces, neither of which implements the other, are one field,
// as the specification has it. A marshaler that panics while it writes makes its field null,
// with an error; stock execution gives no answer at all. What a marshaler that writes has to
// report is told even if a null above takes the place of what it wrote.
// [graphql.FieldContext.Result] is there for what is above a resolver, not for the field that
// is being resolved.
package executor

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	stock "github.com/99designs/gqlgen/graphql/executor"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// Options say how to execute. The zero value of a field is its default.
type Options struct {
	// Gather queues keys before they are needed; its zero value: nobody does.
	Gather Gather
	// Guard says what of an answer a caller may see; its zero value: all of it.
	Guard Guard
	// Audience names the audience that a plan is for, since what the schema shows may depend
	// on it; nil: there is one.
	Audience func(context.Context) string
	// Plans and Memory bound the plans that are kept, by number and by bytes (about); default
	// 1000, and 64 MiB.
	Plans, Memory int
	// Stock: everything runs on the stock executor.
	Stock bool
	// Prepare is called before an operation runs on the stock executor, which does not call
	// Gather; nil: nothing is to be prepared.
	Prepare func(context.Context)
	// Observe hears of every operation by which way it ran; nil: nobody does.
	Observe func(Way)
}

// A Way is how an operation ran.
type Way string

// The ways: as a plan, or on the stock executor, and why.
const (
	Planned Way = "plan"
	// Disabled: [Options.Stock] is set.
	Disabled Way = "stock_disabled"
	// NotAQuery: a mutation or a subscription.
	NotAQuery Way = "stock_not_a_query"
	// Intercepted: an extension of the server intercepts fields or root fields.
	Intercepted Way = "stock_intercepted"
	// HasDirective: a directive with code of its own stands in the operation.
	HasDirective Way = "stock_directive"
	// TooLarge: more fields, fragments spread, than any reader would write.
	TooLarge Way = "stock_too_large"
	// NoCondition: a variable in @skip or @include has no value.
	NoCondition Way = "stock_condition"
	// NotCovered: a field is of a Go type, or is bound in a way, that the generator does not
	// cover.
	NotCovered Way = "stock_not_covered"
)

// A Gather is how a project sends for what a level of a query needs, before the first
// resolver of that level waits for it.
type Gather struct {
	// Needs reports whether the field of an object type needs keys that Level queues; for a
	// root field, whether its resolver calls [Meet].
	Needs func(object, field string) bool
	// Level is called once for every level, with all objects on which such fields are
	// selected, and for the first one with what [Meet] queued. It queues what they need, sends
	// all, and does not wait for answers.
	Level func(context.Context, []Group)
}

// A Group is objects of a level that the same fields are selected on.
type Group struct {
	// Object is the name of the object type.
	Object string
	// Objects are pointers, as resolvers are given them. An object may be there twice.
	Objects []any
	// Fields are what is selected on each: all fields, fragments spread, @skip applied.
	Fields []graphql.CollectedField
}

// Executor is a [graphql.ExecutableSchema] that runs operations as compiled plans.
type Executor struct {
	graphql.ExecutableSchema
	types   Types
	options Options
	// documents are what was found out of operations, plans those of them that are compiled.
	documents *lru.Cache[document, *compiled]
	plans     *lru.Cache[variant, *plan]
	// memory is what the plans take that are kept, in bytes.
	memory atomic.Int64
	// plain are the middlewares of a server that nobody intercepts anything in.
	plainField, plainRoot uintptr
}

// document is what is compiled at once: an operation of a parsed document, for an audience.
type document struct {
	// Weak, so that what was found out does not keep a document that is forgotten otherwise.
	op       weak.Pointer[ast.OperationDefinition]
	audience string
}

// New wraps a generated schema, with the types that were generated for it.
func New(schema graphql.ExecutableSchema, types Types, o Options) *Executor {
	if o.Plans == 0 {
		o.Plans = 1000
	}
	if o.Memory == 0 {
		o.Memory = 64 << 20
	}
	if o.Audience == nil {
		o.Audience = func(context.Context) string { return "" }
	}
	if o.Gather.Needs == nil {
		o.Gather.Needs = func(string, string) bool { return false }
	}
	if o.Observe == nil {
		o.Observe = func(Way) {}
	}
	e := &Executor{ExecutableSchema: schema, types: types, options: o}
	var err1, err2 error
	e.documents, err1 = lru.New[document, *compiled](o.Plans)
	e.plans, err2 = lru.NewWithEvict(o.Plans, func(_ variant, p *plan) { p.forget() })
	if err := errors.Join(err1, err2); err != nil {
		panic(err) // The number is negative.
	}
	// gqlgen does not tell whether there are interceptors; but without any, its middlewares are
	// always the same functions.
	op, _ := stock.New(schema).CreateOperationContext(graphql.StartOperationTrace(context.Background()), &graphql.RawParams{Query: "{ __typename }"})
	e.plainField, e.plainRoot = code(op.ResolverMiddleware), code(op.RootResolverMiddleware)
	return e
}

func code(f any) uintptr { return reflect.ValueOf(f).Pointer() }

// Exec runs the operation of a context.
func (e *Executor) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	p, way := e.plan(ctx, op)
	e.options.Observe(way)
	if p == nil {
		op.ResolverMiddleware = e.options.Guard.intercept(ctx, &e.types, op.ResolverMiddleware)
		if e.options.Prepare != nil {
			e.options.Prepare(ctx)
		}
		return e.ExecutableSchema.Exec(ctx)
	}
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return e.run(ctx, op, p)
	}
}
