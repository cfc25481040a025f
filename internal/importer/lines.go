package importer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
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
	// decoded: the input is not UTF-8 itself.
	decoded bool
}

// encodingOf gives an encoding by one of its labels in the WHATWG's list, as windows-1251,
// shift_jis or utf-16le; nil: UTF-8. In utf-16 a mark says which of two there is.
func encodingOf(label string) (encoding.Encoding, error) {
	switch label = strings.ToLower(strings.TrimSpace(label)); label {
	case "", "utf-8", "utf8":
		return nil, nil
	case "utf-16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	}
	e, err := htmlindex.Get(label)
	if err == nil {
		if name, _ := htmlindex.Name(e); name != "replacement" && name != "x-user-defined" {
			return e, nil
		}
	}
	return nil, errors.New("unknown encoding: use a name from https://encoding.spec.whatwg.org, such as utf-16, windows-1252, windows-1251, iso-8859-2, koi8-r, shift_jis, gb18030")
}

func newLines(r io.Reader, label string) *lines {
	buffered := bufio.NewReaderSize(r, 1<<16)
	switch start, _ := buffered.Peek(3); {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = buffered.Discard(3)
		label = ""
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		label = "utf-16"
	}
	l := &lines{r: buffered}
	if e, err := encodingOf(label); err == nil && e != nil {
		l.r, l.decoded = bufio.NewReaderSize(transform.NewReader(buffered, e.NewDecoder()), 1<<16), true
	}
	// Old programs end lines by a carriage return alone.
	if start, _ := l.r.Peek(1 << 16); bytes.IndexByte(start, '\n') < 0 && bytes.IndexByte(start, '\r') >= 0 {
		l.r = bufio.NewReaderSize(returns{l.r}, 1<<16)
	}
	return l
}

// returns reads carriage returns as ends of lines.
type returns struct{ r io.Reader }

func (c returns) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
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
