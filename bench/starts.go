package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Targets of W7 other than introspection.
const (
	startTarget      = 15 * time.Millisecond
	firstOverWarm    = time.Millisecond
	nodeStartTimes   = 25
	slowConnections  = 1000
	warmQueries      = 300
	settleDown       = 500 * time.Millisecond
	coldStartsInFull = 10
)

// starts measures how long it takes from the start of a process to its first answer, and
// its memory while many clients send nothing but the beginning of a request.
func (b *bench) starts(ctx context.Context, w workload) (section, error) {
	p := &page{
		title:  "W7: cold start, and 1,000 slow connections",
		intro:  "From the start of the process to the first answer of W1's operation, and how much longer that first answer took than a later one; medians. Memory is what is resident (VmRSS) while 1,000 clients have sent the first half of a request.",
		header: []string{"server", "cold start, ms", "first answer over a warm one, ms", "MiB with no client", "MiB with 1,000 slow ones", "target of customer360"},
	}
	asked := oneCustomer
	var floorMemory, leastOfPeers, nodeStart, ourStart, ourMemory float64
	for _, s := range []server{byHand, customer360, mercurius, yoga, apollo, generated, tailcall} {
		if !b.runs(s.key) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: starting %s\n", w.name, s.key)
		if s.key == tailcall.key {
			// It has no words for W1.
			asked = hotKeys
		}
		var starts, firsts []float64
		for range pick(b.options, coldStartsInFull, 3) {
			start, first, err := b.coldStart(ctx, s, asked)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.key, err)
			}
			starts, firsts = append(starts, start.Seconds()*1000), append(firsts, first.Seconds()*1000)
		}
		before, after, err := b.slowClients(ctx, s, asked)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.key, err)
		}
		start, target := spreadOf(starts).median, ""
		switch s.key {
		case floor0:
			floorMemory = after
		case ours:
			ourStart, ourMemory = start, after
			target = fmt.Sprintf("start ≤ %d ms: %s; first ≤ %d ms over a warm one: %s", startTarget.Milliseconds(), verdict(start <= startTarget.Seconds()*1000),
				firstOverWarm.Milliseconds(), verdict(spreadOf(firsts).median <= firstOverWarm.Seconds()*1000))
		default:
			if leastOfPeers == 0 || after < leastOfPeers {
				leastOfPeers = after
			}
			if s.family == "node" && (nodeStart == 0 || start < nodeStart) {
				nodeStart = start
			}
		}
		p.rows = append(p.rows, []string{s.label, spreadOf(starts).String(), figure(spreadOf(firsts).median), figure(before), figure(after), target})
	}
	if nodeStart > 0 {
		p.notes = append(p.notes, fmt.Sprintf("cold start of the fastest Node.js server: %s× that of customer360, target ≥ %d×: %s", figure(nodeStart/ourStart), nodeStartTimes, verdict(nodeStart/ourStart >= nodeStartTimes)))
	}
	p.notes = append(p.notes, fmt.Sprintf("memory with slow connections: %s MiB, F0 has %s: %s", figure(ourMemory), figure(floorMemory), verdict(ourMemory <= floorMemory)))
	if leastOfPeers > 0 {
		p.notes = append(p.notes, fmt.Sprintf("the least of the peers has %s MiB: %s", figure(leastOfPeers), verdict(ourMemory < leastOfPeers)))
	}
	return p, nil
}

// coldStart gives the time from the start of a process to its first answer, and by how
// much that answer took longer than the median of later ones.
func (b *bench) coldStart(ctx context.Context, s server, w workload) (start, firstOverWarm time.Duration, err error) {
	began := time.Now()
	p, err := b.start(ctx, s, w)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	asked := time.Now()
	c, err := dial(ctx, p.addr)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	requests := newRequests(w)
	if _, err := c.ask(requests.next()); err != nil {
		return 0, 0, err
	}
	start, first := time.Since(began), time.Since(asked)
	var later []float64
	for range warmQueries {
		asked := time.Now()
		if _, err := c.ask(requests.next()); err != nil {
			return 0, 0, err
		}
		later = append(later, float64(time.Since(asked)))
	}
	return start, first - time.Duration(spreadOf(later).median), nil
}

// slowClients gives the memory of a server that has answered, in MiB, without and with
// clients that do not come to the end of their requests.
func (b *bench) slowClients(ctx context.Context, s server, w workload) (before, after float64, err error) {
	p, err := b.start(ctx, s, w)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	c, err := dial(ctx, p.addr)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	requests := newRequests(w)
	for range warmQueries {
		if _, err := c.ask(requests.next()); err != nil {
			return 0, 0, err
		}
	}
	if before, err = p.mib("VmRSS:"); err != nil {
		return 0, 0, err
	}
	for range slowConnections {
		slow, err := dial(ctx, p.addr)
		if err != nil {
			return 0, 0, err
		}
		defer slow.Close()
		if _, err := fmt.Fprintf(slow, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Ty", p.addr); err != nil {
			return 0, 0, err
		}
	}
	time.Sleep(settleDown)
	after, err = p.mib("VmRSS:")
	return before, after, err
}
