package persisted_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"customer360/graph/persisted"
)

func TestManifests(t *testing.T) {
	for name, test := range map[string]struct {
		text   string
		want   []persisted.Document
		faults []string
	}{
		"Apollo's": {
			text: fmt.Sprintf(`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
				{"id": %q, "name": "Known", "type": "query", "body": %q}, {"id": "b", "name": "ByID", "type": "query", "body": %q}]}`, sum(known), known, byID),
			want: []persisted.Document{{ID: sum(known), Name: "Known", Body: known}, {ID: "b", Name: "ByID", Body: byID}},
		},
		"in another order": {
			text: `{"operations": [{"body": "{ a }", "id": "a"}], "version": 1, "format": "apollo-persisted-query-manifest"}`,
			want: []persisted.Document{{ID: "a", Body: "{ a }"}},
		},
		"by id": {
			text: fmt.Sprintf(`{"sha256:%s": %q, "0cc175b9c0f1b6a831c399e269772661": %q}`, sum(known), known, byID),
			want: []persisted.Document{{ID: "sha256:" + sum(known), Body: known}, {ID: "0cc175b9c0f1b6a831c399e269772661", Body: byID}},
		},
		"empty":             {text: `{}`},
		"no JSON":           {text: `query { a }`, faults: []string{"not a JSON object"}},
		"a list":            {text: `[]`, faults: []string{"not a JSON object"}},
		"nothing":           {text: ``, faults: []string{"not a JSON object"}},
		"cut short":         {text: `{"a": "{ a }"`, faults: []string{"not valid JSON"}},
		"two objects":       {text: `{"a": "{ a }"} {}`, faults: []string{"more after"}},
		"another format":    {text: `{"format": "x", "version": 1, "operations": []}`, faults: []string{"`format`"}},
		"another version":   {text: `{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}`, faults: []string{"`version` 1"}},
		"no format":         {text: `{"operations": []}`, faults: []string{"`format`"}},
		"other types":       {text: `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": {}}`, faults: []string{"a list"}},
		"operations, twice": {text: `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [], "Operations": []}`, faults: []string{`"Operations" is there twice`}},
		"all faults at once": {
			text: fmt.Sprintf(`{"a": "", "b": 1, "": "{ a }", "c": "{ a }", "c": "{ b }", %q: "{ a }", "sha256:x": "{ a }"}`, sum("{ b }")),
			faults: []string{`document 2 "b": want a text`, `"a": it has no body`, "document 3: it has no id", `the id "c" is there twice`,
				`document 6 "057b04649e8755c690649b6c6f320caa93fb107429e8b4bfb5b081a109264e8f": the id is not the SHA-256`, `"sha256:x": the id is not the SHA-256`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := persisted.Read(strings.NewReader(test.text))
			if len(test.faults) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, m.Documents); diff != "" {
					t.Error(diff)
				}
				return
			}
			if err == nil {
				t.Fatal("there is no error")
			}
			if lines := strings.Split(err.Error(), "\n"); len(lines) != len(test.faults) {
				t.Errorf("%d faults; want %d: %v", len(lines), len(test.faults), err)
			}
			for _, fault := range test.faults {
				if !strings.Contains(err.Error(), fault) {
					t.Errorf("no %q in: %v", fault, err)
				}
			}
		})
	}
}

func TestManifestsAreBounded(t *testing.T) {
	if _, err := persisted.Read(&endless{}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a manifest without end: %v", err)
	}
	many := map[string]string{}
	for i := range 1000 {
		many[fmt.Sprint(i)] = ""
	}
	text, _ := json.Marshal(many)
	_, err := persisted.Read(bytes.NewReader(text))
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 101 || lines[100] != "and 900 faults more" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}

type endless struct{}

func (*endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// A manifest that is read has documents that can be told apart and are what their ids
// say; written in either format, it is the same when it is read again. No error tells
// more than a line for a fault.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(`{%q: %q, "b": "{ a }"}`, sum(known), known)))
	f.Add([]byte(`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a", "name": "A", "type": "query", "body": "{ a }"}]}`))
	f.Add([]byte(`{"a": "{ a }", "a": "{ b }", "": 1, "sha256:a": ""}`))
	f.Add([]byte(`{"operations": [{"id": null}]}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := persisted.Read(bytes.NewReader(data))
		if err != nil {
			if lines := strings.Split(err.Error(), "\n"); len(lines) > 101 || len(err.Error()) > 101*500 {
				t.Errorf("%d lines of error, %d bytes", len(lines), len(err.Error()))
			}
			return
		}
		ids := map[string]string{}
		operations := []any{}
		for _, d := range m.Documents {
			if _, twice := ids[d.ID]; twice || d.ID == "" || strings.TrimSpace(d.Body) == "" {
				t.Fatalf("%+v", d)
			}
			ids[d.ID] = d.Body
			operations = append(operations, map[string]string{"id": d.ID, "name": d.Name, "type": "query", "body": d.Body})
		}
		text, err := json.Marshal(map[string]any{"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations})
		if err != nil {
			t.Fatal(err)
		}
		again, err := persisted.Read(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Documents) > 0 {
			if diff := cmp.Diff(m.Documents, again.Documents); diff != "" {
				t.Error(diff)
			}
		}
	})
}
