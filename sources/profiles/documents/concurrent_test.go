package documents_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"customer360/internal/store"
	"customer360/sources/profiles"
	"customer360/sources/profiles/documents"
)

// atOnce runs functions at once, and reports their errors.
func atOnce(t *testing.T, functions ...func() error) {
	t.Helper()
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for _, f := range functions {
		wg.Go(func() {
			<-begin
			if err := f(); err != nil {
				t.Error(err)
			}
		})
	}
	close(begin)
	wg.Wait()
}

// sharing makes people who have a phone together, and an address each.
func sharing(n int) []*profiles.Customer {
	people := make([]*profiles.Customer, n)
	for i := range people {
		people[i] = person(fmt.Sprint("c", i))
		people[i].ContactPoints = append(people[i].ContactPoints, profiles.ContactPoint{Channel: profiles.Phone, Value: "+4930901820"})
	}
	return people
}

// ownersOf gives who has each identifier, sorted.
func ownersOf(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	all := owners(t, s)
	for _, o := range all {
		slices.Sort(o)
	}
	return all
}

// None of those who are erased at once is left among the owners of what they shared.
func TestConcurrentErasures(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			spine := land(t, s)
			for round := range 10 {
				if _, _, err := spine.Land(t.Context(), sharing(4)); err != nil {
					t.Fatal(err)
				}
				atOnce(t,
					func() error { return spine.EraseCustomer(t.Context(), "c0") },
					func() error { return spine.EraseCustomer(t.Context(), "c1") },
					func() error { return spine.EraseCustomer(t.Context(), "c2") },
				)
				want := map[string][]string{"email:c3@example.com": {"c3"}, "phone:+4930901820": {"c3"}}
				if diff := cmp.Diff(want, ownersOf(t, s)); diff != "" {
					t.Fatalf("round %d (-want +got):\n%s", round, diff)
				}
			}
		})
	}
}

// Those who are landed at once all have what they share.
func TestConcurrentLandings(t *testing.T) {
	const writers = 16
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			spine := land(t, s)
			var want []string
			var landings []func() error
			for _, c := range sharing(writers) {
				want = append(want, c.ID)
				landings = append(landings, func() error {
					_, _, err := spine.Land(t.Context(), []*profiles.Customer{c})
					return err
				})
			}
			slices.Sort(want)
			atOnce(t, landings...)
			if diff := cmp.Diff(want, ownersOf(t, s)["phone:+4930901820"]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever lands a profile keeps the links that others land at once.
func TestConcurrentLandingsOfOneCustomer(t *testing.T) {
	const writers = 16
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			spine := land(t, s, person("c1"))
			var landings []func() error
			for i := range writers {
				c := person("c1")
				c.ContactPoints = []profiles.ContactPoint{{Channel: profiles.Email, Value: fmt.Sprintf("a%d@example.com", i)}}
				c.Links = []profiles.Link{{Source: profiles.Support, System: "desk", RecordID: fmt.Sprint(i), Method: "DETERMINISTIC"}}
				landings = append(landings, func() error {
					_, _, err := spine.Land(t.Context(), []*profiles.Customer{c})
					return err
				})
			}
			atOnce(t, landings...)
			answers, err := spine.Fetch(t.Context(), []string{"c1"}, profiles.All)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(answers["c1"].Value.ActiveLinks(profiles.Support)); n != writers {
				t.Errorf("%d links are there; want %d", n, writers)
			}
			// The last one to write says by what the customer is found, and only that.
			want := map[string][]string{}
			for _, id := range answers["c1"].Value.Identifiers() {
				want[string(id)] = []string{"c1"}
			}
			if diff := cmp.Diff(want, ownersOf(t, s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A customer who is landed and erased at once is there with all that they are found by, or
// not at all.
func TestConcurrentLandingAndErasure(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			spine := land(t, s)
			for round := range 10 {
				people := sharing(4)
				if _, _, err := spine.Land(t.Context(), people); err != nil {
					t.Fatal(err)
				}
				landing := func() error { _, _, err := spine.Land(t.Context(), people); return err }
				atOnce(t, landing,
					func() error { return spine.EraseCustomer(t.Context(), "c0") },
					func() error { return spine.EraseCustomer(t.Context(), "c1") },
					landing,
				)
				checkOwners(t, s, spine, people, round)
			}
		})
	}
}

// checkOwners holds identifiers to what the profiles that are there are found by.
func checkOwners(t *testing.T, s *store.Store, spine *documents.Spine, people []*profiles.Customer, round int) {
	t.Helper()
	var ids []string
	for _, c := range people {
		ids = append(ids, c.ID)
	}
	answers, err := spine.Fetch(t.Context(), ids, profiles.Contacts)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, id := range ids {
		if answers[id].Missing {
			continue
		}
		for _, by := range answers[id].Value.Identifiers() {
			want[string(by)] = append(want[string(by)], id)
		}
	}
	if diff := cmp.Diff(want, ownersOf(t, s)); diff != "" {
		t.Fatalf("round %d (-want +got):\n%s", round, diff)
	}
}
