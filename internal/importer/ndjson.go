package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"customer360/sources"
)

type ndjsonReader struct {
	lines *lines
	names spelling
}

func newNDJSONReader(input io.Reader, names spelling) (*ndjsonReader, error) {
	r := &ndjsonReader{newLines(input, ""), names}
	first, err := r.lines.next()
	for err == nil && !first.long && blankLine(first.text) {
		first, err = r.lines.next()
	}
	switch {
	case errors.Is(err, io.EOF):
		return r, nil
	case err != nil:
		return nil, err
	case bytes.HasPrefix(bytes.TrimSpace(first.text), []byte("[")):
		return nil, errors.New("the input is a JSON array: want one object per line, as written by jq -c '.[]'")
	}
	r.lines.takeBack([]line{first})
	return r, nil
}

func (r *ndjsonReader) columns() []string { return nil }

func (r *ndjsonReader) delimiter() rune { return ',' }

func (r *ndjsonReader) next() (row, error) {
	l, err := r.lines.next()
	for err == nil && !l.long && blankLine(l.text) {
		l, err = r.lines.next()
	}
	switch {
	case err != nil:
		return row{}, err
	case l.long:
		return tooLong(l), nil
	}
	// Files that were put one behind the other have marks within.
	raw := bytes.TrimSpace(bytes.TrimPrefix(l.text, []byte("\xef\xbb\xbf")))
	if problem := badText(raw); problem != "" {
		return badRow(l.number, raw, problem, ""), nil
	}
	if !sources.IsUnicode(raw) {
		return badRow(l.number, raw, "the row has an unpaired surrogate, such as a text cut within an emoji", ""), nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	value, err := r.parseJSON(d, 0)
	if errors.Is(err, errTwice) || errors.Is(err, errDeep) {
		return badRow(l.number, raw, err.Error(), ""), nil
	}
	if _, end := d.Token(); err != nil || !errors.Is(end, io.EOF) {
		return badRow(l.number, raw, "the row is not JSON", ""), nil //nolint:nilerr // the row is at fault, not the import
	}
	object, ok := value.(map[string]any)
	if !ok {
		return badRow(l.number, raw, "the row is not a JSON object", ""), nil
	}
	return row{line: l.number, raw: raw, value: object}, nil
}

var (
	errTwice = errors.New("the row has a name twice in one object; one of them would be lost")
	errDeep  = errors.New("the row is nested deeper than 100 levels")
)

// parseJSON reads the next value, with numbers as they are written.
func (r *ndjsonReader) parseJSON(d *json.Decoder, depth int) (any, error) {
	if depth > 100 {
		return nil, errDeep
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			key, _ := name.(string)
			key = r.names.of(key)
			if _, ok := object[key]; ok {
				return nil, errTwice
			}
			if object[key], err = r.parseJSON(d, depth+1); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		array := []any{}
		for d.More() {
			item, err := r.parseJSON(d, depth+1)
			if err != nil {
				return nil, err
			}
			array = append(array, item)
		}
		_, err = d.Token()
		return array, err
	}
	return token, nil
}
