package relay

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A Seal makes ids and cursors that nobody can take apart who has not the secret: the keys of
// systems and records are in them. The same text has the same seal for the same recipient, so that
// clients can compare and keep ids; for two recipients it has two, which nobody else can tell to
// be of one text. It is a synthetic initialisation vector as in RFC 5297, with HMAC-SHA-256 in the
// place of CMAC: the vector is a MAC of the recipient and the text, and AES-256 in counter mode
// starts from it.
type Seal struct {
	mac   []byte
	block cipher.Block
}

// What a sealed text begins with: sealed where it is for no recipient by name, sealedFor where the
// recipient stands before the text. No other id or cursor does: they are base64 of a text whose
// first byte is a letter, so that the second of theirs is no digit.
const sealed, sealedFor = "s1_", "s2_"

// divider stands between a recipient and a text. It is in no id and no recipient.
const divider = "\x00"

// NewSeal makes a seal of a secret.
func NewSeal(secret []byte) *Seal {
	derive := func(what string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte("customer360 ids\x00" + what))
		return h.Sum(nil)
	}
	block, err := aes.NewCipher(derive("cipher"))
	if err != nil {
		panic(err) // The key's length is fixed.
	}
	return &Seal{derive("mac"), block}
}

func (s *Seal) vector(text []byte) []byte {
	h := hmac.New(sha256.New, s.mac)
	h.Write(text)
	return h.Sum(nil)[:aes.BlockSize]
}

// Close seals a text for a recipient; "": for all who have no name of their own.
func (s *Seal) Close(recipient, text string) string {
	prefix := sealed
	if recipient != "" {
		prefix, text = sealedFor, recipient+divider+text
	}
	vector := s.vector([]byte(text))
	out := append(vector, text...)
	cipher.NewCTR(s.block, vector).XORKeyStream(out[aes.BlockSize:], []byte(text))
	return prefix + base64.RawURLEncoding.EncodeToString(out)
}

// Open gives the text that was sealed, and for whom; false: it was not, by this seal.
func (s *Seal) Open(text string) (recipient, opened string, ok bool) {
	encoded, plain := strings.CutPrefix(text, sealed)
	if !plain {
		if encoded, ok = strings.CutPrefix(text, sealedFor); !ok {
			return "", "", false
		}
	}
	if len(text) > 2*maxText {
		return "", "", false
	}
	// The decoder passes over ends of lines, and an id has one spelling.
	if strings.ContainsAny(encoded, "\r\n") {
		return "", "", false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || len(data) < aes.BlockSize {
		return "", "", false
	}
	vector, body := data[:aes.BlockSize], data[aes.BlockSize:]
	cipher.NewCTR(s.block, vector).XORKeyStream(body, body)
	if !hmac.Equal(vector, s.vector(body)) {
		return "", "", false
	}
	if plain {
		opened = string(body)
		return "", opened, !strings.Contains(opened, divider)
	}
	recipient, opened, ok = strings.Cut(string(body), divider)
	return recipient, opened, ok && recipient != ""
}
