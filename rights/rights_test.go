package rights_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"customer360/customer"
	"customer360/internal/await"
	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/rights"
	"customer360/sources"
	"customer360/sources/billing"
	billingdocs "customer360/sources/billing/documents"
	common "customer360/sources/documents"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	profiledocs "customer360/sources/profiles/documents"
	"customer360/sources/social"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
	supportdocs "customer360/sources/support/documents"
)

var (
	ctx = context.Background()
	at  = time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
)

// silent is told everything and says nothing.
type silent struct{}

func (silent) Called(context.Context, guard.Call) {}
func (silent) Retried(string)                     {}
func (silent) Switched(string, string)            {}
func (silent) Used(string, guard.Use)             {}

// A world is a company with two systems of landed records, a live one and the guards
// around all of them.
type world struct {
	*rights.Rights
	store   *store.Store
	spine   profiles.Spine
	billing sources.Source[string, *billing.Record]
	support *sourcetest.Fake[*support.Record]
	social  *sourcetest.Fake[*social.Record]
	guarded *guard.Guarded[*support.Record]
	systems []rights.System
}

// with gives the same with another spine.
func (w *world) with(spine profiles.Spine) *rights.Rights {
	return rights.New(rights.Config{Spine: spine, BatchCap: 1, Systems: w.systems})
}

// build makes a world of two customers: c1 has two accounts, one of which the system does
// not have, a contact that was landed, one in a live system, one that was undone, and a
// link to a system that is not configured; c2 has an account of their own.
func build(t *testing.T) *world {
	t.Helper()
	ignored := goleak.IgnoreCurrent()
	t.Cleanup(func() { await.Goroutines(t, ignored) })
	s, _ := storetest.Open(t)
	w := &world{store: s}
	spine := profiledocs.New("profile/crm", s.Store)
	link := func(source profiles.SourceName, system, id string) profiles.Link {
		return profiles.Link{Source: source, System: system, RecordID: id, Method: "MANUAL"}
	}
	undone := link(profiles.Support, "inbox", "contact-of-another")
	undone.UndoneAt = at
	one := &profiles.Customer{
		ID: "c1", Kind: profiles.Person, Name: "Person c1", CreatedAt: at, UpdatedAt: at, SyncedAt: at,
		ContactPoints: []profiles.ContactPoint{{Channel: profiles.Email, Value: "c1@example.com"}},
		Attributes:    []profiles.Attribute{{Key: "undeclared", Type: profiles.Text, Text: "17", Source: profiles.Profile, ObservedAt: at}},
		Links: []profiles.Link{
			link(profiles.Support, "desk", "live-1"), link(profiles.Support, "inbox", "contact-1"), undone,
			link(profiles.Billing, "ledger", "account-1"), link(profiles.Billing, "ledger", "account-gone"),
			link(profiles.Billing, "former", "former-1"),
		},
	}
	two := &profiles.Customer{ID: "c2", Kind: profiles.Person, CreatedAt: at, UpdatedAt: at, SyncedAt: at,
		Links: []profiles.Link{link(profiles.Billing, "ledger", "account-2"), link(profiles.Support, "inbox", "contact-of-another")}}
	if _, conflicts, err := spine.Land(ctx, []*profiles.Customer{one, two}); err != nil || len(conflicts) > 0 {
		t.Fatal(err, conflicts)
	}
	var accounts, contacts []common.Document
	for _, id := range []string{"account-1", "account-2"} {
		accounts = append(accounts, billingdocs.Document(&billing.Record{
			Account:  billing.Account{Ref: sources.Ref{RecordID: id}, Balance: &billing.Money{Minor: 1250, Currency: "EUR"}},
			Invoices: []*billing.Invoice{{Ref: sources.Ref{RecordID: "invoice-of-" + id}, Status: billing.Paid, IssuedAt: at}},
		}, at, false))
	}
	for _, id := range []string{"contact-1", "contact-of-another"} {
		contacts = append(contacts, supportdocs.Document(&support.Record{
			Ref:     sources.Ref{RecordID: id},
			Tickets: []*support.Ticket{{Ref: sources.Ref{RecordID: "ticket-of-" + id}, Status: support.Open, CreatedAt: at}},
		}, at, id == "contact-1"))
	}
	for collection, docs := range map[string][]common.Document{"billing": accounts, "support": contacts} {
		if _, err := s.Land(ctx, collection, docs); err != nil {
			t.Fatal(err)
		}
	}
	ledger, err := billingdocs.New(billingdocs.Config{Name: "billing/ledger", Store: s.Store, Collection: "billing"})
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := supportdocs.New(supportdocs.Config{Name: "support/inbox", Store: s.Store, Collection: "support"})
	if err != nil {
		t.Fatal(err)
	}
	w.support = &sourcetest.Fake[*support.Record]{SourceName: "support/desk", Records: map[string]sources.Answer[*support.Record]{
		"live-1": {Value: &support.Record{Ref: sources.Ref{RecordID: "live-1"}}, AsOf: at}}}
	w.social = &sourcetest.Fake[*social.Record]{SourceName: "social/square"}
	w.spine = guard.Spine(spine, time.Minute, silent{})
	w.billing, w.guarded = guarded(t, ledger), guarded(t, w.support)
	w.systems = []rights.System{
		rights.SystemOf(profiles.Billing, w.billing, billing.AllParts),
		rights.SystemOf(profiles.Support, guarded(t, inbox), support.AllParts),
		rights.SystemOf(profiles.Support, w.guarded, support.AllParts),
		rights.SystemOf(profiles.Social, guarded(t, w.social), social.AllParts),
	}
	w.Rights = w.with(w.spine)
	return w
}

func guarded[V any](t *testing.T, s sources.Source[string, V]) *guard.Guarded[V] {
	settings := guard.Defaults()
	settings.Timeout = time.Minute
	// What is kept is fresh enough for a page, and never for this.
	settings.Cache.MaxAge = time.Minute
	g := guard.New(s, settings, silent{})
	t.Cleanup(func() { g.Close() })
	return g
}

// A copy holds every part of every record, and says of each how its system answered.
func TestExport(t *testing.T) {
	w := build(t)
	p, err := w.Export(ctx, "c1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if p.GeneratedAt.IsZero() || time.Since(p.GeneratedAt) > time.Minute {
		t.Errorf("generated at %s", p.GeneratedAt)
	}
	delete(got.(map[string]any), "generatedAt")
	if err := json.Unmarshal([]byte(exported), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := w.Export(ctx, "nobody"); !errors.Is(err, rights.ErrNoCustomer) {
		t.Errorf("nobody's data: %v", err)
	}
}

// exported is the whole document, but for when it was made.
const exported = `{
	"format": "customer360-export", "version": 1, "customerId": "c1", "complete": false,
	"customer": {
		"id": "c1", "kind": "PERSON", "name": "Person c1",
		"contactPoints": [{"channel": "EMAIL", "value": "c1@example.com"}],
		"attributes": [{"key": "undeclared", "type": "TEXT", "text": "17", "source": "PROFILE", "observedAt": "2026-01-31T09:30:00Z"}],
		"links": [
			{"source": "SUPPORT", "system": "desk", "recordId": "live-1", "method": "MANUAL"},
			{"source": "SUPPORT", "system": "inbox", "recordId": "contact-1", "method": "MANUAL"},
			{"source": "SUPPORT", "system": "inbox", "recordId": "contact-of-another", "method": "MANUAL", "undoneAt": "2026-01-31T09:30:00Z"},
			{"source": "BILLING", "system": "ledger", "recordId": "account-1", "method": "MANUAL"},
			{"source": "BILLING", "system": "ledger", "recordId": "account-gone", "method": "MANUAL"},
			{"source": "BILLING", "system": "former", "recordId": "former-1", "method": "MANUAL"}
		],
		"createdAt": "2026-01-31T09:30:00Z", "updatedAt": "2026-01-31T09:30:00Z", "syncedAt": "2026-01-31T09:30:00Z"
	},
	"sources": [
		{"source": "PROFILE", "system": "crm", "recordId": "c1", "state": "FRESH", "asOf": "2026-01-31T09:30:00Z", "truncated": false, "complete": true},
		{"source": "BILLING", "system": "ledger", "recordId": "account-1", "state": "FRESH", "asOf": "2026-01-31T09:30:00Z", "truncated": false, "complete": true,
			"data": {"recordId": "account-1", "balance": "12.50 EUR", "invoices": [{"recordId": "invoice-of-account-1", "status": "PAID", "issuedAt": "2026-01-31T09:30:00Z"}]}},
		{"source": "BILLING", "system": "ledger", "recordId": "account-gone", "state": "EMPTY", "truncated": false, "complete": true},
		{"source": "BILLING", "system": "former", "recordId": "former-1", "state": "NOT_CONFIGURED", "code": "NOT_CONFIGURED", "truncated": false, "complete": false},
		{"source": "SUPPORT", "system": "desk", "recordId": "live-1", "state": "FRESH", "asOf": "2026-01-31T09:30:00Z", "truncated": false, "complete": true, "data": {"recordId": "live-1"}},
		{"source": "SUPPORT", "system": "inbox", "recordId": "contact-1", "state": "FRESH", "asOf": "2026-01-31T09:30:00Z", "truncated": true, "complete": false,
			"data": {"recordId": "contact-1", "tickets": [{"recordId": "ticket-of-contact-1", "status": "OPEN", "createdAt": "2026-01-31T09:30:00Z"}]}},
		{"source": "SOCIAL", "state": "NOT_LINKED", "truncated": false, "complete": true}
	]
}`

// A system that fails is told in its place and takes nothing from the others; what was
// kept of it is given, as what it is. Without the spine there is nothing to give.
func TestExportTellsWhatFails(t *testing.T) {
	w := build(t)
	if p, err := w.Export(ctx, "c2"); err != nil || !p.Complete {
		t.Fatalf("%+v, %v; want everything", p, err)
	}
	if _, err := w.Export(ctx, "c1"); err != nil {
		t.Fatal(err)
	}
	desk := func() rights.Record {
		t.Helper()
		p, err := w.Export(ctx, "c1")
		if err != nil || p.Complete || len(p.Sources) != 7 || p.Sources[1].Data == nil {
			t.Fatalf("%+v, %v", p, err)
		}
		return p.Sources[4]
	}
	w.support.Fault.Panic = true
	if r := desk(); r.State != customer.Stale || r.Code != "INTERNAL" || r.Complete || r.Data == nil {
		t.Errorf("what is kept: %+v", r)
	}
	w.guarded.Forget("live-1")
	if r := desk(); r.State != customer.Unavailable || r.Code != "INTERNAL" || r.Complete || r.Data != nil {
		t.Errorf("nothing is kept: %+v", r)
	}
	_ = w.store.Close()
	var e *sources.Error
	if _, err := w.Export(ctx, "c1"); !errors.As(err, &e) || e.Source != "profile/crm" {
		t.Errorf("without the spine: %v", err)
	}
}

// fates gives what became of each record, in one word each.
func fates(e *rights.Erasure) []string {
	var all []string
	for _, r := range e.Records {
		word := fmt.Sprintf("%s/%s/%s %s", r.Source, r.System, r.RecordID, r.State)
		if r.Code != "" {
			word += " " + string(r.Code)
		}
		all = append(all, word)
	}
	return all
}

func check(t *testing.T, e *rights.Erasure, err error, state rights.ErasureState, retry bool, want ...string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fates(e)); diff != "" || e.State != state || e.Retry != retry || e.ErasedAt.IsZero() != (state == rights.Planned) {
		t.Errorf("%s, retry %t, at %s (-want +got):\n%s", e.State, e.Retry, e.ErasedAt, diff)
	}
}

// left says what the stores have, without any guard.
func (w *world) left(t *testing.T) string {
	t.Helper()
	var all []string
	for _, collection := range []string{"customers", "identifiers", "billing", "support"} {
		if _, err := w.store.Find(ctx, collection, []string{"c1", "c2", "email:c1@example.com", "account-1", "account-2", "contact-1", "contact-of-another"}, nil,
			func(raw bson.Raw) { all = append(all, raw.Lookup("_id").StringValue()) }); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

const (
	everything = "account-1 account-2 c1 c2 contact-1 contact-of-another email:c1@example.com"
	others     = "account-2 c2 contact-of-another"
)

// What is ours is erased, what is not is told, what is somebody else's stays; and whoever
// asks again is told what is still there.
func TestErase(t *testing.T) {
	w := build(t)
	plan, err := w.Plan(ctx, "c1")
	check(t, plan, err, rights.Planned, false,
		"BILLING/ledger/account-1 TO_ERASE", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED",
		"SUPPORT/desk/live-1 NOT_SUPPORTED", "SUPPORT/inbox/contact-1 TO_ERASE", "PROFILE/crm/c1 TO_ERASE")
	if got := w.left(t); got != everything {
		t.Errorf("after a plan there is %s", got)
	}
	done, err := w.Erase(ctx, "c1")
	check(t, done, err, rights.Incomplete, false,
		"BILLING/ledger/account-1 ERASED", "BILLING/ledger/account-gone NOTHING_THERE", "BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED",
		"SUPPORT/desk/live-1 NOT_SUPPORTED", "SUPPORT/inbox/contact-1 ERASED", "PROFILE/crm/c1 ERASED")
	if got := w.left(t); got != others {
		t.Errorf("there is %s; want %s", got, others)
	}
	again, err := w.Erase(ctx, "c1")
	check(t, again, err, rights.Incomplete, false,
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED", "SUPPORT/desk/live-1 NOT_SUPPORTED", "PROFILE/crm/c1 NOTHING_THERE")
	never, err := w.Plan(ctx, "nobody")
	check(t, never, err, rights.Planned, false, "PROFILE/crm/nobody NOTHING_THERE")
	other, err := w.Erase(ctx, "c2")
	check(t, other, err, rights.Complete, false,
		"BILLING/ledger/account-2 ERASED", "SUPPORT/inbox/contact-of-another ERASED", "PROFILE/crm/c2 ERASED")
	if got := w.left(t); got != "" {
		t.Errorf("there is %s", got)
	}
}

// Where a record could not be erased, the profile is kept to find it by, and the next try
// completes it. Where the spine does not answer, nothing is done.
func TestEraseIsCompletedByAnotherTry(t *testing.T) {
	w := build(t)
	failing := &failingLedger{Source: w.billing, eraser: sources.EraserOf(w.billing), fails: true}
	r := rights.New(rights.Config{Spine: w.spine, BatchCap: 100, Systems: []rights.System{
		rights.SystemOf[*billing.Record](profiles.Billing, failing, billing.AllParts),
	}})
	notOurs := []string{"SUPPORT/desk/live-1 NOT_SUPPORTED NOT_CONFIGURED", "SUPPORT/inbox/contact-1 NOT_SUPPORTED NOT_CONFIGURED"}
	e, err := r.Erase(ctx, "c1")
	check(t, e, err, rights.Incomplete, true, append([]string{
		"BILLING/ledger/account-1 FAILED UNAVAILABLE", "BILLING/ledger/account-gone NOTHING_THERE",
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED"}, append(slices.Clone(notOurs), "PROFILE/crm/c1 KEPT")...)...)
	if got := w.left(t); got != everything {
		t.Errorf("there is %s; want %s", got, everything)
	}
	failing.fails = false
	e, err = r.Erase(ctx, "c1")
	check(t, e, err, rights.Incomplete, false, append([]string{
		"BILLING/ledger/account-1 ERASED", "BILLING/ledger/account-gone NOTHING_THERE",
		"BILLING/former/former-1 NOT_SUPPORTED NOT_CONFIGURED"}, append(notOurs, "PROFILE/crm/c1 ERASED")...)...)
	_ = w.store.Close()
	for _, do := range []func(context.Context, string) (*rights.Erasure, error){r.Erase, r.Plan} {
		var failed *sources.Error
		if e, err := do(ctx, "c2"); !errors.As(err, &failed) || failed.Source != "profile/crm" || e != nil {
			t.Errorf("without the spine: %+v, %v", e, err)
		}
	}
}

// failingLedger answers, and fails to erase.
type failingLedger struct {
	billing.Source
	eraser sources.Eraser[string]
	fails  bool
}

func (s *failingLedger) Erase(ctx context.Context, keys []string) error {
	if s.fails {
		return &sources.Error{Source: s.Name(), Kind: sources.Unavailable}
	}
	return s.eraser.Erase(ctx, keys)
}

// What is kept of a customer's records is forgotten, of those too that cannot be erased,
// and even if it comes to nothing.
func TestErasePurgesCaches(t *testing.T) {
	hour := time.Hour
	recent := sources.WithFreshness(ctx, sources.Freshness{MaxAge: &hour})
	for name, prepare := range map[string]func(*world){
		"erased": func(*world) {},
		"failed": func(w *world) { w.support.Fault.Kind = sources.Unavailable },
	} {
		t.Run(name, func(t *testing.T) {
			w := build(t)
			keys := []string{"live-1", "live-2"}
			scopes := []context.Context{recent, sources.WithScope(recent, "partner")}
			for _, scope := range scopes {
				if _, err := w.guarded.Fetch(scope, keys, support.AllParts); err != nil {
					t.Fatal(err)
				}
			}
			prepare(w)
			if _, err := w.Erase(ctx, "c1"); err != nil {
				t.Fatal(err)
			}
			w.support.Fault.Kind = ""
			before := w.support.Calls()
			for i, scope := range scopes {
				if _, err := w.guarded.Fetch(scope, keys, support.AllParts); err != nil {
					t.Fatal(err)
				}
				if got := w.support.Calls() - before; got != i+1 {
					t.Errorf("%d calls after %d fetches: what was kept is given", got, i+1)
				}
			}
		})
	}
}
