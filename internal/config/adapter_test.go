package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func TestFault(t *testing.T) {
	f, err := load(filepath.Join("testdata", "full.yaml"), kinds(t), lookup)
	if err != nil {
		t.Fatal(err)
	}
	err = f.Fault("support/desk", errors.Join(
		errors.New("url: http is for this machine only"),
		fmt.Errorf("tickets[0].fields.subject: jq says: unexpected token"),
		errors.Join(errors.New("email: want an address"), errors.New("nothing: is a key: here")),
		errors.New("guards.timeout: too long"),
		errors.New("guards.retry.attempts: own"),
		errors.New("guards.cache.maxStale: of all systems"),
		errors.New("guards.bulkhead: of nobody"),
		errors.New("it was told env-token and file-token"),
	))
	want := strings.Join([]string{
		"17:34: guards.cache.maxStale: of all systems",
		"19:3: systems.support/desk: it was told … and …",
		"19:3: systems.support/desk.email: want an address",
		"19:3: systems.support/desk.nothing: is a key: here",
		"21:10: systems.support/desk.url: http is for this machine only",
		"34:20: systems.support/desk.tickets[0].fields.subject: jq says: unexpected token",
		"37:5: systems.support/desk.guards.bulkhead: of nobody",
		"38:16: systems.support/desk.guards.timeout: too long",
		"39:25: systems.support/desk.guards.retry.attempts: own",
	}, "\n")
	if got := strings.ReplaceAll(err.Error(), f.Path+":", ""); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if err := f.Fault("support/desk", nil); err != nil {
		t.Error(err)
	}
	if err := new(File).Fault("billing/stripe", errors.New("apiKey: want one")); err == nil || err.Error() != ": systems.billing/stripe.apiKey: want one" {
		t.Errorf("without a file: %v", err)
	}
}

func TestLoadForm(t *testing.T) {
	path := write(t, "systems:\n  billing/a: {kind: stripe, apiKey: '${TEST_UNSET}', account: acct_1}\n  billing/b: {kind: stripe, apiKey: file:nowhere}\n")
	if _, err := LoadForm(path, kinds(t)); err != nil {
		t.Error(err)
	}
	if _, err := Load(path, kinds(t)); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v", err)
	}
	if _, err := LoadForm(write(t, "systems:\n  billing/a: {kind: stripe, apiKey: x}\n"), kinds(t)); err == nil {
		t.Error("a secret is let through")
	}
}

func TestLoadFiles(t *testing.T) {
	fine := "server: {logLevel: warn}\nprofiles:\n  system: crm\n"
	for name, text := range map[string]string{
		"windows": "\uFEFF" + strings.ReplaceAll(fine, "\n", "\r\n"),
		"marked":  "---\n" + fine + "...\n",
		"json":    `{"server": {"logLevel": "warn"}, "profiles": {"system": "crm"}}`,
		"no end":  strings.TrimSuffix(fine, "\n"),
	} {
		f, err := Load(write(t, text), kinds(t))
		if err != nil || f.flags["log-level"] != "warn" || f.Profiles.System != "crm" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, text := range map[string]string{
		"is too large":                strings.Repeat("# comment\n", maxSize/9),
		"the file is not UTF-8":       "server: \xff\xfe\n",
		"more than 40000 YAML tokens": "[" + strings.Repeat("1,", maxTokens) + "]",
		"nested more than 32 deep":    strings.Repeat("- ", 40) + "x",
	} {
		if _, err := Load(write(t, text), kinds(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := Load(t.TempDir(), kinds(t)); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
	if os.Getuid() != 0 {
		path := write(t, fine)
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, kinds(t)); err == nil || !strings.Contains(err.Error(), "may not be read") {
			t.Errorf("a file of somebody else: %v", err)
		}
	}
}

// What is within the bounds is read to its end, whatever it is.
func TestLargest(t *testing.T) {
	var keys, stairs, systems strings.Builder
	for i := range 12_000 {
		fmt.Fprintf(&keys, "k%d: v\n", i)
	}
	for i := range 700 {
		fmt.Fprintf(&stairs, "%sk:\n", strings.Repeat(" ", i))
	}
	systems.WriteString("systems:\n")
	for i := range 1000 {
		fmt.Fprintf(&systems, "  billing/s%d: {kind: stripe, apiKey: x, acount: y, guards: {cache: {maxAge: z}}}\n", i)
	}
	r := testRules(t)
	for name, text := range map[string]string{
		"keys": keys.String(), "stairs": stairs.String(), "systems": systems.String(),
		"references": "server: {addr: '" + strings.Repeat("${X}", 60_000) + "'}",
		"brackets":   strings.Repeat("[", maxTokens-1), "quotes": strings.Repeat(`"`, maxSize-1), "dashes": strings.Repeat("- ", maxTokens-1),
	} {
		if _, err := parse("c.yaml", []byte(text), r, lookup); err == nil {
			t.Errorf("%s: no fault", name)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(readTest(f, "full.yaml"))
	for part := range strings.SplitSeq(string(readTest(f, "faults.txtar")), "\n-- ") {
		if _, text, ok := strings.Cut(part, ".yaml --\n"); ok {
			f.Add([]byte(text))
		}
	}
	r := testRules(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse(filepath.Join("testdata", "c.yaml"), data, r, lookup)
		if file == nil && err == nil {
			t.Fatalf("got %v and %v", file, err)
		}
		var faults Faults
		if err != nil && (!errors.As(err, &faults) || len(faults) == 0) {
			t.Fatalf("got %v, want faults", err)
		}
		for _, value := range environment {
			if len(value) > 3 && err != nil && !strings.Contains(string(data), value) && strings.Contains(err.Error(), value) {
				t.Fatalf("an error holds a value of the environment: %v", err)
			}
		}
		if err != nil {
			return
		}
		for _, s := range file.Systems {
			into := map[string]any{}
			if err := s.Decode(&into); err != nil {
				t.Fatal(err)
			}
		}
	})
}
