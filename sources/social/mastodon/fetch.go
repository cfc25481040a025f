package mastodon

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/social"
)

type answers = map[string]sources.Answer[*social.Record]

// errUnreadable is told in place of a library's own text, which quotes what it read.
var errUnreadable = errors.New("its answer does not match the vendor's documentation")

// Fetch asks for the accounts, 40 a call. Where mentions are wanted, it asks beside that
// for the brand's notifications, a call per page for all keys, and then for the posts of
// each account that there is, a call per page and key.
func (s *source) Fetch(ctx context.Context, keys []string, want sources.Parts) (answers, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var (
		asOf     = time.Now().UTC()
		mentions = want.Has(social.PartMentions)
		named    notified
		failed   *sources.Error
		wg       sync.WaitGroup
	)
	if mentions {
		wg.Go(func() { named, failed = s.notifications(ctx) })
	}
	accounts, missing, worst := s.accounts(ctx, keys)
	wg.Wait()
	worst = httpapi.Worse(worst, failed)

	result := make(answers, len(keys))
	var found []string
	for _, key := range keys {
		if missing[key] {
			result[key] = sources.Answer[*social.Record]{Missing: true, AsOf: asOf}
		} else if accounts[key] != nil {
			found = append(found, key)
		}
	}
	if failed != nil {
		// Without them no account's mentions are whole, so there is no use in its posts.
		return result, worst
	}
	if len(found) > 0 {
		answered, err := httpapi.Each(ctx, s.name, s.concurrency, found, func(ctx context.Context, key string) (sources.Answer[*social.Record], error) {
			return s.record(ctx, key, accounts[key], named, mentions, asOf)
		})
		for key, answer := range answered {
			result[key] = answer
		}
		worst = httpapi.Worse(worst, sources.AsError(s.name, sources.Unavailable, err))
	}
	if worst != nil {
		return result, worst
	}
	return result, nil
}

func (s *source) record(ctx context.Context, key string, a *account, named notified, mentions bool, asOf time.Time) (answer sources.Answer[*social.Record], err error) {
	record := &social.Record{Profile: s.profile(a)}
	if mentions && !a.Suspended {
		if named.unreadable[key] {
			return answer, s.malformed()
		}
		posts, cut, oldest, err := s.posts(ctx, key)
		if isAbsent(err) {
			// It was deleted since the account was asked for.
			return sources.Answer[*social.Record]{Missing: true, AsOf: asOf}, nil
		} else if err != nil {
			return answer, err
		}
		seen := map[string]bool{}
		for _, p := range append(posts, named.posts[key]...) {
			if !seen[p.ID] {
				record.Mentions = append(record.Mentions, p.mention())
			}
			seen[p.ID] = true
		}
		if cut {
			record.Cut |= social.PartMentions
			record.Mentions = slices.DeleteFunc(record.Mentions, func(m *social.Mention) bool {
				// One without a date is a fault, which Settle tells.
				return oldest.IsZero() || m.PostedAt.Before(oldest) && !m.PostedAt.IsZero()
			})
		}
	}
	truncated, err := record.Settle(s.system, key)
	if err != nil {
		return answer, err
	}
	return sources.Answer[*social.Record]{Value: record, AsOf: asOf, Truncated: truncated || record.Cut != 0}, nil
}

// get sends a query.
func (s *source) get(ctx context.Context, path string, query url.Values, into any) (http.Header, error) {
	var refusal struct {
		Error string `json:"error"`
	}
	header, err := s.http.Do(ctx, httpapi.Request{Path: path, Query: query, Into: into, Refusal: &refusal})
	if httpapi.IsStatus(err, http.StatusNotFound) && refusal.Error != "" {
		err = absent{err}
	}
	return header, err
}

// absent is a 404 that is the instance's own, and not that of a proxy before it.
type absent struct{ error }

func (e absent) Unwrap() error { return e.error }

func isAbsent(err error) bool { return errors.As(err, new(absent)) }

func (s *source) malformed() *sources.Error {
	return &sources.Error{Source: s.name, Kind: sources.Malformed, Err: errUnreadable}
}

// asked gives an error of a call as the source's; nil stays nil.
func (s *source) asked(err error) *sources.Error {
	return sources.AsError(s.name, sources.Unavailable, err)
}
