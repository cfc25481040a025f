// Package require says what a test needs that a machine may lack: a tool that Go does not
// include, or the machine to itself.
package require

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A Part is something that tests need and Go does not bring along.
type Part struct {
	name, install string
	// optional: CI does not have it, either.
	optional bool
}

// What there is. A test that needs something else adds it here, and to the step "Tools" of .ci/run.
var (
	Chromium   = Part{name: "Chromium", install: "apt-get install chromium"}
	PostgreSQL = Part{name: "PostgreSQL", install: "apt-get install postgresql"}
	// ConsoleModules are what the console is built and tested with, Node.js included.
	ConsoleModules = Part{name: "the console's Node modules", install: "(cd console && npm ci)"}
	MongoDB        = Part{name: "MongoDB", install: "set C360_TEST_MONGODB_URI to a server that tests may make databases on", optional: true}
)

// Tool skips a test whose part was not found, and says how to have it. At the end of
// `go test ./...`, [Report] tells of all that were skipped. Where C360_REQUIRE=all is set, as in
// CI, nothing that CI has may be left out: the test fails.
func Tool(t testing.TB, found bool, p Part) {
	t.Helper()
	switch {
	case found:
	case os.Getenv("C360_REQUIRE") == "all" && !p.optional:
		t.Fatalf("C360_REQUIRE=all, and %s is missing: %s", p.name, p.install)
	default:
		note(p)
		t.Skipf("%s is missing: %s", p.name, p.install)
	}
}

// Quiet skips a test that loads the machine and holds what it measures to bounds, unless the
// test is run by its name, `make NAME`, on a machine that does nothing else.
func Quiet(t testing.TB, name string) {
	t.Helper()
	if os.Getenv("C360_LOAD") == "" {
		t.Skipf("it loads the machine and measures: run it by name, make %s", name)
	}
}

// Long marks a test that takes long and starts nothing at once that a shorter one does not: go test
// -short leaves it out, which a run with the race detector is made with.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it is long: run it without -short")
	}
}

// line says what was skipped, given the parts that were missing, each as often as it was.
func line(missing []string) string {
	var all []string
	for _, p := range []Part{Chromium, PostgreSQL, ConsoleModules, MongoDB} {
		n := 0
		for _, name := range missing {
			if name == p.name {
				n++
			}
		}
		switch n {
		case 0:
		case 1:
			all = append(all, fmt.Sprintf("%s (1 test: %s)", p.name, p.install))
		default:
			all = append(all, fmt.Sprintf("%s (%d tests: %s)", p.name, n, p.install))
		}
	}
	if all == nil {
		return ""
	}
	return "skipped for want of " + strings.Join(all, ", ")
}
