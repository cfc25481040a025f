package executor_test

import (
	"context"
	"strings"
	"testing"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// The data of an answer is appended to the caller's buffer, behind what is there.
func TestWithBuffer(t *testing.T) {
	stock, ours := serve(hard.New()), serve(compiled(executor.Options{}))
	var buffer []byte
	ours.context = func(ctx context.Context) context.Context { return executor.WithBuffer(ctx, &buffer) }
	for _, document := range []string{
		`{ text }`, `{ people { place friends { place } } lists { a { place } } __schema { types { name } } }`, `{ text(how: ERROR) mustPerson(how: NULL) { id } }`, `{ __typename }`,
		`{ leaves { text texts float map } x: leaves(kind: PANIC) { any hexes } }`, `{ text }`,
	} {
		o := operation{document: document}
		want := stock.answers(t, o)
		buffer = append(buffer[:0], "before:"...)
		next, ctx, errs := ours.begin(t.Context(), o)
		if errs != nil {
			t.Fatal(errs)
		}
		r := next(ctx)
		if got := string(buffer); want.broken == "" && got != "before:"+want.data {
			t.Errorf("%s\n%s", document, got)
		}
		if len(r.Data) == 0 || &r.Data[0] != &buffer[len("before:")] {
			t.Errorf("%s: the answer is a copy", document)
		}
	}
	if cap(buffer) < 4096 {
		t.Error("the buffer has not grown")
	}
	// Again, in the same memory.
	memory := &buffer[:1][0]
	buffer = buffer[:0]
	a := ours.ask(t.Context(), operation{document: `{ person { name } }`})
	if a.data != `{"person":{"name":"person 1"}}` || &buffer[0] != memory {
		t.Error(a.data)
	}
}

// Without a buffer, or where stock execution answers, each answer has memory of its own.
func TestWithoutBuffer(t *testing.T) {
	for _, document := range []string{`{ people { id } text }`, `mutation { count }`, `query @owned { text }`} {
		ours := serve(compiled(executor.Options{}))
		buffer := []byte("mine")
		if !strings.HasPrefix(document, "{") {
			ours.context = func(ctx context.Context) context.Context { return executor.WithBuffer(ctx, &buffer) }
		}
		ask := func() []byte {
			next, ctx, errs := ours.begin(t.Context(), operation{document: document})
			if errs != nil {
				t.Fatal(errs)
			}
			return next(ctx).Data
		}
		first := ask()
		text := string(first)
		ask()
		if string(first) != text || string(buffer) != "mine" {
			t.Errorf("%s: %s became %s, and the buffer %s", document, text, first, buffer)
		}
	}
}
