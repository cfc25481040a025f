//go:build !noembed

package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/require"
	"customer360/sources/documents"
)

// A text stands in one version of one document only.
func text(i, version int) string { return fmt.Sprintf("(text %04d.%d)", i, version) }

func document(i, version int) documents.Document {
	id := fmt.Sprintf("id-%04d", i)
	// Of very different lengths, so that rows move between pages.
	return documents.Document{ID: id, Body: bson.D{{Key: "_id", Value: id}, {Key: "name", Value: text(i, version)},
		{Key: "text", Value: strings.Repeat(text(i, version), 1+rand.IntN(40))}}}
}

// onDisk gives all that the files of a directory hold.
func onDisk(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(all, content...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// Nothing of what was erased is in any file of the directory, also nothing that it had been
// before it was changed, while the store goes on and is read, and after it was closed.
func TestErasedIsNotOnDisk(t *testing.T) {
	require.Long(t)
	const n, gone = 600, 200
	ctx, dir := context.Background(), t.TempDir()
	s, err := Open(ctx, Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s.Local.Declare("things", bson.D{{Key: "name", Value: 1}, {Key: "_id", Value: 1}})
	for version := range 2 {
		var docs []documents.Document
		for _, i := range rand.Perm(n) {
			docs = append(docs, document(i, version))
		}
		if _, err := s.Land(ctx, "things", docs); err != nil {
			t.Fatal(err)
		}
		if err := s.Optimize(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := s.Count(ctx, "things", nil); there != n || err != nil {
		t.Fatal(there, err)
	}
	if !bytes.Contains(onDisk(t, dir), []byte(text(0, 1))) {
		t.Fatal("what is there is not on disk: this test would find nothing")
	}
	var ids []string
	for _, i := range rand.Perm(gone) {
		ids = append(ids, fmt.Sprintf("id-%04d", i))
	}
	if err := s.Erase(ctx, "things", ids); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		disk := onDisk(t, dir)
		left := 0
		for i := range gone {
			for _, what := range []string{text(i, 0), text(i, 1), fmt.Sprintf("id-%04d", i)} {
				if bytes.Contains(disk, []byte(what)) {
					left++
				}
			}
		}
		if left > 0 {
			t.Errorf("%s: %d texts are left", when, left)
		}
		if !bytes.Contains(disk, []byte(text(n-1, 1))) {
			t.Errorf("%s: what was not erased is not there", when)
		}
	}
	check("running")
	if left, err := s.Count(ctx, "things", nil); left != n-gone || err != nil {
		t.Errorf("%d are left: %v", left, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check("closed")
	if _, err := os.Stat(filepath.Join(dir, "untidy")); err == nil {
		t.Error("it is still marked as untidy")
	}
}

// What a process did not come to do that was killed is done by the next one.
func TestUntidyIsMadeGood(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s, err := Open(ctx, Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(dir, "untidy")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(ctx, Config{DataDir: dir}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("it is still untidy")
	}
}
