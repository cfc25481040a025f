package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"customer360/command"
)

// TestMistypedCommands: what is mistyped is told, with what may be meant.
func TestMistypedCommands(t *testing.T) {
	for line, want := range map[string]string{
		"serv":                                 `unexpected argument serv (did you mean "serve"?)`,
		"imprt":                                `did you mean "import"?`,
		"frobnicate":                           "the commands are audit, backup, config, customer, doctor",
		"keys lst":                             `did you mean "list"?`,
		"keys mak":                             "the commands are create, list, revoke, rotate, salt",
		"config validat":                       `did you mean "validate"?`,
		"--adr x":                              `did you mean "--addr"?`,
		"import --mapp x":                      `did you mean "--map"?`,
		"import --map x --format xlsx file":    `must be one of "auto","csv","ndjson"`,
		"import --map x one.csv two.csv three": "unexpected argument two.csv; see --help",
	} {
		var out, errs bytes.Buffer
		if code := command.Run(t.Context(), strings.Fields(line), &out, &errs); code == 0 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: %d, %s", line, code, errs.String())
		}
	}
}

// TestConfigurationIsToldOnce: a fault is told once, in words.
func TestConfigurationIsToldOnce(t *testing.T) {
	for text, want := range map[string]string{
		"guards: {timeout: 800}\n":   "1:19: guards.timeout: want a duration, such as 800ms, 2s or 1h30m",
		"guards: {breaker: 5}\n":     "1:19: guards.breaker: want keys with values, not a number",
		"systems: [billing/a]\n":     "1:10: systems: want keys with values, not a list; want a name source/system",
		"access: {attempts: many}\n": "1:20: access.attempts: want a whole number, not text",
	} {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		code := command.Run(t.Context(), []string{"config", "validate", path}, &out, &errs)
		if code == 0 || !strings.Contains(errs.String(), want) || strings.Count(errs.String(), "\n") != 1 || strings.Contains(errs.String(), "time.Duration") {
			t.Errorf("%s: %d, %s", text, code, errs.String())
		}
	}
}

// TestImportChecksSystems: a mapping's links lead to systems that are configured.
func TestImportChecksSystems(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"c.yaml": "systems:\n  billing/stripe: {kind: stripe, apiKey: '${TEST_KEY}'}\n",
		"m.yaml": "version: 1\nprofile: {id: .id}\nlinks:\n  - {source: BILLING, system: strpe, recordId: .s}\n",
		"d.csv":  "id,s\n1,cus_1\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TEST_KEY", "sk_test_123456")
	var out, errs bytes.Buffer
	code := command.Run(t.Context(), []string{"import", "--config", filepath.Join(dir, "c.yaml"), "--map", filepath.Join(dir, "m.yaml"), "--data-dir", filepath.Join(dir, "data"), filepath.Join(dir, "d.csv")}, &out, &errs)
	if code != 1 || !strings.Contains(errs.String(), `the configuration has no system billing/strpe (did you mean "billing/stripe"?)`) {
		t.Errorf("%d, %s", code, errs.String())
	}
}
