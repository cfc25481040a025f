package executor_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// What differs from stock execution on purpose, as the package comment lists it.

func TestArgumentsAreReadOnce(t *testing.T) {
	arguments := func(s *server, document string, variables map[string]any) (all []uintptr) {
		s.keeps(func(ctx context.Context) {
			all = append(all, reflect.ValueOf(graphql.GetFieldContext(ctx).Args).Pointer())
		})
		s.answers(t, operation{document: document, variables: variables})
		return all
	}
	different := func(all []uintptr) int {
		seen := map[uintptr]bool{}
		for _, p := range all {
			seen[p] = true
		}
		return len(seen)
	}
	ours := serve(compiled(executor.Options{}))
	const constant, variable = `{ mustPeople { word(how: FINE) } }`, `query ($how: How!) { mustPeople { word(how: $how) } }`
	for document, kept := range map[string]bool{constant: true, variable: false} {
		variables := map[string]any{"how": "FINE"}
		if n := different(arguments(serve(hard.New()), document, variables)); n != 3 {
			t.Errorf("stock reads them %d times", n)
		}
		first := arguments(ours, document, variables)
		if different(first) != 1 {
			t.Errorf("%s: read %d times", document, different(first))
		}
		if again := arguments(ours, document, variables); (different(append(again, first...)) == 1) != kept {
			t.Errorf("%s: read again: %t", document, kept)
		}
	}
}

func TestFieldsOfUnrelatedInterfacesMerge(t *testing.T) {
	o := operation{document: `{ being { ... on Being { friends { id } } ... on Kin { friends { name } } } }`}
	if a := serve(hard.New()).answers(t, o); a.data != `{"being":{"friends":[{"id":"p2"},{"id":"p4"}]}}` {
		t.Error("stock merges them:", a.data)
	}
	if a := serve(compiled(executor.Options{})).answers(t, o); a.data != `{"being":{"friends":[{"id":"p2","name":null},{"id":"p4","name":"person 4"}]}}` {
		t.Error(a.data)
	}
}

func TestMarshalersThatPanic(t *testing.T) {
	for document, want := range map[string]string{
		`{ odd(kind: PANIC) text }`:                                `{"odd":null,"text":"text"}`,
		`{ text oddShout }`:                                        `{"text":"text","oddShout":null}`,
		`{ leaves(kind: PANIC) { id hex shape any } }`:             `{"leaves":{"id":"l4","hex":null,"shape":null,"any":null}}`,
		`{ leaves(kind: PANIC) { id mustShape } text }`:            `{"leaves":null,"text":"text"}`,
		`{ leaves(kind: PANIC) { hexes anys shapes } }`:            `{"leaves":{"hexes":null,"anys":null,"shapes":null}}`,
		`{ leaves(kind: PANIC) { mustMap } person { loud } text }`: `{"leaves":null,"person":{"loud":"LOUD"},"text":"text"}`,
	} {
		o := operation{document: document}
		if a := serve(hard.New()).answers(t, o); a.broken == "" {
			t.Errorf("%s: stock has an answer: %s", document, a.data)
		}
		if a := serve(compiled(executor.Options{})).answers(t, o); a.data != want || len(a.errors) == 0 {
			t.Errorf("%s: %+v", document, a)
		}
	}
}

func TestWhatMarshalersReportIsTold(t *testing.T) {
	o := operation{document: `{ leaves(kind: ERROR) { float ratios mustMoods mustCentses } }`}
	stock, ours := serve(hard.New()).answers(t, o), serve(compiled(executor.Options{})).answers(t, o)
	if stock.data != `{"leaves":null}` || ours.data != stock.data {
		t.Error(stock.data, ours.data)
	}
	text := strings.Join(ours.errors, " ")
	if len(ours.errors) != len(stock.errors)+2 || !strings.Contains(text, "infinite") || !strings.Contains(text, "ratio") {
		t.Errorf("%q\nstock %q", ours.errors, stock.errors)
	}
}

func TestTheResultIsThereForWhatIsAbove(t *testing.T) {
	document := `{ person { friends { kept } } }`
	var kept []context.Context
	for _, s := range []*server{serve(hard.New()), serve(compiled(executor.Options{}))} {
		s.keeps(func(ctx context.Context) { kept = append(kept, ctx) })
		s.answers(t, operation{document: document})
	}
	if len(kept) != 4 {
		t.Fatal(len(kept))
	}
	for i, ctx := range kept {
		fc := graphql.GetFieldContext(ctx)
		if (fc.Result != nil) != (i < 2) {
			t.Errorf("%d: the result of the field itself is %v", i, fc.Result)
		}
		if _, ok := fc.Parent.Result.(**hard.Person); !ok {
			t.Errorf("%d: the result above is %T", i, fc.Parent.Result)
		}
	}
}

// Resolvers are called in the order of the document, also those of plain fields: where one writes
// into its object, the next ones read what it wrote. Whatever is there, no object is given
// another one's friends.
func TestResolversThatWriteIntoTheirObject(t *testing.T) {
	o := operation{document: `{ changing { mother { id } boss { id friends { id friends { id } } } } }`}
	a := serve(compiled(executor.Options{})).answers(t, o)
	if want := `{"mother":{"id":"p4"},"boss":{"id":"p4","friends":[{"id":"p1",`; !strings.Contains(a.data, want) {
		t.Error(a.data)
	}
	gathering := executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}}
	b := serve(compiled(executor.Options{Gather: gathering})).answers(t, o)
	for boss, friends := range map[string]string{"p3": `[{"id":"p4"`, "p4": `[{"id":"p1"`} {
		for _, at := range strings.SplitAfter(b.data, `"boss":{"id":"`+boss+`","friends":`)[1:] {
			if !strings.HasPrefix(at, friends) && !strings.HasPrefix(at, "null") {
				t.Errorf("%s has other ones' friends: %s", boss, b.data)
			}
		}
	}
}
