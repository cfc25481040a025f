package importer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRejectsPath(t *testing.T) {
	for input, want := range map[string]string{"/data/telco.csv": "telco.rejects.csv", "telco": "telco.rejects.csv", "a.b.tsv": "a.b.rejects.csv"} {
		if got := RejectsPath(input, CSV); got != want {
			t.Errorf("%s: %s", input, got)
		}
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRejectsCanBeLoaded: rows that were put right in the rejects are loaded from it.
func TestRejectsCanBeLoaded(t *testing.T) {
	w := newWorld(t)
	m := parse(t, "version: 1\nattributes: [{key: age, type: NUMBER, value: .age}]\nprofile: {id: .id, name: .name}\ncsv: {delimiter: ;}\n")
	dir := t.TempDir()
	path := filepath.Join(dir, "x.rejects.csv")
	run := func(input, path string) Summary {
		t.Helper()
		f, err := NewRejectsFile(path, filepath.Join(dir, "x.csv"), CSV)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return w.runInto(m, CSV, input, f)
	}
	input := "id;name;age\na;\"A; \"\"B\"\"\";old\nb;B;1\nc;C\n;D;1\nd;\"D\xff\";1\n"
	s := run(input, path)
	const header = "_line;_reason;_row;id;name;age\n"
	want := header +
		"2;\"attributes.age: expected a decimal number, as 29.85; got \"\"old\"\"\";;a;\"A; \"\"B\"\"\";old\n" +
		"4;\"the row does not have 3 fields; it has 2\";\"c;C\";;;\n" +
		"5;profile.id: it is missing;;;D;1\n" +
		"6;the row is not UTF-8: csv.encoding in the mapping says which encoding the file has, as windows-1252;\"d;\"\"D\xff\"\";1\";;;\n"
	if diff := cmp.Diff(want, read(t, path)); diff != "" || s.Loaded != 1 || s.Rejected != 4 {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// The third reject is put right; the others stay rejects, with their text.
	again := strings.Replace(strings.ReplaceAll(read(t, path), "\xff", ""), ";;D;1", ";e;D;1", 1)
	second := filepath.Join(dir, "x.rejects.rejects.csv")
	if s := run(again, second); s.Loaded != 1 || s.Rejected != 3 || len(s.Warnings) != 0 || w.customer("e") == nil {
		t.Errorf("%+v", s)
	}
	if got := read(t, second); !strings.HasPrefix(got, header) || !strings.Contains(got, ";\"c;C\";;;\n") {
		t.Error(got)
	}
	// The rejects of an earlier import do not stay.
	if s := run("id;name;age\nb;B;1\n", path); s.Rejected != 0 {
		t.Errorf("%+v", s)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("old rejects are there: %v", err)
	}
}

func TestRejectsOfNDJSON(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "x.rejects.ndjson")
	for range 2 {
		f, err := NewRejectsFile(path, "x.ndjson", NDJSON)
		if err != nil {
			t.Fatal(err)
		}
		w.runInto(parse(t, "version: 1\nprofile: {id: .id}\n"), NDJSON, "{\"id\": \"<\", \"n\":1.50}\n{\"n\":  1.50}\n{\"id\":\n", f)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(`{"line":2,"reason":"profile.id: it is missing","row":{"n":1.50}}
{"line":3,"reason":"the row is not JSON","row":"{\"id\":"}
`, read(t, path)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestForeignFileStays(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"other.csv": "id,name\n1,Ada\n", "empty.csv": "", "like.ndjson": "{\"line\": 1, \"reason\": \"x\", \"row\": 1, \"more\": 2}\n", "other.ndjson": "[]\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		format, _ := FormatOf(name)
		if _, err := NewRejectsFile(path, "x.csv", format); err == nil || read(t, path) != text {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What does not start removes nothing.
	old := filepath.Join(dir, "old.csv")
	if err := os.WriteFile(old, []byte("_line,_reason,_row,id\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := NewRejectsFile(old, "x.csv", CSV); err != nil || f.Close() != nil || read(t, old) == "" {
		t.Error(err)
	}
	// A rejects file that is imported must not be replaced by its own rejects.
	input := filepath.Join(dir, "x.rejects.csv")
	if err := os.WriteFile(input, []byte("_line,_reason,_row,id\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := NewRejectsFile(input, input, CSV); err == nil {
		t.Error("the input is its own rejects")
	}
	if _, err := NewRejectsFile(dir, "x.csv", CSV); err == nil {
		t.Error("a directory is rejects")
	}
	f, err := NewRejectsFile(filepath.Join(dir, "none", "x.csv"), "x.csv", CSV)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Begin([]string{"id"}, ','), f.Put([]Reject{{Line: 1}})); err == nil {
		t.Error("a file was made in a directory that is not there")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
