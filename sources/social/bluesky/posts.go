package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/sources"
	"customer360/sources/social"
)

// maxPage is how many posts and notifications Bluesky gives in a page.
const maxPage = 100

// A post is one as Bluesky shows it, in feeds (app.bsky.feed.defs#postView) and in
// notifications.
type post struct {
	URI    string `json:"uri"`
	Author struct {
		DID string `json:"did"`
	} `json:"author"`
	Record    content `json:"record"`
	IndexedAt string  `json:"indexedAt"`
	Labels    []label `json:"labels"`
}

// content is what the author wrote (app.bsky.feed.post).
type content struct {
	Text      string   `json:"text"`
	CreatedAt string   `json:"createdAt"`
	Languages []string `json:"langs"`
	Facets    []struct {
		Features []json.RawMessage `json:"features"`
	} `json:"facets"`
	Reply *struct {
		Parent strongRef `json:"parent"`
	} `json:"reply"`
	Embed json.RawMessage `json:"embed"`
}

type strongRef struct {
	URI string `json:"uri"`
}

// did gives whose the record is.
func (r strongRef) did() string {
	did, _, _ := strings.Cut(strings.TrimPrefix(r.URI, "at://"), "/")
	return did
}

// addressees are the accounts that a post names, answers or quotes. Features and embeds
// can be of a kind that the author's program made up, with anything in it.
func (c *content) addressees() []string {
	var dids []string
	for _, facet := range c.Facets {
		for _, raw := range facet.Features {
			var mention struct {
				DID string `json:"did"`
			}
			if json.Unmarshal(raw, &mention) == nil {
				dids = append(dids, mention.DID)
			}
		}
	}
	if c.Reply != nil {
		dids = append(dids, c.Reply.Parent.did())
	}
	// The quoted post; beside media it lies a level deeper.
	var quote struct {
		Record struct {
			strongRef
			Record strongRef `json:"record"`
		} `json:"record"`
	}
	if json.Unmarshal(c.Embed, &quote) == nil {
		dids = append(dids, quote.Record.did(), quote.Record.Record.did())
	}
	return dids
}

// isShown: not one that its author or a moderator took from the public.
func (p *post) isShown() bool { return !labelled(p.Labels, "!hide", "!takedown") }

// key gives the last part of a post's address; empty where it is no post.
func (p *post) key() string {
	_, key, _ := strings.Cut(p.URI, "/app.bsky.feed.post/")
	return key
}

// postedAt believes the author's program unless it says that a post is of later than when
// Bluesky came to know it.
func (p *post) postedAt() time.Time {
	indexed, _ := time.Parse(time.RFC3339, p.IndexedAt)
	created, err := time.Parse(time.RFC3339, p.Record.CreatedAt)
	if err != nil || created.IsZero() || !indexed.IsZero() && created.After(indexed) {
		return indexed.UTC()
	}
	return created.UTC()
}

func (p *post) mention(author *profile) *social.Mention {
	m := &social.Mention{
		Ref:      sources.Ref{RecordID: p.URI, URL: author.link() + "/post/" + url.PathEscape(p.key())},
		Text:     p.Record.Text,
		PostedAt: p.postedAt(),
	}
	if len(p.Record.Languages) > 0 {
		m.Language = p.Record.Languages[0]
	}
	return m
}

// about reports whether a post is a mention.
func (a *asking) about(p *post) bool {
	return p.key() != "" && p.isShown() && (a.brand.Text(p.Record.Text) || slices.ContainsFunc(p.Record.addressees(), func(did string) bool {
		return did != "" && (did == a.brandDID || a.brand.Handle(did))
	}))
}

// posts gives the mentions among the newest posts of an account, whether there are older
// posts that were not looked at, or none may be, and of when the oldest one is that was.
func (a *asking) posts(ctx context.Context, author *profile) (mentions []*post, cut bool, oldest time.Time, err error) {
	v := author.Viewer
	blocked := v.BlockedBy || v.Blocking != "" || len(v.BlockingByList) > 0 && string(v.BlockingByList) != "null"
	if blocked || a.session == nil && labelled(author.Labels, "!no-unauthenticated") {
		return nil, true, time.Time{}, nil
	}
	seen := 0
	more, full, word, err := a.pages(ctx, "app.bsky.feed.getAuthorFeed", url.Values{"actor": {author.DID}, "filter": {"posts_with_replies"}}, "feed", a.postPages,
		func(raw json.RawMessage) error {
			var item struct {
				Post   post            `json:"post"`
				Reason json.RawMessage `json:"reason"`
			}
			var of struct {
				Post struct {
					Author struct {
						DID string `json:"did"`
					} `json:"author"`
				} `json:"post"`
			}
			// What somebody else wrote and this account passed on may be of any form.
			if json.Unmarshal(raw, &of) == nil && of.Post.Author.DID != "" && of.Post.Author.DID != author.DID {
				return nil
			}
			if json.Unmarshal(raw, &item) != nil || item.Post.URI == "" {
				return a.malformed()
			}
			seen++
			// Reposts are among them by another date, so the oldest post may be newer than what
			// was looked at reaches; not older.
			if at := item.Post.postedAt(); !at.IsZero() {
				oldest = at
			}
			if a.about(&item.Post) {
				mentions = append(mentions, &item.Post)
			}
			return nil
		})
	if word == "BlockedActor" || word == "BlockedByActor" {
		return nil, true, time.Time{}, nil
	}
	// A cursor comes with the last page too. The count lags behind, so a page that is full
	// may have another one after it all the same.
	if author.Posts != nil && seen >= *author.Posts && !full {
		more = false
	}
	return mentions, more, oldest, err
}

// notified are the posts that name, answer or quote the brand, by their authors.
type notified struct {
	posts map[string][]*post
	// unreadable are the authors of which a post cannot be read.
	unreadable map[string]bool
}

// notifications gives the newest posts that name, answer or quote the brand. That there
// are older ones cuts nobody's mentions: either all posts of an account were looked at, or
// it is told to be cut anyway.
func (a *asking) notifications(ctx context.Context) (notified, *sources.Error) {
	all := notified{posts: map[string][]*post{}, unreadable: map[string]bool{}}
	query := url.Values{"reasons": {"mention", "reply", "quote"}}
	_, _, _, err := a.pages(ctx, "app.bsky.notification.listNotifications", query, "notifications", a.mentionPages, func(raw json.RawMessage) error {
		var kind struct {
			Reason string `json:"reason"`
			Author struct {
				DID string `json:"did"`
			} `json:"author"`
		}
		if json.Unmarshal(raw, &kind) != nil {
			// It may be of anybody.
			return a.malformed()
		}
		// Servers that do not know reasons give every kind, most of which are no posts.
		if !slices.Contains(query["reasons"], kind.Reason) {
			return nil
		}
		var p post
		if kind.Author.DID == "" {
			return a.malformed()
		} else if json.Unmarshal(raw, &p) != nil || p.URI == "" {
			all.unreadable[kind.Author.DID] = true
		} else if a.about(&p) {
			all.posts[p.Author.DID] = append(all.posts[p.Author.DID], &p)
		}
		return nil
	})
	return all, a.asked(err)
}

// pages reads the named list page by page, newest first. It reports whether there is more
// of it, whether the last page that it read was full, and beside an error the server's word
// for it.
func (s *source) pages(ctx context.Context, call string, query url.Values, list string, most int, each func(json.RawMessage) error) (more, full bool, word string, err error) {
	query.Set("limit", strconv.Itoa(maxPage))
	for page := 1; ; page++ {
		var answer map[string]json.RawMessage
		if word, err := s.ask(ctx, call, query, &answer); err != nil {
			return false, false, word, err
		}
		var items []json.RawMessage
		var cursor string
		if json.Unmarshal(answer[list], &items) != nil {
			return false, false, "", s.malformed()
		}
		if raw := answer["cursor"]; raw != nil && json.Unmarshal(raw, &cursor) != nil {
			return false, false, "", s.malformed()
		}
		for _, raw := range items {
			if err := each(raw); err != nil {
				return false, false, "", err
			}
		}
		switch {
		case cursor == "":
			return false, false, "", nil
		// The same page again tells nothing of what comes after it.
		case page >= most || cursor == query.Get("cursor"):
			return true, len(items) >= maxPage, "", nil
		}
		query.Set("cursor", cursor)
	}
}
