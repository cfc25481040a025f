package streams

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"customer360/access"
	"customer360/customer"
)

// protocol is the sub-protocol of WebSockets that is spoken here.
const protocol = "graphql-transport-ws"

// WebSocket gives the transport for operations over a WebSocket.
func (s *Streams) WebSocket() graphql.Transport { return webSocket{s} }

type webSocket struct{ s *Streams }

// Supports reports whether a request asks for a WebSocket.
func (webSocket) Supports(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// Do answers the handshake, and serves the connection until it ends.
func (t webSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	s := t.s
	if !s.welcome(r) {
		refuse(w, http.StatusForbidden, customer.CodeForbidden, "pages of this origin may not connect: the operator can allow it")
		return
	}
	if !speaks(r) {
		refuse(w, http.StatusBadRequest, customer.CodeBadUserInput, "the WebSocket must request the sub-protocol "+protocol)
		return
	}
	p := s.enter(w, r)
	if p == nil {
		return
	}
	defer p.leave()
	// The origin was checked above. Compression is left off: a small message could become a
	// large one.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}, InsecureSkipVerify: true})
	if err != nil {
		// It was answered.
		return
	}
	// The server forgot about the connection: the request's context and its deadline are not
	// the connection's.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c := &connection{
		s: s, place: p, conn: conn, given: exec, ctx: ctx, cancel: cancel,
		ready: make(chan *access.Caller, 1), running: map[string]*running{},
		slots: make(chan struct{}, s.o.OperationsPerConnection),
	}
	c.serve()
}

// welcome reports whether a page of the request's origin may connect. Browsers let any page
// open a WebSocket, and tell which it is.
func (s *Streams) welcome(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && (strings.EqualFold(u.Host, r.Host) || slices.Contains(s.o.Origins, strings.ToLower(origin)))
}

func speaks(r *http.Request) bool {
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(header, ",") {
			if strings.TrimSpace(name) == protocol {
				return true
			}
		}
	}
	return false
}
