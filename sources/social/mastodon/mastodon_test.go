package mastodon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
	"customer360/sources/social/mastodon/brand"
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
	a, err := i.source(t).Fetch(t.Context(), []string{"1", "2", "3", "4"}, social.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]social.Profile{
		"1": {Handle: "ana@far.example", DisplayName: "User :blobcat: 1"},
		"2": {Ref: sources.Ref{URL: "https://home.example/@user2"}, Handle: "user2@home.example", LastActiveAt: time.Date(2026, 2, 27, 0, 0, 0, 0, time.UTC)},
		"3": {Ref: sources.Ref{URL: "https://home.example/@user3"}, Handle: "user3@home.example", DisplayName: "יעל 🦊", Followers: new(821),
			LastActiveAt: time.Date(2019, 11, 24, 15, 49, 42, 251e6, time.UTC)},
	}
	for key, p := range want {
		p.Network, p.RecordID, p.Owner, p.System = "mastodon", key, key, "mastodon-eu"
		if diff := cmp.Diff(p, a[key].Value.Profile); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
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
func TestEndlessPages(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"] = accountOf("1")
	n := 0
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/statuses") {
			return false
		}
		n++
		w.Header().Set("Link", fmt.Sprintf(`<x?max_id=%d>; rel="next"`, n))
		fmt.Fprintf(w, "[%s]", postOf("5", "1", "Meridian"))
		return true
	})
	a, err := i.source(t, func(c *mastodon.Config) { c.PostPages = 3 }).Fetch(t.Context(), []string{"1"}, social.AllParts)
	if err != nil || n != 3 || len(a["1"].Value.Mentions) != 1 || !a["1"].Truncated {
		t.Errorf("%d pages, %v, %v", n, a, err)
	}
	n = 6
	i.failing(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Link", `<x?max_id=7>; rel="next"`)
		return false
	})
	if _, err := i.source(t, func(c *mastodon.Config) { c.PostPages = 25 }).Fetch(t.Context(), []string{"1"}, social.AllParts); err != nil {
		t.Error(err)
	}
}

// One endpoint refuses: what needs it is not answered, and the rest is.
func TestOneEndpointRefuses(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"] = accountOf("1")
	for _, path := range []string{"/statuses", "/notifications"} {
		i.failing(func(w http.ResponseWriter, r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, path) &&
				answerWith(429, "X-RateLimit-Reset", time.Now().Add(40*time.Second).UTC().Format(time.RFC3339Nano))(w, r)
		})
		s := i.source(t)
		for range 2 {
			a, err := s.Fetch(t.Context(), []string{"1", "2"}, social.AllParts)
			e := sources.AsError("", "", err)
			if e == nil || e.Kind != sources.RateLimited || e.RetryAfter < 30*time.Second || e.RetryAfter > 40*time.Second {
				t.Errorf("%s: %v", path, err)
			}
			if _, ok := a["1"]; ok || !a["2"].Missing {
				t.Errorf("%s: %v", path, a)
			}
		}
		refused := slices.DeleteFunc(i.requests(), func(r string) bool { return !strings.Contains(r, path) })
		if len(refused) != 1 {
			t.Errorf("%d calls reached what refuses; want 1", len(refused))
		}
		if a, err := s.Fetch(t.Context(), []string{"1"}, social.PartProfile); err != nil || a["1"].Value == nil {
			t.Errorf("the profile needs no %s: %v, %v", path, a, err)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for name, spoil := range map[string]func(i *instance){
		"account":               func(i *instance) { i.accounts["1"] = `{"id":"1","acct":7}` },
		"account without acct":  func(i *instance) { i.accounts["1"] = `{"id":"1"}` },
		"post of notification":  func(i *instance) { i.notifications = []string{notificationOf("1", "1", map[string]any{"id": 7})} },
		"post":                  func(i *instance) { i.posts["1"] = []string{`7`} },
		"post without an id":    func(i *instance) { i.posts["1"] = []string{postOf("", "1", "Meridian")} },
		"date of a post":        func(i *instance) { i.posts["1"] = []string{postOf("1", "1", "Meridian", "created_at", nil)} },
		"date of another kind":  func(i *instance) { i.posts["1"] = []string{postOf("1", "1", "Meridian", "created_at", 12)} },
		"visibility of a third": func(i *instance) { i.posts["1"] = []string{postOf("1", "1", "Meridian", "visibility", []any{})} },
	} {
		i := newInstance(t)
		i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
		spoil(i)
		a, err := i.source(t).Fetch(t.Context(), []string{"1", "2", "3"}, social.AllParts)
		_, answered := a["1"]
		if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Malformed || answered || a["2"].Value == nil || !a["3"].Missing {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
	// One that says nothing of whose it is leaves unknown who is missing.
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), `7`
	a, err := i.source(t).Fetch(t.Context(), []string{"1", "2", "3"}, social.PartProfile)
	if err == nil || len(a) != 1 || a["1"].Value == nil {
		t.Errorf("%v, %v", a, err)
	}
}

func TestFaults(t *testing.T) {
	_, err := mastodon.New(mastodon.Config{
		URL: "http://social.example", Domain: "@x", PostPages: 26, MentionPages: -1, AccessToken: "with space",
		Limits: httpapi.Limits{RequestsPerSecond: -1, Concurrency: -1}, Brand: brand.Brand{Words: []string{""}},
	})
	for _, part := range []string{"name:", "url:", "domain:", "postPages:", "mentionPages:", "accessToken:", "requestsPerSecond:", "concurrency:", "brand.words:", "brand.handles:"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	if strings.Contains(err.Error(), "with space") {
		t.Error("the token is told")
	}
	if _, err := mastodon.New(mastodon.Config{Name: "social/x"}); err == nil || !strings.Contains(err.Error(), "accessToken: there is none") {
		t.Error(err)
	}
	c := mastodon.Config{Name: "social/x", AccessToken: token}
	if s := fmt.Sprintf("%v %+v %#v %s", c, c, c, &c); strings.Contains(s, token) {
		t.Error(s)
	}
}

func TestSchema(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Description string }
		Required   []string
	}
	if err := json.Unmarshal(mastodon.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name, p := range schema.Properties {
		names = append(names, name)
		if p.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
	want := []string{"accessToken", "brand", "concurrency", "domain", "mentionPages", "postPages", "requestsPerSecond", "url"}
	if diff := cmp.Diff(want, names, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Error(diff)
	}
}

func TestCanceledMidway(t *testing.T) {
	i := newInstance(t)
	i.accounts["1"], i.accounts["2"] = accountOf("1"), accountOf("2")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	i.failing(func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/2/statuses") {
			return false
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
		<-r.Context().Done()
		return true
	})
	a, err := i.source(t).Fetch(ctx, []string{"1", "2"}, social.AllParts)
	if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Canceled || len(a) != 1 || a["1"].Value == nil {
		t.Errorf("%v, %v", a, err)
	}
}
