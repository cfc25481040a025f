package graphqlhttp_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"customer360/access"
	"customer360/internal/graphqlhttp"
	"customer360/internal/streams/streamstest"
)

// A gateway that asks for no credentials answers its own machine only, whatever leads there.
func TestOpenGatewayAnswersItsMachineOnly(t *testing.T) {
	o := graphqlhttp.Options{MaxBody: 4096, Limits: graphqlhttp.DefaultLimits, Log: slog.New(slog.DiscardHandler)}
	d := &graphqlhttp.Endpoint{LoopbackHosts: true, Deadline: 1e9, Contracts: map[access.Audience]*graphqlhttp.Contract{access.Internal: graphqlhttp.New(streamstest.New(), o)}}
	for name, test := range map[string]struct {
		host, header string
		status       int
	}{
		"its own name":         {"localhost:8080", "", http.StatusOK},
		"another name":         {"rebound.example.com", "", http.StatusMisdirectedRequest},
		"over a proxy":         {"localhost:8080", "X-Forwarded-For", http.StatusForbidden},
		"over another proxy":   {"127.0.0.1:8080", "Via", http.StatusForbidden},
		"over one by RFC 7239": {"[::1]:8080", "Forwarded", http.StatusForbidden},
		"HTTP/1.0":             {"localhost:8080", "", http.StatusForbidden},
		"HTTP/1.0, no host":    {"", "", http.StatusForbidden},
		"HTTP/2":               {"localhost:8080", "", http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ hello }"}`))
		r.Host = test.host
		r.Header.Set("Content-Type", "application/json")
		if test.header != "" {
			r.Header.Set(test.header, "192.0.2.1")
		}
		if strings.HasPrefix(name, "HTTP/1.0") {
			r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0
		}
		if strings.HasPrefix(name, "HTTP/2") {
			r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if _, in := d.Caller(r); w.Code != test.status || in != (test.status == http.StatusOK) {
			t.Errorf("%s: %d, %t: %s", name, w.Code, in, w.Body)
		}
	}
}
