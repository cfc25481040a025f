package tokens

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

const (
	// refreshEvery is how soon a key that the issuer took back does not count any more.
	refreshEvery = 15 * time.Minute
	// fetchEvery is how soon an issuer that did not answer is asked again.
	fetchEvery = 30 * time.Second
	// leastGap is the least time between two fetches, whatever is presented: a token with an
	// unknown kid costs its maker nothing. Who has one of a key that is new waits no longer.
	leastGap = 5 * time.Second
	// fetchTimeout is the longest that a fetch takes, and that a token waits for one.
	fetchTimeout = 5 * time.Second
	// keptFor is how long keys count while the issuer is down. Tokens live for less.
	keptFor = 24 * time.Hour
	// maxAnswer bounds what the issuer may send, maxKeys how many keys it may have.
	maxAnswer, maxKeys = 1 << 20, 100
)

// A verifyingKey is a public key, and the algorithms that it is for.
type verifyingKey struct {
	id     string
	public any
	algs   []string
}

// A keyring holds the issuer's keys, and fetches them anew in time.
type keyring struct {
	config Config
	now    func() time.Time

	mu   sync.Mutex
	keys []verifyingKey
	// edition is another one after each fetch.
	edition int
	// fetched is when the keys were fetched, tried when that was last begun.
	fetched, tried time.Time
	// flight is closed when the fetch that is under way ends; nil: there is none.
	flight chan struct{}
	// fault is why the last fetch failed.
	fault error

	// running ends with the keyring, and all fetches with it.
	running context.Context
	stop    context.CancelFunc
	done    sync.WaitGroup
}

func newKeyring(c Config, now func() time.Time) *keyring {
	k := &keyring{config: c, now: now}
	k.running, k.stop = context.WithCancel(context.Background())
	k.done.Go(func() {
		for {
			k.refresh(k.running)
			wait := refreshEvery
			if k.failed() {
				wait = fetchEvery
			}
			select {
			case <-k.running.Done():
				return
			case <-time.After(wait):
			}
		}
	})
	return k
}

func (k *keyring) close() {
	k.stop()
	k.done.Wait()
}

func (k *keyring) failed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fault != nil
}

// refresh fetches the keys, if that was not done a moment ago, and waits until they are
// there or ctx ends. Who asks meanwhile waits for the same fetch.
func (k *keyring) refresh(ctx context.Context) {
	k.mu.Lock()
	flight := k.flight
	if flight == nil {
		now := k.now()
		if !k.tried.IsZero() && now.Sub(k.tried) < leastGap {
			k.mu.Unlock()
			return
		}
		flight = make(chan struct{})
		k.flight, k.tried = flight, now
		k.done.Go(func() {
			keys, err := fetch(k.running, k.config)
			k.mu.Lock()
			defer k.mu.Unlock()
			switch {
			case err != nil && k.fault == nil && k.running.Err() == nil:
				k.config.Log.Warn("the token issuer's keys cannot be fetched: tokens are checked with the keys fetched before", "issuer", k.config.Issuer, "error", err)
			case err == nil && k.fault != nil:
				k.config.Log.Info("the token issuer's keys can be fetched again", "issuer", k.config.Issuer)
			}
			if k.fault, k.flight = err, nil; err == nil {
				k.keys, k.fetched = keys, now
				k.edition++
			}
			close(flight)
		})
	}
	k.mu.Unlock()
	select {
	case <-flight:
	case <-ctx.Done():
	}
}

// current gives the edition of the keys; 0: there are none to check by.
func (k *keyring) current() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fetched.IsZero() || k.now().Sub(k.fetched) > keptFor {
		return 0
	}
	return k.edition
}

// find gives the keys that a token with this kid and algorithm may be signed with: the
// one of that id, or, for a token without a kid, the only one for the algorithm. It
// fetches keys for a kid that is not known, and reports whether it is then; an error is that
// there are no keys to check by.
func (k *keyring) find(ctx context.Context, id, alg string) (found []verifyingKey, known bool, err error) {
	if found, known, err = k.look(id, alg); !known {
		k.refresh(ctx)
		found, known, err = k.look(id, alg)
	}
	return found, known, err
}

// look gives the keys that fit of those that are there, and whether the kid is known.
func (k *keyring) look(id, alg string) (found []verifyingKey, known bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fetched.IsZero() || k.now().Sub(k.fetched) > keptFor {
		return nil, false, errors.Join(errNoKeys, k.fault)
	}
	for _, key := range k.keys {
		if id != "" && key.id != id {
			continue
		}
		known = true
		if slices.Contains(key.algs, alg) {
			found = append(found, key)
		}
	}
	if id == "" && len(found) > 1 {
		// Which one is not for the token's maker to have us try out.
		return nil, true, nil
	}
	return found, known, nil
}

// errNoKeys is where no token can be checked.
var errNoKeys = errors.New("the token issuer's keys have not been fetched")

// fetch asks the issuer for its keys.
func fetch(ctx context.Context, c Config) ([]verifyingKey, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	address := c.JWKSURL
	if address == "" {
		metadata, err := Discover(ctx, c.Client, c.Issuer)
		if err != nil {
			return nil, err
		}
		if !Safe(metadata.JWKSURI) {
			return nil, errors.New("the issuer's openid-configuration does not have a safe jwks_uri")
		}
		address = metadata.JWKSURI
	}
	body, err := get(ctx, c.Client, address)
	if err != nil {
		return nil, err
	}
	return parseKeys(body, c.Algorithms)
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the issuer does not answer: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the issuer answers %s with %d", r.URL.Path, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil || len(body) > maxAnswer {
		return nil, fmt.Errorf("the issuer's answer to %s is incomplete, or longer than %d bytes", r.URL.Path, maxAnswer)
	}
	return body, nil
}

// parseKeys gives the keys of a JWK set (RFC 7517) that signatures can be checked by, with
// one of the algorithms. Others are left out, since sets have keys for other purposes.
func parseKeys(set []byte, allowed []string) ([]verifyingKey, error) {
	all, err := jwk.Parse(set, jwk.WithIgnoreParseError(true))
	if err != nil || all.Len() > maxKeys {
		return nil, fmt.Errorf("the issuer's answer is not a JWK set of at most %d keys", maxKeys)
	}
	var keys []verifyingKey
	for i := range all.Len() {
		key, _ := all.Key(i)
		if k, ok := verifying(key, allowed); ok {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the issuer has no key for one of %s", strings.Join(allowed, ", "))
	}
	return keys, nil
}

func verifying(key jwk.Key, allowed []string) (k verifyingKey, ok bool) {
	if use, ok := key.KeyUsage(); ok && use != "" && use != string(jwk.ForSignature) {
		return k, false
	}
	if ops, ok := key.KeyOps(); ok && !slices.Contains(ops, jwk.KeyOpVerify) {
		return k, false
	}
	public, err := key.PublicKey()
	if err != nil || jwk.Export(public, &k.public) != nil {
		return k, false
	}
	k.id, _ = key.KeyID()
	// Of a token's alg only one that fits the kind of the key counts: who could choose
	// freely would have a public key taken for a shared secret.
	switch p := k.public.(type) {
	case *rsa.PublicKey:
		// Of at least 2048 bits: jwx reads no shorter ones (RFC 7518, section 3.3).
		k.algs = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
	case *ecdsa.PublicKey:
		switch p.Curve {
		case elliptic.P256():
			k.algs = []string{"ES256"}
		case elliptic.P384():
			k.algs = []string{"ES384"}
		case elliptic.P521():
			k.algs = []string{"ES512"}
		}
	case ed25519.PublicKey:
		k.algs = []string{"EdDSA"}
	}
	alg, pinned := key.Algorithm()
	k.algs = slices.DeleteFunc(k.algs, func(name string) bool {
		return !slices.Contains(allowed, name) || pinned && alg.String() != name
	})
	return k, len(k.algs) > 0
}
