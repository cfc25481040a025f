//go:build !noembed

package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
)

// texts are such as an order by bytes, by letters and by JSON's escapes would differ in, or
// that a pattern may go wrong by.
var texts = []string{"", "a", "a\x00", "a.b", "ab", "aé", "e\u0301", "Ä", "<a>&", "\u2028", "\U0001F600", "\uffff", "a^b", "(a|b)*", "\\d", "\"", "z"}

func anyText() string { return texts[rand.IntN(len(texts))] }

// times lie close to each other, before and after 1970.
func anyTime() time.Time { return time.UnixMilli(int64(rand.IntN(9) - 4)).UTC() }

func anyNumber() any {
	all := []any{int32(1), int32(-1), int64(1), 1.0, 0.0, math.Copysign(0, -1), -1.5, 1.5, int64(1) << 53, int64(1)<<53 + 1, int64(-1)<<53 - 1, math.MaxInt64, int64(math.MinInt64), 1e300, -1e300, 9007199254740993.0}
	return all[rand.IntN(len(all))]
}

func anyValue() any {
	switch rand.IntN(8) {
	case 0:
		return nil
	case 1:
		return anyTime()
	case 2:
		return anyNumber()
	case 3:
		return rand.IntN(2) == 0
	}
	return anyText()
}

func anyDocument(id string) bson.D {
	d := bson.D{{Key: "_id", Value: id}}
	add := func(field string, value func() any) {
		if rand.IntN(5) > 0 {
			d = append(d, bson.E{Key: field, Value: value()})
		}
	}
	add("at", func() any { return anyTime() })
	add("name", func() any { return anyText() })
	add("mixed", anyValue)
	add("words", func() any {
		list := make(bson.A, rand.IntN(4))
		for i := range list {
			list[i] = anyText()
		}
		return list
	})
	add("rest", func() any {
		return bson.D{{Key: "list", Value: bson.A{anyValue(), bson.D{{Key: "x", Value: anyValue()}}}}, {Key: "empty", Value: bson.D{}},
			{Key: "id", Value: bson.NewObjectID()}, {Key: "data", Value: []byte{0, 255, byte(rand.IntN(256))}}}
	})
	return d
}

// condition is such as the adapters write.
func condition(depth int) bson.D {
	is := func(field string, what any) bson.D { return bson.D{{Key: field, Value: what}} }
	switch n := rand.IntN(14); {
	case n < 3 && depth > 0:
		list := bson.A{}
		for range 1 + rand.IntN(3) {
			list = append(list, condition(depth-1))
		}
		return is([]string{"$and", "$or", "$nor"}[n], list)
	case n < 5:
		return is("words", anyText())
	case n == 5:
		return is("words", bson.Regex{Pattern: "^" + regexp.QuoteMeta(strings.TrimRight(anyText(), "\x00"))})
	case n == 6:
		return is("words", bson.D{{Key: "$in", Value: bson.A{anyText(), anyText()}}})
	case n == 7:
		return is([]string{"at", "name", "mixed"}[rand.IntN(3)], nil)
	case n == 8:
		return is([]string{"at", "name", "mixed"}[rand.IntN(3)], bson.D{{Key: "$ne", Value: nil}})
	case n == 9:
		return is("name", bson.D{{Key: "$gte", Value: anyText()}, {Key: "$lt", Value: anyText() + "\U0010FFFF"}})
	case n == 10:
		return bson.D{{Key: "at", Value: anyTime()}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: anyText()}}}}
	case n == 11:
		return is("_id", bson.D{{Key: "$in", Value: bson.A{anyText(), "id-1", "id-2", "id-30"}}})
	}
	operator := []string{"$gt", "$gte", "$lt", "$lte", "$eq", "$ne"}[rand.IntN(6)]
	switch rand.IntN(3) {
	case 0:
		return is("mixed", bson.D{{Key: operator, Value: anyText()}})
	case 1:
		return is("mixed", bson.D{{Key: operator, Value: anyNumber()}})
	}
	return is("at", bson.D{{Key: operator, Value: anyTime()}})
}

// selected gives what a selection finds.
func selected(t *testing.T, s documents.Store, q documents.Selection) []string {
	t.Helper()
	found := []string{}
	if err := s.Select(t.Context(), "things", q, func(raw bson.Raw) bool {
		found = append(found, raw.String())
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// The index and the file give what the server gives, whatever is stored and asked, and
// whoever wrote it a moment ago.
func TestLocalIsAsTheServer(t *testing.T) {
	s, err := Open(t.Context(), Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.Local.Declare("things", bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}}, bson.D{{Key: "name", Value: 1}, {Key: "_id", Value: 1}},
		bson.D{{Key: "mixed", Value: 1}, {Key: "_id", Value: 1}}, bson.D{{Key: "words", Value: 1}})
	server := s.Store
	server.Local = nil
	asked, rounds := 0, 25
	if testing.Short() {
		rounds = 4
	}
	for range rounds {
		var docs []documents.Document
		for range 5 {
			id := fmt.Sprintf("id-%d", rand.IntN(40))
			if rand.IntN(4) == 0 {
				id = anyText()
			}
			docs = append(docs, documents.Document{ID: id, Body: anyDocument(id)})
		}
		if _, err := s.Land(t.Context(), "things", docs); err != nil {
			t.Fatal(err)
		}
		if err := server.Change(t.Context(), "things", docs[0].ID, func(bson.Raw) (any, error) { return anyDocument(docs[0].ID), nil }); err != nil {
			t.Fatal(err)
		}
		if err := server.Erase(t.Context(), "things", []string{docs[1].ID}); err != nil {
			t.Fatal(err)
		}
		for range 25 {
			q := documents.Selection{Where: condition(2)}
			direction := 1 - 2*rand.IntN(2)
			for _, field := range []string{"at", "name", "mixed", "_id"}[rand.IntN(4):] {
				if q.Sort = append(q.Sort, bson.E{Key: field, Value: direction}); field != "_id" {
					q.Sort = append(q.Sort, bson.E{Key: "_id", Value: direction})
				}
				break
			}
			if rand.IntN(2) == 0 {
				q.Limit = 1 + rand.IntN(5)
			}
			if rand.IntN(4) == 0 {
				q.Fields = bson.D{{Key: "words", Value: rand.IntN(2)}}
			}
			if _, err := s.Local.Select(t.Context(), "things", q.Where, q.Sort, q.Limit); err != nil {
				t.Fatalf("%v: %v", q.Where, err)
			}
			if diff := cmp.Diff(selected(t, server, q), selected(t, s.Store, q)); diff != "" {
				t.Fatalf("%v, %v (-server +local):\n%s", q.Where, q.Sort, diff)
			}
			want, err1 := server.Count(t.Context(), "things", q.Where)
			if got, err2 := s.Count(t.Context(), "things", q.Where); got != want || err1 != nil || err2 != nil {
				t.Fatalf("%v: %d, %v; want %d, %v", q.Where, got, err2, want, err1)
			}
			asked++
		}
	}
	if asked < 25*rounds {
		t.Errorf("%d were asked", asked)
	}
}

var byName = bson.D{{Key: "name", Value: 1}, {Key: "_id", Value: 1}}

// named gives how many documents have a name, by the index.
func named(t *testing.T, s *Store, name string) int {
	t.Helper()
	found, err := s.Local.Select(t.Context(), "things", bson.D{{Key: "name", Value: name}}, byName, 0)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func put(t *testing.T, s *Store, id, name string) {
	t.Helper()
	if _, err := s.Land(t.Context(), "things", []documents.Document{{ID: id, Body: bson.D{{Key: "_id", Value: id}, {Key: "name", Value: name}}}}); err != nil {
		t.Error(err)
	}
}

// What one process writes, another one's index has: also what it has no note of, since
// somebody cut the notes away.
func TestLocalFollowsOthers(t *testing.T) {
	dir := t.TempDir()
	var both [2]*Store
	for i := range both {
		s, err := Open(t.Context(), Config{DataDir: dir, Share: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		s.Local.Declare("things", byName)
		if n := named(t, s, "a"); n != 0 {
			t.Error(n)
		}
		both[i] = s
	}
	check := func(when, name string, want int) {
		t.Helper()
		for i, s := range both {
			if n := named(t, s, name); n != want {
				t.Errorf("%s: %d of that name in process %d; want %d", when, n, i, want)
			}
		}
	}
	put(t, both[0], "1", "a")
	put(t, both[1], "2", "a")
	check("written by each", "a", 2)
	put(t, both[1], "1", "b")
	check("changed by the other", "a", 1)
	if err := both[1].Erase(t.Context(), "things", []string{"2"}); err != nil {
		t.Fatal(err)
	}
	check("erased by the other", "a", 0)
	check("erased by the other", "b", 1)
	put(t, both[0], "3", "b")
	check("written after the notes were cut", "b", 2)
	for i := range 3 {
		put(t, both[0], fmt.Sprint("more-", i), "c")
	}
	if _, err := both[0].Local.(*local).db.Exec(fmt.Sprintf(`DELETE FROM %q WHERE seq < (SELECT max(seq) FROM %[1]q)`, changesOf(both[0].Local.(*local).collection("things").table))); err != nil {
		t.Fatal(err)
	}
	check("the oldest notes were cut", "c", 3)
}

// Many read while many write; each finds what it has written itself.
func TestLocalAtOnce(t *testing.T) {
	s, err := Open(t.Context(), Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.Local.Declare("things", byName)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 25 {
				name := fmt.Sprintf("%d/%d", w, i)
				put(t, s, fmt.Sprint(w), name)
				found := 0
				q := documents.Selection{Where: bson.D{{Key: "name", Value: name}}, Sort: byName}
				if err := s.Select(t.Context(), "things", q, func(raw bson.Raw) bool {
					found++
					return raw.Lookup("name").StringValue() == name
				}); err != nil || found != 1 {
					t.Errorf("%s: found %d, %v", name, found, err)
				}
			}
		})
	}
	all.Wait()
	if n, err := s.Count(t.Context(), "things", nil); n != 4 || err != nil {
		t.Error(n, err)
	}
}

// Who asks first and leaves takes the index from nobody.
func TestLocalIsLeft(t *testing.T) {
	s, err := Open(t.Context(), Config{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.Local.Declare("things", byName)
	put(t, s, "1", "a")
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.Local.Count(gone, "things", nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := named(t, s, "a"); n != 1 {
		t.Error(n)
	}
}

// A directory of an earlier version is made ready, and that is told once.
func TestEarlierDirectory(t *testing.T) {
	dir := t.TempDir()
	for i, want := range [][]string{nil, {"things"}, nil} {
		s, err := Open(t.Context(), Config{DataDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			// As a version did that had no index.
			put(t, s, "1", "a")
		} else {
			s.Local.Declare("things", byName)
			if n := named(t, s, "a"); n != 1 {
				t.Error(n)
			}
		}
		if diff := cmp.Diff(want, s.Upgraded()); diff != "" {
			t.Errorf("opened %d times: %s", i+1, diff)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
