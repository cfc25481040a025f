package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"customer360/sources"
)

// A csvForm is how the mapping says that CSV is written.
type csvForm struct {
	// delimiter is what stands between fields; 0: a comma.
	delimiter rune
	// columns name the fields of an input that has no header.
	columns []string
	// encoding is one of the WHATWG's, by any of its labels; empty: utf-8.
	encoding string
	// skipLines is how many lines stand before the header, or the first row.
	skipLines int
}

func (c *compiler) csvForm(n ast.Node, at place) csvForm {
	var form csvForm
	for _, e := range c.entries(n, at, []string{"delimiter", "columns", "encoding", "skipLines"}) {
		here := at.of(e.key)
		switch e.key {
		case "delimiter":
			var w string
			if s, ok := e.value.(*ast.StringNode); ok {
				w = s.Value
			}
			if w == "tab" {
				w = "\t"
			}
			d, size := utf8.DecodeRuneInString(w)
			if size == 0 || size != len(w) || strings.ContainsRune("\"\r\n\uFFFD", d) {
				c.fault(e.value, here, "one character or the word tab is expected here")
			}
			form.delimiter = d
		case "columns":
			for i, item := range c.items(e.value, here) {
				form.columns = append(form.columns, c.word(item, here.item(i), "a column's name"))
			}
			if err := checkColumns(form.columns); err != nil {
				c.fault(e.value, here, "%v", err)
			}
		case "encoding":
			form.encoding = c.word(e.value, here, "an encoding")
			if _, err := encodingOf(form.encoding); err != nil {
				c.fault(e.value, here, "%v", err)
			}
		case "skipLines":
			n, err := strconv.Atoi(c.word(e.value, here, "a number of lines"))
			if err != nil || n < 0 {
				c.fault(e.value, here, "a number of lines is expected here, as 3")
			}
			form.skipLines = n
		}
	}
	return form
}

func checkColumns(names []string) error {
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return fmt.Errorf("the column %q is there twice; one of them would be lost", n)
		}
	}
	return nil
}

type csvReader struct {
	lines *lines
	form  csvForm
	names []string
}

func newCSVReader(input io.Reader, form csvForm, names spelling) (*csvReader, error) {
	r := &csvReader{lines: newLines(input, form.encoding), form: form, names: slices.Clone(form.columns)}
	for i, name := range r.names {
		r.names[i] = names.of(name)
	}
	if err := r.begin(); err != nil || len(r.names) > 0 {
		return r, err
	}
	header, err := r.record()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the input is empty: a line with the columns' names is expected")
	case err != nil:
		return nil, err
	case header.bad != nil:
		return nil, fmt.Errorf("line %d has no columns' names: %s", header.line, header.bad.problem)
	}
	for i, name := range header.fields {
		name = names.of(strings.TrimSpace(sources.Visible(name)))
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		r.names = append(r.names, name)
	}
	return r, checkColumns(r.names)
}

// separator is the line by which a file tells Excel what stands between its fields.
var separator = regexp.MustCompile(`(?i)^"?sep=(.)"?\s*$`)

// begin passes over what stands before the header.
func (r *csvReader) begin() error {
	for range r.form.skipLines {
		if _, err := r.lines.next(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	first, err := r.lines.next()
	if errors.Is(err, io.EOF) {
		err = nil
	} else if found := separator.FindSubmatch(first.text); err == nil && found != nil {
		if d, _ := utf8.DecodeRune(found[1]); r.form.delimiter == 0 {
			r.form.delimiter = d
		}
	} else if err == nil {
		r.lines.takeBack([]line{first})
	}
	if r.form.delimiter == 0 {
		r.form.delimiter = ','
	}
	return err
}

// delimiter is what stands between fields.
func (r *csvReader) delimiter() rune { return r.form.delimiter }

func (r *csvReader) columns() []string { return r.names }

func (r *csvReader) next() (row, error) {
	one, err := r.record()
	for err == nil && one.bad == nil && !slices.ContainsFunc(one.fields, func(f string) bool { return strings.TrimSpace(f) != "" }) {
		// Spreadsheets write such rows behind their last.
		one, err = r.record()
	}
	if err != nil || one.bad != nil {
		return one, err
	}
	if len(one.fields) != len(r.names) {
		problem := fmt.Sprintf("the row does not have %d fields", len(r.names))
		detail := fmt.Sprintf("it has %d", len(one.fields))
		if n := bytes.Count(one.raw, []byte("\n")); n > 0 {
			detail += fmt.Sprintf(" and reaches to line %d: perhaps a quote is missing", one.line+n)
		}
		return badRow(one.line, one.raw, problem, detail), nil
	}
	one.value = make(map[string]any, len(r.names))
	for i, name := range r.names {
		one.value[name] = one.fields[i]
	}
	return one, nil
}

// record gives the next record with its fields. Of a record over several lines
// whose quotes do not add up, only the first line is bad: the others may be fine
// rows, and come again.
func (r *csvReader) record() (row, error) {
	first, err := r.lines.next()
	for err == nil && !first.long && blankLine(first.text) {
		first, err = r.lines.next()
	}
	switch {
	case err != nil:
		return row{}, err
	case first.long:
		return tooLong(first), nil
	}
	text, more := first.text, []line(nil)
	state := r.scan(first.text, outside)
	for state == inside {
		l, err := r.lines.next()
		if errors.Is(err, io.EOF) || err == nil && (l.long || len(text)+len(l.text) > maxRow) {
			if err == nil {
				more = append(more, l)
			}
			r.lines.takeBack(more)
			return badRow(first.number, trimEnd(first.text), "a quote is opened and never closed", ""), nil
		}
		if err != nil {
			return row{}, err
		}
		text, more = append(text, l.text...), append(more, l)
		state = r.scan(l.text, inside)
	}
	if state == broken {
		r.lines.takeBack(more)
		return badRow(first.number, trimEnd(first.text), "a quote is not allowed here: put a field that contains quotes in quotes, and double them", ""), nil
	}
	raw := trimEnd(text)
	if problem := badText(raw); problem != "" {
		switch {
		case problem == notUTF8 && r.form.encoding == "":
			problem += ": csv.encoding in the mapping says which encoding the file has, as windows-1252"
		case problem == notUTF8:
			problem += ", the encoding that csv.encoding in the mapping names"
		}
		return badRow(first.number, raw, problem, ""), nil
	}
	if r.lines.decoded && bytes.ContainsRune(raw, utf8.RuneError) {
		return badRow(first.number, raw, "the row has bytes that are invalid in the encoding of the file: check csv.encoding", ""), nil
	}
	parser := csv.NewReader(bytes.NewReader(text))
	parser.Comma, parser.FieldsPerRecord = r.form.delimiter, -1
	fields, err := parser.Read()
	if err != nil {
		return badRow(first.number, raw, "the row is not CSV", err.Error()), nil
	}
	return row{line: first.number, raw: raw, fields: fields}, nil
}

// Where in CSV the end of a line is.
type csvState int

const (
	outside csvState = iota
	// inside: in quotes.
	inside
	// broken: a quote stands where none is allowed.
	broken
)

// scan follows the quotes of a line.
func (r *csvReader) scan(text []byte, state csvState) csvState {
	start := state == outside
	delimiter := utf8.AppendRune(nil, r.form.delimiter)
	for i := 0; i < len(text); {
		rest := text[i:]
		switch {
		case state == inside && rest[0] == '"':
			after := bytes.TrimPrefix(rest[1:], []byte("\r"))
			switch {
			case len(rest) > 1 && rest[1] == '"':
				i += 2
				continue
			case len(after) > 0 && after[0] != '\n' && !bytes.HasPrefix(rest[1:], delimiter):
				return broken
			}
			state = outside
		case state == inside:
		case rest[0] == '"' && start:
			state, start = inside, false
		case rest[0] == '"':
			return broken
		case bytes.HasPrefix(rest, delimiter):
			start = true
			i += len(delimiter)
			continue
		default:
			start = false
		}
		i++
	}
	return state
}

// trimEnd gives a text without its last line's end.
func trimEnd(text []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
}

const notUTF8 = "the row is not UTF-8"

// badText says what in a text cannot be kept; empty: nothing.
func badText(text []byte) string {
	switch {
	case !utf8.Valid(text):
		return notUTF8
	case bytes.IndexByte(text, 0) >= 0:
		return "the row has a zero byte"
	}
	return ""
}
