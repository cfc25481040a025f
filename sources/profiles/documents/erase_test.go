package documents_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/sources"
	"customer360/sources/profiles"
	"customer360/sources/profiles/documents"
)

// owners gives who has each identifier, as the store has it.
func owners(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	cursor, err := s.Database.Collection(documents.Identifiers).Find(context.Background(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	var docs []struct {
		ID     string   `bson:"_id"`
		Owners []string `json:"owners"`
	}
	if err := cursor.All(context.Background(), &docs); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, d := range docs {
		all[d.ID] = d.Owners
	}
	return all
}

// shared makes two people who share a phone, and the first of whom had another address.
func shared(t *testing.T, s *store.Store) *documents.Spine {
	t.Helper()
	c1, c2 := person("c1"), person("c2")
	phone := profiles.ContactPoint{Channel: profiles.Phone, Value: "+4930901820"}
	c1.ContactPoints, c2.ContactPoints = append(c1.ContactPoints, phone), append(c2.ContactPoints, phone)
	c2.Relations = []profiles.Relation{{Kind: "SPOUSE", Name: "Person c1", CustomerID: "c1"}}
	spine := land(t, s, c1, c2)
	// As an import leaves it that was cut short: an address that no profile has any more.
	if _, err := s.Database.Collection(documents.Identifiers).InsertOne(context.Background(),
		bson.D{{Key: "_id", Value: "email:before@example.com"}, {Key: "owners", Value: bson.A{"c1"}}}); err != nil {
		t.Fatal(err)
	}
	return spine
}

var afterErasure = map[string][]string{"email:c2@example.com": {"c2"}, "phone:+4930901820": {"c2"}}

// checkErased reports what is left of c1, and what is not as it was of c2.
func checkErased(t *testing.T, s *store.Store, spine *documents.Spine) {
	t.Helper()
	if diff := cmp.Diff(afterErasure, owners(t, s)); diff != "" {
		t.Errorf("identifiers (-want +got):\n%s", diff)
	}
	answers, err := spine.Fetch(context.Background(), []string{"c1", "c2"}, profiles.All)
	if err != nil || !answers["c1"].Missing || answers["c2"].Missing {
		t.Fatalf("%+v, %v", answers, err)
	}
	if r := answers["c2"].Value.Relations; len(r) != 1 || r[0].Name != "Person c1" {
		t.Errorf("somebody else's relations are %+v", r)
	}
}

// An erased customer is found by nothing; what others have stays theirs. Erased is erased:
// doing it again changes nothing.
func TestErase(t *testing.T) {
	ctx := context.Background()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			spine := shared(t, s)
			for range 2 {
				if err := spine.EraseCustomer(ctx, "c1"); err != nil {
					t.Fatal(err)
				}
				checkErased(t, s, spine)
			}
			if found, err := spine.FindByLink(ctx, profiles.Billing, "stripe", "acc-c1", 0); found != nil || err != nil {
				t.Errorf("found by a record: %v, %v", found, err)
			}
			if err := spine.EraseCustomer(ctx, "nobody"); err != nil {
				t.Error(err)
			}
			checkErased(t, s, spine)
		})
	}
}

// An erasure that is cut short before any of its commands leaves the profile, and the
// next one completes it.
func TestEraseIsCompletedAfterItWasCutShort(t *testing.T) {
	for cut := range 4 {
		// The cut'th command does not reach the store any more.
		ctx, cancel := context.WithCancel(context.Background())
		commands := -1
		s, err := store.Open(context.Background(), store.Config{DataDir: t.TempDir(), Monitor: &event.CommandMonitor{
			Started: func(_ context.Context, e *event.CommandStartedEvent) {
				if commands < 0 || !slices.Contains([]string{"update", "delete"}, e.CommandName) {
					return
				}
				if commands++; commands == cut {
					cancel()
				}
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		spine := shared(t, s)
		if cut == 0 {
			cancel()
		}
		commands = 0
		err = spine.EraseCustomer(ctx, "c1")
		cancel()
		var e *sources.Error
		if !errors.As(err, &e) || e.Kind != sources.Canceled {
			t.Errorf("cut before command %d: %v; want CANCELED", cut, err)
		}
		commands = -1
		if answers, err := spine.Fetch(context.Background(), []string{"c1"}, 0); cut < 3 && (err != nil || answers["c1"].Missing) {
			t.Errorf("cut before command %d: the profile is gone: %v", cut, err)
		}
		if err := spine.EraseCustomer(context.Background(), "c1"); err != nil {
			t.Fatal(err)
		}
		checkErased(t, s, spine)
		_ = s.Close()
	}
}

// An address that a customer had before does not stay behind as nobody's.
func TestAChangedIdentifierIsRemoved(t *testing.T) {
	s, _ := storetest.Open(t)
	land(t, s, person("c1"))
	moved := person("c1")
	moved.ContactPoints[0].Value = "new@example.com"
	land(t, s, moved)
	if diff := cmp.Diff(map[string][]string{"email:new@example.com": {"c1"}}, owners(t, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// And somebody else may have it then.
	other := person("c2")
	other.ContactPoints[0].Value = "c1@example.com"
	land(t, s, other)
	if got := owners(t, s)["email:c1@example.com"]; !slices.Equal(got, []string{"c2"}) {
		t.Errorf("its owners are %v", got)
	}
}

// What has no definition is shown to nobody, and given to who is entitled to everything.
func TestUndeclaredAttributes(t *testing.T) {
	s, _ := storetest.Open(t)
	c := person("c1")
	c.Attributes = append(c.Attributes, profiles.Attribute{Key: "undeclared", Text: "17"})
	spine := land(t, s, c)
	for want, keys := range map[sources.Parts][]string{
		profiles.All:                       {"tier"},
		profiles.All | profiles.Undeclared: {"tier", "undeclared"},
	} {
		answers, err := spine.Fetch(context.Background(), []string{"c1"}, want)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range answers["c1"].Value.Attributes {
			got = append(got, a.Key)
		}
		if !slices.Equal(got, keys) {
			t.Errorf("%v; want %v", got, keys)
		}
	}
}
