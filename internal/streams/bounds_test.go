package streams_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"customer360/access"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

func TestConnectionsAreBounded(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.Connections, o.ConnectionsPerCaller = 3, 2 })
	first := s.ready(t)
	s.ready(t)
	third := s.connect(t, initialise)
	third.ends(1013, "Too many connections")
	eventually(t, "the third has left", func() bool { return s.Open() == 2 })
	// Who says nothing makes room for who comes next.
	silent := s.connect(t)
	third = s.connect(t)
	silent.ends(1013, "Too many connections are waiting for initialisation")
	_ = first.Close(websocket.StatusNormalClosure, "")
	eventually(t, "the first has left", func() bool { return s.Open() == 2 })
	third.say(initialise)
	third.hears(`{"type":"connection_ack"}`)
}

// However many keep silent, from how many addresses, one who says who it is gets in.
func TestTheSilentKeepNobodyOut(t *testing.T) {
	var from atomic.Int32
	s := start(t, func(o *streams.Options) {
		o.Connections = 20
		o.Client = func(*http.Request) string { return fmt.Sprint("address ", from.Load()) }
	})
	var silent []*client
	for i := range 60 {
		from.Store(int32(i % 15))
		silent = append(silent, s.connect(t))
		if n := s.Open(); n > 20 {
			t.Fatalf("%d wait", n)
		}
	}
	for i := range 15 {
		from.Store(int32(i))
		c := s.ready(t)
		_ = c.Close(websocket.StatusNormalClosure, "")
	}
	for _, c := range silent {
		_ = c.CloseNow()
	}
	s.idle(t)
}

// Who says at the handshake whose connection it is takes a place at once.
func TestHandshakesAreBounded(t *testing.T) {
	s := start(t, func(o *streams.Options) {
		o.Connections, o.ConnectionsPerCaller = 3, 2
		o.Authenticate = func(ctx context.Context, payload map[string]any) (*access.Caller, error) {
			if payload["authorization"] == "other" {
				return &access.Caller{Credential: "key:other", Audience: access.Frontend}, nil
			}
			return streamstest.Authenticate(ctx, payload)
		}
	})
	var open []*websocket.Conn
	for i := range 20 {
		c, r, err := s.dial(t, "Authorization", "Bearer "+streamstest.Token)
		if i < 2 {
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			open = append(open, c)
		} else if r == nil || r.StatusCode != 429 || r.Header.Get("Retry-After") == "" {
			t.Fatalf("%d: %v, %v; want 429", i, r, err)
		}
	}
	if s.Open() != 2 {
		t.Errorf("there are %d; want 2", s.Open())
	}
	// Who turns out to be somebody else gives the first place back.
	c := &client{open[0], t}
	c.say(`{"type":"connection_init","payload":{"authorization":"other"}}`)
	c.hears(`{"type":"connection_ack"}`)
	last, _, err := s.dial(t, "Authorization", "Bearer "+streamstest.Token)
	if err != nil {
		t.Fatalf("the place is not free: %v", err)
	}
	defer last.CloseNow()
}

func TestOperationsAreBounded(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.OperationsPerConnection = 2 })
	c := s.ready(t)
	c.say(subscribe("1", `subscription { hang }`), subscribe("2", `subscription { hang }`), subscribe("3", `{ hello }`))
	c.hears(`{"id":"3","type":"error","payload":[{"message":"Too many operations on this connection: complete one first.","extensions":{"code":"RATE_LIMITED"}}]}`)
	c.say(complete("1"))
	eventually(t, "the first has ended", func() bool { return s.schema.Running() == 1 })
	// One that the client ended is not spoken of any more, and its id is free.
	c.say(subscribe("1", `{ hello }`))
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"1","type":"complete"}`)
}

// Who does not read is cut off in time, and costs no more than what the operation holds.
func TestSlowReader(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.MessageTimeout, o.KeepAlive = 200*time.Millisecond, time.Hour })
	c := s.ready(t)
	c.say(subscribe("1", `subscription { flood(length: 1000000) }`), subscribe("2", `subscription { flood(length: 1000000) }`))
	s.idle(t)
}

func TestSilentClient(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.KeepAlive, o.PongTimeout = 50*time.Millisecond, 3*time.Second })
	// This one reads, and so it answers pings.
	there := s.ready(t)
	heard := make(chan error, 1)
	go func() { _, err := there.hear(); heard <- err }()
	s.ready(t)
	eventually(t, "the silent one is cut off", func() bool { return s.Open() == 1 })
	// It is as old as the other, and has answered as many pings as there were since.
	select {
	case err := <-heard:
		t.Errorf("a client that answers was cut off too: %v", err)
		heard <- err
	default:
	}
	_ = there.CloseNow()
	<-heard
	s.idle(t)
}

// A message that does not come to its end is not waited for.
func TestSlowMessage(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.MessageTimeout = 100 * time.Millisecond })
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
	// A text of 100 bytes, masked with zeroes, of which only two are sent.
	_, _ = conn.Write([]byte{0x81, 0x80 | 100, 0, 0, 0, 0, '{', '"'})
	eventually(t, "it connected", func() bool { return s.Open() == 1 })
	s.idle(t)
}

func TestDeadlineIsForQueries(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.Deadline = 100 * time.Millisecond })
	c := s.ready(t)
	c.say(subscribe("1", `subscription { hang }`), subscribe("2", `{ late }`))
	c.hears(`{"id":"2","type":"next","payload":{"errors":[{"message":"it came late"}],"data":{"late":null}}}`, complete2)
	if n := s.schema.Running(); n != 1 {
		t.Errorf("%d subscriptions run", n)
	}
}

// What has not begun by its deadline says so, too.
func TestNothingInTime(t *testing.T) {
	other := streamstest.New().Executor()
	other.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if graphql.GetOperationContext(ctx).Operation.Name == "Late" {
			<-ctx.Done()
		}
		return next(ctx)
	})
	s := start(t, func(o *streams.Options) {
		o.Deadline = time.Second
		o.For = func(*access.Caller) graphql.GraphExecutor { return other }
	})
	c := s.ready(t)
	c.say(subscribe("1", `query Late { hello }`))
	c.hears(`{"id":"1","type":"error","payload":[{"message":"The operation did not finish in time: request less, or try again.","extensions":{"code":"TIMED_OUT"}}]}`)
	// One that its client gave up is not told of.
	c.say(subscribe("2", `query Late { hello }`), complete("2"), subscribe("3", `{ hello }`))
	c.hears(`{"id":"3","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"3","type":"complete"}`)
}

// Connections that only wait cost little: what they hold is bounded.
func BenchmarkIdle(b *testing.B) {
	const connections = 200
	s := start(b, func(o *streams.Options) { o.ConnectionsPerCaller = connections })
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		goroutines := runtime.NumGoroutine()
		var all []*client
		for range connections {
			all = append(all, s.ready(b))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc+after.StackInuse-before.HeapAlloc-before.StackInuse)/connections, "B/connection")
		b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/connections, "goroutines/connection")
		for _, c := range all {
			_ = c.CloseNow()
		}
		eventually(b, "all have left", func() bool { return s.Open() == 0 })
	}
}

func BenchmarkQuery(b *testing.B) {
	s := start(b)
	c := s.ready(b)
	for b.Loop() {
		c.say(subscribe("1", `{ hello }`))
		c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"1","type":"complete"}`)
	}
}
