package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Reject is a row that was not loaded.
type Reject struct {
	// Line is where the row begins in the input, from 1.
	Line int
	// Reason names the mapping's key and what was expected. It may quote what the
	// row has, so it is for whoever has the rows, and not for a log.
	Reason string
	// Row is the text of the row.
	Row []byte
	// Fields are its columns; nil where it is not CSV, or not well-formed.
	Fields []string
}

// Rejects takes the rows that were not loaded.
type Rejects interface {
	// Begin is called once, before the first row is dealt with; not at all where the
	// import does not start. The columns are those of CSV, and the delimiter is what
	// stands between them.
	Begin(columns []string, delimiter rune) error
	// Put takes some rejects, in the order of their lines.
	Put([]Reject) error
}

// RejectsPath gives where the rejects of an input go unless somebody says
// otherwise: into the working directory, as "telco.rejects.csv" for a telco.csv.
func RejectsPath(input string, format Format) string {
	base := filepath.Base(input)
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".rejects." + string(format)
}

// A RejectsFile writes rejects to a file, which only its owner can read, since it
// holds what the input holds. The file is made with the first reject, not before.
//
// CSV has the columns _line, _reason and _row before those of the input, so that a
// row that was put right in it can be loaded from it with the same mapping; _row is
// the text of a row that is not well-formed, and empty otherwise. NDJSON has objects
// {line, reason, row}.
type RejectsFile struct {
	path   string
	format Format
	// old: the rejects of an earlier import stand there.
	old bool
	// names and delimiter are those of the input.
	names     []string
	delimiter rune
	file      *os.File
	out       *bufio.Writer
	csv       *csv.Writer
	// columns are the places of the input's columns that are written.
	columns []int
	// row is the place of the input's own column _row; -1 where it has none.
	row int
}

// The columns that a rejects file of CSV begins with.
var rejectColumns = []string{"_line", "_reason", "_row"}

// NewRejectsFile prepares the file. It is an error if something stands there that is
// not the rejects of an earlier import, or if it is the input itself. Earlier
// rejects are removed when the import starts, so that none is taken for one of this
// import.
func NewRejectsFile(path, input string, format Format) (*RejectsFile, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return &RejectsFile{path: path, format: format}, nil
	case err != nil:
		return nil, fmt.Errorf("the rejects file cannot be used: %w", err)
	}
	if in, err := os.Stat(input); err == nil && os.SameFile(in, info) || !info.Mode().IsRegular() || !isRejects(path, format) {
		return nil, fmt.Errorf("the file %s exists and is not the rejects of an earlier import: choose another file with --rejects", path)
	}
	return &RejectsFile{path: path, format: format, old: true}, nil
}

// isRejects reports whether a file begins as the rejects of this format do.
func isRejects(path string, format Format) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	first, err := bufio.NewReader(io.LimitReader(file, 4*maxRow)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	if format == CSV {
		return bytes.HasPrefix(first, []byte(rejectColumns[0])) && bytes.Contains(first, []byte(rejectColumns[1])) && bytes.Contains(first, []byte(rejectColumns[2]))
	}
	var one map[string]json.RawMessage
	if json.Unmarshal(first, &one) != nil || len(one) != 3 {
		return false
	}
	return one["line"] != nil && one["reason"] != nil && one["row"] != nil
}

// Path is where the file is, or would be.
func (f *RejectsFile) Path() string { return f.path }

// Begin removes the rejects of an earlier import.
func (f *RejectsFile) Begin(columns []string, delimiter rune) error {
	f.names, f.delimiter = columns, delimiter
	if f.old {
		if err := os.Remove(f.path); err != nil {
			return fmt.Errorf("the rejects file of an earlier import cannot be removed: %w", err)
		}
	}
	return nil
}

// open makes the file.
func (f *RejectsFile) open() error {
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the rejects file cannot be made: %w", err)
	}
	f.file, f.out = file, bufio.NewWriter(file)
	if f.format != CSV {
		return nil
	}
	// The input may be rejects itself.
	f.row = slices.Index(f.names, rejectColumns[2])
	header := slices.Clone(rejectColumns)
	for i, name := range f.names {
		if !slices.Contains(rejectColumns, name) {
			f.columns = append(f.columns, i)
			header = append(header, name)
		}
	}
	f.csv = csv.NewWriter(f.out)
	f.csv.Comma = f.delimiter
	return f.csv.Write(header)
}

// Put writes rejects, and leaves none in memory, so that those of an import that
// ends too early are there as well.
func (f *RejectsFile) Put(some []Reject) error {
	if f.file == nil && len(some) > 0 {
		if err := f.open(); err != nil {
			return err
		}
	}
	for _, r := range some {
		if err := f.put(r); err != nil {
			return fmt.Errorf("the rejects file cannot be written: %w", err)
		}
	}
	if f.csv != nil {
		f.csv.Flush()
	}
	if f.out == nil {
		return nil
	}
	if err := f.out.Flush(); err != nil {
		return fmt.Errorf("the rejects file cannot be written: %w", err)
	}
	return nil
}

func (f *RejectsFile) put(r Reject) error {
	if f.csv == nil {
		row := json.RawMessage(r.Row)
		if !json.Valid(row) {
			row, _ = json.Marshal(string(r.Row))
		}
		line := struct {
			Line   int             `json:"line"`
			Reason string          `json:"reason"`
			Row    json.RawMessage `json:"row"`
		}{r.Line, r.Reason, row}
		e := json.NewEncoder(f.out)
		e.SetEscapeHTML(false)
		return e.Encode(line)
	}
	record := []string{strconv.Itoa(r.Line), r.Reason, ""}
	switch {
	case r.Fields == nil:
		record[2] = string(r.Row)
	case f.row >= 0:
		record[2] = r.Fields[f.row]
	}
	for _, i := range f.columns {
		field := ""
		if r.Fields != nil {
			field = r.Fields[i]
		}
		record = append(record, field)
	}
	return f.csv.Write(record)
}

// Close ends the file, if there is one.
func (f *RejectsFile) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
