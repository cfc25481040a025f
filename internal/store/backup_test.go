//go:build !noembed

package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/documents"
)

// A copy that is made while somebody writes opens as a store of its own, with all that was
// there when it began, and nothing that was removed before.
func TestBackup(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	s, err := Open(ctx, Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	land := func(ctx context.Context, n int) {
		if _, err := s.Land(ctx, "things", []documents.Document{document(n, 0)}); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	}
	const n = 50
	for i := range n {
		land(ctx, i)
	}
	if err := s.Erase(ctx, "things", []string{"id-0007"}); err != nil {
		t.Fatal(err)
	}
	writing, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := n; writing.Err() == nil; i++ {
			land(writing, i)
		}
	}()
	to := filepath.Join(t.TempDir(), "copy")
	size, err := Backup(ctx, dir, to)
	stop()
	<-done
	if err != nil || size == 0 {
		t.Fatal(size, err)
	}
	if bytes.Contains(onDisk(t, to), []byte(text(7, 0))) {
		t.Error("what was removed is in the copy")
	}
	if info, err := os.Stat(filepath.Join(to, DefaultDatabase+".sqlite")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	copied, err := Open(ctx, Config{DataDir: to})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	found := map[string]bool{}
	if err := copied.Select(ctx, "things", documents.Selection{}, func(raw bson.Raw) bool {
		found[documents.KeyOf(raw)] = true
		return true
	}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if id := fmt.Sprintf("id-%04d", i); found[id] != (i != 7) {
			t.Errorf("%s: %v", id, found[id])
		}
	}
	if _, err := Backup(ctx, dir, to); err == nil {
		t.Error("a directory that is not empty was taken")
	}
	if _, err := Backup(ctx, t.TempDir(), filepath.Join(to, "x")); err == nil {
		t.Error("a directory without a store was taken")
	}
}
