package graphqlhttp

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/access"
	"customer360/internal/streams"
	"customer360/sources"
)

// An Endpoint authenticates callers, and serves each by the contract of their audience.
type Endpoint struct {
	// Authenticate gives the caller of a request, or an error: a [Refusal], or anything else for a
	// fault of the gateway. Nil: everybody is [access.Everyone].
	Authenticate func(*http.Request) (*access.Caller, error)
	// Contracts are the handlers of the contracts, as [New] gives them.
	Contracts map[access.Audience]*Contract
	// Origins are the origins whose pages may ask, as "https://app.example.com"; none: only
	// the gateway's own.
	Origins []string
	// LoopbackHosts: the Host of a request must be a name of this machine, and no proxy may have
	// forwarded it, nor may it be in HTTP/1.0, which proxies speak that say nothing of it. It keeps pages of other sites, whose name can be made to lead here, and other
	// machines from a gateway that asks for no credentials.
	LoopbackHosts bool
	// Streams are the connections that stay open; nil: there are none.
	Streams *streams.Streams
	// Deadline bounds a request; what is not there by then is reported as late.
	Deadline time.Duration
}

// A Refusal is why a request is not let in, in words for its sender.
type Refusal struct {
	// Status is that of HTTP: 401, 403 or 429.
	Status int
	// Code is for machines.
	Code    string
	Message string
	// RetryAfter is when it makes sense to try again; zero: not said.
	RetryAfter time.Duration
}

// Error is the text for the sender.
func (r *Refusal) Error() string { return r.Message }

// ServeHTTP lets a request in, or refuses it.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, ok := e.begin(w, r)
	if !ok || e.crossOrigin(w, r) {
		return
	}
	if e.Streams != nil {
		if ws := e.Streams.WebSocket(); ws.Supports(r) {
			// Its credential may come with the first message, or in a header as any other's.
			if e.Authenticate != nil && (r.Header.Get("Authorization") != "" || r.Header.Get("X-Api-Key") != "") {
				// One that does not count is told as the protocol has it, when the client begins.
				if caller, err := e.Authenticate(r.WithContext(ctx)); err == nil {
					ctx = access.With(ctx, caller)
				}
			}
			ws.Do(w, r.WithContext(context.WithValue(ctx, handshakeKey{}, r)), nil)
			return
		}
	}
	caller := access.Everyone
	if e.Authenticate != nil {
		var err error
		if caller, err = e.Authenticate(r.WithContext(ctx)); err != nil {
			e.refuse(w, err)
			return
		}
	}
	contract := e.Contracts[caller.Audience]
	if contract == nil {
		e.refuse(w, errNoContract)
		return
	}
	ctx = access.With(ctx, caller)
	// A connection that stays open has deadlines of its own, one for each operation.
	if !streams.Takes(r) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.Deadline)
		defer cancel()
	}
	contract.ServeHTTP(w, r.WithContext(ctx))
}

// begin gives a request its id, and looks at the host that it names. It reports false where it
// has answered.
func (e *Endpoint) begin(w http.ResponseWriter, r *http.Request) (context.Context, bool) {
	request := requestOf(r.Header)
	h := w.Header()
	h["X-Request-Id"] = []string{request.ID}
	h["Content-Security-Policy"], h["Cross-Origin-Resource-Policy"] = noContent, sameOrigin
	if e.LoopbackHosts && !isLoopback(r.Host) {
		write(w, typeJSON, refuse(w, refusal{status: http.StatusMisdirectedRequest, code: "FORBIDDEN", message: "this gateway requires no credentials, so it accepts only host names of its own machine, such as localhost"}))
		return nil, false
	}
	if e.LoopbackHosts && !r.ProtoAtLeast(1, 1) {
		write(w, typeJSON, refuse(w, refusal{status: http.StatusForbidden, code: "FORBIDDEN", message: "this gateway requires no credentials, so it refuses HTTP/1.0, which proxies use that do not announce themselves (nginx by default): use HTTP/1.1, or require credentials (access.anonymous: refuse)"}))
		return nil, false
	}
	if e.LoopbackHosts && forwarded(r) {
		write(w, typeJSON, refuse(w, refusal{status: http.StatusForbidden, code: "FORBIDDEN", message: "this gateway requires no credentials, so it refuses requests that a proxy has forwarded: require credentials (access.anonymous: refuse)"}))
		return nil, false
	}
	return sources.WithRequest(r.Context(), request), true
}

// forwarded reports whether a proxy says that it has forwarded a request. One that says nothing
// cannot be told from a client.
func forwarded(r *http.Request) bool {
	for name := range r.Header {
		switch name {
		case "Forwarded", "Forwarded-For", "Via", "X-Real-Ip", "X-Client-Ip", "X-Original-Forwarded-For", "True-Client-Ip", "Cf-Connecting-Ip":
			return true
		}
		if strings.HasPrefix(name, "X-Forwarded") {
			return true
		}
	}
	return false
}

// Caller gives who makes a request, by which contract they are served; false: it would not be
// let in.
func (e *Endpoint) Caller(r *http.Request) (*access.Caller, bool) {
	if e.LoopbackHosts && (!isLoopback(r.Host) || !r.ProtoAtLeast(1, 1) || forwarded(r)) {
		return nil, false
	}
	if e.Authenticate == nil {
		return access.Everyone, true
	}
	caller, err := e.Authenticate(r)
	return caller, err == nil
}

// Internal gives a handler of something else to the company's own callers only.
func (e *Endpoint) Internal(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, ok := e.begin(w, r)
		if !ok {
			return
		}
		if e.Authenticate != nil {
			caller, err := e.Authenticate(r.WithContext(ctx))
			if err == nil && caller.Audience != access.Internal {
				err = errNotInternal
			}
			if err != nil {
				e.refuse(w, err)
				return
			}
		}
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

var errNotInternal = &Refusal{Status: http.StatusForbidden, Code: "FORBIDDEN", Message: "this requires a credential of the audience INTERNAL"}

var errNoContract = &Refusal{Status: http.StatusForbidden, Code: "FORBIDDEN", Message: "the credential's audience has no contract here"}

func (e *Endpoint) refuse(w http.ResponseWriter, err error) {
	var r *Refusal
	if !errors.As(err, &r) {
		r = &Refusal{Status: http.StatusServiceUnavailable, Code: "UNAVAILABLE", Message: "the credential cannot be checked at the moment: try again"}
	}
	if r.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="customer360"`)
	}
	if r.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(r.RetryAfter.Seconds()))))
	}
	write(w, typeJSON, refuse(w, refusal{status: r.Status, message: r.Message, code: r.Code}))
}

// Answers are data: where a browser is made to show one, nothing in it runs or frames it, and
// no page of another origin has it as an image or a script.
var (
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'; sandbox"}
	sameOrigin = []string{"same-origin"}
)

// What a page of another origin may send, and read of the answer.
const (
	corsMethods = "GET, POST"
	corsHeaders = "Authorization, Content-Type, X-API-Key, GraphQL-Preflight, Apollo-Require-Preflight, X-Apollo-Operation-Name, X-Requested-With, C360-Purpose, C360-Freshness, C360-Source-Errors, X-Request-Id, Traceparent"
	corsExposed = "X-Request-Id, Retry-After"
)

// crossOrigin tells browsers what a page of another origin may do, by the Fetch standard. It
// reports whether that was all that the request asked for.
func (e *Endpoint) crossOrigin(w http.ResponseWriter, r *http.Request) bool {
	if len(e.Origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(e.Origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		h.Set("Access-Control-Expose-Headers", corsExposed)
		return false
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// ForLoopback gives a handler to requests only that name this machine as their host: a page whose
// name is made to lead here gets nothing.
func ForLoopback(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			write(w, typeJSON, refuse(w, refusal{status: http.StatusMisdirectedRequest, code: "FORBIDDEN", message: "this address accepts only host names of this machine, such as localhost"}))
			return
		}
		h.ServeHTTP(w, r)
	})
}

// isLoopback reports whether a Host is a name of this machine for itself.
func isLoopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.Trim(name, "[]")
	ip := net.ParseIP(name)
	return strings.EqualFold(cmp.Or(name, "localhost"), "localhost") || ip != nil && ip.IsLoopback()
}
