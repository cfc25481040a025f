//go:build linux && !race

package attack

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/internal/require"
)

// What a request's arguments take at the most, beside what the same document takes that says one
// letter there.
const (
	// maxTaken is in bytes, of all that was allocated for it: no more of it is in use at any time.
	maxTaken = 50 << 20
	// maxQueries is processor time, in plain queries: about a quarter of a second of a common machine.
	maxQueries = 300
)

// One variable that a document refers to many times, in every place of every contract: as long as a
// body may be, as long as the place takes, and as many values as there may be.
func TestInputs(t *testing.T) {
	require.Quiet(t, "attack")
	w := newWorld(t)
	w.sendAll(t.Context(), t, plain, plainRequests) // it warms up
	before := w.gateway.cpu(t)
	w.check(t, plain, w.sendAll(t.Context(), t, plain, plainRequests))
	query := (w.gateway.cpu(t) - before) / plainRequests
	if query == 0 {
		t.Fatal("a plain query took no time")
	}
	// A place that two contracts have alike is tried in the first of them; a partner's ids are others.
	tried := map[string]bool{}
	for _, audience := range []string{"internal", "frontend", "analyst", "partner"} {
		t.Run(audience, func(t *testing.T) {
			var largest, longest extreme
			n, served := 0, 0
			for _, p := range places(t, audience) {
				document, _ := p.write("$v")
				if audience != "partner" && tried[document] {
					continue
				}
				tried[document] = true
				twin := w.measure(t, audience, p, p.small())
				for what, value := range p.values() {
					got := w.measure(t, audience, p, value)
					// What the gateway does by itself at that moment counts as well, and not again.
					tooMuch := func() bool { return got.taken-twin.taken > maxTaken || got.cpu-twin.cpu > maxQueries*query }
					for tries := 1; tries < 3 && tooMuch(); tries++ {
						again := w.measure(t, audience, p, value)
						got.taken, got.cpu = min(got.taken, again.taken), min(got.cpu, again.cpu)
					}
					n++
					if got.status == http.StatusOK {
						served++
					}
					if got.status != http.StatusOK && (got.status < 400 || got.status >= 500) {
						t.Errorf("%s, %s: it was answered %d: %.300s", p.coordinate, what, got.status, got.text)
					}
					name := p.coordinate + ", " + what
					taken, spent := got.taken-twin.taken, got.cpu-twin.cpu
					largest.add(taken, name)
					longest.add(float64(spent)/float64(query), name)
					if taken > maxTaken {
						t.Errorf("%s: it took %.0f MB, more than %d", name, taken/1e6, maxTaken>>20)
					}
					if spent > maxQueries*query {
						t.Errorf("%s: it took %v, more than %d plain queries", name, spent, maxQueries)
					}
				}
			}
			if least := map[string]int{"internal": 200, "partner": 50}[audience]; n < least || n > 0 && served == 0 {
				t.Errorf("%d requests were sent, of which %d were executed: the places are not found any more", n, served)
			}
			t.Logf("%d requests, of which %d were executed. The most memory, %.1f MB: %s. The most processor time, %.0f plain queries: %s",
				n, served, largest.of/1e6, largest.name, longest.of, longest.name)
		})
	}
}

type extreme struct {
	of   float64
	name string
}

func (w *extreme) add(of float64, name string) {
	if of > w.of {
		*w = extreme{of, name}
	}
}

func readContract(t *testing.T, audience string) string {
	t.Helper()
	text, err := os.ReadFile("../../contracts/" + audience + ".graphqls")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// values are what a variable in a place says, by what it is called.
func (p place) values() map[string]any {
	all := map[string]any{}
	switch {
	case p.most > 0:
		all["a text as long as a body"] = strings.Repeat("x", 1_000_000)
		all["a text as long as it may be"] = strings.Repeat("x", p.most)
		all["words"] = strings.Repeat("ab ", 10)
		// One letter of which folding makes eighteen.
		all["a text that grows"] = strings.Repeat("\ufdfa", p.most/3)
	case p.typ.Elem != nil:
		_, times := p.write("$v")
		all["a list as long as a body"] = p.list(1_000_000 / 8)
		all["a list as long as it may be"] = p.list(max(9_000/times/4, 1))
	}
	return all
}

// small is the least that can be said there.
func (p place) small() any {
	if p.typ.Elem != nil {
		return p.list(1)
	}
	return p.element
}

func (p place) list(n int) []any { return slices.Repeat([]any{p.element}, n) }

// A measure is what a request took.
type measure struct {
	status int
	text   string
	taken  float64
	cpu    time.Duration
}

// measure sends a document once that has a value in a place.
func (w *world) measure(t *testing.T, who string, p place, value any) measure {
	t.Helper()
	document, _ := p.write("$v")
	body, err := json.Marshal(map[string]any{
		"query": strings.Replace(document, "VARIABLES", "($v: "+p.variable+")", 1), "variables": map[string]any{"v": value},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := &attack{
		class: "inputs", name: p.coordinate, who: who, from: who, within: 10 * time.Second,
		request: "POST /graphql\nContent-Type: application/json\nAccept: application/graphql-response+json\n\n" + string(body),
	}
	taken, cpu := w.gateway.metric(t, "go_memstats_alloc_bytes_total"), w.gateway.cpu(t)
	got, err := a.send(t.Context(), w.gateway.addr, w.keyOf(t, who), a.from)
	if err != nil {
		t.Fatal(p.coordinate, err)
	}
	return measure{got.status, got.text, w.gateway.metric(t, "go_memstats_alloc_bytes_total") - taken, w.gateway.cpu(t) - cpu}
}
