package documents_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store/storetest"
	"customer360/sources"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	socialdocs "customer360/sources/social/documents"
	supportdocs "customer360/sources/support/documents"
)

// faults lands a document beside a good one, and gives what is said of it: of a record that
// is given what was left out, and else why it is not.
func faults[V any](t *testing.T, open func(documents.Config) (sources.Source[string, V], error), doc bson.M) (given bool, told []string) {
	t.Helper()
	ctx := context.Background()
	s, _ := storetest.Open(t)
	doc["_id"] = "bad-1"
	if _, err := s.Database.Collection("landed").InsertMany(ctx, []any{doc, bson.M{"_id": "good-1"}}); err != nil {
		t.Fatal(err)
	}
	source, err := open(documents.Config{Name: "domain/system", Store: s.Store, Collection: "landed"})
	if err != nil {
		t.Fatal(err)
	}
	answers, err := source.Fetch(ctx, []string{"good-1", "bad-1"}, math.MaxUint32)
	if good, ok := answers["good-1"]; !ok || good.Missing {
		t.Errorf("the good one was lost: %v", err)
	}
	a, given := answers["bad-1"]
	var all []sources.Fault
	if given {
		all = any(a.Value).(interface{ Faults() []sources.Fault }).Faults()
	}
	if e := (*sources.Error)(nil); errors.As(err, &e) {
		if all = e.Records; e.Kind != sources.Malformed || !strings.Contains(err.Error(), `"landed"`) {
			t.Errorf("%v", err)
		}
		if len(all) > 0 && !strings.Contains(err.Error(), all[0].Place) {
			t.Errorf("%v does not say the place %s", err, all[0].Place)
		}
	}
	for _, f := range all {
		if f.Key != "bad-1" {
			t.Errorf("the fault is of %q", f.Key)
		}
		told = append(told, f.Error())
	}
	return given, told
}

// Landed documents are held to the form that every other way in has: what is missing from a
// list or from a fact makes the record unreadable, and what cannot be true is left out.
func TestLandedDocumentsAreHeldToTheirForm(t *testing.T) {
	late := time.Date(14645, 1, 1, 0, 0, 0, 0, time.UTC)
	at := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	support := func(t *testing.T, d bson.M) (bool, []string) { return faults(t, supportdocs.New, d) }
	billing := func(t *testing.T, d bson.M) (bool, []string) { return faults(t, billingdocs.New, d) }
	social := func(t *testing.T, d bson.M) (bool, []string) { return faults(t, socialdocs.New, d) }
	ticket := func(more bson.M) bson.M {
		one := bson.M{"recordId": "t", "status": "OPEN", "createdAt": at}
		for k, v := range more {
			one[k] = v
		}
		return bson.M{"tickets": bson.A{one}}
	}
	mention := func(more bson.M) bson.M {
		one := bson.M{"recordId": "m", "postedAt": at}
		for k, v := range more {
			one[k] = v
		}
		return bson.M{"mentions": bson.A{one}}
	}
	for name, test := range map[string]struct {
		in    func(*testing.T, bson.M) (bool, []string)
		doc   bson.M
		given bool
		told  string
	}{
		"a null ticket":        {support, bson.M{"tickets": bson.A{nil}}, false, "tickets[0] is null"},
		"a null message":       {support, bson.M{"messages": bson.A{bson.M{"recordId": "m", "sentAt": at}, nil}}, false, "messages[1] is null"},
		"a null invoice":       {billing, bson.M{"invoices": bson.A{nil}}, false, "invoices[0] is null"},
		"a null charge":        {billing, bson.M{"charges": bson.A{nil}}, false, "charges[0] is null"},
		"a null subscription":  {billing, bson.M{"subscriptions": bson.A{nil}}, false, "subscriptions[0] is null"},
		"a null mention":       {social, bson.M{"mentions": bson.A{nil}}, false, "mentions[0] is null"},
		"another type":         {support, bson.M{"tickets": "none"}, false, "tickets is malformed"},
		"another type inside":  {support, ticket(bson.M{"createdAt": "yesterday"}), false, "tickets[0].createdAt is malformed"},
		"no key":               {support, ticket(bson.M{"recordId": nil}), false, "tickets[0].recordId is missing"},
		"no date":              {support, ticket(bson.M{"createdAt": nil}), false, "tickets[0].createdAt is missing"},
		"a late date":          {support, ticket(bson.M{"createdAt": late}), false, "tickets[0].createdAt is not of the years 1 to 9999"},
		"a late optional date": {support, ticket(bson.M{"solvedAt": late}), true, "tickets[0].solvedAt is not of the years 1 to 9999"},
		"a rating off scale":   {support, ticket(bson.M{"satisfaction": bson.M{"rating": 7, "scale": 5}}), true, "tickets[0].satisfaction is not on its scale"},
		"a null tag":           {support, ticket(bson.M{"tags": bson.A{"a", nil}}), true, "tickets[0].tags has an element that is no text"},
		"a huge text":          {support, ticket(bson.M{"title": strings.Repeat("x", 1<<20+1)}), true, "tickets[0].title is longer than a text is"},
		"a script for a link":  {support, ticket(bson.M{"url": "javascript:alert(1)"}), true, "tickets[0].url is no http or https address"},
		"a new status":         {support, ticket(bson.M{"status": "SLEEPING"}), true, ""},
		"no currency":          {billing, bson.M{"currency": "EURO"}, true, "currency is not one of ISO 4217"},
		"money of no currency": {billing, bson.M{"balance": "1.00 EURO"}, false, "balance is malformed"},
		"a negative quantity":  {billing, bson.M{"subscriptions": bson.A{bson.M{"recordId": "s", "quantity": -1}}}, true, "subscriptions[0].quantity is less than 0"},
		"a late start":         {billing, bson.M{"subscriptions": bson.A{bson.M{"recordId": "s", "startedAt": late}}}, true, "subscriptions[0].startedAt is not of the years 1 to 9999"},
		"no interval":          {billing, bson.M{"subscriptions": bson.A{bson.M{"recordId": "s", "interval": "monthly"}}}, true, "subscriptions[0].interval is no length of time of ISO 8601"},
		"negative followers":   {social, bson.M{"followers": -5}, true, "followers is less than 0"},
		"followers in halves":  {social, bson.M{"followers": 1.5}, false, "followers is malformed"},
		"a sentiment of seven": {social, mention(bson.M{"sentiment": 7}), true, "mentions[0].sentiment is not from -1 to 1"},
		"a language of nobody": {social, mention(bson.M{"language": "in german"}), true, "mentions[0].language is no language of BCP 47"},
		"a negative reach":     {social, mention(bson.M{"reach": -1}), true, "mentions[0].reach is less than 0"},
	} {
		t.Run(name, func(t *testing.T) {
			given, told := test.in(t, test.doc)
			want := []string{test.told}
			if test.told == "" {
				want = nil
			}
			if given != test.given || !slices.Equal(told, want) {
				t.Errorf("given: %t, told: %q; want %t, %q", given, told, test.given, want)
			}
		})
	}
}
