package sources

import "context"

// A Request is what the request that a call is made for goes by.
type Request struct {
	// ID is told to the client, and stands in the log; it is of letters, digits and - _ . : / + = only.
	ID string
	// Traceparent is the client's place in its trace, by W3C Trace Context; empty: it named none.
	Traceparent string
}

// Trace gives the id of the trace; "": there is none.
func (r *Request) Trace() string {
	if r.Traceparent == "" {
		return ""
	}
	return r.Traceparent[3:35]
}

type requestKey struct{}

// noRequest is that of a call which is made for none.
var noRequest = &Request{}

// WithRequest gives a context of a request.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestOf gives the request of a context: of several that share a call, the first one. It
// is not nil.
func RequestOf(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return noRequest
}
