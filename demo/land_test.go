//go:build !noembed

package demo

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store"
	"customer360/sources"
	"customer360/sources/billing"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
	"customer360/sources/social"
	socialdocs "customer360/sources/social/documents"
	"customer360/sources/support"
	supportdocs "customer360/sources/support/documents"
)

// landed opens a store and lands the company in it.
func landed(t *testing.T, c *Company) (*store.Store, *profdocs.Spine) {
	t.Helper()
	ctx := t.Context()
	s, err := store.Open(ctx, store.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	spine := profdocs.New("profile/"+System, s.Store)
	start := time.Now()
	if err := c.Land(ctx, spine, s.Store); err != nil {
		t.Fatal(err)
	}
	t.Logf("landed in %v", time.Since(start))
	if err := s.Optimize(ctx); err != nil {
		t.Fatal(err)
	}
	return s, spine
}

func TestLandGivesTheCompanyBack(t *testing.T) {
	c := New(time.Now())
	s, spine := landed(t, c)
	compare(t, c, s.Store, spine, c.Now)

	defs, err := spine.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Definitions, defs); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
}

func TestLandTwiceChangesNothing(t *testing.T) {
	c := New(time.Now())
	s, spine := landed(t, c)
	before := dump(t, s)
	if err := New(c.Now).Land(t.Context(), spine, s.Store); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, dump(t, s)); diff != "" {
		t.Errorf("the second landing changed (-before +after):\n%s", diff)
	}
}

func TestRefresh(t *testing.T) {
	ctx := t.Context()
	now := time.Now().Truncate(time.Millisecond)
	c := New(now.Add(-5 * 24 * time.Hour))
	s, spine := landed(t, c)
	other := &profiles.Customer{ID: "theirs", Kind: profiles.Person, SyncedAt: c.Now}
	if _, _, err := spine.Land(ctx, []*profiles.Customer{other}); err != nil {
		t.Fatal(err)
	}
	before := dump(t, s)

	start := time.Now()
	if err := New(now).Refresh(ctx, s.Store); err != nil {
		t.Fatal(err)
	}
	t.Logf("refreshed in %v", time.Since(start))

	// Nothing but syncedAt changes, and that only of what is fresh in the demo.
	exceptions := c.exceptions()
	for source, collection := range collections {
		for key, doc := range before[collection] {
			if e := exceptions[recordKey{source, key}]; e.Age != 0 || key == "theirs" {
				continue
			}
			for i, f := range doc {
				if f.Key == "syncedAt" {
					doc[i].Value = bson.NewDateTimeFromTime(now)
				}
			}
		}
	}
	if diff := cmp.Diff(before, dump(t, s)); diff != "" {
		t.Errorf("after the refresh (-want +got):\n%s", diff)
	}

	// Soon after, there is nothing to do.
	if err := New(now.Add(time.Minute)).Refresh(ctx, s.Store); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, dump(t, s)); diff != "" {
		t.Errorf("after the second refresh (-want +got):\n%s", diff)
	}
}

func TestRefreshLandsNothing(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, store.Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := New(time.Now()).Refresh(ctx, s.Store); err != nil {
		t.Fatal(err)
	}
	for collection, docs := range dump(t, s) {
		if len(docs) != 0 {
			t.Errorf("%s: %d documents in an empty store", collection, len(docs))
		}
	}
}

// compare asks for every record of the company, and for the one that does not exist.
func compare(t *testing.T, c *Company, s documents.Store, spine *profdocs.Spine, now time.Time) {
	t.Helper()
	exceptions := c.exceptions()
	config := func(source, collection string) documents.Config {
		return documents.Config{Name: source + "/" + System, Store: s, Collection: collection, MaxAge: MaxAge}
	}
	b, err1 := billingdocs.New(config("billing", BillingCollection))
	u, err2 := supportdocs.New(config("support", SupportCollection))
	o, err3 := socialdocs.New(config("social", SocialCollection))
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	compareSource(t, b, billing.AllParts, c.Billing, func(r *billing.Record) (string, Exception) {
		return r.RecordID, exceptions[recordKey{profiles.Billing, r.RecordID}]
	}, now)
	compareSource(t, u, support.AllParts, c.Support, func(r *support.Record) (string, Exception) {
		return r.RecordID, exceptions[recordKey{profiles.Support, r.RecordID}]
	}, now)
	compareSource(t, o, social.AllParts, c.Social, func(r *social.Record) (string, Exception) {
		return r.RecordID, exceptions[recordKey{profiles.Social, r.RecordID}]
	}, now)
	compareSource(t, spine, profiles.All, c.Customers, func(p *profiles.Customer) (string, Exception) {
		return p.ID, exceptions[recordKey{profiles.Profile, p.ID}]
	}, now)
}

func compareSource[V any](t *testing.T, s sources.Source[string, V], parts sources.Parts, records []V, of func(V) (string, Exception), now time.Time) {
	t.Helper()
	want := map[string]sources.Answer[V]{"case-dead-link-gone": {Missing: true}}
	keys := []string{"case-dead-link-gone"}
	for _, r := range records {
		key, e := of(r)
		a := sources.Answer[V]{Value: r, AsOf: now.Add(-e.Age), Stale: e.Age > MaxAge, Truncated: e.Truncated}
		if e.AgeUnknown {
			a.AsOf = time.Time{}
		}
		keys = append(keys, key)
		want[key] = a
	}
	got, err := s.Fetch(t.Context(), keys, parts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", s.Name(), diff)
	}
}

// dump gives every document of the store, by collection and key.
func dump(t *testing.T, s *store.Store) map[string]map[string]bson.D {
	t.Helper()
	ctx := t.Context()
	all := map[string]map[string]bson.D{}
	for _, collection := range []string{BillingCollection, SupportCollection, SocialCollection, profdocs.Customers, profdocs.Identifiers, profdocs.Definitions} {
		cursor, err := s.Database.Collection(collection).Find(ctx, bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		var docs []bson.D
		if err := cursor.All(ctx, &docs); err != nil {
			t.Fatal(err)
		}
		all[collection] = map[string]bson.D{}
		for _, d := range docs {
			for _, f := range d {
				if f.Key == "_id" {
					all[collection][fmt.Sprint(f.Value)] = d
				}
			}
		}
	}
	return all
}
