package gateway_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/demo"
	"customer360/internal/gateway"
	"customer360/internal/querygen"
	"customer360/internal/require"
	"customer360/sources/guard"
)

// shownDocuments are the operations that this project shows and measures, by where they stand.
func shownDocuments(t *testing.T) map[string]string {
	all := map[string]string{}
	for _, pattern := range []string{"console/examples/*.graphql", "bench/workloads/*.graphql", "*.md", "docs/*.md", "examples/*/*.md"} {
		files, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(file) == ".graphql" {
				all[filepath.Base(file)] = string(data)
				continue
			}
			for i, block := range regexp.MustCompile("(?s)```graphql\n(.*?)```").FindAllSubmatch(data, -1) {
				all[fmt.Sprintf("%s %d", filepath.Base(file), i)] = string(block[1])
			}
		}
	}
	return all
}

// Every document gives the same on both executors over the whole demo company, while all
// is well and while systems fail.
func TestExecutorsAgreeOnDocuments(t *testing.T) {
	require.Long(t)
	all := shownDocuments(t)
	if len(all) < 15 {
		t.Fatalf("there are only %d documents", len(all))
	}
	counted := newTried()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			// Where the documents are measured the profiles are in a system of another name.
			document := strings.ReplaceAll(all[name], `"crm"`, `"documents"`)
			variables := map[string]any{"id": "demo-0004", "by": map[string]any{"email": "grigory@example.com"}, "first": 50, "since": "1990-01-01T00:00:00Z"}
			for name := range variables {
				if !strings.Contains(document, "$"+name+":") {
					delete(variables, name)
				}
			}
			r := trial{Operation: querygen.Operation{Document: document, Variables: variables}}
			for seed := range uint64(3) {
				w := demoWorld(seed)
				r.number = int(seed)
				// Twice, so that something is kept the second time.
				trials := []trial{r, r}
				trials[1].number++
				stock, ours := play(t, demoWorld(seed), true, trials), play(t, w, false, trials)
				counted.ran(w)
				for i := range trials {
					if d := faultOf(stock[i], ours[i]); d != "" {
						t.Fatalf("seed %d, request %d: %s\n%s\n%s", seed, i, d, stock[i].body, ours[i].body)
					}
					if err := counted.add(r, ours[i]); err != nil {
						t.Fatal(err)
					}
				}
				if w.calm {
					isWhole(t, ours[0].body)
				}
			}
		})
	}
	counted.log(t)
}

// isWhole checks that nothing failed, and that every root field found something.
func isWhole(t *testing.T, body []byte) {
	r, err := parse(body)
	var data map[string]json.RawMessage
	if err != nil || len(r.Errors) > 0 || json.Unmarshal(r.Data, &data) != nil {
		t.Fatalf("%v in %.500s", err, body)
	}
	for name, value := range data {
		if string(value) == "null" {
			t.Errorf("%s is null", name)
		}
	}
}

// demoWorld is the whole demo company. With the seed 0 all is well.
func demoWorld(seed uint64) *chancyWorld {
	w := &chancyWorld{seed: seed, spine: demo.System, calm: seed == 0, config: gateway.Config{Guards: guard.Defaults(), RequestTimeout: between - time.Second}}
	w.config.Guards.Retry.Attempts = 0
	w.ofDemo(drawFrom(seed, 0))
	w.customers = slices.Clone(theDemo().Customers)
	w.sort()
	return w
}
