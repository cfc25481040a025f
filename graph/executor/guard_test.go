package executor_test

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"customer360/graph/executor"
	"customer360/internal/querygen"
)

// chancyGuard denies, masks, narrows, hides and drops by chance, the same for the same seed.
func chancyGuard(seed uint64) executor.Guard {
	drawn := func(what string, oneIn uint64, names ...string) bool {
		h := fnv.New64a()
		_, _ = h.Write([]byte(what + "\x00" + strings.Join(names, "\x00")))
		return rand.New(rand.NewPCG(seed, h.Sum64())).Uint64()%oneIn == 0
	}
	return executor.Guard{
		Allows: func(object, field string) bool { return drawn("allows", 5, object, field) },
		Allow: func(_ context.Context, object, field string, parent any) error {
			if object == "Query" == (parent == nil) && drawn("allow", 2, object, field) {
				return nil
			}
			return errors.New("not allowed")
		},
		Masks: func(object, field string) bool { return drawn("masks", 4, object, field) },
		Sees:  func(_ context.Context, object, field string, _ any) bool { return drawn("sees", 3, object, field) },
		Mask: func(_ context.Context, _, _ string, _ any, text string) string {
			if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
				return text
			}
			return strings.ToUpper(text)
		},
		Hides:    func(object string) bool { return drawn("hides", 4, object) },
		Drops:    func(object string) bool { return drawn("drops", 4, object) },
		Drop:     func(object string, _ any) bool { return drawn("drop", 2, object) },
		Narrowed: map[string][]string{"How": {"PANIC"}},
		Other:    "FINE",
	}
}

// What a guard takes away, it takes away on plans and on the stock executor alike.
func TestGuardsHoldOnBothExecutors(t *testing.T) {
	c := newContest()
	r := rand.New(rand.NewPCG(7, 7))
	compared := 0
	for i := range *number / 5 {
		guard := chancyGuard(uint64(i / 50))
		stock := serve(compiled(executor.Options{Guard: guard, Stock: true}))
		ours := serve(compiled(executor.Options{Guard: guard}))
		op := c.queries.Operation(r)
		differ := func(op querygen.Operation) string {
			o := operation{document: op.Document, name: op.Name, variables: op.Variables}
			a, b := stock.ask(context.Background(), o), ours.ask(context.Background(), o)
			if a.broken != "" || b.broken != "" {
				return ""
			}
			compared++
			b.errors = without(b.errors, a.errors)
			if err := same(a, b); err != nil {
				return err.Error()
			}
			return ""
		}
		if differ(op) != "" {
			op = querygen.Shrink(c.stock.schema, op, func(o querygen.Operation) bool { return differ(o) != "" })
			t.Fatalf("operation %d:\n%s%v\n%s", i, op.Document, op.Variables, differ(op))
		}
	}
	t.Logf("%d operations were compared", compared)
}

// without leaves out late errors that stock execution does not have.
func without(errs, stock []string) []string {
	var kept []string
	for _, err := range errs {
		if !late(err) || contains(stock, err) {
			kept = append(kept, err)
		}
	}
	return kept
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}
