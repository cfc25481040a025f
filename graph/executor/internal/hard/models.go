package hard

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// Node is an interface that has a field.
type Node interface{ IsNode() }

// Named is another one.
type Named interface{ IsNamed() }

// Being is an interface that implements both.
type Being interface {
	Node
	Named
	IsBeing()
}

// Kin is one that is related to none of them.
type Kin interface{ IsKin() }

// Anything is a union.
type Anything interface{ IsAnything() }

// Thing is a union whose Go interface has no methods.
type Thing any

// Person is reached by a pointer.
type Person struct {
	ID       string
	Name     *string
	Nick     string
	Tag      string `gql:"tagged"`
	Original string
	Home     Planet
	Robot    *Robot
	Tool     Robot
	Tools    []Robot
	Spares   []*Robot
	Boss     *Person
	MustBoss *Person
	Loud     string
	*Extra
	Vault  *Vault
	Vaults []*Vault
	Lists  Lists

	// known are whom the methods and resolvers give.
	known []*Person
	// changing: it is nobody else's, and its methods may change it.
	changing bool
}

// Extra is embedded by a pointer, which may be nil.
type Extra struct {
	Title     string
	Deep      Leaves
	DeepList  []*Person
	DeepValue Robot
}

// IsNode says that it is one.
func (*Person) IsNode() {}

// IsKin says that it is one.
func (*Person) IsKin() {}

// IsNamed says that it is one.
func (*Person) IsNamed() {}

// IsBeing says that it is one.
func (*Person) IsBeing() {}

// IsAnything says that it is one.
func (*Person) IsAnything() {}

// Place describes where in the answer it is.
func (p *Person) Place(ctx context.Context, note *string) string { return Describe(ctx) }

// Kept gives the context away.
func (p *Person) Kept(ctx context.Context) *string {
	keep(ctx)
	return &p.ID
}

// Age has no context.
func (p *Person) Age(how How) (*int, error) { return say(how, new(33)) }

// MustAge is an Age that must not be null.
func (p *Person) MustAge(how How) (*int, error) { return say(how, new(34)) }

// Maybe may be absent.
func (p *Person) Maybe(how How) (string, bool) {
	s, _ := say(how, "maybe")
	return s, how != None
}

// MustMaybe must not be.
func (p *Person) MustMaybe(how How) (string, bool) { return p.Maybe(how) }

// MaybeChild may be absent.
func (p *Person) MaybeChild(how How) (*Person, bool) {
	c, _ := say(how, p.friend(0))
	return c, how != None
}

// MustMaybeChild must not be.
func (p *Person) MustMaybeChild(how How) (*Person, bool) { return p.MaybeChild(how) }

// Plain is a method without anything.
func (p *Person) Plain() *Person { return p.friend(1) }

// PlainValue gives a struct.
func (p *Person) PlainValue() Robot { return p.Tool }

// Greet shows what it was given.
func (p *Person) Greet(with *Input, hex *Hex, level *Level) *string {
	return new(fmt.Sprintf("%s: %s", p.ID, show(map[string]any{"with": with, "hex": hex, "level": level})))
}

// Best gives a node that is no person for some.
func (p *Person) Best(ctx context.Context) Node {
	called(ctx, "Person.best", p)
	if p.Extra == nil {
		return p.Tool
	}
	return p.friend(0)
}

// Mother takes a context.
func (p *Person) Mother(ctx context.Context, how How) (*Person, error) {
	called(ctx, "Person.mother", p)
	if p.changing {
		p.Boss = persons[3]
	}
	return behave(ctx, how, p.friend(1))
}

// MustMother must not be null.
func (p *Person) MustMother(ctx context.Context, how How) (*Person, error) {
	return behave(ctx, how, p.friend(0))
}

// Word takes a context.
func (p *Person) Word(ctx context.Context, how How) (*string, error) {
	keep(ctx)
	return behave(ctx, how, new("word of "+p.ID))
}

// MustWord must not be null.
func (p *Person) MustWord(ctx context.Context, how How) (*string, error) { return p.Word(ctx, how) }

// Words may have nils in them.
func (p *Person) Words(ctx context.Context, fill Fill) ([]*string, error) {
	return filled(ctx, fill, new("one"), new("two"))
}

// MustWords must not.
func (p *Person) MustWords(ctx context.Context, fill Fill) ([]*string, error) {
	return p.Words(ctx, fill)
}

// Forbidden is in the way of a directive.
func (p *Person) Forbidden() string { return "seen" }

// MustForbid is in the way of a directive, too.
func (p *Person) MustForbid(context.Context) *string { return new("seen") }

// MustLoud is changed by a directive.
func (p *Person) MustLoud(ctx context.Context, how How) (string, error) {
	return behave(ctx, how, "loud "+p.ID)
}

// Leaves gives leaves of a kind.
func (p *Person) Leaves(ctx context.Context, kind How) (*Leaves, error) { return leaves(ctx, kind) }

func leaves(ctx context.Context, kind How) (*Leaves, error) {
	switch kind {
	case AddNull:
		return zeroLeaves, nil
	case Error:
		return badLeaves, nil
	case Panic:
		return panickyLeaves, nil
	}
	return behave(ctx, kind, fineLeaves)
}

func (p *Person) friend(i int) *Person { return p.known[i] }

// Robot is reached by value: its methods have a value as receiver.
type Robot struct {
	ID        string
	Name      *string
	Model     Level
	MustOwner *Person
	Parts     []Robot
}

// IsNode says that it is one.
func (Robot) IsNode() {}

// IsNamed says that it is one.
func (Robot) IsNamed() {}

// IsAnything says that it is one.
func (Robot) IsAnything() {}

// Owner takes a context.
func (r Robot) Owner(ctx context.Context, how How) (*Person, error) {
	called(ctx, "Robot.owner", r.ID)
	return behave(ctx, how, r.MustOwner)
}

// Place describes where in the answer it is.
func (r Robot) Place(ctx context.Context) string { return Describe(ctx) }

// Twin gives a value in an interface.
func (r Robot) Twin(ctx context.Context) Named {
	called(ctx, "Robot.twin", r.ID)
	return r
}

// Ghost is of its union as a pointer only.
type Ghost struct {
	ID string
	// sees is what it sees.
	sees Anything
}

// IsAnything says what it is.
func (*Ghost) IsAnything() {}

// Sees takes a context.
func (g *Ghost) Sees(ctx context.Context, how How) (Anything, error) {
	called(ctx, "Ghost.sees", g)
	return behaveAnything(ctx, how, g.sees)
}

// Haunts has no context.
func (g *Ghost) Haunts() []Anything { return []Anything{g.sees, nil, (*Person)(nil)} }

// Place describes where in the answer it is.
func (g *Ghost) Place(ctx context.Context) string { return Describe(ctx) }

// Planet is an object type that is a Go interface.
type Planet interface {
	IsAnything()
	Name() string
	Moons() []Planet
	People(ctx context.Context) ([]*Person, error)
	Sun(ctx context.Context) Planet
	Place(ctx context.Context) string
}

// rock is a Planet by value, that cannot be compared. gas is one by a pointer.
type rock struct {
	names []string
	moons []Planet
	home  *Person
}

func (rock) IsAnything()       {}
func (r rock) Name() string    { return r.names[0] }
func (r rock) Moons() []Planet { return r.moons }
func (r rock) People(ctx context.Context) ([]*Person, error) {
	called(ctx, "Planet.people", r.names[0])
	return []*Person{r.home}, nil
}
func (r rock) Sun(ctx context.Context) Planet {
	called(ctx, "Planet.sun", r.names[0])
	return (*gas)(nil)
}
func (r rock) Place(ctx context.Context) string { return Describe(ctx) }

type gas struct{ name string }

func (*gas) IsAnything()       {}
func (g *gas) Name() string    { return g.name }
func (g *gas) Moons() []Planet { return nil }
func (g *gas) People(context.Context) ([]*Person, error) {
	return nil, fmt.Errorf("nobody lives on gas")
}
func (g *gas) Sun(context.Context) Planet       { return nil }
func (g *gas) Place(ctx context.Context) string { return Describe(ctx) }

// Custom writes itself.
type Custom struct{ Raw string }

// MarshalGQL writes more than was selected.
func (c Custom) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, `{"custom":`)
	graphql.MarshalString(c.Raw).MarshalGQL(w)
	_, _ = io.WriteString(w, `}`)
}

// UnmarshalGQL makes it what gqlgen takes for a type that writes itself.
func (c *Custom) UnmarshalGQL(any) error { return nil }

// blob is of no type of the schema, and writes itself. alien does not.
type (
	blob  struct{ panics bool }
	alien struct{}
)

func (blob) IsNode()     {}
func (blob) IsNamed()    {}
func (blob) IsBeing()    {}
func (blob) IsAnything() {}
func (b blob) MarshalGQL(w io.Writer) {
	if b.panics {
		panic("a blob panicked")
	}
	_, _ = io.WriteString(w, `{"blob":true}`)
}

func (alien) IsNode()     {}
func (alien) IsNamed()    {}
func (alien) IsBeing()    {}
func (alien) IsAnything() {}

// Vault has a directive on its type.
type Vault struct {
	Gold   int
	Keeper *Person
}

// Input is read from arguments.
type Input struct {
	Text           *string
	Must           int
	Hex            *Hex
	Hexes          []Hex
	Color          *Color
	Level          *Level
	Levels         []Level
	Capped         *int
	Inner          *Input
	Inners         []*Input
	Grid           [][]int
	Omittable      graphql.Omittable[*string]
	OmittableInput graphql.Omittable[*Input]
	Any            any
	Time           *time.Time
}

// One has one of its fields.
type One struct {
	Text   *string
	Number *int
	Inner  *Input
}
