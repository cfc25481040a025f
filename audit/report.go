package audit

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A BreakKind says what does not hold.
type BreakKind string

// What [Verify] finds.
const (
	// Changed: an entry is not what was written at its place.
	Changed BreakKind = "CHANGED"
	// Missing: there are later entries of the chain.
	Missing BreakKind = "MISSING"
	// Unlinked: an entry does not follow from the one before.
	Unlinked BreakKind = "UNLINKED"
	// Rewritten: there is another entry where another chain, the list of chains or an earlier
	// report has seen one.
	Rewritten BreakKind = "REWRITTEN"
	// Dropped: what was seen so is not there: the end of a chain, or all of it.
	Dropped BreakKind = "DROPPED"
	// Unlisted: a chain was taken out of the list of chains.
	Unlisted BreakKind = "UNLISTED"
	// Foreign: a document is none of this log.
	Foreign BreakKind = "FOREIGN"
)

// A Break is one thing that does not hold.
type Break struct {
	Kind BreakKind
	// ID is the entry's _id, or the chain's.
	ID string
	// What says it for people.
	What string
}

// maxBreaks is more than anybody reads: a log that was written anew is broken everywhere.
const maxBreaks = 1_000

// A Report says what is in a log, and whether it is whole.
type Report struct {
	// Entries and Chains are how many there are.
	Entries, Chains int64
	// Unclosed is how many of the chains have no END: their process is running, or has died.
	Unclosed int64
	// Lost is how many entries were lost before they were written, as the log says.
	Lost int64
	// Since is since when the log is whole: what was written before was pruned, or may have
	// been. Zero: from the beginning.
	Since time.Time
	// Breaks are what does not hold, the first thousand; Broken is how many there are.
	Breaks []Break
	Broken int64
	// Heads are the last entries of the chains that no other chain has seen. They stand for
	// the whole log.
	Heads []Head
}

// Whole reports whether nothing is broken.
func (r *Report) Whole() bool { return r.Broken == 0 }

// Write writes the report for people, with the heads in the form that [ReadHeads] reads.
func (r *Report) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "The audit log has %s in %s.\n", count(r.Entries, "entry", "entries"), count(r.Chains, "chain", "chains"))
	if r.Unclosed > 0 {
		fmt.Fprintf(b, "%s not closed: the process is still running, or has died.\n", count(r.Unclosed, "chain is", "chains are"))
	}
	if r.Lost > 0 {
		fmt.Fprintf(b, "%s lost before they could be written, according to the log.\n", count(r.Lost, "entry was", "entries were"))
	}
	if !r.Since.IsZero() {
		fmt.Fprintf(b, "Entries written before %s were removed by age.\n", r.Since.UTC().Format(time.RFC3339))
	}
	if r.Whole() {
		fmt.Fprintln(b, "Nothing is broken.")
	} else {
		fmt.Fprintf(b, "BROKEN in %s:\n", count(r.Broken, "place", "places"))
		for _, x := range r.Breaks {
			fmt.Fprintf(b, "  %-9s  %s: %s\n", x.Kind, x.ID, x.What)
		}
		if more := r.Broken - int64(len(r.Breaks)); more > 0 {
			fmt.Fprintf(b, "  and %d more\n", more)
		}
	}
	if len(r.Heads) > 0 {
		fmt.Fprintln(b, "Heads. Keep them where nobody who can write to the database can write; check with --heads:")
		for _, h := range r.Heads {
			fmt.Fprintf(b, "%s %s %d %s %s\n", headWord, h.Replica, h.Sequence, h.At.UTC().Format(time.RFC3339Nano), h.Hash)
		}
	}
	return b.Flush()
}

// headWord begins a line with a head.
const headWord = "head"

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// ReadHeads reads the heads of one report or of several: the lines "head REPLICA SEQUENCE TIME
// HASH". Other lines are passed over; a text without any head is an error.
func ReadHeads(r io.Reader) ([]Head, error) {
	var heads []Head
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0] != headWord {
			continue
		}
		h, ok := parseHead(words)
		if !ok {
			return nil, fmt.Errorf("line %d: want head REPLICA SEQUENCE TIME HASH, as customer360 audit verify prints it", n)
		}
		heads = append(heads, h)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(heads) == 0 {
		return nil, fmt.Errorf("no head found: want the output of customer360 audit verify")
	}
	return heads, nil
}

func parseHead(words []string) (h Head, ok bool) {
	if len(words) != 5 {
		return h, false
	}
	sequence, err1 := strconv.ParseInt(words[2], 10, 64)
	at, err2 := time.Parse(time.RFC3339Nano, words[3])
	hash, err3 := hex.DecodeString(words[4])
	h = Head{Replica: words[1], Sequence: sequence, At: at, Hash: words[4]}
	_, _, named := parseID(h.ID())
	return h, named && err1 == nil && err2 == nil && err3 == nil && len(hash) == sha256.Size && at.UTC().Format(time.RFC3339Nano) == words[3]
}
