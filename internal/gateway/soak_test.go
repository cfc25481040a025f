package gateway_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"go.uber.org/goleak"

	"customer360/customer"
	"customer360/demo"
	"customer360/demo/live"
	"customer360/internal/await"
	"customer360/internal/require"
	"customer360/sources/billing"
	"customer360/sources/billing/postgres/postgrestest"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

var soak = flag.Duration("soak", 10*time.Second, "how long TestSoak goes on")

// Vendors that fail in mixed ways, on and off, under load, while what they hold changes
// all the time: no answer that is told as fresh is older than it may be, none that is
// told as stale is older than the caller allows, every status fits what is there, nobody
// is told a secret or a key, and in the end nothing is left: no goroutine, no memory. What is
// late is measured by how long a plain query takes in the same run.
func TestSoak(t *testing.T) {
	require.Quiet(t, "soak")
	guards := guard.Defaults()
	guards.Timeout = 300 * time.Millisecond
	// Fewer than are asked of one vendor, so that records are pushed out.
	guards.Cache.Records = 8
	var heap uint64
	ended := append(proxysOwn, goleak.IgnoreCurrent())
	// This comes after all that the stage lets end with the test.
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		// A call may go on for its timeout.
		await.Goroutines(t, ended...)
		if grown := int64(heapInUse()) - int64(heap); grown > 32<<20 {
			t.Errorf("%d MiB more are in use than before", grown>>20)
		}
	})
	company := few(live.Company(time.Now()))
	all := slices.DeleteFunc(vendors(), func(v vendor) bool { return v.name == "postgres" && !postgrestest.Installed() })
	const customers = 60
	s := mount(t, company, customers, guards, time.Second, all...)
	w := newWorldClock(company, s.hold)
	var tally soakTally
	tally.plain = plainOf(s, 20)
	heap = heapInUse()

	stop := make(chan struct{})
	var background, load sync.WaitGroup
	background.Go(func() { w.run(stop) })
	var strikes atomic.Int64
	for i, v := range all {
		background.Go(func() { strikes.Add(mischief(t, s.proxies[v.name], uint64(i), stop)) })
	}
	end := time.Now().Add(*soak)
	for n := range 8 {
		load.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 360))
			for time.Now().Before(end) && !t.Failed() {
				tally.request(t, s, w, r)
			}
		})
	}
	load.Wait()
	close(stop)
	background.Wait()
	t.Logf("%d vendors, %d faults, %d generations, %s", len(all), strikes.Load(), w.generations(), tally.String())
	tally.bounds(t)
	for _, v := range all {
		s.isSilent(t, v, "")
	}
	// The log is the test's own, and grows.
	s.log.b = bytes.Buffer{}
}

// few leaves only the records of customers that have one everywhere, so that a generation
// is made in little time.
func few(c *demo.Company) *demo.Company {
	keys := map[string]bool{}
	for _, customer := range c.Customers {
		for _, l := range everywhere(customer) {
			keys[l.RecordID] = true
		}
	}
	c.Billing = slices.DeleteFunc(c.Billing, func(r *billing.Record) bool { return !keys[r.RecordID] })
	c.Support = slices.DeleteFunc(c.Support, func(r *support.Record) bool { return !keys[r.RecordID] })
	c.Social = slices.DeleteFunc(c.Social, func(r *social.Record) bool { return !keys[r.RecordID] })
	return c
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// mischief makes a vendor fail in one way after the other, with pauses, until stop. It
// gives how often.
func mischief(t testing.TB, p *toxiproxy.Proxy, seed uint64, stop <-chan struct{}) (strikes int64) {
	r := rand.New(rand.NewPCG(seed, 7))
	pause := func(least, more time.Duration) bool {
		select {
		case <-stop:
			return false
		case <-time.After(least + time.Duration(r.Int64N(int64(more)))):
			return true
		}
	}
	// With no bandwidth at all the proxy never gives a connection up. To who waits it is as
	// a timeout of 0.
	some := slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.name == noBandwidth.name })
	for pause(200*time.Millisecond, 1500*time.Millisecond) {
		f := some[r.IntN(len(some))]
		f.strike(t, p)
		strikes++
		pause(200*time.Millisecond, 1500*time.Millisecond)
		// Another proxy in its place, since taking a toxic out of one waits for ever where a
		// connection broke under it.
		p.Stop()
		p = proxyTo(t, p.Name, p.Listen, p.Upstream)
	}
	return strikes
}

// A worldClock changes what the vendors hold, generation by generation. Each record
// tells its generation.
type worldClock struct {
	company *demo.Company
	hold    map[string]func(*demo.Company)
	// made is how many generations there were; next alone knows it.
	made int
	mu   sync.Mutex
	// over are the times at which each generation was over; the last one is not.
	over []time.Time
}

const generation = 250 * time.Millisecond

func newWorldClock(c *demo.Company, hold map[string]func(*demo.Company)) *worldClock {
	w := &worldClock{company: c, hold: hold}
	w.next()
	return w
}

func (w *worldClock) run(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(generation):
			w.next()
		}
	}
}

func (w *worldClock) generations() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.over) + 1
}

// next makes a new generation. The one before is over when every vendor holds the new one.
func (w *worldClock) next() {
	mark := fmt.Sprintf(" v%d", w.made)
	c := *w.company
	c.Billing, c.Support, c.Social = nil, nil, nil
	for _, r := range w.company.Billing {
		n := *r
		n.Name = "billing" + mark
		c.Billing = append(c.Billing, &n)
	}
	for _, r := range w.company.Support {
		n := *r
		n.Tickets = []*support.Ticket{{Title: "support" + mark, Status: support.Open, CreatedAt: c.Now.Add(-time.Hour)}}
		n.Tickets[0].RecordID = r.RecordID + "-t1"
		n.Messages = nil
		c.Support = append(c.Support, &n)
	}
	for _, r := range w.company.Social {
		n := *r
		n.DisplayName = "social" + mark
		c.Social = append(c.Social, &n)
	}
	for _, hold := range w.hold {
		hold(&c)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.made > 0 {
		w.over = append(w.over, time.Now())
	}
	w.made++
}

// wasOver says when a generation was over; ok is false where it is the last one.
func (w *worldClock) wasOver(generation int) (at time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if generation >= len(w.over) {
		return time.Time{}, false
	}
	return w.over[generation], true
}

// A soakTally counts what came out.
type soakTally struct {
	requests, fresh, stale, failed, wrong atomic.Int64
	mu                                    sync.Mutex
	took                                  []time.Duration
	// plain is how long a query takes at the most where nothing fails and nobody else asks.
	plain time.Duration
}

// plainOf asks some plain queries.
func plainOf(s *stage, n int) (longest time.Duration) {
	for range n {
		longest = max(longest, s.ask(fmt.Sprintf("{ customers(first: 40) { %s } }", soakFields)).took)
	}
	return longest
}

// slack is how late something may be that eight callers wait for at once, on a machine as fast
// as this one.
func (y *soakTally) slack() time.Duration { return 30 * y.plain }

func (y *soakTally) String() string {
	y.mu.Lock()
	defer y.mu.Unlock()
	slices.Sort(y.took)
	return fmt.Sprintf("%d requests, %d answers checked (%d fresh, %d stale), %d failures told, %d wrong; p50 %s, p99 %s, longest %s",
		y.requests.Load(), y.fresh.Load()+y.stale.Load(), y.fresh.Load(), y.stale.Load(), y.failed.Load(), y.wrong.Load(),
		y.took[len(y.took)/2], y.took[len(y.took)*99/100], y.took[len(y.took)-1])
}

// bounds: no outcome was wrong, and every one came up, if there was time for it.
func (y *soakTally) bounds(t *testing.T) {
	if y.wrong.Load() > 0 || y.fresh.Load() == 0 {
		t.Errorf("want some, and none wrong: %s", y)
	}
	if *soak >= 10*time.Second && (y.stale.Load() == 0 || y.failed.Load() == 0) {
		t.Errorf("want some of each: %s", y)
	}
}

const soakFields = `edges { node {
	billing { accounts { name } }
	support { tickets(first: 1) { edges { node { title } } } }
	social { profiles { displayName } }
	sources { source state complete stale code }
} }`

// allowances are what callers wish, and how old an answer may then be.
var allowances = []struct {
	directive        string
	maxAge, maxStale time.Duration
	nothingOld       bool
}{
	{"", 0, 10 * time.Minute, false},
	{`@freshness(onError: FAIL)`, 0, 0, true},
	{`@freshness(maxAge: "PT1S")`, time.Second, 10 * time.Minute, false},
	{`@freshness(maxAge: "PT0.5S", maxStale: "PT2S")`, 500 * time.Millisecond, 2 * time.Second, false},
	{`@freshness(deadline: "PT0.1S")`, 0, 10 * time.Minute, false},
}

// request asks for some customers and checks what it gets.
func (y *soakTally) request(t *testing.T, s *stage, w *worldClock, r *rand.Rand) {
	allowed := allowances[r.IntN(len(allowances))]
	query := fmt.Sprintf("query %s { customers(first: %d) { %s } }", allowed.directive, 1+r.IntN(40), soakFields)
	start := time.Now()
	got := s.ask(query)
	y.requests.Add(1)
	y.mu.Lock()
	y.took = append(y.took, got.took)
	y.mu.Unlock()
	var a struct {
		Data struct {
			Customers struct {
				Edges []struct {
					Node struct {
						Billing *struct{ Accounts []struct{ Name string } }
						Support *struct {
							Tickets struct {
								Edges []struct{ Node struct{ Title string } }
							}
						}
						Social *struct {
							Profiles []struct{ DisplayName string }
						}
						Sources []struct {
							Source   profiles.SourceName
							State    customer.SourceState
							Complete bool
							Stale    bool
							Code     *string
						}
					}
				}
			}
		}
	}
	wrong := func(format string, args ...any) {
		y.wrong.Add(1)
		t.Errorf("%s: "+format, append([]any{query}, args...)...)
	}
	if err := json.Unmarshal(got.body, &a); err != nil || got.status != http.StatusOK || len(a.Data.Customers.Edges) == 0 {
		wrong("status %d, %v: %.300s", got.status, err, got.body)
		return
	}
	for _, e := range a.Data.Customers.Edges {
		n := e.Node
		seen := map[profiles.SourceName]string{}
		if n.Billing != nil && len(n.Billing.Accounts) == 1 {
			seen[profiles.Billing] = n.Billing.Accounts[0].Name
		}
		if n.Support != nil && len(n.Support.Tickets.Edges) == 1 {
			seen[profiles.Support] = n.Support.Tickets.Edges[0].Node.Title
		}
		if n.Social != nil && len(n.Social.Profiles) == 1 {
			seen[profiles.Social] = n.Social.Profiles[0].DisplayName
		}
		for _, status := range n.Sources {
			if status.Source == profiles.Profile {
				continue
			}
			text, there := seen[status.Source]
			domain, number, _ := strings.Cut(text, " v")
			generation, err := strconv.Atoi(number)
			switch {
			case status.State == customer.Fresh && there && !status.Stale:
				y.fresh.Add(1)
				// A call that was under way may be joined: it began at most a timeout ago.
				if at, over := w.wasOver(generation); err != nil || domain != strings.ToLower(string(status.Source)) || over && start.Sub(at) > allowed.maxAge+300*time.Millisecond+y.slack() {
					wrong("%s is FRESH with %q, which was over %s before", status.Source, text, start.Sub(at))
				}
			case status.State == customer.Stale && there && status.Stale && status.Code != nil:
				y.stale.Add(1)
				if at, over := w.wasOver(generation); err != nil || domain != strings.ToLower(string(status.Source)) || allowed.nothingOld || over && start.Sub(at) > allowed.maxStale+300*time.Millisecond+y.slack() {
					wrong("%s is STALE with %q, which was over %s before", status.Source, text, start.Sub(at))
				}
			case (status.State == customer.TimedOut || status.State == customer.Unavailable) && !there && !status.Complete && status.Code != nil:
				y.failed.Add(1)
			default:
				wrong("%+v with %q", status, text)
			}
		}
	}
	if got.took > time.Second+y.slack() {
		wrong("it took %s; the deadline is a second, and a plain query takes %s", got.took, y.plain)
	}
}
