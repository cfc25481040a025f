package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/itchyny/gojq"

	"customer360/sources/documents"
	"customer360/sources/jq"
	profdocs "customer360/sources/profiles/documents"
)

// Options say what to import and how.
type Options struct {
	// Mapping says what the rows mean.
	Mapping *Mapping
	// Input is what the rows are read from. It is read once, to its end.
	Input io.Reader
	// Format is the form of the input.
	Format Format
	// DryRun: do everything but write to the store.
	DryRun bool
	// Rejects takes the rows that cannot be loaded, in a dry run as well; nil: they
	// are counted only.
	Rejects Rejects
	// Progress is told how far the import is; nil: nobody is.
	Progress Progress
	// Now is the time of the import; zero: the present.
	Now time.Time
	// AsOf is when the input was true, which is the syncedAt of what the mapping
	// gives none; zero: Now.
	AsOf time.Time
	// Fresh: what is in the store besides is nobody's, as the demo company is, and shares no
	// keys with the input.
	Fresh bool
	// Optimize prepares look-ups in new collections, as
	// [customer360/internal/store.Store.Optimize]; nil: there is nothing to prepare.
	Optimize func(context.Context) error
}

const (
	// chunkRows is how many rows are written at once: many enough that round trips
	// do not count, few enough to end soon after an interrupt.
	chunkRows = 1000
	// chunkBytes bounds the rows of a chunk, so that large rows do not fill the memory.
	chunkBytes = 8 << 20
	// rowWork is what the expressions may do for a row: a thousand times what they
	// need, unless one does not come to an end. It takes about a second.
	rowWork = 2 * jq.MaxRun
)

// Run imports. Rows become records and profiles chunk by chunk: first the records,
// then the profiles that link them, so that an import which ends early leaves no
// link to a record that is not there. Doing it twice changes nothing.
//
// When ctx ends, Run finishes the chunk that it is at, and returns with
// [Summary.Interrupted] and no error. An error is a fault of the mapping for this
// input ([Faults]), of the input, of the rejects or of the store; its text holds no
// value of a row, and the summary says what was done until then.
func Run(ctx context.Context, spine *profdocs.Spine, store documents.Store, o Options) (Summary, error) {
	started := time.Now()
	if o.Now.IsZero() {
		o.Now = started
	}
	o.Now = o.Now.UTC().Truncate(time.Millisecond)
	if o.AsOf.IsZero() {
		o.AsOf = o.Now
	}
	o.AsOf = o.AsOf.UTC().Truncate(time.Millisecond)
	r := &run{
		Options: o, spine: spine, store: store,
		summary: Summary{DryRun: o.DryRun},
		ledger:  ledger{store: store, keep: o.DryRun, owners: map[string]string{}},
		done:    newOutcomes(), tally: tally{}, leftOut: tally{}, written: map[string]bool{}, fields: map[string]bool{},
	}
	err := r.all(ctx)
	if o.Progress != nil {
		o.Progress.Done()
	}
	r.finish()
	r.summary.Took = time.Since(started)
	return r.summary, err
}

// run is an import on its way.
type run struct {
	Options
	spine *profdocs.Spine
	store documents.Store

	summary Summary
	rows    rowReader
	ledger  ledger
	done    outcomes
	tally   tally
	leftOut tally
	// prefix is what the mapping's keys are kept behind, and foreign the prefixes of others.
	prefix  string
	foreign []string
	// written are the collections that were written to.
	written map[string]bool
	// fields are the names that the rows of NDJSON have.
	fields map[string]bool
	// ended: the input was read to its end.
	ended bool
	// endless counts the rows that took too much one after the other.
	endless int
	// stayUndone counts links that are there, but were undone.
	stayUndone int
}

// counter counts the bytes that were read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func (r *run) all(ctx context.Context) (err error) {
	input := &counter{Reader: r.Input}
	if r.rows, err = newRowReader(input, r.Format, r.Mapping.csv, spellingOf(r.Mapping.columns.named)); err != nil {
		return err
	}
	if err := r.checkColumns(); err != nil {
		return err
	}
	if ctx.Err() == nil {
		if err := r.prepare(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		if err := r.beginRejects(); err != nil {
			return err
		}
	}
	for !r.ended {
		if ctx.Err() != nil {
			r.summary.Interrupted = true
			return nil //nolint:nilerr // being stopped is no fault: the summary says so
		}
		chunk, end, err := r.read(ctx)
		if err == nil {
			err = r.chunk(ctx, chunk)
		}
		if err != nil {
			return err
		}
		r.ended = end && ctx.Err() == nil
		if r.Progress != nil {
			r.Progress.At(input.n, r.summary.Rows)
		}
	}
	return nil
}

func (r *run) beginRejects() error {
	if r.Rejects == nil {
		return nil
	}
	return r.Rejects.Begin(r.rows.columns(), r.rows.delimiter())
}

// read gives the next rows, and whether they are the last.
func (r *run) read(ctx context.Context) (chunk []row, end bool, err error) {
	size := 0
	for len(chunk) < chunkRows && size < chunkBytes && ctx.Err() == nil {
		one, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			return chunk, true, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("the input cannot be read: %w", err)
		}
		size += len(one.raw)
		chunk = append(chunk, one)
	}
	return chunk, false, nil
}

// prepare looks at what is stored, and writes what the attributes mean.
func (r *run) prepare(ctx context.Context) error {
	if err := r.optimize(ctx); err != nil {
		return err
	}
	if err := r.chooseKeys(ctx); err != nil {
		return err
	}
	if len(r.Mapping.definitions) == 0 {
		return nil
	}
	if err := r.compareDefinitions(ctx); err != nil || r.DryRun {
		return err
	}
	return failed(r.spine.LandDefinitions(ctx, r.Mapping.definitions))
}

func (r *run) optimize(ctx context.Context) error {
	if r.Optimize == nil || r.DryRun {
		return nil
	}
	return failed(r.Optimize(ctx))
}

// compareDefinitions warns where an attribute becomes something else than it was.
func (r *run) compareDefinitions(ctx context.Context) error {
	known, err := r.readDefinitions(ctx)
	for _, d := range r.Mapping.definitions {
		if t := known[d.Key]; t != "" && t != d.Type {
			r.warn("the attribute %s changes from type %s to %s for all customers", d.Key, t, d.Type)
		}
	}
	return err
}

func (r *run) warn(format string, args ...any) {
	r.summary.Warnings = append(r.summary.Warnings, fmt.Sprintf(format, args...))
}

// checkColumns holds the mapping to the columns of CSV.
func (r *run) checkColumns() error {
	names := r.rows.columns()
	if names == nil {
		return nil
	}
	c := r.Mapping.columns
	var faults Faults
	for _, n := range c.needed {
		if slices.Contains(names, n.name) {
			continue
		}
		f := Fault{File: r.Mapping.file, Key: n.at.key, Problem: fmt.Sprintf("the input has no column %q%s; if it may be missing, write %s?", n.name, meant(n.name, names), pathTo(n.name))}
		if len(names) == 1 {
			f.Problem = fmt.Sprintf("the input has no column %q, but a single one, %q: are csv.delimiter and csv.skipLines right?", n.name, names[0])
		}
		if t := n.node.GetToken(); t != nil && t.Position != nil {
			f.Line, f.Column = t.Position.Line, t.Position.Column
		}
		faults = append(faults, f)
	}
	if len(faults) > 0 {
		return faults
	}
	r.warnUnread(names)
	return nil
}

// plainName is a name that jq takes without quotes.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// pathTo gives the jq expression for a column.
func pathTo(name string) string {
	if plainName.MatchString(name) {
		return "." + name
	}
	quoted, err := gojq.Marshal(name)
	if err != nil {
		return "."
	}
	return "." + string(quoted)
}

// meant asks whether one of the words is meant; it says nothing where none is like it.
func meant(got string, all []string) string {
	// Two letters that change places are two changes.
	length := len([]rune(got))
	best, least := "", max(1, min(2, length/2), length/3)+1
	for _, word := range all {
		if d := levenshtein.ComputeDistance(strings.ToLower(got), strings.ToLower(word)); d < least {
			best, least = word, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// warnUnread tells which columns nothing reads.
func (r *run) warnUnread(names []string) {
	c := r.Mapping.columns
	var unread []string
	for _, n := range names {
		if !c.named[n] && !slices.Contains(r.Mapping.ignore, n) && !slices.Contains(rejectColumns, n) {
			unread = append(unread, n)
		}
	}
	if len(unread) > 0 && !c.whole {
		r.warn("the mapping does not read %s, so this is not loaded; to leave it out on purpose, list it under ignore", quotedList(unread))
	}
}

// quotedList names columns, whatever they are called.
func quotedList(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = strconv.Quote(n)
	}
	return strings.Join(all, ", ")
}

// maxFields bounds how many names of NDJSON are remembered.
const maxFields = 1000

// finish completes the summary.
func (r *run) finish() {
	if r.ended && r.rows.columns() == nil && r.summary.Rows > 0 {
		names := make([]string, 0, len(r.fields))
		for n := range r.fields {
			names = append(names, n)
		}
		slices.Sort(names)
		r.warnUnread(names)
		if len(r.fields) < maxFields {
			var never []string
			for _, n := range r.Mapping.columns.needed {
				if !r.fields[n.name] && !slices.Contains(never, n.name) {
					never = append(never, n.name)
				}
			}
			if len(never) > 0 {
				r.warn("no row has %s, although the mapping reads it", quotedList(never))
			}
		}
	}
	if r.ended && r.summary.Rows == 0 {
		r.warn("the input has no rows")
	}
	if r.stayUndone > 0 {
		r.warn("%d links of the input were undone earlier and stay undone", r.stayUndone)
	}
	if r.Mapping.profile != nil {
		r.summary.Collections = append(r.summary.Collections, r.done.counts(profdocs.Customers))
	}
	for _, c := range r.Mapping.Collections() {
		r.summary.Collections = append(r.summary.Collections, r.done.counts(c.Name))
	}
	r.summary.Problems, r.summary.LeftOut = r.tally.problems(), r.leftOut.problems()
}
