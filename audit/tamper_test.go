package audit_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"pgregory.net/rapid"

	"customer360/audit"
	"customer360/internal/require"
	"customer360/internal/store/storetest"
	"customer360/sources/documents"
)

func documentsOf(t testing.TB, s documents.Store, collection string) []bson.Raw {
	t.Helper()
	cursor, err := s.Database.Collection(collection).Find(context.Background(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		t.Fatal(err)
	}
	var all []bson.Raw
	if err := cursor.All(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

type fataler interface{ Fatal(...any) }

// replace makes a collection hold just these documents.
func replace(t fataler, s documents.Store, collection string, docs []bson.Raw) {
	c := s.Database.Collection(collection)
	if _, err := c.DeleteMany(context.Background(), bson.D{}); err != nil {
		t.Fatal(err)
	}
	if len(docs) > 0 {
		if _, err := c.InsertMany(context.Background(), docs); err != nil {
			t.Fatal(err)
		}
	}
}

func id(raw bson.Raw) string { return raw.Lookup("_id").StringValue() }

func replicaOf(raw bson.Raw) string { return id(raw)[:len(id(raw))-len("/000000000000")] }

// change gives a document with one field set; nil: removed.
func change(raw bson.Raw, key string, to any) bson.Raw {
	var fields bson.D
	if err := bson.Unmarshal(raw, &fields); err != nil {
		panic(err)
	}
	i := slices.IndexFunc(fields, func(e bson.E) bool { return e.Key == key })
	switch {
	case to == nil && i >= 0:
		fields = slices.Delete(fields, i, i+1)
	case to != nil && i >= 0:
		fields[i].Value = to
	case to != nil:
		fields = append(fields, bson.E{Key: key, Value: to})
	}
	again, err := bson.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return again
}

// kinds are the ways of tampering with the entries that a property draws from. Each gives
// the entries afterwards.
var kinds = map[string]func(t *rapid.T, docs []bson.Raw) []bson.Raw{
	"change a field": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		i := rapid.IntRange(0, len(docs)-1).Draw(t, "entry")
		key := rapid.SampledFrom([]string{"written", "prev", "hash", "action", "at", "credential", "audience", "purpose", "operation", "operationHash",
			"requestId", "customers", "fields", "sources", "heads", "lost", "since", "before", "note"}).Draw(t, "field")
		var to any
		switch rapid.IntRange(0, 4).Draw(t, "as") {
		case 0: // removed
		case 1:
			to = rapid.StringMatching(`[a-zA-Z0-9:]{0,5}`).Draw(t, "text")
		case 2:
			to = rapid.SliceOfN(rapid.SampledFrom([]string{"c1", "x1", "x2", "Customer.email"}), 0, 3).Draw(t, "list")
		case 3:
			to = rapid.Int64().Draw(t, "number")
		case 4:
			to = at.Add(time.Duration(rapid.IntRange(0, 1000).Draw(t, "ms")) * time.Millisecond)
		}
		docs[i] = change(docs[i], key, to)
		return docs
	},
	"move a text between fields": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		i := rapid.IntRange(0, len(docs)-1).Draw(t, "entry")
		texts := []string{"credential", "audience", "purpose", "operation", "operationHash", "requestId"}
		k := rapid.IntRange(1, len(texts)-1).Draw(t, "field")
		a, _ := docs[i].Lookup(texts[k-1]).StringValueOK()
		b, _ := docs[i].Lookup(texts[k]).StringValueOK()
		n := rapid.IntRange(0, len(a)).Draw(t, "bytes")
		docs[i] = change(change(docs[i], texts[k-1], a[:n]), texts[k], a[n:]+b)
		return docs
	},
	"order a list anew": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		i := rapid.IntRange(0, len(docs)-1).Draw(t, "entry")
		docs[i] = change(docs[i], "customers", rapid.SampledFrom([]bson.A{{"x1", "c1"}, {"c1x", "1"}, {"c1"}, {}}).Draw(t, "list"))
		return docs
	},
	"change an entry and its hash": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		i := rapid.IntRange(0, len(docs)-1).Draw(t, "entry")
		docs[i] = audit.Relink([]bson.Raw{change(docs[i], "credential", "key:OTHER")}, docs[i].Lookup("prev").StringValue())[0]
		return docs
	},
	"write a chain anew from an entry on": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		i := rapid.IntRange(0, len(docs)-1).Draw(t, "entry")
		end := i + 1
		for end < len(docs) && replicaOf(docs[end]) == replicaOf(docs[i]) {
			end++
		}
		prev := docs[i].Lookup("prev").StringValue()
		docs[i] = change(docs[i], "credential", "key:OTHER")
		copy(docs[i:end], audit.Relink(docs[i:end], prev))
		return docs
	},
	"remove entries": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		from := rapid.IntRange(0, len(docs)-1).Draw(t, "from")
		return slices.Delete(docs, from, rapid.IntRange(from+1, len(docs)).Draw(t, "to"))
	},
	"remove a chain": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		replica := replicaOf(rapid.SampledFrom(docs).Draw(t, "entry"))
		return slices.DeleteFunc(docs, func(d bson.Raw) bool { return replicaOf(d) == replica })
	},
	"swap two entries": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		i := rapid.IntRange(1, len(docs)-1).Draw(t, "one")
		k := rapid.IntRange(0, i-1).Draw(t, "other")
		one, other := id(docs[i]), id(docs[k])
		docs[i], docs[k] = change(docs[i], "_id", other), change(docs[k], "_id", one)
		return docs
	},
	"copy an entry": func(t *rapid.T, docs []bson.Raw) []bson.Raw {
		d := rapid.SampledFrom(docs).Draw(t, "entry")
		to := rapid.SampledFrom([]any{replicaOf(d) + "/000000000099", replicaOf(d) + "/1", "19990101T000000Z-0000000000000000/000000000000",
			"other", "", int64(7), bson.NewObjectID()}).Draw(t, "to")
		return append(docs, change(d, "_id", to))
	},
}

// Whatever is done to the entries is found.
func TestTamperingIsFound(t *testing.T) {
	require.Long(t)
	s, _ := storetest.Open(t)
	run(t, s.Store, reads(3)...)
	run(t, s.Store, reads(4)...)
	run(t, s.Store, reads(2)...)
	wantWhole(t, verify(t, s.Store))
	docs := documentsOf(t, s.Store, audit.Entries)
	names := []string{}
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(names).Draw(t, "kind")
		tampered := kinds[kind](t, slices.Clone(docs))
		if slices.EqualFunc(tampered, docs, func(a, b bson.Raw) bool { return string(a) == string(b) }) {
			t.Skip("nothing was changed")
		}
		replace(t, s.Store, audit.Entries, tampered)
		r, err := audit.Verify(context.Background(), s.Store, nil, -1)
		if err != nil {
			t.Fatal(err)
		}
		if r.Whole() {
			t.Errorf("%s was not found", kind)
		}
	})
	replace(t, s.Store, audit.Entries, docs)
	wantWhole(t, verify(t, s.Store))
}

// Each kind of tampering is told as what it is, and once.
func TestWhatIsFound(t *testing.T) {
	s, _ := storetest.Open(t)
	for range 3 {
		run(t, s.Store, reads(3)...)
	}
	// Five entries a chain: START, three READ, END.
	docs, chains := documentsOf(t, s.Store, audit.Entries), documentsOf(t, s.Store, audit.Chains)
	whole := verify(t, s.Store)
	head := func(i int) string { return id(docs[i]) }
	for name, test := range map[string]struct {
		entries func(docs []bson.Raw) []bson.Raw
		chains  func(docs []bson.Raw) []bson.Raw
		known   []audit.Head
		want    []string
	}{
		"changed": {
			entries: func(d []bson.Raw) []bson.Raw { d[2] = change(d[2], "credential", "key:OTHER"); return d },
			want:    []string{"CHANGED " + head(2)},
		},
		"a field more": {
			entries: func(d []bson.Raw) []bson.Raw { d[2] = change(d[2], "note", "n"); return d },
			want:    []string{"CHANGED " + head(2)},
		},
		"an entry missing": {
			entries: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 7, 8) },
			want:    []string{"MISSING " + head(7)},
		},
		"the beginning missing": {
			entries: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 0, 2) },
			want:    []string{"MISSING " + head(0)},
		},
		"the end missing": {
			entries: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 13, 15) },
			want:    []string{"DROPPED " + head(14)},
		},
		"the end missing, and not listed any more; the next chain has seen it": {
			entries: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 3, 5) },
			chains:  func(d []bson.Raw) []bson.Raw { return relist(d, 0, docs[2]) },
			want:    []string{"DROPPED " + head(4)},
		},
		"a chain missing": {
			entries: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 5, 10) },
			want:    []string{"DROPPED " + head(9), "DROPPED " + head(9)},
		},
		"a chain missing, and not listed any more": {
			entries: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 5, 10) },
			chains:  func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 1, 2) },
			want:    []string{"DROPPED " + head(9)},
		},
		"a chain not listed any more": {
			chains: func(d []bson.Raw) []bson.Raw { return slices.Delete(d, 2, 3) },
			want:   []string{"UNLISTED " + replicaOf(docs[10])},
		},
		"a foreign document": {
			entries: func(d []bson.Raw) []bson.Raw { return append(d, change(d[3], "_id", "other")) },
			want:    []string{"FOREIGN other"},
		},
		"an entry behind the end": {
			entries: func(d []bson.Raw) []bson.Raw {
				more := change(d[12], "_id", replicaOf(d[14])+"/000000000005")
				return append(d, audit.Relink([]bson.Raw{more}, d[14].Lookup("hash").StringValue())...)
			},
			want: []string{"UNLINKED " + replicaOf(docs[14]) + "/000000000005"},
		},
		"written anew with all that could tell, and a head is known": {
			entries: func(d []bson.Raw) []bson.Raw {
				d[12] = change(d[12], "credential", "key:OTHER")
				copy(d[12:], audit.Relink(d[12:], d[11].Lookup("hash").StringValue()))
				return d
			},
			chains: func(d []bson.Raw) []bson.Raw {
				return relist(d, 2, audit.Relink(append([]bson.Raw{change(docs[12], "credential", "key:OTHER")}, docs[13:]...), docs[11].Lookup("hash").StringValue())[2])
			},
			known: whole.Heads,
			want:  []string{"REWRITTEN " + head(14)},
		},
		"all removed, and a head is known": {
			entries: func([]bson.Raw) []bson.Raw { return nil },
			chains:  func([]bson.Raw) []bson.Raw { return nil },
			known:   whole.Heads,
			want:    []string{"DROPPED " + head(14)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for collection, of := range map[string]struct {
				docs   []bson.Raw
				change func([]bson.Raw) []bson.Raw
			}{audit.Entries: {docs, test.entries}, audit.Chains: {chains, test.chains}} {
				changed := slices.Clone(of.docs)
				if of.change != nil {
					changed = of.change(changed)
				}
				replace(t, s.Store, collection, changed)
			}
			var got []string
			for _, b := range verify(t, s.Store, test.known...).Breaks {
				got = append(got, fmt.Sprint(b.Kind, " ", b.ID))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

// relist makes a chain's listed head that of an entry.
func relist(chains []bson.Raw, i int, entry bson.Raw) []bson.Raw {
	var sequence int64
	if _, err := fmt.Sscanf(id(entry)[len(replicaOf(entry)):], "/%d", &sequence); err != nil {
		panic(err)
	}
	d := change(chains[i], "sequence", sequence)
	d = change(d, "hash", entry.Lookup("hash").StringValue())
	chains[i] = change(d, "at", entry.Lookup("written").Time())
	return chains
}
