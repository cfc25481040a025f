package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"customer360/command"
	"customer360/demo/live"
)

// do runs a command line and gives its exit code and what it said.
func do(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err safeBuffer
	code = command.Run(context.Background(), args, &out, &err)
	return code, out.String(), err.String()
}

// write makes a configuration file.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "customer360.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigValidate(t *testing.T) {
	t.Setenv("C360_TEST_KEY", "rk_test_secret1")
	good := write(t, `
guards: {timeout: 1s}
systems:
  billing/stripe-eu: {kind: stripe, apiKey: "${C360_TEST_KEY}", sample: cus_1, guards: {cache: {maxAge: 30s}}}
  billing/stripe-us: {kind: stripe, apiKey: "${C360_TEST_KEY}"}
  support/desk: {kind: documents, collection: tickets}
`)
	for _, args := range [][]string{{"config", "validate", good}, {"config", "validate", "--config", good}, {"--config", good, "config", "validate"}, {"config", "validate", "--no-references", good}} {
		if code, out, err := do(t, args...); code != 0 || !strings.Contains(out, "customer360.yaml: ") || err != "" {
			t.Errorf("%v: %d %s %s", args, code, out, err)
		}
	}
	bad := write(t, `
systems:
  billing/stripe-eu:
    kind: stripe
    apiKey: rk_test_secret1
    apikey: x
    guards: {cache: {maxAge: 2h, keep: 1h}}
  billing/stripe-us:
    kind: stripe
    apiKey: ${C360_TEST_NOT_SET}
  support/desk: {kind: zendesk, subdomain: acme}
  support/odd:
    kind: rest
    url: https://desk.example.com
    record: {path: /people, batch: {by: comma, parameter: ids}, items: ".people[", key: .id, fields: {}}
`)
	code, _, err := do(t, "config", "validate", bad)
	// What adapters say is told at once with the rest, wherever the file was named.
	for _, args := range [][]string{{"serve", "--config", bad}, {"doctor", "--config", bad}} {
		if again, _, told := do(t, args...); again != 1 || told != err {
			t.Errorf("%v: %d %s; want %s", args, again, told, err)
		}
	}
	for _, want := range []string{":15:", "record.items", ":5:13: ", ":6:5: ", "did you mean", ":10:13: ", "C360_TEST_NOT_SET"} {
		if !strings.Contains(err, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if code != 1 || strings.Contains(err, "secret1") {
		t.Errorf("%d %s", code, err)
	}
	code, _, err = do(t, "config", "validate", "--no-references", bad)
	if code != 1 || !strings.Contains(err, "record.items") || strings.Contains(err, "C360_TEST_NOT_SET") {
		t.Errorf("%d %s", code, err)
	}
	// What adapters and guards say has a place too.
	odd := write(t, `
systems:
  billing/stripe-eu:
    kind: stripe
    apiKey: ${C360_TEST_KEY}
    url: http://stripe.example.com
    guards: {cache: {maxAge: 2h, keep: 1h}}
  support/desk:
    kind: rest
    url: https://desk.example.com
    record: {path: /people, batch: {by: comma, parameter: ids}, items: ".people[", key: .id, fields: {}}
`)
	code, _, err = do(t, "config", "validate", odd)
	for _, want := range []string{":6:", "https", ":7:", "maxAge", ":11:", "record.items"} {
		if !strings.Contains(err, want) {
			t.Errorf("it does not say %q: %s", want, err)
		}
	}
	if code != 1 {
		t.Errorf("%d %s", code, err)
	}
}

// The example is one that works, but for its secrets.
func TestExampleConfiguration(t *testing.T) {
	text, err := os.ReadFile("examples/customer360.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"C360_MONGODB_URI": "mongodb://127.0.0.1:1", "STRIPE_EU_KEY": "rk_live_1", "STRIPE_US_KEY": "rk_live_2", "ZENDESK_TOKEN": "z", "MASTODON_TOKEN": "m"} {
		t.Setenv(name, value)
	}
	path := write(t, string(text))
	secrets := filepath.Join(filepath.Dir(path), "secrets")
	if err := os.Mkdir(secrets, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(secrets, "ledger-dsn"), []byte("postgres://c:s@db.example.com/ledger?sslmode=verify-full\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := do(t, "config", "validate", path); code != 0 || !strings.Contains(out, "no faults, systems: 6") {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

func TestConfigSchema(t *testing.T) {
	code, out, _ := do(t, "config", "schema")
	if code != 0 || !json.Valid([]byte(out)) || !strings.Contains(out, `"apiKey"`) {
		t.Errorf("%d %.200s", code, out)
	}
}

// doctor tells apart what is well, down, locked, gone and mapped wrongly.
func TestDoctor(t *testing.T) {
	needsEmbedded(t)
	company := live.Company(demoNow)
	stripe := httptest.NewServer(live.Stripe(company.Billing, company.Now))
	defer stripe.Close()
	desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"people": [{"id": 7, "tickets": [{"number": 1, "state": "open", "opened": "in May"}]}]}`)
	}))
	defer desk.Close()
	sick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer sick.Close()
	t.Setenv("C360_TEST_KEY", live.StripeKey)
	t.Setenv("C360_TEST_OTHER", "sk_test_other")
	file := write(t, fmt.Sprintf(`
access:
  oidc: {issuer: "http://127.0.0.1:1/realm", audience: customer360, defaultAudience: ANALYST}
systems:
  billing/well: {kind: stripe, url: %[1]q, apiKey: "${C360_TEST_KEY}", sample: %[2]s}
  billing/lost: {kind: stripe, url: %[1]q, apiKey: "${C360_TEST_KEY}", sample: cus_nobody}
  billing/locked: {kind: stripe, url: %[1]q, apiKey: "${C360_TEST_OTHER}"}
  billing/sick: {kind: rest, url: %[4]q, record: {path: /a, batch: {by: comma, parameter: ids}, items: ".[]", key: .id, fields: {}}}
  billing/down: {kind: stripe, url: "http://127.0.0.1:1", apiKey: "${C360_TEST_KEY}"}
  support/desk:
    kind: rest
    url: %[3]q
    sample: "7"
    record: {path: /people, batch: {by: comma, parameter: ids}, items: ".people[]", key: .id, fields: {}}
    tickets: {from: record, items: ".tickets[]", fields: {recordId: .number, status: .state, createdAt: .opened}}
`, stripe.URL, company.Billing[0].RecordID, desk.URL, sick.URL))
	dir := t.TempDir()
	code, out, errs := do(t, "doctor", "--config", file, "--data-dir", dir, "--json")
	var got struct {
		Systems []struct {
			Source, Sample, Code, Advice string
			Reachable, Authorised        *bool
			Mappings                     []struct {
				Expression string
				Value      any
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 || errs != "" {
		t.Fatalf("%d %v %s %s", code, err, out, errs)
	}
	want := map[string]string{
		"profile/documents": "yes yes 0 customers  true", "billing/well": "yes yes answered  true", "billing/lost": "yes yes missing  false",
		"billing/locked": "yes no not configured UNAUTHORIZED false", "billing/down": "no ? not configured UNAVAILABLE false",
		"billing/sick": "yes ? not configured UNAVAILABLE false", "support/desk": "yes yes failed MALFORMED false",
		"access.oidc": "no ? failed UNAVAILABLE false",
	}
	for _, f := range got.Systems {
		if s := fmt.Sprint(yesNo(f.Reachable), " ", yesNo(f.Authorised), " ", f.Sample, " ", f.Code, " ", f.Advice == ""); s != want[f.Source] {
			t.Errorf("%s: %s; want %s", f.Source, s, want[f.Source])
		}
		if f.Source == "support/desk" && (len(f.Mappings) != 1 || f.Mappings[0].Expression != ".opened" || f.Mappings[0].Value != "in May") {
			t.Errorf("%+v", f.Mappings)
		}
	}
	if len(got.Systems) != len(want) {
		t.Errorf("%d systems; want %d", len(got.Systems), len(want))
	}
	_, out, _ = do(t, "doctor", "--config", file, "--data-dir", dir)
	for _, want := range []string{"SYSTEM", "billing/well", "What to do:", "billing/locked: it refused the credentials", "tickets.fields.createdAt: .opened", `value: "in May"`, "The sample of billing/well has", "subscriptions"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "sk_test") {
		t.Errorf("a secret shows: %s", out)
	}
}

func yesNo(b *bool) string {
	if b == nil {
		return "?"
	}
	return map[bool]string{true: "yes", false: "no"}[*b]
}

// A source that is down does not stop the start, and its failure is told.
func TestStartsWithoutASource(t *testing.T) {
	needsEmbedded(t)
	t.Setenv("C360_TEST_KEY", live.StripeKey)
	t.Setenv("C360_TEST_DSN", "postgres://nobody:secret1@127.0.0.1:1/none")
	file := write(t, `
server: {pageCap: 7}
profiles: {system: crm}
systems:
  billing/stripe: {kind: stripe, url: "http://127.0.0.1:1", apiKey: "${C360_TEST_KEY}"}
  billing/ledger: {kind: postgres, dsn: "${C360_TEST_DSN}", queries: {account: "SELECT id AS account FROM a WHERE id = ANY($1)"}}
`)
	s := startServer(t, "--config", file, "--data-dir", t.TempDir(), "--demo", "off")
	got := s.ask(t, `{ systems { source system kind } customers(first: 8) { totalCount } }`)
	for _, want := range []string{`"system":"crm"`, `"system":"stripe","kind":"stripe"`, `"system":"ledger","kind":"postgres"`, "at most 7"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s; want %s", got, want)
		}
	}
	s.end(t)
	if log := s.stderr.String(); !strings.Contains(log, "source=billing/ledger") || strings.Contains(log, "secret1") {
		t.Errorf("%s", log)
	}
}
