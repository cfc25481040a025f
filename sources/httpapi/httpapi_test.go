package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"customer360/internal/await"
	"customer360/sources"
)

// serve gives a client of a server that answers as the handler says. Both end with the test.
func serve(t *testing.T, c Config, h http.HandlerFunc) *Client {
	t.Helper()
	before := goleak.IgnoreCurrent()
	server := httptest.NewServer(h)
	c.Source, c.URL = "billing/test", server.URL+"/v1"
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		server.Close()
		await.Goroutines(t, before)
	})
	return client
}

// virtual serves in the bubble that it is called in: nothing of it is on a wire, where time
// would not pass.
func virtual(t *testing.T, c Config, h http.HandlerFunc) *Client {
	t.Helper()
	c.Source, c.URL = "billing/test", "http://127.0.0.1:1/v1"
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	client.http.Transport.(*transport).inner = handler(h)
	return client
}

type handler http.HandlerFunc

func (h handler) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}

func get(c *Client, path string, into any) *sources.Error {
	_, err := c.Do(context.Background(), Request{Path: path, Into: into})
	return sources.AsError("", "", err)
}

func TestNew(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://api.example.com/v1": true, "http://127.0.0.1:8080": true, "http://[::1]/x": true, "http://localhost:1": true,
		"http://api.example.com": false, "https://user:secret@api.example.com": false, "https://api.example.com?key=secret": false,
		"api.example.com": false, "ftp://api.example.com": false, "": false, "https://": false, "http://127.0.0.1.example.com": false,
	} {
		_, err := New(Config{URL: address})
		if (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error holds a secret: %v", err)
		}
	}
	_, err := New(Config{Limits: Limits{RequestsPerSecond: -1, Concurrency: -1}})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three faults: %v", err)
	}
}

func TestKinds(t *testing.T) {
	for status, want := range map[int]sources.Kind{
		200: "", 204: "", 301: sources.Malformed, 307: sources.Malformed, 400: sources.Malformed, 401: sources.Unauthorized,
		403: sources.Unauthorized, 404: sources.Malformed, 408: sources.Unavailable, 429: sources.RateLimited,
		500: sources.Unavailable, 502: sources.Unavailable, 503: sources.Unavailable, 504: sources.Unavailable,
	} {
		c := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example.com/")
			w.WriteHeader(status)
		})
		err := get(c, "/accounts/key-1", nil)
		if (err == nil) != (want == "") || err != nil && err.Kind != want {
			t.Errorf("%d: %v; want %q", status, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "key-1") || !IsStatus(err, status)) {
			t.Errorf("%v", err)
		}
	}
}

// Whatever goes wrong, the error holds no address, no key, and nothing of the answer.
func TestErrorsTellNothing(t *testing.T) {
	for name, answer := range map[string]string{
		"not JSON":   "<html>secret-1</html>",
		"a number":   `{"balance": "x", "n": 4242421}`,
		"cut short":  `{"n": "secret-1`,
		"other form": `{"n": {"secret-1": 4242421}}`,
		"a time":     `{"at": "secret-1, 4242421"}`,
		"nothing":    "",
		"too large":  `{"n": "` + strings.Repeat("secret-1", maxBody/8) + `"}`,
	} {
		c := serve(t, Config{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		var into struct {
			N  bool
			At time.Time
		}
		err := get(c, "/accounts/key-1", &into)
		if err == nil || err.Kind != sources.Malformed {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, secret := range []string{"key-1", "secret-1", "4242421"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	gone, err := New(Config{Source: "billing/test", URL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := get(gone, "/accounts/key-1?api_key=secret-1", nil); err == nil || err.Kind != sources.Unavailable || strings.Contains(err.Error(), "key-1") {
		t.Errorf("%v", err)
	}
}

// What a vendor says out of form is told by nobody, nor by the libraries below.
func TestWhatIsOutOfFormIsNotTold(t *testing.T) {
	for name, answer := range map[string]string{
		"a header":     "HTTP/1.1 200 OK\r\nBearer secret-1\r\n\r\n{}",
		"a status":     "HTTP/1.1 secret-1\r\n\r\n",
		"a redirect":   "HTTP/1.1 302 Found\r\nLocation: http://x:secret-1/\r\nContent-Length: 0\r\n\r\n",
		"no HTTP":      "secret-1\r\n\r\n",
		"half a body":  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"n\": ",
		"nothing ever": "",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, answer)
			c.Close()
		}()
		c, err := New(Config{Source: "billing/test", URL: "http://" + l.Addr().String()})
		if err != nil {
			t.Fatal(err)
		}
		failed := get(c, "/accounts/key-1", &struct{}{})
		if failed == nil || failed.Kind != sources.Unavailable && name != "a redirect" || strings.Contains(failed.Error(), "secret-1") || strings.Contains(failed.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", name, failed)
		}
		c.Close()
		l.Close()
	}
}

// Credentials go to the configured host and nowhere else.
func TestOtherHosts(t *testing.T) {
	var reached atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer other.Close()
	c := serve(t, Config{Header: http.Header{"Authorization": {"Bearer secret-1"}}}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret-1" {
			t.Error("the header is not sent")
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	for _, path := range []string{"/redirected", other.URL + "/next"} {
		if err := get(c, path, nil); err == nil || err.Kind != sources.Malformed {
			t.Errorf("%v", err)
		}
	}
	if reached.Load() != 0 {
		t.Error("another host was asked")
	}
}

func TestPaths(t *testing.T) {
	var got string
	c := serve(t, Config{}, func(_ http.ResponseWriter, r *http.Request) { got = r.URL.RequestURI() })
	for _, test := range []struct {
		path  string
		query url.Values
		want  string
	}{
		{"accounts", nil, "/v1/accounts"},
		{"/accounts", url.Values{"id": {"a", "b"}}, "/v1/accounts?id=a&id=b"},
		{"/accounts?page=2", url.Values{"id": {"a"}}, "/v1/accounts?id=a&page=2"},
		{"/accounts/" + url.PathEscape("../../x/y?z"), nil, "/v1/accounts/..%2F..%2Fx%2Fy%3Fz"},
		{c.base.String() + "/accounts?cursor=n", nil, "/v1/accounts?cursor=n"},
	} {
		if _, err := c.Do(context.Background(), Request{Path: test.path, Query: test.query}); err != nil || got != test.want {
			t.Errorf("%s: %q, %v; want %q", test.path, got, err, test.want)
		}
	}
}

// After a 429 the endpoint is left alone for as long as it asked, and others are not.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := map[string]int{}
		c := virtual(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			calls[r.URL.Path]++
			mu.Unlock()
			if strings.HasPrefix(r.URL.Path, "/v1/invoices") {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		})
		for range 3 {
			err := get(c, "/invoices", nil)
			if err == nil || err.Kind != sources.RateLimited || err.RetryAfter <= 0 || err.RetryAfter > time.Second {
				t.Errorf("%v", err)
			}
			if err := get(c, "/accounts", nil); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(1100 * time.Millisecond)
		_ = get(c, "/invoices", nil)
		mu.Lock()
		defer mu.Unlock()
		if calls["/v1/invoices"] != 2 || calls["/v1/accounts"] != 3 {
			t.Errorf("%v", calls)
		}
	})
}

// Those that wait for their turn when the 429 comes are not sent either.
func TestHoldOfThoseThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		c := virtual(t, Config{Limits: Limits{Concurrency: 2}}, func(w http.ResponseWriter, r *http.Request) {
			n := sent.Add(1)
			time.Sleep(20 * time.Millisecond)
			if n == 1 {
				w.Header().Set("Retry-After", "60")
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { _ = get(c, "/invoices", nil) })
		}
		wg.Wait()
		if n := sent.Load(); n > 4 {
			t.Errorf("%d requests were sent", n)
		}
		// A later 429 that says nothing does not shorten what an earlier one said.
		if err := get(c, "/invoices", nil); err == nil || err.RetryAfter < 50*time.Second {
			t.Errorf("%v", err)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The time of a bubble begins before what is told from a number of seconds.
		time.Sleep(time.Until(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)))
		in := func(d time.Duration) time.Time { return time.Now().Add(d) }
		for _, test := range []struct {
			header, value string
			want          time.Duration
		}{
			{"Retry-After", "7", 7 * time.Second},
			{"Retry-After", "0.5", 500 * time.Millisecond},
			{"Retry-After", in(20 * time.Second).UTC().Format(http.TimeFormat), 20 * time.Second},
			{"Retry-After", "86400", maxHold},
			{"Retry-After", "-3", 0},
			{"Retry-After", "NaN", 0},
			{"Retry-After", "soon", 0},
			{"X-RateLimit-Reset", in(30 * time.Second).UTC().Format(time.RFC3339Nano), 30 * time.Second},
			{"RateLimit-Reset", strconv.FormatInt(in(40*time.Second).Unix(), 10), 40 * time.Second},
			{"RateLimit-Reset", strconv.FormatInt(in(-40*time.Second).Unix(), 10), 0},
		} {
			got := RetryAfter(http.Header{http.CanonicalHeaderKey(test.header): {test.value}})
			if diff := got - test.want; diff < -time.Second || diff > time.Second || test.want < time.Second && got != test.want {
				t.Errorf("%s: %s: %s; want %s", test.header, test.value, got, test.want)
			}
		}
	})
}

// The rate is kept, and who cannot be served in time is told at once.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := virtual(t, Config{Limits: Limits{RequestsPerSecond: 2}}, func(http.ResponseWriter, *http.Request) {})
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		var limited int
		start := time.Now()
		for range 10 {
			_, err := c.Do(ctx, Request{Path: "/x"})
			if e := sources.AsError("", "", err); e != nil && e.Kind == sources.RateLimited && e.RetryAfter > 0 {
				limited++
			}
		}
		if limited != 10-2 || time.Since(start) != 0 {
			t.Errorf("%d of 10 were limited after %s; want 8 at once", limited, time.Since(start))
		}
	})
}

func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		c := virtual(t, Config{Limits: Limits{Concurrency: 3}}, func(http.ResponseWriter, *http.Request) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(10 * time.Millisecond)
			now.Add(-1)
		})
		keys := make([]string, 20)
		for i := range keys {
			keys[i] = strconv.Itoa(i)
		}
		answers, err := Each(context.Background(), "billing/test", 0, keys, func(ctx context.Context, _ string) (sources.Answer[int], error) {
			_, err := c.Do(ctx, Request{Path: "/x"})
			return sources.Answer[int]{}, err
		})
		if err != nil || len(answers) != 20 || most.Load() > 3 {
			t.Errorf("%d answers, %v, %d at once", len(answers), err, most.Load())
		}
	})
}

func TestEach(t *testing.T) {
	fail := func(kind sources.Kind) error {
		return &sources.Error{Source: "billing/test", Kind: kind, Err: errors.New("as it was told")}
	}
	keys := []string{"a", "b", "c", "d"}
	for name, test := range map[string]struct {
		ask      func(key string) error
		answered int
		kind     sources.Kind
	}{
		"all answer": {func(string) error { return nil }, 4, ""},
		"one fails":  {func(k string) error { return map[string]error{"b": fail(sources.Malformed)}[k] }, 3, sources.Malformed},
		"the heaviest counts": {func(k string) error {
			return map[string]error{"a": fail(sources.Malformed), "b": fail(sources.RateLimited), "c": fail(sources.TimedOut)}[k]
		}, 1, sources.RateLimited},
		"no more after a 401": {func(k string) error { return map[string]error{"a": fail(sources.Unauthorized)}[k] }, 0, sources.Unauthorized},
		"a 403 of its own": {func(k string) error {
			return map[string]error{"b": &sources.Error{Source: "billing/test", Kind: sources.Unauthorized, Err: &StatusError{Status: 403}}}[k]
		}, 3, sources.Unauthorized},
		"a 401 of the account": {func(k string) error {
			return map[string]error{"b": &sources.Error{Source: "billing/test", Kind: sources.Unauthorized, Err: &StatusError{Status: 401}}}[k]
		}, 1, sources.Unauthorized},
		"a panic is an error":   {func(string) error { panic("secret-1") }, 0, sources.Internal},
		"another kind of error": {func(string) error { return errors.New("broken") }, 0, sources.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			answers, err := Each(context.Background(), "billing/test", 1, keys, func(_ context.Context, key string) (sources.Answer[int], error) {
				return sources.Answer[int]{}, test.ask(key)
			})
			e := sources.AsError("", "", err)
			if len(answers) != test.answered || (e == nil) != (test.kind == "") || e != nil && (e.Kind != test.kind || strings.Contains(e.Error(), "secret-1")) {
				t.Errorf("%d answers, %v", len(answers), err)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	answers, err := Each(ctx, "billing/test", 1, keys, func(_ context.Context, key string) (sources.Answer[int], error) {
		if key == "b" {
			cancel()
		}
		return sources.Answer[int]{}, nil
	})
	if e := sources.AsError("", "", err); len(answers) != 2 || e == nil || e.Kind != sources.Canceled {
		t.Errorf("what was answered before the end is kept: %d answers, %v", len(answers), err)
	}
}
