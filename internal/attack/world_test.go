//go:build linux && !race

package attack

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A world is what the attacks happen in.
type world struct {
	// gateway asks for credentials, and open does not.
	gateway, open *gateway
	issuer        *issuer
	// keys are those of the demo's audiences, and one of an honest caller.
	keys map[string]string
	// leaks are texts that must not be in any answer.
	leaks []string
	// hidden are names that an audience must not hear of.
	hidden map[string]map[string]bool
}

const closedConfig = `
access:
  anonymous: refuse
  oidc:
    issuer: %q
    audience: customer360
    claims:
      audience: role
      audiences: {partners: PARTNER, company: INTERNAL}
guards:
  cache: {maxAge: 1m}
`

func newWorld(t *testing.T) *world {
	binary := build(t)
	w := &world{issuer: newIssuer(t), keys: map[string]string{}, hidden: map[string]map[string]bool{}}
	dir := t.TempDir()
	// The honest caller has a key of their own, whose budget no attacker spends.
	made, err := exec.CommandContext(t.Context(), binary, "keys", "create", "--data-dir", dir, "--name", "honest", "--audience", "frontend",
		"--scope", "billing:read", "--scope", "support:read", "--scope", "sensitive:*", "--expires", "1h").Output()
	if err != nil {
		t.Fatal(err)
	}
	w.keys["honest"] = strings.TrimSpace(string(made))
	w.gateway = open(t, binary, dir, fmt.Sprintf(closedConfig, w.issuer.URL))
	w.open = open(t, binary, t.TempDir(), "access: {anonymous: allow}\n")
	text, err := os.ReadFile(filepath.Join(dir, "demo-keys.json"))
	var demo map[string]string
	if err == nil {
		err = json.Unmarshal(text, &demo)
	}
	if err != nil {
		t.Fatal(err)
	}
	for audience, key := range demo {
		w.keys[strings.ToLower(audience)] = key
	}
	// Traces of how it is built, and where it runs.
	w.leaks = append(w.secrets(), "goroutine ", ".go:", "panic", "runtime error", "sqlite", "SELECT ", "mongodb://", "FerretDB", dir, w.issuer.URL)
	whole := names(t, "internal")
	for _, audience := range []string{"frontend", "analyst", "partner"} {
		w.hidden[audience] = map[string]bool{}
		own := names(t, audience)
		for name := range whole {
			// Other names are words of the language as well.
			if !own[name] && regexp.MustCompile(`[a-z][A-Z]|_`).MatchString(name) {
				w.hidden[audience][name] = true
			}
		}
		if !w.hidden[audience]["accessLog"] {
			t.Fatalf("the names that %s must not hear of are not known: %d", audience, len(w.hidden[audience]))
		}
	}
	return w
}

// secrets are those of all keys.
func (w *world) secrets() []string {
	var all []string
	for _, key := range w.keys {
		all = append(all, strings.Split(key, "_")[2])
	}
	return all
}

var word = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// names are the names in a contract.
func names(t *testing.T, audience string) map[string]bool {
	text, err := os.ReadFile("../../contracts/" + audience + ".graphqls")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for i, part := range strings.Split(string(text), `"""`) {
		// Every second part is a description.
		if i%2 == 0 {
			for _, name := range word.FindAllString(part, -1) {
				all[name] = true
			}
		}
	}
	return all
}

// leaked gives what an answer must not have: traces of the inside, and names that the caller
// neither sent nor may know.
func (w *world) leaked(a *attack, text string) []string {
	var all []string
	for _, l := range w.leaks {
		if strings.Contains(text, l) && !strings.Contains(a.request, l) {
			all = append(all, l)
		}
	}
	for _, name := range word.FindAllString(text, -1) {
		if w.hidden[a.who][name] && !strings.Contains(a.request, name) {
			all = append(all, name)
		}
	}
	return all
}

func (w *world) keyOf(t *testing.T, who string) string {
	key, ok := w.keys[who]
	if !ok && who != "" {
		t.Fatalf("nobody is called %q", who)
	}
	return key
}

func (w *world) server(a *attack) *gateway {
	if a.server == "open" {
		return w.open
	}
	return w.gateway
}

// ask asks an honest question, and gives what is at a path of the answer's data.
func (w *world) ask(t *testing.T, who, query string, path []string) string {
	t.Helper()
	data, _ := json.Marshal(map[string]string{"query": query})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.gateway.addr+"/graphql", strings.NewReader(string(data)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.keyOf(t, who))
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var got struct {
		Data   any
		Errors []any
	}
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil || got.Errors != nil {
		t.Fatal(query, got.Errors, err)
	}
	at := got.Data
	for _, step := range path {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i < len(v) {
				at = v[i]
			}
		}
	}
	text, ok := at.(string)
	if !ok {
		t.Fatalf("%s has no text at %v", query, path)
	}
	return text
}

// guess makes a key in the form that keys have, of an id and a secret; either is drawn if it
// is empty. Its checksum is right, since that is no secret.
func guess(id, secret string) string {
	draw := func(n int) string {
		data := make([]byte, n)
		_, _ = rand.Read(data)
		return base32.StdEncoding.EncodeToString(data)
	}
	if id == "" {
		id = draw(10)
	}
	if secret == "" {
		secret = draw(20)
	}
	body := "c360_" + id + "_" + secret
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.ChecksumIEEE([]byte(body)))
	return body + "_" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])
}

// idOf is the part of a key that is no secret.
func idOf(key string) string { return strings.Split(key, "_")[1] }

// sendAll sends an attack as often as it says, and gives the answers.
func (w *world) sendAll(ctx context.Context, t *testing.T, a *attack, times int) []answer {
	answers := make([]answer, times)
	key := w.keyOf(t, a.who)
	next := make(chan int)
	done := make(chan error)
	for range a.parallel {
		go func() {
			var err error
			for i := range next {
				// Where the gateway leaves one waiting, the others would wait as well.
				if answers[i], err = a.send(ctx, w.server(a).addr, key, a.from); err != nil || answers[i].open {
					break
				}
			}
			for range next {
			}
			done <- err
		}()
	}
	for i := range times {
		next <- i
	}
	close(next)
	for range a.parallel {
		if err := <-done; err != nil {
			t.Errorf("%s, %s: it cannot be sent: %v", a.class, a.name, err)
		}
	}
	return answers
}
