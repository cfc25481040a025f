package mastodon_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources/social"
)

// What is given of a cut list is complete back to its oldest mention.
func TestCutMentions(t *testing.T) {
	at := func(hours float64) string {
		return noon.Add(-time.Duration(hours * float64(time.Hour))).Format("2006-01-02T15:04:05.000Z")
	}
	names := []any{map[string]any{"acct": "meridian"}}
	for name, test := range map[string]struct {
		posts    int // an hour apart
		mentions []int
		notified []float64
		change   func(i *instance)
		want     []string
		cut      bool
	}{
		"older than all that was looked at": {posts: 100, mentions: []int{0, 30, 50}, notified: []float64{60}, want: []string{"500", "470"}, cut: true},
		"among what was looked at":          {posts: 100, mentions: []int{0, 39}, notified: []float64{10.5, 39.5}, want: []string{"500", "n10.5", "461"}, cut: true},
		"nothing that was looked at":        {posts: 100, mentions: []int{41}, notified: []float64{41.5}, cut: true},
		"all was looked at":                 {posts: 30, mentions: []int{29}, notified: []float64{60}, want: []string{"471", "n60"}},
		"one that says it is of long ago": {posts: 100, mentions: []int{1, 20, 50}, notified: []float64{60}, want: []string{"499"}, cut: true, change: func(i *instance) {
			i.posts["1"][20] = postOf("480", "1", "Meridian", "created_at", "2001-01-01T00:00:00.000Z")
		}},
		"without any date": {posts: 100, notified: []float64{2}, cut: true, change: func(i *instance) {
			for n := range i.posts["1"] {
				i.posts["1"][n] = postOf(fmt.Sprint(500-n), "1", "hi", "created_at", nil)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			i := newInstance(t)
			i.accounts["1"] = accountOf("1")
			for n := range test.posts {
				i.posts["1"] = append(i.posts["1"], postOf(fmt.Sprint(500-n), "1", "hi", "created_at", at(float64(n))))
			}
			for _, n := range test.mentions {
				i.posts["1"][n] = postOf(fmt.Sprint(500-n), "1", "Meridian", "created_at", at(float64(n)))
			}
			for _, n := range test.notified {
				i.notifications = append(i.notifications, notificationOf("1", "1", postEntity(fmt.Sprint("n", n), "1", "hi", "mentions", names, "created_at", at(n))))
			}
			if test.change != nil {
				test.change(i)
			}
			a, err := i.source(t).Fetch(t.Context(), []string{"1"}, social.AllParts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range a["1"].Value.Mentions {
				got = append(got, m.RecordID)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if a["1"].Truncated != test.cut || (a["1"].Value.Cut == social.PartMentions) != test.cut {
				t.Errorf("truncated %t, cut %b; want %t", a["1"].Truncated, a["1"].Value.Cut, test.cut)
			}
		})
	}
}
