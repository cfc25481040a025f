package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"customer360/internal/require"
)

// The recipe of CONTRIBUTING.md is code: each block that begins with a path is put
// over the tree as that file, and its contract test is run.
func TestRecipeForASource(t *testing.T) {
	require.Long(t)
	text, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for i, block := range regexp.MustCompile("(?s)```go\n// (\\S+\\.go)\n(.*?)```").FindAllSubmatch(text, -1) {
		path, err := filepath.Abs(string(block[1]))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, string(rune('a'+i))+".go")
		if err := os.WriteFile(file, block[2], 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[path] = file
	}
	if len(overlay.Replace) != 2 {
		t.Fatalf("CONTRIBUTING.md has %d files; want the adapter and its test", len(overlay.Replace))
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	// Built and run apart, since the folder is not there.
	binary := filepath.Join(dir, "recipe.test")
	out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", file, "-o", binary, "./sources/billing/ledger").CombinedOutput()
	if err != nil {
		t.Fatalf("the recipe does not build: %v\n%s", err, out)
	}
	test := exec.Command(binary, "-test.v")
	test.Dir = dir
	if out, err := test.CombinedOutput(); err != nil {
		t.Errorf("the recipe does not work: %v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
