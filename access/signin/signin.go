// Package signin signs people in at the pages of the gateway, with the issuer whose tokens
// the gateway accepts: OpenID Connect by authorization code with PKCE (OpenID Connect Core
// 1.0, section 3.1; RFC 7636).
//
// The page redirects to the issuer and keeps the verifier; the gateway exchanges the code.
// So a page talks to its own origin only, and no page has a client secret. The gateway
// keeps nothing: the tokens go to the page, which sends the access token as any client
// does.
package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"customer360/access/tokens"
)

// Config says how people sign in.
type Config struct {
	// ClientID is what the issuer knows the pages by.
	ClientID string `yaml:"clientId"`
	// ClientSecret is what a confidential client proves itself with; "": it is a public one, which
	// PKCE is enough for.
	ClientSecret string `yaml:"clientSecret"`
	// Scope is what is asked for, with spaces between. Default: openid. An issuer that renews
	// tokens for offline_access only needs that as well.
	Scope string `yaml:"scope"`
	// Parameters are sent to the authorization endpoint besides, as resource or audience: many
	// issuers give a token for an API only to who names it.
	Parameters map[string]string `yaml:"parameters"`
}

// reserved are the parameters that the protocol itself needs.
var reserved = []string{"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode"}

// Check reports every fault, each of them beginning with its key.
func (c Config) Check() error {
	var errs []error
	if c.ClientID == "" {
		errs = append(errs, errors.New("clientId: want the client id of the console at the issuer"))
	}
	if c.Scope != "" && !slices.Contains(strings.Fields(c.Scope), "openid") {
		errs = append(errs, errors.New("scope: must include openid"))
	}
	for _, name := range reserved {
		if _, is := c.Parameters[name]; is {
			errs = append(errs, fmt.Errorf("parameters.%s: the console sets this parameter itself", name))
		}
	}
	return errors.Join(errs...)
}

const (
	// deadline bounds what is asked of the issuer for one request of a page.
	deadline = 5 * time.Second
	// atOnce is how many codes are exchanged at the same time: more wait.
	atOnce = 8
	// maxBody bounds what a page sends, in bytes.
	maxBody = 16 << 10
	// keptFor is how long what the issuer says of itself counts, and leastGap how long it is left
	// alone where it did not answer.
	keptFor  = 15 * time.Minute
	leastGap = 5 * time.Second
)

// SignIn serves what pages sign in with. It is safe for concurrent use.
type SignIn struct {
	config Config
	issuer string
	log    *slog.Logger
	client *http.Client
	places chan struct{}

	// asking is one question to the issuer for all who wait for its answer.
	asking singleflight.Group
	mu     sync.Mutex
	// metadata was read then; zero: never.
	metadata tokens.Metadata
	read     time.Time
	// failed and err are of the last time that it did not answer.
	failed time.Time
	err    error
}

// New makes what people sign in with at an issuer. The configuration must pass [Config.Check]. The
// log is told when the issuer does not answer, or refuses the gateway as a client.
func New(issuer string, c Config, log *slog.Logger) *SignIn {
	if c.Scope == "" {
		c.Scope = "openid"
	}
	return &SignIn{
		config: c, issuer: issuer, log: log, places: make(chan struct{}, atOnce),
		client: &http.Client{Timeout: deadline, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// Description is how a page signs somebody in.
type Description struct {
	Issuer                string            `json:"issuer"`
	AuthorizationEndpoint string            `json:"authorizationEndpoint"`
	ClientID              string            `json:"clientId"`
	Scope                 string            `json:"scope"`
	Parameters            map[string]string `json:"parameters"`
	// EndSessionEndpoint is where the issuer ends its own session; "": nowhere.
	EndSessionEndpoint string `json:"endSessionEndpoint,omitempty"`
}

// Describe serves a [Description] to GET, or null where s is nil: nobody can sign in. It answers 503
// while the issuer does not say where its endpoints are.
func (s *SignIn) Describe(w http.ResponseWriter, r *http.Request) {
	if s == nil {
		answer(w, http.StatusOK, nil)
		return
	}
	m, err := s.discover(r.Context())
	if err != nil {
		s.log.Warn("the issuer's sign-in configuration cannot be read", "error", err)
		answer(w, http.StatusServiceUnavailable, fault{"The issuer cannot be reached. Try again."})
		return
	}
	d := Description{
		Issuer: m.Issuer, AuthorizationEndpoint: m.AuthorizationEndpoint, ClientID: s.config.ClientID, Scope: s.config.Scope,
		Parameters: s.config.Parameters, EndSessionEndpoint: m.EndSessionEndpoint,
	}
	if d.Parameters == nil {
		d.Parameters = map[string]string{}
	}
	answer(w, http.StatusOK, d)
}

// A request is what a page sends to have a code exchanged, or a token renewed.
type request struct {
	Code         string `json:"code"`
	CodeVerifier string `json:"codeVerifier"`
	RedirectURI  string `json:"redirectUri"`
	RefreshToken string `json:"refreshToken"`
}

// issued is what it gets.
type issued struct {
	AccessToken string `json:"accessToken"`
	// ExpiresIn is in seconds; 0: the issuer does not say.
	ExpiresIn    int64  `json:"expiresIn"`
	RefreshToken string `json:"refreshToken,omitempty"`
	IDToken      string `json:"idToken,omitempty"`
}

// Exchange serves POST of JSON: of {code, codeVerifier, redirectUri}, or of {refreshToken}. It
// answers {accessToken, expiresIn, refreshToken, idToken}, or {error}: 400 where the issuer refuses,
// 503 where it does not answer. What other sites make a browser send is refused.
func (s *SignIn) Exchange(w http.ResponseWriter, r *http.Request) {
	if s == nil {
		answer(w, http.StatusNotFound, fault{"Sign-in is not configured on this gateway."})
		return
	}
	// A page of another origin can send no JSON without asking first, which is not answered.
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if site := r.Header.Get("Sec-Fetch-Site"); err != nil || media != "application/json" || site != "" && site != "same-origin" {
		answer(w, http.StatusForbidden, fault{"Only the gateway's own pages may sign in here, with a JSON body."})
		return
	}
	var asked request
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || json.Unmarshal(body, &asked) != nil || (asked.RefreshToken == "") == (asked.Code == "" || asked.CodeVerifier == "" || asked.RedirectURI == "") {
		answer(w, http.StatusBadRequest, fault{"Send code, codeVerifier and redirectUri, or refreshToken."})
		return
	}
	// The gateway proves itself to the issuer for its own pages only. Browsers send the origin of the
	// page with a POST.
	origin := r.Header.Get("Origin")
	if asked.Code != "" && (origin == "" || !strings.HasPrefix(asked.RedirectURI, origin+"/") || !strings.HasSuffix(asked.RedirectURI, "/signed-in")) {
		answer(w, http.StatusBadRequest, fault{"The redirectUri must be /signed-in of the page that sends the code."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), deadline)
	defer cancel()
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		answer(w, http.StatusServiceUnavailable, fault{"Too many people are signing in. Try again."})
		return
	}
	token, err := s.exchange(ctx, asked)
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError:
		// The description is for developers, and may repeat what was sent.
		s.log.Warn("the issuer refused a sign-in", "error", word(refused.ErrorCode), "status", refused.Response.StatusCode)
		answer(w, http.StatusBadRequest, fault{fmt.Sprintf("The issuer refused (%s). Sign in again.", word(refused.ErrorCode))})
	case err != nil:
		s.log.Warn("the issuer did not answer a sign-in", "error", withoutBody(err))
		answer(w, http.StatusServiceUnavailable, fault{"The issuer cannot be reached. Try again."})
	default:
		idToken, _ := token.Extra("id_token").(string)
		answer(w, http.StatusOK, issued{token.AccessToken, max(token.ExpiresIn, 0), token.RefreshToken, idToken})
	}
}

// exchange exchanges a code, or a token that renews.
func (s *SignIn) exchange(ctx context.Context, asked request) (*oauth2.Token, error) {
	m, err := s.discover(ctx)
	if err != nil {
		return nil, err
	}
	c := oauth2.Config{
		ClientID: s.config.ClientID, ClientSecret: s.config.ClientSecret, RedirectURL: asked.RedirectURI,
		Endpoint: oauth2.Endpoint{TokenURL: m.TokenEndpoint},
	}
	// A public client names itself in the body. The library would find out by trying both ways, and a
	// code or a token that renews counts once.
	c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	if s.config.ClientSecret != "" && m.TakesBasic() {
		c.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, s.client)
	if asked.RefreshToken != "" {
		return c.TokenSource(ctx, &oauth2.Token{RefreshToken: asked.RefreshToken}).Token()
	}
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(asked.CodeVerifier)}
	if resource := s.config.Parameters["resource"]; resource != "" {
		// RFC 8707, section 2.2: the token's audience is said again here.
		options = append(options, oauth2.SetAuthURLParam("resource", resource))
	}
	return c.Exchange(ctx, asked.Code, options...)
}

// discover gives what the issuer says of itself. Who gives up waiting does not keep the answer from
// others, and what was said before counts while it is asked anew: endpoints seldom move.
func (s *SignIn) discover(ctx context.Context) (tokens.Metadata, error) {
	s.mu.Lock()
	known, age, failed, err := s.metadata, time.Since(s.read), time.Since(s.failed), s.err
	s.mu.Unlock()
	has := known.Issuer != ""
	switch {
	case has && (age < keptFor || failed < leastGap):
		return known, nil
	case failed < leastGap:
		return known, err
	}
	answered := s.asking.DoChan("", s.ask)
	if has {
		return known, nil
	}
	select {
	case a := <-answered:
		m, _ := a.Val.(tokens.Metadata)
		return m, a.Err
	case <-ctx.Done():
		return known, ctx.Err()
	}
}

// ask asks the issuer, and keeps what it says.
func (s *SignIn) ask() (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	m, err := tokens.Discover(ctx, s.client, s.issuer)
	if err == nil && (!tokens.Safe(m.AuthorizationEndpoint) || !tokens.Safe(m.TokenEndpoint)) {
		err = errors.New("the issuer's openid-configuration has no safe authorization_endpoint and token_endpoint")
	}
	if !tokens.Safe(m.EndSessionEndpoint) {
		m.EndSessionEndpoint = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failed, s.err = time.Now(), err
		return tokens.Metadata{}, err
	}
	s.metadata, s.read, s.failed, s.err = m, time.Now(), time.Time{}, nil
	return m, nil
}

// word gives an error code of the issuer's where it is one of RFC 6749: what else stands there is
// nobody's to repeat.
func word(code string) string {
	switch code {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target":
		return code
	}
	return "unknown reason"
}

// withoutBody words an error without what the issuer answered, in which a token could stand.
func withoutBody(err error) string {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Sprintf("status %d", refused.Response.StatusCode)
	}
	return err.Error()
}

type fault struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The client may have left, which is nobody's fault.
	_ = json.NewEncoder(w).Encode(body)
}
