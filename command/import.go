package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"customer360/demo"
	"customer360/internal/config"
	"customer360/internal/importer"
	"customer360/internal/store"
	profiledocs "customer360/sources/profiles/documents"
)

// importFlags are the flags of the import.
type importFlags struct {
	config.Store
	Map     string `name:"map" required:"" placeholder:"FILE" help:"The mapping from the input's fields to customers and their records (YAML, see docs/import.md)."`
	Format  string `name:"format" enum:"auto,csv,ndjson" default:"auto" help:"The format of the input: csv, ndjson, or auto (by the file name extension)."`
	DryRun  bool   `name:"dry-run" help:"Do everything except write to the store."`
	Rejects string `name:"rejects" placeholder:"FILE" help:"The file for rows that cannot be loaded, with line and reason. Default: the input's name with .rejects in it, in the working directory."`
	AsOf    string `name:"as-of" placeholder:"TIME" help:"The time of the data, such as 2026-01-31T00:00:00Z: it becomes the age of the records. Default: now."`
	File    string `arg:"" help:"The file with the customers."`
}

// runImport loads a file, says what became of it, and gives the exit code: 0, all
// rows are loaded; 1, a fault; 2, some rows were rejected.
func runImport(ctx context.Context, f importFlags, file *config.File, stdout, stderr io.Writer) int {
	summary, err := doImport(ctx, f, file, stdout)
	if err != nil {
		fail(stderr, err)
	}
	return importer.ExitCode(summary, err)
}

// kindsOf gives the configured systems with their kinds.
func kindsOf(file *config.File) map[string]string {
	kinds := map[string]string{}
	for _, s := range file.Systems {
		kinds[s.Name()] = s.Kind
	}
	if len(kinds) == 0 {
		for _, source := range []string{"billing", "support", "social"} {
			kinds[source+"/documents"] = "documents"
		}
	}
	return kinds
}

func doImport(ctx context.Context, f importFlags, file *config.File, stdout io.Writer) (s importer.Summary, err error) {
	if err := f.Store.Check(); err != nil {
		return s, err
	}
	mapping, err := importer.LoadMapping(f.Map)
	if err != nil {
		return s, err
	}
	if file.Path != "" {
		if err := mapping.CheckSystems(kindsOf(file)); err != nil {
			return s, err
		}
	}
	format := importer.Format(f.Format)
	if f.Format == "auto" {
		if format, err = importer.FormatOf(f.File); err != nil {
			return s, err
		}
	}
	o := importer.Options{Mapping: mapping, Format: format, DryRun: f.DryRun}
	if f.AsOf != "" {
		if o.AsOf, err = time.Parse(time.RFC3339, f.AsOf); err != nil {
			return s, fmt.Errorf("--as-of must be a time such as 2026-01-31T00:00:00Z, not %q", f.AsOf)
		}
	}
	input, err := os.Open(f.File)
	if err != nil {
		return s, fmt.Errorf("the input cannot be read: %w", err)
	}
	defer func() { _ = input.Close() }()
	var size int64
	if info, err := input.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	if f.Rejects == "" {
		f.Rejects = importer.RejectsPath(f.File, format)
	}
	rejects, err := importer.NewRejectsFile(f.Rejects, f.File, format)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, rejects.Close()) }()
	st, err := store.Open(ctx, store.Config{URI: f.URI(), DataDir: f.DataDir, Share: true})
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	spine := profiledocs.New("profile/"+demo.System, st.Store)
	if f.URI() != "" && !f.DryRun {
		if err := indexes(ctx, f.Store, spine); err != nil {
			return s, err
		}
	}
	o.Input, o.Rejects, o.Optimize = input, rejects, st.Optimize
	o.Progress = importer.NewProgress(os.Stderr, size)
	if landed, err := demo.IsIn(ctx, st.Store); err == nil && landed {
		o.Fresh = true
		fmt.Fprintln(stdout, "This store also holds the made-up demo company. To keep them apart, use another --data-dir.")
	}
	s, err = importer.Run(ctx, spine, st.Store, o)
	if s.Rows == 0 && err != nil {
		return s, err
	}
	if linked := mapping.Linked(); file.Path == "" && len(linked) > 0 {
		s.Warnings = append(s.Warnings, "whether there are systems of the names "+strings.Join(linked, ", ")+" was not looked at: --config names the file that has them")
	}
	if writeErr := s.Write(stdout); err == nil {
		err = writeErr
	}
	if s.Rejected > 0 {
		fmt.Fprintf(stdout, "The rejected rows are in %s.\n", rejects.Path())
	}
	return s, err
}
