package summary

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"customer360/internal/require"
)

func TestReport(t *testing.T) { require.Report(t) }

// What would be started later would not be told of.
func TestIsLast(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != ".." && (path <= filepath.Join("..", "summary") || d.Name() == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(path, "_test.go") && filepath.Dir(path) != "..":
			t.Errorf("%s is tested after this package", filepath.Dir(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
