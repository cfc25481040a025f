package jq

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
)

// input is as large as a row or an answer may well be.
func input() any {
	ones := make([]any, 100_000)
	for i := range ones {
		ones[i] = 1
	}
	return map[string]any{"s": strings.Repeat("a", 1<<18), "a": ones, "digits": strings.Repeat("7", 1<<18)}
}

// TestBounds: whatever an expression does, it ends, and makes no more than a few times
// what it may. Each of these is one operation that cannot be interrupted, or many small
// ones.
func TestBounds(t *testing.T) {
	const work = MaxRun / 4
	in := input()
	for _, source := range []string{
		// one operation that makes much of little
		`"x" * 1000000000`, `1000000000 * "x"`, `.[536870911] = 1`, `null | .[536870911] = 1`, `null | .[400000000] |= 1`,
		`null | setpath([536870911]; 1)`, `null | pick(.[500000000])`, `.a | map(tostring) | join("x" * 100000)`,
		`[.a[:10000][] | []] | .[0] = [range(100000)] | transpose`, `"[" + ("[]," * 9000000) + "1]" | fromjson`,
		`.digits | tonumber | . + 1`, `.digits | fromjson | . * .`, `reduce range(100) as $i (3; . * .)`,
		`.s | explode | map([.]) | implode`, `0 | strftime("%c" * 10000000)`,
		// doubling
		`reduce range(100) as $i ("x"; . + .)`, `reduce range(100) as $i ([1]; . + .)`, `reduce range(50) as $i ("\""; tojson)`,
		`reduce range(50) as $i ("'"; @sh)`, `.s | last(recurse(@base64))`,
		// a value that holds itself many times over
		`reduce range(100) as $i (1; [., .])`, `reduce range(100) as $i (1; [., .]) | tojson`, `reduce range(100) as $i (1; [., .]) | flatten`,
		`reduce range(100) as $i (1; {a: ., b: .}) | . == .`, `reduce range(100) as $i (1; {a: ., b: .}) | . * .`,
		`error(reduce range(100) as $i (1; [., .]))`, `reduce range(100) as $i (1; [., .]) | [..]`,
		// nesting, which is followed by recursion
		`reduce range(10000000) as $i (0; [.]) | tojson`, `reduce range(20000) as $i (0; [.])`, `setpath([range(100000) | "a"]; 1)`,
		// steps
		`[limit(1000000000; repeat(1))]`, `last(range(1000000000))`, `[range(1000000000)]`, `def f: f; f`, `def f: 1 + f; f`, `def f: f, 1; f`,
		`def f: [f]; f`, `def f(g): f(g | g); f(.)`, `until(false; .)`, `[.a, .a, .a] | [combinations]`, `[paths]`,
		// iterators, each of which copies what it goes over
		`.a as $a | def f: $a[] | f; f`, `.a as $a | [range(1000000) | first($a[])]`,
		// each with each
		`.a - .a`, `.a | indices(.)`, `.a | contains(.)`, `.s as $s | $s | indices($s[:500000])`, `.a as $a | .a | .[$a]`,
		// regular expressions
		`.s | [match(""; "g")]`, `.s | gsub(""; "b")`, `.s | [splits("a")]`, `.s | test("a{1000}b{1000}c{1000}d{1000}e{1000}")`,
		`.s | test("[a-z]{900}[a-z]{900}[a-z]{900}b")`,
		// large values again and again
		`. as $r | [range(1000) | $r.s + "x"]`, `. as $r | [range(100000) | $r.s | ascii_downcase]`,
		`reduce range(100000) as $i (.a; .[0] = 1)`, `reduce range(100000) as $i (.a; .[0] |= 1)`, `del(.a[range(100000)])`,
		// what was caught is over all the same
		`try ("x" * 1000000000) catch 1`, `("x" * 1000000000)? // 1`, `[.[] | try ("x" * 1000000000) catch 1]`,
	} {
		e, err := Compile(source, Options{})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		budget := NewBudget(context.Background(), work)
		err = e.Each(budget, in, nil, func(any) error { return nil })
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooMuch) {
			t.Errorf("%s: %v", source, err)
		}
		if made := after.TotalAlloc - before.TotalAlloc; made > 8*work {
			t.Errorf("%s makes %d MiB", source, made>>20)
		}
	}
}

// TestWithinBounds: what mappings do with rows and answers of a usual size fits well.
func TestWithinBounds(t *testing.T) {
	items := make([]any, 2000)
	for i := range items {
		items[i] = map[string]any{"id": i, "kind": "a", "at": "2026-01-31", "tags": []any{"x", "y"}, "body": strings.Repeat("some words of a message. ", 40)}
	}
	in := map[string]any{"items": items, "name": "Ada", "text": strings.Repeat("some words of a message. ", 800), "big": strings.Repeat("x", 1<<20)}
	for source, want := range map[string]int{
		`.items[] | select(.kind == "a") | .id`: 2000, `[.items[] | {id, at, first: .tags[0]}] | .[]`: 2000, `.items | map(.id) | add`: 1,
		`.items | group_by(.kind) | .[0] | length`: 1, `.items | sort_by(-.id) | .[0].id`: 1, `.items[:500] | INDEX(.id) | length`: 1,
		`.items | map(.tags |= join(",")) | .[].tags`: 2000, `.items[].body | test("message")`: 2000, `.items | .[:50][].body | gsub("\\s+"; " ")`: 50,
		`.text | gsub("words"; "letters")`: 1, `.big | length`: 1, `.big + "y"`: 1, `.big | ascii_upcase`: 1, `.big | sub("^x"; "y")`: 1, `.big | @base64 | @base64d`: 1,
		`tojson`: 1, `[limit(3; repeat(1))]`: 1, `first(range(10; infinite))`: 1, `.items | to_entries | .[5].value.id`: 1, `.items[:1000] | tojson | fromjson | .[].id`: 1000,
		`"x" * 1000`: 1, `[range(1000)] | .[500] = 1 | length`: 1, `.items[0] | with_entries(.value |= tostring) | .id`: 1, `.items | unique_by(.kind) | length`: 1,
		`[.items[:100][] as $a | .items[:100][] | select(.id == $a.id)] | length`: 1, `{} | .a.b[3].c = 1`: 1, `del(.items[0, 1, 2]) | .items | length`: 1, `[paths(type == "number")] | length`: 1,
	} {
		e, err := Compile(source, Options{})
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		n := 0
		budget := NewBudget(context.Background(), 2*MaxRun)
		if err := e.Each(budget, in, nil, func(any) error { n++; return nil }); err != nil || n != want {
			t.Errorf("%s: %d values, %v", source, n, err)
		}
	}
}

// TestMeteredIsTheSame: an expression gives what it gives without a meter.
func TestMeteredIsTheSame(t *testing.T) {
	in := map[string]any{"a": []any{3, 1, 2}, "o": map[string]any{"x": 1, "y": []any{"p", "q"}}, "s": "Añ b,c"}
	for source, want := range map[string]string{
		`.a[]`: `3 1 2`, `[.a[] | . * 2]`: `[6,2,4]`, `.o.y[0]`: `"p"`, `[.. | numbers]`: `[3,1,2,1]`, `.a | sort`: `[1,2,3]`,
		`.a[1:] | length`: `2`, `[paths]|length`: `10`, `path(.o.y[])`: `["o","y",0] ["o","y",1]`, `.o.y[] |= ascii_upcase | .o.y`: `["P","Q"]`,
		`.a as [$x, $y] | $x - $y`: `2`, `reduce .a[] as $i (0; . + $i)`: `6`, `[foreach .a[] as $i (0; . + $i)]`: `[3,4,6]`, `first(.a[])`: `3`,
		`[limit(2; .a[])]`: `[3,1]`, `label $f | .a[] | if . == 1 then ., break $f else . end`: `3 1`, `try error("x") catch .`: `"x"`, `.a[5] // "none"`: `"none"`,
		`[.s | match("[a-z]"; "g").offset]`: `[3,5]`, `.s | [scan("\\w")]`: `["A","b","c"]`, `.s | capture("(?<first>.)(?<none>z)?") | .first, .none`: `"A" null`,
		`.s | sub("(?<l>[bc])"; "<\(.l)>")`: `"Añ <b>,c"`, `.s | gsub("[bc]"; "-")`: `"Añ -,-"`, `.s | gsub("B"; "x"; "i")`: `"Añ x,c"`, `.s | [splits(", *| ")]`: `["Añ","b","c"]`,
		`.s | split("[ ,]"; null)`: `["Añ","b","c"]`, `.s | test("Ñ"; "i")`: `true`, `[.s | match("(ñ)(z)?").captures[] | .string]`: `["ñ",null]`, `.s | ascii_downcase`: `"añ b,c"`,
		`def f: if . > 3 then . else . + 1 | f end; 0 | f`: `4`, `[.a, .a] | transpose`: `[[3,3],[1,1],[2,2]]`, `del(.a[0]).a`: `[1,2]`, `.o | to_entries | map(.key)`: `["x","y"]`,
		`[.a[] | select(. > 1)]`: `[3,2]`, `.a | contains([1])`: `true`, `"\(.a[0])-\(.s)"`: `"3-Añ b,c"`, `@json "x\(.a)"`: `"x[3,1,2]"`, `limit(0; .a[])`: ``, `.a | walk(if type == "number" then . + 1 else . end)`: `[4,2,3]`,
		`.s | gsub("(?<x>[a-c])(?<y>z)?"; "\(.x)\(.y)!")`: `"Añ bnull!,cnull!"`, `.s | sub("ñ"; "n", "m")`: `"An b,c"`, `"" | gsub("^"; "x")`: `"x"`, `[.s | sub("z"; "y")]`: `["Añ b,c"]`, `.a[] , .a[]`: `3 1 2 3 1 2`, `[.a[] as $x | .a[] | [$x, .]] | length`: `9`, `.a[]?, .s[]?`: `3 1 2`, `[range(3; 0; -1)]`: `[3,2,1]`,
		`"2026-01-31T10:00:00Z" | fromdate | todate`: `"2026-01-31T10:00:00Z"`, `"2026-01-31T10:00:00+0100" | fromdate | todate`: `"2026-01-31T09:00:00Z"`,
		`"10:30 EST 2026-01-02" | strptime("%H:%M %Z %Y-%m-%d") | mktime | todate`: `"2026-01-02T15:30:00Z"`,
	} {
		if got := run(source, in); got != want {
			t.Errorf("%s: %s; want %s", source, got, want)
		}
	}
}

// TestPatternsAreNotKeptForEver: a regular expression that is made of values is one more
// for each of them.
func TestPatternsAreNotKeptForEver(t *testing.T) {
	for i := range 3 * keptPatterns {
		if got := run(`. as $n | "x" | test("x\($n)")`, i); got != "false" {
			t.Fatal(got)
		}
	}
	if n := patterns.Len(); n > keptPatterns {
		t.Errorf("%d patterns are kept", n)
	}
}

func TestNothingReachesOut(t *testing.T) {
	for _, source := range []string{"env", "$ENV", "{$ENV}", "env.HOME", "input", "[inputs]", "debug", `debug("x")`, "stderr", "halt", "halt_error", "halt_error(1)",
		`import "x" as x; .`, `include "x"; .`, `"x" | modulemeta`, "get_search_list", "input_filename", "$__prog_args"} {
		if _, err := Compile(source, Options{}); err == nil {
			t.Errorf("%s is let through", source)
		}
	}
}

// A run ends with its context, and a budget is shared.
func TestBudget(t *testing.T) {
	e, err := Compile("last(range(1000000000))", Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Each(NewBudget(ctx, 1<<40), nil, nil, func(any) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	small, err := Compile("last(range(1000))", Options{})
	if err != nil {
		t.Fatal(err)
	}
	budget := NewBudget(context.Background(), 10*MaxRun/1000)
	runs := 0
	for ; err == nil && runs < 1000; runs++ {
		err = small.Each(budget, nil, nil, func(any) error { return nil })
	}
	if !errors.Is(err, ErrTooMuch) || runs < 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
}
