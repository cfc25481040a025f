// Package require says what a test needs that Go does not bring along.
package require

import (
	"os"
	"testing"
)

// Tool skips a test whose tool was not found, and says what to install. Where
// C360_REQUIRE=all is set, as in CI, nothing may be left out: the test fails.
func Tool(t testing.TB, found bool, install string) {
	t.Helper()
	switch {
	case found:
	case os.Getenv("C360_REQUIRE") == "all":
		t.Fatalf("C360_REQUIRE=all, and something is missing: %s", install)
	default:
		t.Skipf("something is missing: %s", install)
	}
}
