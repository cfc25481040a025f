package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"go.uber.org/goleak"

	"customer360/customer"
	"customer360/demo/live"
	"customer360/internal/await"
	"customer360/sources/profiles"
)

// A fault is what goes wrong on the way to a vendor.
type fault struct {
	name string
	// strike makes it so.
	strike func(t testing.TB, p *toxiproxy.Proxy)
	// states are those that the source may be in where nothing is kept of it.
	states []customer.SourceState
}

var (
	late = []customer.SourceState{customer.TimedOut}
	gone = []customer.SourceState{customer.Unavailable}
	well = []customer.SourceState{customer.Fresh}
)

func toxic(kind, attributes string, states []customer.SourceState) fault {
	return fault{kind + " " + attributes, func(t testing.TB, p *toxiproxy.Proxy) { poison(t, p, kind, attributes) }, states}
}

var noBandwidth = toxic("bandwidth", `{"rate": 0}`, late)

// faults are every toxic, in the doses that matter.
var faults = []fault{
	toxic("latency", `{"latency": 10000}`, late),
	toxic("latency", `{"latency": 1}`, well),
	toxic("timeout", `{"timeout": 0}`, late),
	toxic("timeout", `{"timeout": 20}`, gone),
	toxic("reset_peer", `{"timeout": 0}`, gone),
	toxic("reset_peer", `{"timeout": 20}`, gone),
	noBandwidth,
	toxic("bandwidth", `{"rate": 10000}`, well),
	toxic("slicer", `{"average_size": 200, "size_variation": 100, "delay": 1}`, well),
	toxic("limit_data", `{"bytes": 0}`, gone),
	toxic("limit_data", `{"bytes": 300}`, gone),
	toxic("slow_close", `{"delay": 1000}`, well),
	{"down", func(_ testing.TB, p *toxiproxy.Proxy) { p.Stop() }, gone},
}

// proxysOwn are goroutines that the proxy leaves behind: those of connections that were
// ended while a toxic held them.
var proxysOwn = []goleak.Option{
	goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).write"),
	goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).read"),
	goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"),
}

const faultQuery = `{ customers(first: 5) { edges { node {
	id displayName
	billing { mrr { amount currency } subscriptions { id name status } }
	support { openTickets tickets { totalCount } }
	social { followers profiles { handle displayName } mentions { edges { node { text postedAt } } } }
	sources { source state complete stale asOf code systems { system state } }
} } } }`

type faultAnswer struct {
	Errors []struct {
		Path       []any
		Extensions struct{ Code, Source string }
	}
	Data struct {
		Customers struct {
			Edges []struct {
				Node struct {
					ID, DisplayName          string
					Billing, Support, Social json.RawMessage
					Sources                  []struct {
						Source   profiles.SourceName
						State    customer.SourceState
						Complete bool
						Stale    bool
						AsOf     *time.Time
						Code     *string
					}
				}
			}
		}
	}
}

// Whatever goes wrong on the way to one vendor, with nothing kept of it and with its
// last answer kept: the other sources are whole, the status says what is so, what is served
// as stale is what was true, and nobody is told a secret or a key.
func TestFaults(t *testing.T) {
	defer await.Goroutines(t, append(proxysOwn, goleak.IgnoreCurrent())...)
	company := live.Company(time.Now())
	for _, v := range vendors() {
		for _, f := range faults {
			for _, warm := range []bool{false, true} {
				if warm && testing.Short() {
					continue
				}
				name := v.name + "/" + f.name + "/cold"
				if warm {
					name = v.name + "/" + f.name + "/warm"
				}
				t.Run(name, func(t *testing.T) {
					guards := patient()
					guards.Breaker.Disabled = true
					if f.states[0] == customer.TimedOut {
						// It comes in no time, so that it need not be waited for long.
						guards.Timeout = 250 * time.Millisecond
					}
					s := mountGuarded(t, company, 5, guards, v)
					var truth faultAnswer
					if warm {
						truth = whole(t, s, v.source)
					}
					f.strike(t, s.proxies[v.name])
					got := s.ask(faultQuery)
					s.proxies[v.name].Stop()
					check(t, s, v, f, warm, truth, got)
				})
			}
		}
	}
}

// whole gives the answer where nothing is wrong, which has data of the source. A machine that
// does other things may take several times to have it within the source's time.
func whole(t testing.TB, s *stage, source profiles.SourceName) (a faultAnswer) {
	t.Helper()
	var got answered
	await.Until(t, "an answer without errors", func() bool {
		a, got = faultAnswer{}, s.ask(faultQuery)
		if err := json.Unmarshal(got.body, &a); err != nil {
			t.Fatalf("%v: %.500s", err, got.body)
		}
		return a.Errors == nil
	})
	s.log.clear()
	for i := range a.Data.Customers.Edges {
		if string(truthOf(a, i, source)) == "null" {
			t.Fatalf("there is nothing in the truth: %s", got.body)
		}
	}
	return a
}

func check(t *testing.T, s *stage, v vendor, f fault, warm bool, truth faultAnswer, got answered) {
	if got.status != http.StatusOK {
		t.Fatalf("HTTP status %d: %s", got.status, got.body)
	}
	var a faultAnswer
	if err := json.Unmarshal(got.body, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Data.Customers.Edges) != 5 {
		t.Fatalf("%d customers: %s", len(a.Data.Customers.Edges), got.body)
	}
	failed := 0
	for i, e := range a.Data.Customers.Edges {
		parts := map[profiles.SourceName]json.RawMessage{profiles.Billing: e.Node.Billing, profiles.Support: e.Node.Support, profiles.Social: e.Node.Social}
		for _, status := range e.Node.Sources {
			if status.Source == profiles.Profile {
				continue
			}
			hasData := string(parts[status.Source]) != "null"
			if status.Source != v.source {
				if status.State != customer.Fresh || !hasData || !status.Complete {
					t.Errorf("%s is not whole: %+v", status.Source, status)
				}
				continue
			}
			want := f.states
			if warm && f.states[0] != customer.Fresh {
				want = []customer.SourceState{customer.Stale}
			}
			if !oneOf(status.State, want) {
				t.Errorf("%s is %s; want %s", status.Source, status.State, want)
			}
			switch status.State {
			case customer.Fresh:
				if !hasData || status.AsOf == nil || status.Code != nil {
					t.Errorf("%+v", status)
				}
			case customer.Stale:
				if !hasData || status.AsOf == nil || !status.Stale || status.Code == nil {
					t.Errorf("%+v", status)
				}
			default:
				failed++
				if hasData || status.Complete || status.Code == nil {
					t.Errorf("%+v with %s", status, parts[v.source])
				}
			}
			if warm && hasData && !bytes.Equal(parts[v.source], truthOf(truth, i, v.source)) {
				t.Errorf("what is served as %s never was: %s; want %s", status.State, parts[v.source], truthOf(truth, i, v.source))
			}
		}
	}
	if len(a.Errors) != failed {
		t.Errorf("%d errors for %d failures: %s", len(a.Errors), failed, got.body)
	}
	for _, e := range a.Errors {
		if e.Extensions.Source != string(v.source) || e.Extensions.Code == "" {
			t.Errorf("%+v", e)
		}
	}
	log := s.log.String()
	if failed > 0 && !strings.Contains(log, "source failed") {
		t.Errorf("the failure was not logged: %s", log)
	}
	s.isSilent(t, v, string(got.body))
}

// isSilent checks that neither an answer nor the log tells a secret, nor the log a key.
func (s *stage) isSilent(t *testing.T, v vendor, answer string) {
	t.Helper()
	log := s.log.String()
	for _, secret := range v.secrets {
		if strings.Contains(log, secret) || strings.Contains(answer, secret) {
			t.Errorf("a secret of %s shows", v.name)
		}
	}
	for _, key := range s.keys {
		if strings.Contains(log, key) {
			t.Errorf("a key is in the log: %s", key)
		}
	}
}

// truthOf gives what an answer has of a source.
func truthOf(a faultAnswer, i int, source profiles.SourceName) json.RawMessage {
	n := a.Data.Customers.Edges[i].Node
	return map[profiles.SourceName]json.RawMessage{profiles.Billing: n.Billing, profiles.Support: n.Support, profiles.Social: n.Social}[source]
}

func oneOf(s customer.SourceState, all []customer.SourceState) bool {
	for _, one := range all {
		if s == one {
			return true
		}
	}
	return false
}
