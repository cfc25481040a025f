package hard

import "context"

// Lists has lists of all kinds. It has no size, so that all of them may be at one address.
type Lists struct{}

// A is a [T].
func (*Lists) A(ctx context.Context, fill Fill) ([]*Person, error) {
	called(ctx, "Lists.a", "lists")
	return people(ctx, fill)
}

// B is a [T!], without a context.
func (*Lists) B(fill Fill) ([]*Person, error) { return people(nil, fill) } //nolint:staticcheck // there is none

// C is a [T]!.
func (*Lists) C(ctx context.Context, fill Fill) ([]*Person, error) { return people(ctx, fill) }

// D is a [T!]!.
func (*Lists) D(ctx context.Context, fill Fill) ([]*Person, error) { return people(ctx, fill) }

// Nodes has nils and values of no type that the schema knows.
func (*Lists) Nodes(ctx context.Context, fill Fill) ([]Node, error) { return nodes(ctx, fill) }

// MustNodes must not have nils.
func (*Lists) MustNodes(ctx context.Context, fill Fill) ([]Node, error) { return nodes(ctx, fill) }

// Beings are persons, behind an interface.
func (*Lists) Beings(fill Fill) ([]Being, error) {
	if fill == FillNested {
		return []Being{persons[0], alien{}, (*Person)(nil), blob{}}, nil
	}
	return filled[Being](nil, fill, persons[0], persons[1]) //nolint:staticcheck // there is none
}

// Anythings are of all types.
func (*Lists) Anythings(ctx context.Context, fill Fill) ([]Anything, error) {
	return anythings(ctx, fill)
}

// MustAnythings must not have nils.
func (*Lists) MustAnythings(ctx context.Context, fill Fill) ([]Anything, error) {
	return anythings(ctx, fill)
}

// Values are structs.
func (*Lists) Values(ctx context.Context, fill Fill) ([]Robot, error) {
	return filled(ctx, fill, robots[0], robots[1])
}

// Planets are Go interfaces.
func (*Lists) Planets(fill Fill) ([]Planet, error) {
	return filled[Planet](nil, fill, planets[0], planets[1]) //nolint:staticcheck // there is none
}

// Things are of a union without methods.
func (*Lists) Things(ctx context.Context, fill Fill) ([]Thing, error) {
	if fill == FillNested {
		return []Thing{persons[0], blob{}, Custom{"by value"}, &Custom{"by pointer"}, (*Custom)(nil), "no type"}, nil
	}
	return filled[Thing](ctx, fill, persons[0], blob{})
}

// Grid is a list of lists.
func (*Lists) Grid() [][]*Person { return [][]*Person{{persons[0], nil}, nil} }

// Numbers may have nils.
func (*Lists) Numbers() [][]*int { return [][]*int{{new(1)}, {new(1), nil}} }

// MustNumbers must not.
func (*Lists) MustNumbers() [][]*int { return [][]*int{{new(1)}, {nil, nil}} }

func people(ctx context.Context, fill Fill) ([]*Person, error) {
	if fill == FillNested {
		return []*Person{persons[0], persons[0], nil, persons[2]}, nil
	}
	return filled(ctx, fill, persons[0], persons[1], persons[2])
}

func nodes(ctx context.Context, fill Fill) ([]Node, error) {
	if fill == FillNested {
		return []Node{robots[0], &robots[1], alien{}, persons[1], (*Person)(nil), (*Robot)(nil), blob{}}, nil
	}
	return filled[Node](ctx, fill, persons[0], robots[0], &robots[1], persons[1])
}

func anythings(ctx context.Context, fill Fill) ([]Anything, error) {
	if fill == FillNested {
		return []Anything{ghosts[0], blob{}, (*Ghost)(nil), (*Person)(nil), robots[0], planets[1], fineLeaves}, nil
	}
	return filled[Anything](ctx, fill, persons[0], robots[1], ghosts[0], planets[0], zeroLeaves)
}

// behaveNode is behave, with values that are no nodes.
func behaveNode(ctx context.Context, how How, fine Node) (Node, error) {
	switch how {
	case None:
		return (*Person)(nil), nil
	case Wrapped:
		return alien{}, nil
	case Extended:
		return blob{}, nil
	}
	return behave(ctx, how, fine)
}

func behaveAnything(ctx context.Context, how How, fine Anything) (Anything, error) {
	switch how {
	case None:
		return (*Ghost)(nil), nil
	case Wrapped:
		return alien{}, nil
	case Extended:
		return blob{}, nil
	case OwnPath:
		return &robots[0], nil
	case Errors:
		return planets[0], nil
	}
	return behave(ctx, how, fine)
}

func behaveThing(ctx context.Context, how How, fine Thing) (Thing, error) {
	switch how {
	case None:
		return (*Person)(nil), nil
	case Wrapped:
		return struct{}{}, nil
	case Extended:
		return blob{}, nil
	case OwnPath:
		return Custom{"by value"}, nil
	}
	return behave(ctx, how, fine)
}
