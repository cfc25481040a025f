package bluesky

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
)

// A session is the brand's, with tokens that are renewed when they are refused.
type session struct {
	source               string
	http                 *httpapi.Client
	identifier, password string
	// turn is held by who reads or changes what follows, so that of many callers whose
	// token expired one renews it.
	turn         chan struct{}
	tokens       tokens
	refused      error
	refusedUntil time.Time
}

type tokens struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	DID     string `json:"did"`
}

// afterRefusal is how long a password that was refused is not sent again: there are 300
// attempts a day.
const afterRefusal = 5 * time.Minute

var errRefused = errors.New("the identifier and the app password are refused")

func newSession(source string, client *httpapi.Client, identifier, password string) *session {
	return &session{source: source, http: client, identifier: identifier, password: password, turn: make(chan struct{}, 1)}
}

// get gives tokens other than the one that was refused; the empty one stands for none.
func (s *session) get(ctx context.Context, refused string) (tokens, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return tokens{}, sources.AsError(s.source, sources.Unavailable, ctx.Err())
	}
	if s.tokens.Access != "" && s.tokens.Access != refused {
		return s.tokens, nil
	}
	if s.tokens.Refresh != "" {
		err := s.ask(ctx, "refreshSession", bearer(s.tokens.Refresh), nil)
		if err == nil || !isRefusal(err) {
			return s.tokens, err
		}
		// It expires too, after some months, or was revoked.
		s.tokens = tokens{}
	}
	if time.Now().Before(s.refusedUntil) {
		return tokens{}, s.refused
	}
	err := s.ask(ctx, "createSession", nil, map[string]string{"identifier": s.identifier, "password": s.password})
	if isRefusal(err) {
		err = &sources.Error{Source: s.source, Kind: sources.Unauthorized, Err: errRefused}
		s.refused, s.refusedUntil = err, time.Now().Add(afterRefusal)
	}
	return s.tokens, err
}

func (s *session) ask(ctx context.Context, call string, header http.Header, body any) error {
	var got tokens
	_, err := s.http.Do(ctx, httpapi.Request{Method: http.MethodPost, Path: "/xrpc/com.atproto.server." + call, Header: header, Body: body, Into: &got})
	if err == nil && (got.Access == "" || got.DID == "") {
		err = &sources.Error{Source: s.source, Kind: sources.Malformed, Err: errUnreadable}
	}
	if err == nil {
		s.tokens = got
	}
	return err
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
