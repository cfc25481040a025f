// Package operation is the state of one GraphQL operation while it runs: its caller, what
// is needed from each source, the loaders and the keys gathered for them, what the caller
// may read, and what was read. The resolvers of the types ask it for customers and for what
// is joined for them, and do not depend on its internals.
package operation

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/audit"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/graph/relay"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// Config is what an operator may set of operations.
type Config struct {
	// PageCap is the largest `first`; at least 1.
	PageCap int
	// BatchCap is how many keys one Fetch has at most; at least 1.
	BatchCap int
	// Contract is what the graph shows.
	Contract *audience.Contract
	// Attributes say who sees which attribute, by key: what is not there is seen in the
	// internal contract only.
	Attributes map[string]AttributeRule
	// Seal closes ids and cursors for those who may not see the keys in them; nil: they are given
	// to everybody as they are.
	Seal *relay.Seal
	// RequestID gives the id of a request.
	RequestID func(context.Context) string
	// Audit takes what is read.
	Audit audit.Recorder
}

// Operations are those of one contract over the systems. They run under [Operations.Extension].
type Operations struct {
	systems Systems
	config  Config
	policy  *policy
	// recorded is what the audit log says of operations that ran.
	recorded *lru.Cache[weak.Pointer[ast.OperationDefinition], *recorded]
}

// recordedOperations is as many as there are documents that are kept.
const recordedOperations = 1000

// New makes the operations of a contract over the systems.
func New(systems Systems, config Config) *Operations {
	cache, err := lru.New[weak.Pointer[ast.OperationDefinition], *recorded](recordedOperations)
	if err != nil {
		panic(err) // The number is negative.
	}
	return &Operations{
		recorded: cache, systems: systems, config: config,
		policy: newPolicy(graph.Schema(), config.Contract, config.Attributes, config.Seal, systems.SpineName()),
	}
}

// An Operation is one that runs. It lives for one response, so that nothing that one caller read
// is given to another.
type Operation struct {
	context *graphql.OperationContext
	caller  *access.Caller
	// recipient is who ids are sealed for.
	recipient string
	all       *Operations
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
	// read are the customers that the caller reads, to be recorded, and by what they are asked by.
	read, by []string
	// idempotencyKey is a change's name by its caller, to be recorded.
	idempotencyKey string
	// asked are the sources that selections on a customer ask.
	asked map[selection]needs
}

type operationKey struct{}

// Of gives the operation that runs under a context. It panics where none does.
func Of(ctx context.Context) *Operation {
	return ctx.Value(operationKey{}).(*Operation)
}

// Caller is who asks, for the purpose that the request declares.
func (o *Operation) Caller() *access.Caller { return o.caller }

// Conditions counts n conditions more, and gives how many all filters of the operation have by now.
func (o *Operation) Conditions(n int) int { return int(o.conditions.Add(int32(n))) }

// Extension gives the gqlgen extension that operations must run under: it sets up
// what their resolvers share, and tells in `extensions.sources` how each source
// answered.
//
// A request may ask, with `extensions: {sourceErrors: "status"}`, that failures of
// sources stand in status only and not in `errors`; "errors" is the default. Headers may say it
// as well.
func (s *Operations) Extension() graphql.HandlerExtension { return extension{s} }

type extension struct{ *Operations }

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
	err := gqlerror.Errorf("`extensions.sourceErrors` must be \"status\" or \"errors\".")
	err.Extensions = map[string]any{"code": customer.CodeBadUserInput}
	return err
}

func (e extension) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	// Its faults were told before.
	caller, _ := declared(callerOf(ctx), op.Extensions)
	o := &Operation{context: op, caller: caller, recipient: caller.Recipient(), all: e.Operations, policy: e.policy, want: wantsOf(op, e.policy, caller), needed: leadsToSources(op), quiet: op.Extensions["sourceErrors"] == "status"}
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

func (e extension) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	o, ok := ctx.Value(operationKey{}).(*Operation)
	if response == nil || !ok {
		return response
	}
	o.recordRead(ctx, response)
	if !o.needed {
		return response
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["sources"] = o.report(ctx)
	return response
}

// leadsToSources reports whether a root field can lead to a source.
func leadsToSources(op *graphql.OperationContext) bool {
	return op.Operation.Operation == ast.Query && slices.ContainsFunc(
		graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}),
		func(f graphql.CollectedField) bool { return rootFields[f.Name] })
}
