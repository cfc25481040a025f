// Package inputs limits the size of the arguments of an operation before anything reads
// them. A document may refer to one variable hundreds of times, and whoever reads an
// argument copies it, folds it or queries a store with it. So it counts how often a value
// occurs in the document, not how often it was sent.
//
// It is given a schema and does not know what the arguments mean. It intercepts no fields.
package inputs

import (
	"context"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limits bound the arguments of one operation, whoever sends it. A variable counts in each place
// that refers to it, and what a fragment has counts wherever the fragment is spread.
type Limits struct {
	// Text bounds a single text, in bytes, where Lengths does not.
	Text int
	// Lengths bound the texts in single places, in bytes, by the coordinate of the argument or the
	// input field: "Query.customers(after:)", "StringFilter.eq".
	Lengths map[string]int
	// Values bounds how many values there are: texts, numbers, lists, objects and what is in them.
	Values int
	// Bytes bounds all texts together.
	Bytes int
}

// DefaultLimits leave room for a thousand representations of a federation's router, which are the
// most values that any field takes, and for the longest id or cursor, which are the longest texts.
var DefaultLimits = Limits{Text: 4096, Values: 10_000, Bytes: 1 << 20}

// checkedDocuments is how many operations are remembered: as many as documents are kept parsed.
const checkedDocuments = 1000

// A Limiter is a gqlgen extension that refuses operations whose arguments are beyond [Limits], with
// the code BAD_USER_INPUT. It has to come before what reads variables.
type Limiter struct {
	limits Limits
	schema *ast.Schema
	// known is what was found out of operations, by their address, which does not keep them.
	known *lru.Cache[weak.Pointer[ast.OperationDefinition], *arguments]
}

// New makes a limiter; limits that are 0 are the default ones.
func New(l Limits) *Limiter {
	if l.Text == 0 {
		l.Text = DefaultLimits.Text
	}
	if l.Values == 0 {
		l.Values = DefaultLimits.Values
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultLimits.Bytes
	}
	known, err := lru.New[weak.Pointer[ast.OperationDefinition], *arguments](checkedDocuments)
	if err != nil {
		panic(err) // The number is negative.
	}
	return &Limiter{limits: l, known: known}
}

// ExtensionName is "Inputs".
func (*Limiter) ExtensionName() string { return "Inputs" }

// Validate takes the schema.
func (l *Limiter) Validate(schema graphql.ExecutableSchema) error {
	l.schema = schema.Schema()
	return nil
}

// MutateOperationContext refuses operations whose arguments say too much.
func (l *Limiter) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	id := weak.Make(op.Operation)
	a, ok := l.known.Get(id)
	if !ok {
		a = l.read(op.Doc, op.Operation)
		l.known.Add(id, a)
	}
	err := a.fault
	if err == nil && len(a.variables) > 0 {
		err = l.variables(a, op.Variables)
	}
	if err == nil {
		return nil
	}
	// A new one each time: gqlgen writes into what it is given.
	told := gqlerror.ErrorPosf(err.position, "%s", err.message)
	errcode.Set(told, "BAD_USER_INPUT")
	return told
}
