package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"customer360/internal/config"
	"customer360/internal/store"
)

// backupFlags are the flags of the copy.
type backupFlags struct {
	config.Store
	To string `arg:"" name:"directory" help:"The directory to copy to. It is created, or must be empty."`
}

// runBackup copies the embedded store, beside a gateway that runs on it.
func runBackup(ctx context.Context, f backupFlags, stdout, stderr io.Writer) int {
	if err := doBackup(ctx, f, stdout); err != nil {
		return fail(stderr, err)
	}
	return 0
}

func doBackup(ctx context.Context, f backupFlags, stdout io.Writer) error {
	if f.URI() != "" {
		return errors.New("backup copies the embedded store; copy a MongoDB with its own tools, such as mongodump")
	}
	if err := cmp.Or(f.Store.Check(), exists(f.Store)); err != nil {
		return err
	}
	size, err := store.Backup(ctx, f.DataDir, f.To)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Copied %s to %s: %.1f MB. Serve it with --data-dir %[2]s.\n", f.DataDir, f.To, float64(size)/1e6)
	return nil
}
