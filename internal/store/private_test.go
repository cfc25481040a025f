//go:build unix && !noembed

package store

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Whatever is in the data directory is this user's alone, also where the directory and
// its files were made beforehand for all.
func TestFilesAreThisUsersAlone(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "data")
	for _, exposed := range []bool{false, true} {
		s, err := Open(ctx, Config{DataDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if s.Exposed != exposed {
			t.Errorf("others can list it: %v; want %v", s.Exposed, exposed)
		}
		if err := s.Update(ctx, "things", "a", bson.D{{Key: "$set", Value: bson.D{{Key: "b", Value: 1}}}}); err != nil {
			t.Fatal(err)
		}
		found := 0
		if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || path == dir {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			want := fs.FileMode(0o600)
			if e.IsDir() {
				want = 0o700
			}
			// A socket cannot be reached in a directory that is not open.
			if e.Type() != fs.ModeSocket && info.Mode().Perm() != want {
				t.Errorf("%s is %s", path, info.Mode())
			}
			found++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if found < 6 {
			t.Errorf("%d files: this test sees nothing", found)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for path, mode := range map[string]fs.FileMode{"": 0o755, "customer360.sqlite": 0o644, "lock": 0o644, "run": 0o755} {
			//nolint:gosec // as it was made before
			if err := os.Chmod(filepath.Join(dir, path), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A command uses the store of the process that has the directory, and leaves it to that.
func TestShare(t *testing.T) {
	ctx := context.Background()
	for name, dir := range map[string]string{"in the directory": t.TempDir(), "elsewhere": filepath.Join(t.TempDir(), strings.Repeat("long", 30))} {
		t.Run(name, func(t *testing.T) {
			owner, err := Open(ctx, Config{DataDir: dir})
			if err != nil {
				t.Fatal(err)
			}
			guest, err := Open(ctx, Config{DataDir: dir, Share: true})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := guest.Database.Collection("things").InsertOne(ctx, bson.D{{Key: "_id", Value: "a"}}); err != nil {
				t.Fatal(err)
			}
			if err := guest.Optimize(ctx); err != nil {
				t.Error(err)
			}
			if err := guest.Erase(ctx, "things", []string{"b"}); err != nil {
				t.Error(err)
			}
			if err := guest.Close(); err != nil {
				t.Fatal(err)
			}
			if n, err := owner.Database.Collection("things").CountDocuments(ctx, bson.D{}); n != 1 || err != nil {
				t.Errorf("the owner has %d documents, %v", n, err)
			}
			if err := owner.Close(); err != nil {
				t.Fatal(err)
			}
			// Without an owner it is one itself.
			if guest, err = Open(ctx, Config{DataDir: dir, Share: true}); err != nil {
				t.Fatal(err)
			}
			if err := guest.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A socket that a killed process left is no obstacle; what is none is not touched.
func TestStaleSockets(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	path := filepath.Join(dir, runDir, "mongodb.sock")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, lockFile), []byte(path), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "file")
	if err := os.Symlink(other, path); err != nil {
		t.Fatal(err)
	}
	if err := checkSocket(path); err == nil {
		t.Error("a link was taken for a socket")
	}
	s, err := Open(ctx, Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if now, err := os.ReadFile(filepath.Join(dir, lockFile)); err != nil || string(now) == path {
		t.Errorf("the socket is at %s, %v", now, err)
	}
	if _, err := os.Lstat(other); err == nil {
		t.Error("something was made where the link leads")
	}
}
