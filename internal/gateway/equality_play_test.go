package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/graph"
	"customer360/internal/gateway"
	"customer360/internal/graphqlhttp"
	"customer360/internal/querygen"
)

// wideLimits let every generated document through.
var wideLimits = graphqlhttp.Limits{Length: 1 << 30, Name: 1 << 20, Tokens: 1 << 20, Depth: 1000, Aliases: 1 << 20, Directives: 1 << 20, RootFields: 1 << 20, Repeats: 1 << 20, Unknown: 1 << 20}

// theSchema is the public schema.
var theSchema = sync.OnceValue(func() *ast.Schema {
	contract, err := graph.NewContract(access.Internal)
	if err != nil {
		panic(err)
	}
	return contract.Schema
})

// A trial is a request that is sent to both executors.
type trial struct {
	// number says when it is sent, and what the systems do then: it stays with a request
	// when others are left out.
	number int
	querygen.Operation
	// purpose is what it declares that it reads for; empty: nothing.
	purpose string
	// quiet: failures of sources are to stand in status only.
	quiet bool
	// cancel is when the client goes away; zero: it waits.
	cancel time.Duration
}

// between is the time between requests: longer than any takes. Ages that are asked for or
// configured are no multiples of it, so that none ends with a request.
const between = 21 * time.Second

// An outcome is what came of a request.
type outcome struct {
	status int
	header http.Header
	body   []byte
	// failed is what went wrong in the handler itself: a panic, or no answer at all.
	failed string
	// logged are the faults of the gateway that stand in its log, sorted.
	logged []string
	// took is how long it took; zero where calls are made once more, after a pause that
	// is drawn anew each time.
	took time.Duration
	// calls are how often each system was asked.
	calls map[string]int
}

// play sends requests to a gateway over a world of its own, in synthetic time. When it
// returns no goroutine of the gateway is left.
func play(t *testing.T, w *chancyWorld, stock bool, trials []trial) []outcome {
	outcomes := make([]outcome, len(trials))
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		count := &callCount{calls: map[int]map[string]int{}}
		log := &faultLog{}
		c := w.config
		c.StockExecutor, c.Log = stock, slog.New(log)
		g, err := gateway.New(c, w.mounted(release, count))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for i, r := range trials {
			time.Sleep(time.Until(start.Add(time.Duration(r.number) * between)))
			log.clear()
			outcomes[i] = send(g, r)
			outcomes[i].logged = log.clear()
			if c.Guards.Retry.Attempts > 0 {
				outcomes[i].took = 0
			}
			count.mu.Lock()
			outcomes[i].calls = maps.Clone(count.calls[r.number])
			count.mu.Unlock()
		}
		w.ran = waysOf(g)
		close(release)
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return outcomes
}

var wayCounts = regexp.MustCompile(`(?m)^customer360_operations_total\{way="(.*)"\} (.*)$`)

// waysOf gives how many operations ran which way, as the metrics tell it.
func waysOf(g *gateway.Gateway) map[string]int {
	w := httptest.NewRecorder()
	g.Admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	ways := map[string]int{}
	for _, m := range wayCounts.FindAllStringSubmatch(w.Body.String(), -1) {
		ways[m[1]], _ = strconv.Atoi(m[2])
	}
	return ways
}

// playAtOnce sends requests to a gateway at once, twice each.
func playAtOnce(t *testing.T, w *chancyWorld, trials []trial) []outcome {
	outcomes := make([]outcome, 2*len(trials))
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := w.config
		c.Log = slog.New(slog.DiscardHandler)
		g, err := gateway.New(c, w.mounted(release, &callCount{calls: map[int]map[string]int{}}))
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range outcomes {
			all.Go(func() { outcomes[i] = send(g, trials[i%len(trials)]) })
		}
		all.Wait()
		close(release)
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return outcomes
}

// send sends a request, and gives up when nobody would wait any longer.
func send(g http.Handler, r trial) outcome {
	body := map[string]any{"query": r.Document}
	if r.Name != "" {
		body["operationName"] = r.Name
	}
	if r.Variables != nil {
		body["variables"] = r.Variables
	}
	extensions := map[string]any{}
	if r.quiet {
		extensions["sourceErrors"] = "status"
	}
	if r.purpose != "" {
		extensions["purpose"] = r.purpose
	}
	body["extensions"] = extensions
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	ctx := context.WithValue(context.Background(), requestNumberKey{}, r.number)
	if r.cancel > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.cancel)
		defer cancel()
	}
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(data))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	start := time.Now()
	done := make(chan string, 1)
	go func() {
		failed := ""
		defer func() {
			// As the server does, which answers with a lost connection.
			if p := recover(); p != nil {
				failed = fmt.Sprint("panic: ", p)
			}
			done <- failed
		}()
		g.ServeHTTP(response, request)
	}()
	select {
	case failed := <-done:
		return outcome{status: response.Code, header: response.Header(), body: response.Body.Bytes(), failed: failed, took: time.Since(start)}
	case <-time.After(time.Minute):
		return outcome{failed: "no answer after a minute"}
	}
}

// A faultLog keeps what a gateway logs of its own faults.
type faultLog struct {
	mu     sync.Mutex
	faults []string
}

func (*faultLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *faultLog) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l *faultLog) WithGroup(string) slog.Handler          { return l }

func (l *faultLog) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "resolver panicked" && r.Message != "field failed" {
		return nil
	}
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "request" && a.Key != "stack" {
			text += fmt.Sprintf(" %s=%s", a.Key, a.Value)
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, text)
	return nil
}

// clear gives what was logged, sorted, and forgets it.
func (l *faultLog) clear() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.faults
	l.faults = nil
	slices.Sort(all)
	return all
}
