// Command bench measures what one request costs a gateway: this project's, hand-written
// handlers as floors, and other GraphQL servers, all over the same upstream. README.md
// says how, and how to read what it writes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	rounds int
	quick  bool
	// check: nothing is measured.
	check bool
	// profiles is a folder for CPU profiles; empty: none are made.
	profiles string
	// workloads and servers are those that are measured; nil: all.
	workloads, servers []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "how often each server is measured, at least 1")
	flag.BoolVar(&o.quick, "quick", false, "short rounds, without GraphQL Yoga and the tuned gqlgen: all of it in less than five minutes")
	flag.BoolVar(&o.check, "check", false, "only start every server and hold their answers equal; measure nothing")
	flag.Func("workloads", "only these, as W1,W2", list(&o.workloads))
	flag.Func("servers", "only these beside customer360 and F0, as mercurius,gqlgen", list(&o.servers))
	flag.StringVar(&o.profiles, "profiles", "", "a folder to write CPU profiles of customer360 and F0 to; what is measured then does not count")
	flag.Parse()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func list(into *[]string) func(string) error {
	return func(s string) error {
		*into = strings.Split(s, ",")
		return nil
	}
}

func (o options) has(workload string) bool {
	return o.workloads == nil || slices.Contains(o.workloads, workload)
}

// runs reports whether a server is measured. A quick run leaves out two that have a
// better one of their kind beside them.
func (o options) runs(server string) bool {
	if o.quick && o.servers == nil {
		return server != "yoga" && server != "gqlgen-tuned"
	}
	return o.servers == nil || server == ours || server == floor0 || slices.Contains(o.servers, server)
}

// whole reports whether the results are those that others can compare with theirs.
func (o options) whole() bool {
	return !o.quick && o.workloads == nil && o.servers == nil && o.rounds >= 5
}

// pick gives the first value, or the second in a quick run.
func pick[T any](o options, full, quick T) T {
	if o.quick {
		return quick
	}
	return full
}

func run(ctx context.Context, o options) error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the CPU time and memory of other processes are read from Linux")
	}
	if o.rounds < 1 {
		return fmt.Errorf("-rounds: want at least 1")
	}
	for _, name := range o.workloads {
		if !slices.ContainsFunc(workloads, func(w workload) bool { return w.name == name }) {
			return fmt.Errorf("-workloads: there is no %s", name)
		}
	}
	began := time.Now()
	if err := build(ctx, o); err != nil {
		return err
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	if o.check {
		if err := b.check(ctx); err != nil {
			return err
		}
		fmt.Printf("all servers start, and give equal answers; it took %s\n", time.Since(began).Round(time.Second))
		return nil
	}
	r := &results{machine: describe(ctx, b)}
	for _, w := range workloads {
		if !o.has(w.name) {
			continue
		}
		for _, measure := range []func(*bench, context.Context, workload) (section, error){w.measure, w.more} {
			if measure == nil {
				continue
			}
			s, err := measure(b, ctx, w)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			r.sections = append(r.sections, s)
			fmt.Println(s.markdown())
		}
	}
	r.took = time.Since(began)
	return r.write(o)
}
