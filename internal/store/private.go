//go:build !noembed

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// What is in the data directory beside the database.
const (
	// lockFile is held by the process that has the directory, and says where its socket is.
	lockFile = "lock"
	// locksDir has the locks on documents, and runDir the socket.
	locksDir, runDir = "locks", "run"
)

// maxSocketPath is what all systems take: macOS has 104 bytes, the last one a zero.
const maxSocketPath = 103

// makePrivate makes the data directory, and whatever is there already for this user
// alone. Open: others can list the directory itself, which is left as it was made.
func makePrivate(dir string) (open bool, err error) {
	for _, d := range []string{dir, filepath.Join(dir, locksDir), filepath.Join(dir, runDir)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return false, fmt.Errorf("the data directory cannot be made: %w", err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return false, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, fmt.Errorf("the data directory cannot be read: %w", err)
	}
	for _, e := range entries {
		mode := fs.FileMode(0o600)
		switch name := e.Name(); {
		case name == locksDir || name == runDir:
			if !e.IsDir() {
				return false, fmt.Errorf("%s is not a directory: remove it", filepath.Join(dir, name))
			}
			mode = 0o700
		case name != lockFile && !strings.Contains(name, ".sqlite"):
			continue
		case !e.Type().IsRegular():
			return false, fmt.Errorf("%s is not a file: remove it", filepath.Join(dir, name))
		}
		if now, err := e.Info(); err == nil && now.Mode().Perm() == mode {
			continue
		}
		if err := os.Chmod(filepath.Join(dir, e.Name()), mode); err != nil && !errors.Is(err, os.ErrNotExist) {
			return false, fmt.Errorf("other users can access the data directory: %w", err)
		}
	}
	return info.Mode().Perm()&0o077 != 0, nil
}

// placeSocket finds a place for the socket: in the data directory, or, where its path is
// too long for one or its file system has none, in a temporary directory of its own.
func placeSocket(dir string) (path string, remove func() error, err error) {
	path = filepath.Join(dir, runDir, "mongodb.sock")
	if err := freeSocket(path); err == nil {
		return path, func() error { return removeSocket(path) }, nil
	}
	own, err := os.MkdirTemp("", "customer360-")
	if err != nil {
		return "", nil, fmt.Errorf("cannot create a socket in %s or in a temporary directory: %w", filepath.Dir(path), err)
	}
	remove = func() error { return os.RemoveAll(own) }
	path = filepath.Join(own, "mongodb.sock")
	if err := freeSocket(path); err != nil {
		return "", nil, errors.Join(fmt.Errorf("cannot create a socket: choose a data directory or a TMPDIR with a shorter path (%w)", err), remove())
	}
	return path, remove, nil
}

// freeSocket removes what a process left that was killed, and tries whether a socket can be there.
func freeSocket(path string) error {
	if len(path) > maxSocketPath {
		return errors.New("the path is too long for a socket")
	}
	if err := removeSocket(path); err != nil {
		return err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	return l.Close()
}

func removeSocket(path string) error {
	switch info, err := os.Lstat(path); {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is not a socket: remove it", path)
	}
	return os.Remove(path)
}

// checkSocket refuses a socket that others may have put there.
func checkSocket(path string) error {
	for p, want := range map[string]fs.FileMode{path: fs.ModeSocket, filepath.Dir(path): fs.ModeDir} {
		info, err := os.Lstat(p)
		if err != nil {
			return err
		}
		if info.Mode().Type() != want || want == fs.ModeDir && info.Mode().Perm()&0o077 != 0 || !isMine(info) {
			return fmt.Errorf("%s was not made by a running gateway of this user: stop the gateway, and remove it", p)
		}
	}
	return nil
}
