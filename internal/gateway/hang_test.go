package gateway_test

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"customer360/customer"
	"customer360/demo"
	"customer360/demo/live"
	"customer360/internal/await"
	"customer360/internal/gateway"
	"customer360/internal/require"
	"customer360/resolvers"
	"customer360/sources/billing"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
)

const hangQuery = `{ customers(first: 5) { edges { node { billing { mrr { amount } } support { openTickets } social { followers } sources { source state complete } } } } }`

// hangs are how long those wait who ask while one system hangs.
var hangs = []struct {
	name, operation string
	wait            time.Duration
}{
	{"who is in a hurry", `query @freshness(deadline: "PT0.15S") `, 150 * time.Millisecond},
	{"who waits as long as it takes", ``, guard.Defaults().Timeout},
}

// While one system hangs, who says how long to wait is answered then, and who says nothing
// is answered within the system's timeout, to the moment; the other systems' data are whole
// for both.
func TestOneSourceHangs(t *testing.T) {
	for _, test := range hangs {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				systems := over(demo.New(time.Now()))
				// It does not even return when its context ends.
				release := make(chan struct{})
				defer close(release)
				systems.Billing[0].Source.(*sourcetest.Fake[*billing.Record]).Fault = sourcetest.Fault{Deaf: true, Release: release}
				g, err := gateway.New(gateway.Config{RequestTimeout: time.Minute, Log: slog.New(slog.DiscardHandler)}, systems)
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				start := time.Now()
				body := sent(g, test.operation+hangQuery).body
				if took := time.Since(start); took != test.wait {
					t.Errorf("it took %s; want %s", took, test.wait)
				}
				holdsOthers(t, profiles.Billing, body)
			})
		})
	}
}

// The same with many at once and real vendors: who asks while one hangs waits little longer
// than that, measured by how long a plain query takes in the same run. Time counts from when a
// request was due: a gateway that falls behind does not look quick.
func TestOneSourceHangsUnderLoad(t *testing.T) {
	require.Quiet(t, "faults")
	defer await.Goroutines(t, append(proxysOwn, goleak.IgnoreCurrent())...)
	const (
		requests = 60
		pace     = 15 * time.Millisecond
		// maxSlower is by how many plain queries' time the slowest answer comes later than it
		// has to: there are fifty times as many under way as without a system that hangs.
		maxSlower = 30
		// A plain query's time is not told from less.
		least = 5 * time.Millisecond
	)
	company := live.Company(time.Now())
	for _, hung := range vendors() {
		for _, test := range hangs {
			t.Run(hung.name+"/"+test.name, func(t *testing.T) {
				load := func(s *stage) (slowest time.Duration, bodies [][]byte) {
					took := make([]time.Duration, requests)
					bodies = make([][]byte, requests)
					var all sync.WaitGroup
					start := time.Now()
					for n := range requests {
						due := start.Add(time.Duration(n) * pace)
						time.Sleep(time.Until(due))
						all.Go(func() {
							bodies[n] = s.ask(test.operation + hangQuery).body
							took[n] = time.Since(due)
						})
					}
					all.Wait()
					return slices.Max(took), bodies
				}
				plain, _ := load(mount(t, company, 5, guard.Defaults(), 2*time.Second, hung))
				// Another one, which has kept nothing.
				s := mount(t, company, 5, guard.Defaults(), 2*time.Second, hung)
				poison(t, s.proxies[hung.name], "timeout", `{"timeout": 0}`)
				late, bodies := load(s)
				for _, body := range bodies {
					holdsOthers(t, hung.source, body)
				}
				t.Logf("the slowest answer took %s, and %s while it hangs", plain, late)
				if late > test.wait+maxSlower*max(plain, least) {
					t.Errorf("the slowest answer took %s; want at most %s and %d times %s", late, test.wait, maxSlower, plain)
				}
			})
		}
	}
}

// over is the demo company over Fakes: the customers that have a record in every source.
func over(c *demo.Company) resolvers.Systems {
	spine := &sourcetest.FakeSpine{}
	for _, p := range c.Customers {
		if everywhere(p) != nil {
			spine.Customers = append(spine.Customers, p)
		}
	}
	slices.SortFunc(spine.Customers, func(a, b *profiles.Customer) int { return cmp.Compare(a.ID, b.ID) })
	return resolvers.Systems{
		Spine: spine, SpineKind: "fake",
		Billing: fake("billing/documents", c.Billing, func(r *billing.Record) string { return r.RecordID }),
		Support: fake("support/documents", c.Support, func(r *support.Record) string { return r.RecordID }),
		Social:  fake("social/documents", c.Social, func(r *social.Record) string { return r.RecordID }),
	}
}

// holdsOthers checks that an answer has no data of the source that hangs, and all of the others.
func holdsOthers(t *testing.T, hung profiles.SourceName, body []byte) {
	var a faultAnswer
	if err := json.Unmarshal(body, &a); err != nil || len(a.Data.Customers.Edges) != 5 {
		t.Errorf("%v: %s", err, body)
		return
	}
	for i, e := range a.Data.Customers.Edges {
		if len(e.Node.Sources) < 2 {
			t.Errorf("not every status is told: %+v", e.Node.Sources)
		}
		for _, status := range e.Node.Sources {
			if status.Source == profiles.Profile {
				continue
			}
			hasData := string(truthOf(a, i, status.Source)) != "null"
			fails := status.State == customer.TimedOut || status.State == customer.Unavailable
			if isHung := status.Source == hung; hasData == isHung || fails != isHung || status.Complete == isHung {
				t.Errorf("%+v", status)
			}
		}
	}
}
