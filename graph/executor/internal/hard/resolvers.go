package hard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// New makes the schema.
func New() graphql.ExecutableSchema {
	return NewExecutableSchema(Config{Resolvers: &Resolver{}, Directives: DirectiveRoot{
		Upper: upper, Checked: checked, Most: most, Traced: traced, Owned: owned,
	}})
}

// Resolver gives all resolvers.
type Resolver struct{ count atomic.Int64 }

type (
	personResolver       struct{}
	queryResolver        struct{}
	mutationResolver     struct{ *Resolver }
	subscriptionResolver struct{}
)

// Person gives the resolvers of Person.
func (*Resolver) Person() PersonResolver { return personResolver{} }

// Query gives the resolvers of Query.
func (*Resolver) Query() QueryResolver { return queryResolver{} }

// Mutation gives the resolvers of Mutation.
func (r *Resolver) Mutation() MutationResolver { return mutationResolver{r} }

// Subscription gives the resolvers of Subscription.
func (*Resolver) Subscription() SubscriptionResolver { return subscriptionResolver{} }

func upper(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	v, err := next(ctx)
	switch s := v.(type) {
	case string:
		return strings.ToUpper(s), err
	case *string:
		if s != nil {
			return new(strings.ToUpper(*s)), err
		}
	}
	return v, err
}

func checked(ctx context.Context, _ any, next graphql.Resolver, how How) (any, error) {
	if how == None {
		return 3.5, nil // Not what the field is of.
	}
	v, err := next(ctx)
	if err != nil || how == Fine {
		return v, err
	}
	return behave(ctx, how, v)
}

func most(ctx context.Context, _ any, next graphql.Resolver, of int) (any, error) {
	v, err := next(ctx)
	if n, ok := v.(*int); ok && n != nil && *n > of {
		return nil, fmt.Errorf("%d is more than %d at %s", *n, of, graphql.GetPath(ctx))
	}
	return v, err
}

func traced(ctx context.Context, _ any, next graphql.Resolver, label *string, how How) (any, error) {
	v, err := next(ctx)
	if err != nil || how == Fine {
		return v, err
	}
	return behave(ctx, how, v)
}

func owned(ctx context.Context, _ any, next graphql.Resolver, by *string) (any, error) {
	if by != nil && *by == "nobody" {
		return nil, errors.New("nobody owns it")
	}
	return next(ctx)
}

func (personResolver) Friends(ctx context.Context, p *Person, fill Fill) ([]*Person, error) {
	called(ctx, "Person.friends", p)
	return filled(ctx, fill, p.known...)
}

func (personResolver) MustFriends(ctx context.Context, p *Person, fill Fill) ([]*Person, error) {
	return filled(ctx, fill, p.known...)
}

func (personResolver) Partner(ctx context.Context, p *Person, how How) (*Person, error) {
	called(ctx, "Person.partner", p)
	return behave(ctx, how, p.known[1])
}

func (personResolver) MustPartner(ctx context.Context, p *Person, how How) (*Person, error) {
	return behave(ctx, how, p.known[1])
}

func (personResolver) Score(ctx context.Context, _ *Person, how How) (*float64, error) {
	return behave(ctx, how, new(1.5))
}

func (personResolver) MustScore(ctx context.Context, _ *Person, how How) (float64, error) {
	return behave(ctx, how, 2.5)
}

func (personResolver) Guarded(ctx context.Context, p *Person, how How) (*Person, error) {
	return behave(ctx, how, p.known[0])
}

func (personResolver) Node(ctx context.Context, p *Person, how How) (Node, error) {
	called(ctx, "Person.node", p)
	return behaveNode(ctx, how, p.Tool)
}

func (personResolver) MustNode(ctx context.Context, p *Person, how How) (Node, error) {
	return behaveNode(ctx, how, p.known[0])
}

func (personResolver) Any(ctx context.Context, p *Person, how How) (Anything, error) {
	called(ctx, "Person.any", p)
	return behaveAnything(ctx, how, ghosts[1])
}

func (personResolver) Thing(ctx context.Context, p *Person, how How) (Thing, error) {
	return behaveThing(ctx, how, p.known[1])
}

func (personResolver) Capped(_ context.Context, _ *Person, n *int) (*int, error) { return n, nil }

func (mutationResolver) Rename(ctx context.Context, id, name string, how How) (*Person, error) {
	p := person(id)
	if p == nil {
		return nil, errors.New("nobody")
	}
	renamed := *p
	renamed.Name = &name
	return behave(ctx, how, &renamed)
}

func (r mutationResolver) Count(context.Context) (int, error) { return int(r.count.Add(1)), nil }

func (subscriptionResolver) Ticks(ctx context.Context, to int, how How) (<-chan *Person, error) {
	ticks := make(chan *Person)
	go func() {
		defer close(ticks)
		for i := range to {
			select {
			case ticks <- persons[i%len(persons)]:
			case <-ctx.Done():
				return
			}
		}
	}()
	return behave(ctx, how, (<-chan *Person)(ticks))
}
