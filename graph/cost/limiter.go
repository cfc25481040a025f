package cost

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The codes of refusals.
const (
	// CodeLimit: the operation costs more than one may cost, whenever it is sent.
	CodeLimit = "COST_LIMIT"
	// CodeRate: it costs more than is left for now.
	CodeRate = "RATE_LIMITED"
)

// Limits bound what a caller may spend; 0: without a bound.
type Limits struct {
	// PerOperation bounds one operation.
	PerOperation int
	// PerMinute bounds all operations of a [Window].
	PerMinute int
}

// A Refusal is why an operation is not executed. Its text is for clients.
type Refusal struct {
	// Code is CodeLimit or CodeRate.
	Code, Message string
	// RetryAfter is in how many seconds the operation can be sent again; 0: never as it is.
	RetryAfter int
}

// Error is the text for clients.
func (r *Refusal) Error() string { return r.Message }

// Extensions are what stands beside the text: the code, and `retryAfter` as a length of
// time by ISO 8601 where waiting helps.
func (r *Refusal) Extensions() map[string]any {
	x := map[string]any{"code": r.Code}
	if r.RetryAfter > 0 {
		x["retryAfter"] = "PT" + strconv.Itoa(r.RetryAfter) + "S"
	}
	return x
}

// A Charge is what an operation was charged, as `extensions.cost` tells it.
type Charge struct {
	// Requested is the operation's cost.
	Requested int
	// Limits are those of the caller.
	Limits
	// Remaining is what is left of the limit per minute, and ResetAt when there is all of it
	// again. They are there if there is such a limit.
	Remaining int
	ResetAt   time.Time
}

// AppendJSON appends the form of `extensions.cost`: `requested`, `limit` (of one
// operation), `limitPerMinute`, `remaining` and `resetAt`; those that have no bound are left out.
// It is in every answer, so it is not written by reflection.
func (c *Charge) AppendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"requested":`...), int64(c.Requested), 10)
	if c.PerOperation > 0 {
		b = strconv.AppendInt(append(b, `,"limit":`...), int64(c.PerOperation), 10)
	}
	if c.PerMinute > 0 {
		b = strconv.AppendInt(append(b, `,"limitPerMinute":`...), int64(c.PerMinute), 10)
		b = strconv.AppendInt(append(b, `,"remaining":`...), int64(c.Remaining), 10)
		b = append(roundUp(c.ResetAt).UTC().AppendFormat(append(b, `,"resetAt":"`...), time.RFC3339), '"')
	}
	return append(b, '}')
}

// MarshalJSON is [Charge.AppendJSON].
func (c *Charge) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// roundUp gives the next whole second: who comes back then does not come too early.
func roundUp(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }

// A Limiter is a gqlgen extension that refuses operations which cost more than their
// caller may spend, before they are executed, and tells every caller in `extensions.cost` what
// the operation cost and what is left. A refused operation is charged nothing for what it would
// have cost, but what its document did ([Limiter.Charge]); who has nothing left is refused before
// anything is read. It intercepts no fields.
type Limiter struct {
	// Calculator is for the schema that is served.
	Calculator *Calculator
	// Budget is what callers have left; it may be shared by several servers.
	Budget *Budget
	// Limits gives who pays for a request, and the limits.
	Limits func(context.Context) (id string, l Limits)
	// Refused hears of every refusal, by its code; nil: nobody does.
	Refused func(ctx context.Context, code string)
}

// ExtensionName is "Cost".
func (Limiter) ExtensionName() string { return "Cost" }

// Validate has nothing to say.
func (Limiter) Validate(graphql.ExecutableSchema) error { return nil }

// bytesPerCost is how long a text in an argument is for a cost of 1, or a document that was
// refused: to parse and validate so much takes about as long as a value of an answer.
const bytesPerCost = 100

// Charge charges the caller of a request for a document of so many bytes that was refused.
func (l Limiter) Charge(ctx context.Context, bytes int) {
	if id, limits := l.Limits(ctx); limits.PerMinute > 0 {
		l.Budget.Spend(id, 1+bytes/bytesPerCost, limits.PerMinute, graphql.Now())
	}
}

// MutateOperationParameters refuses a request of who has nothing left, with a [Refusal] as the
// cause of the error.
func (l Limiter) MutateOperationParameters(ctx context.Context, _ *graphql.RawParams) *gqlerror.Error {
	id, limits := l.Limits(ctx)
	if limits.PerMinute <= 0 {
		return nil
	}
	now := graphql.Now()
	left, reset := l.Budget.Peek(id, limits.PerMinute, now)
	if left > 0 {
		return nil
	}
	return l.refuse(ctx, &Refusal{Code: CodeRate, RetryAfter: seconds(reset.Sub(now)), Message: fmt.Sprintf("The cost limit of %d per minute is used up: retry after `retryAfter`.", limits.PerMinute)})
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func (l Limiter) refuse(ctx context.Context, r *Refusal) *gqlerror.Error {
	if l.Refused != nil {
		l.Refused(ctx, r.Code)
	}
	return &gqlerror.Error{Err: r, Message: r.Message, Extensions: r.Extensions()}
}

// MutateOperationContext charges an operation, or refuses it with a [Refusal] as the
// cause of the error.
func (l Limiter) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	id, limits := l.Limits(ctx)
	c := &Charge{Requested: l.Calculator.Of(op.Doc, op.Operation, op.Variables), Limits: limits}
	op.Stats.SetExtension(l.ExtensionName(), c)
	now := graphql.Now()
	var refused *Refusal
	switch {
	case limits.PerOperation > 0 && c.Requested > limits.PerOperation:
		refused = &Refusal{Code: CodeLimit, Message: fmt.Sprintf("The operation costs %d; the limit per operation is %d: request fewer fields, or smaller pages with `first`.", c.Requested, limits.PerOperation)}
	case limits.PerMinute > 0 && c.Requested > limits.PerMinute:
		refused = &Refusal{Code: CodeLimit, Message: fmt.Sprintf("The operation costs %d; the limit per minute is %d: request fewer fields, or smaller pages with `first`.", c.Requested, limits.PerMinute)}
	}
	if limits.PerMinute > 0 {
		ok := true
		if refused != nil {
			c.Remaining, c.ResetAt = l.Budget.Peek(id, limits.PerMinute, now)
		} else {
			c.Remaining, c.ResetAt, ok = l.Budget.Take(id, c.Requested, limits.PerMinute, now)
		}
		if !ok {
			refused = &Refusal{Code: CodeRate, RetryAfter: seconds(c.ResetAt.Sub(now)), Message: fmt.Sprintf("The operation costs %d; %d is left of the limit of %d per minute: retry after `retryAfter`.", c.Requested, c.Remaining, limits.PerMinute)}
		}
	}
	if refused == nil {
		return nil
	}
	return l.refuse(ctx, refused)
}

// InterceptResponse puts the charge into `extensions.cost`, of refusals too.
func (l Limiter) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	c := ChargeOf(ctx)
	if response == nil || c == nil {
		return response
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["cost"] = c
	return response
}

// ChargeOf gives what the operation of a context was charged; nil: it was not charged yet,
// or by nobody. It must not be changed.
func ChargeOf(ctx context.Context) *Charge {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	c, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(Limiter{}.ExtensionName()).(*Charge)
	return c
}
