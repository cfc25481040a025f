package executor_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

type audienceKey struct{}

// counting gives a server and how often its plans have asked whether Person.name needs keys,
// which they do while they are compiled.
func counting(o executor.Options) (*server, *atomic.Int64) {
	var n atomic.Int64
	o.Gather.Needs = func(object, field string) bool {
		if object == "Person" && field == "name" {
			n.Add(1)
		}
		return false
	}
	o.Audience = func(ctx context.Context) string {
		name, _ := ctx.Value(audienceKey{}).(string)
		return name
	}
	return serve(compiled(o)), &n
}

// compiles reports whether an operation was compiled to be answered.
func compiles(ctx context.Context, t *testing.T, s *server, n *atomic.Int64, o operation) bool {
	t.Helper()
	before := n.Load()
	if a := s.ask(ctx, o); a.errors != nil || a.broken != "" {
		t.Error(a)
	}
	return n.Load() > before
}

func TestPlansAreKept(t *testing.T) {
	s, n := counting(executor.Options{Plans: 2})
	ask := func(o operation) bool { return compiles(t.Context(), t, s, n, o) }
	a, b, c := operation{document: `{ person { name } }`}, operation{document: `{ person { n: name } }`}, operation{document: `{ person { name id } }`}
	for i, step := range []struct {
		operation
		compiled bool
	}{{a, true}, {a, false}, {b, true}, {a, false}, {b, false}, {c, true}, {b, false}, {a, true}, {c, true}} {
		if ask(step.operation) != step.compiled {
			t.Errorf("step %d: compiled: %t", i, !step.compiled)
		}
	}
	two := `query A { person { name } } query B { person { name id } }`
	if !ask(operation{document: two, name: "A"}) || !ask(operation{document: two, name: "B"}) || ask(operation{document: two, name: "A"}) {
		t.Error("two operations of a document share a plan, or have none")
	}
}

// Plans are bounded by what they take too, however few they are: large ones, and introspection
// whose answer is kept, put others out.
func TestPlansAreBoundedInMemory(t *testing.T) {
	small := operation{document: `{ person { name } }`}
	var large strings.Builder
	for i := range 200 {
		fmt.Fprintf(&large, "a%d: id ", i)
	}
	for name, other := range map[string]string{
		"large":         "{ person { " + large.String() + "} }",
		"introspection": "{ __schema { types { name description fields { name description } } } }",
	} {
		for memory, stays := range map[int]bool{20_000: false, 1 << 30: true} {
			s, n := counting(executor.Options{Memory: memory})
			compiles(t.Context(), t, s, n, small)
			s.ask(t.Context(), operation{document: other})
			// What an answer takes is counted when it was given, and looked at with the next plan.
			s.ask(t.Context(), operation{document: "{ person { i: id } }"})
			if compiles(t.Context(), t, s, n, small) == stays {
				t.Errorf("%s, %d bytes: the plan stays: %t, want %t", name, memory, !stays, stays)
			}
		}
	}
}

func TestAudiencesHavePlansOfTheirOwn(t *testing.T) {
	s, n := counting(executor.Options{})
	o := operation{document: `{ person { name } }`}
	one, two := context.WithValue(t.Context(), audienceKey{}, "one"), context.WithValue(t.Context(), audienceKey{}, "two")
	if !compiles(one, t, s, n, o) || !compiles(two, t, s, n, o) || compiles(one, t, s, n, o) || compiles(two, t, s, n, o) {
		t.Error("an audience has another one's plan, or none that is kept")
	}
}

// conditional has five conditions, which decide on fields, their order, what merges, and a
// fragment.
const conditional = `query ($a: Boolean!, $b: Boolean = true, $c: Boolean! = false, $d: Boolean!, $e: Boolean!) {
	person {
		id @skip(if: $a) name @include(if: $b) ...F @skip(if: $c) nick
		... on Being @include(if: $d) { id name friends @include(if: $e) { id @skip(if: $b) name } }
		friends @skip(if: $e) @include(if: $a) { name } age @skip(if: true) tagged @include(if: true)
	}
	text @include(if: $e) person @skip(if: $d) { id }
}
fragment F on Person { nick @include(if: $a) id tagged ...G @skip(if: $e) }
fragment G on Named { name ... on Person { place @skip(if: true) } }`

// variants gives all values of the conditions; one that has a default is left out for one of
// its values.
func variants() (all []operation) {
	for i := range 32 {
		bit := func(n int) bool { return i>>n&1 == 1 }
		o := operation{document: conditional, variables: map[string]any{"a": bit(0), "d": bit(3), "e": bit(4)}}
		if !bit(1) {
			o.variables["b"] = false
		}
		if bit(2) {
			o.variables["c"] = true
		}
		all = append(all, o)
	}
	return all
}

func TestConditions(t *testing.T) {
	s, n := counting(executor.Options{})
	stock := serve(hard.New())
	for _, o := range variants() {
		if err := same(stock.answers(t, o), s.answers(t, o)); err != nil {
			t.Errorf("%v\n%v", o.variables, err)
		}
	}
	// Each is kept by itself, so that none makes the others be compiled again.
	before := n.Load()
	for _, o := range variants() {
		if s.answers(t, o); n.Load() != before {
			t.Fatalf("%v was compiled again", o.variables)
		}
	}
}

// Many requests run on one plan at once, and the first ones make it.
func TestOnePlanForManyAtOnce(t *testing.T) {
	document := `query ($skip: Boolean!, $how: How!, $text: String, $fill: Fill!) {
		nodes(fill: $fill) { __typename id ... on Person @skip(if: $skip) { word(how: $how) greet(with: {text: $text, hex: "f"}) friends { place best { ... on Robot { owner { id } } } } } ... on Robot { owner(how: $how) { name } } }
		lists { anythings(fill: $fill) { ... on Ghost { sees { ... on Node { id } } } ... on Planet { name } } }
		echo(text: $text, input: {inner: {text: $text}}) constant: echo(input: {levels: [LOW]}) __schema { queryType { name } } }`
	stock := serve(hard.New())
	ours := serve(compiled(executor.Options{Gather: executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}}}))
	var wants []answer
	var all []operation
	for i := range 12 {
		o := operation{document: document, variables: map[string]any{"skip": i%2 == 0, "how": hows[i], "text": fmt.Sprint(i), "fill": []string{"FINE", "NULLS", "ONE"}[i%3]}}
		all, wants = append(all, o), append(wants, stock.answers(t, o))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 24 {
				n := (g + i) % len(all)
				if err := same(wants[n], ours.answers(t, all[n])); err != nil {
					t.Errorf("%v\n%v", all[n].variables, err)
				}
			}
		})
	}
	wg.Wait()
	if !strings.Contains(wants[1].data, "owner") {
		t.Error("nobody was asked for")
	}
}
