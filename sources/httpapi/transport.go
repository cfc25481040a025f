package httpapi

import (
	"context"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxHold bounds how long a system can make us leave an endpoint alone: one that asks
// for a day is broken, or lies.
const maxHold = 5 * time.Minute

// defaultHold is how long an endpoint is left alone after a 429 that does not say.
const defaultHold = time.Second

// transport sends requests within the limits of a system.
type transport struct {
	inner    http.RoundTripper
	header   http.Header
	limiter  *rate.Limiter
	slots    chan struct{}
	endpoint func(string) string

	mu    sync.Mutex
	holds map[string]time.Time
}

func newTransport(c Config) *transport {
	n := c.Concurrency
	if n == 0 {
		n = defaultConcurrency
	}
	inner := http.DefaultTransport.(*http.Transport).Clone()
	inner.MaxIdleConnsPerHost = n
	t := &transport{inner: inner, header: c.Header, slots: make(chan struct{}, n), endpoint: c.Endpoint, holds: map[string]time.Time{}}
	if c.RequestsPerSecond > 0 {
		mean, burst := c.RequestsPerSecond, c.RequestsPerSecond
		if c.Window > 0 {
			// Both halves of the mean: what is sent at once, and what comes back meanwhile.
			mean, burst = mean/2, mean/2*c.Window.Seconds()
		}
		t.limiter = rate.NewLimiter(rate.Limit(mean), int(max(1, math.Ceil(burst))))
	}
	if t.endpoint == nil {
		t.endpoint = firstSegments
	}
	return t
}

func firstSegments(path string) string {
	segments := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 4)
	return strings.Join(segments[:min(3, len(segments))], "/")
}

// CloseIdleConnections lets [http.Client.CloseIdleConnections] reach the connections.
func (t *transport) CloseIdleConnections() {
	t.inner.(*http.Transport).CloseIdleConnections()
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	endpoint := t.endpoint(r.URL.Path)
	if wait := t.held(endpoint); wait > 0 {
		return nil, &limited{wait}
	}
	if err := t.wait(ctx); err != nil {
		return nil, err
	}
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release := sync.OnceFunc(func() { <-t.slots })
	// Once more: those that waited for their turn were asked to wait as well.
	if wait := t.held(endpoint); wait > 0 {
		release()
		return nil, &limited{wait}
	}
	if len(t.header) > 0 {
		r = r.Clone(ctx)
		for k, v := range t.header {
			r.Header[k] = v
		}
	}
	response, err := t.inner.RoundTrip(r)
	if err != nil {
		release()
		return nil, err
	}
	if wait := retryAfter(response); response.StatusCode == http.StatusTooManyRequests {
		if wait == 0 {
			wait = defaultHold
		}
		t.hold(endpoint, wait)
	}
	response.Body = &body{response.Body, release}
	return response, nil
}

// wait takes a place in the rate, or says that there is none before ctx ends.
func (t *transport) wait(ctx context.Context) error {
	if t.limiter == nil {
		return nil
	}
	place := t.limiter.Reserve()
	delay := place.Delay()
	if delay == 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
		place.Cancel()
		return &limited{delay}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		place.Cancel()
		return ctx.Err()
	}
}

func (t *transport) hold(endpoint string, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(min(wait, maxHold)); until.After(t.holds[endpoint]) {
		t.holds[endpoint] = until
	}
}

// held gives how long the endpoint is still left alone.
func (t *transport) held(endpoint string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, ok := t.holds[endpoint]
	if !ok {
		return 0
	}
	wait := time.Until(until)
	if wait <= 0 {
		delete(t.holds, endpoint)
	}
	return wait
}

// limited: the request was not sent, since the system asked us to wait, or the rate is
// used up.
type limited struct{ wait time.Duration }

func (e *limited) Error() string {
	return "not sent: the rate limit of requests is reached for " + e.wait.Round(time.Millisecond).String()
}

// body gives the request's place back when it is closed.
type body struct {
	io.ReadCloser
	release func()
}

func (b *body) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

// retryAfter gives how long an answer asks us to wait. Some systems send the headers of
// their rates with every answer, where they ask for nothing.
func retryAfter(r *http.Response) time.Duration {
	if r.StatusCode == http.StatusTooManyRequests {
		return RetryAfter(r.Header)
	}
	return RetryAfter(http.Header{"Retry-After": r.Header["Retry-After"]})
}

// RetryAfter reads how long a system asks us to wait, as [Client.Do] does; for SDKs that
// read the answer themselves. It is Retry-After (RFC 9110, seconds or
// a date), else the RateLimit-Reset and X-RateLimit-Reset that systems have instead
// (seconds, seconds since 1970, or a date). Zero: it does not say. At most [maxHold].
func RetryAfter(h http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "RateLimit-Reset", "X-RateLimit-Reset"} {
		text := strings.TrimSpace(h.Get(name))
		if text == "" {
			continue
		}
		var wait time.Duration
		if seconds, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(seconds) {
			// As a number of seconds from now, a time since 1970 would be half a century.
			if seconds > 1e9 {
				seconds -= float64(time.Now().Unix())
			}
			wait = time.Duration(min(seconds, maxHold.Seconds()) * float64(time.Second))
		} else if at, err := http.ParseTime(text); err == nil {
			wait = time.Until(at)
		} else if at, err := time.Parse(time.RFC3339, text); err == nil {
			wait = time.Until(at)
		}
		return min(max(wait, 0), maxHold)
	}
	return 0
}
