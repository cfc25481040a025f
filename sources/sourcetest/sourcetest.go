package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"customer360/internal/await"
	"customer360/sources"
	"customer360/sources/internal/failpoint"
)

// A Fixture is a source over an upstream that a test controls.
type Fixture[V any] struct {
	// Source is what is tested.
	Source sources.Source[string, V]
	// Known are keys of at least three records that the upstream has, with something
	// in every part.
	Known []string
	// Unknown is a key that the upstream does not have.
	Unknown string
	// Parts are the parts of the domain that a source may be asked for, one bit each.
	Parts []sources.Parts
	// Holds says which parts of a record have something in them.
	Holds func(V) sources.Parts
	// Calls says how many calls reached the upstream so far.
	Calls func() int
	// Failures are ways to break the upstream, by the kind of error that each must
	// give.
	Failures []Failure
	// Break makes the upstream give one record in a form that cannot be read; nil
	// where an upstream cannot.
	Break func(key string)
	// Odd gives the source over an upstream that can be made to say anything, see [Between]
	// and [Landed]; nil where an upstream has types of its own for what it says.
	Odd func(t *testing.T) Oddity[V]
}

// A Failure is a way to break an upstream.
type Failure struct {
	Kind sources.Kind
	// Arm breaks the upstream until the test ends.
	Arm func()
	// Secrets must stand in no error's text.
	Secrets []string
}

// patience is how long a source is waited for that gives no answer.
const patience = 500 * time.Millisecond

// Test holds a source to its contract. Each part of it gets a fixture of its own.
func Test[V any](t *testing.T, fixture func(t *testing.T) Fixture[V]) {
	ctx := context.Background()
	run := func(name string, test func(t *testing.T, f Fixture[V])) {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			// Last of all cleanups, so that the fixture's own have ended what they started.
			t.Cleanup(func() { await.Goroutines(t, before) })
			f := fixture(t)
			if c, ok := f.Source.(io.Closer); ok {
				t.Cleanup(func() { c.Close() })
			}
			test(t, f)
		})
	}

	run("has a name", func(t *testing.T, f Fixture[V]) {
		if domain, system, _ := strings.Cut(f.Source.Name(), "/"); domain == "" || system == "" {
			t.Errorf("the name is %q; want domain/system", f.Source.Name())
		}
	})
	run("answers every key in any order", func(t *testing.T, f Fixture[V]) {
		keys := append(slices.Clone(f.Known), f.Unknown)
		for range 3 {
			answers, err := f.Source.Fetch(ctx, keys, all(f.Parts))
			if err != nil {
				t.Fatal(err)
			}
			if len(answers) != len(keys) {
				t.Errorf("%d answers; want %d", len(answers), len(keys))
			}
			for _, k := range f.Known {
				if a, ok := answers[k]; !ok || a.Missing {
					t.Errorf("a known key: answered %t, missing %t", ok, a.Missing)
				}
			}
			if a, ok := answers[f.Unknown]; !ok || !a.Missing {
				t.Errorf("an unknown key: answered %t, missing %t", ok, a.Missing)
			}
			keys = append(keys[1:], keys[0])
		}
	})
	run("keeps to the keys that it is given", func(t *testing.T, f Fixture[V]) {
		keys := slices.Clone(f.Known)
		if _, err := f.Source.Fetch(ctx, keys, all(f.Parts)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(keys, f.Known) {
			t.Error("the slice of keys was changed")
		}
	})
	run("does not call for no keys", func(t *testing.T, f Fixture[V]) {
		before := f.Calls()
		answers, err := f.Source.Fetch(ctx, nil, all(f.Parts))
		if len(answers) != 0 || err != nil || f.Calls() != before {
			t.Errorf("%d answers, %v, %d calls", len(answers), err, f.Calls()-before)
		}
	})
	run("brings what is wanted", func(t *testing.T, f Fixture[V]) {
		for _, part := range f.Parts {
			answers, err := f.Source.Fetch(ctx, f.Known, part)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range answers {
				if held := f.Holds(a.Value); !held.Has(part) {
					t.Errorf("wanted part %b; got %b", part, held)
				}
			}
		}
	})
	run("does not go on after its context ended", func(t *testing.T, f Fixture[V]) {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := f.Source.Fetch(ended, f.Known, all(f.Parts))
		var e *sources.Error
		if !errors.As(err, &e) || e.Kind != sources.Canceled {
			t.Errorf("%v; want an error of kind CANCELED", err)
		}
	})
	run("keys that are none take no others with them", func(t *testing.T, f Fixture[V]) {
		none := []string{"../../admin", "..", "%2e%2e/admin", `..\admin`, "a/../b", "a\x00b", "%zz/%2e%2e/%2e%2e/admin", "line\nline", "\xff\xfe", "a?b#c", ""}
		answers, err := f.Source.Fetch(ctx, slices.Concat(none[:5], f.Known, none[5:]), all(f.Parts))
		if e := sources.AsError("", "", err); e != nil && e.Kind != sources.BadLink {
			t.Errorf("%v; want an error of kind BAD_LINK, or none", err)
		}
		for _, k := range f.Known {
			if a, ok := answers[k]; !ok || a.Missing {
				t.Errorf("a known key: answered %t, missing %t", ok, a.Missing)
			}
		}
		for _, k := range none {
			if a, ok := answers[k]; ok && !a.Missing || !ok && err == nil {
				t.Errorf("%q has a record: %t, and the error is %v", k, ok, err)
			}
		}
	})
	run("can be asked by many at once", func(t *testing.T, f Fixture[V]) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if answers, err := f.Source.Fetch(ctx, f.Known, all(f.Parts)); err != nil || len(answers) != len(f.Known) {
					t.Errorf("%d answers, %v", len(answers), err)
				}
			})
		}
		wg.Wait()
	})
	sample := fixture(t)
	if c, ok := sample.Source.(io.Closer); ok {
		t.Cleanup(func() { c.Close() })
	}
	for i, failure := range sample.Failures {
		run(fmt.Sprintf("tells that it is %s", failure.Kind), func(t *testing.T, f Fixture[V]) {
			f.Failures[i].Arm()
			answers, err := f.Source.Fetch(limited(t, failure.Kind), f.Known, all(f.Parts))
			checkError(t, f, err, failure.Kind, failure.Secrets)
			for k, a := range answers {
				if a.Missing && slices.Contains(f.Known, k) {
					t.Error("a record that could not be read is told to be missing")
				}
			}
		})
	}
	if sources.EraserOf(sample.Source) != nil {
		testErasing(run, sample.Failures)
	}
	if sample.Odd != nil {
		run("gives nothing that cannot be", func(t *testing.T, f Fixture[V]) { testOdd(t, f, f.Odd(t)) })
	}
	run("a panic takes no other record with it", func(t *testing.T, f Fixture[V]) {
		t.Cleanup(failpoint.Arm(f.Known[1]))
		answers, err := f.Source.Fetch(ctx, f.Known, all(f.Parts))
		checkError(t, f, err, sources.Internal, nil)
		for i, k := range f.Known {
			if a, ok := answers[k]; ok == (i == 1) || a.Missing {
				t.Errorf("key %d: answered %t, missing %t", i, ok, a.Missing)
			}
		}
		checkRecords(t, f, err)
	})
	if sample.Break == nil {
		return
	}
	run("keeps what did answer", func(t *testing.T, f Fixture[V]) {
		f.Break(f.Known[1])
		answers, err := f.Source.Fetch(ctx, f.Known, all(f.Parts))
		checkError(t, f, err, "", nil)
		for i, k := range f.Known {
			if a, ok := answers[k]; ok == (i == 1) || a.Missing {
				t.Errorf("key %d: answered %t, missing %t", i, ok, a.Missing)
			}
		}
		var e *sources.Error
		if errors.As(err, &e) && e.Kind == sources.Malformed {
			checkRecords(t, f, err)
		}
	})
}

// limited is a context for a call that fails. It ends where nothing else ends the call.
func limited(t *testing.T, kind sources.Kind) context.Context {
	if kind != sources.TimedOut {
		return context.Background()
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// checkRecords wants an error to name the second of the known records, and no other.
func checkRecords[V any](t *testing.T, f Fixture[V], err error) {
	t.Helper()
	var e *sources.Error
	if !errors.As(err, &e) || len(e.Records) == 0 {
		t.Errorf("%v names no record", err)
		return
	}
	for _, r := range e.Records {
		if !strings.Contains(r.Key, f.Known[1]) || strings.Contains(r.Error(), f.Known[1]) || r.Problem == "" {
			t.Errorf("it names the record %q, place %q, problem %q", r.Key, r.Place, r.Problem)
		}
	}
}

// checkError holds an error to the contract; the empty kind stands for any.
func checkError[V any](t *testing.T, f Fixture[V], err error, kind sources.Kind, secrets []string) {
	t.Helper()
	var e *sources.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is a %T; want a *sources.Error", err, err)
	}
	if e.Err == nil || strings.TrimSpace(e.Err.Error()) == "" {
		t.Errorf("the error of kind %s has no cause", e.Kind)
	}
	if e.Source != f.Source.Name() || kind != "" && e.Kind != kind {
		t.Errorf("source %q, kind %s; want %q, %s (%v)", e.Source, e.Kind, f.Source.Name(), kind, err)
	}
	for _, secret := range append(append(slices.Clone(f.Known), f.Unknown), secrets...) {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error's text holds a key or a secret: %v", err)
		}
	}
}

func all(parts []sources.Parts) sources.Parts {
	var union sources.Parts
	for _, p := range parts {
		union |= p
	}
	return union
}
