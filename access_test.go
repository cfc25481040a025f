package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"customer360/command"
	"customer360/internal/require"
)

func fileWith(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryFaultOfAccessIsTold(t *testing.T) {
	t.Setenv("SHORT", "too short")
	path := fileWith(t, `
access:
  matchingSecret: ${SHORT}
  trustedProxies: [everybody]
  oidc:
    issuer: http://issuer.example.com
    audience: customer360
    claims:
      audience: aud2
      audiences: {x: PARTNER}
      rows: ["region=north"]
  audiences:
    partner: {costPerOperation: 10, costPerMinute: 5, trustedDocuments: required}
audit:
  keep: 1s
`)
	var out, errs bytes.Buffer
	if code := command.Run(context.Background(), []string{"config", "validate", path}, &out, &errs); code != 1 {
		t.Fatalf("exit %d: %s", code, &out)
	}
	for _, want := range []string{
		"access.matchingSecret: want at least 32", "access.trustedProxies[0]", "access.oidc.issuer", "access.oidc.claims.rows[0]",
		"access.audiences.partner.trustedDocuments", "costPerOperation", "audit.keep",
	} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("not told: %s\n%s", want, &errs)
		}
	}
	if strings.Contains(errs.String(), "too short") {
		t.Errorf("the secret is told: %s", &errs)
	}
}

// Nobody serves everything to a network by mistake.
func TestOpenToTheNetworkIsRefused(t *testing.T) {
	require.Long(t)
	for name, test := range map[string]struct{ config, want string }{
		"no credential at all":  {"", "no credential"},
		"anonymous by a switch": {"access: {anonymous: allow}\n", "everybody there would see everything"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--addr", "0.0.0.0:0", "--demo", "records", "--data-dir", t.TempDir()}
			if test.config != "" {
				args = append(args, "--config", fileWith(t, test.config))
			}
			var errs bytes.Buffer
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if code := command.Run(ctx, args, io.Discard, &errs); code != 1 || !strings.Contains(errs.String(), test.want) {
				t.Errorf("exit %d: %s; want %q", code, &errs, test.want)
			}
		})
	}
}

// askAs sends a query with a credential, and gives the status and the answer.
func (s *server) askAs(t *testing.T, credential, query string) (int, string) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if credential != "" {
		r.Header.Set("Authorization", "Bearer "+credential)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// printedKey gives the demo's key of an audience, as the start prints it.
func (s *server) printedKey(t *testing.T, audience string) string {
	t.Helper()
	for line := range strings.Lines(s.stdout.String()) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == audience {
			return fields[1]
		}
	}
	t.Fatalf("no key of %s is printed:\n%s", audience, s.stdout)
	return ""
}

// The demo is open to its own machine, and shows each audience what it would see; from the
// first key that somebody makes, a credential is needed. What a key has read is in the log.
func TestDemoKeysAndTheEndOfOpenness(t *testing.T) {
	require.Long(t)
	needsEmbedded(t)
	dir := t.TempDir()
	const query = `{ contract { name } customers(first: 1) { edges { node { id displayName email } } } }`
	s := startServer(t, "--data-dir", dir)
	partner, internal := s.printedKey(t, "PARTNER"), s.printedKey(t, "INTERNAL")
	for credential, want := range map[string]string{"": `"name":"INTERNAL"`, partner: `"name":"PARTNER"`, internal: `"name":"INTERNAL"`} {
		if status, answer := s.askAs(t, credential, query); status != http.StatusOK || !strings.Contains(answer, want) {
			t.Errorf("%d %s; want %s", status, answer, want)
		}
	}
	if _, answer := s.askAs(t, partner, query); !strings.Contains(answer, "•••") {
		t.Errorf("a partner sees whole names: %s", answer)
	}
	if status, answer := s.askAs(t, partner[:len(partner)-1], query); status != http.StatusUnauthorized || !strings.Contains(answer, "UNAUTHENTICATED") {
		t.Errorf("a key that is none: %d %s", status, answer)
	}
	if strings.Contains(s.stderr.String(), partner) {
		t.Error("a key is in the log")
	}
	s.end(t)

	if code, _, stderr := keysCommand(t, "create", "--data-dir", dir, "--name", "first", "--audience", "frontend"); code != 0 {
		t.Fatal(stderr)
	}
	s = startServer(t, "--data-dir", dir)
	if status, answer := s.askAs(t, "", query); status != http.StatusUnauthorized {
		t.Errorf("without a credential, where there are keys: %d %s", status, answer)
	}
	if s.printedKey(t, "PARTNER") != partner {
		t.Error("the demo's keys are others after a new start")
	}
	status, answer := s.askAs(t, internal, `{ customers(first: 1) { edges { node { accessLog(first: 5) { edges { node { audience fields } } } } } } }`)
	if status != http.StatusOK || !strings.Contains(answer, `"Customer.email"`) || !strings.Contains(answer, `"audience":"INTERNAL"`) {
		t.Errorf("what was read before the new start is not in the log: %d %s", status, answer)
	}
	s.end(t)

	var out, errs bytes.Buffer
	if code := command.Run(context.Background(), []string{"audit", "verify", "--data-dir", dir}, &out, &errs); code != 0 || !strings.Contains(out.String(), "Nothing is broken") {
		t.Errorf("exit %d: %s%s", code, &out, &errs)
	}
}

// A customer's copy and erasure, on the command line.
func TestCustomerIsExportedAndErased(t *testing.T) {
	require.Long(t)
	needsEmbedded(t)
	dir := t.TempDir()
	startServer(t, "--data-dir", dir).end(t)
	command := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := command.Run(context.Background(), append(args, "--data-dir", dir), &out, &errs)
		return code, out.String() + errs.String()
	}
	code, text := command("customer", "export", "story-s1")
	var exported struct {
		Format   string           `json:"format"`
		Complete bool             `json:"complete"`
		Sources  []map[string]any `json:"sources"`
	}
	if err := json.Unmarshal([]byte(text), &exported); err != nil || code != 0 || exported.Format != "customer360-export" || !exported.Complete || len(exported.Sources) < 3 {
		t.Fatalf("exit %d, %v: %s", code, err, text)
	}
	email := regexp.MustCompile(`[a-z.]+@example\.com`).FindString(text)
	if email == "" || !bytes.Contains(filesOf(t, dir), []byte(email)) {
		t.Fatalf("%q is not in the data directory: the test looks for the wrong thing", email)
	}
	for _, key := range []string{"lukasz.dabek@example.com", "Q3VzdG9tZXIvZG9jdW1lbnRzL3N0b3J5LXMx"} {
		for _, args := range [][]string{{"export", key}, {"erase", key}, {"erase", key, "--yes"}} {
			if code, text := command(append([]string{"customer"}, args...)...); code != 1 || !strings.Contains(text, "no customer has this key") || strings.Contains(text, key) {
				t.Errorf("%v: exit %d: %s", args, code, text)
			}
		}
	}
	if code, text := command("customer", "erase", "story-s1"); code != 0 || !strings.Contains(text, "TO_ERASE") || !strings.Contains(text, "Nothing was erased") {
		t.Errorf("planned: exit %d: %s", code, text)
	}
	if code, text := command("customer", "erase", "story-s1", "--yes"); code != 0 || strings.Count(text, "ERASED") != 3 {
		t.Errorf("erased: exit %d: %s", code, text)
	}
	if bytes.Contains(filesOf(t, dir), []byte(email)) {
		t.Errorf("%s is erased, and in the files of the data directory", email)
	}
	if code, text := command("customer", "erase", "story-s1", "--yes"); code != 0 || !strings.Contains(text, "NOTHING_THERE") {
		t.Errorf("again: exit %d: %s", code, text)
	}
	if code, text := command("customer", "export", "story-s1"); code != 1 || !strings.Contains(text, "no such customer") {
		t.Errorf("exported after that: exit %d: %s", code, text)
	}
	if code, text := command("customer", "export", "story-s2"); code != 0 {
		t.Errorf("another one: exit %d: %s", code, text)
	}
}

// filesOf gives all that the files of a directory hold.
func filesOf(t *testing.T, dir string) (all []byte) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(all, content...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}
