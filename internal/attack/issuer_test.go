//go:build linux && !race

package attack

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// An issuer of tokens, on this machine. Tokens are put together here by hand, since no
// library makes those that an attacker does.
type issuer struct {
	*httptest.Server
	rsa *rsa.PrivateKey
	ed  ed25519.PrivateKey
	// elsewhere counts who followed an address out of a token.
	elsewhere atomic.Int64
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{}
	var err1, err2 error
	i.rsa, err1 = rsa.GenerateKey(rand.Reader, 2048)
	_, i.ed, err2 = ed25519.GenerateKey(rand.Reader)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	keys := map[string]any{"keys": []any{
		map[string]string{"kty": "RSA", "kid": "rsa", "n": b64(i.rsa.N.Bytes()), "e": b64(big.NewInt(int64(i.rsa.E)).Bytes())},
		map[string]string{"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(i.ed.Public().(ed25519.PublicKey))},
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(keys) })
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) { i.elsewhere.Add(1) })
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

type object = map[string]any

// token makes a token of a kind: a good one, or one that somebody has played with.
func (i *issuer) token(t *testing.T, kind string) string {
	t.Helper()
	now := time.Now()
	claims := func(change object) object {
		c := object{"iss": i.URL, "aud": "customer360", "sub": "attacker", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "role": "partners", "scope": "customers:list"}
		maps.Copy(c, change)
		return c
	}
	header := func(change object) object {
		h := object{"alg": "EdDSA", "kid": "ed", "typ": "JWT"}
		maps.Copy(h, change)
		return h
	}
	everything := claims(object{"role": "company", "scope": "*"})
	_, own, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(i.rsa.Public())
	if err != nil {
		t.Fatal(err)
	}
	pemOf := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	ed := func(key ed25519.PrivateKey) func([]byte) []byte {
		return func(text []byte) []byte { return ed25519.Sign(key, text) }
	}
	mac := func(key []byte) func([]byte) []byte {
		return func(text []byte) []byte {
			h := hmac.New(sha256.New, key)
			h.Write(text)
			return h.Sum(nil)
		}
	}
	none := func([]byte) []byte { return nil }
	good := signed(header(nil), claims(nil), ed(i.ed))
	parts := strings.Split(good, ".")
	switch kind {
	case "good":
		return good
	case "RS256":
		return signed(header(object{"alg": "RS256", "kid": "rsa"}), claims(nil), func(text []byte) []byte {
			sum := sha256.Sum256(text)
			s, err := rsa.SignPKCS1v15(nil, i.rsa, crypto.SHA256, sum[:])
			if err != nil {
				t.Fatal(err)
			}
			return s
		})
	case "expired":
		return signed(header(nil), claims(object{"iat": now.Add(-time.Hour).Unix(), "exp": now.Add(-31 * time.Second).Unix()}), ed(i.ed))
	case "without an end":
		return signed(header(nil), claims(object{"exp": nil}), ed(i.ed))
	case "not yet":
		return signed(header(nil), claims(object{"nbf": now.Add(time.Hour).Unix()}), ed(i.ed))
	case "for another":
		return signed(header(nil), claims(object{"aud": "another"}), ed(i.ed))
	case "of another":
		return signed(header(nil), claims(object{"iss": "https://issuer.example.com"}), ed(i.ed))
	case "two audiences":
		return signed(header(nil), claims(object{"role": []string{"partners", "company"}}), ed(i.ed))
	case "none":
		return signed(header(object{"alg": "none"}), everything, none)
	case "nOnE":
		return signed(header(object{"alg": "nOnE"}), everything, none)
	case "no signature":
		return parts[0] + "." + parts[1] + "."
	case "other claims":
		return parts[0] + "." + strings.Split(signed(header(nil), everything, none), ".")[1] + "." + parts[2]
	case "HS256 of the public key":
		return signed(header(object{"alg": "HS256", "kid": "rsa"}), everything, mac(pemOf))
	case "HS256 of the modulus":
		return signed(header(object{"alg": "HS256", "kid": "rsa"}), everything, mac(i.rsa.N.Bytes()))
	case "kid of a file":
		return signed(header(object{"alg": "HS256", "kid": "../../../../../dev/null"}), everything, mac(nil))
	case "own key in the header":
		return signed(header(object{"kid": nil, "jwk": object{"kty": "OKP", "crv": "Ed25519", "x": b64(own.Public().(ed25519.PublicKey))}}), everything, ed(own))
	case "own key at an address":
		return signed(header(object{"kid": "own", "jku": i.URL + "/own", "x5u": i.URL + "/own"}), everything, ed(own))
	case "own key":
		return signed(header(nil), everything, ed(own))
	case "RSA taken for Ed25519":
		return signed(header(object{"kid": "rsa"}), everything, ed(own))
	case "something critical":
		return signed(header(object{"crit": []string{"b64"}, "b64": false}), everything, ed(i.ed))
	case "in the alphabet not for URLs":
		return parts[0] + "." + parts[1] + "." + base64.StdEncoding.EncodeToString(ed(i.ed)([]byte(parts[0]+"."+parts[1])))
	case "bits left over":
		// The last letter of 64 bytes has four bits of its own.
		letters := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		last := strings.IndexByte(letters, good[len(good)-1])
		return good[:len(good)-1] + string(letters[last+1])
	case "a claim twice":
		text := b64([]byte(`{"alg":"EdDSA","kid":"ed"}`)) + "." + b64(fmt.Appendf(nil, `{"iss":%q,"aud":"customer360","sub":"attacker","exp":%d,"role":"partners","role":"company"}`, i.URL, now.Add(time.Hour).Unix()))
		return text + "." + b64(ed(i.ed)([]byte(text)))
	case "huge":
		return signed(header(nil), claims(object{"more": strings.Repeat("x", 8192)}), ed(i.ed))
	case "deep":
		return b64([]byte(strings.Repeat("[", 3000))) + "." + parts[1] + "." + parts[2]
	}
	t.Fatalf("there is no token %q", kind)
	return ""
}

func signed(header, claims object, sign func([]byte) []byte) string {
	for _, part := range []object{header, claims} {
		maps.DeleteFunc(part, func(_ string, v any) bool { return v == nil })
	}
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64(h) + "." + b64(c)
	return text + "." + b64(sign([]byte(text)))
}
