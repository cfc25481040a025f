package audit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/access"
	"customer360/audit"
	"customer360/internal/await"
	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/sources/documents"
)

func TestMain(m *testing.M) { os.Exit(await.Main(m)) }

var at = time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)

// stores are the stores that the log must work on.
var stores = map[string]func(testing.TB) (*store.Store, *storetest.Log){"embedded": storetest.Open, "MongoDB": storetest.OpenMongoDB}

// seen is what an observer was told.
type seen struct {
	written, lost, refused atomic.Int64
	mu                     sync.Mutex
	failures               []error
	removed                chan int64
}

func (s *seen) Written(n int) { s.written.Add(int64(n)) }
func (s *seen) Lost(n int)    { s.lost.Add(int64(n)) }
func (s *seen) Refused()      { s.refused.Add(1) }
func (s *seen) Queued(int)    {}
func (s *seen) Failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, err)
}
func (s *seen) Removed(n int64, err error) {
	if err != nil {
		n = -1
	}
	if s.removed != nil {
		s.removed <- n
	}
}

func open(t testing.TB, s documents.Store, change ...func(*audit.Config)) (*audit.Log, *seen) {
	t.Helper()
	c := audit.Defaults()
	for _, f := range change {
		f(&c)
	}
	o := &seen{}
	l, err := audit.Open(context.Background(), s, c, o)
	if err != nil {
		t.Fatal(err)
	}
	return l, o
}

func closeLog(t testing.TB, l *audit.Log) {
	t.Helper()
	if err := l.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// run is a gateway's life: it records entries, and closes the log.
func run(t testing.TB, s documents.Store, entries ...audit.Entry) {
	t.Helper()
	l, _ := open(t, s)
	for _, e := range entries {
		if err := l.Record(e); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, l)
}

func read(i int) audit.Entry {
	return audit.Entry{
		Action: audit.Read, At: at.Add(time.Duration(i) * time.Second), Credential: "key:4F7Q", Audience: access.Partner, Purpose: "support",
		Operation: "Overview", OperationHash: "9f86d081", RequestID: fmt.Sprint("request-", i), Customers: []string{"c1", fmt.Sprint("x", i)},
		Fields: []string{"Customer.email", "Billing.balance"}, Sources: []string{"profile/crm", "billing/stripe-eu"},
	}
}

func reads(n int) []audit.Entry {
	all := make([]audit.Entry, n)
	for i := range all {
		all[i] = read(i)
	}
	return all
}

func verify(t testing.TB, s documents.Store, known ...audit.Head) *audit.Report {
	t.Helper()
	r, err := audit.Verify(context.Background(), s, known, -1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantWhole(t testing.TB, r *audit.Report) {
	t.Helper()
	if !r.Whole() {
		t.Errorf("broken: %+v", r.Breaks)
	}
}

// What was recorded is listed for each of its customers, newest first, and names nobody
// else; pages neither skip nor repeat where times tie.
func TestWhatIsRecordedIsListed(t *testing.T) {
	ctx := context.Background()
	for name, openStore := range stores {
		t.Run(name, func(t *testing.T) {
			s, _ := openStore(t)
			if err := audit.VerifyIndexes(ctx, s.Store); err == nil {
				t.Error("there are indexes on a collection that is not there")
			}
			for range 2 {
				if err := audit.CreateIndexes(ctx, s.Store); err != nil {
					t.Fatal(err)
				}
			}
			if err := audit.VerifyIndexes(ctx, s.Store); err != nil {
				t.Error(err)
			}
			same := reads(7)
			for i := range same {
				same[i].At = at.Add(-time.Hour)
			}
			run(t, s.Store, same[:4]...)
			run(t, s.Store, append([]audit.Entry{read(2), read(1), {At: at, Customers: []string{"c2"}}}, same[4:]...)...)

			var got []audit.Entry
			ids := map[string]bool{}
			var after *audit.Position
			for {
				page, err := audit.List(ctx, s.Store, "c1", after, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page.Entries {
					ids[e.ID] = true
					got = append(got, e.Entry)
					p := e.Position()
					after = &p
				}
				if !page.HasMore {
					break
				}
			}
			want := read(2)
			want.Customers = []string{"c1"}
			if diff := cmp.Diff(want, got[0]); diff != "" {
				t.Errorf("the newest one (-recorded +listed):\n%s", diff)
			}
			if len(got) != 9 || len(ids) != 9 {
				t.Errorf("listed %d entries with %d ids, want 9", len(got), len(ids))
			}
			for i := range got[1:] {
				if got[i].At.Before(got[i+1].At) {
					t.Errorf("entry %d is older than the next one", i)
				}
			}
			wantWhole(t, verify(t, s.Store))
		})
	}
}

// An operation is one entry, however many customers are on its page. What a client chose is
// stored in a bounded, valid form.
func TestHowMuchIsStored(t *testing.T) {
	s, _ := storetest.Open(t)
	page := read(1)
	page.Customers = make([]string, 100)
	many := read(2)
	many.Customers = make([]string, 2_500)
	for i := range many.Customers {
		many.Customers[i] = fmt.Sprint("c", i)
		page.Customers[i%100] = fmt.Sprint("c", i%100)
	}
	odd := read(3)
	odd.Operation = strings.Repeat("é", 1<<20)
	odd.RequestID = "a\x00b\xff"
	run(t, s.Store, page, many, odd)

	r := verify(t, s.Store)
	wantWhole(t, r)
	if want := int64(1 + 1 + 3 + 1 + 1); r.Entries != want {
		t.Errorf("there are %d entries, want %d", r.Entries, want)
	}
	found, err := audit.List(context.Background(), s.Store, "c2499", nil, 10)
	if err != nil || len(found.Entries) != 1 {
		t.Error(found, err)
	}
	found, err = audit.List(context.Background(), s.Store, "x3", nil, 10)
	if err != nil || len(found.Entries) != 1 {
		t.Fatal(found, err)
	}
	if e := found.Entries[0]; len(e.Operation) != 256 || e.RequestID != "a\uFFFDb\uFFFD" {
		t.Errorf("stored %d bytes and %q", len(e.Operation), e.RequestID)
	}
}

func TestActionsOfTheLogAreItsOwn(t *testing.T) {
	s, _ := storetest.Open(t)
	l, _ := open(t, s.Store)
	defer closeLog(t, l)
	if err := l.Record(audit.Entry{Action: audit.End}); err == nil {
		t.Error("an END was recorded from outside")
	}
}

// The hash is that of the encoding that the format describes, which anybody can compute.
func TestHash(t *testing.T) {
	s, _ := storetest.Open(t)
	run(t, s.Store, read(1))
	for _, raw := range documentsOf(t, s.Store, audit.Entries) {
		var b []byte
		number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
		text := func(s string) { number(int64(len(s))); b = append(b, s...) }
		field := func(key string) { s, _ := raw.Lookup(key).StringValueOK(); text(s) }
		millis := func(key string) {
			if v, ok := raw.Lookup(key).DateTimeOK(); ok {
				number(v)
				return
			}
			number(time.Time{}.UnixMilli())
		}
		text("customer360 audit 1")
		field("prev")
		replica, digits, _ := strings.Cut(id(raw), "/")
		text(replica)
		sequence, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		number(sequence)
		millis("written")
		field("action")
		millis("at")
		for _, key := range []string{"credential", "audience", "purpose", "operation", "operationHash", "requestId", "idempotencyKey"} {
			field(key)
		}
		for _, key := range []string{"customers", "fields", "sources"} {
			list, _ := raw.Lookup(key).ArrayOK()
			values, _ := list.Values()
			number(int64(len(values)))
			for _, v := range values {
				text(v.StringValue())
			}
		}
		number(0) // heads
		number(0) // lost
		number(time.Time{}.UnixMilli())
		number(time.Time{}.UnixMilli())
		if want := fmt.Sprintf("%x", sha256.Sum256(b)); raw.Lookup("hash").StringValue() != want {
			t.Errorf("the hash of %s is %s, want %s", id(raw), raw.Lookup("hash"), want)
		}
	}
}

// Gateways that run side by side see each other's chains, and a report may be made at any time.
func TestVerifyWhileGatewaysWrite(t *testing.T) {
	s, _ := storetest.Open(t)
	often := func(c *audit.Config) { c.Checkpoint = 20 * time.Millisecond }
	a, _ := open(t, s.Store, often)
	b, _ := open(t, s.Store, often)
	for i := range 40 {
		if a.Record(read(i)) != nil || b.Record(read(i)) != nil {
			t.Fatal("not recorded")
		}
		if i%10 == 9 {
			wantWhole(t, verify(t, s.Store))
		}
	}
	until(t, "checkpoints of both", func() bool {
		n, err := s.Database.Collection(audit.Entries).CountDocuments(context.Background(), bson.D{{Key: "action", Value: audit.Checkpoint}})
		return err == nil && n >= 4
	})
	closeLog(t, a)
	closeLog(t, b)
	n, err := s.Database.Collection(audit.Entries).CountDocuments(context.Background(), bson.D{{Key: "action", Value: audit.Checkpoint}})
	if err != nil || n < 4 {
		t.Errorf("there are %d checkpoints (%v), want some of each chain", n, err)
	}
	r := verify(t, s.Store)
	wantWhole(t, r)
	if r.Chains != 2 || r.Unclosed != 0 {
		t.Errorf("the report says %+v", r)
	}
}

func TestReport(t *testing.T) {
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(3)...)
	run(t, s.Store, reads(2)...)
	l, _ := open(t, s.Store)
	defer closeLog(t, l)
	r := verify(t, s.Store)
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"10 entries in 3 chains", "1 chain is not closed", "Nothing is broken."} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in the report:\n%s", want, text.String())
		}
	}
	// The first chain is in the second, and the second in the third.
	heads, err := audit.ReadHeads(&text)
	if err != nil || len(heads) != 1 {
		t.Fatal(heads, err)
	}
	if diff := cmp.Diff(r.Heads, heads); diff != "" {
		t.Errorf("heads (-reported +read):\n%s", diff)
	}
	wantWhole(t, verify(t, s.Store, heads...))
	heads[0].Hash = strings.Repeat("0", 64)
	if r := verify(t, s.Store, heads...); r.Whole() || r.Breaks[0].Kind != audit.Rewritten {
		t.Errorf("another head than the one that is there: %+v", r.Breaks)
	}
}

func TestConfig(t *testing.T) {
	if err := audit.Defaults().Check(); err != nil {
		t.Error(err)
	}
	err := audit.Config{Queue: 0, Refuse: []access.Audience{"partner", "nobody"}, Checkpoint: 1, Keep: 1}.Check()
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, key := range []string{"queue: ", "refuse: ", "checkpoint: ", "keep: "} {
		if !strings.Contains("\n"+err.Error(), "\n"+key) {
			t.Errorf("no fault of %sin:\n%v", key, err)
		}
	}
	if strings.Contains(err.Error(), "partner\"") {
		t.Errorf("an audience in lower case is a fault:\n%v", err)
	}
}

func TestOff(t *testing.T) {
	if err := errors.Join(audit.Off{}.Record(read(1)), audit.Off{}.Ready(access.Partner)); err != nil {
		t.Error(err)
	}
}

// To record allocates nothing, and does not wait for the store.
func TestRecordAllocatesNothing(t *testing.T) {
	s, _ := storetest.Open(t)
	l, _ := open(t, s.Store)
	defer closeLog(t, l)
	e := read(1)
	// Below a batch, so that the writer is asleep.
	if n := testing.AllocsPerRun(100, func() { _ = l.Record(e) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	s, _ := storetest.Open(b)
	l, o := open(b, s.Store)
	e := read(1)
	b.ReportAllocs()
	for b.Loop() {
		_ = l.Record(e)
	}
	b.StopTimer()
	b.ReportMetric(float64(o.lost.Load())/float64(b.N), "lost/op")
	closeLog(b, l)
}

// BenchmarkEncode is what the gateway itself does behind the response.
func BenchmarkEncode(b *testing.B) {
	page := read(1)
	page.Customers = make([]string, 100)
	for i := range page.Customers {
		page.Customers[i] = fmt.Sprintf("customer-%06d", i)
	}
	for name, e := range map[string]audit.Entry{"customer": read(1), "page": page} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				size = audit.Encode(e)
			}
			b.ReportMetric(float64(size), "stored-B")
		})
	}
}

// BenchmarkWrite is what an entry costs behind the response: linked, encoded, stored.
func BenchmarkWrite(b *testing.B) {
	s, _ := storetest.Open(b)
	l, o := open(b, s.Store, func(c *audit.Config) { c.Queue = b.N + 1 })
	e := read(1)
	b.ReportAllocs()
	for range b.N {
		_ = l.Record(e)
	}
	closeLog(b, l)
	if n := o.written.Load(); n < int64(b.N) {
		b.Errorf("%d of %d were written", n, b.N)
	}
}

func FuzzReadHeads(f *testing.F) {
	f.Add("The heads:\nhead 20260131T093000Z-00 3 2026-01-31T09:30:00.123Z " + strings.Repeat("0a", 32) + "\n")
	f.Add("head a/b 1 2 3")
	f.Fuzz(func(t *testing.T, text string) {
		heads, err := audit.ReadHeads(strings.NewReader(text))
		if err != nil {
			return
		}
		// What was read can be written and read again.
		var again bytes.Buffer
		if err := (&audit.Report{Heads: heads}).Write(&again); err != nil {
			t.Fatal(err)
		}
		got, err := audit.ReadHeads(&again)
		if err != nil {
			t.Fatal(err)
		}
		for i := range heads {
			if got[i].ID() != heads[i].ID() || got[i].Hash != heads[i].Hash || !got[i].At.Equal(heads[i].At) {
				t.Errorf("%v became %v", heads[i], got[i])
			}
		}
	})
}
