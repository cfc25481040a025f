package audit

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/access"
)

// A Head is the place and the hash of an entry: who knows it knows all entries before it in
// the same chain, and all heads that those hold.
type Head struct {
	// Replica names the chain, by when its process started and at random.
	Replica string `bson:"replica"`
	// Sequence counts the entries of a chain, from 0.
	Sequence int64 `bson:"sequence"`
	// At is when the entry was written.
	At time.Time `bson:"at"`
	// Hash is the hash of the entry, in hexadecimal.
	Hash string `bson:"hash"`
}

// ID is the _id of the entry in the collection. Ids sort as their chains began, and in a
// chain by sequence.
func (h Head) ID() string { return entryID(h.Replica, h.Sequence) }

func entryID(replica string, sequence int64) string {
	return fmt.Sprintf("%s/%0*d", replica, sequenceDigits, sequence)
}

// sequenceDigits are enough for 30 years of a thousand entries a second.
const sequenceDigits = 12

func parseID(id string) (replica string, sequence int64, ok bool) {
	replica, digits, _ := strings.Cut(id, "/")
	sequence, err := strconv.ParseInt(digits, 10, 64)
	return replica, sequence, err == nil && replica != "" && sequence >= 0 && entryID(replica, sequence) == id
}

func newReplica(now time.Time) string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // it never fails
	return now.UTC().Format(replicaTime) + "-" + hex.EncodeToString(random)
}

const replicaTime = "20060102T150405.000Z"

// beganAt gives when a chain began, by its name; false: that has not the form of one.
func beganAt(replica string) (time.Time, bool) {
	t, err := time.Parse(replicaTime, replica[:min(len(replicaTime), len(replica))])
	return t, err == nil
}

// entry is a document of the collection.
type entry struct {
	ID string `bson:"_id"`
	// Written is when it was chained; it never goes back within a chain.
	Written time.Time `bson:"written"`
	// Prev is the hash of the entry before; empty in the first one.
	Prev string `bson:"prev"`
	Hash string `bson:"hash"`

	Action        Action          `bson:"action"`
	At            time.Time       `bson:"at"`
	Credential    string          `bson:"credential,omitempty"`
	Audience      access.Audience `bson:"audience,omitempty"`
	Purpose       string          `bson:"purpose,omitempty"`
	Operation     string          `bson:"operation,omitempty"`
	OperationHash string          `bson:"operationHash,omitempty"`
	RequestID     string          `bson:"requestId,omitempty"`
	// IdempotencyKey is there of changes only.
	IdempotencyKey string   `bson:"idempotencyKey,omitempty"`
	Customers      []string `bson:"customers,omitempty"`
	Fields         []string `bson:"fields,omitempty"`
	Sources        []string `bson:"sources,omitempty"`

	// Heads are those of other chains: of Start and Checkpoint what was there, of Pruned the
	// last entry of each chain that was removed.
	Heads []Head `bson:"heads,omitempty"`
	// Lost is how many entries were lost since Since: of Loss.
	Lost  int64     `bson:"lost,omitempty"`
	Since time.Time `bson:"since,omitempty"`
	// Before is before when whatever was removed had been written: of Pruned.
	Before time.Time `bson:"before,omitempty"`
}

// sum gives the hash of an entry: SHA-256 over the texts, numbers and lists below, in this
// order. A text is its length in bytes and the bytes; a number has 8 bytes, big-endian, in
// two's complement; a time is the number of its milliseconds since 1970, and of one that is
// not set, since the year 1; a list is the number of its elements, and the elements. Thus no
// two different entries have the same encoding, and nothing can be moved between fields.
// Replica and sequence are those of the _id.
func (e *entry) sum(replica string, sequence int64) string {
	h := digest{Hash: sha256.New()}
	h.texts("customer360 audit 1", e.Prev, replica)
	h.number(sequence)
	h.number(e.Written.UnixMilli())
	h.texts(string(e.Action))
	h.number(e.At.UnixMilli())
	h.texts(e.Credential, string(e.Audience), e.Purpose, e.Operation, e.OperationHash, e.RequestID, e.IdempotencyKey)
	for _, list := range [][]string{e.Customers, e.Fields, e.Sources} {
		h.number(int64(len(list)))
		h.texts(list...)
	}
	h.number(int64(len(e.Heads)))
	for _, head := range e.Heads {
		h.texts(head.Replica)
		h.number(head.Sequence)
		h.number(head.At.UnixMilli())
		h.texts(head.Hash)
	}
	h.number(e.Lost)
	h.number(e.Since.UnixMilli())
	h.number(e.Before.UnixMilli())
	return hex.EncodeToString(h.Sum(nil))
}

type digest struct {
	hash.Hash
	buffer []byte
}

func (d *digest) number(n int64) {
	d.buffer = binary.BigEndian.AppendUint64(d.buffer[:0], uint64(n))
	d.Write(d.buffer)
}

func (d *digest) texts(texts ...string) {
	for _, t := range texts {
		d.number(int64(len(t)))
		d.buffer = append(d.buffer[:0], t...)
		d.Write(d.buffer)
	}
}

// link gives an entry its place behind a head. Times are kept in milliseconds, as MongoDB
// has them.
func (e *entry) link(last Head, now time.Time) Head {
	next := Head{Replica: last.Replica, Sequence: last.Sequence + 1, At: milliseconds(now)}
	if next.At.Before(last.At) {
		next.At = last.At
	}
	e.ID, e.Written, e.Prev = next.ID(), next.At, last.Hash
	if e.At.IsZero() {
		e.At = e.Written
	}
	e.Hash = e.sum(next.Replica, next.Sequence)
	next.Hash = e.Hash
	return next
}

func milliseconds(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// entriesOf gives what is stored of an entry: as many documents as it has thousands of customers.
func entriesOf(e Entry) []*entry {
	whole := entry{
		Action: e.Action, At: milliseconds(e.At), Credential: clip(e.Credential), Audience: e.Audience, Purpose: clip(e.Purpose),
		Operation: clip(e.Operation), OperationHash: clip(e.OperationHash), RequestID: clip(e.RequestID), IdempotencyKey: clip(e.IdempotencyKey),
		Customers: clipAll(e.Customers), Fields: clipAll(e.Fields), Sources: clipAll(e.Sources),
	}
	var all []*entry
	for len(whole.Customers) > maxCustomers {
		part := whole
		part.Customers, whole.Customers = whole.Customers[:maxCustomers], whole.Customers[maxCustomers:]
		all = append(all, &part)
	}
	return append(all, &whole)
}

const (
	// maxCustomers keeps a document far below MongoDB's 16 MB.
	maxCustomers = 1_000
	// maxText is longer than any name that is meant to be read: a client chooses the name of
	// its operation, and must not choose how much is stored.
	maxText = 256
)

// clip gives a text that every store takes: valid UTF-8, without zero bytes, of maxText bytes at most.
func clip(s string) string {
	if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	}
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

func clipAll(texts []string) []string {
	clipped := make([]string, len(texts))
	for i, t := range texts {
		clipped[i] = clip(t)
	}
	return clipped
}

// decode reads a document; nil: it is not exactly what this package writes, with the same
// fields, in the same order, of the same types.
func decode(raw bson.Raw) *entry {
	var e entry
	if bson.Unmarshal(raw, &e) != nil {
		return nil
	}
	if again, err := bson.Marshal(&e); err != nil || !bytes.Equal(again, raw) {
		return nil
	}
	return &e
}
