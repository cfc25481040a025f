package importer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

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

// TestLikeMongoDB reads and renews many documents by one command each, as on a
// MongoDB, which answers them by its indexes.
// A record that has null in a list is not added to, and takes no other row with it.
func TestRecordWithNullInAList(t *testing.T) {
	w := newWorld(t)
	m := parse(t, contracts)
	w.run(m, NDJSON, `{"customer": "c1", "account": "a1", "contract": "s1"}`)
	if _, err := w.store.Store.Database.Collection("billing").UpdateOne(w.ctx, bson.D{{Key: "_id", Value: "a1"}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "subscriptions", Value: bson.A{nil}}}}}); err != nil {
		t.Fatal(err)
	}
	s := w.run(m, NDJSON, `{"customer": "c1", "account": "a1", "contract": "s2"}`+"\n"+`{"customer": "c2", "account": "a2", "contract": "s3"}`)
	if s.Loaded != 1 || s.Rejected != 1 || len(w.account("a2").Value.Subscriptions) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestLikeMongoDB(t *testing.T) {
	w := newWorld(t)
	w.store.Local, w.store.Lock = nil, nil
	m := parse(t, example(t, "telco.yaml"))
	input := example(t, "telco-sample.csv")
	w.run(m, CSV, input)
	before := len(w.dump())
	later := now.Add(24 * time.Hour)
	s := w.run(m, CSV, input, func(o *Options) { o.Now = later })
	if got := counts(s); got != "customers 0/0/4 billing 0/0/4" || len(w.dump()) != before || !w.account("0001-AAAAA").AsOf.Equal(later) || !w.customer("0001-AAAAA").SyncedAt.Equal(later) {
		t.Errorf("%s, synced at %v", got, w.customer("0001-AAAAA").SyncedAt)
	}
	if s := w.run(parse(t, contracts+"name: "+m.Name()+"\n"), NDJSON, `{"customer": "c9", "account": "0001-AAAAA"}`); s.Rejected != 1 {
		t.Errorf("%+v", s)
	}
	w.log.Reads()
	w.run(m, CSV, input)
	if reads := len(w.log.Reads()); reads > 6 {
		t.Errorf("%d reads", reads)
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

// TestKeysOfAllKinds: a key is found again whatever stands in it.
func TestKeysOfAllKinds(t *testing.T) {
	w := newWorld(t)
	m := parse(t, contracts)
	var b strings.Builder
	for i, id := range []string{`a\"b`, "ü/é", "$x", "a.b", "a b", "'", "\\\\", "🙂", "1"} {
		fmt.Fprintf(&b, `{"customer": "%s", "account": "%s", "contract": "%s", "email": "x%d@example.com"}`+"\n", id, id, id, i)
	}
	s := w.run(m, NDJSON, b.String())
	if got := counts(s); got != "customers 9/0/0 billing 9/0/0" {
		t.Errorf("%s; %v", got, w.rejects)
	}
	if got := counts(w.run(m, NDJSON, b.String())); got != "customers 0/0/9 billing 0/0/9" {
		t.Error(got)
	}
}

// TestWhenItWasTrue: what is told of a time is not undone by what is older.
func TestWhenItWasTrue(t *testing.T) {
	w := newWorld(t)
	m := parse(t, contracts+"syncedAt: .at?\n")
	input := `{"customer": "c1", "account": "a1", "at": "2026-02-01"}`
	asOf := func(o *Options) { o.AsOf = now.Add(-time.Hour) }
	w.run(m, NDJSON, input)
	first := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	if c := w.customer("c1"); !c.SyncedAt.Equal(first) || !c.CreatedAt.Equal(now) || !w.account("a1").AsOf.Equal(first) {
		t.Errorf("%+v", c)
	}
	w.run(m, NDJSON, `{"customer": "c1", "account": "a1"}`, asOf)
	w.run(m, NDJSON, input)
	if c := w.customer("c1"); !c.SyncedAt.Equal(now.Add(-time.Hour)) || !w.account("a1").AsOf.Equal(now.Add(-time.Hour)) {
		t.Errorf("%+v", c)
	}
}
