package operation

import (
	"context"
	"slices"
	"sync"
	"testing"

	"customer360/sources"
	"customer360/sources/sourcetest"
)

func TestLoaderIsDataloaders(t *testing.T) {
	ctx := context.Background()
	var mu sync.Mutex
	var log [][]string
	calls := func() [][]string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(log)
	}
	f := &sourcetest.Fake[string]{SourceName: "billing/fake", Records: map[string]sources.Answer[string]{"a": {Value: "A"}, "b": {Value: "B"}}}
	f.Observe = func(keys []string, _ sources.Parts) {
		mu.Lock()
		defer mu.Unlock()
		log = append(log, slices.Clone(keys))
	}
	var l loader[string]
	l.over(f, 0, sources.Freshness{}, 2)

	a, b, again := l.Load(ctx, "a"), l.LoadMany(ctx, []string{"b", "c"}), l.Load(ctx, "a")
	if got, err := again(); got.Value != "A" || err != nil {
		t.Errorf("a is %v, %v", got, err)
	}
	if got, errs := b(); got[0].Value != "B" || !got[1].Missing || errs != nil {
		t.Errorf("b and c are %v, %v", got, errs)
	}
	if got, err := a(); got.Value != "A" || err != nil {
		t.Errorf("a is %v, %v", got, err)
	}
	if n := calls(); len(n) != 2 || len(n[0])+len(n[1]) != 3 {
		t.Errorf("calls are %v: want one of two keys and one of one", n)
	}

	l.Prime(ctx, "d", sources.Answer[string]{Value: "D"}).Prime(ctx, "a", sources.Answer[string]{Value: "not this"})
	for key, want := range map[string]string{"d": "D", "a": "A"} {
		if got, err := l.Load(ctx, key)(); got.Value != want || err != nil {
			t.Errorf("%s is %v, %v", key, got, err)
		}
	}
	if n := calls(); len(n) != 2 {
		t.Errorf("what is known was asked for: %v", n)
	}

	l.Clear(ctx, "a")
	if got, _ := l.Load(ctx, "a")(); got.Value != "A" || len(calls()) != 3 {
		t.Errorf("a is %v after %v", got, calls())
	}
	e := l.Load(ctx, "e")
	l.ClearAll().Flush()
	if got, err := l.Load(ctx, "b")(); got.Value != "B" || err != nil {
		t.Errorf("b is %v, %v", got, err)
	}
	if got, err := e(); !got.Missing || err != nil || len(calls()) != 5 {
		t.Errorf("e is %v, %v after %v", got, err, calls())
	}
}

// A key that fails has the error of its own batch, and a source that panics is one that fails.
func TestLoaderTellsFailures(t *testing.T) {
	ctx := context.Background()
	f := &sourcetest.Fake[string]{SourceName: "billing/fake", Records: map[string]sources.Answer[string]{"a": {Value: "A"}}, Fault: sourcetest.Fault{Without: []string{"b"}}}
	var l loader[string]
	l.over(f, 0, sources.Freshness{}, 100)
	l.queue(ctx, "a")
	l.queue(ctx, "b")
	if a, err := l.read(ctx, "a"); a.Value != "A" || err != nil {
		t.Errorf("a is %v, %v", a, err)
	}
	if _, err := l.read(ctx, "b"); err == nil || err.Kind != sources.Unavailable {
		t.Errorf("b failed with %v", err)
	}
	f.Fault = sourcetest.Fault{Panic: true}
	if _, err := l.read(ctx, "c"); err == nil || err.Kind != sources.Internal {
		t.Errorf("c failed with %v", err)
	}
}
