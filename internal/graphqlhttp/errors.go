package graphqlhttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/cost"
)

// errPanic stands for a panic, which was logged where it happened.
var errPanic = errors.New("panic")

// present gives an error as clients see it. What was written for clients, and what
// is about their own document and variables, is told; anything else is INTERNAL,
// with a request id to find it in the log by. The error is a new one each time,
// since gqlgen writes the path into the one that it is given.
func present(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		path := graphql.GetPath(ctx)
		var ours *customer.Error
		if !errors.Is(err, errPanic) && errors.As(err, &ours) {
			return &gqlerror.Error{Message: ours.Message, Path: path, Extensions: extensionsOf(ours)}
		}
		var costly *cost.Refusal
		if errors.As(err, &costly) {
			return &gqlerror.Error{Message: costly.Message, Path: path, Extensions: costly.Extensions()}
		}
		var theirs *gqlerror.Error
		if !errors.Is(err, errPanic) && errors.As(err, &theirs) && isAboutRequest(theirs, path) {
			e := &gqlerror.Error{Message: theirs.Message, Path: theirs.Path, Locations: theirs.Locations, Extensions: map[string]any{"code": customer.CodeBadUserInput}}
			if e.Path == nil {
				e.Path = path
			}
			if code, ok := theirs.Extensions["code"]; ok {
				e.Extensions["code"] = code
			}
			return e
		}
		if !errors.Is(err, errPanic) {
			log.ErrorContext(ctx, "field failed", "path", path.String(), "error", err, "request", RequestID(ctx))
		}
		return &gqlerror.Error{
			Message:    "The gateway failed here. Give its operator the request id.",
			Path:       path,
			Extensions: map[string]any{"code": customer.CodeInternal, "requestId": RequestID(ctx)},
		}
	}
}

// isAboutRequest reports whether an error is about the document or its values. The
// parser and the validator set a code. gqlgen wraps every error of a field with the
// field's path; only that of an argument has a longer one, which ends in the argument.
func isAboutRequest(e *gqlerror.Error, field ast.Path) bool {
	switch e.Extensions["code"] {
	case errcode.ParseFailed, errcode.ValidationFailed, customer.CodeBadUserInput, string(customer.CodeBadUserInput):
		return true
	}
	return e.Err != nil && len(e.Path) > len(field)
}

func extensionsOf(e *customer.Error) map[string]any {
	x := map[string]any{"code": e.Code}
	if e.Source != "" {
		x["source"] = e.Source
	}
	if e.Source != "" || e.Retryable {
		x["retryable"] = e.Retryable
	}
	if e.RetryAfter > 0 {
		x["retryAfter"] = graph.FormatElapsed(e.RetryAfter)
	}
	return x
}

// recovered logs a panic in a resolver.
func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		// The value may hold anything, a customer's data too: its type is told.
		log.ErrorContext(ctx, "resolver panicked", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()), "request", RequestID(ctx))
		return errPanic
	}
}
