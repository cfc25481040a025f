package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/social"
)

type answers = map[string]sources.Answer[*social.Record]

// errUnreadable is told in place of a library's own text, which quotes what it read.
var errUnreadable = errors.New("its answer does not match the vendor's documentation")

// maxActors is how many accounts Bluesky gives in one call.
const maxActors = 25

// Fetch asks for the accounts, 25 a call. Where mentions are wanted, it asks beside that
// for the brand's notifications, a call per page for all keys, and then for the posts of
// each account that there is, a call per page and key.
func (s *source) Fetch(ctx context.Context, keys []string, want sources.Parts) (answers, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var (
		asOf     = time.Now().UTC()
		mentions = want.Has(social.PartMentions)
		a        = asking{source: s}
		failed   *sources.Error
		wg       sync.WaitGroup
	)
	if s.session != nil {
		t, err := s.session.get(ctx, "")
		if err != nil {
			return nil, s.asked(err)
		}
		a.brandDID = t.DID
	}
	if mentions && s.session != nil {
		wg.Go(func() { a.notified, failed = a.notifications(ctx) })
	}
	profiles, missing, worst := s.profiles(ctx, keys)
	wg.Wait()
	worst = httpapi.Worse(worst, failed)

	result := make(answers, len(keys))
	var found []string
	for _, key := range keys {
		if missing[key] {
			result[key] = sources.Answer[*social.Record]{Missing: true, AsOf: asOf}
		} else if profiles[key] != nil {
			found = append(found, key)
		}
	}
	// Without the notifications no account's mentions are whole, so there is no use in its
	// posts.
	if len(found) > 0 && failed == nil {
		answered, err := httpapi.Each(ctx, s.name, s.concurrency, found, func(ctx context.Context, key string) (sources.Answer[*social.Record], error) {
			return a.record(ctx, key, profiles[key], mentions, asOf)
		})
		for key, answer := range answered {
			result[key] = answer
		}
		worst = httpapi.Worse(worst, s.asked(err))
	}
	if worst != nil {
		return result, worst
	}
	return result, nil
}

// asking is what is the same for all keys of a Fetch.
type asking struct {
	*source
	brandDID string
	notified notified
}

func (a *asking) record(ctx context.Context, key string, p *profile, mentions bool, asOf time.Time) (answer sources.Answer[*social.Record], err error) {
	record := &social.Record{Profile: p.record()}
	if mentions {
		if a.notified.unreadable[p.DID] {
			return answer, a.malformed()
		}
		found, cut, oldest, err := a.posts(ctx, p)
		if err != nil {
			return answer, err
		}
		seen := map[string]bool{}
		for _, f := range append(found, a.notified.posts[p.DID]...) {
			if !seen[f.URI] {
				record.Mentions = append(record.Mentions, f.mention(p))
			}
			seen[f.URI] = true
		}
		if cut {
			record.Cut |= social.PartMentions
			record.Mentions = slices.DeleteFunc(record.Mentions, func(m *social.Mention) bool {
				// One without a date is a fault, which Settle tells.
				return oldest.IsZero() || m.PostedAt.Before(oldest) && !m.PostedAt.IsZero()
			})
		}
	}
	truncated, err := record.Settle(a.system, key)
	if err != nil {
		return answer, err
	}
	return sources.Answer[*social.Record]{Value: record, AsOf: asOf, Truncated: truncated || record.Cut != 0}, nil
}

func (s *source) malformed() *sources.Error {
	return &sources.Error{Source: s.name, Kind: sources.Malformed, Err: errUnreadable}
}

// asked gives an error of a call as the source's; nil stays nil.
func (s *source) asked(err error) *sources.Error {
	return sources.AsError(s.name, sources.Unavailable, err)
}

// A profile is an account as Bluesky has it (app.bsky.actor.defs#profileViewDetailed).
type profile struct {
	DID         string  `json:"did"`
	Handle      string  `json:"handle"`
	DisplayName string  `json:"displayName"`
	Followers   *int    `json:"followersCount"`
	Posts       *int    `json:"postsCount"`
	Labels      []label `json:"labels"`
	Viewer      struct {
		BlockedBy      bool            `json:"blockedBy"`
		Blocking       string          `json:"blocking"`
		BlockingByList json.RawMessage `json:"blockingByList"`
	} `json:"viewer"`
}

type label struct {
	Value string `json:"val"`
}

func labelled(labels []label, values ...string) bool {
	return slices.ContainsFunc(labels, func(l label) bool { return slices.Contains(values, l.Value) })
}

// invalidHandle is what an account has whose handle does not lead back to it.
const invalidHandle = "handle.invalid"

// link is the address of the account's page.
func (p *profile) link() string {
	name := p.Handle
	if name == "" || name == invalidHandle {
		name = p.DID
	}
	return "https://bsky.app/profile/" + url.PathEscape(name)
}

func (p *profile) record() social.Profile {
	r := social.Profile{Ref: sources.Ref{URL: p.link()}, Network: "bluesky", Handle: p.Handle, DisplayName: p.DisplayName, Followers: p.Followers}
	if r.Handle == invalidHandle {
		r.Handle = ""
	}
	switch {
	case labelled(p.Labels, "!takedown", "!suspend"):
		r.State = social.Suspended
	case labelled(p.Labels, "!hide"):
		r.State = social.Limited
	}
	return r
}

func (p *profile) is(key string) bool { return key == p.DID || strings.EqualFold(key, p.Handle) }

// The forms of names (https://atproto.com/specs/did, https://atproto.com/specs/handle).
var (
	didForm    = regexp.MustCompile(`^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$`)
	handleForm = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)
)

// isActor keeps out what no account can be called, since Bluesky refuses a call for all
// that is in it.
func isActor(key string) bool {
	return len(key) <= 2048 && didForm.MatchString(key) || len(key) <= 253 && handleForm.MatchString(key)
}

// profiles asks for the accounts with these keys. It gives those that there are and those
// that there are not; of others the error says why they are in neither.
func (s *source) profiles(ctx context.Context, keys []string) (found map[string]*profile, missing map[string]bool, worst *sources.Error) {
	found, missing = map[string]*profile{}, map[string]bool{}
	var askable []string
	for _, key := range keys {
		if isActor(key) {
			askable = append(askable, key)
		} else {
			missing[key] = true
		}
	}
	var mu sync.Mutex
	chunks := slices.Collect(slices.Chunk(askable, maxActors))
	httpapi.ForEach(ctx, s.concurrency, chunks, func(ctx context.Context, chunk []string) bool {
		var answer struct {
			Profiles []json.RawMessage `json:"profiles"`
		}
		_, err := s.ask(ctx, "app.bsky.actor.getProfiles", url.Values{"actors": chunk}, &answer)
		mu.Lock()
		defer mu.Unlock()
		if err == nil && answer.Profiles == nil {
			err = s.malformed()
		}
		if err != nil {
			worst = httpapi.Worse(worst, s.asked(err))
			return worst.Kind != sources.Unauthorized
		}
		got, unreadable := read(answer.Profiles)
		if len(unreadable) > 0 {
			worst = httpapi.Worse(worst, s.malformed())
		}
		for _, key := range chunk {
			is := func(p *profile) bool { return p.is(key) }
			if i := slices.IndexFunc(got, is); i >= 0 {
				found[key] = got[i]
				// One that does not even say its DID can be any of those that were not given.
			} else if !slices.ContainsFunc(unreadable, func(p *profile) bool { return p.is(key) || p.DID == "" }) {
				missing[key] = true
			}
		}
		return true
	})
	if worst == nil && ctx.Err() != nil {
		worst = s.asked(ctx.Err())
	}
	return found, missing, worst
}

func read(list []json.RawMessage) (got, unreadable []*profile) {
	for _, raw := range list {
		var p profile
		if json.Unmarshal(raw, &p) == nil && p.DID != "" && p.Handle != "" {
			got = append(got, &p)
			continue
		}
		var named struct {
			DID    string `json:"did"`
			Handle string `json:"handle"`
		}
		if json.Unmarshal(raw, &named) != nil {
			named.DID = ""
		}
		unreadable = append(unreadable, &profile{DID: named.DID, Handle: named.Handle})
	}
	return got, unreadable
}
