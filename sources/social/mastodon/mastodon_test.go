package mastodon_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
	"customer360/sources/sourcetest"
)

func answerWith(status int, header ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		for n := 0; n < len(header); n += 2 {
			w.Header().Set(header[n], header[n+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, `{"error":"a-secret-body"}`)
		return true
	}
}

func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*social.Record] {
		i := newInstance(t)
		known := []string{"109100000000000001", "109100000000000002", "109100000000000003"}
		for n, id := range known {
			i.accounts[id] = accountOf(id)
			i.posts[id] = []string{postOf(fmt.Sprint(n), id, "<p>Meridian again</p>")}
		}
		secrets := []string{token, "a-secret-body", i.URL}
		calls := 0
		failure := func(kind sources.Kind, fail func(http.ResponseWriter, *http.Request) bool) sourcetest.Failure {
			return sourcetest.Failure{Kind: kind, Secrets: secrets, Arm: func() { i.failing(fail) }}
		}
		return sourcetest.Fixture[*social.Record]{
			Source: i.source(t), Known: known, Unknown: "109100000000000009",
			Parts: []sources.Parts{social.PartProfile, social.PartMentions},
			Holds: func(r *social.Record) sources.Parts {
				if len(r.Mentions) > 0 {
					return social.AllParts
				}
				return social.PartProfile
			},
			Calls: func() int {
				calls += len(i.requests())
				return calls
			},
			Failures: []sourcetest.Failure{
				failure(sources.Unauthorized, answerWith(401)),
				failure(sources.Unauthorized, answerWith(403)),
				failure(sources.RateLimited, answerWith(429, "X-RateLimit-Reset", time.Now().Add(time.Minute).Format(time.RFC3339Nano))),
				failure(sources.Unavailable, answerWith(500)),
				failure(sources.Malformed, answerWith(200)),
				failure(sources.TimedOut, func(_ http.ResponseWriter, r *http.Request) bool {
					<-r.Context().Done()
					return true
				}),
				{Kind: sources.Unavailable, Arm: i.Close},
			},
			Break: func(key string) {
				i.posts[key] = []string{postOf("1", key, "Meridian", "created_at", "yesterday")}
			},
			Odd: func(t *testing.T) sourcetest.Oddity[*social.Record] {
				i.notifications = []string{notificationOf("4", known[0], postEntity("30", known[0], "Meridian, hello"))}
				address, change := sourcetest.Between(t, i.URL)
				return sourcetest.Oddity[*social.Record]{Source: i.source(t, func(c *mastodon.Config) { c.URL = address }), Change: change}
			},
		}
	})
}

func TestCalls(t *testing.T) {
	i := newInstance(t)
	var keys []string
	for n := range 60 {
		id := fmt.Sprint(1000 + n)
		keys = append(keys, id)
		i.accounts[id] = accountOf(id)
	}
	s := i.source(t)
	count := func(part string) (n int) {
		for _, r := range i.requests() {
			if !strings.Contains(r, part) {
				t.Errorf("asked %s", r)
			}
			n++
		}
		return n
	}
	if a, err := s.Fetch(t.Context(), keys, social.PartProfile); err != nil || len(a) != 60 {
		t.Fatalf("%d answers, %v", len(a), err)
	}
	if n := count("/api/v1/accounts?id[]="); n != 2 {
		t.Errorf("%d calls for 60 profiles; want 2", n)
	}
	if a, err := s.Fetch(t.Context(), keys, social.AllParts); err != nil || len(a) != 60 {
		t.Fatalf("%d answers, %v", len(a), err)
	}
	asked := i.requests()
	slices.Sort(asked)
	if len(asked) != 2+60+1 || asked[0] != "/api/v1/accounts/1000/statuses?exclude_reblogs=true&limit=40" ||
		asked[62] != "/api/v1/notifications?limit=80&types[]=mention" {
		t.Errorf("%d calls: %q", len(asked), asked)
	}
	// No id on any server; asked, the path would be another one.
	a, err := s.Fetch(t.Context(), []string{"../admin", "", "1 2", "@user"}, social.AllParts)
	if err != nil || len(a) != 4 || !a["../admin"].Missing {
		t.Errorf("%v, %v", a, err)
	}
	if n := count("/api/v1/notifications"); n > 1 {
		t.Errorf("%d calls", n)
	}
}

func TestOlderInstance(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		return r.URL.Path == "/api/v1/accounts" && answerWith(404)(w, r)
	})
	s := i.source(t)
	for _, want := range []int{4, 3} {
		a, err := s.Fetch(t.Context(), []string{"1", "2", "3"}, social.PartProfile)
		if err != nil || a["1"].Value.Handle != "user1@home.example" || a["2"].Missing || !a["3"].Missing {
			t.Errorf("%v, %v", a, err)
		}
		if n := len(i.requests()); n != want {
			t.Errorf("%d calls; want %d", n, want)
		}
	}
}

func TestProfiles(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"] = accountOf("1", "acct", "ana@far.example", "url", "javascript:alert(1)", "followers_count", -1, "last_status_at", nil)
	i.accounts["2"] = accountOf("2", "suspended", true, "display_name", "", "followers_count", 3)
	i.accounts["3"] = accountOf("3", "limited", true, "last_status_at", "2019-11-24T15:49:42.251Z", "display_name", "יעל 🦊",
		"moved", map[string]any{"id": "4", "acct": "there@far.example"})
	i.posts["2"] = []string{postOf("1", "2", "Meridian")}
	i.accounts["5"] = accountOf("5", "suspended", true, "moved", map[string]any{"id": "4", "acct": "there@far.example"}, "followers_count", 0, "url", "", "display_name", "", "last_status_at", nil)
	i.accounts["6"] = accountOf("6", "memorial", true, "limited", true)
	i.accounts["7"] = accountOf("7", "limited", true)
	a, err := i.source(t).Fetch(t.Context(), []string{"1", "2", "3", "4", "5", "6", "7"}, social.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]social.Profile{
		"1": {Handle: "ana@far.example", DisplayName: "User :blobcat: 1", State: social.Active},
		"2": {Ref: sources.Ref{URL: "https://home.example/@user2"}, Handle: "user2@home.example", LastActiveAt: time.Date(2026, 2, 27, 0, 0, 0, 0, time.UTC), State: social.Suspended},
		// As GoToSocial tells of an account that was deleted.
		"5": {Handle: "user5@home.example", State: social.Suspended, MovedTo: "there@far.example"},
		"3": {Ref: sources.Ref{URL: "https://home.example/@user3"}, Handle: "user3@home.example", DisplayName: "יעל 🦊", Followers: new(821),
			LastActiveAt: time.Date(2019, 11, 24, 15, 49, 42, 251e6, time.UTC), State: social.Moved, MovedTo: "there@far.example"},
	}
	for key, p := range want {
		p.Network, p.RecordID, p.Owner, p.System = "mastodon", key, key, "mastodon-eu"
		if diff := cmp.Diff(p, a[key].Value.Profile); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if six, seven := a["6"].Value.State, a["7"].Value.State; six != social.Memorial || seven != social.Limited {
		t.Errorf("%s, %s", six, seven)
	}
	if !a["4"].Missing {
		t.Error("an account that there is not is not told to be missing")
	}
	if len(a["2"].Value.Mentions) != 0 {
		t.Error("a suspended account was asked for its posts")
	}
}

func TestMentions(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	names := []any{map[string]any{"acct": "meridian"}}
	twice := postEntity("30", "1", `<p><span class="h-card"><a href="https://home.example/@meridian" class="u-url mention">@<span>meridian</span></a></span> Meridian!</p>`,
		"mentions", names, "created_at", "2026-03-01T15:00:00.000Z")
	i.posts["1"] = []string{
		asJSON(twice),
		postOf("29", "1", "<p>my #SlowLine &amp; me</p>", "visibility", "unlisted", "language", "pt-BR", "url", nil),
		postOf("28", "1", "<p>only for Meridian&#39;s followers</p>", "visibility", "private"),
		postOf("27", "1", "<p>antemeridian meridians</p>"),
		postOf("26", "1", "<p>Meridian, boosted</p>", "reblog", map[string]any{"id": "1"}),
		postOf("25", "1", "<p>a quiet word</p>", "spoiler_text", "On Meridian"),
		postOf("24", "1", "<p>ميريديان، شكرًا</p>", "language", nil),
		postOf("23", "1", "<p>hello @meridian_help of elsewhere</p>", "mentions", []any{map[string]any{"acct": "meridian_help@far.example"}}),
		postOf("22", "2", "<p>Meridian by somebody else</p>"),
		postOf("21", "1", "<p>メリディアンの回線</p>"),
	}
	i.notifications = []string{
		notificationOf("4", "1", twice),
		notificationOf("3", "1", postEntity("20", "1", "<p>secret for Meridian</p>", "visibility", "direct", "mentions", names)),
		notificationOf("2", "2", postEntity("12", "2", "<p>can you help?</p>", "mentions", names)),
		notificationOf("1", "1", nil, "type", "favourite"),
		notificationOf("0", "7", postEntity("7", "7", "<p>not asked for</p>", "mentions", names)),
	}
	a, err := i.source(t).Fetch(t.Context(), []string{"1", "2"}, social.PartMentions)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for key, answer := range a {
		for _, m := range answer.Value.Mentions {
			got[key] = append(got[key], m.RecordID+" "+m.Text)
			if m.Reach != nil || m.SentimentValue != nil || m.Network != "mastodon" || m.Owner != key {
				t.Errorf("%+v", m)
			}
		}
		if answer.Truncated || answer.AsOf.IsZero() {
			t.Errorf("%s: truncated %t as of %s", key, answer.Truncated, answer.AsOf)
		}
	}
	want := map[string][]string{
		"1": {"30 @meridian Meridian!", "21 メリディアンの回線", "24 ميريديان، شكرًا", "25 On Meridian\n\na quiet word", "29 my #SlowLine & me"},
		"2": {"12 can you help?"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m := a["1"].Value.Mentions[4]; m.Language != "pt-BR" || m.URL != "https://home.example/users/u/statuses/29" || !m.PostedAt.Equal(noon) {
		t.Errorf("%+v", m)
	}
}

func TestPaging(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	for n := range 100 {
		at := noon.Add(-time.Duration(n) * time.Hour).Format("2006-01-02T15:04:05.000Z")
		i.posts["1"] = append(i.posts["1"], postOf(fmt.Sprint(500-n), "1", "Meridian", "created_at", at))
		i.notifications = append(i.notifications, notificationOf(fmt.Sprint(n), "2", postEntity(fmt.Sprint(900-n), "2", "hi", "created_at", at)))
	}
	for _, test := range []struct{ postPages, mentionPages, first, second, calls int }{
		{0, 0, 40, 100, 1 + 2 + 2},
		{2, 1, 80, 80, 1 + 1 + 3},
		{9, 9, 100, 100, 1 + 2 + 4},
	} {
		s := i.source(t, func(c *mastodon.Config) { c.PostPages, c.MentionPages = test.postPages, test.mentionPages })
		a, err := s.Fetch(t.Context(), []string{"1", "2"}, social.AllParts)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(i.requests()); n != test.calls {
			t.Errorf("%+v: %d calls", test, n)
		}
		first, second := a["1"], a["2"]
		if len(first.Value.Mentions) != test.first || len(second.Value.Mentions) != test.second {
			t.Errorf("%+v: %d and %d mentions", test, len(first.Value.Mentions), len(second.Value.Mentions))
		}
		if cut := test.first < 100; first.Truncated != cut || (first.Value.Cut == social.PartMentions) != cut {
			t.Errorf("%+v: truncated %t, cut %b", test, first.Truncated, first.Value.Cut)
		}
		// All of its posts were looked at: only its notifications are not in them.
		if second.Truncated {
			t.Errorf("%+v: the second is told to be cut", test)
		}
		if first.Value.Mentions[0].RecordID != "500" {
			t.Errorf("the newest are not kept: %s", first.Value.Mentions[0].RecordID)
		}
	}
}

// A server that always has a next page is left after as many as are configured.
// One endpoint refuses: what needs it is not answered, and the rest is.
