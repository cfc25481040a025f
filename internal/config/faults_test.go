package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what Load says into testdata/faults.txtar")

// TestFaults is a table of broken files, each with all that is said of it.
func TestFaults(t *testing.T) {
	const name = "testdata/faults.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, f := range archive.Files {
		if base, ok := strings.CutSuffix(f.Name, ".txt"); ok {
			said[base] = string(f.Data)
		}
	}
	written := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		base, ok := strings.CutSuffix(f.Name, ".yaml")
		if !ok {
			continue
		}
		t.Run(base, func(t *testing.T) {
			_, err := parse(filepath.Join("testdata", "c.yaml"), f.Data, testRules(t), lookup)
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("got %v, want faults", err)
			}
			got := strings.ReplaceAll(err.Error(), filepath.Join("testdata", "c.yaml"), "c.yaml") + "\n"
			written.Files = append(written.Files, f, txtar.File{Name: base + ".txt", Data: []byte(got)})
			if got != said[base] && !*update {
				t.Errorf("got:\n%s\nwant:\n%s", got, said[base])
			}
			secrets := []string{"hunter2", "sk_live"}
			for _, value := range environment {
				if len(value) > 3 && value != "localhost" {
					secrets = append(secrets, value)
				}
			}
			for _, secret := range secrets {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("an error holds the value %s", secret)
				}
			}
		})
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(name, txtar.Format(written), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
