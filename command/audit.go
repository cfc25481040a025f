package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"customer360/audit"
	"customer360/internal/config"
	"customer360/internal/store"
)

// auditFlags are the commands about the log of who read what.
type auditFlags struct {
	config.Store
	Verify struct {
		Keep  time.Duration `placeholder:"DURATION" help:"How long entries were kept before, if audit.keep was raised since."`
		Heads string        `placeholder:"FILE" help:"An earlier report of this command: the entries that it lists must still be there. Keep it where nobody who can write to the store can write."`
	} `cmd:"" help:"Check that no entry was changed, moved or removed, and print the heads of all chains. Exit code 2: something was."`
}

// broken is the exit code of a log that is not whole.
const broken = 2

// runAudit runs a command about the log, and gives the exit code.
func runAudit(ctx context.Context, c auditFlags, f *config.File, stdout, stderr io.Writer) int {
	whole, err := verifyAudit(ctx, c, f, stdout)
	switch {
	case err != nil:
		return fail(stderr, err)
	case !whole:
		return broken
	}
	return 0
}

func verifyAudit(ctx context.Context, c auditFlags, f *config.File, stdout io.Writer) (whole bool, err error) {
	if err := c.Store.Check(); err != nil {
		return false, err
	}
	_, auditing, err := accessOf(f)
	if err != nil {
		return false, cmp.Or(allFaults(f, nil), err)
	}
	var known []audit.Head
	if c.Verify.Heads != "" {
		file, err := os.Open(c.Verify.Heads)
		if err != nil {
			return false, err
		}
		known, err = audit.ReadHeads(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return false, err
		}
	}
	if err := exists(c.Store); err != nil {
		return false, err
	}
	s, err := store.Open(ctx, store.Config{URI: c.URI(), DataDir: c.DataDir, Share: true})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	report, err := audit.Verify(ctx, s.Store, known, cmp.Or(c.Verify.Keep, auditing.Keep))
	if err != nil {
		return false, err
	}
	return report.Whole(), report.Write(stdout)
}
