package gateway_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"

	"customer360/sources/guard"
)

// Allocations do not vary as time does, so these are bounds: what an operation may
// allocate in process, from the HTTP request to the answer, its sources' goroutines
// counted in. The sources are Fakes, which cost next to nothing.
func BenchmarkAllocations(b *testing.B) {
	for _, test := range []struct {
		name, query string
		variables   map[string]any
		budget      float64
		// kept: answers are kept for when a source fails, and calls shared, as it is by
		// default; else neither, as in the benchmark.
		kept bool
	}{
		// The workloads of the benchmark.
		{"W1", workload(b, "w1"), map[string]any{"id": "case-dead-link"}, 240, false},
		{"W2", workload(b, "w2"), map[string]any{"first": 50}, 600, false},
		{"W5", workload(b, "w5"), map[string]any{"id": "case-dead-link"}, 240, false},
		{"W2kept", workload(b, "w2"), map[string]any{"first": 50}, 770, true},
		{"status", "{ customers(first: 50) { edges { node { id sources { source state systems { system asOf } } billing { id } } } } }", nil, 945, false},
		{"introspection", "{ __schema { types { name fields { name type { name ofType { name } } } } } }", nil, 98, false},
		{"nothing", "{ __typename }", nil, 96, false},
	} {
		b.Run(test.name, func(b *testing.B) {
			before := config
			defer func() { config = before }()
			if !test.kept {
				config.Guards.Cache = guard.Cache{Separate: true}
			}
			h := fakes(b)
			body, err := json.Marshal(map[string]any{"query": test.query, "variables": test.variables})
			if err != nil {
				b.Fatal(err)
			}
			w := ask(b, h, string(body))
			if bytes.Contains(w.Body.Bytes(), []byte(`"data":{"customer":null}`)) {
				b.Fatalf("there is no such customer: %s", w.Body)
			}
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			r.Header.Set("Content-Type", "application/json")
			once := func() {
				r.Body = io.NopCloser(bytes.NewReader(body))
				h.ServeHTTP(discard{http.Header{}}, r)
			}
			// More than once, so that what is compiled and pooled is there.
			const warm, runs = 20, 50
			for range warm {
				once()
			}
			var start, end runtime.MemStats
			runtime.ReadMemStats(&start)
			for range runs {
				once()
			}
			runtime.ReadMemStats(&end)
			if n := float64(end.Mallocs-start.Mallocs) / runs; n > test.budget {
				b.Errorf("%.0f allocations; the budget is %.0f", n, test.budget)
			}
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	}
}

// workload gives a workload of the benchmark, in the words that Fakes understand: they have
// no filter and no order, and another name.
func workload(b *testing.B, name string) string {
	query, err := os.ReadFile("../../bench/workloads/" + name + ".graphql")
	if err != nil {
		b.Fatal(err)
	}
	return strings.NewReplacer(`"crm"`, `"fake"`, ", $since: DateTime!", "",
		", where: { createdAt: { gte: $since } }, orderBy: { field: CREATED_AT, direction: ASC }", "").Replace(string(query))
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
