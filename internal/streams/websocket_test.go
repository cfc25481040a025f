package streams_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

const initialise = `{"type":"connection_init","payload":{"authorization":"Bearer ` + streamstest.Token + `"}}`

// A client is one WebSocket.
type client struct {
	*websocket.Conn
	t testing.TB
}

func (s *server) dial(t testing.TB, header ...string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	o := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: h}
	if p := h.Get("Sec-WebSocket-Protocol"); p != "" {
		o.Subprotocols = strings.Split(p, ",")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return websocket.Dial(ctx, s.URL, o)
}

// connect opens a WebSocket and sends what is given.
func (s *server) connect(t testing.TB, messages ...string) *client {
	t.Helper()
	conn, _, err := s.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(-1)
	c := &client{conn, t}
	c.say(messages...)
	return c
}

// ready is a client whose connection was acknowledged.
func (s *server) ready(t testing.TB) *client {
	t.Helper()
	c := s.connect(t, initialise)
	c.hears(`{"type":"connection_ack"}`)
	return c
}

// say sends messages. Where the connection has ended, that is heard.
func (c *client) say(messages ...string) {
	for _, m := range messages {
		_ = c.Write(c.t.Context(), websocket.MessageText, []byte(m))
	}
}

func (c *client) hear() (string, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	_, data, err := c.Read(ctx)
	return string(data), err
}

// hears expects messages, in this order.
func (c *client) hears(want ...string) {
	c.t.Helper()
	for _, w := range want {
		got, err := c.hear()
		if err != nil {
			c.t.Fatalf("%v; want %s", err, w)
		}
		if got != w {
			c.t.Fatalf("heard %s\n want %s", got, w)
		}
	}
}

// ends expects the close, whatever comes before it.
func (c *client) ends(code int, reason string) {
	c.t.Helper()
	for {
		_, err := c.hear()
		if err == nil {
			continue
		}
		var closed websocket.CloseError
		if !errors.As(err, &closed) || int(closed.Code) != code || !strings.Contains(closed.Reason, reason) {
			c.t.Errorf("ended by %v; want %d %s", err, code, reason)
		}
		return
	}
}

func subscribe(id, query string) string {
	text, _ := json.Marshal(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": query}})
	return string(text)
}

func complete(id string) string { return `{"type":"complete","id":"` + id + `"}` }

func TestOperations(t *testing.T) {
	s := start(t)
	c := s.ready(t)
	c.say(subscribe("1", withName("")))
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"1","type":"complete"}`)
	// An id is free after its end.
	c.say(`{"type":"subscribe","id":"1","payload":{"query":"query A { caller } query B($n: String) { hello(name: $n) }","operationName":"B","variables":{"n":"<you>"}}}`)
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"hello <you>"}}}`, `{"id":"1","type":"complete"}`)
	c.say(subscribe("2", `subscription { n: count(to: 3) }`))
	for n := range 3 {
		c.hears(fmt.Sprintf(`{"id":"2","type":"next","payload":{"data":{"n":%d}}}`, n+1))
	}
	c.hears(complete2)
	c.say(subscribe("3", `mutation { touch }`))
	c.hears(`{"id":"3","type":"next","payload":{"data":{"touch":1}}}`, `{"id":"3","type":"complete"}`)
	c.say(subscribe("4", `{ caller }`))
	c.hears(`{"id":"4","type":"next","payload":{"data":{"caller":"key:test"}}}`, `{"id":"4","type":"complete"}`)
	c.say(subscribe("5", `{ fails }`))
	c.hears(`{"id":"5","type":"next","payload":{"errors":[{"message":"it failed"}],"data":{"fails":null}}}`, `{"id":"5","type":"complete"}`)
	c.say(`{"type":"ping","payload":{"n":1}}`, `{"type":"pong"}`, complete("nobody"))
	c.hears(`{"type":"pong"}`)
	// The request failed, and the connection goes on.
	c.say(subscribe("6", `{ shoeSize }`))
	c.hears(`{"id":"6","type":"error","payload":[{"message":"Cannot query field \"shoeSize\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`)
	c.say(subscribe("7", `{ hello }`))
	c.hears(`{"id":"7","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"7","type":"complete"}`)
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	s.idle(t)
}

const complete2 = `{"id":"2","type":"complete"}`

// What the protocol forbids, and who may not stay, ends the connection with a code.
func TestCloses(t *testing.T) {
	soon := 100 * time.Millisecond
	ack := []string{initialise}
	for name, test := range map[string]struct {
		say    []string
		code   int
		reason string
		change func(*streams.Options)
	}{
		"no JSON":                      {append(ack, `secret-nonsense`), 4400, "JSON object", nil},
		"no object":                    {append(ack, `[1]`), 4400, "JSON object", nil},
		"null":                         {append(ack, `null`), 4400, "JSON object", nil},
		"two objects":                  {append(ack, `{"type":"ping"}{"type":"ping"}`), 4400, "one JSON object", nil},
		"no UTF-8":                     {append(ack, "{\"type\":\"ping\",\"x\":\"\xff\"}"), 4400, "JSON in UTF-8", nil},
		"no type":                      {append(ack, `{}`), 4400, "`type`", nil},
		"an unknown type":              {append(ack, `{"type":"start"}`), 4400, "only", nil},
		"a message of servers":         {append(ack, `{"type":"next","id":"1"}`), 4400, "only", nil},
		"no id":                        {append(ack, `{"type":"subscribe","payload":{"query":"{hello}"}}`), 4400, "`id`", nil},
		"an empty id":                  {append(ack, `{"type":"complete","id":""}`), 4400, "`id`", nil},
		"a payload that is a text":     {append(ack, `{"type":"subscribe","id":"1","payload":"{hello}"}`), 4400, "`payload`", nil},
		"no query":                     {append(ack, `{"type":"subscribe","id":"1","payload":{}}`), 4400, "`query`", nil},
		"variables that are a list":    {append(ack, `{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}`), 4400, "`variables`", nil},
		"subscribe before the ack":     {[]string{subscribe("1", "{ hello }")}, 4401, "Unauthorized", nil},
		"an unknown token":             {[]string{`{"type":"connection_init","payload":{"authorization":"Bearer x"}}`}, 4403, "Forbidden", nil},
		"no token":                     {[]string{`{"type":"connection_init"}`}, 4403, "Forbidden", nil},
		"no init":                      {nil, 4408, "Connection initialisation timeout", func(o *streams.Options) { o.InitTimeout = soon }},
		"only pings":                   {[]string{`{"type":"ping"}`}, 4408, "Connection initialisation timeout", func(o *streams.Options) { o.InitTimeout = soon }},
		"an id that is in use":         {append(ack, subscribe("7", `subscription { hang }`), subscribe("7", `{ hello }`)), 4409, "Subscriber for 7 already exists", nil},
		"a long id that is in use":     {append(ack, subscribe(strings.Repeat("7", 500), `subscription { hang }`), subscribe(strings.Repeat("7", 500), `{ hello }`)), 4409, "Subscriber already exists", nil},
		"a second init":                {append(ack, initialise), 4429, "Too many initialisation requests", nil},
		"a message that is too large":  {append(ack, subscribe("1", strings.Repeat(" ", 1<<20))), 1009, "", nil},
		"an init that is too large":    {[]string{initialise + strings.Repeat(" ", 16<<10)}, 1009, "", nil},
		"a credential that expired":    {ack, 4403, "Forbidden", caller(&access.Caller{Credential: "token:x", Expires: time.Now().Add(-time.Second)})},
		"a credential that expires":    {append(ack, subscribe("1", `subscription { hang }`)), 4403, "Forbidden", expiring(2 * soon)},
		"a credential that is revoked": {append(ack, subscribe("1", `subscription { hang }`)), 4403, "Forbidden", revoked(errors.New("revoked"))},
		"a caller that is nobody":      {ack, 4403, "Forbidden", caller(nil)},
		"nobody in the handshake":      {ack, 4403, "Forbidden", func(o *streams.Options) { o.Authenticate = nil }},
		"a check that hangs": {ack, 4403, "Forbidden", func(o *streams.Options) {
			o.RevalidateEvery, o.InitTimeout = soon, 20*soon
			o.Revalidate = func(ctx context.Context, _ *access.Caller) error { <-ctx.Done(); return ctx.Err() }
		}},
		"a check that panics": {ack, 4403, "Forbidden", func(o *streams.Options) {
			o.RevalidateEvery = soon
			o.Revalidate = func(context.Context, *access.Caller) error { panic("a secret") }
		}},
		"a login that panics": {ack, 4403, "Forbidden", func(o *streams.Options) {
			o.Authenticate = func(context.Context, map[string]any) (*access.Caller, error) { panic("a secret") }
		}},
		"nothing to ask": {ack, 4403, "Forbidden", func(o *streams.Options) {
			o.For = func(*access.Caller) graphql.GraphExecutor { return nil }
		}},
		"a choice that panics": {ack, 1011, "Internal", func(o *streams.Options) {
			o.For = func(*access.Caller) graphql.GraphExecutor { panic("a secret") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := test.change
			if change == nil {
				change = func(*streams.Options) {}
			}
			s := start(t, change)
			c := s.connect(t, test.say...)
			c.ends(test.code, test.reason)
			s.idle(t)
			if strings.Contains(s.log.String(), "secret") {
				t.Errorf("the log tells what was in a panic: %s", s.log.String())
			}
		})
	}
}

func expiring(after time.Duration) func(*streams.Options) {
	return func(o *streams.Options) {
		o.Authenticate = func(context.Context, map[string]any) (*access.Caller, error) {
			return &access.Caller{Credential: "token:x", Expires: time.Now().Add(after)}, nil
		}
	}
}

func revoked(err error) func(*streams.Options) {
	return func(o *streams.Options) {
		o.RevalidateEvery = 50 * time.Millisecond
		checks := 0
		o.Revalidate = func(_ context.Context, c *access.Caller) error {
			if checks++; checks < 3 {
				return nil
			}
			return err
		}
	}
}

func TestBinaryIsNoMessage(t *testing.T) {
	s := start(t)
	c := s.connect(t)
	if err := c.Write(t.Context(), websocket.MessageBinary, []byte(initialise)); err != nil {
		t.Fatal(err)
	}
	c.ends(4400, "text")
}

func TestHandshake(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.Origins = []string{"https://app.example.com"} })
	for name, test := range map[string]struct {
		header []string
		status int
	}{
		"no browser":           {nil, 101},
		"our own page":         {[]string{"Origin", s.URL}, 101},
		"a page that may":      {[]string{"Origin", "https://app.example.com"}, 101},
		"the same without TLS": {[]string{"Origin", "http://app.example.com"}, 403},
		"another page":         {[]string{"Origin", "https://evil.example.com"}, 403},
		"a page below":         {[]string{"Origin", "https://app.example.com.evil.example.com"}, 403},
		"no page":              {[]string{"Origin", "null"}, 403},
		"nonsense":             {[]string{"Origin", "https://[app.example.com"}, 403},
		"the old protocol":     {[]string{"Sec-WebSocket-Protocol", "graphql-ws"}, 400},
		"the old and ours":     {[]string{"Sec-WebSocket-Protocol", "graphql-ws,graphql-transport-ws"}, 101},
	} {
		t.Run(name, func(t *testing.T) {
			conn, r, err := s.dial(t, test.header...)
			if r == nil || r.StatusCode != test.status {
				t.Fatalf("%v %v; want %d", r, err, test.status)
			}
			if conn != nil {
				if conn.Subprotocol() != "graphql-transport-ws" {
					t.Errorf("the protocol is %q", conn.Subprotocol())
				}
				_ = conn.CloseNow()
			}
		})
	}
	r, body := s.get(t, "GET", "/", "", "Upgrade", "websocket", "Connection", "Upgrade")
	if r.StatusCode != 400 || !strings.Contains(body, "graphql-transport-ws") || !json.Valid([]byte(body)) {
		t.Errorf("without a sub-protocol: %d %s", r.StatusCode, body)
	}
	s.idle(t)
}

// The handshake's own credential counts where the payload has none.
func TestHandshakeCredential(t *testing.T) {
	s := start(t, func(o *streams.Options) {
		o.Authenticate = func(ctx context.Context, payload map[string]any) (*access.Caller, error) {
			if c := access.From(ctx); c != nil {
				return c, nil
			}
			return streamstest.Authenticate(ctx, payload)
		}
	})
	conn, _, err := s.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	c := &client{conn, t}
	c.say(initialise)
	c.hears(`{"type":"connection_ack"}`)
}

func TestLostClient(t *testing.T) {
	s := start(t)
	c := s.ready(t)
	c.say(subscribe("1", `subscription { hang }`), subscribe("2", `subscription { hang }`))
	eventually(t, "both run", func() bool { return s.schema.Running() == 2 })
	_ = c.CloseNow()
	s.idle(t)
}

func TestPanicIsAnError(t *testing.T) {
	s := start(t)
	c := s.ready(t)
	c.say(subscribe("1", `subscription { breaks }`))
	c.hears(`{"id":"1","type":"error","payload":[{"message":"it broke"}]}`)
	c.say(subscribe("1", `{ hello }`))
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`)
}

func TestShutdown(t *testing.T) {
	s := start(t)
	ready, silent := s.ready(t), s.connect(t)
	ready.say(subscribe("1", `subscription { hang }`))
	eventually(t, "both are there", func() bool { return s.schema.Running() == 1 && s.Open() == 2 })
	ended := make(chan error, 1)
	go func() { ended <- s.Streams.Close(t.Context()) }()
	ready.ends(1001, "shutting down")
	silent.ends(1001, "shutting down")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, r, err := s.dial(t); r == nil || r.StatusCode != 503 {
		t.Errorf("after the end: %v %v", r, err)
	}
}

// Close waits no longer than it is let.
func TestShutdownOfStubbornClient(t *testing.T) {
	s := start(t)
	s.ready(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	// The client does not read, and so it does not answer the close.
	if err := s.Streams.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 connection") {
		t.Errorf("Close gives %v", err)
	}
}

// Each caller has the executor of theirs, each operation a context of its own, and what is
// read is read as the caller of this package says.
func TestHooks(t *testing.T) {
	var asked []string
	operations := 0
	other := streamstest.New().Executor()
	other.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		asked = append(asked, fmt.Sprint(ctx.Value(requestID{})))
		return next(ctx)
	})
	s := start(t, func(o *streams.Options) {
		o.For = func(c *access.Caller) graphql.GraphExecutor {
			asked = append(asked, c.Credential)
			return other
		}
		o.Operation = func(ctx context.Context) context.Context {
			operations++
			return context.WithValue(ctx, requestID{}, fmt.Sprint(access.From(ctx).Credential, operations))
		}
		o.Parameters = func(_ context.Context, body map[string]any) (*graphql.RawParams, *gqlerror.Error) {
			if body["query"] == "" {
				return nil, &gqlerror.Error{Message: "`query` is missing"}
			}
			return &graphql.RawParams{Query: body["query"].(string)}, nil
		}
	})
	c := s.ready(t)
	c.say(subscribe("1", `{ hello }`))
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"1","type":"complete"}`)
	c.say(subscribe("2", ""))
	c.hears(`{"id":"2","type":"error","payload":[{"message":"` + "`query`" + ` is missing"}]}`)
	c.say(subscribe("3", `{ hello }`))
	c.hears(`{"id":"3","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"id":"3","type":"complete"}`)
	if diff := cmp.Diff([]string{"key:test", "key:test1", "key:test3"}, asked); diff != "" {
		t.Error(diff)
	}
}
