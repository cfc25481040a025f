//go:build linux && !race

package attack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	// timed is how many keys of each kind are tried: enough for a median that is steady to
	// some percent.
	timed = 120
	// maxTelling is how much longer one kind takes than another: coarse, since it is measured
	// on a machine that does other things. A look-up in the store would be ten times as long.
	maxTelling = 1.6
)

// timing tries keys that fail for different reasons, in turns, and holds that the median time
// of the answer does not tell which: there is no such id, the secret is wrong from its first
// letter on, or only in its last one.
func (w *world) timing(t *testing.T) {
	id, secret := idOf(w.keys["analyst"]), strings.Split(w.keys["analyst"], "_")[2]
	other := func(letter byte) string {
		if letter == 'A' {
			return "B"
		}
		return "A"
	}
	absent := guess("", "")
	kinds := []struct{ name, key string }{
		{"an unknown id", absent},
		{"a wrong secret", guess(id, other(secret[0])+secret[1:])},
		{"a secret that is wrong in its last letter", guess(id, secret[:len(secret)-1]+other(secret[len(secret)-1]))},
	}
	took := make([][]time.Duration, len(kinds))
	for i := range timed {
		for k, kind := range kinds {
			a := &attack{class: "timing", name: kind.name, within: time.Minute, request: "POST /graphql\nContent-Type: application/json\n\n{\"query\":\"{ __typename }\"}"}
			// An address may try ten.
			got, err := a.send(context.WithoutCancel(t.Context()), w.gateway.addr, kind.key, fmt.Sprintf("timing/%d", i))
			if err != nil || got.status != 401 {
				t.Fatalf("%s: %d %v", kind.name, got.status, err)
			}
			took[k] = append(took[k], got.took)
		}
	}
	var medians []time.Duration
	for k, kind := range kinds {
		slices.Sort(took[k])
		medians = append(medians, took[k][timed/2])
		t.Logf("%s: refused after %s (median)", kind.name, medians[k].Round(time.Microsecond))
	}
	if telling := float64(slices.Max(medians)) / float64(slices.Min(medians)); telling > maxTelling {
		t.Errorf("the time tells why a key was refused: %v", medians)
	}
}
