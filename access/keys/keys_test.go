package keys

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"customer360/access"
	"customer360/internal/await"
	"customer360/internal/store/storetest"
	"customer360/sources/profiles"
)

// A clock is set by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a store of keys on a real database, whose clock is the test's.
type world struct {
	*Store
	*clock
	log  *storetest.Log
	down func()
}

func newWorld(t testing.TB) world {
	// The embedded store's own goroutines end with it.
	ignored := goleak.IgnoreCurrent()
	t.Cleanup(func() { await.Goroutines(t, ignored) })
	st, log := storetest.Open(t)
	w := world{New(st.Store), &clock{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}, log, func() { _ = st.Close() }}
	w.Store.now = w.Now
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// other is another gateway on the same database.
func (w world) other(t testing.TB) *Store {
	s := New(w.store)
	s.now = w.Now
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (w world) create(t testing.TB, s Spec) (string, Key) {
	t.Helper()
	if s.Name == "" {
		s.Name = "a key"
	}
	if s.Audience == "" {
		s.Audience = "partner"
	}
	secret, k, err := w.Create(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return secret, k
}

func refused(t testing.TB, s *Store, key string, want Refusal) {
	t.Helper()
	c, err := s.Find(context.Background(), key)
	var got Refusal
	if c != nil || !errors.As(err, &got) || got != want {
		t.Errorf("%v, %v; want it refused as %s", c, err, want)
	}
}

func accepted(t testing.TB, s *Store, key string) *access.Caller {
	t.Helper()
	c, err := s.Find(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAKeyStandsForItsCaller(t *testing.T) {
	w := newWorld(t)
	key, k := w.create(t, Spec{
		Name: "billing dashboard", Audience: "partner", Scopes: []string{"billing:read", "sensitive:*"}, Purposes: []string{"marketing"},
		Rows: []string{"attribute:region=north|south", "link:BILLING/crm"}, Partner: "example",
		Expires: w.Now().Add(time.Hour), CostPerOperation: 100, CostPerMinute: 1000,
	})
	want := &access.Caller{
		Credential: "key:" + k.ID, Name: "billing dashboard", Audience: access.Partner,
		Scopes: access.Scopes{"billing:read", "sensitive:*"}, Purposes: []string{"marketing"},
		Rows:    access.Rows{{Attribute: "region", In: []string{"north", "south"}}, {Source: profiles.Billing, System: "crm"}},
		Partner: "example", Expires: w.Now().Add(time.Hour), CostPerOperation: 100, CostPerMinute: 1000,
	}
	for name, s := range map[string]*Store{"here": w.Store, "on another gateway": w.other(t)} {
		if diff := cmp.Diff(want, accepted(t, s, key)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	if !regexp.MustCompile(`^c360_[A-Z2-7]{16}_[A-Z2-7]{32}_[A-Z2-7]{7}$`).MatchString(key) {
		t.Errorf("the key has not the form that scanners look for")
	}
}

func TestTheStoreHasNoSecret(t *testing.T) {
	w := newWorld(t)
	key, _ := w.create(t, Spec{})
	_, secret, _ := parse(key)
	accepted(t, w.Store, key)
	var all []bson.Raw
	cursor, err := w.collection.Find(context.Background(), bson.D{})
	if err == nil {
		err = cursor.All(context.Background(), &all)
	}
	if err != nil || len(all) != 1 {
		t.Fatalf("%d documents, %v", len(all), err)
	}
	if text := all[0].String(); strings.Contains(text, secret) || !strings.Contains(text, "hash") {
		t.Errorf("the document is %s", text)
	}
}

func TestAllFaultsOfASpecAreToldAtOnce(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.Create(context.Background(), Spec{
		Name: "two\nlines", Audience: "everyone", Scopes: []string{"billing:read", "Billing Read", "a:*:b", "*:a"}, Purposes: []string{"a;b"},
		Rows: []string{"region=north"}, Partner: " ", Expires: w.Now().Add(-time.Second), CostPerOperation: -1, CostPerMinute: -1,
	})
	if err == nil {
		t.Fatal("the key was made")
	}
	for _, want := range []string{"name: ", `audience: "everyone"`, `not "Billing Read"`, `not "a:*:b"`, `not "*:a"`, `not "a;b"`, `row: "region=north"`, "partner: ", "expires: ", "costPerOperation: ", "costPerMinute: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nhas no %q", err, want)
		}
	}
	if strings.Contains(err.Error(), `"billing:read"`) {
		t.Errorf("%v\ncomplains of a good scope", err)
	}
	if all, err := w.List(context.Background()); len(all) != 0 || err != nil {
		t.Errorf("%v, %v: something was stored", all, err)
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	w := newWorld(t)
	key, k := w.create(t, Spec{})
	foreign, _, _ := draw()
	_, secret, _ := parse(foreign)
	body := Prefix + k.ID + "_" + secret
	w.log.Reads()
	refused(t, w.Store, "", Malformed)
	refused(t, w.Store, key[:len(key)-1], Malformed)
	refused(t, w.Store, key+" ", Malformed)
	refused(t, w.Store, strings.ToLower(key), Malformed)
	if n := len(w.log.Reads()); n != 0 {
		t.Errorf("%d reads for what has not the form of a key", n)
	}
	refused(t, w.Store, foreign, Unknown)
	refused(t, w.Store, body+"_"+checksum(body), Secret)
	accepted(t, w.Store, key)
}

func TestAMistypedKeyIsMalformed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key, _, _ := draw()
		if _, _, ok := parse(key); !ok {
			t.Fatalf("a key is malformed")
		}
		at := rapid.IntRange(0, len(key)-1).Draw(t, "at")
		typed := rapid.SampledFrom([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567_c0")).Draw(t, "typed")
		if key[at] == typed {
			return
		}
		if _, _, ok := parse(key[:at] + string(typed) + key[at+1:]); ok {
			t.Fatalf("a key with another character at %d passes", at)
		}
	})
}

func TestARequestCostsNoRead(t *testing.T) {
	w := newWorld(t)
	key, _ := w.create(t, Spec{})
	foreign, _, _ := draw()
	w.log.Reads()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { _, _ = w.Find(context.Background(), key) })
	}
	all.Wait()
	for range 100 {
		accepted(t, w.Store, key)
		refused(t, w.Store, foreign, Unknown)
	}
	if n := len(w.log.Reads()); n != 2 {
		t.Errorf("%d reads for a key and an unknown id, want one of each", n)
	}
	w.pass(KnownFor)
	accepted(t, w.Store, key)
	if n := len(w.log.Reads()); n != 1 {
		t.Errorf("%d reads after that, want one", n)
	}
}

func TestARevocationTakesEffect(t *testing.T) {
	w := newWorld(t)
	key, k := w.create(t, Spec{})
	there := w.other(t)
	accepted(t, w.Store, key)
	accepted(t, there, key)
	for range 2 {
		if err := w.Revoke(context.Background(), k.ID); err != nil {
			t.Fatal(err)
		}
		refused(t, w.Store, key, WasRevoked)
		w.pass(KnownFor)
		refused(t, there, key, WasRevoked)
	}
	all, err := w.List(context.Background())
	if err != nil || len(all) != 1 || !all[0].RevokedAt.Equal(k.CreatedAt) || all[0].State(w.Now()) != Revoked {
		t.Errorf("%+v, %v: not revoked when it was first", all, err)
	}
	if err := w.Revoke(context.Background(), "NONE"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
}

func TestALookUpDoesNotOutliveARevocation(t *testing.T) {
	w := newWorld(t)
	key, k := w.create(t, Spec{})
	slow := &flight{done: make(chan struct{})}
	w.known.flights[k.ID] = slow
	// What a look-up brings that began before is not kept.
	w.known.forget(k.ID)
	w.fly(context.Background(), k.ID, slow)
	if e, ok := w.known.get(k.ID); ok || !slow.entry.exists {
		t.Errorf("%v is kept of %v", e, slow.entry)
	}
	accepted(t, w.Store, key)
}

// However many ids are guessed, the store is asked a few at once; keys that are used do not wait,
// and a new one has its turn.
func TestGuessesWaitForATurn(t *testing.T) {
	w := newWorld(t)
	used, _ := w.create(t, Spec{})
	accepted(t, w.Store, used)
	fresh, _ := w.create(t, Spec{})
	for range maxGuesses {
		w.known.guesses <- struct{}{}
	}
	w.pass(KnownFor)
	accepted(t, w.Store, used)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Find(ctx, fresh); !errors.Is(err, context.Canceled) || len(w.known.flights) != 0 {
		t.Errorf("%v, %v: who has gone is looked up", err, w.known.flights)
	}
	found := make(chan error, 1)
	go func() { _, err := w.Find(context.Background(), fresh); found <- err }()
	<-w.known.guesses
	if err := <-found; err != nil {
		t.Errorf("%v: a new key has no turn", err)
	}
	_ = w.Close()
	if n := len(w.known.guesses); n != maxGuesses-1 {
		t.Errorf("%d turns are taken; want the others' %d", n, maxGuesses-1)
	}
}

func TestAKeyExpires(t *testing.T) {
	w := newWorld(t)
	key, _ := w.create(t, Spec{Expires: w.Now().Add(KnownFor / 2)})
	accepted(t, w.Store, key)
	// What is in memory does not keep it alive.
	w.pass(KnownFor / 2)
	refused(t, w.Store, key, HasExpired)
}

func TestARotatedKeyWorksForItsGraceTime(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	old, k := w.create(t, Spec{Scopes: []string{"billing:read"}, Expires: w.Now().Add(30 * 24 * time.Hour)})
	w.pass(24 * time.Hour)
	key, fresh, err := w.Rotate(ctx, k.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if want := w.Now().Add(30 * 24 * time.Hour); !fresh.ExpiresAt.Equal(want) || fresh.RotatedFrom != k.ID || !cmp.Equal(fresh.Scopes, k.Scopes) {
		t.Errorf("the new key is %+v", fresh)
	}
	accepted(t, w.Store, old)
	accepted(t, w.Store, key)
	// Whoever takes whose place, what was told of the first is told of the last.
	again, last, err := w.Rotate(ctx, fresh.ID, 24*time.Hour)
	if err != nil || last.Series != k.ID || last.RotatedFrom != fresh.ID {
		t.Errorf("the third key is %+v, %v", last, err)
	}
	if c, err := w.Find(ctx, again); err != nil || c.Series != "key:"+k.ID {
		t.Errorf("it stands for %+v, %v", c, err)
	}
	if err := w.Delete(ctx, last.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Rotate(ctx, k.ID, time.Hour); err == nil || !strings.Contains(err.Error(), fresh.ID) {
		t.Errorf("rotated twice: %v", err)
	}
	w.pass(time.Hour)
	refused(t, w.Store, old, HasExpired)
	accepted(t, w.Store, key)
	if err := w.Revoke(ctx, fresh.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Rotate(ctx, fresh.ID, time.Hour); err == nil || !strings.Contains(err.Error(), Revoked) {
		t.Errorf("a revoked key was rotated: %v", err)
	}
	all, err := w.List(ctx)
	if err != nil || len(all) != 2 || all[0].ID != fresh.ID || all[1].RotatedTo != fresh.ID {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestRotationProlongsNothing(t *testing.T) {
	w := newWorld(t)
	ends := w.Now().Add(time.Hour)
	old, k := w.create(t, Spec{Expires: ends})
	if _, _, err := w.Rotate(context.Background(), k.ID, 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	if c := accepted(t, w.Store, old); !c.Expires.Equal(ends) {
		t.Errorf("the old key expires at %s, want %s", c.Expires, ends)
	}
}

func TestKeysThatWorkedGoOnWhileTheStoreIsDown(t *testing.T) {
	w := newWorld(t)
	key, _ := w.create(t, Spec{})
	never, _ := w.create(t, Spec{})
	accepted(t, w.Store, key)
	w.background.Wait()
	w.down()
	w.pass(KnownFor)
	accepted(t, w.Store, key)
	var r Refusal
	if _, err := w.Find(context.Background(), never); err == nil || errors.As(err, &r) {
		t.Errorf("a key that nobody can look up: %v; want that the store does not answer", err)
	}
	// It is left alone for a moment.
	foreign, _, _ := draw()
	if _, err := w.Find(context.Background(), foreign); err != errDown { //nolint:errorlint // nothing but the sentinel: the store was not asked
		t.Errorf("%v, want %v", err, errDown)
	}
	w.pass(again)
	if _, err := w.Find(context.Background(), foreign); err == errDown || !errors.Is(err, errDown) { //nolint:errorlint // as above
		t.Errorf("%v: the store was not asked again", err)
	}
	w.pass(KnownWhileDown)
	if _, err := w.Find(context.Background(), key); err == nil || errors.As(err, &r) {
		t.Errorf("a key that nobody looked up for long: %v; want that the store does not answer", err)
	}
}

func TestItIsKnownWhenAKeyWasLastUsed(t *testing.T) {
	w := newWorld(t)
	key, k := w.create(t, Spec{})
	lastUsed := func() time.Time {
		t.Helper()
		w.background.Wait()
		all, err := w.List(context.Background())
		if err != nil || len(all) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		return all[0].LastUsedAt
	}
	foreign, _, _ := draw()
	_, secret, _ := parse(foreign)
	body := Prefix + k.ID + "_" + secret
	refused(t, w.Store, body+"_"+checksum(body), Secret)
	if at := lastUsed(); !at.IsZero() {
		t.Errorf("used at %s by who does not have it", at)
	}
	began := w.Now()
	accepted(t, w.Store, key)
	w.pass(usedEvery / 2)
	accepted(t, w.Store, key)
	if at := lastUsed(); !at.Equal(began) {
		t.Errorf("used at %s, want %s: one write an hour is enough", at, began)
	}
	w.pass(usedEvery)
	accepted(t, w.Store, key)
	if at := lastUsed(); !at.Equal(w.Now()) {
		t.Errorf("used at %s, want %s", at, w.Now())
	}
}

func TestADocumentThatWasTamperedWithCountsForNothing(t *testing.T) {
	for field, value := range map[string]any{"audience": "ROOT", "rows": []string{"region=*"}, "hash": []byte{}, "scopes": []string{"**"}, "purposes": "profiling", "createdAt": "yesterday"} {
		w := newWorld(t)
		key, k := w.create(t, Spec{})
		if err := w.store.Update(context.Background(), Collection, k.ID, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}}); err != nil {
			t.Fatal(err)
		}
		want := Unreadable
		if field == "hash" {
			want = Secret
		}
		refused(t, w.Store, key, want)
		// That is nobody else's trouble, and it is listed, so that it can be revoked.
		other, _ := w.create(t, Spec{})
		if _, err := w.Find(context.Background(), other); err != nil {
			t.Errorf("%s: another key: %v", field, err)
		}
		all, err := w.List(context.Background())
		if err != nil || len(all) != 2 || !slices.ContainsFunc(all, func(listed Key) bool { return listed.ID == k.ID }) {
			t.Errorf("%s: listed are %v, %v", field, all, err)
		}
		if _, _, err := w.Rotate(context.Background(), k.ID, 0); field != "hash" && (err == nil || !strings.Contains(err.Error(), "cannot be read")) {
			t.Errorf("%s: rotated: %v", field, err)
		}
		if err := w.Revoke(context.Background(), k.ID); err != nil {
			t.Error(err)
		}
	}
}

// Of several who rotate a key at once, one is given its successor.
func TestRotatedOnce(t *testing.T) {
	w := newWorld(t)
	_, k := w.create(t, Spec{})
	var given atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := w.Rotate(context.Background(), k.ID, time.Hour); err == nil {
				given.Add(1)
			}
		})
	}
	all.Wait()
	listed, err := w.List(context.Background())
	if given.Load() != 1 || len(listed) != 2 || err != nil {
		t.Errorf("%d were given a successor, and there are %d keys: %v", given.Load(), len(listed), err)
	}
}

func FuzzFind(f *testing.F) {
	w := newWorld(f)
	key, k := w.create(f, Spec{})
	f.Add(key)
	f.Add(k.ID)
	f.Add(Prefix + strings.Repeat("_", keyLength-len(Prefix)))
	f.Fuzz(func(t *testing.T, presented string) {
		c, err := w.Find(context.Background(), presented)
		var r Refusal
		if presented == key && err != nil || presented != key && (c != nil || !errors.As(err, &r)) {
			t.Errorf("%q: %v, %v", presented, c, err)
		}
		if ID(presented) != presented && ID(presented) != k.ID {
			if _, _, ok := parse(presented); !ok {
				t.Errorf("%q has the id %q", presented, ID(presented))
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	w := newWorld(b)
	key, _ := w.create(b, Spec{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Find(context.Background(), key); err != nil {
			b.Fatal(err)
		}
	}
}
