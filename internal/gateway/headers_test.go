package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// The headers that stand for extensions count whatever a request is sent over: one that is
// misspelt is refused, and one that is right is heard.
func TestHeadersByEveryWay(t *testing.T) {
	s := httptest.NewServer(fakes(t))
	defer s.Close()
	const query = `{ customers(first: 1) { edges { node { displayName billing { mrr { amount } } sources { source state } } } } }`
	send := func(method, path, body, accept string, headers map[string]string) (int, string) {
		r, _ := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", accept)
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	const post = `{"query": "` + query + `"}`
	ways := map[string]func(map[string]string) (int, string){
		"POST": func(h map[string]string) (int, string) {
			return send("POST", "/graphql", post, "application/json", h)
		},
		"GET": func(h map[string]string) (int, string) {
			return send("GET", "/graphql?query="+url.QueryEscape(query), "", "application/json", h)
		},
		"events": func(h map[string]string) (int, string) {
			_, text := send("POST", "/graphql", post, "text/event-stream", h)
			return 0, text
		},
		"WebSocket": func(h map[string]string) (int, string) {
			headers := http.Header{}
			for name, value := range h {
				headers.Set(name, value)
			}
			c, _, err := websocket.Dial(t.Context(), s.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: headers})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.CloseNow() }()
			_ = wsjson.Write(t.Context(), c, map[string]any{"type": "connection_init"})
			_ = wsjson.Write(t.Context(), c, map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": query}})
			var heard []byte
			for range 2 {
				if _, heard, err = c.Read(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			return 0, string(heard)
		},
	}
	for name, way := range ways {
		for header, value := range map[string]string{"C360-Freshness": "BILLING;max-age=60", "c360-purpose": "a b", "C360-Source-Errors": "none", "c360-freshnes": "x"} {
			if status, text := way(map[string]string{header: value}); status != 0 && status != 400 || !strings.Contains(strings.ToLower(text), strings.ToLower(header)+": ") || !strings.Contains(text, "BAD_USER_INPUT") {
				t.Errorf("%s: %s: %s: %d %s", name, header, value, status, text)
			}
		}
		// No source answers within a nanosecond.
		late := map[string]string{"C360-Freshness": "BILLING;deadline=PT0.000000001S", "C360-Source-Errors": "status"}
		if _, text := way(late); !strings.Contains(text, `"TIMED_OUT"`) || strings.Contains(text, `"errors"`) {
			t.Errorf("%s: %s", name, text)
		}
		if _, text := way(nil); strings.Contains(text, "TIMED_OUT") || !strings.Contains(text, "FRESH") {
			t.Errorf("%s, without a header: %s", name, text)
		}
	}
}
