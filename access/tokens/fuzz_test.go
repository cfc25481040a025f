package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v3/jwa"

	"customer360/access"
)

func FuzzFind(f *testing.F) {
	w := newWorld(f, nil)
	good := w.good(f, nil)
	f.Add(good)
	f.Add(raw(`{"alg":"none"}`, w.claims(nil), nil))
	f.Add(token(f, jwa.ES256(), "ec", ecKey, w.claims(nil), nil))
	f.Add(raw(`{"alg":"EdDSA","kid":"ed","crit":[]}`, 1, []byte("x")))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := w.Find(context.Background(), text)
		var r Refusal
		switch {
		case err != nil && !errors.As(err, &r):
			t.Errorf("%q: %v is no refusal", text, err)
		case c != nil && c.Audience == "":
			t.Errorf("%q: a caller without an audience", text)
		}
	})
}

// FuzzClaims maps whatever an issuer may have signed.
func FuzzClaims(f *testing.F) {
	w := newWorld(f, func(c *Config) { c.Claims.Rows = []string{"attribute:region={region}"} })
	text, _ := json.Marshal(w.claims(map[string]any{"region": "north"}))
	f.Add(text)
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := w.caller(payload)
		if err != nil {
			return
		}
		rows, err := access.ParseRows(c.Rows.Strings())
		if c.Audience == "" || len(c.Rows) != 1 || err != nil || !cmp.Equal(rows, c.Rows) {
			t.Errorf("%s: %+v, %v", payload, c, err)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	w := newWorld(b, nil)
	for name, text := range map[string]string{
		"RS256": token(b, jwa.RS256(), "rsa", rsaKey, w.claims(nil), nil),
		"ES256": token(b, jwa.ES256(), "ec", ecKey, w.claims(nil), nil),
		"EdDSA": w.good(b, nil),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.verified.Purge()
				if _, err := w.Find(context.Background(), text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("again", func(b *testing.B) {
		text := w.good(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.Find(context.Background(), text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
