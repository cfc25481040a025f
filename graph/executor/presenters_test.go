package executor_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// failing are documents with errors of all kinds.
var failing = []string{
	`{ person { mustWord(how: NULL) } }`, `{ person { mustWord(how: ADD_NULL) boss { mustMother(how: NULL) { id } } } }`,
	`{ person(id: "p4") { mustBoss { id } } mustPerson { id } }`, `{ leaves(kind: ERROR) { mustColorPointers } }`, `{ leaves(kind: ERROR) { levelPointers } }`,
	`{ leaves(kind: ERROR) { reallyMoods } }`, `{ leaves(kind: ERROR) { mustMoods mustMap } }`, `{ leaves(kind: ADD_NULL) { mustAny } }`, `{ leaves(kind: ADD_NULL) { mustPointer } }`,
	`{ leaves(kind: ERROR) { mustCentses } }`, `{ leaves(kind: ERROR) { mustTextPointers } }`, `{ leaves(kind: ERROR) { float floats } }`,
	`{ mustPeople(fill: NULLS) { id } }`, `{ people { mustFriends(fill: NULLS) { id } } }`, `{ lists { things(fill: NESTED) { __typename } beings(fill: NESTED) { id } } }`,
	`{ person { age(how: PANIC) mustMaybe(how: NONE) } }`, `{ people { friends(fill: PANIC) { id } greet(hex: "panic") } }`, `{ person { forbidden mustLoud(how: PANIC) } }`,
	`{ person { title plain { deep { id } } } people { title deepValue { owner { id } } } }`, `{ text(how: PANIC) person(how: PANIC) { id } shout }`, `{ echo(hex: "panic") a: echo(hex: "no") }`,
}

// What a project does to errors it does to the same ones, and sees the same of their places.
var presenters = map[string]graphql.ErrorPresenterFunc{
	"describes": func(ctx context.Context, err error) *gqlerror.Error {
		e := graphql.DefaultErrorPresenter(ctx, err)
		e.Extensions = map[string]any{"at": hard.Describe(ctx)}
		return e
	},
	"takes the path": func(ctx context.Context, err error) *gqlerror.Error {
		return &gqlerror.Error{Message: err.Error()}
	},
	"puts all in one place": func(ctx context.Context, err error) *gqlerror.Error {
		return &gqlerror.Error{Message: err.Error(), Path: ast.Path{ast.PathName("person"), ast.PathName("mustBoss")}}
	},
	"hides": func(ctx context.Context, err error) *gqlerror.Error {
		return nil
	},
}

func TestErrorPresenters(t *testing.T) {
	for name, presenter := range presenters {
		t.Run(name, func(t *testing.T) {
			for _, document := range failing {
				if name == "describes" && strings.Contains(document, "leaves") {
					continue // The result of a list of leaves is known when it is written.
				}
				stock, ours := serve(hard.New()), serve(compiled(executor.Options{}))
				for _, s := range []*server{stock, ours} {
					s.SetErrorPresenter(presenter)
				}
				o := operation{document: document}
				if err := same(stock.answers(t, o), ours.answers(t, o)); err != nil {
					t.Errorf("%s\n%v", document, err)
				}
			}
		})
	}
}

// What recovers from a panic sees where it was.
func TestRecover(t *testing.T) {
	for _, document := range failing {
		stock, ours := serve(hard.New()), serve(compiled(executor.Options{}))
		for _, s := range []*server{stock, ours} {
			s.SetRecoverFunc(func(ctx context.Context, p any) error { return fmt.Errorf("%v at %s", p, hard.Describe(ctx)) })
		}
		o := operation{document: document}
		if err := same(stock.answers(t, o), ours.answers(t, o)); err != nil {
			t.Errorf("%s\n%v", document, err)
		}
	}
}
