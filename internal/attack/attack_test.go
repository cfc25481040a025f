//go:build linux && !race

package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"customer360/internal/require"
)

// plain is the request that all others are measured by: one customer, and what billing holds.
var plain = &attack{
	class: "plain", name: "plain", who: "honest", from: "honest", parallel: 1, within: time.Minute,
	request: "POST /graphql\nContent-Type: application/json\n\n" +
		`{"query":"{ customer(by: {email: \"grigory@example.com\"}) { displayName billing { mrr { amount } } } }"}`,
}

const (
	// plainRequests are enough for a time that is counted in ticks of 10 ms.
	plainRequests = 200
	// honestEvery is how often an honest caller asks: some queries a second.
	honestEvery = 70 * time.Millisecond
	quietFor    = 4 * time.Second
	stormFor    = 8 * time.Second
	// Attackers ask a hundred and more times a second in all: as much as an address does that
	// nobody has blocked yet, and not so much that it is the network that is attacked.
	attackers   = 4
	attackEvery = 20 * time.Millisecond
)

// What honest callers and operators notice at the most while attacks run.
const (
	// maxSlower is how many times longer the slowest hundredth of honest queries takes: the
	// attackers share the processors with it.
	maxSlower = 50
	// maxGrown is by how many MiB memory grows: what is in use while large bodies are read is
	// let grow to five times as much before garbage is collected (gateway.TuneGC).
	maxGrown = 384
	// maxShare is what an attack costs on average, as a share of a plain query's cost, which is
	// under a millisecond: to read a document that is refused costs twice that.
	maxShare = 8
	// maxLeft is how many goroutines more there are when all is over.
	maxLeft = 20
	// usual is what the slowest hundredth of plain queries takes on a machine that does nothing
	// else. Where it takes longer, everything may.
	usual = 20 * time.Millisecond
)

func TestAttacks(t *testing.T) {
	require.Quiet(t, "attack")
	w := newWorld(t)
	classes := readAll(t, w)
	w.sendAll(t.Context(), t, plain, plainRequests) // it warms up
	goroutines := w.gateway.metric(t, "go_goroutines")
	before := w.gateway.cpu(t)
	w.check(t, plain, w.sendAll(t.Context(), t, plain, plainRequests))
	query := float64(w.gateway.cpu(t)-before) / plainRequests
	if query == 0 {
		t.Fatal("a plain query took no time")
	}
	quiet := w.honest(t, quietFor)
	slower := max(1, float64(worst(quiet))/float64(usual))
	for _, c := range classes {
		for _, a := range c.attacks {
			a.within = time.Duration(float64(a.within) * slower)
		}
	}
	memory := w.gateway.peak(t)

	var slow sync.WaitGroup
	var table results
	for _, c := range classes {
		for _, a := range c.attacks {
			if a.slow() {
				slow.Go(func() { table.add(c, a, w.check(t, a, w.sendAll(t.Context(), t, a, a.times))) })
			}
		}
	}
	for _, c := range classes {
		var used, most time.Duration
		sent, costliest := 0, ""
		for _, a := range c.attacks {
			if a.slow() {
				continue
			}
			before := w.server(a).cpu(t)
			table.add(c, a, w.check(t, a, w.sendAll(t.Context(), t, a, a.times)))
			took := w.server(a).cpu(t) - before
			used, sent = used+took, sent+a.times
			if one := took / time.Duration(a.times); one > most {
				most, costliest = one, a.name
			}
		}
		if sent == 0 {
			continue
		}
		share := float64(used) / float64(sent) / query
		table.share(c, share, float64(most)/query, costliest)
		if share > c.cpu {
			t.Errorf("%s: a request cost %.2f of a plain query's processor time, and at the most %.2f was to be (%q costs the most)", c.name, share, c.cpu, costliest)
		}
	}

	before = w.gateway.cpu(t)
	attacks, under := w.storm(t, classes)
	honest := len(under) + 1
	share := (float64(w.gateway.cpu(t)-before) - float64(honest)*query) / float64(attacks) / query
	slow.Wait()
	w.timing(t)
	w.crowd(t)
	grown := w.gateway.peak(t) - memory
	left := w.settle(t, goroutines+maxLeft) - goroutines
	w.gateway.stop(t)
	w.open.stop(t)

	t.Logf("\n%s", table.String())
	t.Logf("A plain query costs %.1f ms of processor time.", query/float64(time.Millisecond))
	t.Logf("%d attacks in %s beside %d honest queries: an attack cost %.2f of a plain query, the slowest hundredth of honest queries took %s (quiet: %s), "+
		"memory grew from %.0f MiB by %.0f MiB, goroutines by %.0f.", attacks, stormFor, honest, share, worst(under), worst(quiet), memory, grown, left)
	if times := float64(worst(under)) / float64(max(worst(quiet), 5*time.Millisecond)); times > maxSlower {
		t.Errorf("honest queries took %.0f times as long, more than %d", times, maxSlower)
	}
	if share > maxShare {
		t.Errorf("an attack cost %.2f of a plain query, more than %d", share, maxShare)
	}
	if grown > maxGrown {
		t.Errorf("memory grew by %.0f MiB, more than %d", grown, maxGrown)
	}
	if left > maxLeft {
		t.Errorf("%.0f goroutines were left, more than %d", left, maxLeft)
	}
	if n := w.issuer.elsewhere.Load(); n > 0 {
		t.Errorf("%d times an address was followed that stood in a token", n)
	}
	w.gateway.log.check(t, append(w.secrets(), "grigory@example.com", "Lazarev"))
	w.open.log.check(t, nil)
}

// check holds an attack to what has to come back, and gives the answers.
func (w *world) check(t *testing.T, a *attack, answers []answer) []answer {
	faults := 0
	fault := func(got answer, format string, args ...any) {
		faults++
		t.Errorf("%s, %s: %s; heard\n%.1500s", a.class, a.name, fmt.Sprintf(format, args...), got.text)
	}
	for i, got := range answers {
		last := i == len(answers)-1
		switch {
		case a == plain:
			if got.status != 200 || strings.Contains(got.text, `"errors"`) {
				fault(got, "an honest query was answered %d", got.status)
			}
			continue
		case a.close >= 0:
			if got.status != a.close && !slices.Contains(a.status, got.status) {
				fault(got, "the WebSocket was closed with %d, not %d", got.status, a.close)
			}
		case !slices.Contains(a.status, got.status):
			fault(got, "the answer was %d, not %v", got.status, a.status)
		case last && a.last >= 0 && got.status != a.last:
			fault(got, "the last answer was %d, not %d", got.status, a.last)
		case got.status != 0 && got.answers != a.answers:
			fault(got, "there were %d answers, not %d", got.answers, a.answers)
		}
		if got.open && a.close != 0 || got.took > a.within {
			fault(got, "it was borne for %s, more than %s", got.took, a.within)
		}
		if len(got.text) > a.bytes {
			fault(got, "the answer has %d bytes, more than %d", len(got.text), a.bytes)
		}
		// What the last answer has to have, those before it need not.
		if (a.last < 0 || last) && a.misses(got.text) {
			fault(got, "the answer does not have all of %q", a.has)
		}
		for _, l := range a.lacks {
			if strings.Contains(got.text, l) {
				fault(got, "the answer has %q", l)
			}
		}
		if leaks := w.leaked(a, got.text); leaks != nil {
			fault(got, "the answer has %q", leaks)
		}
		if faults > 0 {
			// One of many that are alike is enough.
			break
		}
	}
	return answers
}

// honest asks as an honest caller does, and gives how long each answer took.
func (w *world) honest(t *testing.T, d time.Duration) []time.Duration {
	var took []time.Duration
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(honestEvery) {
		got := w.check(t, plain, w.sendAll(t.Context(), t, plain, 1))
		took = append(took, got[0].took)
	}
	return took
}

// worst gives the 99th percentile.
func worst(took []time.Duration) time.Duration {
	took = slices.Sorted(slices.Values(took))
	return took[(len(took)-1)*99/100].Round(100 * time.Microsecond)
}

// storm sends all attacks in any order, beside an honest caller. It gives how many it sent,
// and how long the honest answers took. Addresses that have tried too often by now are told
// so, and no answer is a failure of the gateway.
func (w *world) storm(t *testing.T, classes []*class) (sent int, took []time.Duration) {
	var all []*attack
	for _, c := range classes {
		for _, a := range c.attacks {
			if !a.slow() && a.server == "" {
				all = append(all, a)
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var mu sync.Mutex
	for range attackers {
		running.Go(func() {
			for ; ctx.Err() == nil; time.Sleep(attackEvery) {
				a := all[rand.N(len(all))]
				got, err := a.send(t.Context(), w.gateway.addr, w.keys[a.who], a.from)
				if err != nil || got.status >= 500 && got.status < 600 && !slices.Contains(a.status, got.status) || w.leaked(a, got.text) != nil {
					t.Errorf("%s, %s, among others: %d, %v, heard\n%.1500s", a.class, a.name, got.status, err, got.text)
				}
				mu.Lock()
				sent++
				mu.Unlock()
			}
		})
	}
	took = w.honest(t, stormFor)
	stop()
	running.Wait()
	return sent, took
}

// settle gives how many goroutines there are, once there are few enough.
func (w *world) settle(t *testing.T, enough float64) float64 {
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if n := w.gateway.metric(t, "go_goroutines"); n <= enough || time.Now().After(end) {
			return n
		}
	}
}

// results are what is told of the attacks.
type results struct {
	mu      sync.Mutex
	classes []*result
}

type result struct {
	class                      *class
	attacks, requests, longest int
	statuses                   []int
	heard                      map[string]bool
	share, most                float64
	costliest                  string
}

func (r *results) of(c *class) *result {
	for _, one := range r.classes {
		if one.class == c {
			return one
		}
	}
	one := &result{class: c, heard: map[string]bool{}}
	r.classes = append(r.classes, one)
	return one
}

var code = regexp.MustCompile(`"code": ?"([A-Z_]+)"|(closed: \d+)`)

func (r *results) add(c *class, _ *attack, answers []answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.of(c)
	one.attacks++
	one.requests += len(answers)
	for _, a := range answers {
		one.statuses = append(one.statuses, a.status)
		one.longest = max(one.longest, len(a.text))
		for _, found := range code.FindAllStringSubmatch(a.text, -1) {
			one.heard[found[1]+found[2]] = true
		}
	}
}

func (r *results) share(c *class, share, most float64, costliest string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.of(c)
	one.share, one.most, one.costliest = share, most, costliest
}

// String is a table in Markdown.
func (r *results) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| class\t| attacks\t| requests\t| status\t| codes\t| longest answer, bytes\t| CPU of a request, plain query = 1\t| of the costliest\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	slices.SortFunc(r.classes, func(a, b *result) int { return strings.Compare(a.class.name, b.class.name) })
	for _, one := range r.classes {
		var codes []string
		for c := range one.heard {
			codes = append(codes, c)
		}
		slices.Sort(codes)
		fmt.Fprintf(w, "| %s\t| %d\t| %d\t| %s\t| %s\t| %d\t| %.2f\t| %.1f: %s\t|\n", one.class.name, one.attacks, one.requests, statuses(one.statuses), strings.Join(codes, ", "), one.longest, one.share, one.most, one.costliest)
	}
	_ = w.Flush()
	return b.String()
}
