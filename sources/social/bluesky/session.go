package bluesky

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
)

// A session is the brand's, with tokens that are renewed when they are refused.
type session struct {
	source               string
	http                 *httpapi.Client
	identifier, password string

	mu      sync.Mutex
	tokens  tokens
	running *renewal // nil: none is
	closed  bool
	done    sync.WaitGroup

	// Only the renewal that runs reads and changes these.
	refused      error
	refusedUntil time.Time
}

// A renewal is one for all callers that wait for it. It does not end with the caller that
// began it: with callers of little patience there would be a login for each.
type renewal struct {
	cancel context.CancelFunc
	ended  chan struct{}
	// What came of it, once it ended.
	tokens tokens
	err    error
}

type tokens struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	DID     string `json:"did"`
}

const (
	// afterRefusal is how long a password that was refused is not sent again: there are 300
	// attempts a day.
	afterRefusal = 5 * time.Minute
	// renewalTimeout is for two calls, of which each takes a part of a second when all is well.
	renewalTimeout = 10 * time.Second
)

var (
	errRefused = errors.New("the identifier and the app password are refused")
	errClosed  = errors.New("the source was closed")
)

func newSession(source string, client *httpapi.Client, identifier, password string) *session {
	return &session{source: source, http: client, identifier: identifier, password: password}
}

// get gives tokens other than the one that was refused; the empty one stands for none.
func (s *session) get(ctx context.Context, refused string) (tokens, error) {
	// Nobody would wait for what it begins.
	if err := ctx.Err(); err != nil {
		return tokens{}, sources.AsError(s.source, sources.Unavailable, err)
	}
	s.mu.Lock()
	r := s.running
	if r == nil {
		if s.tokens.Access != "" && s.tokens.Access != refused {
			defer s.mu.Unlock()
			return s.tokens, nil
		} else if s.closed {
			defer s.mu.Unlock()
			return tokens{}, &sources.Error{Source: s.source, Kind: sources.Unavailable, Err: errClosed}
		}
		r = s.begin(ctx)
	}
	s.mu.Unlock()
	select {
	case <-r.ended:
		return r.tokens, r.err
	case <-ctx.Done():
		return tokens{}, sources.AsError(s.source, sources.Unavailable, ctx.Err())
	}
}

// begin begins a renewal. The caller holds mu.
func (s *session) begin(ctx context.Context) *renewal {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewalTimeout)
	r := &renewal{cancel: cancel, ended: make(chan struct{})}
	s.running = r
	old := s.tokens
	s.done.Go(func() {
		defer cancel()
		r.tokens, r.err = s.renew(ctx, old)
		s.mu.Lock()
		s.tokens, s.running = r.tokens, nil
		s.mu.Unlock()
		close(r.ended)
	})
	return r
}

// renew gives new tokens, or beside an error those that are left.
func (s *session) renew(ctx context.Context, old tokens) (tokens, error) {
	if old.Refresh != "" {
		got, err := s.ask(ctx, "refreshSession", bearer(old.Refresh), nil)
		if err == nil {
			return got, nil
		} else if !isRefusal(err) {
			return old, err
		}
		// It expires too, after some months, or was revoked.
	}
	if time.Now().Before(s.refusedUntil) {
		return tokens{}, s.refused
	}
	got, err := s.ask(ctx, "createSession", nil, map[string]string{"identifier": s.identifier, "password": s.password})
	if isRefusal(err) {
		err = &sources.Error{Source: s.source, Kind: sources.Unauthorized, Err: errRefused}
		s.refused, s.refusedUntil = err, time.Now().Add(afterRefusal)
	}
	return got, err
}

func (s *session) ask(ctx context.Context, call string, header http.Header, body any) (tokens, error) {
	var got tokens
	_, err := s.http.Do(ctx, httpapi.Request{Method: http.MethodPost, Path: "/xrpc/com.atproto.server." + call, Header: header, Body: body, Into: &got})
	if err == nil && (got.Access == "" || got.DID == "") {
		err = &sources.Error{Source: s.source, Kind: sources.Malformed, Err: errUnreadable}
	}
	if err != nil {
		return tokens{}, err
	}
	return got, nil
}

// close ends the renewal that runs, and lets no other one begin.
func (s *session) close() {
	s.mu.Lock()
	s.closed = true
	if s.running != nil {
		s.running.cancel()
	}
	s.mu.Unlock()
	s.done.Wait()
}

// isRefusal reports whether a server says no to who asks, in any of the ways that it has.
func isRefusal(err error) bool {
	return httpapi.IsStatus(err, http.StatusBadRequest) || httpapi.IsStatus(err, http.StatusUnauthorized) || httpapi.IsStatus(err, http.StatusForbidden)
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// What servers call a session that is of no use. They come with 400 as well as with 401.
var unauthorized = []string{
	"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AccountTakedown", "AccountDeactivated",
}

// ask sends a query, once more where the session had to be renewed. Beside the error it
// gives the server's word for it.
func (s *source) ask(ctx context.Context, call string, query url.Values, into any) (word string, err error) {
	if s.session == nil {
		return s.send(ctx, call, query, "", into)
	}
	var refused string
	for range 2 {
		t, err := s.session.get(ctx, refused)
		if err != nil {
			return "", err
		}
		word, err = s.send(ctx, call, query, t.Access, into)
		if !isUnauthorized(err) {
			return word, err
		}
		refused = t.Access
	}
	return word, &sources.Error{Source: s.name, Kind: sources.Unauthorized, Err: errSession}
}

var errSession = errors.New("a session that was just renewed is refused")

func (s *source) send(ctx context.Context, call string, query url.Values, token string, into any) (string, error) {
	var header http.Header
	if token != "" {
		header = bearer(token)
	}
	var refusal struct {
		Error string `json:"error"`
	}
	_, err := s.http.Do(ctx, httpapi.Request{Path: "/xrpc/" + call, Query: query, Header: header, Into: into, Refusal: &refusal})
	var status *httpapi.StatusError
	if errors.As(err, &status) && slices.Contains(unauthorized, refusal.Error) {
		err = &sources.Error{Source: s.name, Kind: sources.Unauthorized, Err: status}
	}
	return refusal.Error, err
}

// isUnauthorized leaves 403 out, which is about what was asked for and not about the token.
func isUnauthorized(err error) bool {
	var e *sources.Error
	return errors.As(err, &e) && e.Kind == sources.Unauthorized && !httpapi.IsStatus(err, http.StatusForbidden)
}
