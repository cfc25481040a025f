package graphqlhttp_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"customer360/access"
	"customer360/internal/graphqlhttp"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

// streaming is a door with one credential and one contract, whose schema has subscriptions.
func streaming(t *testing.T) *httptest.Server {
	d := &graphqlhttp.Door{
		Origins: []string{"https://app.example.com"}, Deadline: time.Second,
		Find: func(r *http.Request) (*access.Caller, error) {
			if r.Header.Get("Authorization") != "Bearer good" {
				return nil, &graphqlhttp.Refusal{Status: http.StatusUnauthorized, Code: "UNAUTHORIZED", Message: "unknown credential"}
			}
			return &access.Caller{Credential: "key:test", Audience: access.Frontend}, nil
		},
	}
	o := graphqlhttp.Options{MaxBody: 4096, Limits: graphqlhttp.DefaultLimits, Log: slog.New(slog.DiscardHandler)}
	o.Streams = graphqlhttp.NewStreams(d, streams.Defaults(), o, nil)
	d.Streams = o.Streams
	d.Contracts = map[access.Audience]*graphqlhttp.Contract{access.Frontend: graphqlhttp.New(streamstest.New(), o)}
	s := httptest.NewServer(d)
	t.Cleanup(func() {
		if err := o.Streams.Close(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return s
}

func TestWebSocketCredentials(t *testing.T) {
	s := streaming(t)
	for name, test := range map[string]struct {
		header, payload string
		code            websocket.StatusCode
	}{
		"in the payload":            {"", "Bearer good", 0},
		"in the handshake":          {"Bearer good", "", 0},
		"the payload's, not ours":   {"Bearer good", "Bearer bad", 4403},
		"the handshake's, not ours": {"Bearer bad", "", 4403},
		"none":                      {"", "", 4403},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{"Origin": {"https://app.example.com"}}
			if test.header != "" {
				h.Set("Authorization", test.header)
			}
			c, _, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: h})
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			payload := map[string]any{}
			if test.payload != "" {
				payload["authorization"] = test.payload
			}
			_ = wsjson.Write(t.Context(), c, map[string]any{"type": "connection_init", "payload": payload})
			_ = wsjson.Write(t.Context(), c, map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": "{ caller }"}})
			var got []string
			for range 2 {
				var m []byte
				if _, m, err = c.Read(t.Context()); err != nil {
					break
				}
				got = append(got, string(m))
			}
			var closed websocket.CloseError
			if test.code != 0 && (!errors.As(err, &closed) || closed.Code != test.code) || test.code == 0 && !strings.Contains(strings.Join(got, ""), `{"caller":"key:test"}`) {
				t.Errorf("heard %s, %v", got, err)
			}
		})
	}
}

// Requests for events are read by the rules for all requests.
func TestEventRequests(t *testing.T) {
	s := streaming(t)
	const query, hello = `{"query":"{ hello }"}`, "?query=%7Bhello%7D"
	for name, test := range map[string]struct {
		method, path, body, text string
		status                   int
		header                   []string
	}{
		"a POST":                        {"POST", "", query, "event: next\ndata: {\"data\":{\"hello\":\"hello world\"}}\n\nevent: complete", 200, nil},
		"a form of another page":        {"POST", "", query, "application/json", 415, []string{"Content-Type", "text/plain"}},
		"no query":                      {"POST", "", "{}", "no `query`", 400, nil},
		"too large":                     {"POST", "", strings.Repeat(" ", 5000), "4096", 413, nil},
		"GET":                           {"GET", hello, "", "GraphQL-Preflight", 400, []string{"Content-Type", ""}},
		"GET with a preflight header":   {"GET", hello, "", "event: next", 200, []string{"GraphQL-Preflight", "1"}},
		"no credential":                 {"POST", "", query, "unknown credential", 401, []string{"Authorization", ""}},
		"too deep":                      {"POST", "", `{"query":"{` + strings.Repeat("a{", 20) + "a" + strings.Repeat("}", 20) + `}"}`, "depth is over the limit", 200, nil},
		"a subscription for JSON":       {"POST", "", `{"query":"subscription{hang}"}`, "text/event-stream", 406, []string{"Accept", "application/json"}},
		"a client that takes both":      {"POST", "", query, `{"data":{"hello":"hello world"}}`, 200, []string{"Accept", "application/json, text/event-stream"}},
		"a subscription, in its events": {"POST", "", `{"query":"subscription{count(to:1)}"}`, "event: next\ndata: {\"data\":{\"count\":1}}", 200, nil},
	} {
		t.Run(name, func(t *testing.T) {
			req, _ := http.NewRequestWithContext(t.Context(), test.method, s.URL+test.path, strings.NewReader(test.body))
			for k, v := range map[string]string{"Accept": "text/event-stream", "Content-Type": "application/json", "Authorization": "Bearer good"} {
				req.Header.Set(k, v)
			}
			for i := 0; i < len(test.header); i += 2 {
				req.Header.Set(test.header[i], test.header[i+1])
			}
			r, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			text, _ := io.ReadAll(r.Body)
			if r.StatusCode != test.status || !strings.Contains(string(text), test.text) || r.Header.Get("X-Request-Id") == "" {
				t.Errorf("%d %s; want %d %s", r.StatusCode, text, test.status, test.text)
			}
		})
	}
}
