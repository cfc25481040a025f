package streams

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
)

// The codes that a WebSocket is closed with: those of the protocol, and of RFC 6455 where it
// has none.
const (
	closeInvalid       websocket.StatusCode = 4400
	closeUnauthorized  websocket.StatusCode = 4401
	closeForbidden     websocket.StatusCode = 4403
	closeInitTimeout   websocket.StatusCode = 4408
	closeDuplicate     websocket.StatusCode = 4409
	closeManyInits     websocket.StatusCode = 4429
	closeTryAgainLater                      = websocket.StatusTryAgainLater
	closeGoingAway                          = websocket.StatusGoingAway
	closeFailed                             = websocket.StatusInternalError
)

// maxInit bounds the messages of a client that has not said who it is, in bytes: tokens are
// some KiB.
const maxInit = 16 << 10

// A connection is one WebSocket. One goroutine reads it, one pings its client, one watches
// its credential, and each operation has one.
type connection struct {
	s     *Streams
	place *place
	conn  *websocket.Conn
	// given is the transport's executor, and exec the caller's.
	given, exec graphql.GraphExecutor
	// ctx ends when the connection begins to be closed.
	ctx    context.Context
	cancel context.CancelFunc
	// ready gets the caller.
	ready chan *access.Caller
	// inited: there was a connection_init. caller is who it was, after the ack.
	inited bool
	caller *access.Caller

	mu      sync.Mutex
	running map[string]*running
	// slots are what may run at once; a place in it is held until the operation has really
	// ended, whether or not somebody waits for it.
	slots chan struct{}
	work  sync.WaitGroup
}

type running struct{ cancel context.CancelFunc }

func (c *connection) serve() {
	defer c.work.Wait()
	defer func() {
		if p := recover(); p != nil {
			c.s.panicked(c.ctx, p)
			c.end(closeFailed, "Internal server error")
		}
	}()
	c.work.Go(c.watch)
	c.conn.SetReadLimit(maxInit)
	for {
		m, no := c.read()
		// After its end, what still comes is nobody's.
		if no == nil && c.ctx.Err() != nil {
			no = &ending{websocket.StatusNormalClosure, ""}
		}
		if no == nil {
			no = c.handle(m)
		}
		if no != nil {
			c.end(no.code, no.reason)
			return
		}
	}
}

// An ending is why a connection is closed.
type ending struct {
	code   websocket.StatusCode
	reason string
}

// end ends the operations, tells the client why, and waits for some seconds that it closes
// the connection too. Of several ends the first is told.
func (c *connection) end(code websocket.StatusCode, reason string) {
	c.cancel()
	_ = c.conn.Close(code, reason)
}

// read gives the next message.
func (c *connection) read() (message, *ending) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.ctx))
	defer cancel()
	kind, r, err := c.conn.Reader(ctx)
	if err != nil {
		return message{}, readFault(err)
	}
	// From its first byte on; between messages a client may be silent.
	slow := time.AfterFunc(c.s.o.MessageTimeout, cancel)
	defer slow.Stop()
	data, err := io.ReadAll(r)
	if err != nil {
		return message{}, readFault(err)
	}
	if kind != websocket.MessageText {
		return message{}, &ending{closeInvalid, "A message must be text"}
	}
	m, fault := decode(data)
	if fault != "" {
		return m, &ending{closeInvalid, fault}
	}
	return m, nil
}

// readFault says how to close what cannot be read. Where the client has gone, or was told
// why already, nothing of it is sent.
func readFault(err error) *ending {
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return &ending{websocket.StatusMessageTooBig, "The message is too large"}
	}
	return &ending{websocket.StatusNormalClosure, ""}
}

// handle does what a message asks for; not nil: the connection ends.
func (c *connection) handle(m message) *ending {
	switch m.Type {
	case typeInit:
		return c.init(m.Payload)
	case typePing:
		c.send(messageOf(typePong, "", nil))
	case typeSubscribe:
		return c.subscribe(m)
	case typeComplete:
		c.mu.Lock()
		if r := c.running[m.ID]; r != nil {
			delete(c.running, m.ID)
			r.cancel()
		}
		c.mu.Unlock()
	}
	return nil
}

// init finds out who the client is.
func (c *connection) init(payload map[string]any) *ending {
	if c.inited {
		return &ending{closeManyInits, "Too many initialisation requests"}
	}
	c.inited = true
	caller := access.From(c.ctx)
	if c.s.o.Authenticate != nil {
		err := c.s.safely(c.ctx, func(ctx context.Context) (err error) {
			caller, err = c.s.o.Authenticate(ctx, payload)
			return err
		})
		if err != nil {
			caller = nil
		}
	}
	if caller == nil || caller.Expired(time.Now()) {
		return &ending{closeForbidden, "Forbidden"}
	}
	if c.exec = c.s.executor(caller, c.given); c.exec == nil {
		return &ending{closeForbidden, "Forbidden"}
	}
	if !c.place.claim(caller) {
		return &ending{closeTryAgainLater, "Too many connections with this credential"}
	}
	c.caller = caller
	c.conn.SetReadLimit(c.s.o.MaxMessage)
	c.ready <- caller
	c.send(messageOf(typeAck, "", nil))
	c.work.Go(c.keepAlive)
	return nil
}

// subscribe begins an operation.
func (c *connection) subscribe(m message) *ending {
	if c.caller == nil {
		return &ending{closeUnauthorized, "Unauthorized"}
	}
	if c.caller.Expired(time.Now()) {
		return &ending{closeForbidden, "Forbidden"}
	}
	c.mu.Lock()
	_, there := c.running[m.ID]
	// Only what is read here adds to them.
	leftovers := len(c.running) < cap(c.slots)
	c.mu.Unlock()
	if there {
		return &ending{closeDuplicate, duplicate(m.ID)}
	}
	if !c.slot(leftovers) {
		// The others go on: this is about one operation, so that it is no reason to close.
		c.send(messageOf(typeError, m.ID, errorsOf(gqlerror.List{fault(codeRateLimited, "Too many operations on this connection: complete one first.")})))
		return nil
	}
	ctx, cancel := context.WithCancel(access.With(c.ctx, c.caller))
	this := &running{cancel}
	c.mu.Lock()
	c.running[m.ID] = this
	c.mu.Unlock()
	c.work.Go(func() {
		defer cancel()
		c.run(ctx, this, m)
	})
	return nil
}

// slot takes a slot for an operation, and reports whether there was one. Where slots are
// held by operations that the client has ended, these have a moment to really end.
func (c *connection) slot(leftovers bool) bool {
	var wait time.Duration
	if leftovers {
		wait = leftoverTime
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case c.slots <- struct{}{}:
		return true
	default:
	}
	select {
	case c.slots <- struct{}{}:
		return true
	case <-late.C:
		return false
	}
}

// leftoverTime is far more than it takes an operation to see that it is not wanted.
const leftoverTime = time.Second

func duplicate(id string) string {
	// A reason has 123 bytes at the most.
	if len(id) > 80 {
		return "Subscriber already exists"
	}
	return "Subscriber for " + id + " already exists"
}

// run executes an operation, and tells its end. A client that has completed it hears no
// more of it, so that it may use the id again.
func (c *connection) run(ctx context.Context, this *running, m message) {
	errs := c.s.execute(ctx, request{exec: c.exec, changes: true, read: func() (*graphql.RawParams, *gqlerror.Error) {
		if c.s.o.Parameters != nil {
			return c.s.o.Parameters(ctx, m.Payload)
		}
		return parametersOf(m.Payload)
	}}, func(r *graphql.Response) bool {
		return ctx.Err() == nil && c.send(messageOf(typeNext, m.ID, resultOf(r)))
	})
	// Before the client hears of the end, since it may begin the next at once.
	c.mu.Lock()
	wanted := c.running[m.ID] == this
	if wanted {
		delete(c.running, m.ID)
	}
	c.mu.Unlock()
	<-c.slots
	switch {
	case !wanted || ctx.Err() != nil:
	case errs != nil:
		c.send(messageOf(typeError, m.ID, errorsOf(errs)))
	default:
		c.send(messageOf(typeComplete, m.ID, nil))
	}
}

// send writes a message, and reports whether it was. A client that does not take it in time
// is cut off. The context is not the operation's: a write that is broken off breaks the
// connection.
func (c *connection) send(data []byte) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), c.s.o.MessageTimeout)
	defer cancel()
	if c.conn.Write(ctx, websocket.MessageText, data) == nil {
		return true
	}
	c.cancel()
	_ = c.conn.CloseNow()
	return false
}

// watch ends a connection whose client does not say who it is, or may stay no longer.
func (c *connection) watch() {
	late := time.NewTimer(c.s.o.InitTimeout)
	defer late.Stop()
	select {
	case <-c.ctx.Done():
	case <-late.C:
		c.end(closeInitTimeout, "Connection initialisation timeout")
	case <-c.place.lost:
		c.end(closeTryAgainLater, "Too many connections are waiting for initialisation")
	case <-c.s.ending:
		c.end(closeGoingAway, "The server is shutting down")
	case caller := <-c.ready:
		switch err := c.s.watch(c.ctx, caller); {
		case errors.Is(err, errShutdown):
			c.end(closeGoingAway, "The server is shutting down")
		case err != nil:
			c.end(closeForbidden, "Forbidden")
		}
	}
}

// keepAlive pings the client, and cuts it off where it does not answer.
func (c *connection) keepAlive() {
	t := time.NewTicker(c.s.o.KeepAlive)
	defer t.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-t.C:
			// Not the connection's context: a ping that is broken off breaks the connection.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), c.s.o.PongTimeout)
			err := c.conn.Ping(ctx)
			cancel()
			if err != nil {
				c.cancel()
				_ = c.conn.CloseNow()
				return
			}
		}
	}
}
