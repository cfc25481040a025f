package graphqlhttp

import (
	"context"
	"crypto/rand"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/internal/streams"
)

// NewStreams gives the streams of a door: callers, contracts and deadlines are the door's,
// and requests are read as all are. revalidate: see [streams.Options].
func NewStreams(d *Door, c streams.Config, o Options, revalidate func(context.Context, *access.Caller) error) *streams.Streams {
	// Which documents may be sent is a matter of the caller's contract.
	reader := func(ctx context.Context) transport {
		t := transport{o}
		if contract := d.Contracts[access.From(ctx).Audience]; contract != nil {
			t.options = contract.options
		}
		return t
	}
	c.Origins = d.Origins
	return streams.New(streams.Options{
		Config: c, Deadline: d.Deadline, Log: o.Log, Operation: withRequestID,
		Authenticate: d.authenticate, Revalidate: revalidate,
		For: func(c *access.Caller) graphql.GraphExecutor {
			if contract := d.Contracts[c.Audience]; contract != nil {
				return contract.executor
			}
			return nil
		},
		Read: func(w http.ResponseWriter, r *http.Request) *graphql.RawParams {
			request, no := reader(r.Context()).read(w, r)
			if no != nil {
				write(w, typeJSON, refuse(w, *no))
				return nil
			}
			return request.params
		},
		Parameters: func(ctx context.Context, body map[string]any) (*graphql.RawParams, *gqlerror.Error) {
			request, no := reader(ctx).parameters(body)
			if no != nil {
				return nil, no.error()
			}
			return request.params, nil
		},
	})
}

func withRequestID(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestIDKey{}, rand.Text())
}

type handshakeKey struct{}

// authenticate finds the caller of a WebSocket: by its handshake, in which browsers cannot
// send a header, with what connection_init has in place of one.
func (d *Door) authenticate(ctx context.Context, payload map[string]any) (*access.Caller, error) {
	if d.Find == nil {
		return access.Everyone, nil
	}
	handshake, _ := ctx.Value(handshakeKey{}).(*http.Request)
	r := handshake.Clone(ctx)
	if authorization, ok := payload["authorization"].(string); ok {
		r.Header.Set("Authorization", authorization)
	}
	return d.Find(r)
}
