// Package bluesky asks Bluesky for accounts and for their posts that mention the brand.
// The key of a record is the account's DID, as "did:plc:ewvi7nxzyoun6zhxrhs64oiz", which
// stays for good. A handle works as well, but one that its owner changes finds nobody from
// then on, or somebody else.
//
// Facts about the API that it relies on (lexicons of app.bsky and com.atproto, 2025;
// https://docs.bsky.app/docs/advanced-guides/api-directory):
//
//   - app.bsky.actor.getProfiles gives up to 25 accounts, and leaves out those that there
//     are not, also deactivated, suspended and deleted ones; a name that cannot be one
//     makes it refuse the whole call (https://docs.bsky.app/docs/api/app-bsky-actor-get-profiles).
//   - app.bsky.feed.getAuthorFeed gives the posts and reposts of one account, newest first,
//     at most 100 a page, with a cursor, which comes with the last page too; 400 with
//     BlockedActor or BlockedByActor where there is a block
//     (https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed). There is no call for
//     several accounts.
//   - app.bsky.notification.listNotifications gives the posts that name, answer or quote
//     the account of the session, from everybody, newest first, at most 100 a page
//     (https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications). Its place is
//     not taken by app.bsky.feed.searchPosts, which is closed without a session and meant
//     for what a person searches (https://github.com/bluesky-social/atproto/issues/3423).
//   - com.atproto.server.createSession takes an app password, 30 times in 5 minutes and 300
//     a day, and gives a token for some hours; then calls are refused with ExpiredToken, and
//     refreshSession gives the next one
//     (https://docs.bsky.app/docs/api/com-atproto-server-create-session).
//   - 3,000 requests in 5 minutes from one address; above is 429 with RateLimit-Reset
//     (https://docs.bsky.app/docs/advanced-guides/rate-limits).
//   - createdAt is what the author's program says, so one that is later than indexedAt is
//     not believed (https://docs.bsky.app/docs/advanced-guides/timestamps).
//   - Without a session, https://public.api.bsky.app answers for accounts and posts. Who
//     labels an account !no-unauthenticated does not want to be shown there
//     (https://docs.bsky.app/docs/advanced-guides/moderation).
//
// What Bluesky cannot say: when an account last posted, sentiment, and whom a post reached.
//
// # What is a mention
//
// A post of the account that has one of the brand's words or handles, or that names,
// answers or quotes an account of the brand: the one of the session, and the DIDs that are
// configured. Both the account's newest posts and, with a session, the brand's
// notifications are looked at.
//
// Where older posts of an account were not looked at, or may not be, its mentions are told
// to be cut, and those older than the oldest post that was looked at are left out, though a
// notification tells of them: between them there may be others, and what is given is to be
// complete back to its oldest. For who often posts and seldom names the brand that may be
// nothing, and for who is blocked it is nothing; a greater postPages reaches further back.
package bluesky

import (
	"context"
	_ "embed"
	"errors"
	"strings"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/social"
	"customer360/sources/social/brand"
)

// Config describes the system.
type Config struct {
	// Name is the source's name, "social/system".
	Name string `yaml:"-"`
	// URL is the address of the brand's server; where it is empty https://bsky.social, or
	// https://public.api.bsky.app where there is no password.
	URL string `yaml:"url"`
	// Identifier is the handle or the DID of the brand's account.
	Identifier string `yaml:"identifier"`
	// AppPassword is one that was made for the gateway. Without it the brand's
	// notifications are not looked at.
	AppPassword string `yaml:"appPassword"`
	// Brand is what to look for. A DID counts as a handle.
	Brand brand.Brand `yaml:"brand"`
	// PostPages bounds how many pages of 100 posts are read of an account; zero: 1.
	PostPages int `yaml:"postPages"`
	// MentionPages bounds how many pages of 100 of the brand's notifications are read,
	// once for all keys; zero: 2.
	MentionPages int `yaml:"mentionPages"`
	// Limits bound the requests. RequestsPerSecond is a mean over five minutes, half of
	// which may be sent at once; zero: 5. Concurrency: zero is 16.
	httpapi.Limits `yaml:",inline"`
}

const (
	// defaultRate is half of the 3,000 requests in 5 minutes that one address may send, for
	// the company's other programs behind it.
	defaultRate = 5
	// window is what Bluesky counts over.
	window = 5 * time.Minute
	// maxPages is as many as the facts of one kind that a record may hold.
	maxPages = 10
	// defaultPostPages: a further page would double the calls, which are one per account.
	defaultPostPages    = 1
	defaultMentionPages = 2
	defaultConcurrency  = 16
)

const (
	withSession    = "https://bsky.social"
	withoutSession = "https://public.api.bsky.app"
)

// Schema describes Config in JSON Schema, for editors and validation.
//
//go:embed schema.json
var Schema []byte

type source struct {
	name, system            string
	brand                   *brand.Matcher
	postPages, mentionPages int
	concurrency             int
	http                    *httpapi.Client
	// session is nil where there is no password.
	session *session
	// sample is an account to ask for where there is no session.
	sample string
}

// New makes the source; it does not call Bluesky. The error lists every fault of the
// configuration. The source is an [io.Closer], and has a method Check(context.Context) error
// that tries the password.
func New(c Config) (social.Source, error) {
	var errs []error
	_, system, _ := strings.Cut(c.Name, "/")
	if system == "" {
		errs = append(errs, errors.New("name: want domain/system, as social/bluesky"))
	}
	identifier := strings.TrimPrefix(c.Identifier, "@")
	switch {
	case c.AppPassword == "" && c.Identifier != "":
		errs = append(errs, errors.New("appPassword: missing: create one in the brand's account, under Settings, Privacy and security, App passwords; or remove identifier"))
	case c.AppPassword != "" && c.Identifier == "":
		errs = append(errs, errors.New("identifier: missing: want the handle or the DID of the brand's account that appPassword belongs to"))
	case c.Identifier != "" && !isActor(identifier):
		errs = append(errs, errors.New("identifier: want the handle or the DID of the brand's account, as meridian.example"))
	}
	errs = append(errs, pages("postPages", &c.PostPages, defaultPostPages), pages("mentionPages", &c.MentionPages, defaultMentionPages))
	matcher, err := c.Brand.Matcher()
	if err != nil {
		errs = append(errs, err)
	}
	if c.URL == "" && c.AppPassword != "" {
		c.URL = withSession
	} else if c.URL == "" {
		c.URL = withoutSession
	}
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = defaultRate
	}
	if c.Concurrency == 0 {
		c.Concurrency = defaultConcurrency
	}
	client, err := httpapi.New(httpapi.Config{
		Source: c.Name, URL: c.URL, Limits: c.Limits,
		Window: window,
		// The name of the call is in the path's last segment, below whatever path URL has.
		Endpoint: func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] },
	})
	if err = errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	s := &source{
		name: c.Name, system: system, brand: matcher, postPages: c.PostPages, mentionPages: c.MentionPages,
		concurrency: c.Concurrency, http: client,
	}
	if c.AppPassword != "" {
		s.session = newSession(c.Name, client, identifier, c.AppPassword)
	}
	// An account that there is not is asked for as well as one that there is.
	s.sample = invalidHandle
	for _, h := range c.Brand.Handles {
		if h = strings.TrimPrefix(strings.TrimSpace(h), "@"); isActor(h) {
			s.sample = h
			break
		}
	}
	return s, nil
}

func pages(key string, n *int, byDefault int) error {
	if *n == 0 {
		*n = byDefault
	}
	if *n < 1 || *n > maxPages {
		return errors.New(key + ": want a number from 1 to 10")
	}
	return nil
}

// Name is the configured name.
func (s *source) Name() string { return s.name }

// Check asks for the profile of the session's account, or without a password for that of the
// brand's first handle. The kind of its error is Unauthorized where Bluesky refuses the
// password, RateLimited, TimedOut, or else Unavailable.
func (s *source) Check(ctx context.Context) error {
	var e *sources.Error
	actor := s.sample
	if s.session != nil {
		t, err := s.session.get(ctx, "")
		actor, e = t.DID, s.asked(err)
	}
	if e == nil {
		_, _, e = s.profiles(ctx, []string{actor})
	}
	switch {
	case e == nil:
		return nil
	case e.Kind == sources.Unauthorized || e.Kind == sources.RateLimited || e.Kind == sources.TimedOut:
		return e
	}
	return &sources.Error{Source: s.name, Kind: sources.Unavailable, RetryAfter: e.RetryAfter, Err: e.Err}
}

// Close ends a login that is under way, and closes idle connections.
func (s *source) Close() error {
	if s.session != nil {
		s.session.close()
	}
	s.http.Close()
	return nil
}
