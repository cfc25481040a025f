package documents_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/require"
	"customer360/internal/store/storetest"
	"customer360/sources"
	"customer360/sources/profiles"
	"customer360/sources/profiles/documents"
)

func account(id string) profiles.RecordKey {
	return profiles.RecordKey{Source: profiles.Billing, System: "stripe", RecordID: id}
}

// Records are shared that others are actively linked to, however many these are, and
// however many share another one.
func TestSharedRecords(t *testing.T) {
	require.Long(t)
	ctx := context.Background()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, log := open(t)
			c1 := person("c1")
			c2 := person("c2")
			c2.Links = append(c2.Links, profiles.Link{Source: profiles.Billing, System: "stripe", RecordID: "acc-undone", UndoneAt: time.Now()})
			people := []*profiles.Customer{c1}
			for i := range 250 {
				people = append(people, person(fmt.Sprintf("a-%d", i)))
			}
			// Last: behind more than one query reads.
			spine := land(t, s, append(people, c2)...)
			share := func(id string, words ...string) {
				t.Helper()
				if _, err := s.Database.Collection(documents.Customers).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
					bson.D{{Key: "$set", Value: bson.D{{Key: "records", Value: words}}}}); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range people[1:] {
				share(c.ID, "BILLING/stripe/null")
			}
			share("c2", "BILLING/stripe/acc-c2", "BILLING/stripe/acc-both")
			log.Reads()
			asked := []profiles.RecordKey{account("acc-c1"), account("null"), account("acc-both"), account("acc-undone"), account("nobody's")}
			got, err := spine.SharedRecords(ctx, "c1", asked)
			if diff := cmp.Diff(map[profiles.RecordKey]bool{account("null"): true, account("acc-both"): true}, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			// One that is full of those who share one record, and one without that.
			if n := len(log.Reads()); n > 2 {
				t.Errorf("%d queries", n)
			}
			if got, err := spine.SharedRecords(ctx, "c1", nil); len(got) > 0 || err != nil || len(log.Reads()) > 0 {
				t.Errorf("of no records: %v, %v", got, err)
			}
		})
	}
}

// What is left of a customer is remembered until it is replaced by what is left later, or
// by nothing; the end of the profile and its return do not matter to that.
func TestLeftovers(t *testing.T) {
	ctx := context.Background()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			spine := land(t, s, person("c1"))
			is := func(want profiles.Leftovers) {
				t.Helper()
				got, err := spine.Leftovers(ctx, "c1")
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
			}
			is(profiles.Leftovers{})
			at := time.Date(2026, 1, 31, 9, 30, 0, 123e6, time.UTC)
			first := profiles.Leftovers{ErasedAt: at, Records: []profiles.RecordKey{account("b"), account("a")}}
			later := profiles.Leftovers{ErasedAt: at.Add(time.Hour), Records: []profiles.RecordKey{account("a")}}
			for _, left := range []profiles.Leftovers{first, first, later} {
				if err := spine.KeepLeftovers(ctx, "c1", left); err != nil {
					t.Fatal(err)
				}
				is(left)
			}
			if err := spine.EraseCustomer(ctx, "c1"); err != nil {
				t.Fatal(err)
			}
			is(later)
			if _, _, err := spine.Land(ctx, []*profiles.Customer{person("c1")}); err != nil {
				t.Fatal(err)
			}
			is(later)
			for range 2 {
				if err := spine.KeepLeftovers(ctx, "c1", profiles.Leftovers{ErasedAt: at}); err != nil {
					t.Fatal(err)
				}
				is(profiles.Leftovers{})
			}
		})
	}
}

// What cannot be read or written is told as of any source, without what stands in it.
func TestLeftoversFail(t *testing.T) {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	spine := land(t, s, person("c1"))
	if _, err := s.Database.Collection(documents.Erasures).InsertOne(ctx, bson.D{{Key: "_id", Value: "c1"}, {Key: "left", Value: "secret"}}); err != nil {
		t.Fatal(err)
	}
	var e *sources.Error
	if _, err := spine.Leftovers(ctx, "c1"); !errors.As(err, &e) || e.Kind != sources.Malformed || strings.Contains(err.Error(), "secret") {
		t.Errorf("malformed: %v", err)
	}
	_ = s.Close()
	_, read := spine.Leftovers(ctx, "c1")
	_, asked := spine.SharedRecords(ctx, "c1", []profiles.RecordKey{account("a")})
	written := spine.KeepLeftovers(ctx, "c1", profiles.Leftovers{Records: []profiles.RecordKey{account("a")}})
	removed := spine.KeepLeftovers(ctx, "c1", profiles.Leftovers{})
	for _, err := range []error{read, asked, written, removed} {
		if e = nil; !errors.As(err, &e) || e.Source != "profile/crm" || e.Kind == sources.Malformed {
			t.Errorf("without a store: %v", err)
		}
	}
}
