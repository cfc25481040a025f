package bluesky_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources/social"
)

const me = "did:plc:me"

// anHourApart makes posts that say nothing of the brand, but for those at the given places.
func anHourApart(n int, mentions ...int) []any {
	posts := make([]any, n)
	for i := range posts {
		posts[i] = feedItem(postAt(i, "hi"))
	}
	for _, i := range mentions {
		posts[i] = feedItem(postAt(i, "Meridian"))
	}
	return posts
}

func postAt(hours int, text string) map[string]any {
	return postOf(me, fmt.Sprint(hours), text, "createdAt", noon.Add(-time.Duration(hours)*time.Hour).Format(time.RFC3339))
}

// What is given of a cut list is complete back to its oldest mention.
func TestCutMentions(t *testing.T) {
	repost := feedItem(postOf("did:plc:other", "x", "Meridian"), "reason", map[string]any{"$type": "app.bsky.feed.defs#reasonRepost"})
	reposts := anHourApart(250, 0, 90)
	for n := 80; n < 100; n++ {
		reposts[n] = repost
	}
	for name, test := range map[string]struct {
		posts    []any
		notified []int // hours
		profile  []any
		want     []string
		cut      bool
	}{
		"older than all that was looked at": {posts: anHourApart(250, 0, 60, 150), notified: []int{180}, want: []string{"0", "60"}, cut: true},
		"among what was looked at":          {posts: anHourApart(250, 0, 99), notified: []int{0, 99, 100}, want: []string{"0", "99"}, cut: true},
		"nothing that was looked at":        {posts: anHourApart(250, 101), notified: []int{101}, cut: true},
		"all was looked at":                 {posts: anHourApart(50, 49), notified: []int{60}, want: []string{"49", "60"}},
		"reposts at the end":                {posts: reposts, notified: []int{79, 85}, want: []string{"0", "79"}, cut: true},
		"only reposts":                      {posts: []any{repost, repost}, profile: []any{"postsCount", 9}, notified: []int{1}, cut: true},
		"blocked":                           {posts: anHourApart(9, 1), profile: []any{"viewer", map[string]any{"blockedBy": true}}, notified: []int{1}, cut: true},
		"a count that lags":                 {posts: anHourApart(150, 3), profile: []any{"postsCount", 100}, want: []string{"3"}, cut: true},
		"a count that lags, and the end":    {posts: anHourApart(98, 3), profile: []any{"postsCount", 90}, want: []string{"3"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.add("me", test.posts, test.profile...)
			for _, n := range test.notified {
				s.notifications = append(s.notifications, notificationOf(postAt(n, "Meridian"), "mention"))
			}
			a, err := s.source(t).Fetch(t.Context(), []string{me}, social.AllParts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range a[me].Value.Mentions {
				got = append(got, m.RecordID[len("at://"+me+"/app.bsky.feed.post/"):])
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if a[me].Truncated != test.cut || (a[me].Value.Cut == social.PartMentions) != test.cut {
				t.Errorf("truncated %t, cut %b; want %t", a[me].Truncated, a[me].Value.Cut, test.cut)
			}
		})
	}
}
