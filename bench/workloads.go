package main

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"

	"customer360/bench/stub"
)

// A workload is one operation, sent again and again with variables of its own each time.
type workload struct {
	name, title string
	operation   string
	servers     []server
	// bases is how many answers of different content there are.
	bases int
	// variables gives JSON that leads to the answer of a base, and is another one for
	// each tag.
	variables func(base, tag int) string
	// connections is how many requests are under way at once.
	connections int
	// rate is how many requests a second are sent when latency is measured.
	rate int
	// calls is how many upstream calls a request needs.
	calls   float64
	targets map[string]target
	// draw is the order of the bases; nil: one after the other, and each request has an
	// authorization of its own.
	draw []int
	// unlike: the answers of the servers are not the same.
	unlike bool
	notes  []string
	// measure gives its table, more what else is to be known; nil: nothing.
	measure, more func(*bench, context.Context, workload) (section, error)
	// memory is the target of the peak memory, in MiB; zero: none.
	memory int
}

// A target is what the project wants to reach against a server: at most as many times
// its CPU (a floor), or at least as many times less than its (a peer).
type target struct{ atMost, atLeast float64 }

var (
	//go:embed workloads/w1.graphql
	w1 string
	//go:embed workloads/w2.graphql
	w2 string
	//go:embed workloads/w3-fast.graphql
	w3Fast string
	//go:embed workloads/w4.graphql
	w4 string
	//go:embed workloads/w5.graphql
	w5 string
	//go:embed workloads/w7.graphql
	w7 string
)

func byKey(from int) func(base, tag int) string {
	return func(base, tag int) string { return fmt.Sprintf(`{"id":%q}`, stub.Key(from+base, tag)) }
}

func pages(size int) func(base, tag int) string {
	return func(base, tag int) string {
		return fmt.Sprintf(`{"first":%d,"since":%q}`, size, stub.Since(base*size, tag))
	}
}

// hot is a zipf distribution over customers, drawn once: some are asked for all the time.
var hot = func() []int {
	z := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, hotCustomers-1)
	drawn := make([]int, 1<<16)
	for i := range drawn {
		drawn[i] = int(z.Uint64())
	}
	return drawn
}()

const hotCustomers = 1000

var oneCustomer = workload{
	name: "W1", measure: (*bench).cpu, title: "one customer, all sources", operation: w1, servers: all,
	bases: 500, variables: byKey(0), connections: 8, rate: 100, calls: 4,
	targets: map[string]target{floor0: {atMost: 1.0}, "mercurius": {atLeast: 1.3}, "gqlgen": {atLeast: 2.5}, "apollo": {atLeast: 2.8}},
}

var hotKeys = workload{
	name: "W4", measure: (*bench).cpu, title: "hot keys: zipf over 1,000 customers, caching allowed", operation: w4,
	servers: []server{
		static("static bytes: one customer's answer"),
		customer360.with(ours, "**customer360**, with its cache", "-cache"),
		customer360.with("uncached", "customer360 without it"),
		tailcall, mercurius,
	},
	bases: hotCustomers, variables: func(base, _ int) string { return byKey(0)(base, 0) }, draw: hot, connections: 8, rate: 100, calls: 0.02,
	targets: map[string]target{floor0: {atMost: 1.5}, "tailcall": {atLeast: 1}},
	notes: []string{
		"Tailcall has no words for most of what W1 and W2 ask: figures that follow from a list, connections, encoded ids, a record that is found in a list of links. So this operation is a small one, and Tailcall asks the stub for records one by one.",
		"All requests here have the same Authorization. That answers are not shared between callers is a test: TestCallersShareNothing.",
	},
}

// workloads are all of them, in the order of the tables.
var workloads = []workload{
	oneCustomer,
	{
		name: "W2", measure: (*bench).cpu, title: "50 customers × 3 sources", operation: w2, servers: all,
		bases: stub.Customers / 50, variables: pages(50), connections: 4, rate: 25, calls: 4,
		targets: map[string]target{floor0: {atMost: 0.8}, "mercurius": {atLeast: 2.5}, "gqlgen": {atLeast: 9}, "apollo": {atLeast: 9}},
	},
	{
		name: "W3", title: "one source takes 200 ms, all other calls 5 ms", operation: w2, servers: all,
		bases: stub.Customers / 50, variables: pages(50), connections: 8, rate: 20,
		measure: (*bench).slowSource,
	},
	hotKeys,
	{
		name: "W5", measure: (*bench).cpu, title: "timeline: one customer, 100 mixed interactions", operation: w5, servers: all,
		bases: stub.Histories, variables: byKey(stub.Customers), connections: 4, rate: 50, calls: 4,
		targets: map[string]target{floor0: {atMost: 0.8}, "mercurius": {atLeast: 4}, "gqlgen": {atLeast: 10}},
	},
	{
		name: "W6", measure: (*bench).cpu, title: "1,000 customers × 3 sources", operation: w2, servers: all,
		bases: stub.Customers / 1000, variables: pages(1000), connections: 4, rate: 2, calls: 31, memory: 60,
		targets: map[string]target{floor0: {atMost: 0.6}, "mercurius": {atLeast: 3.5}, "gqlgen": {atLeast: 15}},
	},
	{
		name: "W7", measure: (*bench).cpu, title: "introspection", operation: w7, unlike: true,
		servers: []server{static("static bytes: the answer of customer360"), customer360, stock, mercurius, yoga, apollo, generated},
		bases:   1, variables: func(int, int) string { return "{}" }, connections: 4, rate: 20, calls: 0,
		targets: map[string]target{floor0: {atMost: 2}, "gqlgen": {atLeast: 40}},
		more:    (*bench).starts,
		notes:   []string{"The answers are not compared: each server writes the schema that it was given in its own way."},
	},
}
