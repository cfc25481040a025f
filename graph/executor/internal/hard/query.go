package hard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"customer360/graph/executor"
)

func (queryResolver) Text(ctx context.Context, how How) (*string, error) {
	return behave(ctx, how, new("text"))
}

func (queryResolver) MustText(ctx context.Context, how How) (string, error) {
	return behave(ctx, how, "must")
}

func (queryResolver) Shout(context.Context) (*string, error) { return new("shout"), nil }

func (queryResolver) Odd(ctx context.Context, kind How) (any, error) {
	if kind == Panic {
		return func() {}, nil // It cannot be written.
	}
	return behave[any](ctx, kind, []int{1})
}

func (queryResolver) OddShout(context.Context) (any, error) { return func() {}, nil }

func (queryResolver) Echo(ctx context.Context, _ *string, _ int, _ []int, _ [][]*int, _ *Color, _ []Color, _ *Level, _ *Mood, _ *Shape, _ *Input, _ []*Input,
	_ *One, _ *Hex, _ [][]Hex, _ *Sealed, _ *int64, _ *float64, _ *float64, _ any, _ map[string]any, _ *time.Time, _ *int64, _ *string, _ *int) (*string, error) {
	return new(show(graphql.GetFieldContext(ctx).Args)), nil
}

func (queryResolver) Reread(ctx context.Context, value any) (*string, error) {
	var in Input
	if err := graphql.UnmarshalInputFromContext(ctx, value, &in); err != nil {
		return nil, err
	}
	return new(show(map[string]any{"in": &in})), nil
}

// registering is held while an extension is looked for and registered, since a second one of a
// key panics.
var registering sync.Mutex

func (queryResolver) Extended(ctx context.Context, key string) (*bool, error) {
	registering.Lock()
	defer registering.Unlock()
	if graphql.GetExtension(ctx, key) == nil {
		graphql.RegisterExtension(ctx, key, "registered")
	}
	return new(graphql.GetExtension(ctx, key) == "registered"), nil
}

func (queryResolver) Person(ctx context.Context, id string, how How) (*Person, error) {
	return behave(ctx, how, person(id))
}

func (queryResolver) MustPerson(ctx context.Context, how How) (*Person, error) {
	return behave(ctx, how, persons[0])
}

func (queryResolver) Ada(context.Context) (*Person, error) { return persons[0], nil }

func (queryResolver) Being(ctx context.Context, id string) (Being, error) {
	called(ctx, "Query.being", id)
	if p := person(id); p != nil {
		return p, nil
	}
	return nil, nil
}

func (queryResolver) Node(ctx context.Context, id string, how How) (Node, error) {
	return behaveNode(ctx, how, find(id))
}

// find gives a node by its id, a robot by value.
func find(id string) Node {
	for _, r := range robots {
		if r.ID == id {
			return r
		}
	}
	return person(id)
}

func (queryResolver) Any(ctx context.Context, how How) (Anything, error) {
	return behaveAnything(ctx, how, ghosts[0])
}

func (queryResolver) Thing(ctx context.Context, how How) (Thing, error) {
	return behaveThing(ctx, how, persons[0])
}

func (queryResolver) Value(context.Context) (*Robot, error) { return &robots[0], nil }

func (queryResolver) Planet(context.Context) (Planet, error) { return planets[0], nil }

func (queryResolver) Custom(context.Context) (*Custom, error) { return &Custom{"raw"}, nil }

func (queryResolver) Sheet(ctx context.Context, kind How) (map[string]any, error) {
	if kind == Null {
		return map[string]any{"a": nil, "b": "no int"}, nil
	}
	return behave(ctx, kind, map[string]any{"a": "text", "b": new(3), "c": persons[0]})
}

func (queryResolver) Leaves(ctx context.Context, kind How) (*Leaves, error) { return leaves(ctx, kind) }

func (queryResolver) Lists(context.Context) (*Lists, error) { return &Lists{}, nil }

func (queryResolver) People(ctx context.Context, fill Fill) ([]*Person, error) {
	return people(ctx, fill)
}

func (queryResolver) MustPeople(ctx context.Context, fill Fill) ([]*Person, error) {
	return people(ctx, fill)
}

func (queryResolver) Nodes(ctx context.Context, fill Fill) ([]Node, error) { return nodes(ctx, fill) }

func (queryResolver) MustNodes(ctx context.Context, fill Fill) ([]Node, error) {
	return nodes(ctx, fill)
}

func (queryResolver) Robots(context.Context) ([]*Robot, error) {
	return []*Robot{&robots[0], &robots[2]}, nil
}

func (queryResolver) Changing(context.Context) ([]*Person, error) {
	one, two := *persons[0], *persons[1]
	one.Boss, one.changing, two.changing = nil, true, true
	return []*Person{&one, &two}, nil
}

func (queryResolver) Meet(ctx context.Context, id string, how How) (Node, error) {
	if how == Panic {
		panic(fmt.Sprint("before it met: ", id))
	}
	executor.Meet(ctx, func(ctx context.Context) { called(ctx, "queue", id) })
	return behaveNode(ctx, how, find(id))
}
