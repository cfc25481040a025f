package audit

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// WaitLong lets entries wait for others longer than a test does.
func WaitLong(c *Config) { c.wait = time.Hour }

// Encode gives the size of what is stored of an entry, in bytes, at some place of a chain.
func Encode(e Entry) int {
	size := 0
	for _, d := range entriesOf(e) {
		d.link(Head{Replica: "r"}, time.Now())
		raw, _ := bson.Marshal(d)
		size += len(raw)
	}
	return size
}

// Relink writes documents anew, as whoever knows the format can: with the hashes that they
// must have at their places, each behind the one before it.
func Relink(docs []bson.Raw, prev string) []bson.Raw {
	again := make([]bson.Raw, len(docs))
	for i, raw := range docs {
		var e entry
		if err := bson.Unmarshal(raw, &e); err != nil {
			panic(err)
		}
		replica, sequence, _ := parseID(e.ID)
		e.Prev = prev
		e.Hash = e.sum(replica, sequence)
		prev = e.Hash
		again[i], _ = bson.Marshal(&e)
	}
	return again
}
