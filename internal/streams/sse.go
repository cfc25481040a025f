package streams

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/customer"
)

const typeEvents = "text/event-stream"

// Events gives the transport for operations whose answers are server-sent events. It wants
// the caller in the request's context, and a context without a deadline: see [Takes].
func (s *Streams) Events() graphql.Transport { return events{s} }

type events struct{ s *Streams }

// Supports reports whether a request prefers events to JSON. Clients that take both ask for
// a plain answer, and for events where they subscribe.
func (events) Supports(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return false
	}
	accept := r.Header.Values("Accept")
	if !slices.ContainsFunc(accept, func(header string) bool { return strings.Contains(strings.ToLower(header), typeEvents) }) {
		// Nearly every request.
		return false
	}
	var events, plain float64
	for _, header := range accept {
		for item := range strings.SplitSeq(header, ",") {
			media, params, err := mime.ParseMediaType(strings.TrimSpace(item))
			if err != nil {
				continue
			}
			q := 1.0
			if text, ok := params["q"]; ok {
				if q, err = strconv.ParseFloat(text, 64); err != nil {
					q = 0
				}
			}
			switch media {
			case typeEvents:
				events = max(events, q)
			case "application/json", "application/graphql-response+json", "application/*", "*/*":
				plain = max(plain, q)
			}
		}
	}
	return events > plain
}

// Do executes an operation, and sends what it answers as events. Faults of the operation are
// events too: a browser shows no page what an answer says that is not 200.
func (t events) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	s := t.s
	caller := access.From(r.Context())
	if caller == nil || caller.Expired(time.Now()) {
		refuse(w, http.StatusUnauthorized, customer.CodeUnauthenticated, "credential required")
		return
	}
	params := s.o.Read(w, r)
	if params == nil {
		return
	}
	p := s.enter(w, r)
	if p == nil {
		return
	}
	defer p.leave()
	q := request{
		exec: exec, changes: r.Method == http.MethodPost,
		read: func() (*graphql.RawParams, *gqlerror.Error) { return params, nil },
	}
	out := &stream{w: w, control: http.NewResponseController(w), timeout: s.o.MessageTimeout}
	if !out.begin() {
		return
	}
	s.stream(r.Context(), out, caller, q)
}

// stream runs the operation until it ends, its client leaves or its caller may not stay.
func (s *Streams) stream(ctx context.Context, out *stream, caller *access.Caller, q request) {
	var work sync.WaitGroup
	defer work.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Neither is buffered: what nobody takes is not made.
	results, over := make(chan []byte), make(chan error)
	work.Go(func() {
		defer close(results)
		emit := func(r *graphql.Response) bool { return offer(ctx, results, resultOf(r)) }
		if errs := s.execute(ctx, q, emit); errs != nil {
			offer(ctx, results, faultsOf(errs))
		}
	})
	work.Go(func() { offer(ctx, over, s.watch(ctx, caller)) })
	alive := time.NewTicker(s.o.KeepAlive)
	defer alive.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case result, more := <-results:
			switch {
			case more && out.next(result):
			case more:
				return
			case ctx.Err() == nil:
				out.complete()
				return
			}
		case <-alive.C:
			if !out.write(comment) {
				return
			}
		case err := <-over:
			// A server that goes away says nothing: its client then knows that there is more, and
			// asks again.
			if errors.Is(err, errForbidden) && out.next(faultsOf(gqlerror.List{fault(customer.CodeForbidden, "The credential is no longer valid: connect again with another.")})) {
				out.complete()
			}
			return
		}
	}
}

// offer gives a value to who waits for it, and reports whether it was taken before ctx ended.
func offer[T any](ctx context.Context, to chan<- T, value T) bool {
	select {
	case to <- value:
		return true
	case <-ctx.Done():
		return false
	}
}

// faultsOf gives the result of a request that was not executed: it has no data, not even null.
func faultsOf(errs gqlerror.List) []byte {
	return append(append([]byte(`{"errors":`), errorsOf(errs)...), '}')
}

// A stream is an answer that is written event by event. Its methods report whether the
// client took what was written, each within the timeout.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

// comment is what clients skip.
const comment = ":\n\n"

func (s *stream) begin() bool {
	// The server's bounds are those of requests. It sets them anew for the next one.
	_ = s.control.SetReadDeadline(time.Time{})
	h := s.w.Header()
	h.Set("Content-Type", typeEvents)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept")
	// nginx would keep events until it has some KiB of them.
	h.Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
	// Clients are told that they are connected before there is anything to tell.
	return s.write(comment)
}

func (s *stream) next(result []byte) bool {
	return s.write("event: next\ndata: " + string(result) + "\n\n")
}

// complete has data, since browsers drop an event that has none.
func (s *stream) complete() { s.write("event: complete\ndata: {}\n\n") }

func (s *stream) write(text string) bool {
	_ = s.control.SetWriteDeadline(time.Now().Add(s.timeout))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
