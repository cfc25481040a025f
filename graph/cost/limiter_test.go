package cost_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/cost"
	"customer360/resolvers"
	"customer360/sources/sourcetest"
)

type callerKey struct{}

// A served is a server whose operations are limited.
type served struct {
	*executor.Executor
	limiter cost.Limiter
	refused []string
}

func serve(t testing.TB, limits map[string]cost.Limits) *served {
	contract, err := graph.NewContract(access.Internal)
	if err != nil {
		t.Fatal(err)
	}
	g := resolvers.New(resolvers.Systems{Spine: &sourcetest.FakeSpine{}, SpineKind: "fake"}, resolvers.Config{PageCap: 100, BatchCap: 100, Contract: contract})
	schema := graph.NewSchema(g, contract)
	s := &served{Executor: executor.New(schema)}
	s.Use(g.Extension())
	s.limiter = cost.Limiter{
		Calculator: cost.New(schema.Schema(), cost.Model{}),
		Budget:     cost.NewBudget(),
		Limits: func(ctx context.Context) (string, cost.Limits) {
			id, _ := ctx.Value(callerKey{}).(string)
			return id, limits[id]
		},
		Refused: func(_ context.Context, code string) { s.refused = append(s.refused, code) },
	}
	s.Use(s.limiter)
	return s
}

// ask sends a query as a caller.
func (s *served) ask(caller, query string) (*graphql.Response, *cost.Charge) {
	ctx := graphql.StartOperationTrace(access.With(context.Background(), access.Everyone))
	ctx = context.WithValue(ctx, callerKey{}, caller)
	op, errs := s.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if errs != nil {
		ctx = graphql.WithOperationContext(ctx, op)
		return s.DispatchError(ctx, errs), cost.ChargeOf(ctx)
	}
	responses, ctx := s.DispatchOperation(ctx, op)
	return responses(ctx), cost.ChargeOf(ctx)
}

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 500_000_000, time.UTC)
	graphql.Now = func() time.Time { return now }
	t.Cleanup(func() { graphql.Now = time.Now })
	s := serve(t, map[string]cost.Limits{
		"a": {PerOperation: 30, PerMinute: 50}, "b": {PerOperation: 30, PerMinute: 50},
		"whole minute": {PerMinute: 10},
	})
	// It costs 1 + 20 × 1 + 1 + 20 × 1.
	const dear = `{ customers(first: 20) { edges { node { id } } } }`
	const cheap = `{ customers(first: 10) { edges { node { id } } } }` // 22
	for i, step := range []struct {
		caller, query string
		after         time.Duration
		cost, errors  string
	}{
		{"a", cheap, 0, `{"requested":22,"limit":30,"limitPerMinute":50,"remaining":28,"resetAt":"2026-01-31T12:01:01Z"}`, ""},
		{"a", dear, 0, `{"requested":42,"limit":30,"limitPerMinute":50,"remaining":28,"resetAt":"2026-01-31T12:01:01Z"}`,
			"COST_LIMIT The operation costs 42; the limit per operation is 30: request fewer fields, or smaller pages with `first`."},
		{"a", cheap, 0, `{"requested":22,"limit":30,"limitPerMinute":50,"remaining":6,"resetAt":"2026-01-31T12:01:01Z"}`, ""},
		{"a", cheap, 10 * time.Second, `{"requested":22,"limit":30,"limitPerMinute":50,"remaining":6,"resetAt":"2026-01-31T12:01:01Z"}`,
			"RATE_LIMITED PT50S The operation costs 22; 6 is left of the limit of 50 per minute: retry after `retryAfter`."},
		{"b", cheap, 0, `{"requested":22,"limit":30,"limitPerMinute":50,"remaining":28,"resetAt":"2026-01-31T12:01:11Z"}`, ""},
		{"a", cheap, 50 * time.Second, `{"requested":22,"limit":30,"limitPerMinute":50,"remaining":28,"resetAt":"2026-01-31T12:02:01Z"}`, ""},
		{"whole minute", cheap, 0, `{"requested":22,"limitPerMinute":10,"remaining":10,"resetAt":"2026-01-31T12:02:01Z"}`,
			"COST_LIMIT The operation costs 22; the limit per minute is 10: request fewer fields, or smaller pages with `first`."},
		{"nobody bounds", cheap, 0, `{"requested":22}`, ""},
		{"a", `{ shoeSize }`, 0, ``, `GRAPHQL_VALIDATION_FAILED Cannot query field "shoeSize" on type "Query".`},
	} {
		now = now.Add(step.after)
		r, charge := s.ask(step.caller, step.query)
		told, err := json.Marshal(r.Extensions["cost"])
		if err != nil {
			t.Fatal(err)
		}
		if string(told) != step.cost && (step.cost != "" || charge != nil) {
			t.Errorf("step %d: the cost is told as %s; want %s", i, told, step.cost)
		}
		var all []string
		for _, e := range r.Errors {
			words := []string{e.Extensions["code"].(string), e.Message}
			if after, ok := e.Extensions["retryAfter"].(string); ok {
				words = []string{words[0], after, words[1]}
			}
			all = append(all, strings.Join(words, " "))
			var refused *cost.Refusal
			if !errors.As(e, &refused) && step.cost != "" {
				t.Errorf("step %d: the cause of %v is no refusal", i, e)
			}
		}
		if got := strings.Join(all, "; "); got != step.errors {
			t.Errorf("step %d: the errors are %q; want %q", i, got, step.errors)
		}
	}
	if got := strings.Join(s.refused, " "); got != "COST_LIMIT RATE_LIMITED COST_LIMIT" {
		t.Errorf("refusals that were told: %s", got)
	}
}

// A document that is refused is charged for its length; who has nothing left is not listened to.
func TestRefusedDocumentsAreCharged(t *testing.T) {
	s := serve(t, map[string]cost.Limits{"a": {PerMinute: 50}, "b": {PerOperation: 50}})
	as := func(caller string) context.Context {
		return context.WithValue(context.Background(), callerKey{}, caller)
	}
	s.limiter.Charge(as("a"), 2600)
	const cheap = `{ __typename }`
	if _, charge := s.ask("a", cheap); charge.Remaining != 50-27 {
		t.Errorf("%d is left; want 23", charge.Remaining)
	}
	for range 3 {
		s.limiter.Charge(as("a"), 60_000)
		s.limiter.Charge(as("b"), 60_000)
	}
	r, _ := s.ask("a", "{ this is nothing that could be parsed")
	if len(r.Errors) != 1 || r.Errors[0].Extensions["code"] != cost.CodeRate || !strings.Contains(r.Errors[0].Message, "The cost limit of 50 per minute is used up") {
		t.Errorf("with nothing left: %v", r.Errors)
	}
	if r, _ := s.ask("b", cheap); r.Errors != nil {
		t.Errorf("who has no limit per minute: %v", r.Errors)
	}
}

func BenchmarkCharge(b *testing.B) {
	c := &cost.Charge{Requested: 22, Limits: cost.Limits{PerOperation: 30, PerMinute: 50}, Remaining: 28, ResetAt: time.Now()}
	buffer := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buffer = c.AppendJSON(buffer[:0])
	}
}

// What an operation takes that is let through, when its document is known.
func BenchmarkLimiter(b *testing.B) {
	schema := load(b, "../../schema.graphqls")
	doc, variables := parse(b, schema, page, "")
	l := cost.Limiter{
		Calculator: cost.New(schema, cost.Model{}),
		Budget:     cost.NewBudget(),
		Limits: func(context.Context) (string, cost.Limits) {
			return "key:4F7Q", cost.Limits{PerOperation: 5000, PerMinute: cost.Max}
		},
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		op := graphql.OperationContext{Doc: doc, Operation: doc.Operations[0], Variables: variables}
		if err := l.MutateOperationContext(ctx, &op); err != nil {
			b.Fatal(err)
		}
	}
}
