package executor

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// A run is one execution of a plan.
type run struct {
	executor *Executor
	plan     *plan
	op       *graphql.OperationContext
	ctx      context.Context
	state    any
	// free: the guard allows everything to the caller.
	free bool

	// values are what fields were resolved to before their turn in the answer, by slot, in the
	// order in which the encoder comes by.
	values [][]value

	// mu guards what root fields share while they run.
	mu sync.Mutex
	// arguments are by number.
	arguments []map[string]any
	roots     []rootField
	// missing counts root fields that have neither returned nor met, queues are those of
	// them that met. sent is closed when the first level was sent.
	missing int
	queues  []func(context.Context)
	sending bool
	sent    chan struct{}
	first   *level
	// others are the root fields that lead to no level.
	others sync.WaitGroup
}

type bufferKey struct{}

// WithBuffer gives a context under which the data of an answer is appended to a buffer
// of the caller's, which can then use it again once the answer is written.
func WithBuffer(ctx context.Context, buffer *[]byte) context.Context {
	return context.WithValue(ctx, bufferKey{}, buffer)
}

func (e *Executor) run(ctx context.Context, op *graphql.OperationContext, p *plan) *graphql.Response {
	r := &run{executor: e, plan: p, op: op, state: e.types.State(op), free: e.options.Guard.free(ctx)}
	r.ctx = &operation{ctx, r}
	for l := r.root(); len(l.waits) > 0; {
		l.wait()
		l.gather(false)
	}
	r.others.Wait()
	buffer, ok := ctx.Value(bufferKey{}).(*[]byte)
	if !ok {
		fresh := make([]byte, 0, p.size.Load())
		buffer = &fresh
	}
	start := len(*buffer)
	*buffer = r.encode(*buffer)
	data := (*buffer)[start:]
	p.size.Store(int64(len(data)))
	return &graphql.Response{Data: data}
}

// operation is the context of a run. What reads inputs of an operation is made for those
// that ask.
type operation struct {
	context.Context
	run *run
}

// inputsKey is gqlgen's key of what reads inputs, which it does not export.
var inputsKey = func() any {
	var s spy
	_ = graphql.UnmarshalInputFromContext(&s, nil, nil)
	return s.key
}()

// Value gives what reads inputs, or what the context of the operation has.
func (o *operation) Value(key any) any {
	if key == inputsKey {
		return o.run.executor.types.Inputs(o.run.state, o.Context).Value(key)
	}
	return o.Context.Value(key)
}
