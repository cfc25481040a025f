package executor_test

import (
	"testing"

	"customer360/graph/executor"
)

// What is asked with arguments: the document, and what its variables are.
var arguments = []operation{
	{document: `{ echo }`},
	{document: `{ echo(text: null, must: 2, ints: 3, grid: [[1, null], null], color: RED, colors: BLUE, level: HIGH, mood: GOOD, shape: FLAT) }`},
	{document: `{ echo(input: {}) }`},
	{document: `{ echo(input: {text: null, must: 1, hex: "ff", hexes: "a", color: null, level: LOW, levels: HIGH, inner: {inner: {capped: 5}}, inners: {must: 3}, grid: [1, [2, 3]], omittable: null, omittableInput: {}, any: {a: [1]}, time: "2026-01-31T09:30:00Z"}) }`},
	{document: `{ echo(hex: "ff", hexes: ["a", ["b"]], sealed: "s", cents: 1, grams: 1.5, ratio: 2, any: [1, "x", {a: RED}], time: "2026-01-31T09:30:00Z", long: 9007199254740993, id: 7, capped: 3) }`},
	{document: `{ echo(one: {text: "t"}) b: echo(one: {inner: {text: "u"}}) }`},
	// Those that cannot be read.
	{document: `{ echo(hex: "xyz") }`}, {document: `{ echo(hex: "panic") text }`}, {document: `{ echo(hexes: [["a"], ["a", "xyz"]]) text }`},
	{document: `{ echo(hexes: [["a"], ["panic"]]) mustText }`}, {document: `{ echo(sealed: "") }`}, {document: `{ echo(ratio: "x") cents: echo(cents: "x") }`},
	{document: `{ echo(capped: 4) a: echo(input: {capped: 6}) b: echo(inputs: [{capped: 1}, {inner: {capped: 9}}]) }`},
	{document: `{ echo(input: {hex: "no"}) a: echo(inputs: [{}, {inners: [{hexes: ["a", "no"]}]}]) b: echo(input: {omittableInput: {hex: "panic"}}) }`},
	{document: `{ echo(time: "yesterday") a: echo(long: "x") b: echo(map: "no map") }`},
	{document: `{ people { id greet(hex: "no") g: greet(with: {hex: "no"}) greet2: greet(hex: "a", with: {inner: {level: HIGH}}) } }`},
	{document: `{ people { capped(n: 4) } mustFriends: people { mustFriends { greet(hex: "panic") place } } }`},
	{document: `{ person { friends { friends(fill: FINE) { greet(with: {text: "same"}) place(note: "n") } } } }`},
	// Variables.
	{document: `query ($t: String, $m: Int! = 4, $i: [Int!], $in: Input) { echo(text: $t, must: $m, ints: $i, input: $in) }`, variables: map[string]any{}},
	{document: `query ($t: String, $m: Int! = 4, $i: [Int!], $in: Input) { echo(text: $t, must: $m, ints: $i, input: $in) }`,
		variables: map[string]any{"t": nil, "m": 5, "i": 3, "in": map[string]any{"must": 1, "omittable": nil, "inners": []any{map[string]any{"must": 2}}}}},
	{document: `query ($h: Hex = "a", $l: [Level!], $c: Color = BLUE) { echo(hexes: [[$h], []], input: {levels: $l, color: $c, inner: {hex: $h}}, color: $c) }`,
		variables: map[string]any{"l": []any{"LOW", "HIGH"}}},
	{document: `query ($h: Hex!, $hs: [[Hex!]!]) { echo(hex: $h) people { greet(hex: $h, with: {hexes: [$h]}) } a: echo(hexes: $hs) }`, variables: map[string]any{"h": "no", "hs": []any{[]any{"a"}, []any{"b", "no"}}}},
	{document: `query ($a: Any, $m: Map) { echo(any: $a, map: $m) }`, variables: map[string]any{"a": map[string]any{"x": []any{1.5, nil, true}}, "m": map[string]any{"y": "z"}}},
	{document: `query ($t: String = "b") { a: echo(one: {text: "a"}) b: echo(text: $t) person(id: "p2") { greet(with: {text: $t}) } }`},
	{document: `query ($id: ID!, $f: Fill!) { person(id: $id) { friends(fill: $f) { id friends(fill: $f) { id } } } }`, variables: map[string]any{"id": "p3", "f": "NULLS"}},
	// An input that a resolver reads by itself.
	{document: `query ($v: Any) { reread(value: $v) }`, variables: map[string]any{"v": map[string]any{"must": 3, "inner": map[string]any{"must": 1, "hex": "f"}}}},
	{document: `query ($v: Any) { reread(value: $v) text }`, variables: map[string]any{"v": map[string]any{"must": 3, "hexes": []any{"no"}}}},
	{document: `{ extended(key: "a") b: extended(key: "b") }`},
}

func TestArguments(t *testing.T) {
	for _, o := range arguments {
		agree(t, executor.Planned, o)
	}
}

// What does not depend on variables is read once for a plan; it is the same for the next.
func TestArgumentsOfAPlanThatIsUsedAgain(t *testing.T) {
	for _, o := range arguments {
		ours := serve(compiled(executor.Options{}))
		first := ours.answers(t, o)
		for range 2 {
			if err := same(first, ours.answers(t, o)); err != nil {
				t.Errorf("%s\n%v", o.document, err)
			}
		}
	}
}
