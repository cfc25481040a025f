package documents_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/internal/store"
	"customer360/internal/store/storetest"
	"customer360/sources/documents"
)

const things = "things"

// A thing is a document that several change.
type thing struct {
	ID    string   `bson:"_id"`
	Words []string `json:"words"`
	Count int      `json:"count"`
}

func read(t *testing.T, s documents.Store, id string) bson.M {
	t.Helper()
	var d bson.M
	err := s.Database.Collection(things).FindOne(t.Context(), bson.D{{Key: "_id", Value: id}}).Decode(&d)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		t.Fatal(err)
	}
	return d
}

func put(t *testing.T, s documents.Store, doc bson.D) {
	t.Helper()
	c := s.Database.Collection(things)
	if _, err := c.DeleteOne(t.Context(), bson.D{{Key: "_id", Value: doc[0].Value}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.InsertOne(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
}

// stores are those whose documents are kept from being changed by two at once.
func stores(t *testing.T, test func(*testing.T, documents.Store)) {
	for name, open := range map[string]func(testing.TB) (*store.Store, *storetest.Log){
		"embedded": storetest.Open, "MongoDB": storetest.OpenMongoDB,
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			test(t, s.Store)
		})
	}
}

func TestChange(t *testing.T) {
	stores(t, testChange)
	// As on a server whose updates are atomic.
	t.Run("compare and set", func(t *testing.T) {
		s, _ := storetest.Open(t)
		s.Lock = nil
		testChange(t, s.Store)
	})
}

func testChange(t *testing.T, s documents.Store) {
	doc := func() bson.D {
		return bson.D{{Key: "_id", Value: "a"}, {Key: "words", Value: bson.A{"x", "y"}}, {Key: "count", Value: int32(1)}, {Key: "theirs", Value: bson.D{{Key: "b", Value: nil}}}}
	}
	failure := errors.New("no")
	for name, c := range map[string]struct {
		old    bson.D
		change func(bson.Raw) (any, error)
		want   bson.M
		err    error
	}{
		"a new one": {nil, func(old bson.Raw) (any, error) {
			if old != nil {
				return nil, errors.New("there is one")
			}
			return thing{ID: "a", Count: 2}, nil
		}, bson.M{"_id": "a", "count": int32(2)}, nil},
		"no new one": {nil, func(old bson.Raw) (any, error) { return old, nil }, nil, nil},
		"removed":    {doc(), func(bson.Raw) (any, error) { return nil, nil }, nil, nil},
		"changed": {doc(), func(old bson.Raw) (any, error) {
			return documents.Replacing(old, nil, bson.D{{Key: "count", Value: 2}})
		}, bson.M{"_id": "a", "words": bson.A{"x", "y"}, "count": int32(2), "theirs": bson.D{{Key: "b", Value: nil}}}, nil},
		"without a field": {doc(), func(old bson.Raw) (any, error) {
			return documents.Replacing(old, []string{"words"}, thing{Count: 1})
		}, bson.M{"_id": "a", "count": int32(1), "theirs": bson.D{{Key: "b", Value: nil}}}, nil},
		"as another type": {doc(), func(old bson.Raw) (any, error) {
			return documents.Replacing(old, []string{"words", "theirs"}, bson.D{{Key: "count", Value: "1"}})
		}, bson.M{"_id": "a", "count": "1"}, nil},
		"the whole": {doc(), func(bson.Raw) (any, error) { return bson.D{{Key: "new", Value: true}}, nil }, bson.M{"_id": "a", "new": true}, nil},
		"refused": {doc(), func(bson.Raw) (any, error) { return nil, failure },
			bson.M{"_id": "a", "words": bson.A{"x", "y"}, "count": int32(1), "theirs": bson.D{{Key: "b", Value: nil}}}, failure},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Erase(t.Context(), things, []string{"a"}); err != nil {
				t.Fatal(err)
			}
			if c.old != nil {
				put(t, s, c.old)
			}
			if err := s.Change(t.Context(), things, "a", c.change); !errors.Is(err, c.err) {
				t.Errorf("the error is %v; want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, read(t, s, "a")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever others do between the read and the write, it is not overwritten: the change is
// computed anew.
func TestChangeSeesOthers(t *testing.T) {
	s, _ := storetest.Open(t)
	s.Lock = nil
	for name, meanwhile := range map[string]bson.D{
		"a number":    {{Key: "_id", Value: "a"}, {Key: "words", Value: bson.A{"x"}}, {Key: "count", Value: 9}},
		"a list":      {{Key: "_id", Value: "a"}, {Key: "words", Value: bson.A{"x", "theirs"}}, {Key: "count", Value: 1}},
		"a part less": {{Key: "_id", Value: "a"}, {Key: "count", Value: 1}},
		"all of it":   nil,
	} {
		for _, begin := range []bson.D{nil, {{Key: "_id", Value: "a"}, {Key: "words", Value: bson.A{"x"}}, {Key: "count", Value: 1}}} {
			t.Run(fmt.Sprintf("%s of %d fields", name, len(begin)), func(t *testing.T) {
				if err := s.Erase(t.Context(), things, []string{"a"}); err != nil {
					t.Fatal(err)
				}
				if begin != nil {
					put(t, s.Store, begin)
				}
				want := thing{ID: "a", Words: []string{"mine"}, Count: 1}
				calls := 0
				err := s.Change(t.Context(), things, "a", func(old bson.Raw) (any, error) {
					if calls++; calls == 1 {
						if meanwhile != nil {
							put(t, s.Store, meanwhile)
						} else if err := s.Erase(t.Context(), things, []string{"a"}); err != nil {
							return nil, err
						}
					}
					var d thing
					if old != nil {
						if err := documents.Decode(old, &d); err != nil {
							return nil, err
						}
					}
					d.Words, d.Count = append(d.Words, "mine"), d.Count+1
					want = d
					return d, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if gone := begin == nil && meanwhile == nil; (calls == 2) == gone {
					t.Errorf("it was computed %d times", calls)
				}
				var got thing
				raw, _ := bson.Marshal(read(t, s.Store, "a"))
				if err := documents.Decode(raw, &got); err != nil {
					t.Fatal(err)
				}
				want.ID = "a"
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// None of many changes of one document is lost, whichever way they are made.
func TestConcurrentChanges(t *testing.T) {
	const writers, each = 16, 10
	stores(t, func(t *testing.T, s documents.Store) {
		ctx := t.Context()
		put(t, s, bson.D{{Key: "_id", Value: "a"}, {Key: "count", Value: 0}})
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					var err error
					switch w % 3 {
					case 0:
						err = s.Update(ctx, things, "a", bson.D{{Key: "$inc", Value: bson.D{{Key: "count", Value: 1}}}})
					case 1:
						err = s.Change(ctx, things, "a", func(old bson.Raw) (any, error) {
							var d thing
							if err := documents.Decode(old, &d); err != nil {
								return nil, err
							}
							return documents.Replacing(old, nil, bson.D{{Key: "count", Value: d.Count + 1}})
						})
					case 2:
						_, err = s.Land(ctx, things, []documents.Document{{ID: "a", Body: bson.D{{Key: "_id", Value: "a"}}, Merge: func(old bson.Raw) (any, error) {
							var d thing
							if err := documents.Decode(old, &d); err != nil {
								return nil, err
							}
							return documents.Replacing(old, nil, bson.D{{Key: "count", Value: d.Count + 1}, {Key: "words", Value: append(d.Words, fmt.Sprint(w, " ", i))}})
						}}})
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		var d thing
		raw, _ := bson.Marshal(read(t, s, "a"))
		if err := documents.Decode(raw, &d); err != nil {
			t.Fatal(err)
		}
		slices.Sort(d.Words)
		if words := len(slices.Compact(d.Words)); d.Count != writers*each || words != 5*each {
			t.Errorf("%d changes and %d words are there; want %d and %d", d.Count, words, writers*each, 5*each)
		}
	})
}

// Who does not wait any longer changes nothing.
func TestChangeEnds(t *testing.T) {
	s, _ := storetest.Open(t)
	put(t, s.Store, bson.D{{Key: "_id", Value: "a"}, {Key: "count", Value: 0}})
	ctx, cancel := context.WithCancel(t.Context())
	entered := make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	err := s.Change(t.Context(), things, "a", func(old bson.Raw) (any, error) {
		wg.Go(func() {
			close(entered)
			if err := s.Change(ctx, things, "a", func(bson.Raw) (any, error) { return nil, nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
		})
		<-entered
		cancel()
		wg.Wait()
		return old, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read(t, s.Store, "a") == nil {
		t.Error("the document was removed")
	}
}
