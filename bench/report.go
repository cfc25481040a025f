package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type results struct {
	machine  []string
	sections []section
	took     time.Duration
}

// A section is a part of the results.
type section interface{ markdown() string }

// A page is a section that is no table of CPU times.
type page struct {
	title, intro string
	header       []string
	rows         [][]string
	notes        []string
}

func (p *page) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n| %s |\n|%s\n", p.title, p.intro, strings.Join(p.header, " | "), strings.Repeat("---|", len(p.header)))
	for _, r := range p.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r, " | "))
	}
	b.WriteByte('\n')
	for _, note := range p.notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	return b.String()
}

// A spread is the median of some figures, and their range.
type spread struct{ median, min, max float64 }

func spreadOf(figures []float64) spread {
	s := slices.Sorted(slices.Values(figures))
	n := len(s)
	return spread{(s[(n-1)/2] + s[n/2]) / 2, s[0], s[n-1]}
}

// ratios gives the ratios of two rows' CPU times, round by round.
func ratios(of, to *row) spread {
	r := make([]float64, len(of.cpu))
	for i := range r {
		r[i] = of.cpu[i] / to.cpu[i]
	}
	return spreadOf(r)
}

// figure writes a number with three digits that count.
func figure(f float64) string {
	switch {
	case f < 1:
		return fmt.Sprintf("%.3f", f)
	case f < 10:
		return fmt.Sprintf("%.2f", f)
	case f < 100:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

func (s spread) String() string {
	return fmt.Sprintf("%s (%s–%s)", figure(s.median), figure(s.min), figure(s.max))
}

func millis(d time.Duration) string { return figure(d.Seconds() * 1000) }

// mostlyReached is how many answers a 99th percentile needs to be one.
const mostlyReached = 100

func (l latency) String() string {
	if l.n < mostlyReached {
		return fmt.Sprintf("%s / – (%s)", millis(l.p50), millis(l.max))
	}
	return fmt.Sprintf("%s / %s (%s)", millis(l.p50), millis(l.p99), millis(l.max))
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "missed"
}

// target says whether customer360 reached what it wants against a row.
func (t *table) target(r *row) string {
	goal, ok := t.workload.targets[r.server.key]
	us := t.row(ours)
	switch {
	case !ok || us == nil:
		return ""
	case goal.atMost > 0:
		ratio := ratios(us, r).median
		return fmt.Sprintf("≤ %g× this: %s (%s)", goal.atMost, verdict(ratio <= goal.atMost), figure(ratio))
	}
	return fmt.Sprintf("≥ %g×: %s", goal.atLeast, verdict(ratios(r, us).median >= goal.atLeast))
}

// markdown writes a table.
func (t *table) markdown() string {
	var b strings.Builder
	w := t.workload
	fmt.Fprintf(&b, "## %s: %s\n\n", w.name, w.title)
	us, floor := t.row(ours), t.row(floor0)
	if floor != nil {
		fmt.Fprintf(&b, "An answer has up to %d bytes (F0); %d connections; latency at %d requests a second.\n\n", floor.size, w.connections, w.rate)
	}
	b.WriteString("| server | CPU-ms per request | × F0 | × customer360 | upstream calls | p50 / p99 (most) in ms | peak MiB | target of customer360 |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range t.rows {
		toFloor, toUs := "", ""
		if floor != nil {
			toFloor = ratios(r, floor).String()
		}
		if us != nil {
			toUs = ratios(r, us).String()
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f | %s | %.0f | %s |\n", r.server.label, spreadOf(r.cpu), toFloor, toUs,
			spreadOf(r.calls).median, r.latency, r.peak, t.target(r))
	}
	b.WriteByte('\n')
	if us != nil {
		calls := spreadOf(us.calls)
		fmt.Fprintf(&b, "- upstream calls of customer360: %.2f, target %.2f: %s\n", calls.median, w.calls, verdict(calls.median < w.calls+0.005))
		if w.memory > 0 {
			fmt.Fprintf(&b, "- peak memory of customer360: %.0f MiB, target %d MiB: %s\n", us.peak, w.memory, verdict(us.peak <= float64(w.memory)))
		}
	}
	for _, note := range t.notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	return b.String()
}

// write writes all tables and the plot: beside the source if the run was a whole one,
// else where it does not take the place of one.
func (r *results) write(o options) error {
	dir := outDir
	if o.whole() {
		dir = "."
	}
	var b strings.Builder
	b.WriteString("# What a request costs\n\nWritten by `make bench`; README.md says how it is measured. Figures of different tables, machines or days do not compare:\nonly the ratios inside one table mean anything.\n\n![CPU per request relative to F0](results.svg)\n\n")
	for _, line := range r.machine {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	fmt.Fprintf(&b, "- %d rounds; the run took %s\n\n", o.rounds, r.took.Round(time.Second))
	var tables []*table
	for _, s := range r.sections {
		b.WriteString(s.markdown())
		b.WriteByte('\n')
		if t, ok := s.(*table); ok {
			tables = append(tables, t)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "RESULTS.md"), []byte(strings.TrimRight(b.String(), "\n")+"\n"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "results.svg"), plot(tables), 0o644); err != nil {
		return err
	}
	fmt.Println("written to", filepath.Join(dir, "RESULTS.md"))
	return nil
}
