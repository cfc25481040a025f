package resolvers

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/customer"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// An operation is what the resolvers share while one operation runs. It lives for
// one response, so that nothing that one caller read is given to another.
type operation struct {
	context *graphql.OperationContext
	caller  *access.Caller
	// recipient is who ids are sealed for.
	recipient string
	policy    *policy
	want      needs
	// meeting is where root fields meet under stock execution; nil: a plan is run.
	meeting *meeting
	// needed: a root field can lead to a source.
	needed bool
	// customers are profiles by key.
	customers loader[*profiles.Customer]
	billing   asks[*billing.Record]
	support   asks[*support.Record]
	social    asks[*social.Record]
	// quiet: the caller reads failures of sources from status, not from errors.
	quiet bool
	// profile is how the spine answered so far.
	profile profileReport

	joinedBilling slab[customer.Billing]
	joinedSupport slab[customer.Support]
	joinedSocial  slab[customer.Social]

	// conditions are how many all filters had so far.
	conditions atomic.Int32

	mu sync.Mutex
	// seen are the customers that the caller reads, to be recorded, and by what they are asked by.
	seen, by []string
	// idempotencyKey is a change's name by its caller, to be recorded.
	idempotencyKey string
	// asked are the sources that selections on a customer ask.
	asked map[selection]needs
}

// A selection is a selection set that every object of one place in the operation has.
type selection struct {
	first  *ast.Selection
	length int
}

// siblings says which sources the fields ask that are selected beside a field of a customer.
func (o *operation) siblings(ctx context.Context) needs {
	parent := graphql.GetFieldContext(ctx).Parent
	for parent.Field.Field == nil && parent.Parent != nil {
		// An element of a list; the field is above it.
		parent = parent.Parent
	}
	set := parent.Field.Selections
	at := selection{&set[0], len(set)}
	o.mu.Lock()
	defer o.mu.Unlock()
	n, ok := o.asked[at]
	if !ok {
		n = o.policy.selectedSources(o.context, set)
		if o.asked == nil {
			o.asked = map[selection]needs{}
		}
		o.asked[at] = n
	}
	return n
}

type operationKey struct{}

func operationOf(ctx context.Context) *operation {
	return ctx.Value(operationKey{}).(*operation)
}

// Extension gives the gqlgen extension that operations must run under: it sets up
// what their resolvers share, and tells in `extensions.sources` how each source
// answered.
//
// A request may ask, with `extensions: {sourceErrors: "status"}`, that failures of
// sources stand in status only and not in `errors`; "errors" is the default. Headers may say it
// as well.
func (g *Graph) Extension() graphql.HandlerExtension { return extension{g} }

type extension struct{ *Graph }

func (extension) ExtensionName() string                          { return "Sources" }
func (extension) Validate(schema graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses wishes that make no sense, so that a misspelt one is
// not taken for the default.
func (e extension) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if err := e.refuseUnrecorded(ctx); err != nil {
		return err
	}
	if err := e.policy.readHeaders(op); err != nil {
		return err
	}
	if _, err := declared(callerOf(ctx), op.Extensions); err != nil {
		return err
	}
	switch op.Extensions["sourceErrors"] {
	case nil, "status", "errors":
		_, err := freshnessOf(op)
		return err
	}
	err := gqlerror.Errorf("`extensions.sourceErrors` is \"status\" or \"errors\".")
	err.Extensions = map[string]any{"code": customer.CodeBadUserInput}
	return err
}

func (e extension) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	// Its faults were told before.
	caller, _ := declared(callerOf(ctx), op.Extensions)
	o := &operation{context: op, caller: caller, recipient: caller.Recipient(), policy: e.policy, want: wantsOf(op, e.policy, caller), needed: leadsToSources(op), quiet: op.Extensions["sourceErrors"] == "status"}
	o.want.Add(e.policy.needed(o.caller))
	fresh, _ := freshnessOf(op)
	batch := e.config.BatchCap
	o.customers.over(boundBy(o.caller.Rows, e.systems.Spine), o.want.Profile, sources.Freshness{}, batch)
	o.billing.over(profiles.Billing, e.systems.Billing, o.want.Billing, fresh[profiles.Billing], batch)
	o.support.over(profiles.Support, e.systems.Support, o.want.Support, fresh[profiles.Support], batch)
	o.social.over(profiles.Social, e.systems.Social, o.want.Social, fresh[profiles.Social], batch)
	if scope := o.caller.Scope(); scope != "" {
		ctx = sources.WithScope(ctx, scope)
	}
	return next(context.WithValue(ctx, operationKey{}, o))
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
		return refuse(customer.CodeBadUserInput, "`extensions.purpose` must say what the data is read for, in a word like marketing")
	case !caller.MayFor(purpose):
		return refuse(customer.CodeForbidden, "the credential does not allow the purpose that the request declares: `contract { purposes }` has those that it does")
	}
	c := *caller
	c.Purpose = purpose
	return &c, nil
}

// nobody may see nothing that a rule protects: a request that nobody found the caller of.
var nobody = &access.Caller{}

func callerOf(ctx context.Context) *access.Caller {
	if c := access.From(ctx); c != nil {
		return c
	}
	return nobody
}

// leadsToSources reports whether a root field can lead to a source.
func leadsToSources(op *graphql.OperationContext) bool {
	return op.Operation.Operation == ast.Query && slices.ContainsFunc(
		graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}),
		func(f graphql.CollectedField) bool { return rootFields[f.Name] })
}

func (e extension) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	o, ok := ctx.Value(operationKey{}).(*operation)
	if response == nil || !ok {
		return response
	}
	e.recordRead(ctx, o, response)
	if !o.needed {
		return response
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["sources"] = e.report(ctx, o)
	return response
}

// A failure of a source as a field tells it: nothing where the caller reads status.
func (o *operation) failure(source profiles.SourceName, err *sources.Error) error {
	if err == nil || o.quiet {
		return nil
	}
	return customer.SourceError(source, err)
}

// know keeps a profile that was read, so that a relation that leads to it does not
// read it again.
func (o *operation) know(ctx context.Context, c *profiles.Customer) {
	if !o.want.Profile.Has(profiles.Relations) {
		return
	}
	o.customers.Prime(ctx, c.ID, sources.Answer[*profiles.Customer]{Value: c, AsOf: c.SyncedAt})
}
