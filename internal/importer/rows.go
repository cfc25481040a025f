package importer

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Format is the form of an input.
type Format string

// The forms that can be read.
const (
	// CSV is RFC 4180, with the delimiter, columns and encoding that the mapping says.
	CSV Format = "csv"
	// NDJSON is one JSON object per line; blank lines do not count.
	NDJSON Format = "ndjson"
)

// FormatOf tells the form by the ending of a file's name: .csv and .tsv, .ndjson
// and .jsonl. The error says which there are.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv":
		return CSV, nil
	case ".ndjson", ".jsonl":
		return NDJSON, nil
	}
	return "", fmt.Errorf("the name of %s does not tell its format (.csv, .tsv, .ndjson, .jsonl): give --format", filepath.Base(name))
}

// A row is a row of the input.
type row struct {
	// line is where it begins, from 1.
	line int
	// raw is its text without the line's end; of a row that is too long, its beginning.
	raw []byte
	// fields are the columns of a well-formed row of CSV.
	fields []string
	// value is what expressions see.
	value map[string]any
	// bad says why the row cannot be read; nil: it can.
	bad *rowError
}

// A rowReader gives the rows of an input, well-formed or not, and io.EOF behind the
// last one. Other errors are those of reading.
type rowReader interface {
	next() (row, error)
	// columns are those of CSV; nil where rows have names of their own.
	columns() []string
	// delimiter is what stands between the fields of CSV.
	delimiter() rune
}

func newRowReader(input io.Reader, format Format, form csvForm, names spelling) (rowReader, error) {
	switch format {
	case CSV:
		return newCSVReader(input, form, names)
	case NDJSON:
		return newNDJSONReader(input, names)
	}
	return nil, fmt.Errorf("unknown format %q: want csv or ndjson", format)
}

// badRow is a row that cannot be read.
func badRow(at int, raw []byte, problem, detail string) row {
	return row{line: at, raw: raw, bad: &rowError{problem: problem, detail: detail}}
}

// tooLong is the row of a line that is.
func tooLong(l line) row {
	return badRow(l.number, l.text, fmt.Sprintf("the row is longer than %d bytes", maxRow), fmt.Sprintf("here are its first %d", kept))
}
