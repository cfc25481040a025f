package tokens

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"go.uber.org/goleak"

	"customer360/access"
	"customer360/internal/await"
)

// The keys of the issuer, made once: RSA keys take a while.
var (
	rsaKey, _     = rsa.GenerateKey(rand.Reader, 2048)
	weakKey, _    = rsa.GenerateKey(rand.Reader, 1024)
	ecKey, _      = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edKey, _   = ed25519.GenerateKey(rand.Reader)
	_, nextKey, _ = ed25519.GenerateKey(rand.Reader)
)

// An issuer serves its keys on loopback.
type issuer struct {
	*httptest.Server
	mu      sync.Mutex
	set     []byte
	down    bool
	delay   time.Duration
	fetches atomic.Int64
	// elsewhere were asked for a key that a token names, and must not be.
	elsewhere atomic.Int64
}

func newIssuer(t testing.TB) *issuer {
	i := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.fetches.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		time.Sleep(i.delay)
		if i.down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(i.set)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { i.elsewhere.Add(1); _, _ = w.Write(i.set) })
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	i.publish(t, map[string]any{"rsa": rsaKey, "ec": ecKey, "ed": edKey})
	return i
}

// publish makes these the keys of the issuer, by their ids.
func (i *issuer) publish(t testing.TB, keys map[string]any) {
	set := jwk.NewSet()
	for id, key := range keys {
		_ = set.AddKey(public(t, id, key))
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.set = text
}

func (i *issuer) fail(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

func public(t testing.TB, id string, private any) jwk.Key {
	t.Helper()
	raw := private
	if k, ok := private.(crypto.Signer); ok {
		raw = k.Public()
	}
	key, err := jwk.Import(raw)
	if err != nil {
		t.Fatal(err)
	}
	if id != "" {
		_ = key.Set("kid", id)
	}
	return key
}

// A world is an issuer, a verifier, and a time.
type world struct {
	*Verifier
	issuer *issuer
	mu     sync.Mutex
	at     time.Time
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func newWorld(t testing.TB, change func(*Config)) *world {
	t.Helper()
	ignored := goleak.IgnoreCurrent()
	t.Cleanup(func() { await.Goroutines(t, ignored) })
	// Connections are closed before goroutines are counted.
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	w := &world{issuer: newIssuer(t), at: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	c := Config{
		Issuer: w.issuer.URL, Audience: "customer360", Client: &http.Client{Transport: transport, Timeout: fetchTimeout},
		Claims: Claims{Audience: "/realm_access/roles", Audiences: map[string]access.Audience{"c360-partner": access.Partner, "c360-frontend": access.Frontend, "c360-all": access.Internal}},
	}
	if change != nil {
		change(&c)
	}
	var err error
	if w.Verifier, err = newVerifier(c, w.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Verifier.Close() })
	w.keys.refresh(context.Background())
	return w
}

// claims are those of a good token, changed; nil takes one out.
func (w *world) claims(change map[string]any) map[string]any {
	c := map[string]any{
		"iss": w.issuer.URL, "aud": "customer360", "sub": "subject-1", "exp": w.now().Add(time.Hour).Unix(), "iat": w.now().Unix(),
		"realm_access": map[string]any{"roles": []string{"c360-partner", "offline_access"}}, "scope": "openid billing:read",
	}
	for k, v := range change {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	return c
}

// token signs claims, with a header that may be changed.
func token(t testing.TB, alg jwa.SignatureAlgorithm, kid string, key any, claims any, change map[string]any) string {
	t.Helper()
	h := jws.NewHeaders()
	if kid != "" {
		_ = h.Set("kid", kid)
	}
	for k, v := range change {
		if err := h.Set(k, v); err != nil {
			t.Fatal(err)
		}
	}
	payload, ok := claims.([]byte)
	if !ok {
		payload, _ = json.Marshal(claims)
	}
	signed, err := jws.Sign(payload, jws.WithKey(alg, key, jws.WithProtectedHeaders(h)))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// good signs a token that counts, with changed claims.
func (w *world) good(t testing.TB, change map[string]any) string {
	t.Helper()
	return token(t, jwa.EdDSA(), "ed", edKey, w.claims(change), nil)
}

// raw puts a token together without any care.
func raw(header string, claims any, signature []byte) string {
	payload, _ := json.Marshal(claims)
	e := base64.RawURLEncoding.EncodeToString
	return e([]byte(header)) + "." + e(payload) + "." + e(signature)
}

func (w *world) refused(t testing.TB, token string, want Refusal) {
	t.Helper()
	c, err := w.Find(context.Background(), token)
	var got Refusal
	if c != nil || !errors.As(err, &got) || got != want {
		t.Errorf("%+v, %v; want it refused as %s", c, err, want)
	}
}

func (w *world) accepted(t testing.TB, token string) *access.Caller {
	t.Helper()
	c, err := w.Find(context.Background(), token)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
