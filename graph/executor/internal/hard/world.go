package hard

import "fmt"

// The world: who knows whom. Nobody changes it.
var (
	persons = make([]*Person, 4)
	robots  = make([]Robot, 3)
	ghosts  = make([]*Ghost, 2)
	planets []Planet
)

func init() {
	for i := range persons {
		persons[i] = &Person{}
	}
	for i := range robots {
		robots[i] = Robot{ID: fmt.Sprintf("r%d", i+1), Name: new(fmt.Sprintf("robot %d", i+1)), Model: Level(i), MustOwner: persons[i]}
	}
	robots[0].Parts = []Robot{robots[2], robots[2]}
	robots[1].MustOwner = nil
	planets = []Planet{
		rock{names: []string{"stone"}, home: persons[0], moons: []Planet{&gas{"cloud"}, rock{names: []string{"pebble"}, home: persons[1]}}},
		&gas{"giant"},
	}
	ghosts[0] = &Ghost{ID: "g1", sees: robots[1]}
	ghosts[1] = &Ghost{ID: "g2", sees: ghosts[0]}
	for i, p := range persons {
		*p = Person{
			ID: fmt.Sprintf("p%d", i+1), Name: new(fmt.Sprintf("person %d", i+1)), Nick: "nick", Tag: "tag", Original: "original",
			Home: planets[i%2], Robot: &robots[i%3], Tool: robots[i%3], Tools: robots[:i%3], Spares: []*Robot{nil, &robots[0]},
			Boss: persons[(i+1)%4], MustBoss: persons[(i+2)%4], Loud: "loud",
			Vault: &Vault{i, persons[0]}, Vaults: []*Vault{{7, persons[1]}, {8, nil}},
			known: []*Person{persons[(i+1)%4], persons[(i+3)%4]},
		}
		if i%2 == 0 {
			p.Extra = &Extra{Title: "title", Deep: *fineLeaves, DeepList: []*Person{persons[3], p}, DeepValue: robots[0]}
		}
	}
	persons[1].Name = nil
	persons[2].Home = nil
	persons[2].Robot = nil
	persons[3].MustBoss = nil
	persons[3].Boss = nil
}

// Persons are all persons.
func Persons() []*Person { return persons }

func person(id string) *Person {
	for _, p := range persons {
		if p.ID == id {
			return p
		}
	}
	return nil
}
