package importer

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress is told how far an import is.
type Progress interface {
	// At is called now and then: so many bytes of the input are read, and so many
	// rows are dealt with.
	At(bytes int64, rows int)
	// Done is called once, at the end.
	Done()
}

// NewProgress shows progress on a file, as os.Stderr: a bar where it is a
// terminal, else a line every few seconds. The size of the input is in bytes; 0 is
// one that is not known.
func NewProgress(out *os.File, size int64) Progress {
	if term.IsTerminal(int(out.Fd())) {
		return newBar(out, size)
	}
	return &progressLines{out: out, size: size, now: time.Now, last: time.Now()}
}

type bar struct {
	bar *progressbar.ProgressBar
	out io.Writer
}

func newBar(out io.Writer, size int64) *bar {
	if size == 0 {
		// This makes a spinner of it.
		size = -1
	}
	return &bar{progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription("0 rows"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetRenderBlankState(true),
	), out}
}

func (b *bar) At(bytes int64, rows int) {
	b.bar.Describe(fmt.Sprintf("%d rows", rows))
	_ = b.bar.Set64(bytes)
}

func (b *bar) Done() { _ = b.bar.Finish() }

// lineEvery is how often a line is written: often enough to see that it goes on,
// seldom enough for a log.
const lineEvery = 5 * time.Second

type progressLines struct {
	out  io.Writer
	size int64
	now  func() time.Time
	last time.Time
}

func (p *progressLines) At(bytes int64, rows int) {
	if p.now().Sub(p.last) < lineEvery {
		return
	}
	p.last = p.now()
	if p.size > 0 {
		fmt.Fprintf(p.out, "importing: %d rows, %d %% of the file\n", rows, min(100, bytes*100/p.size))
		return
	}
	fmt.Fprintf(p.out, "importing: %d rows\n", rows)
}

func (p *progressLines) Done() {}
