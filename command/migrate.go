package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"customer360/demo"
	"customer360/internal/config"
	"customer360/internal/store"
	profiledocs "customer360/sources/profiles/documents"
)

// migrateFlags are the flags of the migration.
type migrateFlags struct {
	config.Store
	DryRun bool `name:"dry-run" help:"Report what would be done, and write nothing."`
}

// runMigrate brings what is stored into the form of this version, and says what it did.
func runMigrate(ctx context.Context, f migrateFlags, file *config.File, stdout, stderr io.Writer) int {
	if err := doMigrate(ctx, f, file, stdout); err != nil {
		return fail(stderr, err)
	}
	return 0
}

func doMigrate(ctx context.Context, f migrateFlags, file *config.File, stdout io.Writer) (err error) {
	if err := cmp.Or(f.Store.Check(), exists(f.Store)); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{URI: f.URI(), DataDir: f.DataDir, Share: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	did, err := profiledocs.New("profile/"+cmp.Or(file.Profiles.System, demo.System), s.Store).Migrate(ctx, f.DryRun)
	if f.DryRun {
		fmt.Fprintln(stdout, "Dry run: nothing was written. The following would have been done.")
	}
	fmt.Fprintf(stdout, "%d customers: %d changed\n  names           %d\n  contact points  %d\n  identifiers     %d\n",
		did.Customers, did.Changed, did.Names, did.ContactPoints, did.Identifiers)
	if did.Unreadable > 0 {
		fmt.Fprintf(stdout, "Skipped: %d malformed documents (see docs/documents.md).\n", did.Unreadable)
	}
	for _, one := range did.Shared {
		fmt.Fprintf(stdout, "One %s belongs to several customers, so it cannot identify them: %s\n", one.Kind, strings.Join(one.Owners, ", "))
	}
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted: run it again to go on")
	}
	return err
}

// migrateStored migrates the embedded store, which no other process can; of a MongoDB it tells
// that somebody should.
func migrateStored(ctx context.Context, embedded bool, spine *profiledocs.Spine, log *slog.Logger) {
	done, err := spine.IsMigrated(ctx)
	switch {
	case done || ctx.Err() != nil:
		return
	case err != nil:
		log.Warn("cannot tell whether the customers are in the format of this version", "error", err)
		return
	case !embedded:
		log.Warn("the customers were stored by an earlier version: searches by name and identifier may miss some until \"customer360 migrate\" has run")
		return
	}
	did, err := spine.Migrate(ctx, false)
	attrs := []any{"customers", did.Customers, "changed", did.Changed, "names", did.Names, "contactPoints", did.ContactPoints,
		"identifiers", did.Identifiers, "shared", len(did.Shared), "unreadable", did.Unreadable}
	if err != nil {
		if ctx.Err() == nil {
			log.Warn("not all customers were migrated to the format of this version; the next start continues", append(attrs, "error", err)...)
		}
		return
	}
	if did.Changed > 0 || did.Identifiers > 0 {
		log.Info("the customers were migrated to the format of this version", attrs...)
	}
}
