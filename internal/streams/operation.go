package streams

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
)

// A request is an operation to run.
type request struct {
	exec graphql.GraphExecutor
	// read gives what was asked for, or why it cannot be read.
	read func() (*graphql.RawParams, *gqlerror.Error)
	// changes: it may be a mutation.
	changes bool
}

// execute runs one operation until it has no more answers, ctx ends or emit reports that
// nobody takes them. The errors are those of a request that was not executed to its end;
// they are worded for clients.
func (s *Streams) execute(ctx context.Context, q request, emit func(*graphql.Response) bool) (errs gqlerror.List) {
	defer func() {
		// Resolvers have a net of their own. This one is for what runs around them.
		if p := recover(); p != nil {
			errs = gqlerror.List{s.presentPanic(ctx, q.exec, p)}
		}
	}()
	if s.o.Operation != nil {
		ctx = s.o.Operation(ctx)
	}
	ctx = graphql.StartOperationTrace(ctx)
	params, no := q.read()
	if no != nil {
		return gqlerror.List{no}
	}
	params.ReadTime.Start = graphql.Now()
	params.ReadTime.End = params.ReadTime.Start
	run, cancel := context.WithTimeout(ctx, s.o.Deadline)
	defer cancel()
	op, errs := q.exec.CreateOperationContext(run, params)
	if errs != nil {
		return q.exec.DispatchError(graphql.WithOperationContext(run, op), errs).Errors
	}
	kind := op.Operation.Operation
	if kind == ast.Mutation && !q.changes {
		return gqlerror.List{fault(customer.CodeBadUserInput, "GET is for queries and subscriptions only: use POST")}
	}
	if kind == ast.Subscription {
		run = ctx
	}
	responses, inner := q.exec.DispatchOperation(run, op)
	for {
		r := responses(inner)
		switch {
		case r == nil && kind != ast.Subscription && errors.Is(run.Err(), context.DeadlineExceeded):
			return gqlerror.List{fault(codeTimedOut, "The operation did not finish in time: request less, or try again.")}
		case r == nil, !emit(r), kind != ast.Subscription:
			return nil
		}
	}
}

// presentPanic words a panic as the executor words those of resolvers.
func (s *Streams) presentPanic(ctx context.Context, exec graphql.GraphExecutor, p any) *gqlerror.Error {
	if e, ok := exec.(interface {
		PresentRecoveredError(context.Context, any) error
	}); ok {
		var presented *gqlerror.Error
		if errors.As(e.PresentRecoveredError(ctx, p), &presented) {
			return presented
		}
	}
	s.panicked(ctx, p)
	return fault(customer.CodeInternal, "The gateway failed here.")
}
