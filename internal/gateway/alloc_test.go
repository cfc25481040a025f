package gateway_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"customer360/access"
	"customer360/access/credentials"
	apikeys "customer360/access/keys"
	"customer360/internal/store/storetest"
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
		// keyed: the gateway asks for API keys, and the caller has one.
		keyed bool
	}{
		// The workloads of the benchmark.
		{"W1", workload(b, "w1"), map[string]any{"id": "case-dead-link"}, 229, false, false},
		{"W2", workload(b, "w2"), map[string]any{"first": 50}, 592, false, false},
		{"W5", workload(b, "w5"), map[string]any{"id": "case-dead-link"}, 231, false, false},
		// What a credential costs, beside the same without one.
		{"W1plain", withoutSocial(workload(b, "w1")), map[string]any{"id": "case-dead-link"}, 224, false, false},
		{"W1keyed", withoutSocial(workload(b, "w1")), map[string]any{"id": "case-dead-link"}, 246, false, true},
		{"W2plain", withoutSocial(workload(b, "w2")), map[string]any{"first": 50}, 525, false, false},
		{"W2keyed", withoutSocial(workload(b, "w2")), map[string]any{"first": 50}, 550, false, true},
		{"W2kept", workload(b, "w2"), map[string]any{"first": 50}, 748, true, false},
		{"status", "{ customers(first: 50) { edges { node { id sources { source state systems { system asOf } } billing { id } } } } }", nil, 912, false, false},
		{"introspection", "{ __schema { types { name fields { name type { name ofType { name } } } } } }", nil, 93, false, false},
		{"nothing", "{ __typename }", nil, 91, false, false},
	} {
		b.Run(test.name, func(b *testing.B) {
			before := config
			defer func() { config = before }()
			if !test.kept {
				config.Guards.Cache = guard.Cache{Separate: true}
			}
			key := ""
			if test.keyed {
				key = askForKeys(b)
			}
			h := fakes(b)
			body, err := json.Marshal(map[string]any{"query": test.query, "variables": test.variables})
			if err != nil {
				b.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			if test.keyed {
				r.Header.Set("Authorization", "Bearer "+key)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK || bytes.Contains(w.Body.Bytes(), []byte(`"customer":null`)) || bytes.Contains(w.Body.Bytes(), []byte("FORBIDDEN")) {
				b.Fatalf("this is no answer: %d %.500s", w.Code, w.Body)
			}
			once := func() {
				r.Body = io.NopCloser(bytes.NewReader(body))
				h.ServeHTTP(discard{http.Header{}}, r)
			}
			// More than once, so that what is compiled and pooled is there.
			const warm, runs, times = 20, 50, 4
			for range warm {
				once()
			}
			// The least of some, since others in the process allocate as well.
			least := math.Inf(1)
			for range times {
				var start, end runtime.MemStats
				runtime.ReadMemStats(&start)
				for range runs {
					once()
				}
				runtime.ReadMemStats(&end)
				least = min(least, float64(end.Mallocs-start.Mallocs)/runs)
			}
			if least > test.budget {
				b.Errorf("%.0f allocations; the budget is %.0f", least, test.budget)
			}
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	}
}

// askForKeys makes the gateways of this benchmark ask for keys, as the command does, and gives
// one that may see everything of the frontend's contract.
func askForKeys(b *testing.B) string {
	s, _ := storetest.Open(b)
	store := apikeys.New(s.Store)
	b.Cleanup(func() { _ = store.Close() })
	key, _, err := store.Create(b.Context(), apikeys.Spec{Name: "benchmark", Audience: string(access.Frontend), Scopes: []string{"*"}, Purposes: []string{"*"}})
	if err != nil {
		b.Fatal(err)
	}
	finder, err := credentials.New(credentials.Config{Keys: store})
	if err != nil {
		b.Fatal(err)
	}
	config.Authenticate = finder.Find
	return key
}

// withoutSocial gives a query without what needs a purpose, and the consent of each customer.
func withoutSocial(query string) string {
	return regexp.MustCompile(`(?s)\n +social \{.*?\n +\}`).ReplaceAllString(query, "")
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
