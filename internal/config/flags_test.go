package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parseFlags runs a command line as package main does.
func parseFlags(t *testing.T, args ...string) (serve Serve, file *File, err error) {
	t.Helper()
	var cli struct {
		Config FileFlag `name:"config" env:"C360_CONFIG" placeholder:"FILE" help:"The configuration file."`
		Serve  Serve    `cmd:"" default:"withargs"`
		Import struct {
			Store
			File string `arg:""`
		} `cmd:""`
	}
	file = &File{}
	parser, err := kong.New(&cli, kong.Bind(kinds(t), &file), kong.Exit(func(int) { t.Error("it exits") }))
	if err != nil {
		t.Fatal(err)
	}
	command, err := parser.Parse(args)
	if err == nil && strings.HasPrefix(command.Command(), "import") {
		cli.Serve.Store = cli.Import.Store
	}
	return cli.Serve, file, err
}

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPrecedence: flags, over the environment, over the file, over the defaults.
func TestPrecedence(t *testing.T) {
	path := write(t, `
server: {addr: "127.0.0.1:1", requestTimeout: 1s, sourceTimeout: 1s, pageCap: 7, demoFault: [billing=hang, support=slow]}
profiles: {mongodbUri: "${TEST_URI}", mongodbIndexes: off}
systems: {billing/a: {kind: stripe, apiKey: "${TEST_URI}"}}
`)
	t.Setenv("TEST_URI", "mongodb://from-file")
	t.Setenv("C360_REQUEST_TIMEOUT", "2s")
	t.Setenv("C360_SOURCE_TIMEOUT", "2s")
	for name, args := range map[string][]string{
		"default command": {"--config", path, "--source-timeout", "3s"},
		"named command":   {"serve", "--source-timeout", "3s", "--config", path},
		"environment":     {"serve", "--source-timeout", "3s"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "environment" {
				t.Setenv("C360_CONFIG", path)
			}
			s, file, err := parseFlags(t, args...)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{s.Addr, s.RequestTimeout, s.SourceTimeout, s.PageCap, strings.Join(s.DemoFault, " "), s.URI(), s.MongodbIndexes, s.DataDir, s.LogLevel}
			want := []string{"127.0.0.1:1", "2s", "3s", "7", "billing=hang support=slow", "mongodb://from-file", "off", "./data", "info"}
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			if len(file.Systems) != 1 {
				t.Errorf("got %d systems", len(file.Systems))
			}
		})
	}
	t.Run("import", func(t *testing.T) {
		t.Setenv("C360_MONGODB_URI", "mongodb://from-environment")
		s, _, err := parseFlags(t, "import", "--config", path, "customers.csv")
		if err != nil || s.URI() != "mongodb://from-environment" || s.MongodbIndexes != "off" {
			t.Errorf("got %+v, %v", s, err)
		}
	})
	t.Run("set and empty", func(t *testing.T) {
		t.Setenv("C360_MONGODB_URI", "")
		s, _, err := parseFlags(t, "--config", path)
		if err != nil || s.MongodbURI == nil || *s.MongodbURI != "" {
			t.Errorf("got %v, %v", s.MongodbURI, err)
		}
	})
}

func TestConfigFlag(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		s, file, err := parseFlags(t)
		if err != nil || s.Addr != "127.0.0.1:8080" || file == nil || len(file.Systems) != 0 {
			t.Errorf("got %+v, %v, %v", s, file, err)
		}
	})
	t.Run("empty", func(t *testing.T) {
		t.Setenv("C360_CONFIG", "")
		if _, _, err := parseFlags(t); err == nil || !strings.Contains(err.Error(), "C360_CONFIG") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("not there", func(t *testing.T) {
		_, _, err := parseFlags(t, "--config", "nowhere.yaml")
		if err == nil || !strings.Contains(err.Error(), "nowhere.yaml: the configuration file does not exist") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("faults one by one", func(t *testing.T) {
		_, _, err := parseFlags(t, "--config", write(t, "a: 1\nb: 2\n"))
		var joined interface{ Unwrap() []error }
		if !errors.As(err, &joined) || len(joined.Unwrap()) != 2 {
			t.Errorf("got %v", err)
		}
	})
}

// TestKeysAreFlags: every flag of serve can be set in the file, and nothing else.
func TestKeysAreFlags(t *testing.T) {
	doc, err := document(kinds(t))
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for _, section := range []string{"server", "profiles"} {
		for key := range doc["properties"].(object)[section].(object)["properties"].(object) {
			keys[flagName(key)] = section
		}
	}
	delete(keys, "system") // no flag: profiles have it for links and status
	var serve Serve
	parser, err := kong.New(&serve)
	if err != nil {
		t.Fatal(err)
	}
	stores := map[string]bool{"mongodb-uri": true, "mongodb-indexes": true, "data-dir": true}
	for _, flag := range parser.Model.Flags {
		section := "server"
		if stores[flag.Name] {
			section = "profiles"
		}
		if flag.Name != "help" && keys[flag.Name] != section {
			t.Errorf("--%s is no key of %s in schema.json", flag.Name, section)
		}
		delete(keys, flag.Name)
	}
	for key := range keys {
		t.Errorf("schema.json has a key for --%s, which is no flag", key)
	}
}

func TestConsole(t *testing.T) {
	file := func(text string) []string { return []string{"--config", write(t, "server: {console: "+text+"}")} }
	for name, test := range map[string]struct {
		args []string
		want []string
		ok   bool
	}{
		"not said":         {nil, nil, true},
		"on":               {[]string{"--console", "on"}, nil, true},
		"off":              {[]string{"--console=off"}, []string{}, true},
		"some":             {[]string{"--console", "internal,Analyst"}, []string{"INTERNAL", "ANALYST"}, true},
		"a list in a file": {file("[partner, internal]"), []string{"PARTNER", "INTERNAL"}, true},
		"off in a file":    {file("off"), []string{}, true},
		"nobody":           {[]string{"--console", ""}, nil, false},
		"unknown":          {[]string{"--console", "internal,everybody"}, nil, false},
		"both":             {[]string{"--console", "off,internal"}, nil, false},
		"a word in a file": {file("perhaps"), nil, false},
	} {
		s, _, err := parseFlags(t, test.args...)
		if err == nil {
			err = s.Check()
		}
		if got := s.Checked.Console; (err == nil) != test.ok || test.ok && (!slices.Equal(got, test.want) || (got == nil) != (test.want == nil)) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
