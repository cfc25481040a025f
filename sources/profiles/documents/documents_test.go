package documents_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/sources"
	"customer360/sources/profiles"
	"customer360/sources/profiles/documents"
	"customer360/sources/sourcetest"
)

var at = time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)

func person(id string) *profiles.Customer {
	return &profiles.Customer{
		ID: id, Kind: profiles.Person, Name: "Person " + id, CreatedAt: at, UpdatedAt: at, SyncedAt: at,
		ContactPoints: []profiles.ContactPoint{{Channel: profiles.Email, Value: id + "@example.com", IsPrimary: true}},
		Attributes:    []profiles.Attribute{{Key: "tier", Type: profiles.Text, Text: "GOLD", Source: profiles.Profile, ObservedAt: at}},
		Consents:      []profiles.Consent{{Purpose: "marketing", Status: "GRANTED"}},
		Relations:     []profiles.Relation{{Kind: "FRIEND", CustomerID: "x"}},
		Links:         []profiles.Link{{Source: profiles.Billing, System: "stripe", RecordID: "acc-" + id, Method: "MANUAL"}},
	}
}

func land(t *testing.T, s *store.Store, customers ...*profiles.Customer) *documents.Spine {
	t.Helper()
	ctx := context.Background()
	spine := documents.New("profile/crm", s.Store)
	if err := spine.LandDefinitions(ctx, []profiles.Definition{{Key: "tier", Type: profiles.Text}, {Key: "points", Type: profiles.Number}}); err != nil {
		t.Fatal(err)
	}
	if _, conflicts, err := spine.Land(ctx, customers); err != nil || len(conflicts) > 0 {
		t.Fatal(err, conflicts)
	}
	if err := s.Optimize(ctx); err != nil {
		t.Fatal(err)
	}
	return spine
}

func TestContract(t *testing.T) {
	known := []string{"first-key", "second-key", "third-key"}
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*profiles.Customer] {
		s, log := storetest.Open(t)
		spine := land(t, s, person(known[0]), person(known[1]), person(known[2]))
		calls := 0
		log.Reads()
		return sourcetest.Fixture[*profiles.Customer]{
			Source: spine, Known: known, Unknown: "other-key",
			Parts: []sources.Parts{profiles.Names, profiles.Contacts, profiles.Attributes, profiles.Consents, profiles.Relations, profiles.Links},
			Holds: holds,
			Calls: func() int {
				calls += len(log.Reads())
				return calls
			},
			Failures: []sourcetest.Failure{{Kind: sources.Unavailable, Arm: func() { _ = s.Close() }}},
			Break: func(key string) {
				if _, err := s.Database.Collection(documents.Customers).UpdateOne(context.Background(), bson.D{{Key: "_id", Value: key}},
					bson.D{{Key: "$set", Value: bson.D{{Key: "links", Value: "not a list"}}}}); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

func holds(c *profiles.Customer) sources.Parts {
	var held sources.Parts
	for part, is := range map[sources.Parts]bool{
		profiles.Names: c.Name != "", profiles.Contacts: len(c.ContactPoints) > 0, profiles.Attributes: len(c.Attributes) > 0,
		profiles.Consents: len(c.Consents) > 0, profiles.Relations: len(c.Relations) > 0, profiles.Links: len(c.Links) > 0,
	} {
		if is {
			held |= part
		}
	}
	return held
}

// stores are the stores that the spine must work on.
var stores = map[string]func(testing.TB) (*store.Store, *storetest.Log){"embedded": storetest.Open, "MongoDB": storetest.OpenMongoDB}

func TestWhatIsLandedIsRead(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			want := person("c1")
			spine := land(t, s, want)
			answers, err := spine.Fetch(context.Background(), []string{"c1"}, profiles.All)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, answers["c1"].Value); diff != "" {
				t.Errorf("(-landed +read):\n%s", diff)
			}
		})
	}
}

// An id or a record costs one point read, the other identifiers two; a page costs one
// query, and a second one where it is counted.
func TestReads(t *testing.T) {
	ctx := context.Background()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, log := open(t)
			spine := land(t, s, person("c1"), person("c2"))
			email, err := profiles.EmailIdentifier("c1@example.com")
			if err != nil {
				t.Fatal(err)
			}
			for what, test := range map[string]struct {
				read func() error
				want int
			}{
				"by id": {func() error { _, err := spine.Fetch(ctx, []string{"c1"}, profiles.Names); return err }, 1},
				"by record": {func() error {
					c, err := spine.FindByLink(ctx, profiles.Billing, "stripe", "acc-c2", profiles.Names)
					if err == nil && (c == nil || c.ID != "c2") {
						t.Errorf("found %v", c)
					}
					return err
				}, 1},
				"by record in rows": {func() error {
					for id, is := range map[string]bool{"acc-c2": true, "acc-c9": false} {
						page, err := spine.List(ctx, profiles.Query{Limit: 1, Where: profiles.Filter{
							Record: &profiles.RecordKey{Source: profiles.Billing, System: "stripe", RecordID: id},
							And:    []profiles.Filter{{Link: &profiles.LinkFilter{Source: profiles.Billing, Exists: true}}},
						}}, profiles.Names)
						if err != nil {
							return err
						}
						if found := len(page.Customers) == 1 && page.Customers[0].ID == "c2"; found != is || !is && len(page.Customers) > 0 {
							t.Errorf("%s: found %v", id, page.Customers)
						}
					}
					return nil
				}, 2},
				"by e-mail": {func() error { _, err := spine.Find(ctx, email, profiles.Names); return err }, 2},
				"page":      {func() error { _, err := spine.List(ctx, profiles.Query{Limit: 5}, profiles.Names); return err }, 1},
				"counted": {func() error {
					_, err := spine.List(ctx, profiles.Query{Limit: 1, Count: true}, profiles.Names)
					return err
				}, 2},
				"counted by the way": {func() error {
					_, err := spine.List(ctx, profiles.Query{Limit: 5, Count: true}, profiles.Names)
					return err
				}, 1},
				"only counted": {func() error {
					_, err := spine.List(ctx, profiles.Query{Count: true}, profiles.Names)
					return err
				}, 1},
			} {
				log.Reads()
				if err := test.read(); err != nil {
					t.Fatal(err)
				}
				want := test.want
				if s.Local != nil {
					// Nothing goes over the wire.
					want = 0
				}
				if got := len(log.Reads()); got != want {
					t.Errorf("%s: %d reads; want %d", what, got, want)
				}
			}
		})
	}
}

// On a MongoDB every read that a filter or an order makes is served by an index.
func TestReadsUseIndexes(t *testing.T) {
	ctx := context.Background()
	s, log := storetest.OpenMongoDB(t)
	spine := land(t, s, person("c1"), person("c2"))
	if err := spine.VerifyIndexes(ctx); err == nil {
		t.Error("indexes are told to be there before they were made")
	}
	for range 2 {
		if err := spine.CreateIndexes(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := spine.VerifyIndexes(ctx); err != nil {
		t.Error(err)
	}
	yes, prefix := true, "person"
	for what, q := range map[string]profiles.Query{
		"created":   {},
		"newest":    {Order: profiles.Order{Field: profiles.ByCreatedAt, Descending: true}},
		"name":      {Order: profiles.Order{Field: profiles.ByName}},
		"updated":   {Order: profiles.Order{Field: profiles.ByUpdatedAt, Descending: true}},
		"prefix":    {Where: profiles.Filter{Name: &profiles.TextFilter{StartsWith: &prefix}}, Order: profiles.Order{Field: profiles.ByName}},
		"word":      {Where: profiles.Filter{Name: &profiles.TextFilter{HasWords: []string{"c1"}}}},
		"contact":   {Where: profiles.Filter{Identifier: "email:c1@example.com"}},
		"attribute": {Where: profiles.Filter{Attributes: []profiles.AttributeFilter{{Key: "tier", In: []string{"GOLD"}}}}},
		"has":       {Where: profiles.Filter{Attributes: []profiles.AttributeFilter{{Key: "tier", Exists: &yes}}}},
		"linked":    {Where: profiles.Filter{Link: &profiles.LinkFilter{Source: profiles.Billing, Exists: true}}},
		"ids":       {Where: profiles.Filter{IDs: []string{"c1"}}},
		"record":    {Where: profiles.Filter{Record: &profiles.RecordKey{Source: profiles.Billing, System: "stripe", RecordID: "acc-c1"}}},
		"ids in rows": {Where: profiles.Filter{IDs: []string{"c1"}, And: []profiles.Filter{
			{Attributes: []profiles.AttributeFilter{{Key: "tier", In: []string{"GOLD"}}}},
		}}},
	} {
		log.Reads()
		q.Limit = 10
		if _, err := spine.List(ctx, q, profiles.Names); err != nil {
			t.Fatal(err)
		}
		reads := log.Reads()
		if len(reads) == 0 {
			t.Errorf("%s: no command was recorded", what)
		}
		for _, c := range reads {
			var find bson.D
			if err := bson.Unmarshal(c.Raw, &find); err != nil {
				t.Fatal(err)
			}
			find = slices.DeleteFunc(find, func(e bson.E) bool { return e.Key == "lsid" || e.Key == "$db" || e.Key == "$clusterTime" })
			var plan bson.M
			if err := s.Database.RunCommand(ctx, bson.D{{Key: "explain", Value: find}}).Decode(&plan); err != nil {
				t.Fatal(err)
			}
			if why := scans(plan); why != "" {
				t.Errorf("%s may scan the collection: %s", what, why)
			}
		}
	}
}

// Landing twice changes nothing; what others wrote on a profile stays.
func TestLandIsIdempotentAndKeepsWhatOthersWrote(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	spine := land(t, s, person("c1"))
	undone := at.Add(time.Hour)
	// Somebody undid the link, and made another.
	other := person("c1")
	other.Links[0].UndoneAt = undone
	if _, err := s.Database.Collection(documents.Customers).UpdateOne(ctx, bson.D{{Key: "_id", Value: "c1"}}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "links", Value: append(other.Links, profiles.Link{Source: profiles.Support, System: "zendesk", RecordID: "s1", Method: "MANUAL"})},
	}}}); err != nil {
		t.Fatal(err)
	}
	again := person("c1")
	again.Name, again.Consents = "", nil
	again.ContactPoints[0].Value = "new@example.com"
	again.CreatedAt = at.AddDate(1, 0, 0)
	for range 2 {
		if inserted, conflicts, err := spine.Land(ctx, []*profiles.Customer{again}); inserted != 0 || conflicts != nil || err != nil {
			t.Fatal(inserted, conflicts, err)
		}
	}
	answers, err := spine.Fetch(ctx, []string{"c1"}, profiles.All)
	if err != nil {
		t.Fatal(err)
	}
	c := answers["c1"].Value
	if c.Name != "Person c1" || len(c.Consents) != 1 || !c.CreatedAt.Equal(at) {
		t.Errorf("what was not given is gone: %+v", c)
	}
	if len(c.Links) != 2 || !c.Links[0].UndoneAt.Equal(undone) {
		t.Errorf("links are %+v", c.Links)
	}
	for address, want := range map[string]int{"c1@example.com": 0, "new@example.com": 1} {
		id, err := profiles.EmailIdentifier(address)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := spine.Find(ctx, id, 0); len(found) != want || err != nil {
			t.Errorf("%s finds %d, %v; want %d", address, len(found), err, want)
		}
	}
	if found, err := spine.FindByLink(ctx, profiles.Billing, "stripe", "acc-c1", 0); found != nil || err != nil {
		t.Errorf("an undone link is followed: %v, %v", found, err)
	}
}

// A definition that is landed again is the same one, with what is new of it; and it is
// known while the store fails.
func TestDefinitions(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	land(t, s)
	land(t, s)
	spine := documents.New("profile/crm", s.Store)
	if err := spine.LandDefinitions(ctx, []profiles.Definition{{Key: "tier", Type: profiles.Text, Description: "How loyal."}}); err != nil {
		t.Fatal(err)
	}
	want := []profiles.Definition{{Key: "points", Type: profiles.Number}, {Key: "tier", Type: profiles.Text, Description: "How loyal."}}
	for range 2 {
		got, err := spine.Definitions(ctx)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		_ = s.Close()
	}
}

func TestARecordHasOneCustomer(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	spine := land(t, s, person("c1"))
	thief := person("c2")
	thief.Links = person("c1").Links
	_, conflicts, err := spine.Land(ctx, []*profiles.Customer{thief, person("c3")})
	if err != nil || len(conflicts) != 1 || conflicts[0].CustomerID != "c2" {
		t.Fatal(conflicts, err)
	}
	if n, err := spine.Count(ctx); n != 2 || err != nil {
		t.Errorf("%d customers, %v; want the first and the third", n, err)
	}
}

// Whatever the order and however many tie, walking the pages gives everyone once.
func TestPagesNeitherSkipNorRepeat(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	var all []*profiles.Customer
	for i := range 23 {
		c := person(fmt.Sprintf("c%02d", i))
		c.Name = []string{"", "anna", "Ánna", "Bert"}[i%4]
		c.CreatedAt, c.UpdatedAt = at.Add(time.Duration(i%3)*time.Hour), at.Add(time.Duration(i%5)*time.Hour)
		all = append(all, c)
	}
	spine := land(t, s, all...)
	// As companies land them: without what is ordered by.
	for i, field := range []string{"nameKey", "updatedAt", "createdAt"} {
		for j := range 5 {
			if _, err := s.Database.Collection(documents.Customers).UpdateOne(ctx, bson.D{{Key: "_id", Value: fmt.Sprintf("c%02d", 3*j+i)}},
				bson.D{{Key: "$unset", Value: bson.D{{Key: field, Value: ""}}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, field := range []profiles.OrderField{profiles.ByName, profiles.ByCreatedAt, profiles.ByUpdatedAt} {
		for _, descending := range []bool{false, true} {
			q := profiles.Query{Order: profiles.Order{Field: field, Descending: descending}, Limit: 4}
			var seen []string
			for {
				page, err := spine.List(ctx, q, profiles.Names)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Customers {
					seen = append(seen, c.ID)
				}
				if !page.HasMore {
					break
				}
				q.After = &page.Positions[len(page.Positions)-1]
			}
			slices.Sort(seen)
			if len(seen) != len(all) || len(slices.Compact(seen)) != len(all) {
				t.Errorf("by %s, descending %t: %d came; want %d, each once", field, descending, len(seen), len(all))
			}
		}
	}
}

// One document that is not in the form hides no other, and is told.
func TestUnreadableDocumentsHideNoOthers(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	spine := land(t, s, person("c1"), person("c2"))
	if _, err := s.Database.Collection(documents.Customers).InsertMany(ctx, []any{
		bson.D{{Key: "_id", Value: 42}, {Key: "createdAt", Value: at}},
		bson.D{{Key: "_id", Value: "c0"}, {Key: "createdAt", Value: "yesterday"}},
	}); err != nil {
		t.Fatal(err)
	}
	page, err := spine.List(ctx, profiles.Query{Limit: 10, Count: true}, profiles.All)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.Malformed || len(page.Customers) != 2 || *page.Total != 4 {
		t.Errorf("%d customers, total %v, %v; want the two that can be read, four in all, and MALFORMED", len(page.Customers), page.Total, err)
	}
}
