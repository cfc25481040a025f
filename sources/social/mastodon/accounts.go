package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/social"
)

// maxIDs is how many accounts an instance gives in one call.
const maxIDs = 40

// An account is one as the instance has it
// (https://docs.joinmastodon.org/entities/Account/).
type account struct {
	ID          string `json:"id"`
	Acct        string `json:"acct"`
	DisplayName string `json:"display_name"`
	URL         string `json:"url"`
	// Followers is -1 on instances that hide it.
	Followers *int `json:"followers_count"`
	// LastStatusAt is a day; before Mastodon 3.1 it was a time.
	LastStatusAt string `json:"last_status_at"`
	Suspended    bool   `json:"suspended"`
	Limited      bool   `json:"limited"`
	Memorial     bool   `json:"memorial"`
	Moved        *struct {
		Acct string `json:"acct"`
	} `json:"moved"`
}

// state is what has become of an account, the worst first. GoToSocial calls one suspended
// that was deleted.
func (a *account) state() social.ProfileState {
	switch {
	case a.Suspended:
		return social.Suspended
	case a.Memorial:
		return social.Memorial
	case a.Moved != nil:
		return social.Moved
	case a.Limited:
		return social.Limited
	}
	return social.Active
}

func (s *source) profile(a *account) social.Profile {
	p := social.Profile{
		Ref:         sources.Ref{URL: link(a.URL)},
		Network:     "mastodon",
		Handle:      whole(a.Acct, s.domain),
		DisplayName: a.DisplayName,
		State:       a.state(),
	}
	if a.Moved != nil && a.Moved.Acct != "" {
		p.MovedTo = whole(a.Moved.Acct, s.domain)
	}
	// An instance keeps no count of who followed a suspended account.
	if a.Followers != nil && *a.Followers >= 0 && !a.Suspended {
		p.Followers = a.Followers
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, a.LastStatusAt); err == nil {
			p.LastActiveAt = at.UTC()
		}
	}
	return p
}

// link gives an address that a browser opens as a page, or none: those of accounts of other
// instances are what these instances said.
func link(address string) string {
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return address
}

// accounts asks for the accounts with these keys. It gives those that there are and those
// that there are not; of others the error says why they are in neither.
func (s *source) accounts(ctx context.Context, keys []string) (found map[string]*account, missing map[string]bool, worst *sources.Error) {
	found, missing = map[string]*account{}, map[string]bool{}
	var askable []string
	for _, key := range keys {
		if isID(key) {
			askable = append(askable, key)
		} else {
			missing[key] = true
		}
	}
	var mu sync.Mutex
	add := func(asked []string, got map[string]*account, none []string, err *sources.Error) {
		mu.Lock()
		defer mu.Unlock()
		for _, key := range asked {
			if got[key] != nil {
				found[key] = got[key]
			}
		}
		for _, key := range none {
			missing[key] = true
		}
		worst = httpapi.Worse(worst, err)
	}
	chunks := slices.Collect(slices.Chunk(askable, maxIDs))
	httpapi.ForEach(ctx, s.concurrency, chunks, func(ctx context.Context, chunk []string) bool {
		got, none, err := s.batch(ctx, chunk)
		add(chunk, got, none, err)
		return err == nil || err.Kind != sources.Unauthorized
	})
	if worst == nil && ctx.Err() != nil {
		worst = s.asked(ctx.Err())
	}
	return found, missing, worst
}

// isID keeps out what is no id on any server with Mastodon's API, since it stands in paths.
func isID(key string) bool {
	return key != "" && len(key) <= 64 && !strings.ContainsFunc(key, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	})
}

// batch asks for a chunk in one call, or one by one where the instance has no such call.
func (s *source) batch(ctx context.Context, keys []string) (map[string]*account, []string, *sources.Error) {
	if time.Now().Unix() < s.oneByOne.Load() {
		return s.single(ctx, keys)
	}
	var list []json.RawMessage
	_, err := s.get(ctx, "/api/v1/accounts", url.Values{"id[]": keys}, &list)
	if httpapi.IsStatus(err, http.StatusNotFound) || httpapi.IsStatus(err, http.StatusMethodNotAllowed) {
		got, none, failed := s.single(ctx, keys)
		// Else it may be a proxy that refuses all calls.
		if isAbsent(err) || len(got) > 0 || len(none) > 0 {
			s.oneByOne.Store(time.Now().Add(tryAgain).Unix())
		}
		return got, none, failed
	} else if err != nil {
		return nil, nil, s.asked(err)
	}
	got, unreadable := map[string]*account{}, map[string]bool{}
	for _, raw := range list {
		var a account
		err := json.Unmarshal(raw, &a)
		if err == nil && a.ID != "" && a.Acct != "" {
			got[a.ID] = &a
		} else {
			unreadable[idOf(raw)] = true
		}
	}
	var none []string
	for _, key := range keys {
		// One that does not even say its id can be any of those that were not given.
		if got[key] == nil && !unreadable[key] && !unreadable[""] {
			none = append(none, key)
		}
	}
	if len(unreadable) > 0 {
		return got, none, s.malformed()
	}
	return got, none, nil
}

func idOf(raw json.RawMessage) string {
	var named struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &named)
	return named.ID
}

func (s *source) single(ctx context.Context, keys []string) (map[string]*account, []string, *sources.Error) {
	answered, err := httpapi.Each(ctx, s.name, s.concurrency, keys, func(ctx context.Context, key string) (sources.Answer[*account], error) {
		var a account
		_, err := s.get(ctx, "/api/v1/accounts/"+key, nil, &a)
		// Before Mastodon 3.3 an account that was suspended is 410, without a body.
		if isAbsent(err) || httpapi.IsStatus(err, http.StatusGone) {
			return sources.Answer[*account]{Missing: true}, nil
		} else if err == nil && (a.ID != key || a.Acct == "") {
			err = s.malformed()
		}
		return sources.Answer[*account]{Value: &a}, err
	})
	got := map[string]*account{}
	var none []string
	for key, answer := range answered {
		if answer.Missing {
			none = append(none, key)
		} else {
			got[key] = answer.Value
		}
	}
	return got, none, s.asked(err)
}
