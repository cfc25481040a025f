package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"customer360/bench/stub"
)

// A bench is the load and the upstream.
type bench struct {
	options
	stub     *stub.Stub
	stubURL  string
	upstream *http.Server

	// pinned: servers have the one core, load and upstream the other.
	pinned             bool
	serverCPU, loadCPU int
	// unpinned says why not.
	unpinned error
}

func newBench(ctx context.Context, o options) (*bench, error) {
	b := &bench{options: o, stub: stub.New()}
	if b.unpinned = errors.New("nothing is measured"); !o.check {
		b.unpinned = b.pin(ctx)
	}
	if b.pinned {
		runtime.GOMAXPROCS(1)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b.stubURL = "http://" + listener.Addr().String()
	b.upstream = &http.Server{Handler: b.stub}
	go func() { _ = b.upstream.Serve(listener) }()
	return b, nil
}

func (b *bench) close() { _ = b.upstream.Close() }

// A row is one server in one workload.
type row struct {
	server  server
	process *process
	// lengths are those of its verified answers, by base; size is the largest.
	lengths []int
	size    int
	// requests is how many are sent in a round.
	requests int
	// cpu is the CPU time of a request in each round, in milliseconds; calls the
	// upstream's calls of one.
	cpu, calls []float64
	latency    latency
	// peak is the most memory that was resident, in MiB.
	peak float64
}

// A table is a measured workload.
type table struct {
	workload workload
	rows     []*row
	notes    []string
}

func (t *table) stop() {
	for _, r := range t.rows {
		r.process.stop()
	}
}

func (t *table) row(key string) *row {
	for _, r := range t.rows {
		if r.server.key == key {
			return r
		}
	}
	return nil
}

// Bounds of a round: enough CPU time that a clock's faults do not count, and an end.
const (
	roundTime  = time.Second
	quickTime  = 150 * time.Millisecond
	warmUp     = 1500 * time.Millisecond
	quickWarm  = 500 * time.Millisecond
	roundBound = 20 * time.Second
	most       = 1_000_000

	// Node.js compiles what it has run often enough: with less than a second of W1 a
	// request still takes twice as much as with four.
	nodeWarm      = 4 * time.Second
	quickNodeWarm = 2500 * time.Millisecond
)

// cpu starts all servers of a workload, finds their answers equal, warms them up, and
// measures their CPU time in turns, then their latency and memory.
func (b *bench) cpu(ctx context.Context, w workload) (section, error) {
	t := &table{workload: w, notes: w.notes}
	requests := newRequests(w)
	defer t.stop()
	if err := b.startEqual(ctx, t, requests); err != nil {
		return nil, err
	}
	for _, r := range t.rows {
		fmt.Fprintf(os.Stderr, "%s: warming up %s\n", w.name, r.server.key)
		before, err := r.process.cpu()
		if err != nil {
			return nil, err
		}
		n, err := b.load(r, requests).run(ctx, most, b.warmUp(r.server))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.server.key, err)
		}
		after, err := r.process.cpu()
		if err != nil {
			return nil, err
		}
		// The first requests are slow, so a round is rather longer than asked for.
		r.requests = max(w.connections, int(float64(n)*float64(pick(b.options, roundTime, quickTime))/float64(after-before)))
	}
	for round := range b.rounds {
		fmt.Fprintf(os.Stderr, "%s: round %d of %d\n", w.name, round+1, b.rounds)
		for i := range t.rows {
			// Another one begins each time.
			r := t.rows[(i+round)%len(t.rows)]
			if err := b.round(ctx, r, requests); err != nil {
				return nil, fmt.Errorf("%s: %w", r.server.key, err)
			}
		}
	}
	for _, r := range t.rows {
		var err error
		if r.latency, err = b.latencyOf(ctx, r, requests, pick(b.options, 5*time.Second, time.Second)); err != nil {
			return nil, fmt.Errorf("%s: %w", r.server.key, err)
		}
		if r.peak, err = r.process.mib("VmHWM:"); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// startEqual starts all servers of a workload, and fails where one does not start or two
// answer differently. The table has what runs, in either case.
func (b *bench) startEqual(ctx context.Context, t *table, requests *requests) error {
	for _, s := range t.workload.servers {
		if !b.runs(s.key) {
			continue
		}
		p, err := b.start(ctx, s, t.workload)
		if err != nil {
			return err
		}
		t.rows = append(t.rows, &row{server: s, process: p})
	}
	fmt.Fprintf(os.Stderr, "%s: are all answers of %d servers equal?\n", t.workload.name, len(t.rows))
	return b.verify(ctx, requests, t.rows)
}

// check does what comes before measuring, for each workload.
func (b *bench) check(ctx context.Context) error {
	asked := map[string]bool{}
	for _, w := range workloads {
		// W3 asks what W2 asks, of a slower upstream.
		same := w.operation + w.variables(0, 0)
		if !b.has(w.name) || asked[same] {
			continue
		}
		asked[same] = true
		t := &table{workload: w}
		err := b.startEqual(ctx, t, newRequests(w))
		t.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// warmUp is for how long a server is run before it is measured.
func (b *bench) warmUp(s server) time.Duration {
	if s.family == "node" {
		return pick(b.options, nodeWarm, quickNodeWarm)
	}
	return pick(b.options, warmUp, quickWarm)
}

func (b *bench) load(r *row, requests *requests) load {
	return load{addr: r.process.addr, requests: requests, connections: requests.w.connections, check: r.checker()}
}

// round measures a server once.
func (b *bench) round(ctx context.Context, r *row, requests *requests) error {
	b.stub.Calls()
	before, err := r.process.cpu()
	if err != nil {
		return err
	}
	n, err := b.load(r, requests).run(ctx, r.requests, roundBound)
	if err != nil {
		return err
	}
	after, err := r.process.cpu()
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("nothing was answered")
	}
	r.cpu = append(r.cpu, (after-before).Seconds()*1000/float64(n))
	r.calls = append(r.calls, float64(b.stub.Calls())/float64(n))
	return nil
}
