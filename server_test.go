package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"customer360/command"
	"customer360/demo"
	"customer360/internal/await"
	"customer360/internal/require"
	"customer360/internal/store"
	profiledocs "customer360/sources/profiles/documents"
)

// A server is the real one, in this process.
type server struct {
	url    string
	stop   context.CancelFunc
	done   chan struct{}
	code   int
	stdout *safeBuffer
	stderr *safeBuffer
}

// patience are the arguments of a server for which nothing comes late, however slow the machine
// is: what comes late is for the tests that give other ones.
var patience = []string{"--request-timeout", "1m", "--profile-timeout", "1m", "--source-timeout", "1m", "--shutdown-delay", "0s"}

// start runs the server on a free port and waits until it is ready. It ends with the test.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	addr := freeAddr(t)
	if i := slices.Index(args, "--addr"); i >= 0 {
		addr, args = args[i+1], slices.Delete(slices.Clone(args), i, i+2)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &server{url: "http://" + addr, stop: stop, done: make(chan struct{}), stdout: &safeBuffer{}, stderr: &safeBuffer{}}
	args = slices.Concat([]string{"--addr", addr}, patience, args)
	go func() {
		defer close(s.done)
		s.code = command.Run(ctx, args, s.stdout, s.stderr)
	}()
	t.Cleanup(func() { s.end(t) })
	await.Until(t, "the server is ready", func() bool {
		select {
		case <-s.done:
			t.Fatalf("the server ended with %d: %s", s.code, s.stderr)
		default:
		}
		return statusOf(s.url+"/readyz") == http.StatusOK
	})
	return s
}

// statusOf gives the status of the answer to a GET; 0: there was none.
func statusOf(url string) int {
	r, err := http.Get(url)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

func (s *server) end(t testing.TB) {
	s.stop()
	select {
	case <-s.done:
	case <-time.After(2 * time.Minute):
		t.Error("the server does not end")
	}
	http.DefaultClient.CloseIdleConnections()
}

// ask sends a query and gives the answer.
func (s *server) ask(t testing.TB, query string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.Post(s.url+"/graphql", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// freeAddr gives a loopback address that nobody serves on.
func freeAddr(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func needsEmbedded(t testing.TB) {
	if !store.Embedded {
		t.Skip("this needs the embedded store: build without -tags noembed")
	}
}

// What a newcomer does: start it, ask, stop it, start it again.
func TestServe(t *testing.T) {
	require.Long(t)
	needsEmbedded(t)
	defer await.Goroutines(t, goleak.IgnoreCurrent())
	dir := t.TempDir()
	s := startServer(t, "--data-dir", dir)
	for _, want := range []string{s.url, "grigory@example.com", "Serving 3"} {
		if !strings.Contains(s.stdout.String(), want) {
			t.Errorf("the greeting does not say %q: %s", want, s.stdout)
		}
	}
	const query = `{ customer(by: {email: "grigory@example.com"}) { displayName sources { state } } }`
	first := s.ask(t, query)
	if !strings.Contains(first, `"displayName":"Grigory`) {
		t.Error(first)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": `customer360_source_calls_total{outcome="OK",source="profile/documents"}`, "/": "<title>customer360"} {
		r, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d; want %q", path, r.StatusCode, want)
		}
	}
	s.end(t)
	if s.code != 0 {
		t.Errorf("it ended with %d: %s", s.code, s.stderr)
	}

	again := startServer(t, "--data-dir", dir, "--demo", "off")
	if got := again.ask(t, query); !strings.Contains(got, `"displayName":"Grigory`) {
		t.Errorf("a restart lost the data: %s", got)
	}
	again.end(t)
}

func TestEmptyStoreAndAdminAddress(t *testing.T) {
	needsEmbedded(t)
	admin := freeAddr(t)
	// Not with startServer, which looks for /readyz where it is not.
	addr := freeAddr(t)
	ctx, stop := context.WithCancel(context.Background())
	var out safeBuffer
	done := make(chan int)
	go func() {
		done <- command.Run(ctx, slices.Concat(patience, []string{"--addr", addr, "--admin-addr", admin, "--demo", "off", "--data-dir", t.TempDir()}), &out, &out)
	}()
	defer func() { stop(); <-done }()
	await.Until(t, "it is ready", func() bool { return statusOf("http://"+admin+"/readyz") != 0 })
	s := server{url: "http://" + addr}
	if got := s.ask(t, `{ customers { totalCount } attributeDefinitions { key } }`); !strings.Contains(got, `"totalCount":0`) || !strings.Contains(got, `"attributeDefinitions":[]`) {
		t.Error(got)
	}
	for url, want := range map[string]int{"http://" + admin + "/metrics": 200, "http://" + admin + "/graphql": 404, "http://" + addr + "/metrics": 404, "http://" + addr + "/healthz": 404} {
		r, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%s: %d; want %d", url, r.StatusCode, want)
		}
	}
}

// Everything that keeps it from starting is one clear line, and an exit code.
func TestRefusesToStart(t *testing.T) {
	needsEmbedded(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	inUse := t.TempDir()
	s := startServer(t, "--data-dir", inUse, "--demo", "off")
	defer s.end(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	free := func() []string { return []string{"--addr", freeAddr(t), "--data-dir", t.TempDir()} }
	for name, test := range map[string]struct {
		env  map[string]string
		args []string
		want []string
	}{
		"a busy port":              {nil, []string{"--addr", taken.Addr().String(), "--data-dir", t.TempDir()}, []string{"is in use by another process"}},
		"a second process":         {nil, []string{"--addr", freeAddr(t), "--data-dir", inUse}, []string{"the data directory " + inUse + " is in use"}},
		"a directory that is none": {nil, []string{"--addr", freeAddr(t), "--data-dir", file}, []string{"data directory"}},
		"an unreachable MongoDB":   {nil, append(free(), "--mongodb-uri", "mongodb://me:s3cr3t@"+freeAddr(t)+"/?serverSelectionTimeoutMS=200"), []string{"does not answer"}},
		"an empty MongoDB URI":     {map[string]string{"C360_MONGODB_URI": ""}, free(), []string{"is set but empty"}},
		"an empty flag":            {nil, append(free(), "--mongodb-uri", ""), []string{"is set but empty"}},
		"an address for all":       {nil, []string{"--addr", "0.0.0.0:0", "--data-dir", t.TempDir()}, []string{"other machines can reach"}},
		"no host":                  {nil, []string{"--addr", ":8080", "--data-dir", t.TempDir()}, []string{"other machines can reach"}},
		"the demo in a MongoDB":    {nil, append(free(), "--demo", "records", "--mongodb-uri", "mongodb://127.0.0.1:1/"), []string{"to a configured MongoDB"}},
		"several faults at once": {nil, []string{"--addr", "nowhere", "--demo", "maybe", "--source-timeout", "soon", "--page-cap", "0", "--log-level", "loud", "--demo-fault", "billing=tired"},
			[]string{"--addr must be", "--demo must be", "--source-timeout must be", "--page-cap must be", "--log-level must be", "a fault is SOURCE=FAULT"}},
		"an unknown flag": {nil, []string{"--colour", "red"}, []string{"unknown flag --colour"}},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			var out, errs safeBuffer
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			code := command.Run(ctx, test.args, &out, &errs)
			if code == 0 {
				t.Error("it started")
			}
			lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
			for _, want := range test.want {
				found := 0
				for _, l := range lines {
					if strings.HasPrefix(l, "customer360: ") && strings.Contains(l, want) {
						found++
					}
				}
				if found != 1 {
					t.Errorf("%d lines say %q:\n%s", found, want, errs.String())
				}
			}
			if name != "an unknown flag" && len(lines) != len(test.want) {
				t.Errorf("%d lines; want %d:\n%s", len(lines), len(test.want), errs.String())
			}
			if strings.Contains(errs.String(), "s3cr3t") {
				t.Errorf("a password was told: %s", errs.String())
			}
		})
	}
}

// A signal ends it in order: not ready first, and what runs is finished.
func TestEndsInOrder(t *testing.T) {
	needsEmbedded(t)
	s := startServer(t, "--data-dir", t.TempDir(), "--shutdown-delay", "3s")
	addr := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const query = `{"query":"{ customer(by: {email: \"grigory@example.com\"}) { billing { mrr { amount } } } }"}`
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", addr, len(query))
	answers := bufio.NewReader(conn)
	// It is told to go on by whoever reads the body: the request runs.
	if r, err := http.ReadResponse(answers, nil); err != nil || r.StatusCode != http.StatusContinue {
		t.Fatal(r, err)
	}
	s.stop()
	await.Until(t, "it is not ready while it ends", func() bool {
		status := statusOf(s.url + "/readyz")
		if status == 0 {
			t.Fatal("it is gone, and did not say that it is not ready")
		}
		return status == http.StatusServiceUnavailable
	})
	await.Until(t, "nobody is let in any more", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	fmt.Fprint(conn, query)
	r, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatalf("a running request was not finished: %v", err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), `"amount"`) {
		t.Errorf("a running request was not finished: %s, %v", body, err)
	}
	s.end(t)
	if s.code != 0 {
		t.Errorf("it ended with %d: %s", s.code, s.stderr)
	}
}

// A hangup ends nothing, and is told.
func TestHangup(t *testing.T) {
	s := startServer(t, "--data-dir", t.TempDir(), "--demo", "off")
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := self.Signal(syscall.SIGHUP); err != nil {
			t.Skip("this system has no hangups")
		}
	}
	for t.Context().Err() == nil && !strings.Contains(s.stderr.String(), "SIGHUP has no effect") {
		if got := s.ask(t, `{ __typename }`); !strings.Contains(got, `"Query"`) {
			t.Fatal(got)
		}
	}
}

// lateAfter is how long a source that hangs is waited for: the others have to be there by then.
const lateAfter = "5s"

// Each fault shows what it says, and leaves the rest intact.
func TestDemoFaults(t *testing.T) {
	require.Long(t)
	needsEmbedded(t)
	const query = `{ customers(first: 10, where: {link: {source: SOCIAL}}) { edges { node { displayName social { followers } billing { balance { amount } } sourceStatus(of: SOCIAL) { state } } } } }`
	for fault, want := range map[string]string{"error": "UNAVAILABLE", "hang": "TIMED_OUT", "partial": "UNAVAILABLE", "slow": "FRESH"} {
		t.Run(fault, func(t *testing.T) {
			args := []string{"--data-dir", t.TempDir(), "--demo-fault", "social=" + fault}
			if fault == "hang" {
				args = append(args, "--source-timeout", lateAfter)
			}
			s := startServer(t, args...)
			got := s.ask(t, query)
			if !strings.Contains(got, fmt.Sprintf(`"state":%q`, want)) || !strings.Contains(got, `"amount"`) {
				t.Errorf("%s", got)
			}
			if strings.Contains(got, `"errors"`) == (fault == "slow") {
				t.Errorf("errors: %s", got)
			}
			if failed := strings.Count(s.stderr.String(), "source failed"); fault != "slow" && failed != 1 {
				t.Errorf("%d log lines; want one:\n%s", failed, s.stderr)
			}
		})
	}
}

// Made-up customers are never taken for real ones, and never half there.
func TestDemoIsMarked(t *testing.T) {
	require.Long(t)
	needsEmbedded(t)
	ctx := context.Background()
	dir := t.TempDir()
	// As a start that was killed leaves it.
	s, err := store.Open(ctx, store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	company := demo.New(time.Now())
	company.Customers = company.Customers[:10]
	spine := profiledocs.New("profile/"+demo.System, s.Store)
	if err := company.Land(ctx, spine, s.Store); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Database.Collection("demo").UpdateOne(ctx, bson.D{{Key: "_id", Value: "company"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "whole", Value: false}}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	first := startServer(t, "--data-dir", dir)
	if !strings.Contains(first.stdout.String(), "Serving 308 customers (including those of a made-up") {
		t.Errorf("the greeting is %s", first.stdout)
	}
	first.end(t)
	var out, errs safeBuffer
	if code := command.Run(ctx, []string{"--addr", "0.0.0.0:0", "--demo", "off", "--data-dir", dir}, &out, &errs); code == 0 || !strings.Contains(errs.String(), "holds the made-up demo company") {
		t.Errorf("%d, %s", code, errs.String())
	}
}
