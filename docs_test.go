package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/command"
	"customer360/graph"
	"customer360/internal/config"
	"customer360/internal/importer"
)

// A snippet is a fenced block of a page.
type snippet struct{ page, language, text string }

var fenced = regexp.MustCompile("(?ms)^ *```([a-z]*)\n(.*?)^ *```$")

func snippets(t *testing.T) []snippet {
	t.Helper()
	var all []snippet
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*/README.md"} {
		pages, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
				all = append(all, snippet{page, m[1], m[2]})
			}
		}
	}
	return all
}

// What the documentation shows is what it says it is: configuration that loads, documents that
// fit the schema, commands whose flags there are. TypeScript is compiled, and clients are run, by
// the suites of CI; the source of CONTRIBUTING has a test of its own.
func TestSnippets(t *testing.T) {
	checks := map[string]func(*testing.T, string){
		"json":    func(t *testing.T, text string) { checkJSON(t, text) },
		"yaml":    checkYAML,
		"graphql": checkDocument,
		// Those that one demo gateway cannot run as they stand: which can, the executors are compared by.
		"gql":      checkDocument,
		"graphqls": checkSDL,
		"sh":       checkCommands,
	}
	elsewhere := []string{"", "go", "ts", "http", "diff", "txtar"}
	counted := map[string]int{}
	for _, s := range snippets(t) {
		counted[s.language]++
		check, ok := checks[s.language]
		if !ok {
			if !slices.Contains(elsewhere, s.language) {
				t.Errorf("%s: nothing checks %q:\n%s", s.page, s.language, s.text)
			}
			continue
		}
		t.Run(filepath.Base(s.page)+" "+s.language, func(t *testing.T) {
			check(t, s.text)
			if t.Failed() {
				t.Logf("%s:\n%s", s.page, s.text)
			}
		})
	}
	for language := range checks {
		if counted[language] == 0 {
			t.Errorf("there is no %s: the test does not find it", language)
		}
	}
	t.Log(counted)
}

func checkJSON(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	for {
		if err := d.Decode(&v); err == io.EOF {
			return v
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func checkSDL(t *testing.T, text string) {
	if _, err := parser.ParseSchema(&ast.Source{Input: text}); err != nil {
		t.Error(err)
	}
}

func checkDocument(t *testing.T, text string) {
	if _, errs := gqlparser.LoadQueryWithRules(graph.Schema(), text, rules.NewDefaultRules()); errs != nil {
		t.Error(errs)
	}
}

// otherProgram begins a file that is not the gateway's.
var otherProgram = regexp.MustCompile(`^# \S+\.yaml\b`)

func checkYAML(t *testing.T, text string) {
	var keys map[string]any
	if err := yaml.Unmarshal([]byte(text), &keys); err != nil {
		t.Fatal(err)
	}
	if otherProgram.MatchString(text) || len(keys) == 0 {
		return
	}
	if keys["profile"] != nil || keys["billing"] != nil {
		if keys["version"] == nil {
			// A part of the mapping that stands above it.
			text = "version: 1\nprofile: {id: .customer_id}\n" + text
		}
		if _, err := importer.ParseMapping("mapping.yaml", []byte(text)); err != nil {
			t.Error(err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "persisted-query-manifest.json"), []byte(`{"one": "{ __typename }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "customer360.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// What files and variables hold is not looked at.
	if code, _, problems := runs(t, "config", "validate", "--no-references", path); code != 0 {
		t.Error(problems)
	}
}

var (
	continued = regexp.MustCompile(`\\\n\s*`)
	ours      = regexp.MustCompile(`(?m)(?:^|\$\()\s*(?:[A-Z0-9_]+=\S+ +)*(?:go run \.|customer360)((?: [^\n#|>)]*)?)`)
	bodies    = regexp.MustCompile(`(?s)-d\s+'([^']*)'`)
	queries   = regexp.MustCompile(`(?s)--data-urlencode 'query=([^']*)'`)
	word      = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
)

func checkCommands(t *testing.T, text string) {
	for _, m := range bodies.FindAllStringSubmatch(text, -1) {
		body, _ := checkJSON(t, m[1]).(map[string]any)
		query, _ := body["query"].(string)
		checkDocument(t, query)
	}
	for _, m := range queries.FindAllStringSubmatch(text, -1) {
		checkDocument(t, m[1])
	}
	for _, m := range ours.FindAllStringSubmatch(continued.ReplaceAllString(text, " "), -1) {
		var args []string
		for _, arg := range word.FindAllString(m[1], -1) {
			args = append(args, strings.Trim(arg, `'"`))
		}
		// Asked for help, a command has looked at its flags, and does nothing else.
		if code, _, problems := runs(t, append(args, "--help")...); code != 0 {
			t.Errorf("%v: %s", args, problems)
		}
	}
}

// runs runs one command line, and gives its exit code and what it writes.
func runs(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems strings.Builder
	code = command.Run(t.Context(), args, &out, &problems)
	return code, out.String(), problems.String()
}

// A flag that there is not is found, so that the documentation cannot show one.
func TestSnippetsAreChecked(t *testing.T) {
	for _, wrong := range [][]string{{"keys", "create", "--nmae", "x"}, {"nothing"}, {"--port", "1"}} {
		if code, _, _ := runs(t, append(wrong, "--help")...); code == 0 {
			t.Errorf("%v is taken", wrong)
		}
	}
	if _, err := config.Load("nothing.yaml", nil); err == nil {
		t.Error("a file that there is not is taken")
	}
}
