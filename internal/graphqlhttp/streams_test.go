package graphqlhttp_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
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
	"customer360/graph/persisted"
	"customer360/internal/graphqlhttp"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

// streaming is an endpoint with one credential and one contract, whose schema has subscriptions.
func streaming(t *testing.T) *httptest.Server {
	d := &graphqlhttp.Endpoint{
		Origins: []string{"https://app.example.com"}, Deadline: time.Second,
		Authenticate: func(r *http.Request) (*access.Caller, error) {
			key, all := r.Header.Get("X-API-Key"), r.Header.Values("Authorization")
			if good := len(all) == 1 && all[0] == "Bearer good" || len(all) == 0 && key == "good"; !good {
				return nil, &graphqlhttp.Refusal{Status: http.StatusUnauthorized, Code: "UNAUTHORIZED", Message: "unknown credential"}
			}
			return &access.Caller{Credential: "key:test", Audience: access.Frontend}, nil
		},
	}
	documents, err := persisted.New(persisted.Config{Automatic: true})
	if err != nil {
		t.Fatal(err)
	}
	o := graphqlhttp.Options{MaxBody: 4096, Limits: graphqlhttp.DefaultLimits, Documents: documents, Log: slog.New(slog.DiscardHandler)}
	o.Streams = graphqlhttp.NewStreams(d, streams.Defaults(), o, nil, nil)
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
		"in the payload":            {"", `{"authorization": "Bearer good"}`, 0},
		"in upper case":             {"", `{"Authorization": "Bearer good"}`, 0},
		"as a key":                  {"", `{"x-api-key": "good"}`, 0},
		"in the handshake":          {"Bearer good", "{}", 0},
		"the payload's counts":      {"Bearer bad", `{"X-API-Key": "good"}`, 0},
		"the payload's, not ours":   {"Bearer good", `{"authorization": "Bearer bad"}`, 4403},
		"in upper case, not ours":   {"Bearer good", `{"AUTHORIZATION": "Bearer bad"}`, 4403},
		"null, and the handshake's": {"Bearer good", `{"authorization": null}`, 0},
		"no text":                   {"Bearer good", `{"authorization": ["Bearer good"]}`, 4403},
		"two that are not the same": {"Bearer good", `{"authorization": "Bearer good", "Authorization": "Bearer bad"}`, 4403},
		"the handshake's, not ours": {"Bearer bad", "{}", 4403},
		"none":                      {"", "{}", 4403},
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
			_ = wsjson.Write(t.Context(), c, map[string]any{"type": "connection_init", "payload": json.RawMessage(test.payload)})
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

// A document that was sent once is named by its hash, whatever it is sent over.
func TestStreamsKeepDocuments(t *testing.T) {
	s := streaming(t)
	const query = "{ hello }"
	ask := func(text string) string {
		return events(t, s, fmt.Sprintf(`{%s"extensions":{"persistedQuery":{"version":1,"sha256Hash":"%x"}}}`, text, sha256.Sum256([]byte(query))))
	}
	if before := ask(""); !strings.Contains(before, "PERSISTED_QUERY_NOT_FOUND") {
		t.Errorf("before it was sent: %s", before)
	}
	for _, text := range []string{`"query":"` + query + `",`, ""} {
		if answer := ask(text); !strings.Contains(answer, "hello world") {
			t.Errorf("%s: %s", text, answer)
		}
	}
	c, _, err := websocket.Dial(t.Context(), s.URL, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	named := map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": fmt.Sprintf("%x", sha256.Sum256([]byte(query)))}}}
	_ = wsjson.Write(t.Context(), c, map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer good"}})
	_ = wsjson.Write(t.Context(), c, map[string]any{"type": "subscribe", "id": "1", "payload": named})
	var heard []byte
	for range 2 {
		if _, heard, err = c.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(string(heard), "hello world") {
		t.Errorf("over a WebSocket: %s", heard)
	}
}

// An answer is not many times as long as its request, whatever it is sent over.
func TestStreamsTellFewErrors(t *testing.T) {
	s := streaming(t)
	var query strings.Builder
	for i := range 25 {
		fmt.Fprintf(&query, " ...F%d", i)
	}
	if answer := events(t, s, `{"query":"{`+query.String()+`}"}`); strings.Count(answer, `"message"`) != 21 || !strings.Contains(answer, "And 5 more errors.") {
		t.Errorf("%s", answer)
	}
}

// events asks for events, and gives all of them.
func events(t *testing.T, s *httptest.Server, body string) string {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
	for k, v := range map[string]string{"Accept": "text/event-stream", "Content-Type": "application/json", "Authorization": "Bearer good"} {
		req.Header.Set(k, v)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	answer, _ := io.ReadAll(r.Body)
	return string(answer)
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
		"no query":                      {"POST", "", "{}", "`query` is missing", 400, nil},
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
