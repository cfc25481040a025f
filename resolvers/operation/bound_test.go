package operation

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"customer360/access"
	"customer360/sources"
	"customer360/sources/profiles"
)

// shelf is a spine that lists the customers with some keys, but for the one that cannot be read.
type shelf struct {
	profiles.Spine
	keys  []string
	torn  string
	error sources.Kind
	asked [][]string
}

func (*shelf) Name() string { return "profile/shelf" }

func (s *shelf) List(_ context.Context, q profiles.Query, _ sources.Parts) (page profiles.Page, err error) {
	s.asked = append(s.asked, q.Where.IDs)
	if s.error != "" {
		return page, &sources.Error{Source: s.Name(), Kind: s.error}
	}
	for _, key := range q.Where.IDs {
		switch {
		case key == s.torn:
			err = &sources.Error{Source: s.Name(), Kind: sources.Malformed}
		case slices.Contains(s.keys, key):
			page.Customers = append(page.Customers, &profiles.Customer{ID: key})
		}
	}
	return page, err
}

// Who is bound to rows asks for keys within them: each is there, is not, or cannot be read.
func TestBound(t *testing.T) {
	rows, err := access.ParseRows([]string{"attribute:region=north"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		shelf shelf
		keys  []string
		want  map[string]string
		calls int
	}{
		"one that is there":          {shelf{keys: []string{"a"}}, []string{"a"}, map[string]string{"a": "there"}, 1},
		"one that is not":            {shelf{}, []string{"a"}, map[string]string{"a": "missing"}, 1},
		"one that cannot be read":    {shelf{torn: "a"}, []string{"a"}, map[string]string{}, 1},
		"some":                       {shelf{keys: []string{"a", "c"}}, []string{"a", "b", "c"}, map[string]string{"a": "there", "b": "missing", "c": "there"}, 1},
		"some, one cannot be read":   {shelf{keys: []string{"a"}, torn: "c"}, []string{"a", "b", "c"}, map[string]string{"a": "there", "b": "missing"}, 3},
		"a store that does not tell": {shelf{error: sources.Unavailable}, []string{"a", "b"}, map[string]string{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			answers, err := boundBy(rows, &test.shelf).Fetch(context.Background(), test.keys, 0)
			got := map[string]string{}
			for key, a := range answers {
				got[key] = "there"
				if a.Missing {
					got[key] = "missing"
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err != nil) != (len(test.want) < len(test.keys)) {
				t.Errorf("error %v", err)
			}
			if len(test.shelf.asked) != test.calls {
				t.Errorf("asked %v", test.shelf.asked)
			}
		})
	}
}
