package streams_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"customer360/access"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

var eventHeader = []string{"Accept", "text/event-stream", "Content-Type", "application/json", "Authorization", "Bearer " + streamstest.Token}

func body(query string) string { return fmt.Sprintf(`{"query":%q}`, query) }

func TestEvents(t *testing.T) {
	s := start(t)
	for name, test := range map[string]struct{ method, query, want string }{
		"a query":        {"POST", `{ hello }`, "event: next\ndata: {\"data\":{\"hello\":\"hello world\"}}\n\nevent: complete\ndata: {}\n\n"},
		"a mutation":     {"POST", `mutation { touch }`, "event: next\ndata: {\"data\":{\"touch\":1}}\n\nevent: complete\ndata: {}\n\n"},
		"a subscription": {"POST", `subscription { n: count(to: 2) }`, "event: next\ndata: {\"data\":{\"n\":1}}\n\nevent: next\ndata: {\"data\":{\"n\":2}}\n\nevent: complete\ndata: {}\n\n"},
		"no document":    {"POST", `{`, "event: next\ndata: {\"errors\":[{\"message\":\"Expected Name, found <EOF>\",\"locations\":[{\"line\":1,\"column\":2}],\"extensions\":{\"code\":\"GRAPHQL_PARSE_FAILED\"}}]}\n\nevent: complete\ndata: {}\n\n"},
		"a panic":        {"POST", `subscription { breaks }`, "event: next\ndata: {\"errors\":[{\"message\":\"it broke\"}]}\n\nevent: complete\ndata: {}\n\n"},
		"GET":            {"GET", `subscription { count(to: 1) }`, "event: next\ndata: {\"data\":{\"count\":1}}\n\nevent: complete\ndata: {}\n\n"},
		"GET, mutation":  {"GET", `mutation { touch }`, "event: next\ndata: {\"errors\":[{\"message\":\"GET is for queries and subscriptions only: use POST\",\"extensions\":{\"code\":\"BAD_USER_INPUT\"}}]}\n\nevent: complete\ndata: {}\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path, sent := "/", body(test.query)
			if test.method == "GET" {
				path, sent = "/?query="+strings.ReplaceAll(test.query, " ", "%20"), ""
			}
			r, text := s.get(t, test.method, path, sent, eventHeader...)
			if h := r.Header; r.StatusCode != 200 || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%d %v", r.StatusCode, h)
			}
			// What it begins with only says that it is connected.
			if got := strings.TrimPrefix(text, ":\n\n"); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
	s.idle(t)
}

func TestEventsRefused(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.Connections, o.ConnectionsPerCaller = 2, 1 })
	refused := func(status int, text string, header ...string) {
		t.Helper()
		r, got := s.get(t, "POST", "/", body("{ hello }"), append(eventHeader, header...)...)
		if r.StatusCode != status || !strings.Contains(got, text) {
			t.Errorf("%d %s; want %d %s", r.StatusCode, got, status, text)
		}
	}
	refused(401, "credential required", "Authorization", "")
	refused(401, "credential required", "Authorization", "Bearer x")
	r, text := s.get(t, "POST", "/", "nonsense", eventHeader...)
	if r.StatusCode != 400 {
		t.Errorf("what is no request: %d %s", r.StatusCode, text)
	}
	first := s.open(t, "POST", "/", body("subscription { hang }"), eventHeader...)
	defer first.Body.Close()
	refused(429, "with this credential")
	// Who waits to say who they are takes no place of those who have said it.
	s.connect(t)
	eventually(t, "there is a WebSocket too", func() bool { return s.Open() == 2 })
	refused(429, "with this credential")
}

// A stream outlasts the bounds of the server that it is behind, is kept alive, and ends when
// its client leaves.
func TestEventsLast(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.KeepAlive, o.Deadline = 100*time.Millisecond, 100*time.Millisecond })
	r := s.open(t, "POST", "/", body("subscription { hang }"), eventHeader...)
	began := time.Now()
	lines := bufio.NewReader(r.Body)
	for time.Since(began) < 3*s.Config.ReadTimeout {
		line, err := lines.ReadString('\n')
		if err != nil || line != ":\n" && line != "\n" {
			t.Fatalf("%q %v after %s", line, err, time.Since(began))
		}
	}
	if s.schema.Running() != 1 {
		t.Error("the subscription has ended")
	}
	r.Body.Close()
	s.idle(t)
}

func TestEventsEndWithCredential(t *testing.T) {
	for name, change := range map[string]func(*streams.Options){
		"expired": expiring(300 * time.Millisecond), "revoked": revoked(errors.New("revoked")),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, change)
			_, text := s.get(t, "POST", "/", body("subscription { hang }"), eventHeader...)
			if !strings.Contains(text, `"code":"FORBIDDEN"`) || !strings.HasSuffix(text, "event: complete\ndata: {}\n\n") {
				t.Errorf("the end is %q", text)
			}
			s.idle(t)
		})
	}
}

// On shutdown a client is not told that its subscription is complete.
func TestEventsOnShutdown(t *testing.T) {
	s := start(t)
	r := s.open(t, "POST", "/", body("subscription { hang }"), eventHeader...)
	defer r.Body.Close()
	eventually(t, "it runs", func() bool { return s.schema.Running() == 1 })
	if err := s.Streams.Close(t.Context()); err != nil {
		t.Error(err)
	}
	text := make([]byte, 1000)
	n, _ := r.Body.Read(text)
	if got := string(text[:n]); got != ":\n\n" {
		t.Errorf("it ends with %q", got)
	}
	// The server's own shutdown finds nothing left to wait for.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Config.Shutdown(ctx); err != nil {
		t.Error(err)
	}
}

func TestEventsSlowReader(t *testing.T) {
	s := start(t, func(o *streams.Options) { o.MessageTimeout = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	sent := body("subscription { flood(length: 1000000) }")
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", streamstest.Token, len(sent), sent)
	eventually(t, "it runs", func() bool { return s.schema.Running() == 1 })
	s.idle(t)
}

func TestTakes(t *testing.T) {
	for _, test := range []struct {
		accept string
		takes  bool
	}{
		{"text/event-stream", true},
		{"text/event-stream, multipart/mixed", true},
		{"Text/Event-Stream; charset=utf-8", true},
		{"text/event-stream, application/json;q=0.5", true},
		{"text/event-stream, */*;q=0.1", true},
		{"text/event-stream;q=0", false},
		{"text/event-stream;q=x", false},
		{"text/event-stream;q=0.5, application/json", false},
		{"application/graphql-response+json, application/json, text/event-stream, multipart/mixed", false},
		{"*/*", false},
		{"text/*", false},
		{"", false},
		{";;,text/event-stream", true},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Accept", test.accept)
		if got := streams.Takes(r); got != test.takes {
			t.Errorf("%q: %t", test.accept, got)
		}
		if r.Method = http.MethodPut; streams.Takes(r) {
			t.Errorf("PUT with %q is taken", test.accept)
		}
		r.Method = http.MethodGet
		if r.Header.Set("Upgrade", "WebSocket"); !streams.Takes(r) {
			t.Errorf("a WebSocket with %q is not taken", test.accept)
		}
	}
}

// Who asks for no credentials has callers that are all one, and are not counted as one.
func TestOpenGateway(t *testing.T) {
	s := start(t, caller(access.Everyone), func(o *streams.Options) { o.ConnectionsPerCaller = 1 })
	for range 3 {
		s.ready(t)
	}
}
