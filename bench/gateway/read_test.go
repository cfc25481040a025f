package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"customer360/bench/stub"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/social"
	"customer360/sources/support"
)

// ask gives the stub's answer about 50 records.
func ask(t testing.TB, path string, prefix string) []byte {
	t.Helper()
	server := httptest.NewServer(stub.New())
	defer server.Close()
	client, err := stub.NewClient(server.URL, 1)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range 50 {
		ids = append(ids, fmt.Sprintf("%s%05d", prefix, i*stub.Customers/49))
	}
	body, err := client.Get(context.Background(), path, stub.IDs(ids))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// read reads all records of an answer.
func read[V any](t testing.TB, body []byte, want sources.Parts, one func(*scanner, sources.Parts) (string, V)) []V {
	var all []V
	s := scan(body)
	s.open('{')
	for key, ok := s.key(); ok; key, ok = s.key() {
		if key != "records" {
			s.skip()
			continue
		}
		for s.open('['); s.more(); {
			_, v := one(s, want)
			all = append(all, v)
		}
	}
	if s.failed {
		t.Fatal("the answer cannot be read")
	}
	return all
}

// same reports a difference to what encoding/json makes of the same records.
func same[V any](t *testing.T, body []byte, got []V) {
	t.Helper()
	var want struct{ Records []V }
	if err := json.Unmarshal(body, &want); err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 || !reflect.DeepEqual(got, want.Records) {
		for i := range got {
			if !reflect.DeepEqual(got[i], want.Records[i]) {
				g, _ := json.Marshal(got[i])
				w, _ := json.Marshal(want.Records[i])
				t.Fatalf("record %d\n got %s\nwant %s", i, g, w)
			}
		}
		t.Fatalf("%d records, want %d", len(got), len(want.Records))
	}
}

// The readers read what encoding/json reads into the same types.
func TestReadersReadAll(t *testing.T) {
	b := ask(t, "/billing", "b")
	same(t, b, read(t, b, billing.AllParts, new(billingReader).record))
	b = ask(t, "/support", "s")
	same(t, b, read(t, b, support.AllParts, new(supportReader).record))
	b = ask(t, "/social", "n")
	same(t, b, read(t, b, social.AllParts, new(socialReader).record))
}

// The common form of a moment is read as time.Parse reads it.
func TestMoments(t *testing.T) {
	for at := time.Date(1896, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2105; at = at.Add(31*time.Hour + 61*time.Second) {
		text := at.Format(time.RFC3339)
		if got, ok := utc(text); ok && got != at {
			t.Fatalf("%s is read as %s", text, got)
		} else if !ok && at.Day() <= 28 {
			t.Fatalf("%s is not read", text)
		}
	}
	for _, text := range []string{"", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:0xZ", "2026-1-01T00:00:000Z"} {
		if got, ok := utc(text); ok {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

// What is not JSON, or ends early, is told, and never read on for ever.
func TestScannerTellsFaults(t *testing.T) {
	whole := ask(t, "/billing", "b")
	for _, text := range []string{"", "nonsense", "[]", `{"records":nul}`, `{"records":[{"recordId":5}]}`, `{"records":[{"recordId":"a\q"}]}`} {
		faulty(t, []byte(text))
	}
	for i := 0; i < len(whole); i += 97 {
		faulty(t, whole[:i])
	}
}

func faulty(t *testing.T, body []byte) {
	t.Helper()
	s, places := scan(body), new(billingReader)
	s.open('{')
	for key, ok := s.key(); ok; key, ok = s.key() {
		if key != "records" {
			s.skip()
			continue
		}
		for s.open('['); s.more(); {
			places.record(s, billing.AllParts)
		}
	}
	if !s.failed {
		t.Errorf("no fault in %.60q", body)
	}
}

func BenchmarkRead50(b *testing.B) {
	body := ask(b, "/billing", "b")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		read(b, body, billing.PartAccount|billing.PartInvoices|billing.PartSubscriptions|billing.PartBalance, new(billingReader).record)
	}
}
