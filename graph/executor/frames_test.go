package executor_test

import (
	"context"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"go.uber.org/goleak"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
	"customer360/internal/await"
)

// A resolver may keep its context, and give it to goroutines that outlive the operation: it says
// what it said at once, and as stock execution has it.
func TestContextsThatAreKept(t *testing.T) {
	defer await.Goroutines(t, goleak.IgnoreCurrent())
	document := `{ people(fill: NESTED) { kept friends { kept robot { owner { kept } } } guarded { kept } } nodes { ... on Person { kept best { ... on Person { kept } } } } p: person { boss { k: kept } } }`
	descriptions := func(s *server) map[string]int {
		var during, later sync.WaitGroup
		var kept []context.Context
		said := map[string]int{}
		over := make(chan struct{})
		s.keeps(func(ctx context.Context) {
			at := make(chan string, 1)
			during.Go(func() { at <- hard.Describe(ctx) })
			later.Go(func() {
				first := <-at
				<-over
				if then := hard.Describe(ctx); then != first {
					t.Errorf("then %s\nnow  %s", first, then)
				}
			})
			kept = append(kept, ctx)
		})
		a := s.answers(t, operation{document: document})
		if a.errors != nil {
			t.Error(a.errors)
		}
		during.Wait()
		s.context = func(ctx context.Context) context.Context { return ctx }
		for range 3 {
			s.answers(t, operation{document: `{ people { friends { place } } nodes { id } text }`})
		}
		close(over)
		later.Wait()
		for _, ctx := range kept {
			said[hard.Describe(ctx)]++
		}
		return said
	}
	want := descriptions(serve(hard.New()))
	for _, gather := range []executor.Gather{{}, {Needs: needs, Level: func(context.Context, []executor.Group) {}}} {
		got := descriptions(serve(compiled(executor.Options{Gather: gather})))
		for d, n := range want {
			if got[d] != n {
				t.Errorf("%d times, stock %d times: %s", got[d], n, d)
			}
		}
		if len(got) != len(want) || len(want) < 15 {
			t.Errorf("%d descriptions, stock %d", len(got), len(want))
		}
	}
}

// What a context says of the fields below it.
func TestChildren(t *testing.T) {
	for _, document := range []string{
		`{ person { kept p: plain { id greet(hex: "f") n: nick } greet(with: {must: 2}) best { id } vault { gold } tool { id } deepList { friends(fill: ONE) { id } name } } }`,
		`{ person { guarded { kept name } } nodes { ... on Person { kept } } }`,
	} {
		children := func(s *server) (said []string) {
			s.keeps(func(ctx context.Context) { said = append(said, hard.Children(ctx)) })
			s.answers(t, operation{document: document})
			return said
		}
		want, got := children(serve(hard.New())), children(serve(compiled(executor.Options{})))
		if len(want) == 0 || len(got) != len(want) {
			t.Fatalf("%s: %d, stock %d", document, len(got), len(want))
		}
		seen := map[string]int{}
		for i := range want {
			seen[want[i]]++
			seen[got[i]]--
		}
		for d, n := range seen {
			if n != 0 {
				t.Errorf("%s: %d times more in stock: %s", document, n, d)
			}
		}
	}
}

// Nothing runs on when an operation has ended, whatever happened in it.
func TestNothingIsLeftBehind(t *testing.T) {
	defer await.Goroutines(t, goleak.IgnoreCurrent())
	ours := serve(compiled(executor.Options{Gather: executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}}}))
	for _, document := range append(failing, `{ meet(id: "p1") { id } m: meet(id: "p2", how: PANIC) { id } oddShout odd(kind: PANIC) person(how: PANIC) { friends { id } } }`) {
		ours.answers(t, operation{document: document})
	}
}

// A goroutine that a resolver starts and does not wait for may ask for the field while the
// executor goes on.
func TestContextsAreReadWhileTheOperationRuns(t *testing.T) {
	s := serve(compiled(executor.Options{}))
	var asking sync.WaitGroup
	s.keeps(func(ctx context.Context) {
		asking.Go(func() {
			graphql.GetFieldContext(ctx)
			graphql.GetPath(ctx)
		})
	})
	for range 50 {
		s.ask(t.Context(), operation{document: `{ person { friends { kept w: word(how: NULL) x: word(how: ERROR) } } mustPeople { word(how: NULL) } }`})
	}
	asking.Wait()
}
