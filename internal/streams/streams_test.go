package streams_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"customer360/access"
	"customer360/internal/await"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

func TestMain(m *testing.M) { os.Exit(await.Main(m)) }

// A server serves the schema of streamstest on loopback, with bounds that a test can wait
// for, behind a server whose own bounds are shorter than a stream lasts.
type server struct {
	*httptest.Server
	*streams.Streams
	schema *streamstest.Schema
	log    strings.Builder
}

type requestID struct{}

func start(t testing.TB, changes ...func(*streams.Options)) *server {
	t.Helper()
	s := &server{schema: streamstest.New()}
	// Nothing comes late, however slow the machine is, but what a test makes late.
	patient := streams.Defaults()
	patient.InitTimeout, patient.MessageTimeout, patient.PongTimeout = time.Minute, time.Minute, time.Minute
	o := streams.Options{
		Config: patient, Deadline: time.Minute,
		Authenticate: streamstest.Authenticate, Read: read,
		Log: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	for _, change := range changes {
		change(&o)
	}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	s.Streams = streams.New(o)
	exec := s.schema.Executor()
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !streams.Takes(r) {
			t.Errorf("nobody takes %s with %v", r.Method, r.Header)
		}
		if token := r.Header.Get("Authorization"); token != "" {
			caller, err := o.Authenticate(r.Context(), map[string]any{"authorization": token})
			if err == nil {
				r = r.WithContext(access.With(r.Context(), caller))
			}
		}
		if ws := s.WebSocket(); ws.Supports(r) {
			ws.Do(w, r, exec)
			return
		}
		s.Events().Do(w, r, exec)
	}))
	s.Config.ReadTimeout, s.Config.WriteTimeout = time.Second, time.Second
	s.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Streams.Close(ctx); err != nil {
			t.Error(err)
		}
		s.Server.Close()
		if n := s.Open(); n != 0 {
			t.Errorf("%d places are taken after the end", n)
		}
	})
	return s
}

// read takes JSON, as the caller of this package has it read.
func read(w http.ResponseWriter, r *http.Request) *graphql.RawParams {
	params := graphql.RawParams{Query: r.URL.Query().Get("query")}
	if r.Method == http.MethodPost && json.NewDecoder(r.Body).Decode(&params) != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return nil
	}
	return &params
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	await.Until(t, what, is)
}

func (s *server) idle(t *testing.T) {
	t.Helper()
	eventually(t, "no subscription runs and no connection is open", func() bool { return s.schema.Running() == 0 && s.Open() == 0 })
}

// get gives the answer to a request that is no WebSocket.
func (s *server) get(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r := s.open(t, method, path, body, header...)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(text)
}

func (s *server) open(t *testing.T, method, path, body string, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	r, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestConfig(t *testing.T) {
	if err := streams.Defaults().Check(); err != nil {
		t.Error(err)
	}
	var none streams.Config
	none.Origins = []string{"app.example.com", "https://app.example.com/", "https://App.example.com"}
	err := none.Check()
	for _, key := range []string{
		"connections", "connectionsPerCaller", "operationsPerConnection", "maxMessage", "initTimeout", "keepAlive", "pongTimeout", "messageTimeout", "revalidateEvery",
		`origins: "app.example.com"`, `origins: "https://app.example.com/"`, `origins: "https://App.example.com"`,
	} {
		if !strings.Contains("\n"+err.Error(), "\n"+key) {
			t.Errorf("%s is not told of:\n%v", key, err)
		}
	}
	ok := streams.Defaults()
	ok.Origins = []string{"https://app.example.com", "http://127.0.0.1:8080"}
	if err := ok.Check(); err != nil {
		t.Error(err)
	}
}

// caller makes Authenticate give a caller, whatever was sent.
func caller(c *access.Caller) func(*streams.Options) {
	return func(o *streams.Options) {
		o.Authenticate = func(context.Context, map[string]any) (*access.Caller, error) { return c, nil }
	}
}

func withName(name string) string { return fmt.Sprintf(`{ hello(name: %q) }`, cmp.Or(name, "world")) }
