package importer

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxRow bounds a row, in bytes: what is longer is no row of customers, but a file
// of another form or a quote that is never closed.
const maxRow = 1 << 20

// kept is how much of a row that is too long is shown.
const kept = 1000

// A line is a line of the input.
type line struct {
	number int
	// text has the line's end, if it has one.
	text []byte
	// long: the line is too long, and text is its beginning.
	long bool
}

// lines reads an input line by line, and can take lines back.
type lines struct {
	r    *bufio.Reader
	last int
	back []line
}

func newLines(r io.Reader, encoding string) *lines {
	buffered := bufio.NewReaderSize(r, 1<<16)
	switch start, _ := buffered.Peek(3); {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = buffered.Discard(3)
		encoding = ""
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		encoding = "utf-16"
	}
	switch encoding {
	case "utf-16":
		r = transform.NewReader(buffered, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case "windows-1252":
		r = transform.NewReader(buffered, charmap.Windows1252.NewDecoder())
	default:
		return &lines{r: buffered}
	}
	return &lines{r: bufio.NewReaderSize(r, 1<<16)}
}

// next gives the next line, and io.EOF where there is none.
func (l *lines) next() (line, error) {
	if len(l.back) > 0 {
		one := l.back[0]
		l.back = l.back[1:]
		return one, nil
	}
	l.last++
	one := line{number: l.last}
	for {
		part, err := l.r.ReadSlice('\n')
		if !one.long {
			one.text = append(one.text, part...)
			if len(one.text) > maxRow {
				one.long, one.text = true, one.text[:kept]
			}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(one.text) > 0 || one.long), err == nil:
			return one, nil
		default:
			return one, err
		}
	}
}

// takeBack gives lines back that were read last; they come again.
func (l *lines) takeBack(some []line) { l.back = append(some, l.back...) }

func blankLine(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }
