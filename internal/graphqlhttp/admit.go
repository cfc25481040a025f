package graphqlhttp

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	gqlgen "github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/persisted"
)

// An admitter is an executor for all transports alike: what it takes is kept for those who
// will name it, and what it refuses is told with few words.
type admitter struct {
	*gqlgen.Executor
	documents *persisted.Documents
	coercion  *graph.Coercion
	refused   func(ctx context.Context, bytes int)
}

// CreateOperationContext parses and validates an operation, and holds it to all limits.
func (a admitter) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	op, errs := a.Executor.CreateOperationContext(ctx, params)
	if errs != nil && op != nil && op.Operation != nil && op.Variables == nil {
		// The validator's own words are for who knows Go.
		if err := a.coercion.Variables(op.Operation, params.Variables); err != nil {
			errs = gqlerror.List{err}
		}
	}
	if errs != nil {
		for _, e := range errs {
			if e.Rule == graph.ConditionRule {
				graph.AsInput(e)
			}
		}
		// That the gateway cannot do it now is not for the caller to pay.
		var ours *customer.Error
		if a.refused != nil && (!errors.As(errs, &ours) || ours.Code != customer.CodeUnavailable) {
			a.refused(ctx, len(params.Query))
		}
		return op, few(errs)
	}
	a.documents.Accepted(params.Query, params.Extensions)
	return op, nil
}

// maxErrors is how many errors a request is told at once: who has more than that mends the
// first ones first, and an answer is never many times as long as its request.
const maxErrors = 20

// maxMessage bounds an error's text, in bytes: validation repeats what it was given.
const maxMessage = 1000

func few(errs gqlerror.List) gqlerror.List {
	for _, e := range errs {
		if len(e.Message) > maxMessage {
			e.Message = strings.ToValidUTF8(e.Message[:maxMessage], "") + "…"
		}
	}
	if len(errs) <= maxErrors {
		return errs
	}
	more := gqlerror.Errorf("And %d more errors.", len(errs)-maxErrors)
	errcode.Set(more, errcode.ValidationFailed)
	return append(errs[:maxErrors:maxErrors], more)
}
