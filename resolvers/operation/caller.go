package operation

import (
	"context"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/customer"
)

// nobody may see nothing that a rule protects: a request that nobody found the caller of.
var nobody = &access.Caller{}

func callerOf(ctx context.Context) *access.Caller {
	if c := access.From(ctx); c != nil {
		return c
	}
	return nobody
}

// declared gives the caller as one who reads for the purpose that a request declares in
// `extensions.purpose`.
func declared(caller *access.Caller, extensions map[string]any) (*access.Caller, *gqlerror.Error) {
	raw := extensions["purpose"]
	if raw == nil {
		return caller, nil
	}
	purpose, _ := raw.(string)
	if purpose != "" && !access.IsPurpose(purpose) {
		purpose = ""
	}
	refuse := func(code customer.ErrorCode, message string) (*access.Caller, *gqlerror.Error) {
		return caller, &gqlerror.Error{Err: customer.Refuse(code, message), Message: message, Extensions: map[string]any{"code": code}}
	}
	switch {
	case purpose == "":
		return refuse(customer.CodeBadUserInput, "`extensions.purpose` must be one word that says what the data is for, such as marketing")
	case !caller.MayFor(purpose):
		return refuse(customer.CodeForbidden, "the credential does not allow the declared purpose; `contract { purposes }` lists those that it allows")
	}
	c := *caller
	c.Purpose = purpose
	return &c, nil
}
