package command

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/cost"
	"customer360/graph/persisted"
)

// What the command finds is what the contract of the audience refuses, each fault in a line
// of its own with the file, the document and the place.
func TestDocumentsCheck(t *testing.T) {
	rules := func(a access.Audience) (persisted.Rules, error) {
		contract, err := graph.NewContract(a)
		if err != nil {
			return persisted.Rules{}, err
		}
		return persisted.Rules{Schema: contract.Schema, Tokens: 200, Cost: cost.New(contract.Schema, cost.Model{}), PerOperation: 200}, nil
	}
	for name, test := range map[string]struct {
		manifest, audience string
		code               int
		stdout, stderr     []string
	}{
		"what is executed": {
			manifest: `{"a": "query A { customers(first: 10) { edges { node { id displayName } } } }"}`,
			stdout:   []string{"no faults, documents: 1; they fit the contract of internal, and cost at most 32 each, of 200"},
		},
		"what is refused": {
			manifest: `{"a": "{ customers(first: 10) { edges { node { shoeSize } } } }", "b": "{", "c": "{ customers(first: 100) { edges { node { id name } } } }", "d": "query($n: Int) { customers(first: $n) { edges { node { id name } } } }"}`,
			code:     1,
			stdout:   []string{`document 4 "d": 1:1: it costs up to 302, depending on its variables`},
			stderr: []string{
				`document 1 "a": 1:41: Cannot query field "shoeSize" on type "Customer".`,
				`document 2 "b": 1:2: Expected Name, found <EOF>`,
				`document 3 "c": 1:1: it costs 302; the limit per operation is 200`,
			},
		},
		"what an audience does not see": {
			manifest: `{"a": "{ systems { system } }", "b": "{ attributeDefinitions { key } }"}`,
			audience: "partner",
			code:     1,
			stderr:   []string{`document 1 "a": 1:3: Cannot query field "systems" on type "Query".`},
		},
		"what another one sees": {
			manifest: `{"a": "{ systems { system } }"}`,
			audience: "analyst",
			stdout:   []string{"no faults, documents: 1; they fit the contract of analyst, and cost at most 11 each, of 200"},
		},
		"no manifest": {
			manifest: `[]`,
			code:     1,
			stderr:   []string{"it is not a JSON object"},
		},
		"a manifest with faults": {
			manifest: `{"a": "", "": "{ a }"}`,
			code:     1,
			stderr:   []string{`document 1 "a": it has no body`, `document 2: it has no id`, `document 2: 1:3: Cannot query field "a"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "manifest.json")
			if err := os.WriteFile(path, []byte(test.manifest), 0o600); err != nil {
				t.Fatal(err)
			}
			var c documentsFlags
			c.Check.Manifest, c.Check.Audience = path, cmp.Or(test.audience, "internal")
			var stdout, stderr bytes.Buffer
			if code := runDocuments(c, rules, &stdout, &stderr); code != test.code {
				t.Errorf("the exit code is %d; want %d", code, test.code)
			}
			lines(t, "stdout", stdout.String(), path+": ", test.stdout)
			lines(t, "stderr", stderr.String(), "customer360: "+path+": ", test.stderr)
		})
	}
}

// lines holds a text to lines that begin in the same way and go on as they should.
func lines(t *testing.T, name, text, prefix string, want []string) {
	t.Helper()
	got := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if text == "" {
		got = nil
	}
	if len(got) != len(want) {
		t.Errorf("%s has %d lines; want %d:\n%s", name, len(got), len(want), text)
		return
	}
	for i := range want {
		if !strings.HasPrefix(got[i], prefix+want[i]) {
			t.Errorf("%s has %q; want %q", name, got[i], prefix+want[i])
		}
	}
}
