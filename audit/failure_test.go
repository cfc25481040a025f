package audit_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/access"
	"customer360/audit"
	"customer360/internal/await"
	"customer360/internal/store/storetest"
	"customer360/sources/documents"
)

// line is the way to the embedded store, which can be cut and mended.
type line struct {
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (l *line) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return nil, errors.New("the line is cut")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		l.conns = append(l.conns, conn)
	}
	return conn, err
}

func (l *line) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	if cut {
		for _, c := range l.conns {
			_ = c.Close()
		}
		l.conns = nil
	}
}

// storeOnALine opens an embedded store, and a client that reaches it over a line. Each
// command is told to started before it is sent.
func storeOnALine(t *testing.T, started func(command string)) (documents.Store, *line) {
	t.Helper()
	own := t.TempDir()
	t.Setenv("TMPDIR", own)
	s, _ := storetest.Open(t)
	// In its data directory, or where that has too long a path.
	sockets, err := filepath.Glob(filepath.Join(filepath.Dir(own), "*", "run", "mongodb.sock"))
	if len(sockets) == 0 {
		sockets, err = filepath.Glob(filepath.Join(own, "customer360-*", "mongodb.sock"))
	}
	if err != nil || len(sockets) != 1 {
		t.Fatal("the store's socket was not found", sockets, err)
	}
	l := &line{}
	client, err := mongo.Connect(documents.ClientOptions().ApplyURI("mongodb://" + url.PathEscape(sockets[0]) + "/").SetDialer(l).
		SetMonitor(&event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) { started(e.CommandName) }}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	store := s.Store
	store.Database = client.Database(s.Database.Name())
	return store, l
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	await.Until(t, what, is)
}

// While the store is away, what fits waits, what does not is counted for most audiences and refused for
// those that are to be; when it is back, all that was taken is written, and the loss is
// told by the log itself.
func TestStoreGoesAndComesBack(t *testing.T) {
	s, line := storeOnALine(t, func(string) {})
	l, o := open(t, s, func(c *audit.Config) { c.Queue, c.Refuse = 10, []access.Audience{"partner"} })
	record := func(a access.Audience) error {
		e := read(1)
		e.Audience = a
		return l.Record(e)
	}
	if err := errors.Join(l.Ready(access.Partner), record(access.Partner), record(access.Frontend)); err != nil {
		t.Fatal(err)
	}
	until(t, "both are written", func() bool { return o.written.Load() == 3 })

	line.set(true)
	if err := record(access.Frontend); err != nil {
		t.Error(err)
	}
	until(t, "reads of partners are refused", func() bool { return l.Ready(access.Partner) != nil })
	if err := record(access.Partner); !errors.Is(err, audit.ErrRefused) {
		t.Errorf("a partner's read gives %v while the store is away", err)
	}
	if err := l.Ready(access.Frontend); err != nil {
		t.Errorf("the frontend's reads are refused: %v", err)
	}
	for range 15 {
		if err := record(access.Frontend); err != nil {
			t.Error(err)
		}
	}
	if n := o.lost.Load(); n != 5 {
		t.Errorf("%d are told as lost, want 5", n)
	}

	line.set(false)
	until(t, "reads of partners are allowed again", func() bool { return l.Ready(access.Partner) == nil })
	if err := record(access.Partner); err != nil {
		t.Error(err)
	}
	closeLog(t, l)
	r := verify(t, s)
	wantWhole(t, r)
	// START, 2 before, 1 as it went, 10 that fitted, LOSS, 1 afterwards, END.
	if r.Lost != 5 || r.Entries != 17 || r.Unclosed != 0 {
		t.Errorf("the report says %+v", r)
	}
	if o.lost.Load() != 5 || o.written.Load() != r.Entries || len(o.failures) != 2 || o.failures[0] == nil || o.failures[1] != nil {
		t.Errorf("told of %d lost, %d written, and %v", o.lost.Load(), o.written.Load(), o.failures)
	}
}

// A full queue refuses those who are to be refused, even though the store is there.
func TestFullQueueRefuses(t *testing.T) {
	held := make(chan struct{})
	var holding sync.Once
	var hold atomic.Bool
	s, _ := storeOnALine(t, func(command string) {
		if hold.Load() && command == "insert" {
			holding.Do(func() { <-held })
		}
	})
	l, o := open(t, s, func(c *audit.Config) { c.Queue, c.Refuse = 5, []access.Audience{access.Partner} })
	hold.Store(true)
	until(t, "reads are refused", func() bool { return l.Record(read(1)) != nil })
	if err := l.Ready(access.Partner); !errors.Is(err, audit.ErrRefused) {
		t.Errorf("Ready gives %v", err)
	}
	close(held)
	closeLog(t, l)
	if o.lost.Load() != 0 || o.refused.Load() != 2 {
		t.Errorf("%d lost, %d refused", o.lost.Load(), o.refused.Load())
	}
	wantWhole(t, verify(t, s))
}

// A write whose answer is lost is not written twice.
// A small queue is written before it is full, and one of large entries before it takes much memory.
func TestSmallQueue(t *testing.T) {
	s, _ := storetest.Open(t)
	l, o := open(t, s.Store, func(c *audit.Config) { c.Queue, c.Refuse = 20, access.Audiences[:] }, audit.WaitLong)
	defer closeLog(t, l)
	for round := range 40 {
		for i := range 10 {
			if err := l.Record(read(i)); err != nil {
				t.Fatalf("read %d of round %d: %v", i, round, err)
			}
		}
		until(t, "half a queue is written", func() bool { return o.written.Load() == int64(1+10*(round+1)) })
	}
	large := read(0)
	large.Customers = make([]string, 1000)
	for i := range large.Customers {
		large.Customers[i] = fmt.Sprint("c", i)
	}
	taken := 0
	for range 10 {
		if l.Record(large) == nil {
			taken++
		}
	}
	if taken == 0 || taken == 10 {
		t.Errorf("of ten entries of a thousand customers %d fit at once", taken)
	}
}

func TestLostAnswer(t *testing.T) {
	cut := make(chan *line, 1)
	s, line := storeOnALine(t, func(command string) {
		if command == "update" {
			select {
			case l := <-cut:
				// The entries are stored; that they are is not learned.
				l.set(true)
			default:
			}
		}
	})
	l, o := open(t, s)
	cut <- line
	for i := range 3 {
		_ = l.Record(read(i))
	}
	until(t, "it fails", func() bool { o.mu.Lock(); defer o.mu.Unlock(); return len(o.failures) == 1 })
	line.set(false)
	closeLog(t, l)
	r := verify(t, s)
	wantWhole(t, r)
	if r.Entries != 5 || o.written.Load() != 5 {
		t.Errorf("%d entries, %d told as written", r.Entries, o.written.Load())
	}
}

// A store that does not come back: closing takes no longer than it may, and says what is lost.
func TestCloseWithoutStore(t *testing.T) {
	s, _ := storetest.Open(t)
	l, told := open(t, s.Store)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		_ = l.Record(read(i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := l.Close(ctx); err == nil || err.Error() != "cannot write 7 entries of the audit log" {
		t.Errorf("closing gives %v", err)
	}
	if told.lost.Load() != 7 {
		t.Errorf("%d are told as lost", told.lost.Load())
	}
	if err := l.Record(read(1)); err != nil {
		t.Error(err)
	}
	if told.lost.Load() != 8 {
		t.Error("what is recorded after the end is not told as lost")
	}
}

// Whatever is recorded while the log closes is written or told as lost.
func TestRecordWhileClosing(t *testing.T) {
	s, _ := storetest.Open(t)
	l, o := open(t, s.Store)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 500 {
				_ = l.Record(read(i))
				time.Sleep(time.Millisecond)
			}
		})
	}
	until(t, "some are taken", func() bool { return o.written.Load() > 1 })
	closeLog(t, l)
	wg.Wait()
	r := verify(t, s.Store)
	wantWhole(t, r)
	n, err := s.Database.Collection(audit.Entries).CountDocuments(context.Background(), bson.D{{Key: "action", Value: audit.Read}})
	if err != nil || n == 0 || n+o.lost.Load() != 2000 {
		t.Errorf("%d entries and %d lost, of 2,000 (%v)", n, o.lost.Load(), err)
	}
	if o.written.Load() != r.Entries {
		t.Errorf("%d are told as written, there are %d", o.written.Load(), r.Entries)
	}
}

// A store that cannot be written to is told at the start.
func TestOpenWithoutStore(t *testing.T) {
	s, _ := storetest.Open(t)
	_ = s.Close()
	if _, err := audit.Open(context.Background(), s.Store, audit.Defaults(), &seen{}); err == nil {
		t.Error("a log was opened on a store that is closed")
	}
}

// Many entries take few writes: a batch has 500, and what comes within 200 ms is written at once.
func TestWritesAreBatched(t *testing.T) {
	var mu sync.Mutex
	commands := map[string]int{}
	s, _ := storeOnALine(t, func(command string) {
		mu.Lock()
		defer mu.Unlock()
		commands[command]++
	})
	l, o := open(t, s)
	for i := range 2000 {
		_ = l.Record(read(i))
	}
	closeLog(t, l)
	n, err := s.Database.Collection(audit.Entries).CountDocuments(context.Background(), bson.D{})
	if err != nil || n != 2002 || o.written.Load() != 2002 {
		t.Errorf("there are %d entries (%v)", n, err)
	}
	mu.Lock()
	defer mu.Unlock()
	// The chain, START, END, and four batches, or five where one began early.
	if commands["insert"] > 8 {
		t.Errorf("%d inserts for 2,000 entries", commands["insert"])
	}
}
