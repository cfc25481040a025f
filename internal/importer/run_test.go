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

const contracts = `
version: 1
attributes:
  - {key: tier, type: TEXT, value: .tier?}
profile:
  id: .customer
  name: .name?
  email: .email?
billing:
  id: .account
  currency: EUR
  name: .owner?
  subscriptions:
    - when: .contract? != null
      recordId: .contract?
      name: .product?
      status: ACTIVE
`

func TestRowsOfOneCustomerAreOne(t *testing.T) {
	w := newWorld(t)
	rows := []string{
		`{"customer": "c1", "name": "Ada", "email": "ada@example.com", "tier": "GOLD", "account": "a1", "contract": "s1", "product": "Basic", "owner": "Ada"}`,
		`{"customer": "c1", "name": "", "email": "ada@work.example", "account": "a1", "contract": "s2"}`,
		`{"customer": "c1", "name": "Ada L.", "account": "a2", "contract": "s3"}`,
		`{"customer": "c1", "account": "a1", "contract": "s1", "product": "Plus"}`,
	}
	want := func(s Summary) {
		t.Helper()
		if got := counts(s); got != "customers 1/0/0 billing 2/0/0" || s.Loaded < 4 {
			t.Errorf("%s, %+v", got, s)
		}
		c := w.customer("c1")
		if c.Name != "Ada L." || c.Email() != "ada@work.example" || len(c.ContactPoints) != 2 || len(c.Links) != 2 || len(c.Attributes) != 1 {
			t.Errorf("%+v", c)
		}
		a := w.account("a1").Value
		names := map[string]string{}
		for _, s := range a.Subscriptions {
			names[s.RecordID] = s.Name
		}
		if diff := cmp.Diff(map[string]string{"s1": "Plus", "s2": ""}, names); diff != "" || a.Name != "Ada" {
			t.Error(diff)
		}
	}
	m := parse(t, contracts)
	want(w.run(m, NDJSON, strings.Join(rows, "\n")))

	// It does not matter how far apart the rows are.
	w = newWorld(t)
	var b strings.Builder
	for i, row := range rows {
		b.WriteString(row + "\n")
		for j := range chunkRows {
			fmt.Fprintf(&b, `{"customer": "x", "account": "x", "email": "x%d@example.com"}`+"\n", (i*chunkRows+j)%3)
		}
	}
	s := w.run(m, NDJSON, b.String())
	if got := counts(s); got != "customers 2/0/0 billing 3/0/0" {
		t.Error(got)
	}
	s.Collections = []Counts{{"customers", 1, 0, 0}, {"billing", 2, 0, 0}}
	want(s)
}

func TestWhatOthersSaidStays(t *testing.T) {
	w := newWorld(t)
	w.run(parse(t, contracts), NDJSON, `{"customer": "c1", "name": "Ada", "email": "ada@example.com", "tier": "GOLD", "account": "a1", "contract": "s1"}`)
	other := parse(t, `
version: 1
attributes:
  - {key: score, type: NUMBER, value: .score}
profile: {id: .customer, phone: .phone}
support:
  id: .customer
`)
	w.run(other, NDJSON, `{"customer": "c1", "score": 5, "phone": "+49 30 901820"}`)
	c := w.customer("c1")
	if c.Name != "Ada" || c.Email() != "ada@example.com" || c.Phone() != "+4930901820" || len(c.Attributes) != 2 || len(c.Links) != 2 {
		t.Errorf("%+v", c)
	}
	for _, id := range []string{"ada@example.com"} {
		by, err := profiles.EmailIdentifier(id)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := w.spine().Find(w.ctx, by, 0); err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", id, found, err)
		}
	}
}

func TestListsThatAreReplaced(t *testing.T) {
	first := `{"customer": "c1", "email": "old@example.com", "tier": "GOLD", "account": "a1", "contract": "s1"}
{"customer": "c1", "account": "a1", "contract": "s2"}`
	second := `{"customer": "c1", "email": "new@example.com", "account": "a1", "contract": "s2"}
{"customer": "c1", "account": "a1", "contract": "s3"}`
	for lists, want := range map[string]string{"merge": "s1 s2 s3 new@example.com old@example.com", "replace": "s2 s3 new@example.com"} {
		w := newWorld(t)
		m := parse(t, contracts+"lists: "+lists+"\n")
		w.run(m, NDJSON, first)
		for range 2 {
			w.run(m, NDJSON, second)
			var got []string
			for _, s := range w.account("a1").Value.Subscriptions {
				got = append(got, s.RecordID)
			}
			for _, p := range w.customer("c1").ContactPoints {
				got = append(got, p.Value)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v; want %s", lists, got, want)
			}
		}
	}
}

func TestRecordsOfAnotherCustomer(t *testing.T) {
	w := newWorld(t)
	m := parse(t, contracts)
	w.run(m, NDJSON, `{"customer": "c1", "account": "a1", "contract": "s1", "owner": "Ada"}`)
	input := `{"customer": "c2", "account": "a1", "contract": "s9", "owner": "Eve"}
{"customer": "c2", "account": "a2"}
{"customer": "c3", "account": "a2", "owner": "Eve"}
{"customer": "c1", "account": "a1", "contract": "s2"}`
	for _, dry := range []bool{true, false, false} {
		s := w.run(m, NDJSON, input, func(o *Options) { o.DryRun = dry })
		if diff := cmp.Diff([]string{
			`1: the BILLING record of the system documents belongs to another customer; its key is "a1"`,
			`3: the BILLING record of the system documents belongs to another customer; its key is "a2"`,
		}, w.rejects); diff != "" || s.Loaded != 2 {
			t.Error(diff)
		}
	}
	a := w.account("a1").Value
	if a.Name != "Ada" || len(a.Subscriptions) != 2 || w.customer("c3") != nil {
		t.Errorf("%+v, %+v", a, w.customer("c3"))
	}
}

func TestUndoneLinksStayUndone(t *testing.T) {
	w := newWorld(t)
	m := parse(t, contracts)
	input := `{"customer": "c1", "account": "a1"}`
	w.run(m, NDJSON, input)
	undone := now.Add(time.Hour)
	if _, err := w.store.Database.Collection(profdocs.Customers).UpdateOne(w.ctx, bson.D{{Key: "_id", Value: "c1"}}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "links", Value: []profiles.Link{{Source: profiles.Billing, System: "documents", RecordID: "a1", UndoneAt: undone}}},
		{Key: "records", Value: bson.A{}}, {Key: "linked", Value: bson.A{}}}}}); err != nil {
		t.Fatal(err)
	}
	s := w.run(m, NDJSON, input)
	if c := w.customer("c1"); len(c.Links) != 1 || !c.Links[0].UndoneAt.Equal(undone) || len(s.Warnings) != 1 {
		t.Errorf("%+v, %v", c.Links, s.Warnings)
	}
	// The record is free for somebody else.
	if s := w.run(m, NDJSON, `{"customer": "c2", "account": "a1"}`); s.Loaded != 1 {
		t.Errorf("%+v", w.rejects)
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
	s, err := Run(ctx, w.spine(), w.store.Store, Options{Mapping: parse(t, contracts), Format: NDJSON, Now: now,
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
	if !errors.As(err, &faults) || err.Error() != `test.yaml:4:9: profile.name: the input has no column "nmae"; if it may be missing, write .nmae?` {
		t.Error(err)
	}
	_, err = Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Format: CSV, Input: strings.NewReader("id;nmae\n1;Ada\n")})
	if err == nil || !strings.Contains(err.Error(), "is csv.delimiter right?") {
		t.Error(err)
	}
	s := w.run(m, CSV, "id,nmae,fax,street,_line\n1,Ada,2,3,4\n")
	if diff := cmp.Diff([]string{"nothing in the mapping reads street, so this is not loaded; names under ignore are left out on purpose"}, s.Warnings); diff != "" {
		t.Error(diff)
	}
	s = w.run(m, NDJSON, `{"id": 1, "street": "x"}`)
	if diff := cmp.Diff([]string{
		"nothing in the mapping reads street, so this is not loaded; names under ignore are left out on purpose",
		"no row has nmae, which the mapping reads",
	}, s.Warnings); diff != "" {
		t.Error(diff)
	}
	if s = w.run(m, CSV, "id,nmae\n"); len(s.Warnings) != 1 || s.Warnings[0] != "the input has no rows" {
		t.Error(s.Warnings)
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
	if diff := cmp.Diff([]string{"the attribute k was of the type TEXT and becomes NUMBER, for all customers"}, s.Warnings); diff != "" {
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
