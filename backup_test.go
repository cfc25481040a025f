package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The store is copied while a gateway serves it; the copy is served as it was then.
func TestBackup(t *testing.T) {
	needsEmbedded(t)
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	const query = `{ customers(orderBy: {field: NAME}) { totalCount nodes { displayName billing { mrr { amount } } } } }`
	data := func(s *server) string {
		answer, _, _ := strings.Cut(s.ask(t, query), `"extensions"`)
		return answer
	}
	if code, out, problems := runs(t, "import", "--map", "examples/telco.yaml", "--data-dir", dir,
		"--rejects", filepath.Join(t.TempDir(), "rejects.csv"), "examples/telco-sample.csv"); !strings.Contains(out, "4 loaded") {
		t.Fatal(code, out, problems)
	}
	want := data(startServer(t, "--data-dir", dir))
	if code, out, problems := runs(t, "backup", "--data-dir", dir, to); code != 0 || !strings.Contains(out, "Serve it with --data-dir "+to) {
		t.Fatal(code, out, problems)
	}
	if code, _, problems := runs(t, "backup", "--data-dir", dir, to); code != 1 || !strings.Contains(problems, "not empty") {
		t.Error(code, problems)
	}
	if code, _, problems := runs(t, "backup", "--mongodb-uri", "mongodb://127.0.0.1:1/x", to+"2"); code != 1 || !strings.Contains(problems, "mongodump") {
		t.Error(code, problems)
	}
	if got := data(startServer(t, "--data-dir", to)); got != want || !strings.Contains(got, "0001-AAAAA") {
		t.Errorf("the copy gives %s; want %s", got, want)
	}
}
