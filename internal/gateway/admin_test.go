package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"customer360/internal/gateway"
	"customer360/resolvers"
	"customer360/sources/sourcetest"
)

// An admin address on loopback gives its metrics to who names this machine only. Probes may name
// it as they like, and elsewhere all may.
func TestAdminOnLoopback(t *testing.T) {
	for _, loopback := range []bool{true, false} {
		c := config
		c.SeparateAdmin, c.LoopbackAdmin = true, loopback
		g, err := gateway.New(c, resolvers.Systems{Spine: &sourcetest.FakeSpine{}, SpineKind: "fake"})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
			for host, own := range map[string]bool{"localhost:9090": true, "127.0.0.1:9090": true, "[::1]:9090": true, "127.0.0.1": true, "evil.example": false, "10.1.2.3:9090": false, "localhost.evil.example": false} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Host = host
				w := httptest.NewRecorder()
				g.Admin.ServeHTTP(w, r)
				want := http.StatusOK
				if loopback && !own && path == "/metrics" {
					want = http.StatusMisdirectedRequest
				}
				if w.Code != want || want != http.StatusOK && strings.Contains(w.Body.String(), "customer360_") {
					t.Errorf("%s of %s (loopback %v): %d; want %d", path, host, loopback, w.Code, want)
				}
			}
		}
	}
}

// Metrics are negotiated.
func TestOpenMetrics(t *testing.T) {
	g, err := gateway.New(config, resolvers.Systems{Spine: &sourcetest.FakeSpine{}, SpineKind: "fake"})
	if err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[string]string{
		"":           "text/plain",
		"text/plain": "text/plain",
		"application/openmetrics-text; version=1.0.0":                           "application/openmetrics-text; version=1.0.0",
		"application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1": "application/openmetrics-text",
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		g.Admin.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Type"); w.Code != http.StatusOK || !strings.HasPrefix(got, want) || strings.HasPrefix(want, "application") != strings.HasSuffix(w.Body.String(), "# EOF\n") {
			t.Errorf("%q: %d %s", accept, w.Code, got)
		}
	}
}
