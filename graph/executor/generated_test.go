package executor_test

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
	"customer360/internal/querygen"
)

var (
	number = flag.Int("hard.n", 3000, "how many operations are generated for both executors")
	seed   = flag.Uint64("hard.seed", 0, "where chance starts; 0: the fixed one, and a fresh one")
)

// A contest is stock against ours, with and without a gather hook; each server is asked many
// operations.
type contest struct {
	stock, plain, gathering *server
	everything, queries     *querygen.Generator
	ways                    map[executor.Way]int
	failed, broken          int
}

func newContest() *contest {
	schema := hard.New()
	c := &contest{stock: serve(schema), ways: map[executor.Way]int{}}
	c.plain = serve(compiled(executor.Options{Plans: 50, Observe: func(w executor.Way) { c.ways[w]++ }}))
	c.gathering = serve(compiled(executor.Options{Gather: executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}}}))
	// Without what differs on purpose.
	full := *schema.Schema()
	query := *full.Query
	query.Fields = slices.DeleteFunc(slices.Clone(query.Fields), func(f *ast.FieldDefinition) bool { return f.Name == "changing" })
	full.Query, full.Types = &query, maps.Clone(full.Types)
	full.Types["Query"] = &query
	kin := *full.Types["Kin"]
	kin.Fields = kin.Fields[:1]
	full.Types["Kin"] = &kin
	c.everything = querygen.New(querygen.Config{Schema: &full, Values: tame})
	// Without what makes an operation run on the stock executor.
	queries := full
	queries.Mutation, queries.Directives = nil, maps.Clone(full.Directives)
	for _, name := range []string{"traced", "owned", "defer"} {
		delete(queries.Directives, name)
	}
	c.queries = querygen.New(querygen.Config{Schema: &queries, Values: tame})
	return c
}

// tame makes fields behave well most of the time, so that there is something below them.
func tame(r *rand.Rand, p querygen.Place) (any, bool) {
	pick := func(all ...any) (any, bool) { return all[r.IntN(len(all))], true }
	switch {
	case p.Type.Elem != nil:
		return nil, false
	case strings.HasSuffix(p.Name, "(id)"):
		return pick("p1", "p2", "p3", "p4", "r1", "r2", "nobody")
	case p.Type.NamedType == "How" || p.Type.NamedType == "Fill":
		return "FINE", r.Float64() < 0.7
	case p.Type.NamedType == "Hex":
		return pick("ff", "0A", "nothing", "panic")
	case p.Type.NamedType == "Time":
		return pick("2026-01-31T09:30:00Z", "yesterday")
	case p.Type.NamedType == "Cents" || p.Type.NamedType == "Int64" || p.Type.NamedType == "Grams" || p.Type.NamedType == "Ratio":
		return pick(1, 20, "x")
	}
	return nil, false
}

// differ says in what the answers differ; "": in nothing.
func (c *contest) differ(op querygen.Operation) string {
	o := operation{document: op.Document, name: op.Name, variables: op.Variables}
	stock := c.stock.ask(context.Background(), o)
	if stock.errors != nil {
		c.failed++
	}
	plain, gathering := c.plain.ask(context.Background(), o), c.gathering.ask(context.Background(), o)
	if stock.broken != "" {
		// Nobody can say what the answer is.
		c.broken++
		return ""
	}
	for _, ours := range []*answer{&plain, &gathering} {
		ours.errors = slices.DeleteFunc(ours.errors, func(err string) bool { return late(err) && !slices.Contains(stock.errors, err) })
	}
	if err := same(stock, plain); err != nil {
		return err.Error()
	}
	if err := same(stock, gathering); err != nil {
		return "gathering: " + err.Error()
	}
	return ""
}

// late reports whether an error is of a marshaler that failed while it wrote. Stock execution
// writes what is left of an answer when all is resolved, and so has none for what null has
// swallowed.
func late(err string) bool {
	return slices.ContainsFunc([]string{"json: unsupported type", "a ratio below 0", "it is sealed", "cannot marshal infinite", "when it was written", "index out of range", "a blob panicked"},
		func(text string) bool { return strings.Contains(err, text) })
}

// play has n operations answered, and reports the first that differs, made smaller.
func (c *contest) play(t *testing.T, seed uint64, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	var op querygen.Operation
	for i := range n {
		switch i % 8 {
		case 7:
			op = c.queries.Rerun(r, op)
		case 6:
			op = c.everything.Operation(r)
		default:
			op = c.queries.Operation(r)
		}
		if c.differ(op) == "" {
			continue
		}
		op = querygen.Shrink(c.stock.schema, op, func(o querygen.Operation) bool { return newContest().differ(o) != "" })
		t.Fatalf("-hard.seed=%d, the %dth:\n%s%q %v\n%s", seed, i+1, op.Document, op.Name, op.Variables, newContest().differ(op))
	}
}

func TestGeneratedOperations(t *testing.T) {
	seeds := []uint64{1, rand.Uint64()}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	n := *number
	if testing.Short() {
		n /= 4
	}
	for _, s := range seeds {
		c := newContest()
		c.play(t, s, n)
		t.Logf("-hard.seed=%d: %d operations, of which %d had errors, and %d no answer of stock; %v", s, n, c.failed, c.broken, c.ways)
		if c.ways[executor.Planned] < n/2 {
			t.Errorf("only %d of %d ran as plans", c.ways[executor.Planned], n)
		}
	}
}

func FuzzGeneratedOperations(f *testing.F) {
	for s := range uint64(5) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { newContest().play(t, seed, 10) })
}
