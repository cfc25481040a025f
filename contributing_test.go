package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"customer360/internal/require"
)

// The recipe for a source is code: each block that begins with a path is put
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

// The other recipes are differences to the tree, and a story. They are put over a copy of it, one
// after the other, which is generated, built and tested.
func TestRecipes(t *testing.T) {
	require.Quiet(t, "recipes")
	text, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	tree := t.TempDir()
	if err := os.CopyFS(tree, withoutModules{os.DirFS(".")}); err != nil {
		t.Fatal(err)
	}
	in := func(dir, name string, arguments ...string) string {
		t.Helper()
		cmd := exec.Command(name, arguments...)
		cmd.Dir = filepath.Join(tree, dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
		}
		return string(out)
	}
	in(".", "git", "init", "-q")
	for _, block := range regexp.MustCompile("(?s)```diff\n(.*?)```").FindAllSubmatch(text, -1) {
		// One file each, since git counts the lines of a difference up to the end of what it is given.
		for _, part := range regexp.MustCompile(`(?m)^--- `).Split(string(block[1]), -1)[1:] {
			if err := os.WriteFile(filepath.Join(tree, "recipe.diff"), []byte("--- "+part), 0o600); err != nil {
				t.Fatal(err)
			}
			in(".", "git", "apply", "--recount", "recipe.diff")
		}
	}
	story := regexp.MustCompile("(?s)```txtar\n// (\\S+)\n(.*?)```").FindSubmatch(text)
	if story == nil {
		t.Fatal("the recipe for a field has no story")
	}
	file := filepath.Join(tree, string(story[1]))
	if err := os.WriteFile(file, story[2], 0o600); err != nil {
		t.Fatal(err)
	}
	in(".", "go", "generate", "./graph")
	in(".", "go", "test", "-run", "TestStories/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), "-update", ".")
	if told, err := os.ReadFile(file); err != nil || !strings.Contains(string(told), `"isDelinquent": true`) {
		t.Errorf("the field gives %s, %v", told, err)
	}
	in(".", "go", "test", "./graph", "./graph/audience", "./resolvers/...", "./console")
	in(".", "go", "vet", "./graph/...", "./resolvers/...", "./internal/gateway", "./command")

	modules, err := filepath.Abs("console/node_modules")
	if err == nil {
		_, err = os.Stat(modules)
	}
	require.Tool(t, err == nil, require.ConsoleModules)
	if err := os.Symlink(modules, filepath.Join(tree, "console", "node_modules")); err != nil {
		t.Fatal(err)
	}
	in("console", "npm", "run", "build")
	in(".", "go", "test", "./console")
}

// withoutModules is a tree without what others made and can be had again.
type withoutModules struct{ fs.FS }

func (f withoutModules) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(f.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool {
		return e.Name() == "node_modules" || e.Name() == ".git" || name == "." && (strings.HasPrefix(e.Name(), "data") || e.Name() == "customer360")
	}), err
}
