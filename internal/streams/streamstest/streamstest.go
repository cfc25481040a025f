// Package streamstest has a schema with subscriptions, for tests of what streams them: the
// gateway's own has none yet. It is written by hand, and runs on gqlgen's executor.
package streamstest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
)

const sdl = `
type Query {
  "A greeting."
  hello(name: String = "world"): String!
  "The credential of who asks."
  caller: String!
  "Waits for the deadline, and is then null."
  late: String
  "Fails as a resolver does."
  fails: String
}
type Mutation { touch: Int! }
type Subscription {
  "1, 2, 3 and so on."
  count(to: Int!): Int!
  "Nothing, until it is ended."
  hang: Int!
  "Texts of a length, without end."
  flood(length: Int!): String!
  "Fails where no resolver is."
  breaks: Int!
}
`

// A Schema is an executable schema. Each of its operations has one field at the root.
type Schema struct {
	schema  *ast.Schema
	running atomic.Int64
}

// New gives the schema.
func New() *Schema {
	return &Schema{schema: gqlparser.MustLoadSchema(&ast.Source{Name: "streamstest", Input: sdl})}
}

// Executor gives gqlgen's executor of the schema.
func (s *Schema) Executor() *executor.Executor {
	e := executor.New(s)
	e.SetRecoverFunc(func(context.Context, any) error { return errors.New("it broke") })
	return e
}

// Running is how many subscriptions have not ended.
func (s *Schema) Running() int { return int(s.running.Load()) }

// Schema is the contract.
func (s *Schema) Schema() *ast.Schema { return s.schema }

// Complexity is not known.
func (s *Schema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec runs the operation of a context.
func (s *Schema) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	field := graphql.CollectFields(op, op.Operation.SelectionSet, nil)[0]
	args := field.ArgumentMap(op.Variables)
	if op.Operation.Operation == ast.Subscription {
		return s.subscribe(ctx, field.Alias, field.Name, args)
	}
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return answer(ctx, field.Alias, field.Name, args)
	}
}

func answer(ctx context.Context, alias, name string, args map[string]any) *graphql.Response {
	value := "null"
	switch name {
	case "hello":
		value = strconv.Quote("hello " + fmt.Sprint(args["name"]))
	case "caller":
		value = strconv.Quote(access.From(ctx).Credential)
	case "late":
		<-ctx.Done()
		graphql.AddErrorf(ctx, "it came late")
	case "fails":
		graphql.AddErrorf(ctx, "it failed")
	case "touch":
		value = "1"
	case "__typename":
		value = `"Query"`
	}
	return data(alias, value)
}

func (s *Schema) subscribe(ctx context.Context, alias, name string, args map[string]any) graphql.ResponseHandler {
	s.running.Add(1)
	context.AfterFunc(ctx, func() { s.running.Add(-1) })
	number := func(name string) int64 { n, _ := args[name].(int64); return n }
	var n int64
	switch name {
	case "count":
		return func(context.Context) *graphql.Response {
			if n++; n > number("to") {
				return nil
			}
			return data(alias, strconv.FormatInt(n, 10))
		}
	case "flood":
		text := strconv.Quote(strings.Repeat("x", int(number("length"))))
		return func(context.Context) *graphql.Response { return data(alias, text) }
	case "breaks":
		panic("a secret")
	}
	return func(ctx context.Context) *graphql.Response {
		<-ctx.Done()
		return nil
	}
}

func data(alias, value string) *graphql.Response {
	return &graphql.Response{Data: []byte(`{"` + alias + `":` + value + `}`)}
}

// Token is what [Authenticate] takes.
const Token = "let-me-in"

// Authenticate knows one token, and no other.
func Authenticate(_ context.Context, payload map[string]any) (*access.Caller, error) {
	if payload["authorization"] != "Bearer "+Token {
		return nil, errors.New("unknown token")
	}
	return &access.Caller{Credential: "key:test", Audience: access.Frontend}, nil
}
