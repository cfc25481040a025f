package importer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A Summary is what became of an input. Of an import that did not come to its end
// it says what was done until then.
type Summary struct {
	// DryRun: nothing was written.
	DryRun bool
	// Rows is how many rows were read: Loaded + Skipped + Rejected + Unsure.
	Rows int
	// Loaded is how many rows are loaded, those that changed nothing included.
	Loaded int
	// Skipped is how many rows the mapping leaves out on purpose.
	Skipped int
	// Rejected is how many rows could not be loaded.
	Rejected int
	// Unsure is how many rows were being written when the store failed: they may be
	// loaded or not, and loading them again does no harm.
	Unsure int
	// Interrupted: the import was ended early, behind the row of LastLine.
	Interrupted bool
	// LastLine is where the last row begins that was dealt with; 0 without one.
	LastLine int
	// Collections are what became of the records, customers first.
	Collections []Counts
	// Problems are why rows were rejected, most frequent first.
	Problems []Problem
	// LeftOut are values that were left out of rows that are loaded, most frequent first.
	LeftOut []Problem
	// Warnings are what somebody should look at, without a value of a row.
	Warnings []string
	// Took is how long it took.
	Took time.Duration
}

// Counts says how many records of a collection the rows are, each counted once.
type Counts struct {
	// Collection is its name.
	Collection string
	// New were not there before.
	New int
	// Updated were there, and say something else now.
	Updated int
	// Unchanged were there, and said the same.
	Unchanged int
}

// A Problem is a reason for which rows were rejected, or values left out.
type Problem struct {
	// Text names the mapping's key and what was expected. It holds no value of a row.
	Text string
	// Rows is how many there are; of values, how many these are.
	Rows int
	// FirstLine is where the first of them begins.
	FirstLine int
}

// ExitCode is what a command that imported should end with: 0, every row is loaded
// or was left out on purpose; 1, there was a fault, an interruption, or nothing
// could be loaded; 2, some rows were rejected, and all others are loaded.
func ExitCode(s Summary, err error) int {
	switch {
	case err != nil || s.Interrupted || s.Rejected > 0 && s.Loaded == 0:
		return 1
	case s.Rejected > 0:
		return 2
	}
	return 0
}

// Write writes the summary for people.
func (s Summary) Write(w io.Writer) error {
	var b strings.Builder
	if s.DryRun {
		b.WriteString("Dry run: nothing was written. The following would have been done.\n")
	}
	fmt.Fprintf(&b, "%d rows: %d loaded, %d skipped, %d rejected", s.Rows, s.Loaded, s.Skipped, s.Rejected)
	if s.Unsure > 0 {
		fmt.Fprintf(&b, ", %d perhaps loaded", s.Unsure)
	}
	fmt.Fprintf(&b, " (%s)\n", s.Took.Round(10*time.Millisecond))
	width := 0
	for _, c := range s.Collections {
		width = max(width, len(c.Collection))
	}
	for _, c := range s.Collections {
		fmt.Fprintf(&b, "  %-*s  %d new, %d updated, %d unchanged\n", width, c.Collection, c.New, c.Updated, c.Unchanged)
	}
	writeProblems(&b, "Rejected:", s.Problems)
	writeProblems(&b, "Left out of loaded rows:", s.LeftOut)
	for _, text := range s.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", text)
	}
	if s.Interrupted {
		fmt.Fprintf(&b, "Interrupted after line %d. Import the file again to continue; loaded rows are not duplicated.\n", s.LastLine)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeProblems writes the most frequent reasons.
func writeProblems(b *strings.Builder, title string, problems []Problem) {
	if len(problems) == 0 {
		return
	}
	const shown = 20
	fmt.Fprintln(b, title)
	for _, p := range problems[:min(shown, len(problems))] {
		fmt.Fprintf(b, "  %d × %s (first in line %d)\n", p.Rows, p.Text, p.FirstLine)
	}
	if more := len(problems) - shown; more > 0 {
		fmt.Fprintf(b, "  and %d other reasons\n", more)
	}
}

// maxProblems bounds how many reasons are told apart.
const maxProblems = 1000

// A tally counts rejects by their reason.
type tally map[string]*Problem

func (t tally) add(line int, e *rowError) {
	text := (&rowError{key: e.key, problem: e.problem}).Error()
	if t[text] == nil && len(t) >= maxProblems {
		text = "other reasons"
	}
	if t[text] == nil {
		t[text] = &Problem{Text: text, FirstLine: line}
	}
	t[text].Rows++
	t[text].FirstLine = min(t[text].FirstLine, line)
}

func (t tally) problems() []Problem {
	var all []Problem
	for _, p := range t {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Problem) int {
		return cmp.Or(b.Rows-a.Rows, a.FirstLine-b.FirstLine, strings.Compare(a.Text, b.Text))
	})
	return all
}
