package rights_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/rights"
	"customer360/sources"
	"customer360/sources/profiles"
	profiledocs "customer360/sources/profiles/documents"
)

// linkToo links records to c2, whoever has them: what writes to the database by itself is
// not held to one customer a record.
func (w *world) linkToo(t *testing.T, words ...string) {
	t.Helper()
	words = append([]string{"BILLING/ledger/account-2", "SUPPORT/inbox/contact-of-another"}, words...)
	var links []profiles.Link
	for _, word := range words {
		part := strings.Split(word, "/")
		links = append(links, profiles.Link{Source: profiles.SourceName(part[0]), System: part[1], RecordID: part[2], Method: "MANUAL"})
	}
	if _, err := w.store.Database.Collection(profiledocs.Customers).UpdateOne(ctx, bson.D{{Key: "_id", Value: "c2"}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "records", Value: words}, {Key: "links", Value: links}}}}); err != nil {
		t.Fatal(err)
	}
}

// leftDocuments are what the store remembers of erasures.
func (w *world) leftDocuments(t *testing.T) []bson.M {
	t.Helper()
	cursor, err := w.store.Database.Collection(profiledocs.Erasures).Find(ctx, bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	all := []bson.M{}
	if err := cursor.All(ctx, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// A record that somebody else is linked to as well stays theirs, in every system, and the
// erasure says so. It goes with the last of them.
func TestEraseLeavesWhatIsShared(t *testing.T) {
	w := build(t)
	w.linkToo(t, "BILLING/ledger/account-1", "BILLING/ledger/account-gone", "BILLING/former/former-1", "SUPPORT/desk/live-1")
	plan, err := w.Plan(ctx, "c1")
	check(t, plan, err, rights.Planned, false,
		"BILLING/ledger/account-1 SHARED", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 SHARED",
		"SUPPORT/desk/live-1 SHARED", "SUPPORT/inbox/contact-1 TO_ERASE", "PROFILE/crm/c1 TO_ERASE")
	w.linkToo(t, "BILLING/ledger/account-1")
	done, err := w.Erase(ctx, "c1")
	check(t, done, err, rights.Incomplete, false,
		"BILLING/ledger/account-1 SHARED", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED",
		"SUPPORT/desk/live-1 NOT_SUPPORTED", "SUPPORT/inbox/contact-1 ERASED", "PROFILE/crm/c1 ERASED")
	if got, want := w.left(t), "account-1 "+others; got != want {
		t.Errorf("there is %s; want %s", got, want)
	}
	// What was left is no job for anybody any more once it is somebody else's.
	w.linkToo(t, "BILLING/ledger/account-1", "SUPPORT/desk/live-1")
	again, err := w.Erase(ctx, "c1")
	check(t, again, err, rights.Incomplete, false,
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "SUPPORT/desk/live-1 SHARED", "PROFILE/crm/c1 NOTHING_THERE")
	last, err := w.Erase(ctx, "c2")
	check(t, last, err, rights.Incomplete, false, "BILLING/ledger/account-2 ERASED", "BILLING/ledger/account-1 ERASED",
		"SUPPORT/inbox/contact-of-another ERASED", "SUPPORT/desk/live-1 NOT_SUPPORTED", "PROFILE/crm/c2 ERASED")
	if got := w.left(t); got != "" {
		t.Errorf("there is %s", got)
	}
}

// A link that was undone shares nothing.
func TestAnUndoneLinkSharesNothing(t *testing.T) {
	w := build(t)
	done, err := w.Erase(ctx, "c2")
	check(t, done, err, rights.Complete, false,
		"BILLING/ledger/account-2 ERASED", "SUPPORT/inbox/contact-of-another ERASED", "PROFILE/crm/c2 ERASED")
	if left := w.leftDocuments(t); len(left) > 0 {
		t.Errorf("nothing was left, and there is %v", left)
	}
}

// What is left is told as often as is asked, as of the first time, by nothing else of the
// customer than its key and the records'.
func TestErasureRemembersWhatIsLeft(t *testing.T) {
	w := build(t)
	first, err := w.Erase(ctx, "c1")
	if err != nil {
		t.Fatal(err)
	}
	documents := []bson.M{{"_id": "c1", "erasedAt": bson.NewDateTimeFromTime(first.ErasedAt), "left": bson.A{
		bson.D{{Key: "source", Value: "BILLING"}, {Key: "system", Value: "former"}, {Key: "recordId", Value: "former-1"}},
		bson.D{{Key: "source", Value: "SUPPORT"}, {Key: "system", Value: "desk"}, {Key: "recordId", Value: "live-1"}},
	}}}
	calls := w.support.Calls()
	for name, do := range map[string]func(context.Context, string) (*rights.Erasure, error){"plan": w.Plan, "erase": w.Erase} {
		again, err := do(ctx, "c1")
		check(t, again, err, rights.Incomplete, false,
			"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "SUPPORT/desk/live-1 NOT_SUPPORTED", "PROFILE/crm/c1 NOTHING_THERE")
		if !again.ErasedAt.Equal(first.ErasedAt) {
			t.Errorf("%s: erased at %s; want %s", name, again.ErasedAt, first.ErasedAt)
		}
		if diff := cmp.Diff(documents, w.leftDocuments(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := w.support.Calls(); got != calls {
		t.Errorf("the system was asked %d times", got-calls)
	}
	if _, err := w.Export(ctx, "c1"); !errors.Is(err, rights.ErrNoCustomer) {
		t.Errorf("exported: %v", err)
	}
	// A person has erased it there, and says so.
	if err := w.store.Erase(ctx, profiledocs.Erasures, []string{"c1"}); err != nil {
		t.Fatal(err)
	}
	done, err := w.Erase(ctx, "c1")
	check(t, done, err, rights.Complete, false, "PROFILE/crm/c1 NOTHING_THERE")
}

// A customer who is landed again and erased again leaves both behind, those records aside
// that turned out to be somebody else's; and nothing is remembered of which nothing is left.
func TestWhatIsLeftIsMerged(t *testing.T) {
	w := build(t)
	if _, err := w.Erase(ctx, "c1"); err != nil {
		t.Fatal(err)
	}
	spine := profiledocs.New("profile/crm", w.store.Store)
	again := func(links ...profiles.Link) {
		t.Helper()
		c := &profiles.Customer{ID: "c1", Kind: profiles.Person, CreatedAt: at, UpdatedAt: at, SyncedAt: at, Links: links}
		if _, conflicts, err := spine.Land(ctx, []*profiles.Customer{c}); err != nil || len(conflicts) > 0 {
			t.Fatal(err, conflicts)
		}
	}
	live := profiles.Link{Source: profiles.Support, System: "desk", RecordID: "live-1", UndoneAt: at}
	former := profiles.Link{Source: profiles.Billing, System: "former", RecordID: "former-1", UndoneAt: at}
	other := profiles.Link{Source: profiles.Billing, System: "former", RecordID: "former-2"}
	again(live, other)
	if len(w.leftDocuments(t)) != 1 {
		t.Error("landing the customer again forgot what was left")
	}
	plan, err := w.Plan(ctx, "c1")
	check(t, plan, err, rights.Planned, false, "BILLING/former/former-2 NOT_SUPPORTED NOT_CONFIGURED",
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "PROFILE/crm/c1 TO_ERASE")
	e, err := w.Erase(ctx, "c1")
	check(t, e, err, rights.Incomplete, false, "BILLING/former/former-2 NOT_SUPPORTED NOT_CONFIGURED",
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "PROFILE/crm/c1 ERASED")
	e, err = w.Erase(ctx, "c1")
	check(t, e, err, rights.Incomplete, false, "BILLING/former/former-2 NOT_SUPPORTED NOT_CONFIGURED",
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "PROFILE/crm/c1 NOTHING_THERE")

	other.UndoneAt = at
	again(former, other)
	e, err = w.Erase(ctx, "c1")
	check(t, e, err, rights.Complete, false, "PROFILE/crm/c1 ERASED")
	if left := w.leftDocuments(t); len(left) > 0 {
		t.Errorf("nothing is left, and there is %v", left)
	}
}

// failingSpine fails in one of its calls.
type failingSpine struct {
	profiles.Spine
	profiles.ThoroughEraser
	fails string
}

func (s *failingSpine) fail(call string) error {
	if s.fails == call {
		return &sources.Error{Source: s.Name(), Kind: sources.Unavailable}
	}
	return nil
}

func (s *failingSpine) SharedRecords(ctx context.Context, id string, records []profiles.RecordKey) (map[profiles.RecordKey]bool, error) {
	if err := s.fail("shared"); err != nil {
		return nil, err
	}
	return s.ThoroughEraser.SharedRecords(ctx, id, records)
}

func (s *failingSpine) Leftovers(ctx context.Context, id string) (profiles.Leftovers, error) {
	if err := s.fail("leftovers"); err != nil {
		return profiles.Leftovers{}, err
	}
	return s.ThoroughEraser.Leftovers(ctx, id)
}

func (s *failingSpine) KeepLeftovers(ctx context.Context, id string, left profiles.Leftovers) error {
	if err := s.fail("keep"); err != nil {
		return err
	}
	return s.ThoroughEraser.KeepLeftovers(ctx, id, left)
}

func (s *failingSpine) EraseCustomer(ctx context.Context, id string) error {
	if err := s.fail("erase"); err != nil {
		return err
	}
	return s.ThoroughEraser.EraseCustomer(ctx, id)
}

// Whichever call of the spine fails, nothing of somebody else's is erased, nothing is lost,
// and another try completes it.
func TestEraseWithAFailingSpine(t *testing.T) {
	for call, want := range map[string][]string{
		"shared": {"BILLING/ledger/account-1 FAILED UNAVAILABLE", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 FAILED UNAVAILABLE",
			"SUPPORT/desk/live-1 FAILED UNAVAILABLE", "SUPPORT/inbox/contact-1 FAILED UNAVAILABLE", "PROFILE/crm/c1 KEPT"},
		"keep": {"BILLING/ledger/account-1 ERASED", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED",
			"SUPPORT/desk/live-1 NOT_SUPPORTED", "SUPPORT/inbox/contact-1 ERASED", "PROFILE/crm/c1 FAILED UNAVAILABLE"},
		"erase": {"BILLING/ledger/account-1 ERASED", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED",
			"SUPPORT/desk/live-1 NOT_SUPPORTED", "SUPPORT/inbox/contact-1 ERASED", "PROFILE/crm/c1 FAILED UNAVAILABLE"},
	} {
		t.Run(call, func(t *testing.T) {
			w := build(t)
			spine := &failingSpine{w.spine, w.spine.(profiles.ThoroughEraser), call}
			r := w.with(spine)
			e, err := r.Erase(ctx, "c1")
			check(t, e, err, rights.Incomplete, true, want...)
			if call == "shared" && w.left(t) != everything {
				t.Errorf("there is %s; want %s", w.left(t), everything)
			}
			if c, err := w.spine.Fetch(ctx, []string{"c1"}, 0); err != nil || c["c1"].Missing {
				t.Errorf("the profile is gone: %v", err)
			}
			spine.fails = ""
			e, err = r.Erase(ctx, "c1")
			if err != nil || e.Retry || !slices.Contains(fates(e), "PROFILE/crm/c1 ERASED") {
				t.Errorf("%+v, %v", e, err)
			}
			e, err = r.Erase(ctx, "c1")
			check(t, e, err, rights.Incomplete, false,
				"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "SUPPORT/desk/live-1 NOT_SUPPORTED", "PROFILE/crm/c1 NOTHING_THERE")
			spine.fails = "shared"
			e, err = r.Erase(ctx, "c1")
			check(t, e, err, rights.Incomplete, true,
				"BILLING/former/former-1 FAILED UNAVAILABLE", "SUPPORT/desk/live-1 FAILED UNAVAILABLE", "PROFILE/crm/c1 NOTHING_THERE")
			spine.fails = "leftovers"
			var failed *sources.Error
			if e, err := r.Erase(ctx, "c1"); !errors.As(err, &failed) || e != nil {
				t.Errorf("without what was left: %+v, %v", e, err)
			}
		})
	}
}

// A spine that only erases knows of no other customers and remembers nothing.
func TestEraseWithASpineThatOnlyErases(t *testing.T) {
	w := build(t)
	w.linkToo(t, "BILLING/ledger/account-1")
	r := w.with(struct {
		profiles.Spine
		profiles.Eraser
	}{w.spine, w.spine.(profiles.Eraser)})
	e, err := r.Erase(ctx, "c1")
	check(t, e, err, rights.Incomplete, false,
		"BILLING/ledger/account-1 ERASED", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED",
		"SUPPORT/desk/live-1 NOT_SUPPORTED", "SUPPORT/inbox/contact-1 ERASED", "PROFILE/crm/c1 ERASED")
	e, err = r.Erase(ctx, "c1")
	check(t, e, err, rights.Complete, false, "PROFILE/crm/c1 NOTHING_THERE")
}
