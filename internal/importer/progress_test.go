package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProgressLines(t *testing.T) {
	var out strings.Builder
	clock := now
	p := &progressLines{out: &out, size: 1000, now: func() time.Time { return clock }, last: clock}
	for i := range 14 {
		p.At(int64(i*100), i*10)
		clock = clock.Add(time.Second)
	}
	p.size = 0
	clock = clock.Add(time.Minute)
	p.At(5, 200)
	p.Done()
	if diff := cmp.Diff("importing: 50 rows, 50 % of the file\nimporting: 100 rows, 100 % of the file\nimporting: 200 rows\n", out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestProgressBar(t *testing.T) {
	for _, size := range []int64{0, 1000} {
		var out strings.Builder
		b := newBar(&out, size)
		b.At(500, 40)
		b.At(1200, 90)
		b.Done()
		if !strings.Contains(out.String(), "0 rows") || strings.Contains(out.String(), "\n") {
			t.Errorf("%q", out.String())
		}
	}
}

func TestProgressOfAFileIsLines(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, ok := NewProgress(f, 1).(*progressLines); !ok {
		t.Error("a file is no terminal")
	}
}

func TestSummaryForPeople(t *testing.T) {
	s := Summary{DryRun: true, Rows: 10, Loaded: 5, Skipped: 1, Rejected: 3, Unsure: 1, Interrupted: true, LastLine: 11, Took: 1234 * time.Millisecond,
		Collections: []Counts{{"customers", 1, 2, 3}, {"billing", 4, 5, 6}},
		Problems:    []Problem{{"profile.id: it is missing", 2, 4}, {"the row is not CSV", 1, 3}}, Warnings: []string{"nothing reads x"}}
	for range 20 {
		s.Problems = append(s.Problems, Problem{"x", 1, 1})
	}
	var out strings.Builder
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	want := `Dry run: nothing was written. The following would have been done.
10 rows: 5 loaded, 1 skipped, 3 rejected, 1 perhaps loaded (1.23s)
  customers  1 new, 2 updated, 3 unchanged
  billing    4 new, 5 updated, 6 unchanged
Rejected:
  2 × profile.id: it is missing (first in line 4)
  1 × the row is not CSV (first in line 3)
` + strings.Repeat("  1 × x (first in line 1)\n", 18) + `  and 2 other reasons
Warning: nothing reads x
Interrupted after line 11. Import the file again to continue; loaded rows are not duplicated.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
