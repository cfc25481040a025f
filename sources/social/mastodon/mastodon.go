// Package mastodon asks a Mastodon instance for accounts and for their posts that mention
// the brand. The key of a record is the account's id on the configured instance, as
// "109348712345678901": an instance has an id of its own for each account that it knows,
// its own accounts and those of other instances.
//
// Facts about the API that it relies on, as of Mastodon 4.3 to 4.5
// (https://docs.joinmastodon.org/api/guidelines/):
//
//   - GET /api/v1/accounts?id[]=… gives up to 40 accounts, more are refused with 422, and
//     leaves out those that there are not. Since 4.3; before it is 404, and accounts are
//     asked one by one (https://docs.joinmastodon.org/methods/accounts/#index,
//     https://github.com/mastodon/mastodon/pull/27871).
//   - GET /api/v1/accounts/:id/statuses?exclude_reblogs=true gives the posts of one
//     account, newest first, at most 40 a page; the Link header leads to the next page
//     with max_id (https://docs.joinmastodon.org/methods/accounts/#statuses). There is no
//     call for several accounts.
//   - GET /api/v1/notifications?types[]=mention gives the posts that name the account of
//     the token, from everybody, newest first, at most 80 a page
//     (https://docs.joinmastodon.org/methods/notifications/#get). Those among them that
//     are for followers or for the brand alone are not public and are left out.
//   - 300 requests in 5 minutes for a token, and 300 in 15 minutes that ask for a further
//     page; above is 429 with X-RateLimit-Reset
//     (https://docs.joinmastodon.org/api/rate-limits/,
//     https://github.com/mastodon/mastodon/blob/main/config/initializers/rack_attack.rb).
//   - GET /api/v1/accounts/verify_credentials gives the account of the token; 422 where the
//     token is an application's and no account's
//     (https://docs.joinmastodon.org/methods/accounts/#verify_credentials).
//   - Where there is no such record it answers 404 with a JSON object that has a text
//     "error", in the instance's language
//     (https://github.com/mastodon/mastodon/blob/main/app/controllers/concerns/api/error_handling.rb).
//     A 404 with another body is a proxy's, and says nothing about an account.
//   - A token of the brand's account needs the scopes read:accounts, read:statuses and
//     read:notifications (https://docs.joinmastodon.org/api/oauth-scopes/).
//   - Content is HTML (https://docs.joinmastodon.org/spec/activitypub/#sanitization).
//
// What an instance cannot say: posts of other instances' accounts that never reached it;
// posts of somebody who blocks the brand's account, which look as if there were none;
// sentiment; and whom a post reached. The day of the last post is known, not its hour. Of
// a suspended account the handle is left, and no posts.
//
// # What is a mention
//
// A public or unlisted post of the account that has one of the brand's words, or names one
// of its accounts. Both the account's newest posts and the brand's notifications are looked
// at.
//
// Where older posts of an account were not looked at, its mentions are told to be cut, and
// those older than the oldest post that was looked at are left out, though a notification
// tells of them: between them there may be others, and what is given is to be complete back
// to its oldest. For who often posts and seldom names the brand that may be nothing; a
// greater postPages reaches further back.
package mastodon

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
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
	// URL is the instance's address.
	URL string `yaml:"url"`
	// Domain is what stands behind the @ in the handles of the instance's own accounts;
	// the host of URL where it is empty.
	Domain string `yaml:"domain"`
	// AccessToken is one of the brand's account, with the scopes read:accounts,
	// read:statuses and read:notifications.
	AccessToken string `yaml:"accessToken"`
	// Brand is what to look for. A handle without a domain is one of the instance's.
	Brand brand.Brand `yaml:"brand"`
	// PostPages bounds how many pages of 40 posts are read of an account; zero: 1.
	PostPages int `yaml:"postPages"`
	// MentionPages bounds how many pages of 80 of the brand's notifications are read,
	// once for all keys; zero: 2.
	MentionPages int `yaml:"mentionPages"`
	// Limits bound the requests. RequestsPerSecond is a mean over five minutes, half of
	// which may be sent at once; zero: 0.9. Concurrency: zero is 8, since many instances
	// are small.
	httpapi.Limits `yaml:",inline"`
}

const (
	// defaultRate is a tenth below the 300 requests in 5 minutes that an instance takes, for
	// whatever else uses the token.
	defaultRate = 0.9
	// window is what instances count over.
	window = 5 * time.Minute
	// maxPages is as many as the facts of one kind that a record may hold.
	maxPages = 25
	// defaultPostPages: a further page would double the calls, which are one per account,
	// and instances count further pages three times as strictly.
	defaultPostPages    = 1
	defaultMentionPages = 2
	defaultConcurrency  = 8
	// tryAgain is how long accounts are asked for one by one, which is 40 times the calls,
	// before the call for many of them is tried again: the instance may have been updated, or
	// something before it may have refused the call in passing.
	tryAgain = time.Hour
)

// Schema describes Config in JSON Schema, for editors and validation.
//
//go:embed schema.json
var Schema []byte

type source struct {
	name, system, domain    string
	brand                   *brand.Matcher
	postPages, mentionPages int
	concurrency             int
	http                    *httpapi.Client
	// oneByOne is until when the instance is taken for one that is older than the call for
	// many accounts, in seconds since 1970.
	oneByOne atomic.Int64
}

// New makes the source; it does not call the instance. The error lists every fault of the
// configuration. The source is an [io.Closer], and has a method Check(context.Context) error
// that tries the token.
func New(c Config) (social.Source, error) {
	var errs []error
	_, system, _ := strings.Cut(c.Name, "/")
	if system == "" {
		errs = append(errs, errors.New("name: want domain/system, as social/mastodon"))
	}
	if c.AccessToken == "" {
		errs = append(errs, errors.New("accessToken: missing: create one in the brand's account, under Preferences, Development, "+
			"with the scopes read:accounts, read:statuses and read:notifications"))
	} else if strings.ContainsFunc(c.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		errs = append(errs, errors.New("accessToken: contains a space or another character that no token has: copy it again"))
	}
	errs = append(errs, pages("postPages", &c.PostPages, defaultPostPages), pages("mentionPages", &c.MentionPages, defaultMentionPages))
	if c.Domain == "" {
		if u, err := url.Parse(c.URL); err == nil {
			c.Domain = u.Hostname()
		}
	}
	if strings.ContainsAny(c.Domain, "@/: ") {
		errs = append(errs, errors.New("domain: want the part after the @ in handles, such as example.social"))
	}
	handles := make([]string, len(c.Brand.Handles))
	for i, h := range c.Brand.Handles {
		if h = strings.TrimPrefix(strings.TrimSpace(h), "@"); h != "" {
			h = whole(h, c.Domain)
		}
		handles[i] = h
	}
	matcher, err := brand.Brand{Handles: handles, Words: c.Brand.Words}.Matcher()
	if err != nil {
		errs = append(errs, err)
	}
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = defaultRate
	}
	if c.Concurrency == 0 {
		c.Concurrency = defaultConcurrency
	}
	client, err := httpapi.New(httpapi.Config{
		Source:   c.Name,
		URL:      c.URL,
		Header:   http.Header{"Authorization": {"Bearer " + c.AccessToken}},
		Limits:   c.Limits,
		Window:   window,
		Endpoint: endpoint,
	})
	if err = errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	return &source{
		name: c.Name, system: system, domain: c.Domain, brand: matcher, postPages: c.PostPages, mentionPages: c.MentionPages,
		concurrency: c.Concurrency, http: client,
	}, nil
}

func pages(key string, n *int, byDefault int) error {
	if *n == 0 {
		*n = byDefault
	}
	if *n < 1 || *n > maxPages {
		return errors.New(key + ": want a number from 1 to 25")
	}
	return nil
}

// whole gives an account's whole name: an instance leaves the domain of its own ones out.
func whole(acct, domain string) string {
	if strings.Contains(acct, "@") {
		return acct
	}
	return acct + "@" + domain
}

// endpoint is the last word of a path but ids: accounts, statuses, notifications.
func endpoint(path string) string {
	if strings.HasSuffix(path, "/statuses") {
		return "statuses"
	}
	if strings.HasSuffix(path, "/notifications") {
		return "notifications"
	}
	return "accounts"
}

// Name is the configured name.
func (s *source) Name() string { return s.name }

// Check asks whose the token is. The kind of its error is Unauthorized where the instance
// refuses the token, RateLimited, TimedOut, or else Unavailable.
func (s *source) Check(ctx context.Context) error {
	var a account
	_, err := s.get(ctx, "/api/v1/accounts/verify_credentials", nil, &a)
	if err == nil && a.ID == "" {
		err = s.malformed()
	}
	e := s.asked(err)
	switch {
	case e == nil:
		return nil
	case e.Kind == sources.Unauthorized || e.Kind == sources.RateLimited || e.Kind == sources.TimedOut:
		return e
	}
	kind := sources.Unavailable
	if httpapi.IsStatus(e, http.StatusUnprocessableEntity) {
		kind = sources.Unauthorized
	}
	return &sources.Error{Source: s.name, Kind: kind, RetryAfter: e.RetryAfter, Err: e.Err}
}

// Close closes idle connections.
func (s *source) Close() error {
	s.http.Close()
	return nil
}
