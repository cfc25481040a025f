package documents_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/sources/profiles"
	"customer360/sources/profiles/documents"
)

// landBefore puts profiles into a store as they were landed before names were folded by
// scripts, and identifiers freed of what is not seen.
func landBefore(t *testing.T, s *store.Store) {
	t.Helper()
	doc := func(id, name, key string, identifiers []string, points ...bson.D) bson.D {
		return bson.D{{Key: "_id", Value: id}, {Key: "kind", Value: "PERSON"}, {Key: "name", Value: name}, {Key: "nameKey", Value: key},
			{Key: "contactPoints", Value: points}, {Key: "identifiers", Value: identifiers}, {Key: "createdAt", Value: at}, {Key: "updatedAt", Value: at},
			{Key: "ours", Value: "stays"}}
	}
	email := func(value string) bson.D {
		return bson.D{{Key: "channel", Value: "EMAIL"}, {Key: "value", Value: value}}
	}
	c := s.Database.Collection(documents.Customers)
	if _, err := c.InsertMany(t.Context(), []any{
		doc("c1", "Łukasz Dąbek", "łukasz dabek", []string{"email:lu\u200bkasz@example.com", "email:lukasz@example.com"}, email("lu\u200bkasz@example.com"),
			append(email("lukasz@example.com"), bson.E{Key: "isPrimary", Value: true})),
		doc("c2", "सुनील", "सनल", []string{"email:info@xn--mller-kva.de"}, email("info@xn--mller-kva.de")),
		doc("c3", "Mül\u200bler", "mul\u200bler", []string{"email:info@müller.de"}, email("info@müller.de")),
		doc("c4", "Anna", "anna", nil),
		doc("c5", "Bert", "bert", []string{"phone:+4930901820", "handle:mastodon:be\u200brt"}, bson.D{{Key: "channel", Value: "PHONE"}, {Key: "value", Value: "+4930901820"}},
			bson.D{{Key: "channel", Value: "SOCIAL"}, {Key: "network", Value: "mastodon"}, {Key: "value", Value: "be\u200brt"}}),
		bson.D{{Key: "_id", Value: "c6"}, {Key: "createdAt", Value: "yesterday"}},
	}); err != nil {
		t.Fatal(err)
	}
	owned := func(id string, owners ...string) any {
		return bson.D{{Key: "_id", Value: id}, {Key: "owners", Value: owners}}
	}
	if _, err := s.Database.Collection(documents.Identifiers).InsertMany(t.Context(), []any{
		owned("email:lu\u200bkasz@example.com", "c1"), owned("email:lukasz@example.com", "c1"), owned("email:info@xn--mller-kva.de", "c2"), owned("email:info@müller.de", "c3"),
		// One that the profile does not tell of, one of nobody, and one of somebody who is not there.
		owned("phone:+4930901820", "c5"), owned("handle:mastodon:be\u200brt", "c5"), owned("handle:mastodon:an\u200bna", "c4"), owned("email:no\u200bbody@example.com", "gone"),
		owned("email:an\u200bna@example.com"),
	}); err != nil {
		t.Fatal(err)
	}
}

// stored gives what profiles and identifiers are kept as.
func stored(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{documents.Customers, documents.Identifiers} {
		cursor, err := s.Database.Collection(name).Find(context.Background(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		var docs []bson.M
		if err := cursor.All(context.Background(), &docs); err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			id := fmt.Sprint(d["_id"])
			all[name+" "+id] = strings.TrimSpace(fmt.Sprintf("%v %v %v %v %v %v", d["name"], d["nameKey"], d["nameWords"], d["identifiers"], d["owners"], d["ours"]))
		}
	}
	return all
}

var migratedForm = map[string]string{
	"customers c1": "Łukasz Dąbek lukasz dabek [lukasz dabek] [email:lukasz@example.com] <nil> stays",
	"customers c2": "सुनील सुनील [सुनील] [email:info@müller.de] <nil> stays",
	"customers c3": "Müller muller [muller] [email:info@müller.de] <nil> stays",
	"customers c4": "Anna anna [anna] [handle:mastodon:anna] <nil> stays",
	"customers c5": "Bert bert [bert] [phone:+4930901820 handle:mastodon:bert] <nil> stays",
	"customers c6": "<nil> <nil> <nil> <nil> <nil> <nil>",

	"identifiers email:lukasz@example.com": "<nil> <nil> <nil> <nil> [c1] <nil>",
	"identifiers email:info@müller.de":     "<nil> <nil> <nil> <nil> [c3 c2] <nil>",
	"identifiers phone:+4930901820":        "<nil> <nil> <nil> <nil> [c5] <nil>",
	"identifiers handle:mastodon:bert":     "<nil> <nil> <nil> <nil> [c5] <nil>",
	"identifiers handle:mastodon:anna":     "<nil> <nil> <nil> <nil> [c4] <nil>",
}

func TestMigrate(t *testing.T) {
	for name, pointReads := range map[string]bool{"embedded": true, "as a MongoDB": false} {
		t.Run(name, func(t *testing.T) {
			s, _ := storetest.Open(t)
			if !pointReads {
				s.Local, s.Lock = nil, nil
			}
			landBefore(t, s)
			spine := documents.New("profile/crm", s.Store)
			before := stored(t, s)
			if is, err := spine.IsMigrated(t.Context()); is || err != nil {
				t.Error(is, err)
			}
			did, err := spine.Migrate(t.Context(), true)
			if err != nil || did.Customers != 6 || did.Changed != 5 || did.Names != 5 || did.ContactPoints != 3 || did.Unreadable != 1 {
				t.Errorf("a dry run: %+v, %v", did, err)
			}
			if diff := cmp.Diff(before, stored(t, s)); diff != "" {
				t.Errorf("a dry run wrote: %s", diff)
			}
			did, err = spine.Migrate(t.Context(), false)
			want := documents.Migrated{Customers: 6, Changed: 5, Names: 5, ContactPoints: 3, Identifiers: 5, Unreadable: 1,
				Shared: []documents.Shared{{Kind: "email", Owners: []string{"c3", "c2"}}}}
			if diff := cmp.Diff(want, did); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
			if diff := cmp.Diff(migratedForm, stored(t, s)); diff != "" {
				t.Error(diff)
			}
			if is, err := spine.IsMigrated(t.Context()); !is || err != nil {
				t.Error(is, err)
			}
			again, err := spine.Migrate(t.Context(), false)
			if diff := cmp.Diff(documents.Migrated{Customers: 6, Unreadable: 1}, again); diff != "" || err != nil {
				t.Errorf("the second time: %v %s", err, diff)
			}
			c := fetch(t, spine, "c1")
			if len(c.ContactPoints) != 1 || c.ContactPoints[0].Value != "lukasz@example.com" || !c.ContactPoints[0].IsPrimary {
				t.Errorf("%+v", c.ContactPoints)
			}
		})
	}
}

func fetch(t *testing.T, spine *documents.Spine, id string) *profiles.Customer {
	t.Helper()
	answers, err := spine.Fetch(t.Context(), []string{id}, profiles.All)
	if err != nil {
		t.Fatal(err)
	}
	return answers[id].Value
}

// TestMigrateIsStopped stops a migration at each of its commands in turn, and runs it again.
func TestMigrateIsStopped(t *testing.T) {
	if !store.Embedded {
		t.Skip("this needs the embedded store: build without -tags noembed")
	}
	var left atomic.Int64
	var stop atomic.Pointer[context.CancelFunc]
	s, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Monitor: &event.CommandMonitor{
		Started: func(context.Context, *event.CommandStartedEvent) {
			if left.Add(-1) == 0 {
				(*stop.Load())()
			}
		}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	landBefore(t, s)
	spine := documents.New("profile/crm", s.Store)
	stopped := 0
	for n := int64(1); ; n++ {
		ctx, cancel := context.WithCancel(context.Background())
		stop.Store(&cancel)
		left.Store(n)
		_, err := spine.Migrate(ctx, false)
		left.Store(0)
		cancel()
		if err == nil {
			break
		}
		if stopped++; stopped > 1000 {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(migratedForm, sorted(stored(t, s))); diff != "" {
		t.Error(diff)
	}
	if stopped < 5 {
		t.Errorf("it was stopped %d times only", stopped)
	}
}

// sorted gives owners in the order of the table: who came first depends on where it was stopped.
func sorted(all map[string]string) map[string]string {
	for k, v := range all {
		all[k] = strings.Replace(v, "[c2 c3]", "[c3 c2]", 1)
	}
	return all
}

// TestMigrateBesideOthers: profiles are landed, erased and looked up while they are migrated.
func TestMigrateBesideOthers(t *testing.T) {
	s, _ := storetest.Open(t)
	landBefore(t, s)
	spine := documents.New("profile/crm", s.Store)
	var others sync.WaitGroup
	for i := range 3 {
		others.Go(func() {
			for j := range 10 {
				c := person(fmt.Sprintf("n%d-%d", i, j))
				c.ContactPoints = append(c.ContactPoints, profiles.ContactPoint{Channel: profiles.Email, Value: "info@müller.de"})
				if _, _, err := spine.Land(context.Background(), []*profiles.Customer{c}); err != nil {
					t.Error(err)
				}
				if j%2 == 0 {
					if err := spine.EraseCustomer(context.Background(), c.ID); err != nil {
						t.Error(err)
					}
				}
				if _, err := spine.Find(context.Background(), "email:lukasz@example.com", profiles.Names); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if err := spine.EraseCustomer(t.Context(), "c5"); err != nil {
		t.Error(err)
	}
	if _, err := spine.Migrate(t.Context(), false); err != nil {
		t.Error(err)
	}
	others.Wait()
	owners := map[string][]string{}
	for name, text := range stored(t, s) {
		if id, ok := strings.CutPrefix(name, "identifiers "); ok {
			owners[id] = strings.Fields(text[strings.Index(text, "[")+1 : strings.Index(text, "]")])
		}
	}
	for name := range stored(t, s) {
		id, ok := strings.CutPrefix(name, "customers ")
		if !ok || id == "c6" {
			continue
		}
		for _, by := range fetch(t, spine, id).Identifiers() {
			if !slices.Contains(owners[string(by)], id) {
				t.Errorf("%s is not found by %s", id, by)
			}
		}
	}
	there := stored(t, s)
	for id, all := range owners {
		if profiles.Identifier(id).Normalize() != profiles.Identifier(id) {
			t.Errorf("%q is left", id)
		}
		for _, owner := range all {
			if _, ok := there["customers "+owner]; !ok {
				t.Errorf("%s is owned by %s, who is not there", id, owner)
			}
		}
	}
	if len(owners["email:info@müller.de"]) != 2+15 {
		t.Errorf("%v", owners["email:info@müller.de"])
	}
}
