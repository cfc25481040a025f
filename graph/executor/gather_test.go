package executor_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// A record is what happened, a line each: levels as the gather hook was told of them, and calls
// of the resolvers that need keys.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

// level is the gather hook.
func (r *record) level(_ context.Context, groups []executor.Group) {
	var all []string
	for _, g := range groups {
		var objects, fields []string
		for _, o := range g.Objects {
			objects = append(objects, identity(o))
		}
		for _, f := range g.Fields {
			name := f.Name
			if f.Alias != name {
				name = f.Alias + ":" + name
			}
			fields = append(fields, name)
		}
		all = append(all, fmt.Sprintf("%s(%s) {%s}", g.Object, strings.Join(objects, " "), strings.Join(fields, " ")))
	}
	r.add("level " + strings.Join(all, ", "))
}

func identity(o any) string {
	switch o := o.(type) {
	case *hard.Person:
		return o.ID
	case *hard.Robot:
		return o.ID
	case *hard.Ghost:
		return o.ID
	case hard.Planet:
		return o.Name()
	case *hard.Lists:
		return "lists"
	}
	return fmt.Sprint(o)
}

// gathered runs a query with a gather hook, and gives what happened.
func gathered(t *testing.T, document string, hook func(*record) func(context.Context, []executor.Group)) (answer, []string) {
	t.Helper()
	r := &record{}
	s := serve(compiled(executor.Options{Gather: executor.Gather{Needs: needs, Level: hook(r)}}))
	s.context = func(ctx context.Context) context.Context {
		return hard.WithTrace(ctx, &hard.Trace{Called: func(_ context.Context, field string, object any) { r.add(field + " " + identity(object)) }})
	}
	a := s.answers(t, operation{document: document})
	return a, r.lines
}

func TestLevels(t *testing.T) {
	for name, c := range map[string]struct{ document, want string }{
		"a level for all root fields": {
			`{ people { id friends { name } } person(id: "p4") { best { id } } text value { id } }`,
			`level Person(p1 p2 p3) {id friends}, Person(p4) {best}
			Person.friends p1
			Person.friends p2
			Person.friends p3
			Person.best p4`,
		},
		"three levels through lists, a union and aliases": {
			`{ people(fill: NULLS) { f: friends { any { ... on Ghost { sees { ... on Ghost { sees { ... on Robot { mustOwner { best { id } } } } } } haunts { __typename } } } } g: friends(fill: ONE) { plain { best { id } } } } }`,
			`level Person(p1 p2 p3) {f:friends g:friends}
			Person.friends p1
			Person.friends p1
			Person.friends p2
			Person.friends p2
			Person.friends p3
			Person.friends p3
			level Person(p2 p4 p3 p1 p4 p2) {any}, Person(p1 p2 p3) {best}
			Person.any p2
			Person.any p4
			Person.any p3
			Person.any p1
			Person.any p4
			Person.any p2
			level Ghost(g2 g2 g2 g2 g2 g2) {sees haunts}
			Ghost.sees g2
			Ghost.sees g2
			Ghost.sees g2
			Ghost.sees g2
			Ghost.sees g2
			Ghost.sees g2
			level Ghost(g1 g1 g1 g1 g1 g1) {sees}
			Ghost.sees g1
			Ghost.sees g1
			Ghost.sees g1
			Ghost.sees g1
			Ghost.sees g1
			Ghost.sees g1
			Person.best p1
			Person.best p2
			Person.best p3`,
		},
		"values in interfaces": {
			`{ nodes { ... on Robot { owner { id } id } ... on Person { node { ... on Robot { twin { name } } } } } }`,
			`level Person(p1 p2) {node}, Robot(r1 r2) {owner id}
			Person.node p1
			Person.node p2
			level Robot(r1 r2) {twin}
			Robot.twin r1
			Robot.owner r1
			Robot.owner r2
			Robot.twin r2`,
		},
		"Go interfaces": {
			`{ person { home { moons { people { mother { id } } } sun { name } } } }`,
			`level Planet(stone) {moons sun}, Planet(cloud pebble) {people}
			Planet.people pebble
			level Person(p2) {mother}
			Person.mother p2
			Planet.sun stone`,
		},
		"nothing is needed": {`{ people { id boss { name } } }`, ``},
		"what is skipped is not needed": {
			`{ people { id friends @skip(if: true) { id } ... @include(if: false) { best { id } } boss { mother { id } } } }`,
			`level Person(p2 p3 p4) {mother}
			Person.mother p2
			Person.mother p3
			Person.mother p4`,
		},
		"a method without a context is called before the level": {
			`{ person { plain { friends { id } } maybeChild { best { id } } tools { owner { id } } } }`,
			`level Person(p4) {friends}, Person(p2) {best}
			Person.friends p4
			Person.best p2`,
		},
		"fields that merge": {
			`{ person { friends { id } ...F } } fragment F on Person { friends { best { id } } ... on Being { friends { mother { id } } } }`,
			`level Person(p1) {friends}
			Person.friends p1
			level Person(p2 p4) {id best mother}
			Person.best p2
			Person.mother p2
			Person.best p4
			Person.mother p4`,
		},
		"an object that is there twice": {
			`{ people(fill: NESTED) { friends { id } } }`,
			`level Person(p1 p1 p3) {friends}
			Person.friends p1
			Person.friends p1
			Person.friends p3`,
		},
		"levels below a list by value": {
			`{ lists { a { friends { id } } values { owner { mother { id } } } } }`,
			`level Lists(lists) {a values}
			Lists.a lists
			level Person(p1 p2 p3) {friends}, Robot(r1 r2) {owner}
			Robot.owner r1
			Robot.owner r2
			level Person(p1) {mother}
			Person.friends p1
			Person.friends p2
			Person.friends p3
			Person.mother p1`,
		},
		"what meets is queued with the first level": {
			`{ meet(id: "p1") { id ... on Person { friends { id } } } people(fill: ONE) { mother { friends { id } } } n: meet(id: "r1") { ... on Robot { owner { id } } } text }`,
			`queue p1
			queue r1
			level Person(p1) {mother}
			level Person(p1) {id friends}, Robot(r1) {owner}
			Person.mother p1
			level Person(p4) {friends}
			Person.friends p1
			Person.friends p4
			Robot.owner r1`,
		},
		"all meet": {
			`{ meet(id: "p1") { id } m: meet(id: "p2") { id } }`,
			`queue p1
			queue p2
			level `,
		},
		"one fails": {
			`{ meet(id: "p1") { ... on Person { friends { id } } } a: meet(id: "p2", how: PANIC) { id } b: person(how: PANIC) { best { id } } c: people(fill: ERROR) { best { id } } }`,
			`queue p1
			level 
			level Person(p1) {friends}
			Person.friends p1`,
		},
		"arguments that cannot be read": {
			`{ meet(id: "p1") { id } person { friends(fill: PANIC) { best { id } } g: greet(hex: "panic") } }`,
			`queue p1
			level Person(p1) {friends g:greet}
			Person.friends p1`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, lines := gathered(t, c.document, func(r *record) func(context.Context, []executor.Group) { return r.level })
			// Root fields meet in any order.
			for i := range lines {
				if i > 0 && strings.HasPrefix(lines[i], "queue") && lines[i] < lines[i-1] {
					lines[i-1], lines[i] = lines[i], lines[i-1]
				}
			}
			var want []string
			for line := range strings.Lines(c.want) {
				want = append(want, strings.TrimLeft(strings.TrimSuffix(line, "\n"), "\t"))
			}
			if !slices.Equal(lines, want) {
				t.Errorf("%s\n%s", c.document, strings.Join(lines, "\n"))
			}
		})
	}
}

// A hook that panics leaves the resolvers to themselves.
func TestPanicsInTheHook(t *testing.T) {
	document := `{ people { friends { best { id } } } meet(id: "p2") { id } }`
	want := serve(hard.New()).answers(t, operation{document: document})
	levels := 0
	a, _ := gathered(t, document, func(*record) func(context.Context, []executor.Group) {
		return func(context.Context, []executor.Group) { levels++; panic("the hook panicked") }
	})
	if a.data != want.data || levels != 2 || len(a.errors) != levels {
		t.Errorf("%d levels: %+v", levels, a)
	}
	for _, err := range a.errors {
		if err != `{"message":"panic: the hook panicked"}` {
			t.Error(err)
		}
	}
}

// Whatever is asked: before a resolver that needs keys is called, the hook was told of its
// object, once for each call, and with the field.
func TestCallsWereSentFor(t *testing.T) {
	c := newContest()
	var sent map[string]int
	var mu sync.Mutex
	early, planned := "", false
	s := serve(compiled(executor.Options{
		Observe: func(w executor.Way) { planned = w == executor.Planned },
		Gather: executor.Gather{Needs: needs, Level: func(_ context.Context, groups []executor.Group) {
			mu.Lock()
			defer mu.Unlock()
			for _, g := range groups {
				for _, f := range g.Fields {
					for _, o := range g.Objects {
						sent[g.Object+"."+f.Name+" "+identity(o)]++
					}
				}
			}
		}},
	}))
	s.context = func(ctx context.Context) context.Context {
		return hard.WithTrace(ctx, &hard.Trace{Called: func(_ context.Context, field string, object any) {
			mu.Lock()
			defer mu.Unlock()
			key := field + " " + identity(object)
			if sent[key]--; sent[key] < 0 && field != "queue" && field != "Query.being" {
				early = key
			}
		}})
	}
	r := rand.New(rand.NewPCG(3, 0))
	calls := 0
	for range 2000 {
		sent, early = map[string]int{}, ""
		op := c.queries.Operation(r)
		s.answers(t, operation{document: op.Document, name: op.Name, variables: op.Variables})
		if planned && early != "" {
			t.Fatalf("%s was not sent for\n%s%v", early, op.Document, op.Variables)
		}
		calls += len(sent)
	}
	if calls < 1000 {
		t.Errorf("only %d calls", calls)
	}
}
