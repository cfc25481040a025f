package gateway_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"customer360/customer"
	"customer360/demo/live"
	"customer360/sources/guard"
	"customer360/sources/profiles"
)

const hangQuery = `{ customers(first: 5) { edges { node { billing { mrr { amount } } support { openTickets } sources { source state complete } } } } }`

// While one system hangs, who says how long to wait is answered then, and who says nothing
// is answered within the system's timeout; the other systems' data are whole for both. Time
// counts from when a request was due: a gateway that falls behind does not look quick.
func TestOneSourceHangs(t *testing.T) {
	defer goleak.VerifyNone(t, append(proxysOwn, goleak.IgnoreCurrent())...)
	const (
		requests = 200
		pace     = 15 * time.Millisecond
		// slack is for a busy machine with the race detector.
		slack = 250 * time.Millisecond
	)
	company := live.Company(time.Now())
	hung := vendors()[0]
	for _, test := range []struct {
		name, operation string
		wait            time.Duration
	}{
		{"who is in a hurry", `query @freshness(deadline: "PT0.15S") `, 150 * time.Millisecond},
		{"who waits as long as it takes", ``, guard.Defaults().Timeout},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := mount(t, company, 5, guard.Defaults(), 2*time.Second, hung)
			poison(t, s.proxies[hung.name], "timeout", `{"timeout": 0}`)
			took, bodies := make([]time.Duration, requests), make([][]byte, requests)
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
			for _, body := range bodies {
				holdsOthers(t, hung.source, body)
			}
			slices.Sort(took)
			p99 := took[requests*99/100]
			t.Logf("p50 %s, p90 %s, p99 %s, longest %s", took[requests/2], took[requests*9/10], p99, took[requests-1])
			if p99 > test.wait+slack {
				t.Errorf("p99 is %s; want at most %s and %s", p99, test.wait, slack)
			}
		})
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
