package gateway_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"customer360/internal/querygen"
	"customer360/internal/require"
	"customer360/sources"
	"customer360/sources/support"
)

var (
	equalN      = flag.Int("equal.n", someOperations, "how many operations TestExecutorsAgree compares")
	equalFaults = flag.Int("equal.faults", 1, "after how many worlds with differences TestExecutorsAgree ends")
	equalCost   = flag.Bool("equal.cost", true, "calls and time are compared too")
	equalSeed   = flag.Uint64("equal.seed", 0, "the seed of the first world of TestExecutorsAgree; 0: a fixed one, and then a fresh one")
)

// perWorld is how many operations are sent to one world: several, so that breakers and
// caches come into it.
const perWorld = 40

// trialsOf makes the requests that a world gets.
func trialsOf(w *chancyWorld, n int) []trial {
	g := querygen.New(querygen.Config{Schema: w.schema(), Values: w.values, Fields: 60, Depth: 12})
	d := drawFrom(w.seed, 2)
	all := make([]trial, n)
	for i := range all {
		r := rand.New(rand.NewPCG(w.seed, uint64(i)))
		all[i] = trial{number: i, quiet: d.chance(0.2), purpose: one(d, "", "profiling", "profiling", "marketing")}
		if i > 0 && d.chance(0.3) {
			// What was found out about a document must not depend on its variables.
			all[i].Operation = g.Rerun(r, all[d.IntN(i)].Operation)
		} else {
			all[i].Operation = g.Operation(r)
		}
	}
	return all
}

// Whatever is asked of whatever world, both executors give the same data, byte for byte,
// and the same errors.
func TestExecutorsAgree(t *testing.T) {
	counted := newTried()
	defer counted.log(t)
	if *equalSeed != 0 {
		agree(t, counted, *equalSeed, *equalN)
		return
	}
	n := *equalN / 2
	if testing.Short() {
		n /= 4
	}
	agree(t, counted, 1, n)
	fresh := uint64(time.Now().UnixNano())
	agree(t, counted, fresh, n)
}

// A world that is played twice goes the same way: the comparison itself brings no
// chance into it, nor do the resolvers.
func TestWorldsAreRepeatable(t *testing.T) {
	require.Long(t)
	for seed := uint64(1); seed <= 25; seed++ {
		trials := trialsOf(newChancyWorld(seed), perWorld)
		first, second := play(t, newChancyWorld(seed), true, trials), play(t, newChancyWorld(seed), true, trials)
		for i := range trials {
			if d := difference(first[i], second[i]); d != "" {
				t.Errorf("seed %d, request %d: %s\n%s", seed, i, d, trials[i].Document)
			}
		}
	}
}

// agree compares n operations in worlds of the seeds from the given one on.
func agree(t *testing.T, counted *tried, seed uint64, n int) {
	t.Logf("worlds from -equal.seed=%d on", seed)
	failed := 0
	for ; n > 0 && failed < *equalFaults; n, seed = n-perWorld, seed+1 {
		// Its name tells the seed where the process ends.
		same := t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			w := newChancyWorld(seed)
			trials := trialsOf(w, min(n, perWorld))
			stock, ours := play(t, newChancyWorld(seed), true, trials), play(t, w, false, trials)
			counted.ran(w)
			for i := range trials {
				if err := counted.add(trials[i], ours[i]); err != nil {
					t.Errorf("the operation %d is not valid: %v\n%s", i, err, trials[i].Document)
				}
				if leaked := leak(w, ours[i].body, trials[i].Document, fmt.Sprint(trials[i].Variables)); leaked != "" {
					t.Errorf("seed %d, request %d, %s: the answer has %s, which is not in the contract\n%s\n%s", seed, i, w.caller.Audience, leaked, trials[i].Document, ours[i].body)
				}
				if faultOf(stock[i], ours[i]) != "" {
					report(t, w, trials[:i+1])
					return
				}
			}
		})
		if !same {
			failed++
		}
	}
}

// faultOf says what is wrong with two outcomes; "" where nothing is.
func faultOf(stock, ours outcome) string {
	if d := difference(stock, ours); d != "" {
		return d
	}
	return disorder(ours.body)
}

// report tells a difference in the last of these requests, made as small as it gets.
func report(t *testing.T, w *chancyWorld, trials []trial) {
	last := func(trials []trial) (string, outcome, outcome) {
		stock, ours := play(t, newChancyWorld(w.seed), true, trials), play(t, newChancyWorld(w.seed), false, trials)
		n := len(trials) - 1
		return faultOf(stock[n], ours[n]), stock[n], ours[n]
	}
	differs := func(trials []trial) bool { d, _, _ := last(trials); return d != "" }
	if alone := trials[len(trials)-1:]; differs(alone) {
		trials = alone
	}
	for i := 0; i < len(trials)-1; {
		if fewer := append(append([]trial{}, trials[:i]...), trials[i+1:]...); differs(fewer) {
			trials = fewer
		} else {
			i++
		}
	}
	r := trials[len(trials)-1]
	with := func(op querygen.Operation) []trial {
		all := append([]trial{}, trials...)
		all[len(all)-1].Operation = op
		return all
	}
	r.Operation = querygen.Shrink(w.schema(), r.Operation, func(op querygen.Operation) bool { return differs(with(op)) })
	what, stock, ours := last(with(r.Operation))
	variables, _ := json.Marshal(r.Variables)
	if what == "" {
		what = "it does not come again: chance that is not drawn from the seed is in it"
	}
	t.Errorf("%s\n\n%s\nvariables %s\noperationName %q, quiet %v, request %d, behind %d others\n\nstock %d %s %s%s\n%q\n\nours %d %s %s%s\n%q\n\ngo test ./internal/gateway -run TestExecutorsAgree -equal.seed=%d -equal.n=%d",
		what, r.Document, variables, r.Name, r.quiet, r.number, len(trials)-1,
		stock.status, stock.took, stock.failed, stock.body, stock.logged, ours.status, ours.took, ours.failed, ours.body, ours.logged, w.seed, perWorld)
}

// What the comparison is worth: a world that is a little different is told, and what may
// differ is not.
func TestDifferencesAreTold(t *testing.T) {
	require.Long(t)
	mangle := map[string]func(*chancyWorld){
		"a text":           func(w *chancyWorld) { w.customers[0].Name += "!" },
		"a customer less":  func(w *chancyWorld) { w.customers = w.customers[1:] },
		"the cap of pages": func(w *chancyWorld) { w.config.PageCap++ },
		"the links": func(w *chancyWorld) {
			for _, c := range w.customers {
				c.Links = nil
			}
		},
		"the faults": func(w *chancyWorld) { w.calm = !w.calm },
		"the age of answers": func(w *chancyWorld) {
			for _, records := range w.support {
				for key, a := range records {
					records[key] = sources.Answer[*support.Record]{Value: a.Value, AsOf: a.AsOf.Add(time.Second), Stale: a.Stale}
				}
			}
		},
	}
	for name, mangle := range mangle {
		t.Run(name, func(t *testing.T) {
			told := 0
			for seed := uint64(1); seed < 60 && told == 0; seed++ {
				w, mangled := newChancyWorld(seed), newChancyWorld(seed)
				if !w.caller.Open {
					continue
				}
				mangle(mangled)
				trials := trialsOf(w, perWorld)
				a, b := play(t, w, true, trials), play(t, mangled, true, trials)
				for i := range a {
					if difference(a[i], b[i]) != "" {
						told++
					}
				}
			}
			if told == 0 {
				t.Error("nothing was told")
			}
		})
	}
	said := func(body string) outcome { return outcome{status: 200, body: []byte(body)} }
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{`{"errors":[{"message":"a"},{"message":"b"}],"data":null}`, `{"errors":[{"message":"b"},{"message":"a"}],"data":null}`, true},
		{`{"errors":[{"requestId":"AAAA"}],"data":null}`, `{"errors":[{"requestId":"BBBB"}],"data":null}`, true},
		{`{"errors":[{"message":"a"},{"message":"a"}],"data":null}`, `{"errors":[{"message":"a"}],"data":null}`, false},
		{`{"data":{"a":1,"b":2}}`, `{"data":{"b":2,"a":1}}`, false},
		{`{"data":{"a":1}}`, `{"data":{"a": 1}}`, false},
		{`{"data":{"a":"\u003c"}}`, `{"data":{"a":"<"}}`, false},
		{`{"data":null,"extensions":{"a":1}}`, `{"data":null,"extensions":{"a":2}}`, false},
		{`{"data":null}`, `{"errors":[{"message":"a"}]}`, false},
	} {
		if got := difference(said(test.a), said(test.b)); (got == "") != test.same {
			t.Errorf("%s and %s: %q", test.a, test.b, got)
		}
	}
	for body, ordered := range map[string]bool{
		`{"errors":[{"path":["a"]},{"path":["b",1,"c"]}],"data":{"a":1,"b":[{"c":1},{"c":2}]}}`:              true,
		`{"errors":[{"path":["b",1,"c"]},{"path":["b",0,"c"]}],"data":{"a":1,"b":[{"c":1},{"c":2}]}}`:        false,
		`{"errors":[{"path":["b"]},{"path":["a"]}],"data":{"a":1,"b":2}}`:                                    false,
		`{"errors":[{"path":["b","y"]},{"path":["b","x"]},{"path":["c"]}],"data":{"a":1,"b":null,"c":null}}`: true,
	} {
		if got := disorder([]byte(body)); (got == "") != ordered {
			t.Errorf("%s: %q", body, got)
		}
	}
}

// Requests that come at once, and share plans and calls, are answered as if each were
// alone.
func TestManyAtOnce(t *testing.T) {
	for seed := uint64(1); seed <= 10; seed++ {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			calm := func() *chancyWorld {
				w := newChancyWorld(seed)
				w.calm = true
				return w
			}
			trials := trialsOf(calm(), perWorld)
			one, many := play(t, calm(), false, trials), playAtOnce(t, calm(), trials)
			for i, o := range many {
				n := i % len(trials)
				// Calls are shared, and whose fault is whose cannot be told from the log.
				o.calls, o.logged, one[n].logged = nil, nil, nil
				if d := difference(one[n], o); d != "" {
					t.Errorf("%s\n%s", d, trials[n].Document)
				}
			}
		})
	}
}

// Clients that go away in the middle leave nothing behind, on either executor: no panic,
// nobody who waits forever, no goroutine.
func TestClientsGoAway(t *testing.T) {
	for seed := uint64(1); seed <= 10; seed++ {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			w := newChancyWorld(seed)
			trials := trialsOf(w, perWorld)
			d := drawFrom(seed, 3)
			for i := range trials {
				trials[i].cancel = 1 + time.Duration(d.Int64N(1<<d.IntN(30)))
			}
			for _, stock := range []bool{true, false} {
				for i, o := range play(t, newChancyWorld(seed), stock, trials) {
					if o.failed != "" && stock == false {
						t.Errorf("request %d, stock %v: %s\n%s", i, stock, o.failed, trials[i].Document)
					}
				}
			}
		})
	}
}

// The generated operations use all of the public schema, soon.
func TestOperationsUseTheWholeSchema(t *testing.T) {
	require.Long(t)
	c := querygen.NewCoverage(theSchema())
	missing, of := c.Missing()
	for seed := uint64(1); seed <= 250 && missing != nil; seed++ {
		for _, r := range trialsOf(newChancyWorld(seed), perWorld) {
			if err := c.Add(r.Operation); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, r.Document)
			}
		}
		missing, _ = c.Missing()
	}
	if missing != nil {
		t.Errorf("of %d nobody used %s", of, missing)
	}
}

// go test -fuzz FuzzExecutorsAgree ./internal/gateway
func FuzzExecutorsAgree(f *testing.F) {
	f.Add(uint64(1), uint64(1))
	f.Fuzz(func(t *testing.T, world, operation uint64) {
		w := newChancyWorld(world)
		g := querygen.New(querygen.Config{Schema: w.schema(), Values: w.values, Fields: 60, Depth: 12})
		r := rand.New(rand.NewPCG(operation, 0))
		trials := []trial{{number: 0, Operation: g.Operation(r)}, {number: 1, Operation: g.Operation(r)}}
		trials = append(trials, trial{number: 2, Operation: g.Rerun(r, trials[0].Operation)})
		stock, ours := play(t, w, true, trials), play(t, newChancyWorld(world), false, trials)
		for i := range trials {
			if faultOf(stock[i], ours[i]) != "" {
				report(t, w, trials[:i+1])
				return
			}
		}
	})
}
