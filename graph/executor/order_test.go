package executor_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// paths gives the paths of errors, in their order.
func paths(t *testing.T, errors []string) []string {
	t.Helper()
	var all []string
	for _, text := range errors {
		var err struct{ Path ast.Path }
		if e := json.Unmarshal([]byte(text), &err); e != nil {
			t.Fatal(e)
		}
		all = append(all, err.Path.String())
	}
	return all
}

// Errors come in the order in which their fields stand in the document, and by index in lists.
func TestErrorsComeInDocumentOrder(t *testing.T) {
	for document, want := range map[string]string{
		`{ z: text(how: ERROR) a: text(how: ERROR) people { word(how: ERROR) age(how: ERROR) } b: text(how: ERROR) }`:                                                    `z a people[0].word people[0].age people[1].word people[1].age people[2].word people[2].age b`,
		`{ person { mother { word(how: ERROR) } age(how: ERROR) friends { score(how: ERROR) } partner { age(how: ERROR) } } }`:                                           `person.mother.word person.age person.friends[0].score person.friends[1].score person.partner.age`,
		`query { ...B text(how: ERROR) ...A } fragment A on Query { c: text(how: ERROR) shout } fragment B on Query { d: text(how: ERROR) ... { e: text(how: ERROR) } }`: `d e text c`,
		`{ p: person { age(how: ERROR) } a: text(how: ERROR) p: person { word(how: ERROR) } }`:                                                                           `p.age p.word a`,
		`{ person { age(how: ERRORS) greet(hex: "no") word(how: ADD) } text(how: OWN_PATH) shout }`:                                                                      `else[3] person.age person.age person.greet.hex person.word`,
		`{ nodes { ... on Robot { owner(how: ERROR) { id } } ... on Person { word(how: ERROR) } } }`:                                                                     `nodes[0].word nodes[1].owner nodes[2].owner nodes[3].word`,
		`{ leaves(kind: ERROR) { mustMoods float mustFloats } people(fill: ERROR) { id } }`:                                                                              `leaves.mustMoods[0] leaves.mustMoods[2] leaves.float leaves.mustFloats people`,
	} {
		agree(t, executor.Planned, operation{document: document})
		for _, schema := range []graphql.ExecutableSchema{hard.New(), compiled(executor.Options{})} {
			a := serve(schema, executor.InOrder{}).answers(t, operation{document: document})
			if got := strings.Join(paths(t, a.errors), " "); got != want {
				t.Errorf("%T: %s\n%s", schema, document, got)
			}
		}
	}
}

// The order is the same every time, whoever was first.
func TestTheOrderIsAlwaysTheSame(t *testing.T) {
	c := newContest()
	r := rand.New(rand.NewPCG(5, 0))
	several := 0
	for range 500 {
		op := c.queries.Operation(r)
		o := operation{document: op.Document, name: op.Name, variables: op.Variables}
		way := executor.Way("")
		s := serve(compiled(executor.Options{Observe: func(w executor.Way) { way = w }}), executor.InOrder{})
		first := s.ask(t.Context(), o)
		if way != executor.Planned || len(first.errors) < 2 {
			continue
		}
		several++
		for range 3 {
			if again := s.ask(t.Context(), o); fmt.Sprint(again.errors) != fmt.Sprint(first.errors) {
				t.Errorf("%s\n%q\n%q", op.Document, first.errors, again.errors)
			}
		}
	}
	if several < 20 {
		t.Errorf("only %d operations had several errors", several)
	}
}
