package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources/guard"
)

type stripeConfig struct {
	Name    string `yaml:"-"`
	APIKey  string `yaml:"apiKey"`
	Account string `yaml:"account"`
	URL     string `yaml:"url"`
	Limits  `yaml:",inline"`
}

type Limits struct {
	RequestsPerSecond float64 `yaml:"requestsPerSecond"`
	Concurrency       int     `yaml:"concurrency"`
}

type postgresConfig struct {
	DSN              string        `yaml:"dsn"`
	StatementTimeout time.Duration `yaml:"statementTimeout"`
	Queries          struct {
		Account  query  `yaml:"account"`
		Invoices *query `yaml:"invoices"`
	} `yaml:"queries"`
}

type query struct {
	SQL     string            `yaml:"sql"`
	Columns map[string]string `yaml:"columns"`
}

type restConfig struct {
	URL        string            `yaml:"url"`
	Headers    map[string]string `yaml:"headers"`
	Email      string            `yaml:"email"`
	APIToken   string            `yaml:"apiToken"`
	OAuthToken string            `yaml:"oauthToken"`
	ByEmail    bool              `yaml:"byEmail"`
	Keys       any               `yaml:"keys"`
	Tickets    []endpoint        `yaml:"tickets"`
}

type endpoint struct {
	Path   string            `yaml:"path"`
	Fields map[string]string `yaml:"fields"`
}

func kinds(t testing.TB) []Kind {
	t.Helper()
	var all []Kind
	for _, k := range []Kind{{Source: "billing", Kind: "stripe"}, {Source: "billing", Kind: "postgres"}, {Source: "support", Kind: "rest"}} {
		k.Schema = readTest(t, filepath.Join("kinds", k.Source+"."+k.Kind+".json"))
		all = append(all, k)
	}
	return all
}

func testRules(t testing.TB) *rules {
	t.Helper()
	r, err := newRules(kinds(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readTest(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// environment is what the files of the tests refer to.
var environment = map[string]string{
	"TEST_HOST": "localhost", "TEST_MONGODB_URI": "mongodb://u:env-password@db/", "TEST_TOKEN": "env-token",
	"TEST_TIMEOUT": "1.5s", "TEST_STRIPE_KEY": "sk_live_env", "TEST_EMPTY": "", "TEST_WRONG": "env-wrong",
}

func lookup(name string) (string, bool) {
	v, ok := environment[name]
	return v, ok
}

func TestLoad(t *testing.T) {
	f, err := load(filepath.Join("testdata", "full.yaml"), kinds(t), lookup)
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]string{
		"addr": "localhost:8081", "request-timeout": "2500ms", "documents-max-age": "0", "page-cap": "50",
		"demo-fault": "billing=hang,support=slow", "log-level": "warn",
		"mongodb-uri": "mongodb://u:env-password@db/", "mongodb-indexes": "off", "data-dir": "./elsewhere",
	}
	if diff := cmp.Diff(flags, f.flags); diff != "" {
		t.Error(diff)
	}
	if f.Profiles.System != "crm" {
		t.Errorf("profiles.system is %q", f.Profiles.System)
	}
	var names []string
	for _, s := range f.Systems {
		names = append(names, s.Name()+" "+s.Kind+" "+s.Sample)
	}
	want := []string{"support/desk rest 0", "billing/stripe-eu stripe cus_123", "billing/ledger postgres "}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Fatal(diff)
	}

	rest := restConfig{Email: "kept"}
	stripe, postgres := stripeConfig{Name: "kept", Limits: Limits{Concurrency: 16}}, postgresConfig{}
	for i, into := range []any{&rest, &stripe, &postgres} {
		if err := f.Systems[i].Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	wantRest := restConfig{
		URL: "https://localhost/v1", OAuthToken: "file-token", Email: "kept", ByEmail: true,
		Headers: map[string]string{
			"Authorization": "Bearer env-token", "Accept": "application/json", "X-Signature": "file-token",
			"X-Template": "${TEST_TOKEN} is not replaced",
		},
		Keys:    map[string]any{"in": "body", "path": "ids"},
		Tickets: []endpoint{{"/tickets?q={ids}", map[string]string{"subject": ".subject // \"none\"\n", "null": "true"}}},
	}
	if diff := cmp.Diff(wantRest, rest); diff != "" {
		t.Error(diff)
	}
	if want := (stripeConfig{Name: "kept", APIKey: "sk_live_env", Account: "acct_0123", Limits: Limits{25, 4}}); stripe != want {
		t.Errorf("got %+v", stripe)
	}
	wantPostgres := postgresConfig{DSN: "postgres://reader:file-password@db/ledger", StatementTimeout: 90 * time.Second}
	wantPostgres.Queries.Account = query{"SELECT id FROM customers WHERE id = ANY($1)", map[string]string{"id": "007", "plan": `it's: "quoted" \n`}}
	if diff := cmp.Diff(wantPostgres, postgres); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeGuards(t *testing.T) {
	f, err := load(filepath.Join("testdata", "full.yaml"), kinds(t), lookup)
	if err != nil {
		t.Fatal(err)
	}
	all := guard.Defaults()
	all.Timeout, all.Retry.Attempts, all.Cache.MaxAge, all.Cache.MaxStale = 900*time.Millisecond, 2, 10*time.Second, time.Hour
	own := all
	own.Timeout, own.Retry.Attempts, own.Breaker.Disabled, own.Cache.MaxAge = 1500*time.Millisecond, 0, true, 30*time.Second
	for i, want := range []guard.Settings{own, all, all} {
		got := guard.Defaults()
		if err := f.Systems[i].DecodeGuards(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", f.Systems[i].Name(), diff)
		}
	}
	got := guard.Defaults()
	if err := f.DecodeGuards(&got); err != nil || got != all {
		t.Errorf("of all systems: %+v, %v", got, err)
	}
	got = guard.Defaults()
	if err := new(File).DecodeGuards(&got); err != nil || got != guard.Defaults() {
		t.Errorf("of no file: %+v, %v", got, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	f, err := load(filepath.Join("testdata", "full.yaml"), kinds(t), lookup)
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		APIKey      string  `yaml:"apiKey"`
		Concurrency float64 `yaml:"concurrency"`
		Account     int     `yaml:"account"`
	}
	err = f.Systems[1].Decode(&settings)
	if err == nil || strings.Contains(err.Error(), "acct") || !strings.HasPrefix(err.Error(), filepath.Join("testdata", "full.yaml")+":") {
		t.Errorf("got %v", err)
	}
}

func TestStringsSurviveDecoding(t *testing.T) {
	for _, s := range []string{
		"", " ", "\n", "a\n\nb\n", "\ttab", "null", "~", "true", "0644", "1e3", ".inf", "2020-01-01", "<<", "*a", "&a b", "!x", "- x", "a: b",
		"{", "[", `"`, "'", `\`, `\n`, "#x", "%", "@", "`", "|", ">", "é", "😀", "\x00", "\x7f", "\u2028", "${X}", "---", "? x",
	} {
		n := &node{fields: map[string]*node{"sql": {scalar: s}}, keys: []string{"sql"}}
		var into query
		if err := new(File).decode(n, &into); err != nil || into.SQL != s {
			t.Errorf("%q became %q, %v", s, into.SQL, err)
		}
	}
}
