package keys

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/access"
)

const (
	// KnownFor is how long what the store said of a key counts, also that there is none:
	// the longest that a revoked key goes on working. Ten seconds are soon enough for
	// people, and make a key that is used all the time cost a read in ten seconds.
	KnownFor = 10 * time.Second
	// KnownWhileDown is how long keys that worked go on working while the store does not
	// answer. Nobody can revoke one in that store then; a gateway that is cut off from
	// it must not go on for ever.
	KnownWhileDown = 5 * time.Minute
	// again is when a store that did not answer is asked again.
	again = time.Second
	// maxLookup is the longest that a look-up takes, whoever still waits for it.
	maxLookup = 2 * time.Second
	// maxKnown bounds the keys in memory, of about a kilobyte each, and those that there
	// are not. They are apart, so that who tries ids does not push out keys that are used.
	maxKnown, maxUnknown = 10_000, 1_000
	// maxGuesses is how many look-ups of ids that are not known to be there are under way at once.
	// Keys that are used do not wait for them, and who has a new key has a turn in order.
	maxGuesses = 8
	// usedEvery is how exactly it is known when a key was last used: one write an hour
	// and gateway.
	usedEvery = time.Hour
)

// A Refusal is why a key does not count, in a word for metrics and logs. Clients must
// not be told: it says how near a guess came.
type Refusal string

// The refusals. Those after Secret are of who has the secret.
const (
	Malformed  Refusal = "malformed" // not the form of a key, or mistyped
	Unknown    Refusal = "unknown"   // there is no such id
	Secret     Refusal = "secret"    // the id is right and the secret is not
	WasRevoked Refusal = "revoked"
	HasExpired Refusal = "expired"
	Unreadable Refusal = "unreadable" // its document was changed by others, and not well
)

// Error gives the word.
func (r Refusal) Error() string { return "the key is refused: " + string(r) }

// Reason gives the word alone.
func (r Refusal) Reason() string { return string(r) }

// Held reports whether the one who asked has the secret of a key, though it does not count.
func (r Refusal) Held() bool { return r == WasRevoked || r == HasExpired || r == Unreadable }

// Find gives the caller that a key stands for, which is shared and must not be changed.
// An error is a [Refusal], or says that the store does not answer. An unknown id and a
// wrong secret take the same way: the hash is always computed and compared.
func (s *Store) Find(ctx context.Context, presented string) (*access.Caller, error) {
	id, secret, ok := parse(presented)
	if !ok {
		return nil, Malformed
	}
	k, err := s.lookup(ctx, id)
	if err != nil {
		return nil, err
	}
	h := hash(secret)
	right := subtle.ConstantTimeCompare(h[:], k.hash[:]) == 1
	now := s.now()
	switch {
	case !k.exists:
		return nil, Unknown
	case !right:
		return nil, Secret
	case !k.RevokedAt.IsZero():
		return nil, WasRevoked
	case !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt):
		return nil, HasExpired
	case k.caller == nil:
		return nil, Unreadable
	}
	if k.noted.due(now) {
		s.background.Go(func() { s.note(context.WithoutCancel(ctx), id, now) })
	}
	return k.caller, nil
}

// note writes when a key was last used. That it fails is no fault of anybody who asks.
func (s *Store) note(ctx context.Context, id string, at time.Time) {
	ctx, cancel := context.WithTimeout(ctx, maxLookup)
	defer cancel()
	_ = s.store.Upsert(ctx, UsesCollection, id, bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: at.UTC()}}}})
}

// noted is when a key's use was last noted here, in Unix seconds; 0: never.
type noted struct{ atomic.Int64 }

// due reports, to one of those who ask, that a use is to be noted.
func (n *noted) due(at time.Time) bool {
	last := n.Load()
	return at.Unix()-last >= int64(usedEvery/time.Second) && n.CompareAndSwap(last, at.Unix())
}

// An entry is what is known of an id.
type entry struct {
	Key
	exists bool
	hash   [sha256.Size]byte
	caller *access.Caller
	// noted goes from one entry of the id to the next.
	noted *noted
	// read is when the store said so.
	read time.Time
}

// memory is what was looked up.
type memory struct {
	mu             sync.Mutex
	there, missing *lru.Cache[string, entry]
	// flights are the look-ups that are under way; what forgotten ones bring is not kept.
	flights map[string]*flight
	// down is until when the store, which did not answer, is not asked again.
	down time.Time
	// guesses has a place for each look-up of an id that is not known to be there.
	guesses chan struct{}
}

type flight struct {
	done chan struct{}
	// entry and err are set when done is closed.
	entry entry
	err   error
}

func (m *memory) init() {
	// They fail for a size below 1 only.
	m.there, _ = lru.New[string, entry](maxKnown)
	m.missing, _ = lru.New[string, entry](maxUnknown)
	m.flights = map[string]*flight{}
	m.guesses = make(chan struct{}, maxGuesses)
}

func (m *memory) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.there.Remove(id)
	m.missing.Remove(id)
	delete(m.flights, id)
}

// get gives what is known of an id, however old. It is called with the lock held.
func (m *memory) get(id string) (e entry, ok bool) {
	if e, ok = m.there.Get(id); !ok {
		e, ok = m.missing.Get(id)
	}
	return e, ok
}

// put keeps what is known of an id. It is called with the lock held.
func (m *memory) put(id string, e entry) {
	if e.exists {
		m.missing.Remove(id)
		m.there.Add(id, e)
		return
	}
	m.there.Remove(id)
	m.missing.Add(id, e)
}

// errDown is where a store that did not answer is not asked again yet.
var errDown = errors.New("the store of keys does not answer")

// lookup gives what is known of an id. However many ask for it, the store is asked once.
func (s *Store) lookup(ctx context.Context, id string) (entry, error) {
	e, f, err := s.look(ctx, id, nil)
	if errors.Is(err, errGuess) {
		// It waits before it costs the store anything. Meanwhile somebody else may have asked.
		select {
		case s.known.guesses <- struct{}{}:
			e, f, err = s.look(ctx, id, func() { <-s.known.guesses })
		case <-ctx.Done():
			return entry{}, ctx.Err()
		}
	}
	if f == nil {
		return e, err
	}
	select {
	case <-f.done:
		return f.entry, f.err
	case <-ctx.Done():
		return entry{}, ctx.Err()
	}
}

// errGuess is where an id that is not known to be there is to be looked up without a turn.
var errGuess = errors.New("it may be a guess")

// look gives what memory has of an id, or the look-up that is to be waited for. Turn, where it is
// not nil, is called when the turn of who may be guessing is over.
func (s *Store) look(ctx context.Context, id string, turn func()) (e entry, f *flight, err error) {
	m, now := &s.known, s.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.get(id)
	f = m.flights[id]
	begin := false
	switch {
	case ok && now.Before(e.read.Add(KnownFor)):
		f = nil
	case now.Before(m.down):
		e, err = e.whileDown(now, errDown)
		f = nil
	case f == nil && !e.exists && turn == nil:
		err = errGuess
	case f == nil:
		begin = true
	}
	if !begin {
		if turn != nil {
			turn()
		}
		return e, f, err
	}
	f = &flight{done: make(chan struct{})}
	m.flights[id] = f
	// It is not its first caller's alone.
	free := context.WithoutCancel(ctx)
	s.background.Go(func() {
		if turn != nil {
			defer turn()
		}
		s.fly(free, id, f)
	})
	return e, f, nil
}

// whileDown gives an entry again that is not too old for a store that does not answer.
func (e entry) whileDown(now time.Time, err error) (entry, error) {
	if e.exists && now.Before(e.read.Add(KnownWhileDown)) {
		return e, nil
	}
	return entry{}, err
}

// fly looks an id up in the store.
func (s *Store) fly(ctx context.Context, id string, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, maxLookup)
	defer cancel()
	defer close(f.done)
	// From before it is asked, so that a revocation is not missed for longer than is said.
	read := s.now()
	k, err := s.get(ctx, id)
	m := &s.known
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.flights[id] == f
	if kept {
		delete(m.flights, id)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		m.down = s.now().Add(again)
		old, _ := m.get(id)
		f.entry, f.err = old.whileDown(m.down, errors.Join(errDown, err))
		return
	}
	f.entry = newEntry(k, err == nil, read)
	if old, ok := m.get(id); ok {
		f.entry.noted = old.noted
	}
	if kept {
		m.put(id, f.entry)
	}
}

func newEntry(k stored, exists bool, read time.Time) entry {
	e := entry{Key: k.Key, exists: exists, read: read, noted: &noted{}}
	if !exists {
		return e
	}
	// A hash of another length must match nothing.
	if len(k.Hash) == len(e.hash) {
		copy(e.hash[:], k.Hash)
	}
	// Without a caller it is refused as unreadable.
	e.caller, _ = k.caller()
	return e
}

// Valid says whether a caller that [Store.Find] gave still has the key that it had then; nil:
// it has. Callers of other credentials are let through.
func (s *Store) Valid(ctx context.Context, c *access.Caller) error {
	id, ok := strings.CutPrefix(c.Credential, credentialPrefix)
	if !ok {
		return nil
	}
	k, err := s.lookup(ctx, id)
	switch now := s.now(); {
	case err != nil:
		return err
	case !k.exists:
		return Unknown
	case !k.RevokedAt.IsZero():
		return WasRevoked
	case !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt):
		return HasExpired
	}
	return nil
}
