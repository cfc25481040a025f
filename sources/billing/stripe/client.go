package stripe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources"
	"customer360/sources/httpapi"
)

// newClient makes the library's client. It has a backend of its own, so that nothing
// global of the library is used; it repeats nothing, since a guard does, and it logs
// and reports nothing.
func newClient(key, address string, h *httpapi.Client) *stripe.Client {
	own := *h.HTTP()
	own.Transport = &transport{own.Transport, h.Text}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		EnableTelemetry:   stripe.Bool(false),
		HTTPClient:        &own,
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
		MaxNetworkRetries: stripe.Int64(0),
		URL:               stripe.String(address),
	})
	return stripe.NewClient(key, stripe.WithBackends(&stripe.Backends{API: backend}))
}

// endpoint is what Stripe counts requests by: a list, or all single objects of a kind.
func endpoint(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if len(segments) > 2 {
		return strings.Join(segments[:2], "/") + "/{id}"
	}
	return strings.Join(segments, "/")
}

var errForm = errors.New("its answer does not match Stripe's API")

// transport keeps from the library what it would read without a bound, or quote.
type transport struct {
	inner http.RoundTripper
	// text reads an answer.
	text func(*http.Response) ([]byte, error)
}

// RoundTrip gives answers that the library can make sense of: objects, and the errors
// that say which object is missing. Others become a [*httpapi.StatusError], whatever
// is in their body.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status >= 200 && status <= 299, status == http.StatusNotFound, status == http.StatusBadRequest:
		data, err := t.text(response)
		if err != nil {
			return nil, err
		}
		if status <= 299 && !json.Valid(data) {
			// The library would pass over what stands behind the first value.
			return nil, errForm
		}
		if u := unknownOf(r.Context()); u != nil && status <= 299 && !u.note(data) {
			return nil, errForm
		}
		response.Body = io.NopCloser(bytes.NewReader(data))
		return response, nil
	}
	// So that the connection can be used again.
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10)
	return nil, &httpapi.StatusError{Status: response.StatusCode, RetryAfter: httpapi.RetryAfter(response.Header)}
}

// fault gives an error of a call as one of the source. What the library says quotes
// keys and bodies, so nothing of it is kept; of, as "invoices", says which call it was.
func (s *source) fault(of string, err error) *sources.Error {
	var (
		refused *stripe.Error
		sent    *url.Error
		status  *httpapi.StatusError
		e       *sources.Error
	)
	switch {
	case errors.As(err, &refused):
		err = s.http.Error(&httpapi.StatusError{Status: refused.HTTPStatusCode})
	case errors.Is(err, errForm):
		err = &sources.Error{Source: s.name, Kind: sources.Malformed, Err: errForm}
	case errors.As(err, &sent), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		err = s.http.Error(err)
	default:
		err = &sources.Error{Source: s.name, Kind: sources.Malformed, Err: errForm}
	}
	e = sources.AsError(s.name, sources.Unavailable, err)
	if errors.As(e.Err, &status) {
		e.Err = callError{of, e.Err}
	}
	return e
}

// A callError says which call an error is of.
type callError struct {
	of  string
	err error
}

func (e callError) Error() string { return e.of + ": " + e.err.Error() }
func (e callError) Unwrap() error { return e.err }

// isMissing reports whether Stripe says that there is no such object: the one in the
// path, which is 404, or the customer of a list, which is 400.
func isMissing(err error) bool {
	var e *stripe.Error
	return errors.As(err, &e) && e.Code == stripe.ErrorCodeResourceMissing && (e.HTTPStatusCode == http.StatusNotFound || e.Param == "customer")
}

// list follows the pages of a list, up to [sources.MaxPerKind] objects, and reports
// whether there are more.
func list[T any](page func(stripe.ListParams) *stripe.V1List[T], id func(T) string) (all []T, more bool, err error) {
	params := stripe.ListParams{Limit: stripe.Int64(pageSize), Single: true}
	for {
		l := page(params)
		if l.Err() != nil {
			return nil, false, l.Err()
		}
		all = append(all, l.Data()...)
		switch more = l.Meta().HasMore; {
		case len(all) > sources.MaxPerKind:
			return all[:sources.MaxPerKind], true, nil
		case !more, len(all) == sources.MaxPerKind:
			return all, more, nil
		case len(l.Data()) == 0:
			// It would go on for ever.
			return nil, false, errForm
		}
		params.StartingAfter = stripe.String(id(all[len(all)-1]))
	}
}

// pageSize is the most that Stripe gives at once.
const pageSize = 100
