package credentials

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"customer360/access"
	"customer360/access/keys"
	"customer360/access/tokens"
	"customer360/internal/await"
	"customer360/internal/store/storetest"
)

var public, private, _ = ed25519.GenerateKey(rand.Reader)

// A world is a finder over a real store of keys and a real issuer.
type world struct {
	*Finder
	keys   *keys.Store
	issuer string
	down   func()

	mu      sync.Mutex
	at      time.Time
	reasons []string
}

// Refused makes it an [Observer].
func (w *world) Refused(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reasons = append(w.reasons, reason)
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
	st, _ := storetest.Open(t)
	w := &world{keys: keys.New(st.Store), at: time.Now(), down: func() { _ = st.Close() }}
	t.Cleanup(func() { _ = w.keys.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(map[string]any{"keys": []any{map[string]string{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": base64.RawURLEncoding.EncodeToString(public)}}})
	}))
	t.Cleanup(server.Close)
	w.issuer = server.URL
	v, err := tokens.New(tokens.Config{Issuer: server.URL, JWKSURL: server.URL, Audience: "customer360", DefaultAudience: access.Frontend, Client: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	c := Config{Attempts: 3, Keys: w.keys, Tokens: v, Observer: w}
	if change != nil {
		change(&c)
	}
	if w.Finder, err = newFinder(c, w.now); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) key(t testing.TB, s keys.Spec) (string, keys.Key) {
	t.Helper()
	s.Name, s.Audience = "a key", "partner"
	secret, k, err := w.keys.Create(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return secret, k
}

func (w *world) token(exp time.Time) string {
	e := base64.RawURLEncoding.EncodeToString
	claims, _ := json.Marshal(map[string]any{"iss": w.issuer, "aud": "customer360", "sub": "s", "exp": exp.Unix()})
	text := e([]byte(`{"alg":"EdDSA","kid":"a"}`)) + "." + e(claims)
	return text + "." + e(ed25519.Sign(private, []byte(text)))
}

// unknown is a key in the right form that nobody has made.
func unknown(t testing.TB) string {
	t.Helper()
	st, _ := storetest.Open(t)
	s := keys.New(st.Store)
	secret, _, err := s.Create(context.Background(), keys.Spec{Name: "x", Audience: "partner"})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// request is one with these headers, "Name: value".
func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql?api_key=x&access_token=y", nil)
	r.RemoteAddr = "192.0.2.1:1234"
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "From" {
			r.RemoteAddr = value
			continue
		}
		r.Header.Add(name, value)
	}
	return r
}

func TestACredentialIsFoundInItsHeader(t *testing.T) {
	w := newWorld(t, nil)
	key, k := w.key(t, keys.Spec{})
	other, _ := w.key(t, keys.Spec{})
	token := w.token(time.Now().Add(time.Hour))
	for name, row := range map[string]struct {
		headers []string
		want    string // the credential, or the reason why there is none
	}{
		"a key":                       {[]string{"Authorization: Bearer " + key}, "key:" + k.ID},
		"a key, bearer":               {[]string{"Authorization: bearer  " + key}, "key:" + k.ID},
		"a key of its own header":     {[]string{"X-API-Key: " + key}, "key:" + k.ID},
		"the same in both":            {[]string{"X-API-Key: " + key, "Authorization: Bearer " + key}, "key:" + k.ID},
		"a token":                     {[]string{"Authorization: Bearer " + token}, "token:s"},
		"two keys":                    {[]string{"X-API-Key: " + key, "Authorization: Bearer " + other}, "ambiguous"},
		"a key and a token":           {[]string{"X-API-Key: " + key, "Authorization: Bearer " + token}, "ambiguous"},
		"two headers":                 {[]string{"Authorization: Bearer " + key, "Authorization: Bearer " + key}, "ambiguous"},
		"two headers, one empty":      {[]string{"X-API-Key: " + key, "X-API-Key: "}, "ambiguous"},
		"two in one header":           {[]string{"Authorization: Bearer " + key + ", Bearer " + other}, "malformed"},
		"a password":                  {[]string{"Authorization: Basic YTpi"}, "malformed"},
		"no scheme":                   {[]string{"Authorization: " + key}, "malformed"},
		"nothing behind the scheme":   {[]string{"Authorization: Bearer "}, "malformed"},
		"an empty header":             {[]string{"X-API-Key: "}, "malformed"},
		"a token where a key belongs": {[]string{"X-API-Key: " + token}, "malformed"},
		"something":                   {[]string{"Authorization: Bearer something"}, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			w.pass(window)
			c, err := w.Find(request(row.headers...))
			got, bad := "", BadCredential{}
			switch {
			case err == nil:
				got = c.Credential
			case errors.As(err, &bad):
				got = bad.Reason
			}
			if got != row.want {
				t.Errorf("%v, %v; want %s", c, err, row.want)
			}
		})
	}
}

func TestNothingInTheAddressIsACredential(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.Find(request()); !errors.Is(err, NoCredential{}) {
		t.Errorf("%v, want that there is none", err)
	}
	if len(w.reasons) != 0 {
		t.Errorf("it counts as %v", w.reasons)
	}
}

func TestClientsAreNotToldWhyARefusalIs(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Attempts = 100 })
	key, k := w.key(t, keys.Spec{})
	if err := w.keys.Revoke(context.Background(), k.ID); err != nil {
		t.Fatal(err)
	}
	good := w.token(time.Now().Add(time.Hour))
	want := BadCredential{}.Error()
	for _, credential := range []string{key, key[:len(key)-1], unknown(t), w.token(time.Now().Add(-time.Hour)), good[:len(good)-8] + "AAAAAAAA", "x"} {
		if _, err := w.Find(request("Authorization: Bearer " + credential)); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if diff := cmp.Diff([]string{"revoked", "malformed", "unknown", "expired", "signature", "malformed"}, w.reasons); diff != "" {
		t.Errorf("the observer: -want +got\n%s", diff)
	}
}

// Whatever others send from an address, a right credential works from there, new or not.
func TestAnAddressCannotTryForLong(t *testing.T) {
	w := newWorld(t, nil)
	const here, there = "192.0.2.1:1", "192.0.2.2:1"
	find := func(from, header, credential string) error {
		_, err := w.Find(request(header+": "+credential, "From: "+from))
		return err
	}
	key := func() string { k, _ := w.key(t, keys.Spec{}); return k }
	wrong := []struct{ name, header, credential, reason string }{
		{"an unknown key", "X-API-Key", unknown(t), "unknown"},
		{"a forged token", "Authorization", "Bearer x.y.z", "malformed"},
		{"a wrong signature", "Authorization", "Bearer " + w.token(time.Now().Add(time.Hour))[:100] + ".AAAA", "malformed"},
		{"no credential", "Authorization", "Basic YTpi", "malformed"},
	}
	for range 3 {
		if err := find(here, wrong[1].header, wrong[1].credential); !errors.As(err, new(BadCredential)) {
			t.Errorf("%v, want that it does not count", err)
		}
	}
	for _, row := range wrong {
		var limited TooManyAttempts
		if err := find(here, row.header, row.credential); !errors.As(err, &limited) || limited.RetryAfter <= 0 || limited.RetryAfter > window/3 {
			t.Errorf("%s: %v %v, want a limit of at most %s", row.name, err, limited, window/3)
		}
		for name, err := range map[string]error{
			"a new key":          find(here, "X-API-Key", key()),
			"a new key, bearer":  find(here, "Authorization", "Bearer "+key()),
			"a refreshed token":  find(here, "Authorization", "Bearer "+w.token(time.Now().Add(time.Hour+time.Duration(len(row.name))*time.Second))),
			"from elsewhere":     find(there, "X-API-Key", key()),
			"one that has ended": ended(find(here, "Authorization", "Bearer "+w.token(time.Now().Add(-time.Hour)))),
		} {
			if err != nil {
				t.Errorf("after %s, %s: %v", row.name, name, err)
			}
		}
	}
	w.pass(window / 3)
	if err := find(here, wrong[0].header, wrong[0].credential); !errors.Is(err, BadCredential{"unknown"}) {
		t.Errorf("%v: the limit holds for longer than told", err)
	}
	if n := len(slices.DeleteFunc(slices.Clone(w.reasons), func(r string) bool { return r != "limited" })); n != len(wrong) {
		t.Errorf("the observer was told %v, want %d times limited", w.reasons, len(wrong))
	}
}

// ended gives nil for what a credential that was right is told.
func ended(err error) error {
	if errors.Is(err, BadCredential{"expired"}) {
		return nil
	}
	return fmt.Errorf("it is told %w", err)
}

func TestWhatIsNoGuessIsNotCounted(t *testing.T) {
	w := newWorld(t, nil)
	key, k := w.key(t, keys.Spec{})
	if err := w.keys.Revoke(context.Background(), k.ID); err != nil {
		t.Fatal(err)
	}
	expired := w.token(time.Now().Add(-time.Hour))
	for range 20 {
		for _, credential := range []string{key, expired} {
			if _, err := w.Find(request("Authorization: Bearer " + credential)); !errors.As(err, new(BadCredential)) {
				t.Fatalf("%v", err)
			}
		}
	}
	fresh, _ := w.key(t, keys.Spec{})
	if _, err := w.Find(request("X-API-Key: " + fresh)); err != nil {
		t.Errorf("%v: tabs that were left open shut the office out", err)
	}
}

func TestNobodyIsShutOutForLong(t *testing.T) {
	w := newWorld(t, nil)
	// As many as are on their way at once.
	for range 1000 {
		w.attempts.failed(w.proxies.client(request()))
	}
	var limited TooManyAttempts
	if _, err := w.Find(request("Authorization: Bearer x")); !errors.As(err, &limited) || limited.RetryAfter > window+window/3 {
		t.Errorf("%v %s, want a limit of at most %s", err, limited.RetryAfter, window+window/3)
	}
}

func TestAStoreThatIsDownIsNoFaultOfTheCredential(t *testing.T) {
	w := newWorld(t, nil)
	key, _ := w.key(t, keys.Spec{})
	w.down()
	for range 5 {
		_, err := w.Find(request("X-API-Key: " + key))
		var down Unavailable
		if !errors.As(err, &down) || strings.Contains(err.Error(), "store") || down.Err == nil {
			t.Errorf("%v, want that it cannot be checked", err)
		}
	}
	if slices.ContainsFunc(w.reasons, func(r string) bool { return r != "unavailable" }) {
		t.Errorf("the observer was told %v", w.reasons)
	}
}

func TestClientsAreToldApart(t *testing.T) {
	p, err := parseProxies([]string{"10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"IPv4":                          {"192.0.2.1:80", nil, "192.0.2.1/32"},
		"IPv4 in IPv6":                  {"[::ffff:192.0.2.1]:80", nil, "192.0.2.1/32"},
		"IPv6":                          {"[2001:db8:2:3:4:5:6:7]:80", nil, "2001:db8:2:3::/64"},
		"IPv6 with a zone":              {"[fe80::1%eth0]:80", nil, "fe80::/64"},
		"a socket":                      {"@", nil, "invalid Prefix"},
		"who is not trusted":            {"192.0.2.1:80", []string{"198.51.100.1"}, "192.0.2.1/32"},
		"behind a proxy":                {"10.1.1.1:80", []string{"198.51.100.1"}, "198.51.100.1/32"},
		"the last that is not trusted":  {"10.1.1.1:80", []string{"203.0.113.9, 198.51.100.1, 192.0.2.7", "2001:db8:1::1"}, "198.51.100.1/32"},
		"with ports":                    {"10.1.1.1:80", []string{"198.51.100.1:4711"}, "198.51.100.1/32"},
		"made up, and garbled":          {"10.1.1.1:80", []string{"203.0.113.9, unknown, 192.0.2.7"}, "192.0.2.7/32"},
		"nobody but proxies":            {"10.1.1.1:80", []string{"10.2.2.2"}, "10.2.2.2/32"},
		"a proxy that says nothing":     {"10.1.1.1:80", nil, "10.1.1.1/32"},
		"mapped, in the header":         {"10.1.1.1:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1/32"},
		"IPv6 in the header, in quotes": {"10.1.1.1:80", []string{`"[2001:db8:2::1]:80"`}, "10.1.1.1/32"},
	} {
		r := &http.Request{RemoteAddr: row.remote, Header: http.Header{"X-Forwarded-For": row.forwarded}}
		if got := p.client(r); got.String() != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	a := newAttempts(1, time.Now)
	for i := range maxClients + 1000 {
		a.failed(netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}), 32))
	}
	if n := a.clients.Len(); n != maxClients {
		t.Errorf("%d clients are counted, want %d", n, maxClients)
	}
}

func TestAllFaultsOfTheConfigurationAreToldAtOnce(t *testing.T) {
	_, err := New(Config{Attempts: -1, TrustedProxies: []string{"10.0.0.0/8", "proxy.example.com", "0.0.0.0/0", "10.0.0.0/33"}})
	if err == nil {
		t.Fatal("there is a finder")
	}
	for _, want := range []string{"attempts: ", "trustedProxies[1]: ", "trustedProxies[2]: ", "trustedProxies[3]: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "trustedProxies[0]") {
		t.Errorf("%v\ncomplains of what is right", err)
	}
}

func FuzzFind(f *testing.F) {
	w := newWorld(f, func(c *Config) { c.Attempts, c.TrustedProxies = maxAttempts, []string{"192.0.2.0/24"} })
	key, _ := w.key(f, keys.Spec{})
	f.Add("Bearer "+key, "", "1.2.3.4")
	f.Add("Bearer "+w.token(time.Now().Add(time.Hour)), "", "::1")
	f.Add("", key, "1.2.3.4, [::1]:80,,")
	f.Fuzz(func(t *testing.T, authorization, own, forwarded string) {
		r := request()
		r.Header = http.Header{"Authorization": {authorization}, "X-Api-Key": {own}, "X-Forwarded-For": {forwarded}}
		c, err := w.Find(r)
		if (c == nil) == (err == nil) || c != nil && c.Audience == "" {
			t.Errorf("%v, %v", c, err)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	w := newWorld(b, nil)
	key, _ := w.key(b, keys.Spec{})
	for name, r := range map[string]*http.Request{
		"key":   request("Authorization: Bearer " + key),
		"token": request("Authorization: Bearer " + w.token(time.Now().Add(time.Hour))),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.Find(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// That all clients are one, behind a proxy that nobody named, is told once.
func TestAnUnnamedProxyIsTold(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *Config) {
		c.Log, c.TrustedProxies = slog.New(slog.NewTextHandler(&log, nil)), []string{"192.0.2.9"}
	})
	key, _ := w.key(t, keys.Spec{})
	for _, remote := range []string{"192.0.2.9:80", "192.0.2.1:80", "192.0.2.1:80"} {
		r := request("Authorization: Bearer "+key, "X-Forwarded-For: 198.51.100.1")
		r.RemoteAddr = remote
		if _, err := w.Find(r); err != nil {
			t.Fatal(err)
		}
		if told := strings.Count(log.String(), "trustedProxies"); (told == 1) != (remote == "192.0.2.1:80") {
			t.Errorf("from %s it was told %d times: %s", remote, told, log.String())
		}
	}
}
