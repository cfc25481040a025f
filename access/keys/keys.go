// Package keys keeps API keys in the store. A key is shown once, when it is created; the
// store has only a hash of its secret. [Store.Find] finds the caller of a key. It caches
// what the store said for [KnownFor], so a revocation takes effect within that time on
// every gateway. While the store does not answer, keys that worked before keep working for
// [KnownWhileDown].
package keys

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"time"

	"customer360/access"
)

// The collections: the keys, and when they were last used.
const (
	Collection     = "api_keys"
	UsesCollection = "api_key_uses"
)

// Prefix is what every key begins with, so that scanners find one that got into a log or
// a repository: c360_[A-Z2-7]{16}_[A-Z2-7]{32}_[A-Z2-7]{7}.
const Prefix = "c360_"

const (
	// 80 bits: ids are drawn, and must not meet.
	idBytes, idLength = 10, 16
	// 160 bits, which nobody guesses, whatever the hash costs.
	secretBytes, secretLength = 20, 32
	// A CRC-32 in base 32.
	sumLength = 7
	keyLength = len(Prefix) + idLength + 1 + secretLength + 1 + sumLength
)

// The alphabet has no letters of two cases, so that a key can be read out.
var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// draw makes a key, and gives its parts beside it.
func draw() (key, id, secret string) {
	var random [idBytes + secretBytes]byte
	// It never fails.
	_, _ = rand.Read(random[:])
	id, secret = encoding.EncodeToString(random[:idBytes]), encoding.EncodeToString(random[idBytes:])
	body := Prefix + id + "_" + secret
	return body + "_" + checksum(body), id, secret
}

// checksum tells a mistyped key from a wrong one. It is no secret.
func checksum(body string) string {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE([]byte(body)))
	return encoding.EncodeToString(sum[:])
}

// parse gives the parts of a key, and whether it has the form of one.
func parse(key string) (id, secret string, ok bool) {
	if len(key) != keyLength || !strings.HasPrefix(key, Prefix) {
		return "", "", false
	}
	body, sum := key[:keyLength-sumLength-1], key[keyLength-sumLength:]
	id, secret = body[len(Prefix):len(Prefix)+idLength], body[len(body)-secretLength:]
	if body[len(Prefix)+idLength] != '_' || key[len(body)] != '_' || !encoded(id) || !encoded(secret) || checksum(body) != sum {
		return "", "", false
	}
	return id, secret, true
}

func encoded(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// ID gives the public part of a key, for a text that is a whole key; any other text is
// given back as it is, since it may be an id.
func ID(text string) string {
	if id, _, ok := parse(text); ok {
		return id
	}
	return text
}

// hash is what is kept of a secret. A fast hash without salt is right here: secrets are
// drawn, not chosen, and there are too many of them to be tried.
func hash(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

// A Key is what is known of a key, without its secret.
type Key struct {
	// ID is the key's public part, by which it is listed, revoked and rotated.
	ID string `bson:"_id" json:"id"`
	// Name is what people call it.
	Name string `bson:"name" json:"name"`
	// Audience picks the contract.
	Audience access.Audience `bson:"audience" json:"audience"`
	// Scopes, Purposes, Rows and Partner are those of the [access.Caller]; Rows in the
	// form of [access.ParseRow].
	Scopes   []string `bson:"scopes,omitempty" json:"scopes,omitempty"`
	Purposes []string `bson:"purposes,omitempty" json:"purposes,omitempty"`
	Rows     []string `bson:"rows,omitempty" json:"rows,omitempty"`
	Partner  string   `bson:"partner,omitempty" json:"partner,omitempty"`
	// CostPerOperation and CostPerMinute bound what is asked; 0: as the audience's.
	CostPerOperation int `bson:"costPerOperation,omitempty" json:"costPerOperation,omitempty"`
	CostPerMinute    int `bson:"costPerMinute,omitempty" json:"costPerMinute,omitempty"`
	// CreatedAt is when it was made, ExpiresAt when it ends; zero: it does not expire.
	CreatedAt time.Time `bson:"createdAt" json:"createdAt"`
	ExpiresAt time.Time `bson:"expiresAt,omitempty" json:"expiresAt,omitzero"`
	// RevokedAt is when it was revoked; zero: it was not.
	RevokedAt time.Time `bson:"revokedAt,omitempty" json:"revokedAt,omitzero"`
	// RotatedTo is the id of the key that takes its place, RotatedFrom of the one whose
	// place it takes.
	RotatedTo   string `bson:"rotatedTo,omitempty" json:"rotatedTo,omitempty"`
	RotatedFrom string `bson:"rotatedFrom,omitempty" json:"rotatedFrom,omitempty"`
	// Series is the id of the first of the keys that took each other's place; empty: it is the first.
	Series string `bson:"series,omitempty" json:"series,omitempty"`
	// LastUsedAt is when it was last used, give or take an hour; zero: never, as far as is
	// known.
	LastUsedAt time.Time `bson:"-" json:"lastUsedAt,omitzero"`
}

// The states of a key.
const (
	Active  = "active"
	Rotated = "rotated" // works until its grace time ends
	Expired = "expired"
	Revoked = "revoked"
)

// State gives the state of a key at a time.
func (k Key) State(now time.Time) string {
	switch {
	case !k.RevokedAt.IsZero():
		return Revoked
	case !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt):
		return Expired
	case k.RotatedTo != "":
		return Rotated
	}
	return Active
}

// stored is the document of a key.
type stored struct {
	Key `bson:",inline"`
	// Hash is SHA-256 of the secret, as it stands in the key.
	Hash []byte `bson:"hash"`
}

// credentialPrefix is before the id in [access.Caller].
const credentialPrefix = "key:"

// caller gives who a key stands for. What cannot be read, of a document that somebody
// changed, is an error: a rule that is left out would show more.
func (k Key) caller() (*access.Caller, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	rows, err := access.ParseRows(k.Rows)
	if err != nil {
		return nil, err
	}
	series := ""
	if first := cmp.Or(k.Series, k.RotatedFrom); first != "" {
		series = credentialPrefix + first
	}
	return &access.Caller{
		Credential: credentialPrefix + k.ID, Series: series, Name: k.Name, Audience: k.Audience, Scopes: k.Scopes, Purposes: k.Purposes,
		Rows: rows, Partner: k.Partner, Expires: k.ExpiresAt,
		CostPerOperation: k.CostPerOperation, CostPerMinute: k.CostPerMinute,
	}, nil
}
