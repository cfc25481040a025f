package executor_test

import (
	"testing"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// Each line is a query that both executors have to answer alike.
var documents = map[string][]string{
	"objects": {
		`{ person { id name nick tagged renamed } p: person(id: "p2") { name place } nobody: person(id: "x") { id } }`,
		`{ person { home { name moons { name place people { place } sun { name } } } robot { place model } tool { place } tools { place parts { place } } spares { place } } }`,
		`{ person(id: "p2") { tools { id place parts { place } } boss { mustBoss { place } } } }`,
		`{ value { id model parts { id model } owner { id place } mustOwner { place } twin { __typename ... on Robot { place } } } }`,
		`{ planet { name place moons { name } people { place } sun { name } }  }`,
		`{ person(id: "p4") { mustBoss { id } } person2: person(id: "p3") { boss { mustBoss { id } id } } }`,
		`{ person { plain { place } plainValue { place } maybeChild { place } mustMaybeChild { place } } }`,
	},
	"nil pointers that are embedded": {
		`{ person(id: "p2") { title } }`,
		`{ person(id: "p2") { deep { id } } }`,
		`{ person(id: "p2") { deepList { id } } }`,
		`{ person(id: "p2") { deepValue { id } } }`,
		`{ people { id title deep { text } deepList { place } deepValue { place } } }`,
		`{ people { id title deepList { friends { id } } deepValue { owner { place } } } }`,
	},
	"directives": {
		`{ shout ada { place loud forbidden vault { gold keeper { place } } vaults { gold keeper { place } } } }`,
		`{ person { mustLoud capped(n: 2) } }`, `{ person { capped(n: 4) } }`, `{ person { mustForbid } }`,
		`{ person { loud mustLoud(how: ERROR) } }`, `{ person { mustLoud(how: PANIC) } }`, `{ person { guarded(how: ADD) { place } g: guarded(how: ERROR) { id } } }`,
		`{ people { capped(n: 9) greet(with: {capped: 9}) } }`,
		`{ person { loud @noted(note: "x") ... @noted { name } } }`,
		`query @noted { shout }`,
	},
	"fragments": {
		`query { any { ...F __typename } } fragment F on Anything { ... on Person { id } ... on Ghost { id sees { ...G } haunts { __typename } } } fragment G on Anything { __typename ... on Node { id } ... on Named { name } }`,
		`{ being { id ... on Node { n: id } ... on Person { place } ... on Named { name name } } }`,
		`{ person { friends { id } ...A } } fragment A on Person { friends { name ...B } } fragment B on Being { id ... on Person { friends { id place } } }`,
		`{ nodes { __typename id ... on Person { place } ... on Robot { place owner { place } } ... on Being { best { id } } } }`,
		`query ($a: Boolean = true) { person @include(if: $a) { id @skip(if: $a) name ... @skip(if: $a) { id } ...P @include(if: $a) nick } } fragment P on Person { nick id }`,
		`{ a: text b: text a: text person { x: id } person { y: name x: id } }`,
		`{ __typename person { __typename t: __typename friends { __typename } } }`,
	},
	"the place of a resolver": {
		`{ person { place(note: "n") friends { place best { ... on Person { place } ... on Robot { place } } } } }`,
		`{ lists { a { place } values { place } nodes { ... on Person { place } ... on Robot { place } } planets { place } anythings { ... on Person { place } ... on Robot { place } ... on Ghost { place sees { ... on Robot { place } } } } } }`,
		`{ node(id: "r1") { ... on Robot { place parts { place } twin { ... on Robot { place } } } } }`,
		`{ person { deepValue { place } plainValue { place parts { place } } tool { place } home { place } } }`,
		`{ mustPeople { place } robots { place owner { place } } }`,
		`query ($h: How! = FINE, $f: Fill! = NESTED) { person(how: $h) { friends(fill: $f) { mother(how: $h) { place } } } }`,
	},
}

// behaviours are put into these documents.
var (
	hows  = []string{"FINE", "NULL", "ERROR", "ERRORS", "OWN_PATH", "EXTENDED", "WRAPPED", "BOTH", "PANIC", "PANIC_ERROR", "ADD", "ADD_NULL", "ADD_LIST", "NONE", "MARK"}
	fills = []string{"FINE", "EMPTY", "NULL", "NULLS", "NESTED", "ONE", "ERROR", "PANIC", "ADD"}
	leafs = []string{"FINE", "ADD_NULL", "ERROR", "NULL"}

	behaving = []string{
		`query ($how: How!) { text(how: $how) mustText(how: $how) }`, `query ($how: How!) { text(how: $how) person { id } }`,
		`query ($how: How!) { person(how: $how) { id } text }`, `query ($how: How!) { mustPerson(how: $how) { id } text }`,
		`query ($how: How!) { node(how: $how) { id } any(how: $how) { ... on Robot { id } } thing(how: $how) { ... on Person { id } } }`,
		`query ($how: How!) { person { age(how: $how) } }`, `query ($how: How!) { person { mustAge(how: $how) id } }`,
		`query ($how: How!) { people { maybe(how: $how) mustMaybe(how: $how) id } }`,
		`query ($how: How!) { person { maybeChild(how: $how) { id } } }`, `query ($how: How!) { person { friends { mustMaybeChild(how: $how) { id } } id } }`,
		`query ($how: How!) { person { mother(how: $how) { id } } }`, `query ($how: How!) { person { friends { mustMother(how: $how) { id } place } } }`,
		`query ($how: How!) { person { word(how: $how) } }`, `query ($how: How!) { person { mustFriends { mustWord(how: $how) place } } }`,
		`query ($how: How!) { person { partner(how: $how) { id } score(how: $how) } }`,
		`query ($how: How!) { person { boss { mustPartner(how: $how) { id } } } }`, `query ($how: How!) { people { mustScore(how: $how) } }`,
		`query ($how: How!) { person { guarded(how: $how) { place } } }`, `query ($how: How!) { people { mustLoud(how: $how) } }`,
		`query ($how: How!) { person { node(how: $how) { id ... on Person { place } } any(how: $how) { __typename ... on Person { place } } thing(how: $how) { __typename } } }`,
		`query ($how: How!) { person { friends { mustNode(how: $how) { id ... on Person { place } } } } }`,
		`query ($how: How!) { robots { owner(how: $how) { place } } any { ... on Ghost { sees(how: $how) { ... on Robot { place } } } } }`,
		`query ($how: How!) { meet(id: "p1", how: $how) { id ... on Person { friends { place } } } person { id } }`,
		`query ($how: How!) { a: mustPerson { mustBoss { mustMother(how: $how) { mustFriends { mustScore(how: $how) } } } } }`,
	}
	filling = []string{
		`query ($fill: Fill!) { people(fill: $fill) { id place } }`, `query ($fill: Fill!) { mustPeople(fill: $fill) { id } text }`,
		`query ($fill: Fill!) { nodes(fill: $fill) { id ... on Person { place } ... on Robot { place } } text }`, `query ($fill: Fill!) { mustNodes(fill: $fill) { id } text }`,
		`query ($fill: Fill!) { lists { a(fill: $fill) { id } } }`, `query ($fill: Fill!) { lists { b(fill: $fill) { id } } }`,
		`query ($fill: Fill!) { lists { c(fill: $fill) { place } } }`, `query ($fill: Fill!) { lists { d(fill: $fill) { id } } text }`,
		`query ($fill: Fill!) { lists { nodes(fill: $fill) { id ... on Robot { owner { place } } } } }`, `query ($fill: Fill!) { lists { mustNodes(fill: $fill) { id } } }`,
		`query ($fill: Fill!) { lists { beings(fill: $fill) { id name friends { place } } } }`,
		`query ($fill: Fill!) { lists { anythings(fill: $fill) { __typename ... on Named { name } } } }`, `query ($fill: Fill!) { lists { mustAnythings(fill: $fill) { __typename ... on Ghost { id } } } }`,
		`query ($fill: Fill!) { lists { values(fill: $fill) { place parts { place } } } }`, `query ($fill: Fill!) { lists { planets(fill: $fill) { name place people { place } } } }`,
		`query ($fill: Fill!) { lists { things(fill: $fill) { __typename ... on Person { place } ... on Custom { raw } } } }`,
		`query ($fill: Fill!) { person { words(fill: $fill) } }`, `query ($fill: Fill!) { people { mustWords(fill: $fill) } }`,
		`query ($fill: Fill!) { person { friends(fill: $fill) { friends(fill: $fill) { place } } } }`, `query ($fill: Fill!) { people { mustFriends(fill: $fill) { boss { mustFriends(fill: $fill) { id } } } } }`,
	}
)

func TestDocuments(t *testing.T) {
	for name, all := range documents {
		t.Run(name, func(t *testing.T) {
			for _, document := range all {
				agree(t, executor.Planned, operation{document: document})
			}
		})
	}
}

func TestFieldsBehave(t *testing.T) {
	for _, how := range hows {
		t.Run(how, func(t *testing.T) {
			for _, document := range behaving {
				agree(t, executor.Planned, operation{document: document, variables: map[string]any{"how": how}})
			}
		})
	}
}

func TestListsAreFilled(t *testing.T) {
	for _, fill := range fills {
		t.Run(fill, func(t *testing.T) {
			for _, document := range filling {
				agree(t, executor.Planned, operation{document: document, variables: map[string]any{"fill": fill}})
			}
		})
	}
}

// Each leaf by itself, so that one that breaks the object hides no other.
func TestLeaves(t *testing.T) {
	schema := hard.New().Schema()
	for _, kind := range leafs {
		for _, f := range schema.Types["Leaves"].Fields {
			t.Run(kind+"/"+f.Name, func(t *testing.T) {
				agree(t, executor.Planned, operation{document: `query ($kind: How!) { leaves(kind: $kind) { id ` + f.Name + ` } text }`, variables: map[string]any{"kind": kind}})
			})
		}
	}
}
