package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"customer360/sources"
	"customer360/sources/plaintext"
	"customer360/sources/social"
)

// How many posts and notifications an instance gives in a page.
const (
	maxPosts         = 40
	maxNotifications = 80
)

// A post is one as the instance has it
// (https://docs.joinmastodon.org/entities/Status/).
type post struct {
	ID         string          `json:"id"`
	CreatedAt  time.Time       `json:"created_at"`
	Visibility string          `json:"visibility"`
	Language   string          `json:"language"`
	URL        string          `json:"url"`
	URI        string          `json:"uri"`
	Warning    string          `json:"spoiler_text"`
	Content    string          `json:"content"`
	Reblog     json.RawMessage `json:"reblog"`
	Account    struct {
		ID string `json:"id"`
	} `json:"account"`
	Mentions []struct {
		Acct string `json:"acct"`
	} `json:"mentions"`
}

// isPublic leaves out posts for followers and direct messages, and what came from
// somebody else.
func (p *post) isPublic() bool {
	return (p.Visibility == "public" || p.Visibility == "unlisted") && (len(p.Reblog) == 0 || string(p.Reblog) == "null")
}

// text is the warning above the post, where there is one, and the post.
func (p *post) text() string {
	content := plaintext.Of(p.Content)
	if p.Warning == "" {
		return content
	} else if content == "" {
		return p.Warning
	}
	return p.Warning + "\n\n" + content
}

func (p *post) mention() *social.Mention {
	m := &social.Mention{Ref: sources.Ref{RecordID: p.ID, URL: link(p.URL)}, Text: p.text(), Language: p.Language, PostedAt: p.CreatedAt.UTC()}
	if m.URL == "" {
		m.URL = link(p.URI)
	}
	return m
}

// about reports whether a post names one of the brand's accounts or has one of its words.
func (s *source) about(p *post) bool {
	for _, m := range p.Mentions {
		if s.brand.Handle(whole(m.Acct, s.domain)) {
			return true
		}
	}
	return s.brand.Text(p.text())
}

// posts gives the mentions among the newest posts of an account, whether there are older
// posts that were not looked at, and of when the oldest one is that was.
func (s *source) posts(ctx context.Context, key string) (mentions []*post, cut bool, oldest time.Time, err error) {
	path := "/api/v1/accounts/" + key + "/statuses"
	query := url.Values{"exclude_reblogs": {"true"}, "limit": {strconv.Itoa(maxPosts)}}
	cut, err = s.pages(ctx, path, query, s.postPages, func(raw json.RawMessage) error {
		var p post
		if json.Unmarshal(raw, &p) != nil || p.ID == "" {
			return s.malformed()
		}
		// The last one of the list and not the least date: a post can say that it is of long ago.
		if !p.CreatedAt.IsZero() {
			oldest = p.CreatedAt
		}
		if p.isPublic() && p.Account.ID == key && s.about(&p) {
			mentions = append(mentions, &p)
		}
		return nil
	})
	return mentions, cut, oldest, err
}

// notified are the public posts that name the brand, by the ids of their authors.
type notified struct {
	posts map[string][]*post
	// unreadable are the authors of which a post cannot be read.
	unreadable map[string]bool
}

// notifications gives the newest posts that name the brand. That there are older ones cuts
// nobody's mentions: either all posts of an account were looked at, or it is told to be
// cut anyway.
func (s *source) notifications(ctx context.Context) (notified, *sources.Error) {
	all := notified{posts: map[string][]*post{}, unreadable: map[string]bool{}}
	query := url.Values{"types[]": {"mention"}, "limit": {strconv.Itoa(maxNotifications)}}
	_, err := s.pages(ctx, "/api/v1/notifications", query, s.mentionPages, func(raw json.RawMessage) error {
		var n struct {
			Type    string          `json:"type"`
			Account json.RawMessage `json:"account"`
			Status  json.RawMessage `json:"status"`
		}
		if json.Unmarshal(raw, &n) != nil {
			// It may be of anybody.
			return s.malformed()
		}
		// Before Mastodon 3.5 instances give every type.
		if n.Type != "mention" || len(n.Status) == 0 || string(n.Status) == "null" {
			return nil
		}
		var p post
		if json.Unmarshal(n.Status, &p) != nil || p.ID == "" || p.Account.ID == "" {
			author := idOf(n.Account)
			if author == "" {
				return s.malformed()
			}
			all.unreadable[author] = true
		} else if p.isPublic() {
			all.posts[p.Account.ID] = append(all.posts[p.Account.ID], &p)
		}
		return nil
	})
	return all, s.asked(err)
}

// pages reads a list page by page, newest first, and reports whether there is more of it.
func (s *source) pages(ctx context.Context, path string, query url.Values, most int, each func(json.RawMessage) error) (more bool, err error) {
	for page := 1; ; page++ {
		var list []json.RawMessage
		header, err := s.get(ctx, path, query, &list)
		if err != nil {
			return false, err
		}
		for _, raw := range list {
			if err := each(raw); err != nil {
				return false, err
			}
		}
		next := nextID(header)
		switch {
		case next == "" || len(list) == 0:
			return false, nil
		// The same page again tells nothing of what comes after it.
		case page >= most || next == query.Get("max_id"):
			return true, nil
		}
		query.Set("max_id", next)
	}
}

// nextLink finds the address of the next page (RFC 8288).
var nextLink = regexp.MustCompile(`<([^<>]*)>\s*;[^<>]*\brel="?next\b`)

// nextID gives the max_id of the next page; empty: there is none. The rest of the address
// is not followed, since it is the one that the instance has for itself.
func nextID(h http.Header) string {
	for _, value := range h.Values("Link") {
		if m := nextLink.FindStringSubmatch(value); m != nil {
			if u, err := url.Parse(m[1]); err == nil {
				return u.Query().Get("max_id")
			}
		}
	}
	return ""
}
