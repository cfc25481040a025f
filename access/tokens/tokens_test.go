package tokens

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"go.uber.org/goleak"

	"customer360/access"
	"customer360/internal/await"
	"customer360/sources/profiles"
)

func TestATokenStandsForItsCaller(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Claims.Name, c.Claims.Partner, c.Claims.Purposes = "client_name", "/tenant/id", "purposes"
		c.Claims.ScopeMap, c.Claims.ScopePrefix = map[string][]string{"c360.support": {"support:*"}}, "c360:"
		c.Claims.Rows = []string{"attribute:region={region}|world", "link:BILLING/{/tenant/id}"}
	})
	want := &access.Caller{
		Credential: "token:subject-1", Name: "a portal", Audience: access.Partner, Scopes: access.Scopes{"billing:read", "support:*"},
		Purposes: []string{"marketing"}, Partner: "tenant-7", Expires: w.now().Add(time.Hour + 30*time.Second),
		Rows: access.Rows{{Attribute: "region", In: []string{"north", "south", "world"}}, {Source: profiles.Billing, System: "tenant-7"}},
	}
	claims := w.claims(map[string]any{
		"aud": []string{"account", "customer360"}, "client_name": "a portal", "tenant": map[string]any{"id": "tenant-7"}, "purposes": []string{"marketing", "*"},
		"scope": "openid c360:billing:read c360:* c360.support support:read", "region": []string{"north", "south"},
	})
	for name, text := range map[string]string{
		"RS256":  token(t, jwa.RS256(), "rsa", rsaKey, claims, nil),
		"ES256":  token(t, jwa.ES256(), "ec", ecKey, claims, map[string]any{"typ": "at+jwt"}),
		"EdDSA":  token(t, jwa.EdDSA(), "ed", edKey, claims, map[string]any{"typ": "application/at+jwt"}),
		"no kid": token(t, jwa.EdDSA(), "", edKey, claims, nil),
	} {
		got, err := w.Find(context.Background(), text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got.Expires = got.Expires.UTC(); !cmp.Equal(want, got) {
			t.Errorf("%s: -want +got\n%s", name, cmp.Diff(want, got))
		}
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	claims := w.claims(map[string]any{"realm_access": map[string]any{"roles": []string{"c360-all"}}})
	der, _ := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	publicKey := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	hs := func(header string, secret []byte) string {
		unsigned := strings.TrimSuffix(raw(header, claims, nil), ".")
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(unsigned))
		return raw(header, claims, h.Sum(nil))
	}
	good := w.good(t, nil)
	parts := strings.Split(good, ".")
	own := public(t, "ed", nextKey)
	for name, row := range map[string]struct {
		token string
		want  Refusal
	}{
		"none":                           {raw(`{"alg":"none","kid":"rsa"}`, claims, nil), Algorithm},
		"None":                           {raw(`{"alg":"None","kid":"rsa"}`, claims, nil), Algorithm},
		"no alg":                         {raw(`{"kid":"rsa"}`, claims, nil), Algorithm},
		"alg is no text":                 {raw(`{"alg":["RS256"],"kid":"rsa"}`, claims, nil), Malformed},
		"ALG":                            {raw(`{"ALG":"EdDSA","kid":"ed"}`, claims, nil), Algorithm},
		"two algs":                       {raw(`{"alg":"none","kid":"rsa","alg":"RS256"}`, claims, nil), Malformed},
		"a new key of another issuer":    {token(t, jwa.EdDSA(), "next", nextKey, w.claims(map[string]any{"iss": "https://issuer.example.com"}), nil), UnknownKey},
		"HS256 with the public key, PEM": {hs(`{"alg":"HS256","kid":"rsa"}`, publicKey), Algorithm},
		"HS256 with the public key, DER": {hs(`{"alg":"HS256","kid":"rsa"}`, der), Algorithm},
		"RS256, signed by HMAC":          {hs(`{"alg":"RS256","kid":"rsa"}`, publicKey), Signature},
		"ES256 with an RSA key":          {raw(`{"alg":"ES256","kid":"rsa"}`, claims, make([]byte, 64)), UnknownKey},
		"RS256 with an EC key":           {raw(`{"alg":"RS256","kid":"ec"}`, claims, make([]byte, 256)), UnknownKey},
		"ES256 with r and s zero":        {raw(`{"alg":"ES256","kid":"ec"}`, claims, make([]byte, 64)), Signature},
		"PS256, not configured":          {token(t, jwa.PS256(), "rsa", rsaKey, claims, nil), Algorithm},
		"another's key":                  {token(t, jwa.EdDSA(), "ed", nextKey, claims, nil), Signature},
		"kid is a file":                  {token(t, jwa.EdDSA(), "../../../../dev/null", nextKey, claims, nil), NotYetKnown},
		"kid is a query":                 {token(t, jwa.EdDSA(), "x' UNION SELECT 'ed", nextKey, claims, nil), NotYetKnown},
		"kid is an address":              {token(t, jwa.EdDSA(), w.issuer.URL+"/elsewhere", nextKey, claims, nil), NotYetKnown},
		"kid is no text":                 {raw(`{"alg":"EdDSA","kid":{"$ne":1}}`, claims, nil), Malformed},
		"jwk of its own":                 {token(t, jwa.EdDSA(), "ed", nextKey, claims, map[string]any{"jwk": own}), Signature},
		"jku of its own":                 {token(t, jwa.EdDSA(), "ed", nextKey, claims, map[string]any{"jku": w.issuer.URL + "/elsewhere"}), Signature},
		"x5u of its own":                 {token(t, jwa.EdDSA(), "other", nextKey, claims, map[string]any{"x5u": w.issuer.URL + "/elsewhere"}), NotYetKnown},
		"crit":                           {raw(`{"alg":"EdDSA","kid":"ed","crit":["exp"],"exp":1}`, claims, nil), Unsupported},
		"crit, signed":                   {token(t, jwa.EdDSA(), "ed", edKey, claims, map[string]any{"crit": []string{"x"}, "x": 1}), Unsupported},
		"b64":                            {raw(`{"alg":"EdDSA","kid":"ed","b64":false}`, claims, nil), Unsupported},
		"encrypted":                      {"a.b.c.d.e", Malformed},
		"a logout token":                 {token(t, jwa.EdDSA(), "ed", edKey, claims, map[string]any{"typ": "logout+jwt"}), Unsupported},
		"a proof of possession":          {token(t, jwa.EdDSA(), "ed", edKey, claims, map[string]any{"typ": "dpop+jwt"}), Unsupported},
		"other claims":                   {parts[0] + "." + strings.Split(raw("", claims, nil), ".")[1] + "." + parts[2], Signature},
		"no signature":                   {parts[0] + "." + parts[1] + ".", Signature},
		"JSON form":                      {`{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, Malformed},
		"huge":                           {w.good(t, map[string]any{"x": strings.Repeat("x", defaultBytes)}), Malformed},
		"nothing":                        {"", Malformed},
		"dots":                           {"..", Malformed},
		"header null":                    {raw(`null`, claims, nil), Malformed},
		"header cut":                     {raw(`{"alg":"EdDSA"`, claims, nil), Malformed},
	} {
		t.Run(name, func(t *testing.T) { w.refused(t, row.token, row.want) })
	}
	w.accepted(t, good)
	if n := w.issuer.elsewhere.Load(); n != 0 {
		t.Errorf("%d addresses that tokens name were asked", n)
	}
}

func TestClaimsOfASignedTokenAreChecked(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Claims.Rows = []string{"attribute:region={region}"} })
	now := w.now()
	const skew = defaultSkew
	for name, row := range map[string]struct {
		change map[string]any
		want   Refusal
	}{
		"all is well":              {nil, ""},
		"expired within the skew":  {map[string]any{"exp": now.Add(-skew + time.Second).Unix()}, ""},
		"expired":                  {map[string]any{"exp": now.Add(-skew).Unix()}, HasExpired},
		"without exp":              {map[string]any{"exp": nil}, Unmapped},
		"exp is a text":            {map[string]any{"exp": "9999999999"}, Unmapped},
		"exp beyond all times":     {map[string]any{"exp": json.Number("1e300")}, Unmapped},
		"exp before all times":     {map[string]any{"exp": -1}, Unmapped},
		"not yet, within the skew": {map[string]any{"nbf": now.Add(skew).Unix()}, ""},
		"not yet":                  {map[string]any{"nbf": now.Add(skew + time.Second).Unix()}, NotYet},
		"nbf is a text":            {map[string]any{"nbf": "now"}, Unmapped},
		"issued in the future":     {map[string]any{"iat": now.Add(skew + time.Second).Unix()}, NotYet},
		"of another issuer":        {map[string]any{"iss": w.issuer.URL + "/"}, Issuer},
		"of none":                  {map[string]any{"iss": nil}, Issuer},
		"iss is a list":            {map[string]any{"iss": []string{w.issuer.URL}}, Issuer},
		"for others":               {map[string]any{"aud": []string{"customer361", "customer360 "}}, NotForUs},
		"for nobody":               {map[string]any{"aud": nil}, NotForUs},
		"aud has spaces":           {map[string]any{"aud": "other customer360"}, NotForUs},
		"bound to a key":           {map[string]any{"cnf": map[string]string{"jkt": "x"}}, Bound},
		"without sub":              {map[string]any{"sub": nil}, Unmapped},
		"sub is empty":             {map[string]any{"sub": ""}, Unmapped},
		"sub has lines":            {map[string]any{"sub": "a\nlevel=ERROR"}, Unmapped},
		"sub as Auth0 has it":      {map[string]any{"sub": "google-oauth2|1045"}, ""},
		"no role":                  {map[string]any{"realm_access": nil}, Unmapped},
		"a role of others":         {map[string]any{"realm_access": map[string]any{"roles": []string{"PARTNER", "INTERNAL"}}}, Unmapped},
		"roles of two audiences":   {map[string]any{"realm_access": map[string]any{"roles": []string{"c360-partner", "c360-all"}}}, Unmapped},
		"roles are numbers":        {map[string]any{"realm_access": map[string]any{"roles": []int{1}}}, Unmapped},
		"no region":                {map[string]any{"region": nil}, Unmapped},
		"no regions":               {map[string]any{"region": []string{}}, Unmapped},
		"region is empty":          {map[string]any{"region": ""}, Unmapped},
		"region makes two":         {map[string]any{"region": "north|south"}, Unmapped},
		"region is a template":     {map[string]any{"region": "{sub}"}, Unmapped},
		"region is a number":       {map[string]any{"region": 7}, Unmapped},
		"too many regions":         {map[string]any{"region": strings.Split(strings.Repeat("x,", 150)+"x", ",")}, Unmapped},
		"scope is a number":        {map[string]any{"scope": 7}, Unmapped},
	} {
		t.Run(name, func(t *testing.T) {
			change := map[string]any{"region": "north"}
			for k, v := range row.change {
				change[k] = v
			}
			if text := w.good(t, change); row.want != "" {
				w.refused(t, text, row.want)
			} else {
				w.accepted(t, text)
			}
		})
	}
	w.refused(t, token(t, jwa.EdDSA(), "ed", edKey, []byte(`{"iss":1} {}`), nil), Malformed)
	w.refused(t, token(t, jwa.EdDSA(), "ed", edKey, []byte(`[]`), nil), Malformed)
}

func TestATokenCannotGiveItselfEverything(t *testing.T) {
	w := newWorld(t, nil)
	c := w.accepted(t, w.good(t, map[string]any{"scope": "* billing:* billing:read a:*:b Billing:Read"}))
	if !cmp.Equal(c.Scopes, access.Scopes{"billing:read"}) {
		t.Errorf("the scopes are %v", c.Scopes)
	}
}

func TestATokenWithoutARoleHasTheDefaultAudience(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.DefaultAudience = "frontend" })
	if c := w.accepted(t, w.good(t, map[string]any{"realm_access": nil})); c.Audience != access.Frontend {
		t.Errorf("the audience is %s", c.Audience)
	}
	if c := w.accepted(t, w.good(t, nil)); c.Audience != access.Partner {
		t.Errorf("the audience is %s", c.Audience)
	}
}

func TestKeysRollOver(t *testing.T) {
	w := newWorld(t, nil)
	old := w.good(t, nil)
	w.accepted(t, old)
	next := token(t, jwa.EdDSA(), "next", nextKey, w.claims(nil), nil)
	w.refused(t, next, NotYetKnown)

	w.issuer.publish(t, map[string]any{"ed": edKey, "next": nextKey})
	w.refused(t, next, NotYetKnown) // asked a moment ago
	w.pass(leastGap)
	w.accepted(t, next)
	w.accepted(t, old)

	w.issuer.publish(t, map[string]any{"next": nextKey})
	w.pass(refreshEvery)
	w.keys.refresh(context.Background())
	w.refused(t, old, NotYetKnown)
	w.accepted(t, next)
	if !NotYetKnown.Held() {
		t.Error("who has a token of a key that is new counts as one who guesses")
	}
}

// A token has one spelling: another one of the same bytes is none.
func TestATokenHasOneSpelling(t *testing.T) {
	w := newWorld(t, nil)
	// Bytes whose text has both letters that the alphabets differ in, and bits left over.
	at := w.now()
	var good string
	for n := 0; !strings.Contains(good, "-") || !strings.Contains(good, "_"); n++ {
		good = w.good(t, map[string]any{"n": strings.Repeat("\u07ff>?", 3), "jti": fmt.Sprint(n)})
	}
	w.accepted(t, good)
	if len(strings.Split(good, ".")[2])%4 == 0 {
		t.Fatal("the signature has no bits left over")
	}
	part := func(n int, change func(string) string) string {
		parts := strings.Split(good, ".")
		parts[n] = change(parts[n])
		return strings.Join(parts, ".")
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	changes := map[string]func(string) string{
		"the alphabet not for URLs": func(s string) string { return strings.NewReplacer("-", "+", "_", "/").Replace(s) },
		"padding":                   func(s string) string { return s + strings.Repeat("=", (4-len(s)%4)%4) },
		"padding for no reason":     func(s string) string { return s + "=" },
		"bits left over": func(s string) string {
			if len(s)%4 == 0 {
				return s
			}
			return s[:len(s)-1] + string(letters[strings.IndexByte(letters, s[len(s)-1])^1])
		},
		"a line":         func(s string) string { return s[:4] + "\n" + s[4:] },
		"a line at last": func(s string) string { return s + "\r\n" },
		"a space":        func(s string) string { return s + " " },
		"a tab":          func(s string) string { return "\t" + s },
		"a zero byte":    func(s string) string { return s + "\x00" },
		"a letter twice": func(s string) string { return s + s[len(s)-1:] },
	}
	for name, change := range changes {
		for n, of := range []string{"header", "payload", "signature"} {
			text := part(n, change)
			if text == good {
				continue
			}
			if c, err := w.Find(context.Background(), text); err == nil {
				t.Errorf("%s in the %s: it stands for %s", name, of, c.Credential)
			}
		}
	}
	for _, claims := range map[string]string{
		"a claim twice":           `{"iss":%q,"aud":"customer360","sub":"a","sub":"b","exp":%d,"realm_access":{"roles":["c360-partner"]}}`,
		"a claim twice, escaped":  `{"iss":%q,"aud":"customer360","sub":"a","s\u0075b":"b","exp":%d,"realm_access":{"roles":["c360-partner"]}}`,
		"roles twice":             `{"iss":%q,"aud":"customer360","sub":"a","exp":%d,"realm_access":{"roles":["c360-partner"],"roles":["c360-all"]}}`,
		"a name twice, in a list": `{"iss":%q,"aud":"customer360","sub":"a","exp":%d,"realm_access":{"roles":["c360-partner"]},"x":[{"a":1,"a":2}]}`,
		"not UTF-8":               "{\"iss\":%q,\"aud\":\"customer360\",\"sub\":\"a\xff\",\"exp\":%d,\"realm_access\":{\"roles\":[\"c360-partner\"]}}",
	} {
		w.refused(t, token(t, jwa.EdDSA(), "ed", edKey, fmt.Appendf(nil, claims, w.issuer.URL, at.Add(time.Hour).Unix()), nil), Malformed)
	}
	w.refused(t, token(t, jwa.EdDSA(), "ed", edKey, fmt.Appendf(nil, `{"iss":%q,"aud":"customer360","sub":"a\ud800","exp":%d,"realm_access":{"roles":["c360-partner"]}}`, w.issuer.URL, at.Add(time.Hour).Unix()), nil), Unmapped)
	w.accepted(t, token(t, jwa.EdDSA(), "ed", edKey, fmt.Appendf(nil, " { \"iss\" : %q , \"aud\":\"customer360\",\n\"sub\":\"a\",\"exp\":%d,\"realm_access\":{\"roles\":[\"c360-partner\"]},\"x\":[{\"a\":1},{\"a\":2}]}\n", w.issuer.URL, at.Add(time.Hour).Unix()), nil))
}

// Signatures that are being checked are few at once, and who gives up waiting has no turn.
func TestSignaturesAreCheckedAFewAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	text := w.good(t, nil)
	for range cap(w.checking) {
		w.checking <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Find(ctx, text); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want that it was given up", err)
	}
	found := make(chan error, 1)
	go func() { _, err := w.Find(context.Background(), text); found <- err }()
	<-w.checking
	if err := <-found; err != nil {
		t.Errorf("%v: it has no turn", err)
	}
	if len(w.checking) != cap(w.checking)-1 {
		t.Error("the place is not given back")
	}
}

func TestUnknownKeysCostTheIssuerLittle(t *testing.T) {
	w := newWorld(t, nil)
	claims := w.claims(nil)
	w.pass(fetchEvery)
	before := w.issuer.fetches.Load()
	w.issuer.mu.Lock()
	w.issuer.delay = 20 * time.Millisecond
	w.issuer.mu.Unlock()
	var all sync.WaitGroup
	for n := range 100 {
		all.Go(func() {
			w.refused(t, token(t, jwa.EdDSA(), fmt.Sprint(n), nextKey, claims, nil), NotYetKnown)
		})
	}
	all.Wait()
	if n := w.issuer.fetches.Load() - before; n != 1 {
		t.Errorf("%d fetches for 100 tokens, want one", n)
	}
}

// Who looks for the fault of a configuration is told the claim, and not what it says.
func TestTheLogNamesTheClaim(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Claims.Partner, c.Claims.Purposes, c.Claims.Rows = "/tenant/id", "purposes", []string{"attribute:region={/place/region}"}
	})
	const who = "someone@example.com"
	change := func(name string, value any) string {
		all := map[string]any{"sub": who, "place": map[string]any{"region": "north"}}
		all[name] = value
		return w.good(t, all)
	}
	expiring := change("exp", w.now().Unix())
	w.accepted(t, expiring)
	w.pass(defaultSkew)
	for name, row := range map[string]struct{ token, want string }{
		"another audience":      {change("aud", []string{who}), `reason=audience claim=aud problem="does not have the configured audience"`},
		"no audience":           {change("aud", nil), `reason=audience claim=aud`},
		"another issuer":        {change("iss", "https://"+who), `reason=issuer claim=iss problem="is not the configured issuer"`},
		"expired":               {change("exp", 1), `reason=expired claim=exp problem="has passed"`},
		"expired since":         {expiring, `reason=expired claim=exp problem="has passed"`},
		"without end":           {change("exp", nil), `reason=claims claim=exp problem="is missing"`},
		"not yet":               {change("nbf", w.now().Add(time.Hour).Unix()), `reason=not-yet-valid claim=nbf problem="is in the future"`},
		"bound":                 {change("cnf", map[string]string{"jkt": who}), `reason=bound claim=cnf`},
		"without subject":       {change("sub", nil), `reason=claims claim=sub problem="is missing"`},
		"subject is a number":   {change("sub", 7), `reason=claims claim=sub problem="is malformed"`},
		"scope is a number":     {change("scope", 7), `reason=claims claim=scope problem="is malformed"`},
		"purposes is a number":  {change("purposes", 7), `reason=claims claim=purposes`},
		"no roles":              {change("realm_access", nil), `reason=claims claim=/realm_access/roles problem="is missing"`},
		"a role of others":      {change("realm_access", map[string]any{"roles": []string{who}}), `reason=claims claim=/realm_access/roles problem="has no value that maps to an audience"`},
		"two audiences":         {change("realm_access", map[string]any{"roles": []string{"c360-partner", "c360-all"}}), `reason=claims claim=/realm_access/roles problem="has values that map to several audiences"`},
		"the partner is a list": {change("tenant", map[string]any{"id": []string{who}}), `reason=claims claim=/tenant/id`},
		"no region":             {change("place", nil), `reason=claims claim=/place/region problem="is missing"`},
		"region makes two":      {change("place", map[string]any{"region": who + "|x"}), `reason=claims claim=/place/region problem="is malformed"`},
		"an unknown key":        {token(t, jwa.EdDSA(), who, nextKey, w.claims(nil), nil), `reason=key-not-yet-known`},
		"of somebody else":      {token(t, jwa.EdDSA(), who, nextKey, w.claims(map[string]any{"iss": who}), nil), `reason=unknown-key`},
		"a wrong signature":     {token(t, jwa.EdDSA(), "ed", nextKey, w.claims(map[string]any{"sub": who}), nil), `reason=signature`},
		"no token":              {who, `reason=malformed`},
	} {
		log.Reset()
		_, err := w.Find(context.Background(), row.token)
		said := log.String()
		if err == nil || strings.Count(said, "a token is refused") != 1 || !strings.Contains(said, row.want) || strings.Contains(said, "someone") || strings.Contains(said, "north") {
			t.Errorf("%s: %v: the log says %s; want %s", name, err, said, row.want)
		}
		if strings.Contains(fmt.Sprint(err), "claim") && !errors.Is(err, Unmapped) {
			t.Errorf("%s: %v tells more than the reason", name, err)
		}
	}
}

func TestKeysAreKeptWhileTheIssuerIsDown(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	text := w.good(t, map[string]any{"exp": w.now().Add(96 * time.Hour).Unix()})
	w.issuer.fail(true)
	w.pass(keptFor)
	w.keys.refresh(context.Background())
	if w.Err() == nil || strings.Count(log.String(), "cannot be fetched") != 1 {
		t.Errorf("nobody is told that the issuer is down, or more than once: %s", log.String())
	}
	w.accepted(t, text)
	w.pass(time.Second)
	tooOld := func() {
		t.Helper()
		var r Refusal
		if _, err := w.Find(context.Background(), text); err == nil || errors.As(err, &r) {
			t.Errorf("keys of the day before: %v; want that there are none", err)
		}
	}
	tooOld()
	w.issuer.fail(false)
	w.pass(fetchEvery)
	w.accepted(t, text)
	w.issuer.fail(true)
	w.pass(keptFor + time.Second)
	tooOld()
}

func TestATokenThatCountedIsCheckedAgain(t *testing.T) {
	w := newWorld(t, nil)
	text := w.good(t, map[string]any{"exp": w.now().Add(time.Minute).Unix()})
	c := w.accepted(t, text)
	if again := w.accepted(t, text); again != c {
		t.Error("the signature was checked twice")
	}
	w.pass(time.Minute + defaultSkew)
	w.refused(t, text, HasExpired)
}

func TestAnIssuerThatDoesNotAnswerAsItShouldIsToldToTheOperator(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	t.Cleanup(func() { await.Goroutines(t, ignored) })
	key, _ := json.Marshal(public(t, "ed", edKey))
	keys := func(n int) string {
		return `{"keys":[` + strings.TrimSuffix(strings.Repeat(string(key)+",", n), ",") + `]}`
	}
	for name, row := range map[string]struct {
		metadata, keys string
		status         int
		want           string
	}{
		"as it should":      {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, keys(1), 200, ""},
		"another issuer":    {`{"issuer":"https://issuer.example.com","jwks_uri":"SELF/keys"}`, keys(1), 200, "openid-configuration"},
		"without the slash": {`{"issuer":"SELF/","jwks_uri":"SELF/keys"}`, keys(1), 200, "openid-configuration"},
		"keys in the clear": {`{"issuer":"SELF","jwks_uri":"http://issuer.example.com/keys"}`, keys(1), 200, "openid-configuration"},
		"keys in a file":    {`{"issuer":"SELF","jwks_uri":"file:///etc/passwd"}`, keys(1), 200, "openid-configuration"},
		"a page":            {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, "<html>", 200, "JWK set"},
		"too many keys":     {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, keys(maxKeys + 1), 200, "JWK set"},
		"too long":          {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, strings.Repeat(" ", maxAnswer) + keys(1), 200, "longer than"},
		"no public key":     {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, `{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}`, 200, "no key for"},
		"a failure":         {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, keys(1), 500, "with 500"},
		"a redirect":        {`{"issuer":"SELF","jwks_uri":"SELF/keys"}`, keys(1), 302, "with 302"},
	} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			server := httptest.NewServer(mux)
			defer server.Close()
			mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, strings.ReplaceAll(row.metadata, "SELF", server.URL))
			})
			mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(row.status)
				_, _ = io.WriteString(w, row.keys)
			})
			mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, keys(1)) })
			v, err := New(Config{Issuer: server.URL, Audience: "customer360", DefaultAudience: access.Frontend})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = v.Close() }()
			v.keys.refresh(context.Background())
			if err := v.Err(); (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestOnlyKeysForSignaturesCount(t *testing.T) {
	w := newWorld(t, nil)
	shared := []byte("a shared secret that is long enough")
	encryption := public(t, "enc", rsaKey)
	_ = encryption.Set("use", "enc")
	pinned := public(t, "pinned", rsaKey)
	_ = pinned.Set("alg", "RS512")
	weak := fmt.Sprintf(`{"kty":"RSA","kid":"weak","e":"AQAB","n":%q}`, base64.RawURLEncoding.EncodeToString(weakKey.N.Bytes()))
	// An issuer that publishes a private key by mistake is still understood.
	private, err := jwk.Import(edKey)
	if err != nil {
		t.Fatal(err)
	}
	_ = private.Set("kid", "ed")
	var keys []json.RawMessage
	for _, k := range []any{json.RawMessage(weak), public(t, "oct", shared), encryption, pinned, private, json.RawMessage(`{"kty":"AKP","kid":"later"}`)} {
		text, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, text)
	}
	set, _ := json.Marshal(map[string]any{"keys": keys})
	found, err := parseKeys(set, w.config.Algorithms)
	if err != nil || len(found) != 1 || found[0].id != "ed" || !cmp.Equal(found[0].public, edKey.Public()) {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestATokenWithoutAKidIsNotTriedWithManyKeys(t *testing.T) {
	w := newWorld(t, nil)
	w.issuer.publish(t, map[string]any{"ed": edKey, "next": nextKey})
	w.pass(fetchEvery)
	w.keys.refresh(context.Background())
	w.refused(t, token(t, jwa.EdDSA(), "", edKey, w.claims(nil), nil), UnknownKey)
	w.accepted(t, w.good(t, nil))
}

func TestErrorsHaveNothingOfTheToken(t *testing.T) {
	w := newWorld(t, nil)
	text := w.good(t, map[string]any{"sub": "someone@example.com", "exp": 1})
	_, err := w.Find(context.Background(), text)
	if err == nil || strings.Contains(err.Error(), "someone") || strings.Contains(err.Error(), strings.Split(text, ".")[2]) {
		t.Errorf("%v", err)
	}
}

func TestAllFaultsOfTheConfigurationAreToldAtOnce(t *testing.T) {
	_, err := New(Config{
		Issuer: "http://issuer.example.com", JWKSURL: "file:///etc/passwd", Algorithms: []string{"none", "HS256", "RS256"}, ClockSkew: time.Hour, MaxBytes: 1,
		DefaultAudience: access.Internal,
		Claims: Claims{
			Audiences: map[string]access.Audience{"x": "ROOT"}, ScopeMap: map[string][]string{"y": {"A B"}},
			Rows: []string{"attribute:{key}=x", "link:{source}/x", "attribute:region={}", "attribute:region={a", "attribute:region={a}{b}", "attribute:region={a}"},
		},
	})
	if err == nil {
		t.Fatal("there is a verifier")
	}
	for _, want := range []string{"issuer: ", "jwksUrl: ", "audience: want", "algorithms[0]: ", "algorithms[1]: ", "clockSkew: ", "maxBytes: ", "defaultAudience: INTERNAL",
		"claims.audience: ", "claims.audiences.x: ", "claims.scopeMap.y[0]: ", "claims.rows[0]: ", "claims.rows[1]: ", "claims.rows[2]: ", "claims.rows[3]: ", "claims.rows[4]: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "algorithms[2]") || strings.Contains(err.Error(), "claims.rows[5]") {
		t.Errorf("%v\ncomplains of what is right", err)
	}
	err = Config{Issuer: "https://issuer.example.com", Audience: "x"}.Check()
	if err == nil || !strings.Contains(err.Error(), "claims.audiences: map") {
		t.Errorf("%v: nothing says whose contract a token has", err)
	}
}
