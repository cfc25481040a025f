//go:build !noembed

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Backup copies the embedded store of a data directory to another one, which must not be
// there, or be empty. The copy is of one moment, whoever writes to the store meanwhile,
// and has nothing of what was removed before. It gives the size of the copy in bytes.
func Backup(ctx context.Context, dataDir, to string) (size int64, err error) {
	file := filepath.Join(dataDir, DefaultDatabase+".sqlite")
	if _, err := os.Stat(file); err != nil {
		return 0, fmt.Errorf("there is no store in the data directory %s", dataDir)
	}
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return 0, fmt.Errorf("%s is not empty: choose a directory that does not exist", to)
	}
	// SQLite takes the name as a URL.
	if strings.ContainsAny(to, "?#%") {
		return 0, fmt.Errorf("the path of the directory %s contains ?, # or %%: choose another one", to)
	}
	if _, err := makePrivate(to); err != nil {
		return 0, err
	}
	db, err := openFile(file, "busy_timeout(10000)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	copied := filepath.Join(to, DefaultDatabase+".sqlite")
	// Whoever starts on it finds a whole store, or none.
	unfinished := copied + ".unfinished"
	made, err := os.OpenFile(unfinished, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = made.Close()
	}
	if err != nil {
		return 0, fmt.Errorf("the copy cannot be written: %w", err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, unfinished); err != nil {
		return 0, errors.Join(fmt.Errorf("the store in the data directory %s cannot be copied: %w", dataDir, readError(ctx, err)), os.Remove(unfinished))
	}
	if err := syncFile(unfinished); err != nil {
		return 0, err
	}
	info, err := os.Stat(unfinished)
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(unfinished, copied)
}

// syncFile returns when a file is on the disk.
func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
