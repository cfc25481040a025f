// Package await waits in tests: for what has to come, never for a time.
package await

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is far beyond what anything takes that comes at all, on the slowest machine.
const patience = 2 * time.Minute

// Until waits until something is so, and fails the test where that never comes.
func Until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// Goroutines waits until there are no goroutines but those that are ignored, and fails the test
// where some stay.
func Goroutines(t testing.TB, ignored ...goleak.Option) {
	t.Helper()
	if err := ended(ignored); err != nil {
		t.Error(err)
	}
}

// Main runs the tests of a package, and waits until they have left no goroutine. It gives the
// code to exit with.
func Main(m *testing.M) int {
	code := m.Run()
	if code != 0 {
		return code
	}
	if err := ended(nil); err != nil {
		println(err.Error())
		return 1
	}
	return 0
}

// ended looks again and again, since goleak itself has half a second's patience.
func ended(ignored []goleak.Option) (err error) {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if err = goleak.Find(ignored...); err == nil {
			return nil
		}
	}
	return err
}
