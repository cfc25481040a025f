package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"customer360/access"
	"customer360/access/keys"
	"customer360/command"
	"customer360/internal/store"
)

// keysCommand runs a command about keys as the command line has it.
func keysCommand(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = command.Run(context.Background(), append([]string{"keys"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

// findKey asks the keys of a data directory, as a gateway does.
func findKey(t testing.TB, dir, key string) (*access.Caller, error) {
	t.Helper()
	st, err := store.Open(context.Background(), store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	s := keys.New(st.Store)
	defer func() { _ = s.Close() }()
	return s.Find(context.Background(), key)
}

func TestKeysAreMadeListedRotatedAndRevoked(t *testing.T) {
	needsEmbedded(t)
	dir := t.TempDir()
	code, out, errs := keysCommand(t, "create", "--data-dir", dir, "--name", "portal", "--audience", "partner", "--scope", "billing:read,support:read",
		"--purpose", "marketing", "--row", "attribute:region=north, south|east", "--partner", "example", "--expires", "30d", "--cost-per-minute", "1000")
	key := strings.TrimSuffix(out, "\n")
	if code != 0 || !regexp.MustCompile(`^c360_[A-Z2-7_]+\n$`).MatchString(out) || strings.Contains(errs, key) {
		t.Fatalf("%d: %q, %q", code, out, errs)
	}
	if _, _, errs := keysCommand(t, "create", "--data-dir", t.TempDir(), "--name", "typo", "--audience", "Partner", "--scope", "biling:read,billing:*"); !strings.Contains(errs, "nothing in the schema requires the scope biling:read") || strings.Contains(errs, "scope billing") {
		t.Errorf("a misspelt scope: %q", errs)
	}
	id := keys.ID(key)
	c, err := findKey(t, dir, key)
	if err != nil {
		t.Fatal(err)
	}
	if days := time.Until(c.Expires).Hours() / 24; days < 29 || days > 30.1 || len(c.Scopes) != 2 || c.CostPerMinute != 1000 || c.Rows[0].In[0] != "north, south" {
		t.Errorf("the key is for %+v", c)
	}

	code, fresh, errs := keysCommand(t, "rotate", "--data-dir", dir, "--grace", "1h", id)
	fresh = strings.TrimSuffix(fresh, "\n")
	if code != 0 || fresh == key {
		t.Fatalf("%d: %s", code, errs)
	}
	// A whole key will do.
	if code, out, errs = keysCommand(t, "revoke", "--data-dir", dir, key); code != 0 || out != "" || !strings.Contains(errs, id) {
		t.Errorf("%d: %q, %q", code, out, errs)
	}
	if c, err := findKey(t, dir, key); err == nil {
		t.Errorf("a revoked key stands for %+v", c)
	}
	if _, err := findKey(t, dir, fresh); err != nil {
		t.Errorf("the new key: %v", err)
	}

	code, out, _ = keysCommand(t, "list", "--data-dir", dir, "--json")
	var listed struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(out), &listed); err != nil || code != 0 || len(listed.Keys) != 2 {
		t.Fatalf("%d: %s, %v", code, out, err)
	}
	for _, k := range listed.Keys {
		if want := map[bool]string{true: "revoked", false: "active"}[k["id"] == id]; k["state"] != want || k["lastUsedAt"] == nil {
			t.Errorf("%v, want it %s and used", k, want)
		}
	}
	code, tabled, _ := keysCommand(t, "list", "--data-dir", dir)
	if code != 0 || !strings.Contains(tabled, id) || !strings.Contains(tabled, "billing:read support:read") {
		t.Errorf("%d: %s", code, tabled)
	}
	for _, key := range []string{key, fresh} {
		secret := strings.Split(key, "_")[2]
		if strings.Contains(out+tabled, secret) || strings.Contains(strings.ToLower(out+tabled), "hash") {
			t.Error("a list shows a secret or a hash")
		}
	}
}

func TestFaultsOfAKeyAreToldAsFlags(t *testing.T) {
	needsEmbedded(t)
	code, out, errs := keysCommand(t, "create", "--data-dir", t.TempDir(), "--name", " ", "--audience", "all", "--expires", "soon", "--cost-per-minute=-1", "--row", "x")
	if code != 1 || out != "" {
		t.Errorf("%d: %q", code, out)
	}
	for _, want := range []string{"--name: ", "--audience: ", "--expires must be ", "--cost-per-minute: ", "--row: "} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in\n%s", want, errs)
		}
	}
}

func TestKeysSaysWhatToDo(t *testing.T) {
	needsEmbedded(t)
	dir := t.TempDir()
	if code, _, errs := keysCommand(t, "revoke", "--data-dir", dir, "c360_a_mistyped_key"); code != 1 || strings.Contains(errs, "mistyped") || !strings.Contains(errs, "keys list") {
		t.Errorf("an unknown key: %d: %s", code, errs)
	}
	if code, out, _ := keysCommand(t, "list", "--data-dir", dir); code != 0 || !strings.Contains(out, "keys create") {
		t.Errorf("no keys: %d: %s", code, out)
	}
	if code, _, errs := keysCommand(t, "list", "--data-dir", dir+"/other"); code != 1 || !strings.Contains(errs, "--data-dir") {
		t.Errorf("no directory: %d: %s", code, errs)
	}
	st, err := store.Open(context.Background(), store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	// Beside a gateway they are its keys.
	code, out, errs := keysCommand(t, "create", "--data-dir", dir, "--name", "a", "--audience", "internal")
	if code != 0 {
		t.Fatalf("beside a gateway: %d: %s", code, errs)
	}
	s := keys.New(st.Store)
	defer func() { _ = s.Close() }()
	if _, err := s.Find(context.Background(), strings.TrimSpace(out)); err != nil {
		t.Errorf("the gateway does not know the key: %v", err)
	}
}

func TestAPartnersSaltIsPrinted(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	t.Setenv("C360_MATCHING_SECRET", secret)
	code, out, errs := keysCommand(t, "salt", "--partner", "example")
	if want := hex.EncodeToString(access.Salt([]byte(secret), "example")) + "\n"; code != 0 || out != want {
		t.Errorf("%d: %q, %q; want %q", code, out, errs, want)
	}
	t.Setenv("C360_MATCHING_SECRET", "short")
	if code, out, errs := keysCommand(t, "salt", "--partner", " "); code != 1 || out != "" || !strings.Contains(errs, "openssl rand -hex 32") || !strings.Contains(errs, "--partner") || strings.Contains(errs, "short\"") {
		t.Errorf("%d: %q, %q", code, out, errs)
	}
}
