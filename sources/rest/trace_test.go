package rest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"customer360/sources"
	"customer360/sources/rest"
)

// The ids of a request are sent to systems whose configuration says so, and to no others.
func TestTrace(t *testing.T) {
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for name, test := range map[string]struct {
		trace      bool
		of         *sources.Request
		id, parent string
	}{
		"both":                     {true, &sources.Request{ID: "mine", Traceparent: parent}, "mine", parent},
		"without a trace":          {true, &sources.Request{ID: "mine"}, "mine", ""},
		"of no request":            {true, &sources.Request{}, "", ""},
		"one that is told nothing": {false, &sources.Request{ID: "mine", Traceparent: parent}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			calls := make(chan http.Header, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls <- r.Header
				_, _ = io.WriteString(w, `{"data": [{"owner": "a", "name": "shelf a"}]}`)
			}))
			defer server.Close()
			c := connection(server.URL)
			c.Trace = test.trace
			s, err := rest.New(c, requests{"record": shelves()}, domain)
			if err != nil {
				t.Fatal(err)
			}
			defer s.(io.Closer).Close()
			if _, err := s.Fetch(sources.WithRequest(context.Background(), test.of), []string{"a"}, 0); err != nil {
				t.Fatal(err)
			}
			h := <-calls
			if id, parent := h.Get("X-Request-Id"), h.Get("Traceparent"); id != test.id || parent != test.parent {
				t.Errorf("sent %q and %q", id, parent)
			}
		})
	}
}
