package zendesk_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"customer360/demo/live"
	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
	"customer360/sources/support/zendesk"
)

// fast are limits that no test waits for.
var fast = httpapi.Limits{RequestsPerSecond: 1e6, Concurrency: 8}

func TestContract(t *testing.T) {
	known := []string{"20978392001", "20978392002", "20978392003"}
	at := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*support.Record] {
		var records []*support.Record
		for _, key := range known {
			records = append(records, &support.Record{
				Ref:      sources.Ref{RecordID: key},
				Tickets:  []*support.Ticket{{Ref: sources.Ref{RecordID: "t"}, Title: "Printer", Status: support.Open, CreatedAt: at}},
				Messages: []*support.Message{{Ref: sources.Ref{RecordID: "m"}, TicketID: "t", Direction: support.Inbound, Body: "It burns.", SentAt: at}},
			})
		}
		up := newUpstream(t, live.Zendesk(records, at.Add(time.Hour)))
		source := up.source(t, zendesk.Config{})
		fail := func(kind sources.Kind, fault http.HandlerFunc) sourcetest.Failure {
			return sourcetest.Failure{Kind: kind, Arm: func() { up.fault.Store(&fault) }, Secrets: []string{live.ZendeskEmail, authorization}}
		}
		return sourcetest.Fixture[*support.Record]{
			Source: source, Known: known, Unknown: "20978392999",
			Parts: []sources.Parts{support.PartContact, support.PartTickets, support.PartMessages},
			Holds: func(r *support.Record) sources.Parts {
				held := support.PartContact
				if len(r.Tickets) > 0 {
					held |= support.PartTickets
				}
				if len(r.Messages) > 0 {
					held |= support.PartMessages
				}
				return held
			},
			Calls: func() int { return len(up.log()) },
			Failures: []sourcetest.Failure{
				fail(sources.Unauthorized, answer(http.StatusUnauthorized, `{"error":"Couldn't authenticate you"}`)),
				fail(sources.RateLimited, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", "30")
					w.WriteHeader(http.StatusTooManyRequests)
				}),
				fail(sources.Unavailable, answer(http.StatusInternalServerError, "")),
				fail(sources.Malformed, answer(http.StatusOK, "<html>This account is suspended</html>")),
				fail(sources.Malformed, answer(http.StatusPaymentRequired, "<html></html>")),
				fail(sources.Malformed, answer(http.StatusOK, `{}`)),
				fail(sources.Malformed, answer(http.StatusOK, `null`)),
				fail(sources.TimedOut, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
			},
			Break: func(key string) { up.broken.Store(&key) },
			Odd: func(t *testing.T) sourcetest.Oddity[*support.Record] {
				address, change := sourcetest.Between(t, up.URL)
				return sourcetest.Oddity[*support.Record]{Source: up.source(t, zendesk.Config{URL: address}), Change: change}
			},
		}
	})
}

// authorization is what the tests' credentials are on the wire.
var authorization = base64.StdEncoding.EncodeToString([]byte(live.ZendeskEmail + "/token:" + live.ZendeskToken))

// upstream is a Zendesk that notes what it is asked, and can be broken.
type upstream struct {
	*httptest.Server
	inner  http.Handler
	fault  atomic.Pointer[http.HandlerFunc]
	broken atomic.Pointer[string]
	mu     sync.Mutex
	calls  []string
}

func newUpstream(t *testing.T, inner http.Handler) *upstream {
	up := &upstream{inner: inner}
	up.Server = httptest.NewServer(up)
	t.Cleanup(up.Close)
	return up
}

// source makes a source over the upstream.
func (up *upstream) source(t *testing.T, c zendesk.Config) support.Source {
	t.Helper()
	c.Name, c.URL, c.Email, c.APIToken, c.Limits = "support/zendesk", cmp.Or(c.URL, up.URL), live.ZendeskEmail, live.ZendeskToken, fast
	source, err := zendesk.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.(interface{ Close() error }).Close() })
	return source
}

func (up *upstream) log() []string {
	up.mu.Lock()
	defer up.mu.Unlock()
	return append([]string{}, up.calls...)
}

func (up *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up.mu.Lock()
	up.calls = append(up.calls, r.Method+" "+r.URL.Path+" "+r.URL.Query().Encode())
	up.mu.Unlock()
	if fault := up.fault.Load(); fault != nil {
		(*fault)(w, r)
		return
	}
	key := up.broken.Load()
	if key == nil {
		up.inner.ServeHTTP(w, r)
		return
	}
	recorded := httptest.NewRecorder()
	up.inner.ServeHTTP(recorded, r)
	w.WriteHeader(recorded.Code)
	whose := []byte(`"requester_id":` + *key)
	_, _ = w.Write(bytes.ReplaceAll(recorded.Body.Bytes(), whose, append(whose, `,"subject":["not a text"]`...)))
}

// answer answers always the same.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestSchemaDescribesTheSettings(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(zendesk.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	settings := 0
	for _, config := range []reflect.Type{reflect.TypeFor[zendesk.Config](), reflect.TypeFor[httpapi.Limits]()} {
		for field := range config.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if name == "-" || name == "" {
				continue
			}
			if settings++; schema.Properties[name].Description == "" {
				t.Errorf("%s is not described", name)
			}
		}
	}
	if settings != len(schema.Properties) {
		t.Errorf("%d settings, %d described", settings, len(schema.Properties))
	}
}

func TestNewTellsEveryFault(t *testing.T) {
	for name, c := range map[string]struct {
		config zendesk.Config
		want   []string
	}{
		"nothing":       {zendesk.Config{}, []string{"name:", "subdomain:", "apiToken:"}},
		"both of each":  {zendesk.Config{Name: "support/z", Subdomain: "a", URL: "https://a.example", APIToken: "x", OAuthToken: "y", Email: "e"}, []string{"subdomain:", "apiToken:"}},
		"a whole host":  {zendesk.Config{Name: "support/z", Subdomain: "acme.zendesk.com", OAuthToken: "y"}, []string{"subdomain:"}},
		"no e-mail":     {zendesk.Config{Name: "support/z", Subdomain: "acme", APIToken: "x"}, []string{"email:"}},
		"needless mail": {zendesk.Config{Name: "support/z", Subdomain: "acme", OAuthToken: "x", Email: "e"}, []string{"email:"}},
		"in the clear":  {zendesk.Config{Name: "support/z", URL: "http://acme.example", OAuthToken: "x", CommentsOfTickets: -1}, []string{"url:", "commentsOfTickets:"}},
		"limits": {zendesk.Config{Name: "support/z", Subdomain: "acme", OAuthToken: "x", Limits: httpapi.Limits{RequestsPerSecond: -1, Concurrency: -1}},
			[]string{"requestsPerSecond:", "concurrency:"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := zendesk.New(c.config)
			if err == nil {
				t.Fatal("no error")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(c.want) {
				t.Errorf("%d faults: %v", len(lines), err)
			}
			for _, want := range c.want {
				if !strings.Contains("\n"+err.Error(), "\n"+want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
		})
	}
	for name, c := range map[string]zendesk.Config{
		"token": {Name: "support/z", Subdomain: "acme", Email: "agent@acme.example", APIToken: "x"},
		"oauth": {Name: "support/z", URL: "https://help.acme.example/", OAuthToken: "x"},
	} {
		if _, err := zendesk.New(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
