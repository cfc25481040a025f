package live

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/sources/social"
	"customer360/sources/social/brand"
)

// MastodonToken is the access token that [Mastodon] asks for.
const MastodonToken = "demo-brand-token"

// MastodonDomain is what stands behind the @ in the handles of the instance's own
// accounts.
const MastodonDomain = "example.social"

// MastodonBrand is what to look for in the posts that [Mastodon] serves: the demo company
// in the scripts and inflected forms that its customers write.
var MastodonBrand = brand.Brand{
	Handles: []string{"meridian@" + MastodonDomain},
	Words:   []string{"Meridian", "Meridiana", "Meridians", "Меридиан", "ميريديان", "मेरिडियन", "メリディアン", "메리디안", "子午线"},
}

// Mastodon serves records as an instance of Mastodon 4.3 serves accounts, as far as the
// adapter asks: accounts by id, the posts of an account, and the notifications and the
// credentials of the brand's account. A record's key is the account's id.
//
// Of an account's mentions every second one, and each that does not name the brand, is
// addressed to the brand: it is among the notifications, and every other of these is a post
// of the account too. The rest are posts of the account. Beside them each account has a
// boost and a post about something else, and some wrote a direct message to the brand; an
// adapter must tell neither.
//
// What Mastodon has no place for is lost: sentiment, reach, and the hour of the last post.
// A count of followers that is not known is -1, as on instances that hide it.
func Mastodon(records []*social.Record, now time.Time) http.Handler {
	m := &mastodonInstance{accounts: map[string]map[string]any{}, posts: map[string][]mastodonPost{}, reset: now.Add(5 * time.Minute)}
	named, err := MastodonBrand.Matcher()
	if err != nil {
		panic(err)
	}
	for n, r := range records {
		m.accounts[r.RecordID] = mastodonAccount(r)
		last := r.LastActiveAt
		if last.IsZero() {
			last = now.AddDate(0, -1, 0)
		}
		own := []mastodonPost{
			m.post(r, &social.Mention{Text: "Good morning, everybody.", PostedAt: last}, "chat", "public", false),
			m.post(r, &social.Mention{Text: "A new app from Meridian.", PostedAt: last}, "boost", "public", false),
		}
		own[1].entity["reblog"] = map[string]any{"id": "1", "content": "<p>A new app from Meridian.</p>"}
		for i, mention := range r.Mentions {
			addressed := i%2 == 1 || !named.Text(mention.Text)
			p := m.post(r, mention, mention.RecordID, []string{"public", "unlisted"}[i/2%2], addressed)
			if addressed {
				m.notifications = append(m.notifications, p)
			}
			if !addressed || i%4 == 1 {
				own = append(own, p)
			}
		}
		if n%3 == 0 {
			secret := &social.Mention{Text: "Only for Meridian: my number is 42.", PostedAt: last}
			m.notifications = append(m.notifications, m.post(r, secret, "direct", "direct", true))
		}
		m.posts[r.RecordID] = mastodonNewest(own)
	}
	mastodonNewest(m.notifications)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/accounts", m.many)
	mux.HandleFunc("GET /api/v1/accounts/verify_credentials", func(w http.ResponseWriter, _ *http.Request) {
		mastodonAnswer(w, map[string]any{"id": "1", "username": "meridian", "acct": "meridian", "display_name": "Meridian"})
	})
	mux.HandleFunc("GET /api/v1/accounts/{id}", m.one)
	mux.HandleFunc("GET /api/v1/accounts/{id}/statuses", m.statuses)
	mux.HandleFunc("GET /api/v1/notifications", m.mentions)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "300")
		w.Header().Set("X-RateLimit-Remaining", "299")
		w.Header().Set("X-RateLimit-Reset", m.reset.UTC().Format(time.RFC3339Nano))
		if r.Header.Get("Authorization") != "Bearer "+MastodonToken {
			mastodonRefuse(w, http.StatusUnauthorized, "The access token is invalid")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

type mastodonInstance struct {
	accounts      map[string]map[string]any
	posts         map[string][]mastodonPost
	notifications []mastodonPost
	reset         time.Time
}

type mastodonPost struct {
	id     string
	at     time.Time
	entity map[string]any
}

func mastodonAccount(r *social.Record) map[string]any {
	acct := strings.TrimSuffix(r.Handle, "@"+MastodonDomain)
	user, _, _ := strings.Cut(acct, "@")
	followers := -1
	if r.Followers != nil {
		followers = *r.Followers
	}
	var last any
	if !r.LastActiveAt.IsZero() {
		last = r.LastActiveAt.UTC().Format(time.DateOnly)
	}
	return map[string]any{
		"id": r.RecordID, "username": user, "acct": acct, "display_name": r.DisplayName, "url": r.URL, "uri": r.URL,
		"followers_count": followers, "following_count": 10, "statuses_count": len(r.Mentions) + 2, "last_status_at": last,
		"locked": false, "bot": false, "note": "", "fields": []any{}, "emojis": []any{},
	}
}

func (m *mastodonInstance) post(r *social.Record, mention *social.Mention, id, visibility string, addressed bool) mastodonPost {
	if id != mention.RecordID {
		id = r.RecordID + "-" + id
	}
	var language any
	if mention.Language != "" {
		language = mention.Language
	}
	// Other servers' posts can name an account without its name in the text, so that the text
	// stays what the customer wrote.
	names := []map[string]any{}
	if addressed {
		names = append(names, map[string]any{"id": "1", "username": "meridian", "acct": "meridian", "url": "https://" + MastodonDomain + "/@meridian"})
	}
	return mastodonPost{id: id, at: mention.PostedAt, entity: map[string]any{
		"id": id, "created_at": mention.PostedAt.UTC().Format("2006-01-02T15:04:05.000Z"), "visibility": visibility, "language": language,
		"url": mention.URL, "uri": mention.URL, "content": mastodonHTML(mention.Text), "spoiler_text": "", "sensitive": false,
		"reblog": nil, "account": m.accounts[r.RecordID], "mentions": names, "tags": []any{},
	}}
}

func mastodonHTML(text string) string {
	paragraphs := strings.ReplaceAll(html.EscapeString(text), "\n\n", "</p><p>")
	return "<p>" + strings.ReplaceAll(paragraphs, "\n", "<br />") + "</p>"
}

func mastodonNewest(posts []mastodonPost) []mastodonPost {
	slices.SortFunc(posts, func(a, b mastodonPost) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.id, b.id)) })
	return posts
}

func (m *mastodonInstance) many(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id[]"]
	if len(ids) > 40 {
		mastodonRefuse(w, http.StatusUnprocessableEntity, "Validation failed")
		return
	}
	found := []map[string]any{}
	for _, id := range ids {
		if a := m.accounts[id]; a != nil {
			found = append(found, a)
		}
	}
	mastodonAnswer(w, found)
}

func (m *mastodonInstance) one(w http.ResponseWriter, r *http.Request) {
	a := m.accounts[r.PathValue("id")]
	if a == nil {
		mastodonRefuse(w, http.StatusNotFound, "Record not found")
		return
	}
	mastodonAnswer(w, a)
}

func (m *mastodonInstance) statuses(w http.ResponseWriter, r *http.Request) {
	posts, ok := m.posts[r.PathValue("id")]
	if !ok {
		mastodonRefuse(w, http.StatusNotFound, "Record not found")
		return
	}
	if r.FormValue("exclude_reblogs") == "true" {
		posts = slices.DeleteFunc(slices.Clone(posts), func(p mastodonPost) bool { return p.entity["reblog"] != nil })
	}
	page := mastodonPage(w, r, posts, 20, 40)
	entities := make([]map[string]any, len(page))
	for i, p := range page {
		entities[i] = p.entity
	}
	mastodonAnswer(w, entities)
}

func (m *mastodonInstance) mentions(w http.ResponseWriter, r *http.Request) {
	entities := []map[string]any{}
	if types := r.URL.Query()["types[]"]; len(types) == 0 || slices.Contains(types, "mention") {
		for _, p := range mastodonPage(w, r, m.notifications, 40, 80) {
			entities = append(entities, map[string]any{
				"id": p.id, "type": "mention", "created_at": p.entity["created_at"], "account": p.entity["account"], "status": p.entity,
			})
		}
	}
	mastodonAnswer(w, entities)
}

// mastodonPage gives the page that max_id and limit ask for, with the Link to the next one.
func mastodonPage(w http.ResponseWriter, r *http.Request, posts []mastodonPost, limit, most int) []mastodonPost {
	if id := r.FormValue("max_id"); id != "" {
		at := slices.IndexFunc(posts, func(p mastodonPost) bool { return p.id == id })
		posts = posts[at+1:]
	}
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 {
		limit = min(n, most)
	}
	if len(posts) < limit {
		return posts
	}
	// As Mastodon does it: a page that is full has a next one, which may be empty.
	query := r.URL.Query()
	query.Set("max_id", posts[limit-1].id)
	next := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: query.Encode()}
	w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="next", <http://%s%s?min_id=%s>; rel="prev"`, next.String(), r.Host, r.URL.Path, posts[0].id))
	return posts[:limit]
}

func mastodonAnswer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

func mastodonRefuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	mastodonAnswer(w, map[string]string{"error": text})
}
