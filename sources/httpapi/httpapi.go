// Package httpapi is what the adapters of systems with an HTTP API have in common: a client
// that limits its rate and concurrency, waits after a 429 for as long as it was told to,
// limits what it reads, follows no redirect, because a credential must not travel to
// another host, and whose errors contain no address, body, credential or key.
package httpapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"customer360/sources"
)

// Config describes the API of one system.
type Config struct {
	// Source is the source's name, "domain/system".
	Source string
	// URL is what the paths of requests are relative to. It is https, or http on
	// loopback only, and holds no user and no query.
	URL string
	// Header is sent with each request; it may hold credentials.
	Header http.Header
	// Trace: the ids of the request that a call is made for are sent as X-Request-Id and
	// traceparent. For the company's own systems only.
	Trace bool
	Limits
	// Window is what the system counts requests over, where that is not a second:
	// RequestsPerSecond is then their mean over it, half of which may be sent at once.
	Window time.Duration
	// Endpoint names the endpoint of a path: after a 429 it is left alone, and others
	// are not. Nil: the path's first three segments.
	Endpoint func(path string) string
}

// Limits bound what a system is asked, over all requests of the gateway. Adapters
// embed them in their configuration.
type Limits struct {
	// RequestsPerSecond bounds HTTP requests; a burst of one second's worth is let
	// through. Zero: no bound. A request that cannot be sent before its context ends
	// is RateLimited at once.
	RequestsPerSecond float64 `yaml:"requestsPerSecond"`
	// Concurrency bounds HTTP requests that run at once. Zero: 16, which keeps a page
	// of fifty within four round trips and is below what common vendors refuse.
	Concurrency int `yaml:"concurrency"`
}

// defaultConcurrency is what [Limits] says of zero.
const defaultConcurrency = 16

// maxBody bounds an answer: a thousand facts of some kilobytes each are well within.
const maxBody = 16 << 20

// A Client asks one system. It is safe for concurrent use.
type Client struct {
	source string
	base   *url.URL
	http   *http.Client
	trace  bool
}

// New makes a client. The error lists every fault of the configuration.
func New(c Config) (*Client, error) {
	var errs []error
	base, err := url.Parse(c.URL)
	switch {
	case err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		errs = append(errs, errors.New("url: want a URL such as https://api.example.com/v1, without user and query"))
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		errs = append(errs, errors.New("url: http is allowed for this machine only, because credentials would be sent in clear text: use https"))
	case base.Scheme != "http" && base.Scheme != "https":
		errs = append(errs, errors.New("url: want https"))
	}
	if c.RequestsPerSecond < 0 {
		errs = append(errs, errors.New("requestsPerSecond: want a positive number, or 0 for no limit"))
	}
	if c.Concurrency < 0 {
		errs = append(errs, errors.New("concurrency: want a positive number"))
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return &Client{source: c.Source, base: base, trace: c.Trace, http: &http.Client{
		Transport:     newTransport(c),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// HTTP gives the client as an [http.Client], for a vendor's SDK: rate, concurrency,
// headers and 429 are taken care of; its errors go through [Client.Error].
func (c *Client) HTTP() *http.Client { return c.http }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// A Request is one call.
type Request struct {
	// Method is GET where it is empty.
	Method string
	// Path is relative to the client's URL; or a whole address on the same host, as
	// systems give it for a next page.
	Path string
	// Query is added to the path's.
	Query url.Values
	// Header is sent beside the client's; it may hold credentials that change.
	Header http.Header
	// Body is sent as JSON; nil: none.
	Body any
	// Into is decoded from the JSON answer; nil: the answer is dropped. Numbers that
	// land in an any are [json.Number].
	Into any
	// Refusal is decoded, as far as that goes, from the JSON of an answer with another
	// status than 2xx; nil: that answer is dropped. It never is a part of the error.
	Refusal any
}

// Do sends a request and gives the headers of the answer. Any status but 2xx is an
// error that holds a [*StatusError].
func (c *Client) Do(ctx context.Context, r Request) (http.Header, error) {
	target, err := c.target(r)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if r.Body != nil {
		data, err := json.Marshal(r.Body)
		if err != nil {
			return nil, &sources.Error{Source: c.source, Kind: sources.Internal, Err: err}
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		return nil, &sources.Error{Source: c.source, Kind: sources.Internal, Err: errors.New("the request could not be made")}
	}
	for k, v := range r.Header {
		request.Header[k] = v
	}
	if c.trace {
		trace(request.Header, sources.RequestOf(ctx))
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "customer360")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.Error(err)
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		rest := io.LimitReader(response.Body, 64<<10)
		if r.Refusal != nil {
			_ = json.NewDecoder(rest).Decode(r.Refusal)
		}
		// So that the connection can be used again; the body itself is not told.
		_, _ = io.Copy(io.Discard, rest)
		return nil, c.Error(&StatusError{Status: response.StatusCode, RetryAfter: retryAfter(response)})
	}
	if r.Into == nil {
		_, _ = io.CopyN(io.Discard, response.Body, maxBody)
		return response.Header, nil
	}
	data, err := c.Text(response)
	if err != nil {
		return nil, err
	}
	if err := Decode(data, r.Into); err != nil {
		return nil, c.malformed(err)
	}
	return response.Header, nil
}

func trace(h http.Header, r *sources.Request) {
	if r.ID != "" {
		h.Set("X-Request-Id", r.ID)
	}
	if r.Traceparent != "" {
		h.Set("Traceparent", r.Traceparent)
	}
}

// Decode reads the one value that a text of JSON is; numbers that land in an any are
// [json.Number]. The error says nothing of what stands there.
func Decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("its answer has more after its JSON, at byte %d", d.InputOffset())
	}
	return nil
}

func (c *Client) malformed(err error) error {
	return &sources.Error{Source: c.source, Kind: sources.Malformed, Err: err}
}

// unreadable words what a decoder says, whose own text may quote what it read.
func unreadable(err error) error {
	var (
		syntax *json.SyntaxError
		typ    *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("its answer is not JSON at byte %d", syntax.Offset)
	case errors.As(err, &typ):
		return fmt.Errorf("the value at %q of its answer is not a %s", typ.Field, typ.Type)
	case errors.Is(err, io.EOF):
		return errors.New("its answer is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("its answer is incomplete JSON")
	}
	return errors.New("a value of its answer has another type")
}

// errElsewhere: a system must not send our credentials to another one.
var errElsewhere = errors.New("its next page is on another host")

func (c *Client) target(r Request) (string, error) {
	base := *c.base
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	ref, err := url.Parse(r.Path)
	if err != nil {
		return "", &sources.Error{Source: c.source, Kind: sources.Internal, Err: errors.New("the path is none")}
	}
	if ref.Host == "" {
		ref.Path, ref.RawPath = strings.TrimPrefix(ref.Path, "/"), strings.TrimPrefix(ref.RawPath, "/")
	}
	u := base.ResolveReference(ref)
	if u.Scheme != base.Scheme || u.Host != base.Host {
		return "", &sources.Error{Source: c.source, Kind: sources.Malformed, Err: errElsewhere}
	}
	if len(r.Query) > 0 {
		q := u.Query()
		for k, v := range r.Query {
			q[k] = v
		}
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}

// A StatusError is an answer with another status than 2xx.
type StatusError struct {
	Status int
	// RetryAfter is how long the system asked us to wait; zero if it did not.
	RetryAfter time.Duration
}

// Error says the status and nothing of the answer.
func (e *StatusError) Error() string { return fmt.Sprintf("it answered with status %d", e.Status) }

// Kind is what a status means: our credentials, our rate, their failure, or an answer
// that nobody expected.
func (e *StatusError) Kind() sources.Kind {
	switch {
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return sources.Unauthorized
	case e.Status == http.StatusTooManyRequests:
		return sources.RateLimited
	case e.Status >= 500 || e.Status == http.StatusRequestTimeout:
		return sources.Unavailable
	}
	return sources.Malformed
}

// IsStatus reports whether an error is or wraps an answer with this status, as 404.
func IsStatus(err error, status int) bool {
	var s *StatusError
	return errors.As(err, &s) && s.Status == status
}

// Error gives an error of a call as one of the source, without the address, which
// holds keys, and without anything of the answer. Nil stays nil.
func (c *Client) Error(err error) error {
	if err == nil {
		return nil
	}
	var (
		ours   *sources.Error
		status *StatusError
		held   *limited
	)
	e := &sources.Error{Source: c.source, Kind: sources.Unavailable}
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &status):
		e.Kind, e.RetryAfter, e.Err = status.Kind(), status.RetryAfter, status
	case errors.As(err, &held):
		e.Kind, e.RetryAfter, e.Err = sources.RateLimited, held.wait, held
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Err = sources.TimedOut, context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		e.Kind, e.Err = sources.Canceled, context.Canceled
	default:
		e.Err = onTheWay(err)
	}
	return e
}

// onTheWay words what went wrong with a connection: the libraries' own texts hold
// addresses, and lines of an answer that could not be read.
func onTheWay(err error) error {
	var (
		dns    *net.DNSError
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
		errno  syscall.Errno
	)
	switch {
	case errors.As(err, &dns):
		return errors.New("its host name could not be resolved")
	case errors.As(err, &cert):
		return errors.New("its certificate cannot be trusted")
	case errors.As(err, &record):
		return errors.New("it does not speak TLS")
	case errors.As(err, &errno):
		return errno
	}
	return errors.New("no connection, or the connection was lost")
}
