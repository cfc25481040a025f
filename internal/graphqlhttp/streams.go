package graphqlhttp

import (
	"context"
	"errors"
	"maps"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/internal/streams"
)

// NewStreams gives the streams of an endpoint: callers, contracts and deadlines are the endpoint's,
// and requests are read as all are. revalidate and client: see [streams.Options].
func NewStreams(e *Endpoint, c streams.Config, o Options, revalidate func(context.Context, *access.Caller) error, client func(*http.Request) string) *streams.Streams {
	// Which documents may be sent is a matter of the caller's contract.
	reader := func(ctx context.Context) *transport {
		t := &transport{o}
		if contract := e.Contracts[access.From(ctx).Audience]; contract != nil {
			t.options = contract.options
		}
		return t
	}
	c.Origins = e.Origins
	return streams.New(streams.Options{
		Config: c, Deadline: e.Deadline, Log: o.Log, Operation: withRequestID,
		Authenticate: e.authenticate, Revalidate: revalidate, Client: client,
		For: func(c *access.Caller) graphql.GraphExecutor {
			if contract := e.Contracts[c.Audience]; contract != nil {
				return contract.executor
			}
			return nil
		},
		Read: func(w http.ResponseWriter, r *http.Request) *graphql.RawParams {
			params, no := reader(r.Context()).read(w, r)
			if no != nil {
				write(w, typeJSON, refuse(w, *no))
				return nil
			}
			return params
		},
		Parameters: func(ctx context.Context, body map[string]any) (*graphql.RawParams, *gqlerror.Error) {
			var headers http.Header
			// Those of a WebSocket's handshake hold for all of its operations.
			if handshake, ok := ctx.Value(handshakeKey{}).(*http.Request); ok {
				headers = handshake.Header
			}
			params, no := reader(ctx).parameters(body, headers)
			if no != nil {
				return nil, no.error()
			}
			return params, nil
		},
	})
}

type handshakeKey struct{}

// authenticate finds the caller of a WebSocket: by its handshake, in which browsers cannot
// send a header, with what connection_init has in place of one.
func (e *Endpoint) authenticate(ctx context.Context, payload map[string]any) (*access.Caller, error) {
	if e.Authenticate == nil {
		return access.Everyone, nil
	}
	handshake, _ := ctx.Value(handshakeKey{}).(*http.Request)
	r := handshake.Clone(ctx)
	given := http.Header{}
	for name, value := range payload {
		// As headers are: in upper or lower case. Null is as if it were left out.
		if name = http.CanonicalHeaderKey(name); name != "Authorization" && name != "X-Api-Key" || value == nil {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return nil, errors.New("a credential in connection_init must be a text")
		}
		given.Add(name, text)
	}
	if len(given) > 0 {
		// It is the one that counts: which one the handshake had, its client need not know.
		r.Header.Del("Authorization")
		r.Header.Del("X-Api-Key")
		maps.Copy(r.Header, given)
	}
	return e.Authenticate(r)
}
