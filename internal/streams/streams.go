// Package streams serves GraphQL where answers come over time: over a WebSocket in the
// protocol graphql-transport-ws
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), and as server-sent
// events in the "distinct connections mode" of
// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. Queries and mutations
// work over both as well.
//
// A connection stays open, so everything about it is bounded: how many there are, in all
// and of one caller, how long a client may keep silent or not read, how large a message is,
// how much runs at once. A credential is checked again while the connection lasts. Nothing
// is queued for a client: each operation waits until its answer is taken, and a client that
// does not take it is cut off.
package streams

import (
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/customer"
	"customer360/sources"
)

// Options say how to serve.
type Options struct {
	Config
	// Deadline bounds a query or a mutation, as it bounds a request. A subscription has none.
	Deadline time.Duration
	// Read gives the parameters of a request for server-sent events. Where it is none, Read
	// answers it and gives nil. Only Events needs it.
	Read func(http.ResponseWriter, *http.Request) *graphql.RawParams
	// Parameters gives the parameters of what came over a WebSocket in place of a request's
	// body, whose parts have the right types already; the error is told to the client. Nil:
	// those parts as they are. The context has the caller.
	Parameters func(ctx context.Context, body map[string]any) (*graphql.RawParams, *gqlerror.Error)
	// Authenticate gives the caller of a WebSocket by the payload of connection_init; the
	// context has the handshake's own caller, if it had one. The error is not told to the
	// client. Nil: the caller is the handshake's. A connection without a caller is refused.
	Authenticate func(ctx context.Context, payload map[string]any) (*access.Caller, error)
	// Revalidate says whether a caller's credential is still good, and says what it said at
	// first; an error ends the connection. Nil: it is as long as it has not expired.
	Revalidate func(context.Context, *access.Caller) error
	// For gives what executes the operations of a caller over a WebSocket; nil for one who may
	// do nothing. Where For itself is nil, it is what the transport was given.
	For func(*access.Caller) graphql.GraphExecutor
	// Client gives the address that connections are counted by until they have said whose they
	// are; nil: the other end of the connection's.
	Client func(*http.Request) string
	// Operation gives one more operation its context, which has the caller already: a request
	// id and the like. Nil: nothing is added.
	Operation func(context.Context) context.Context
	// Log gets what clients are not told; nil: [slog.Default].
	Log *slog.Logger
}

// Streams are the open connections of a server, of both kinds.
type Streams struct {
	o Options
	// ending is closed when all connections shall end.
	ending chan struct{}

	mu    sync.Mutex
	ended bool
	// open are those that have said who they are; waiting are the others, the longest first, which
	// have a bound of their own, so that who says nothing takes no place of others. from counts
	// them by address.
	open    int
	waiting list.List
	from    map[string]int
	callers map[string]int
	// connections are waited for by Close.
	connections sync.WaitGroup
}

// New gives the streams of a server, by a configuration that was checked.
func New(o Options) *Streams {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Streams{o: o, ending: make(chan struct{}), callers: map[string]int{}, from: map[string]int{}}
}

// Takes reports whether a request is for one of the transports: it may last longer than
// requests do, so that their deadline must not be put on it.
func Takes(r *http.Request) bool { return webSocket{}.Supports(r) || events{}.Supports(r) }

// Open is how many connections there are, those counted that have not said who they are.
func (s *Streams) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open + s.waiting.Len()
}

// Close lets nobody in any more, tells all clients that the server goes away, and waits until
// their connections have ended, or ctx has; then the error is that of ctx. A server's own
// Shutdown does not know of WebSockets, and waits for events that do not end without Close.
func (s *Streams) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.ended {
		s.ended = true
		close(s.ending)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.connections.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d connections did not end in time: %w", s.Open(), ctx.Err())
	}
}

// A place is what a connection takes of the bounds.
type place struct {
	s *Streams
	// address is where the connection comes from, and queued its place among those that wait,
	// while it waits; claimed: it does no more.
	address string
	queued  *list.Element
	claimed bool
	// lost is closed when the place is given to another.
	lost chan struct{}
	// credential is whose connection it is; "": nobody's that is counted.
	credential string
}

// An address may wait with so many connections at once: proxies, which many come from, have
// theirs ready in no time, and who holds them back takes few of those that may wait in all.
const waitingShare = 10

// enter takes a place: the caller's, where the request has one, else among those that wait to say
// who they are, whose bound is another. Where there is none, it answers the request and gives nil.
func (s *Streams) enter(w http.ResponseWriter, r *http.Request) *place {
	p, own := s.place(r)
	switch {
	case own:
		refuse(w, http.StatusTooManyRequests, codeRateLimited, "too many connections with this credential: close one first")
	case p == nil:
		refuse(w, http.StatusServiceUnavailable, codeRateLimited, "too many connections: try again later")
	}
	return p
}

// place takes a place; own: the caller has too many, else nil is that there are too many in all.
// Among those that wait there always is one: who has waited the longest makes room. An honest
// client says at once who it is, so that nobody who is silent keeps it out.
func (s *Streams) place(r *http.Request) (_ *place, own bool) {
	address := s.address(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, false
	}
	p := &place{s: s, lost: make(chan struct{})}
	if caller := access.From(r.Context()); caller != nil {
		if !p.take(caller.Credential) {
			return nil, s.open < s.o.Connections
		}
		s.connections.Add(1)
		return p, false
	}
	switch {
	case s.from[address] >= max(s.o.Connections/waitingShare, 1):
		s.makeRoom(address)
	case s.waiting.Len() >= s.o.Connections:
		s.makeRoom("")
	}
	p.address, p.queued = address, s.waiting.PushBack(p)
	s.from[address]++
	s.connections.Add(1)
	return p, false
}

// makeRoom takes the place of who has waited the longest, of those of an address or, for "", of
// all. The lock is held.
func (s *Streams) makeRoom(address string) {
	for e := s.waiting.Front(); e != nil; e = e.Next() {
		if p := e.Value.(*place); address == "" || p.address == address {
			p.settle()
			close(p.lost)
			return
		}
	}
}

// settle ends what the place was before. The lock is held.
func (p *place) settle() {
	if p.queued != nil {
		p.s.waiting.Remove(p.queued)
		down(p.s.from, p.address)
	}
	if p.claimed {
		p.s.open--
	}
	if p.credential != "" {
		down(p.s.callers, p.credential)
	}
	p.address, p.queued, p.claimed, p.credential = "", nil, false, ""
}

// down takes one away from a count.
func down(counts map[string]int, of string) {
	if counts[of]--; counts[of] == 0 {
		delete(counts, of)
	}
}

// address gives the client that a request comes from.
func (s *Streams) address(r *http.Request) string {
	if s.o.Client != nil {
		return s.o.Client(r)
	}
	if address, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return address
	}
	return r.RemoteAddr
}

// claim counts the place for a caller, who may be another than at first, and reports whether
// the caller may have it.
func (p *place) claim(c *access.Caller) bool {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.take(c.Credential)
}

// take counts the place for a credential. Where no credentials are asked for, it is "", and all
// callers are one, who is not counted. The lock is held.
func (p *place) take(credential string) bool {
	s := p.s
	select {
	case <-p.lost:
		return false
	default:
	}
	switch {
	case p.claimed && p.credential == credential:
		return true
	case !p.claimed && s.open >= s.o.Connections:
		return false
	case credential != "" && s.callers[credential] >= s.o.ConnectionsPerCaller:
		return false
	}
	p.settle()
	p.claimed = true
	p.credential = credential
	s.open++
	if credential != "" {
		s.callers[credential]++
	}
	return true
}

func (p *place) leave() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.settle()
	p.s.connections.Done()
}

// Why a connection ends, other than by its client.
var (
	errShutdown  = errors.New("the server is shutting down")
	errForbidden = errors.New("the credential is not valid, or no longer valid")
)

// watch waits until a caller may stay no longer, and says why; nil: ctx has ended.
func (s *Streams) watch(ctx context.Context, caller *access.Caller) error {
	var expired, again <-chan time.Time
	if !caller.Expires.IsZero() {
		t := time.NewTimer(time.Until(caller.Expires))
		defer t.Stop()
		expired = t.C
	}
	if s.o.Revalidate != nil {
		t := time.NewTicker(s.o.RevalidateEvery)
		defer t.Stop()
		again = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.ending:
			return errShutdown
		case <-expired:
			return errForbidden
		case <-again:
			err := s.safely(ctx, func(ctx context.Context) error { return s.o.Revalidate(ctx, caller) })
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				return errForbidden
			}
		}
	}
}

// safely calls what was given to the package for no longer than a client is waited for: a
// panic there is an error here, since a goroutine's panic would end the process.
func (s *Streams) safely(ctx context.Context, call func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.InitTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			s.panicked(ctx, p)
			err = errForbidden
		}
	}()
	return call(ctx)
}

func (s *Streams) panicked(ctx context.Context, p any) {
	// The value may hold anything, a customer's data too: its type is told.
	s.o.Log.ErrorContext(ctx, "stream panicked", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
}

// executor gives what executes the operations of a caller.
func (s *Streams) executor(c *access.Caller, given graphql.GraphExecutor) graphql.GraphExecutor {
	if s.o.For == nil {
		return given
	}
	return s.o.For(c)
}

// refuse answers a request that gets no stream.
func refuse(w http.ResponseWriter, status int, code customer.ErrorCode, message string) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		h.Set("Retry-After", retryAfter)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": gqlerror.List{fault(code, message)}})
}

// retryAfter, in seconds, is as long as clients of these protocols wait at the most.
const retryAfter = "30"

const (
	codeTimedOut    = customer.ErrorCode(sources.TimedOut)
	codeRateLimited = customer.ErrorCode(sources.RateLimited)
)

func fault(code customer.ErrorCode, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}
