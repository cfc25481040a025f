package relay_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"customer360/graph/relay"
)

func TestIDsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.StringMatching(`[A-Z][a-z]+`).Draw(t, "type")
		parts := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "parts")
		id := relay.NewID(typ, parts...)
		if len(id.String()) > 2048 {
			t.Skip("longer than any key")
		}
		got, err := relay.ParseID(id.String())
		if err != nil || got.Type != typ || !slices.Equal(got.Parts, parts) {
			t.Fatalf("%q became %q, %v", id, got, err)
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add(relay.NewID("Invoice", "stripe", "cus_1", "in_1").String())
	f.Add("c1")
	f.Add("%%%")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := relay.ParseID(text)
		if err == nil && id.String() != text {
			t.Errorf("%q and %q are the same object", text, id.String())
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add(relay.Cursor{List: "timeline", At: time.Unix(1, 2), Key: "k"}.String())
	f.Add("c1")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := relay.ParseCursor("timeline", text)
		if err == nil {
			if back, err := relay.ParseCursor("timeline", c.String()); err != nil || back != c {
				t.Errorf("%v became %v, %v", c, back, err)
			}
		}
	})
}

type fact struct {
	at  time.Time
	key string
}

func position(f fact) (time.Time, string) { return f.at, f.key }

func sorted(facts []fact) []fact {
	slices.SortFunc(facts, func(a, b fact) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.key, b.key)) })
	return facts
}

// Whatever ties there are and whatever comes in between, walking the pages gives
// every fact that was there from the start exactly once, in order.
func TestPagesNeitherSkipNorRepeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "facts")
		var all []fact
		for i := range n {
			// Few moments, so that many tie.
			all = append(all, fact{time.Unix(int64(rapid.IntRange(0, 5).Draw(t, "at")), 0), fmt.Sprintf("k%02d", i)})
		}
		want := slices.Clone(sorted(all))
		first := rapid.IntRange(1, 7).Draw(t, "first")
		var got []fact
		var after *string
		for {
			page, err := relay.Paginate("facts", all, first, after, position)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Edges {
				if slices.Contains(want, e.Node) {
					got = append(got, e.Node)
				}
			}
			if page.PageInfo.HasPreviousPage != (after != nil) && len(page.Edges) > 0 {
				t.Fatal("hasPreviousPage is wrong")
			}
			if !page.PageInfo.HasNextPage {
				break
			}
			end := page.PageInfo.EndCursor()
			after = &end
			all = sorted(append(all, fact{time.Unix(int64(rapid.IntRange(0, 6).Draw(t, "new")), 0), fmt.Sprintf("n%d-%d", len(all), len(got))}))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v; want %v", got, want)
		}
	})
}

func TestFirst(t *testing.T) {
	n := func(i int) *int { return &i }
	for _, test := range []struct {
		first *int
		want  int
		ok    bool
	}{{nil, 20, true}, {n(0), 0, true}, {n(100), 100, true}, {n(101), 0, false}, {n(-1), 0, false}} {
		got, err := relay.First(test.first, 100)
		if got != test.want || (err == nil) != test.ok {
			t.Errorf("%v: %d, %v", test.first, got, err)
		}
	}
}

// What is sealed opens to the same text, differs from seal to seal and from recipient to
// recipient, and nobody can change it.
func TestSeal(t *testing.T) {
	a, b := relay.NewSeal([]byte("a")), relay.NewSeal([]byte("b"))
	rapid.Check(t, func(t *rapid.T) {
		text := relay.NewID("Customer", rapid.StringN(-1, -1, 1000).Draw(t, "text")).String()
		recipient := rapid.SampledFrom([]string{"", "partner", "partner:a", "s1_"}).Draw(t, "recipient")
		closed := a.Close(recipient, text)
		if whose, opened, ok := a.Open(closed); whose != recipient || opened != text || !ok || a.Close(recipient, text) != closed {
			t.Fatalf("%q for %q is not what was sealed", opened, whose)
		}
		if _, _, ok := b.Open(closed); ok || b.Close(recipient, text) == closed {
			t.Fatal("another seal opens it")
		}
		other := a.Close(recipient+"x", text)
		if other[3:19] == closed[3:19] || other[len(other)-4:] == closed[len(closed)-4:] {
			t.Fatalf("%q and %q are told to be of one text", closed, other)
		}
		i := rapid.IntRange(0, len(closed)-1).Draw(t, "at")
		for _, changed := range []string{
			closed[:i] + string('A'+(closed[i]+1)%26) + closed[i+1:], closed[:i] + "\n" + closed[i:], closed + "=",
			"s1_" + closed[3:], "s2_" + closed[3:],
		} {
			if _, opened, ok := a.Open(changed); changed != closed && ok {
				t.Fatalf("%q was changed and opens to %q", changed, opened)
			}
		}
	})
	if _, _, ok := a.Open(relay.NewID("Customer", "crm", "c1").String()); ok {
		t.Error("an id opens that was never sealed")
	}
}
