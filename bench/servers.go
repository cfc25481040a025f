package main

import (
	"context"
	"net"
	"os"
	"strconv"
	"strings"
)

// The servers that others are compared with.
const (
	ours   = "customer360"
	floor0 = "F0"
	floor1 = "F1"
)

// A server is one row of a table.
type server struct {
	// key names it in flags and targets.
	key, label string
	// family is what has to be built for it.
	family string
	env    []string
	// command starts it on an address.
	command func(b *bench, w workload, addr string) []string
	// prepare makes what it needs to start. Nil: nothing.
	prepare func(ctx context.Context, b *bench, w workload, addr string) error
	// bound: its answers are others, so that they are not compared.
	bound bool
}

// kept is how many connections to the upstream each server may keep: at least four
// times those that it gets.
func (w workload) kept() string { return strconv.Itoa(max(64, 4*w.connections)) }

func ofGo(program string, args ...string) func(*bench, workload, string) []string {
	return func(b *bench, w workload, addr string) []string {
		return append([]string{outDir + "/" + program, "-addr", addr, "-stub", b.stubURL, "-connections", w.kept()}, args...)
	}
}

func ofFloor(args ...string) func(*bench, workload, string) []string {
	return func(b *bench, w workload, addr string) []string {
		return append(ofGo("floor", "-workload", w.name)(b, w, addr), args...)
	}
}

func ofNode(name string) func(*bench, workload, string) []string {
	return func(b *bench, w workload, addr string) []string {
		_, port, _ := net.SplitHostPort(addr)
		return []string{"node", "peers/node/server.js", name, port, b.stubURL, w.kept(), schemaFile}
	}
}

// ourGOGC is what customer360 sets: handlers written by hand get the same, so that a ratio
// to them is not one of settings.
var ourGOGC = []string{"GOGC=400"}

// schemaFile is the project's schema, which every peer is built from.
const schemaFile = "peers/schema.graphqls"

// tailcallConfig is written for each start of Tailcall.
const tailcallConfig = outDir + "/tailcall.graphql"

// prepareTailcall writes Tailcall's configuration, which has to name the addresses.
func prepareTailcall(_ context.Context, b *bench, _ workload, addr string) error {
	config, err := os.ReadFile("peers/tailcall/config.graphql")
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	text := strings.NewReplacer("http://127.0.0.1:18900", b.stubURL, "18901", port).Replace(string(config))
	return os.WriteFile(tailcallConfig, []byte(text), 0o644)
}

func ofTailcall(*bench, workload, string) []string {
	return []string{"peers/tailcall/node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall", "start", tailcallConfig}
}

var (
	// spliced, byHand and static are the floors.
	spliced     = server{key: floor1, label: "F1: by hand, upstream's bytes spliced, not decoded", family: "go", env: ourGOGC, command: ofFloor("-splice"), bound: true}
	byHand      = server{key: floor0, label: "F0: by hand, structs decoded, answer appended", family: "go", env: ourGOGC, command: ofFloor()}
	customer360 = server{key: ours, label: "**customer360**", family: "go", command: ofGo("gateway")}
	stock       = server{key: "stock", label: "customer360 on the stock executor", family: "go", command: ofGo("gateway", "-stock")}

	mercurius = server{key: "mercurius", label: "Mercurius with JIT", family: "node", command: ofNode("mercurius")}
	yoga      = server{key: "yoga", label: "GraphQL Yoga", family: "node", command: ofNode("yoga")}
	apollo    = server{key: "apollo", label: "Apollo Server", family: "node", command: ofNode("apollo")}
	tuned     = server{key: "gqlgen-tuned", label: "gqlgen, tuned", family: "gqlgen", env: []string{"GOGC=400"}, command: ofGo("gqlgen", "-tuned")}
	generated = server{key: "gqlgen", label: "gqlgen, as generated", family: "gqlgen", command: ofGo("gqlgen")}
	tailcall  = server{key: "tailcall", label: "Tailcall, with dedupe and cache", family: "tailcall", env: []string{"TAILCALL_TRACKER=false", "TAILCALL_LOG_LEVEL=error"}, command: ofTailcall, prepare: prepareTailcall}

	// all are those that can answer everything, in the order of the tables.
	all = []server{spliced, byHand, customer360, stock, mercurius, yoga, apollo, tuned, generated}
)

// static answers everything with the first answer that customer360 gives.
func static(label string) server {
	return server{key: floor0, label: label, family: "go", env: ourGOGC, command: func(b *bench, w workload, addr string) []string {
		return append(ofGo("floor")(b, w, addr), "-static", staticFile(w))
	}, bound: true, prepare: keepAnswer}
}

// with gives a server that has more arguments and another label.
func (s server) with(key, label string, args ...string) server {
	command := s.command
	s.key, s.label = key, label
	s.command = func(b *bench, w workload, addr string) []string { return append(command(b, w, addr), args...) }
	return s
}

// keepAnswer asks customer360 once, and keeps the answer.
func keepAnswer(ctx context.Context, b *bench, w workload, _ string) error {
	p, err := b.start(ctx, server{key: ours, command: ofGo("gateway")}, w)
	if err != nil {
		return err
	}
	defer p.stop()
	body, err := askOnce(ctx, p.addr, newRequests(w).of(0, 0))
	if err != nil {
		return err
	}
	return os.WriteFile(staticFile(w), body, 0o644)
}

func staticFile(w workload) string { return outDir + "/" + w.name + ".json" }
