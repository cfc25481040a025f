package executor_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"customer360/graph/executor"
	"customer360/graph/executor/internal/hard"
)

// Who has gone is given no answer, as by stock execution.
func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := operation{document: `{ people { friends { id } } }`}
	if err := same(serve(hard.New()).ask(ctx, o), serve(compiled(executor.Options{})).ask(ctx, o)); err != nil {
		t.Error(err)
	}
}

// blocking gives servers of stock and ours where the resolvers of a field wait until the
// operation is cancelled.
func blocking(field string) []*server {
	gather := executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}}
	all := []*server{serve(hard.New()), serve(compiled(executor.Options{})), serve(compiled(executor.Options{Gather: gather}))}
	for _, s := range all {
		s.context = func(ctx context.Context) context.Context {
			return hard.WithTrace(ctx, &hard.Trace{Called: func(ctx context.Context, called string, _ any) {
				if called == field {
					<-ctx.Done()
				}
			}})
		}
	}
	return all
}

// What is under way ends when its resolvers do, with what they gave.
func TestCancelledWhile(t *testing.T) {
	for field, document := range map[string]string{
		"Query.being":    `{ being { friends { id } } text person { friends { id } } meet(id: "p2") { id } m: meet(id: "r1") { ... on Robot { owner { id } } } }`,
		"Person.friends": `{ people { friends { friends { id } } mother { id } } meet(id: "p3") { ... on Person { friends { id } } } }`,
		"Robot.owner":    `{ nodes { ... on Robot { owner { id } name } } }`,
	} {
		t.Run(field, func(t *testing.T) {
			var answers []answer
			for _, s := range blocking(field) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					done := make(chan answer, 1)
					go func() { done <- s.ask(ctx, operation{document: document}) }()
					synctest.Wait()
					select {
					case a := <-done:
						t.Errorf("it did not wait: %+v", a)
					default:
						cancel()
						answers = append(answers, <-done)
					}
				})
			}
			for _, a := range answers[1:] {
				if err := same(answers[0], a); err != nil {
					t.Error(err)
				}
			}
			if !strings.Contains(answers[0].data, `"id"`) {
				t.Error(answers[0])
			}
		})
	}
}

// Who meets goes on when it is cancelled, though another root field holds the level up.
func TestCancelledWhileItMeets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gather := executor.Gather{Needs: needs, Level: func(context.Context, []executor.Group) {}}
		s := serve(compiled(executor.Options{Gather: gather}))
		release := make(chan struct{})
		s.context = func(ctx context.Context) context.Context {
			return hard.WithTrace(ctx, &hard.Trace{Called: func(_ context.Context, called string, _ any) {
				if called == "Query.being" {
					<-release
				}
			}})
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan answer, 1)
		go func() { done <- s.ask(ctx, operation{document: `{ being { friends { id } } meet(id: "p2") { id } }`}) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		if a := <-done; a.data != `{"being":{"friends":[{"id":"p2"},{"id":"p4"}]},"meet":{"id":"p2"}}` {
			t.Error(a)
		}
	})
}
