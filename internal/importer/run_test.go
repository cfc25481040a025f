package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/sources"
	"customer360/sources/billing"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A world is a store to import into.
type world struct {
	t     testing.TB
	ctx   context.Context
	store *store.Store
	log   *storetest.Log
	// rejects are those of the last import, as "line: reason".
	rejects []string
}

func newWorld(t testing.TB) *world {
	s, log := storetest.Open(t)
	return &world{t: t, ctx: context.Background(), store: s, log: log}
}

// Begin and Put make a world take rejects.
func (w *world) Begin([]string, rune) error { return nil }

func (w *world) Put(some []Reject) error {
	for _, r := range some {
		w.rejects = append(w.rejects, fmt.Sprintf("%d: %s", r.Line, r.Reason))
	}
	return nil
}

func (w *world) spine() *profdocs.Spine { return profdocs.New("profile/documents", w.store.Store) }

// run imports an input, with all options but these as they are by default.
func (w *world) run(m *Mapping, format Format, input string, change ...func(*Options)) Summary {
	w.t.Helper()
	w.rejects = nil
	o := Options{Mapping: m, Input: strings.NewReader(input), Format: format, Rejects: w, Now: now, Optimize: w.store.Optimize}
	for _, c := range change {
		c(&o)
	}
	s, err := Run(w.ctx, w.spine(), w.store.Store, o)
	if err != nil {
		w.t.Fatal(err)
	}
	if s.Rows != s.Loaded+s.Skipped+s.Rejected || s.Rejected != len(w.rejects) {
		w.t.Errorf("%d rows are %d loaded, %d skipped, %d rejected; %d rejects", s.Rows, s.Loaded, s.Skipped, s.Rejected, len(w.rejects))
	}
	return s
}

// runInto imports with rejects of one's own.
func (w *world) runInto(m *Mapping, format Format, input string, rejects Rejects) Summary {
	w.t.Helper()
	s, err := Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Input: strings.NewReader(input), Format: format, Rejects: rejects, Now: now})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// customer gives a customer as the spine does; nil where there is none.
func (w *world) customer(id string) *profiles.Customer {
	w.t.Helper()
	answers, err := w.spine().Fetch(w.ctx, []string{id}, profiles.All)
	if err != nil {
		w.t.Fatal(err)
	}
	return answers[id].Value
}

// account gives an account as the billing adapter does.
func (w *world) account(id string) sources.Answer[*billing.Record] {
	w.t.Helper()
	source, err := billingdocs.New(documents.Config{Name: "billing/documents", Store: w.store.Store, Collection: "billing"})
	if err != nil {
		w.t.Fatal(err)
	}
	answers, err := source.Fetch(w.ctx, []string{id}, billing.AllParts)
	if err != nil {
		w.t.Fatal(err)
	}
	return answers[id]
}

// dump gives everything that is stored, by collection and key.
func (w *world) dump() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	names, err := w.store.Database.ListCollectionNames(w.ctx, bson.D{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range names {
		cursor, err := w.store.Database.Collection(name).Find(w.ctx, bson.D{})
		if err != nil {
			w.t.Fatal(err)
		}
		for cursor.Next(w.ctx) {
			all[name+"/"+cursor.Current.Lookup("_id").StringValue()] = cursor.Current.String()
		}
	}
	return all
}

func counts(s Summary) string {
	var all []string
	for _, c := range s.Collections {
		all = append(all, fmt.Sprintf("%s %d/%d/%d", c.Collection, c.New, c.Updated, c.Unchanged))
	}
	return strings.Join(all, " ")
}

func example(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTelcoSample(t *testing.T) {
	w := newWorld(t)
	m := parse(t, example(t, "telco.yaml"))
	s := w.run(m, CSV, example(t, "telco-sample.csv"))
	if got := counts(s); s.Loaded != 4 || s.Rejected != 1 || got != "customers 4/0/0 billing 4/0/0" || len(s.Warnings) != 0 {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([]string{`6: billing.subscriptions[0].price: the amount is not a decimal number`}, w.rejects); diff != "" {
		t.Error(diff)
	}
	c := w.customer("0003-CCCCC")
	attributes := map[string]string{}
	for _, a := range c.Attributes {
		attributes[a.Key] = string(a.Type) + " " + a.Text
	}
	if diff := cmp.Diff(map[string]string{
		"gender": "TEXT Male", "senior": "BOOLEAN false", "partner": "BOOLEAN false", "dependents": "BOOLEAN true", "tenure_months": "NUMBER 0",
		"phone_service": "BOOLEAN true", "multiple_lines": "BOOLEAN true", "internet_service": "TEXT No", "contract": "TEXT Two year",
		"paperless_billing": "BOOLEAN false", "payment_method": "TEXT Mailed check", "churned": "BOOLEAN false",
	}, attributes); diff != "" {
		t.Error(diff)
	}
	if c.Name != "" || c.Kind != profiles.Person || !c.CreatedAt.Equal(now) || !c.SyncedAt.Equal(now) {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff([]profiles.Link{{Source: profiles.Billing, System: "documents", RecordID: "0003-CCCCC", Method: "DETERMINISTIC",
		Evidence: "telco", LinkedBy: "import", LinkedAt: now}}, c.Links); diff != "" {
		t.Error(diff)
	}
	for id, mrr := range map[string]billing.Money{"0001-AAAAA": {Minor: 2985, Currency: "USD"}, "0004-DDDDD": {Minor: 0, Currency: "USD"}} {
		a := w.account(id)
		if got := a.Value.Subscriptions[0].MonthlyRevenue(); got == nil || *got != mrr || a.Value.Currency != "USD" || !a.AsOf.Equal(now) {
			t.Errorf("%s: %+v brings %v a month; want %v", id, a.Value, got, mrr)
		}
	}
	if w.customer("0005-EEEEE") != nil || !w.account("0005-EEEEE").Missing {
		t.Error("something of the rejected row was loaded")
	}
}

func TestTwiceIsOnce(t *testing.T) {
	w := newWorld(t)
	m := parse(t, example(t, "telco.yaml"))
	input := example(t, "telco-sample.csv")
	w.run(m, CSV, input)
	before := w.dump()
	s := w.run(m, CSV, input, func(o *Options) { o.Now = now.Add(time.Minute) })
	if got := counts(s); got != "customers 0/0/4 billing 0/0/4" || s.Rejected != 1 {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff(before, w.dump()); diff != "" {
		t.Errorf("the second import changed something: %s", diff)
	}
	// A day later it is known to be true a day later.
	later := now.Add(24 * time.Hour)
	w.run(m, CSV, input, func(o *Options) { o.Now = later })
	c := w.customer("0001-AAAAA")
	if !c.SyncedAt.Equal(later) || !c.UpdatedAt.Equal(now) || !w.account("0001-AAAAA").AsOf.Equal(later) {
		t.Errorf("synced at %v, updated at %v", c.SyncedAt, c.UpdatedAt)
	}
	if len(w.dump()) != len(before) {
		t.Errorf("%d documents became %d", len(before), len(w.dump()))
	}
	// A change is one.
	s = w.run(m, CSV, strings.Replace(input, ",DSL,No,", ",Fiber optic,No,", 1), func(o *Options) { o.Now = later })
	if got := counts(s); got != "customers 0/1/3 billing 0/0/4" || !w.customer("0001-AAAAA").UpdatedAt.Equal(later) {
		t.Errorf("%s, updated at %v", got, w.customer("0001-AAAAA").UpdatedAt)
	}
}

func TestDryRun(t *testing.T) {
	w := newWorld(t)
	m := parse(t, example(t, "telco.yaml"))
	dry := func(o *Options) { o.DryRun = true }
	s := w.run(m, CSV, example(t, "telco-sample.csv"), dry)
	if got := counts(s); !s.DryRun || got != "customers 4/0/0 billing 4/0/0" || len(w.rejects) != 1 || len(w.dump()) != 0 {
		t.Errorf("%+v; %v; %v", s, w.rejects, w.dump())
	}
	w.run(m, CSV, example(t, "telco-sample.csv"))
	before := w.dump()
	s = w.run(m, CSV, example(t, "telco-sample.csv"), dry)
	if diff := cmp.Diff(before, w.dump()); diff != "" || counts(s) != "customers 0/0/4 billing 0/0/4" {
		t.Errorf("%s; %s", counts(s), diff)
	}
}

func TestInterrupt(t *testing.T) {
	w := newWorld(t)
	var b strings.Builder
	for i := range 3 * chunkRows {
		fmt.Fprintf(&b, `{"customer": "c%d", "account": "a%d"}`+"\n", i, i)
	}
	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()
	s, err := Run(ctx, w.spine(), w.store.Store, Options{Mapping: parse(t, contracts), Format: NDJSON, Now: now, Optimize: w.store.Optimize,
		Input: &cancelAfter{strings.NewReader(b.String()), b.Len() * 3 / 4, cancel}})
	if err != nil || !s.Interrupted || s.Loaded == 0 || s.Loaded >= 3*chunkRows || s.Loaded != s.Rows || s.LastLine != s.Rows || ExitCode(s, err) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if n, err := w.spine().Count(w.ctx); n != s.Loaded || err != nil {
		t.Errorf("%d customers, %v; %d rows are loaded", n, err, s.Loaded)
	}
	s, err = Run(ctx, w.spine(), w.store.Store, Options{Mapping: parse(t, contracts), Format: NDJSON, Input: strings.NewReader(b.String())})
	if err != nil || !s.Interrupted || s.Rows != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// cancelAfter cancels when so many bytes have been read.
type cancelAfter struct {
	io.Reader
	left   int
	cancel func()
}

func (c *cancelAfter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.left -= n; c.left <= 0 {
		c.cancel()
	}
	return n, err
}

func TestExpressionWithoutEnd(t *testing.T) {
	w := newWorld(t)
	m := parse(t, "version: 1\nprofile:\n  id: .id\n  name: if .id == \"a\" then \"A\" else last(repeat(1)) end\n")
	s, err := Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Format: CSV, Input: strings.NewReader("id\na\n" + strings.Repeat("b\n", 2000)), Rejects: w})
	if err == nil || !strings.Contains(err.Error(), "profile.name: 3 rows in a row took too long") || s.Loaded != 1 || s.Rejected != maxEndless || len(w.rejects) != maxEndless {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestStoreThatFails(t *testing.T) {
	w := newWorld(t)
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: parse(t, contracts), Format: NDJSON,
		Input: strings.NewReader(`{"customer": "c1", "account": "a1"}`), Rejects: w})
	if err == nil || ExitCode(s, err) != 1 || s.Loaded != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestColumnsThatDoNotFit(t *testing.T) {
	w := newWorld(t)
	m := parse(t, "version: 1\nprofile:\n  id: .id\n  name: .nmae\n  email: .email?\nignore: [fax]\n")
	_, err := Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Format: CSV, Input: strings.NewReader("id,name\n1,Ada\n")})
	var faults Faults
	if !errors.As(err, &faults) || err.Error() != `test.yaml:4:9: profile.name: the input has no column "nmae" (did you mean "name"?); if it may be missing, write .nmae?` {
		t.Error(err)
	}
	_, err = Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Format: CSV, Input: strings.NewReader("id;nmae\n1;Ada\n")})
	if err == nil || !strings.Contains(err.Error(), "are csv.delimiter and csv.skipLines right?") {
		t.Error(err)
	}
	s := w.run(m, CSV, "id,nmae,fax,street,_line\n1,Ada,2,3,4\n")
	if diff := cmp.Diff([]string{"the mapping does not read \"street\", so this is not loaded; to leave it out on purpose, list it under ignore"}, s.Warnings); diff != "" {
		t.Error(diff)
	}
	s = w.run(m, NDJSON, `{"id": 1, "street": "x"}`)
	if diff := cmp.Diff([]string{
		"the mapping does not read \"street\", so this is not loaded; to leave it out on purpose, list it under ignore",
		"no row has \"nmae\", although the mapping reads it",
	}, s.Warnings); diff != "" {
		t.Error(diff)
	}
	if s = w.run(m, CSV, "id,nmae\n"); len(s.Warnings) != 1 || s.Warnings[0] != "the input has no rows" {
		t.Error(s.Warnings)
	}
}

// TestColumnsOfTwoSpellings: a file of a Mac has é as two characters, and a mapping as one, or the
// other way round.
func TestColumnsOfTwoSpellings(t *testing.T) {
	const composed, decomposed = "Pr\u00e9nom", "Pre\u0301nom"
	for _, names := range [][2]string{{composed, decomposed}, {decomposed, composed}, {composed, composed}, {decomposed, decomposed}} {
		m := parse(t, "version: 1\nprofile: {id: .key, name: '.\""+names[0]+"\"'}\n")
		for format, input := range map[Format]string{CSV: "key," + names[1] + "\n1,Anna\n", NDJSON: `{"key": "1", "` + names[1] + `": "Anna"}`} {
			w := newWorld(t)
			if s := w.run(m, format, input); s.Rejected != 0 || len(s.Warnings) != 0 || w.customer("1").Name != "Anna" {
				t.Errorf("%q, %s: %+v, %v", names, format, s, w.rejects)
			}
		}
	}
}

func TestSkip(t *testing.T) {
	w := newWorld(t)
	m := parse(t, "version: 1\nskip: .test == \"1\"\nprofile: {id: .id}\n")
	if s := w.run(m, CSV, "id,test\na,1\nb,0\n,1\n"); s.Skipped != 2 || s.Loaded != 1 || ExitCode(s, nil) != 0 || w.customer("a") != nil {
		t.Errorf("%+v", s)
	}
}

func TestTypesThatChange(t *testing.T) {
	w := newWorld(t)
	w.run(parse(t, "version: 1\nprofile: {id: .id}\nattributes: [{key: k, type: TEXT, value: .k}]\n"), CSV, "id,k\n1,5\n")
	s := w.run(parse(t, "version: 1\nprofile: {id: .id}\nattributes: [{key: k, type: NUMBER, value: .k}]\n"), CSV, "id,k\n1,5\n")
	if diff := cmp.Diff([]string{"the attribute k changes from type TEXT to NUMBER for all customers"}, s.Warnings); diff != "" {
		t.Error(diff)
	}
	if defs, err := w.spine().Definitions(w.ctx); err != nil || len(defs) != 1 || defs[0].Type != profiles.Number {
		t.Errorf("%v, %v", defs, err)
	}
}

// TestLostIdentifiers: an import that was killed between customers and identifiers
// is put right by the next one.
func TestLostIdentifiers(t *testing.T) {
	w := newWorld(t)
	m := parse(t, contracts)
	input := `{"customer": "c1", "account": "a1", "email": "ada@example.com"}`
	w.run(m, NDJSON, input)
	if _, err := w.store.Database.Collection(profdocs.Identifiers).DeleteOne(w.ctx, bson.D{{Key: "_id", Value: "email:ada@example.com"}}); err != nil {
		t.Fatal(err)
	}
	w.run(m, NDJSON, input)
	by, _ := profiles.EmailIdentifier("ada@example.com")
	if found, err := w.spine().Find(w.ctx, by, 0); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestRecordThatBecomesTooLarge(t *testing.T) {
	w := newWorld(t)
	m := parse(t, "version: 1\nprofile: {id: .c}\nsupport:\n  id: .c\n  messages:\n    - {recordId: .m, body: .text, sentAt: '\"2026-01-01\"'}\n")
	text := strings.Repeat("x", maxRow-100)
	var b strings.Builder
	for i := range 14 {
		fmt.Fprintf(&b, `{"c": "c1", "m": %d, "text": "%s"}`+"\n", i, text)
	}
	s := w.run(m, NDJSON, b.String())
	if s.Loaded != 12 || s.Rejected != 2 || !strings.Contains(w.rejects[0], "the support record would be too large for one document") {
		t.Errorf("%+v", s)
	}
}

func TestExitCode(t *testing.T) {
	for want, s := range map[int]Summary{0: {Rows: 2, Loaded: 1, Skipped: 1}, 1: {Rows: 1, Rejected: 1}, 2: {Rows: 2, Loaded: 1, Rejected: 1}} {
		if got := ExitCode(s, nil); got != want {
			t.Errorf("%+v: %d; want %d", s, got, want)
		}
	}
	if ExitCode(Summary{Loaded: 1}, errors.New("x")) != 1 {
		t.Error("a fault does not tell")
	}
}
