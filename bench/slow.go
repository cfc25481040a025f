package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// What W3 makes the stub's calls take.
const (
	slowCall = 200 * time.Millisecond
	fastCall = 5 * time.Millisecond

	// budget is what a request has in all, where it is to be cut.
	budget = 150 * time.Millisecond
	// allowed is how much later the answer may come.
	allowed = 5 * time.Millisecond
)

func (b *bench) setLatency(billing, others time.Duration) error {
	return errors.Join(b.stub.SetLatency("billing", billing), b.stub.SetLatency("profiles", others),
		b.stub.SetLatency("support", others), b.stub.SetLatency("social", others))
}

// slowSource measures W3: what a server adds to the slowest path, at a constant rate.
func (b *bench) slowSource(ctx context.Context, w workload) (section, error) {
	p := &page{
		title: w.name + ": " + w.title,
		intro: fmt.Sprintf("%d requests a second at a constant rate, W2's operation. Over the path means: more than the stub itself took, at the median, for the two calls that follow each other (profiles, then the slow source): about %s, since a sleep is a little longer than asked for.",
			w.rate, slowCall+fastCall),
		header: []string{"server", "p50 over the path, ms", "p99 over the path, ms", "target of customer360"},
	}
	defer func() { _ = b.setLatency(0, 0) }()
	over := map[string]latency{}
	for _, s := range w.servers {
		if !b.runs(s.key) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", w.name, s.key)
		l, err := b.slowly(ctx, s, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.key, err)
		}
		path := b.stub.Took("profiles") + b.stub.Took("billing")
		l.p50, l.p99 = l.p50-path, l.p99-path
		over[s.key] = l
		target := ""
		if s.key == ours {
			target = fmt.Sprintf("p50 ≤ 1 ms: %s, p99 ≤ 3 ms: %s", verdict(l.p50 <= time.Millisecond), verdict(l.p99 <= 3*time.Millisecond))
		}
		if s.key == "mercurius" {
			ratio := l.p50.Seconds() / over[ours].p50.Seconds()
			target = fmt.Sprintf("p50 ≥ 5× ours: %s (%s)", verdict(ratio >= 5), figure(ratio))
		}
		p.rows = append(p.rows, []string{s.label, millis(l.p50), millis(l.p99), target})
	}
	for _, more := range []func(context.Context, workload) (string, error){b.cutShort, b.besideSlow} {
		note, err := more(ctx, w)
		if err != nil {
			return nil, err
		}
		p.notes = append(p.notes, note)
	}
	return p, nil
}

// slowly warms a server up with fast sources, and measures it with a slow one.
func (b *bench) slowly(ctx context.Context, s server, w workload) (latency, error) {
	r, requests, err := b.warm(ctx, s, w)
	if err != nil {
		return latency{}, err
	}
	defer r.process.stop()
	if err := b.setLatency(slowCall, fastCall); err != nil {
		return latency{}, err
	}
	return b.latencyOf(ctx, r, requests, pick(b.options, 10*time.Second, 2*time.Second))
}

// warm starts one server, without latency, and runs it warm.
func (b *bench) warm(ctx context.Context, s server, w workload) (*row, *requests, error) {
	if err := b.setLatency(0, 0); err != nil {
		return nil, nil, err
	}
	process, err := b.start(ctx, s, w)
	if err != nil {
		return nil, nil, err
	}
	r, requests := &row{server: s, process: process}, newRequests(w)
	err = b.verify(ctx, requests, []*row{r})
	if err == nil {
		_, err = b.load(r, requests).run(ctx, most, b.warmUp(s))
	}
	if err != nil {
		process.stop()
		return nil, nil, err
	}
	return r, requests, nil
}

// cutShort measures customer360 with a budget that the slow source does not keep.
func (b *bench) cutShort(ctx context.Context, w workload) (string, error) {
	if err := b.setLatency(0, 0); err != nil {
		return "", err
	}
	process, err := b.start(ctx, customer360.with(ours, "", "-budget", budget.String()), w)
	if err != nil {
		return "", err
	}
	defer process.stop()
	requests := newRequests(w)
	// One after the other: many at once could be over the budget by themselves.
	warm := load{addr: process.addr, requests: requests, connections: 1, check: func(int, request, []byte) error { return nil }}
	if _, err := warm.run(ctx, most, b.warmUp(customer360)); err != nil {
		return "", err
	}
	if err := b.setLatency(slowCall, fastCall); err != nil {
		return "", err
	}
	partial := 0
	l, err := attack(ctx, process.addr, requests, pick(b.options, 10*time.Second, 2*time.Second), func(body []byte) error {
		if !bytes.Contains(body, []byte(`"billing":null`)) || !bytes.Contains(body, []byte(`"TIMED_OUT"`)) {
			return fmt.Errorf("an answer is not a partial one: %.300s", body)
		}
		if bytes.Contains(body, []byte(`"openTickets":`)) && bytes.Contains(body, []byte(`"followers":`)) {
			partial++
		}
		return nil
	})
	return fmt.Sprintf("a partial answer within a budget of %s, of customer360: p50 %s ms, p99 %s ms (the breaker is off, which would answer at once); %d of %d had all but the slow source; target p99 ≤ %s: %s",
		budget, millis(l.p50), millis(l.p99), partial, l.n, budget+allowed, verdict(l.p99 <= budget+allowed && partial == l.n)), err
}

// besideSlow measures requests of fast sources while others wait for the slow one.
func (b *bench) besideSlow(ctx context.Context, w workload) (string, error) {
	r, slow, err := b.warm(ctx, customer360, w)
	if err != nil {
		return "", err
	}
	defer r.process.stop()
	if err := b.setLatency(slowCall, fastCall); err != nil {
		return "", err
	}
	w.operation = w3Fast
	during := pick(b.options, 10*time.Second, 2*time.Second)
	var wg sync.WaitGroup
	var slowly error
	wg.Go(func() { _, slowly = b.latencyOf(ctx, r, slow, during) })
	l, err := attack(ctx, r.process.addr, newRequests(w), during, func(body []byte) error {
		_, err := data(body)
		return err
	})
	wg.Wait()
	path := b.stub.Took("profiles") + max(b.stub.Took("support"), b.stub.Took("social"))
	return fmt.Sprintf("%d requests of fast sources only, of customer360 while others wait for the slow one: p50 %s ms, p99 %s ms over their path, and the longest %s ms; none waited for the slow source: %s",
		l.n, millis(l.p50-path), millis(l.p99-path), millis(l.max-path), verdict(l.max < slowCall)), errors.Join(err, slowly)
}
