package importer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzRows: whatever the input is, every line of it that is not blank is in exactly
// one row, and every row is loaded, skipped or rejected.
func FuzzRows(f *testing.F) {
	for _, input := range []string{
		"id,name\n1,Ada\n", "id,name\r\n\"1\",\"A\r\nB\"\r\n", "id,name\n\"1,Ada\n2,Bob\n\"3\",Cid\n", "id,name\n1\"2,x\n,,\n\n1\n",
		"\xef\xbb\xbfid,name\n1,\x00\n2,\xff\n", "id,name\n\"\"\"\",\"\n", "{\"id\": 1}\n{\"id\": {\"id\": []}}\n\n{\n", "[1]\n", "{\"id\":\"\\u0000\"}",
	} {
		f.Add([]byte(input), true)
		f.Add([]byte(input), false)
	}
	m := parse(f, "version: 1\nskip: .name? == \"skip\"\nattributes: [{key: n, type: NUMBER, value: .name?}]\nprofile: {id: .id?, name: .name?, email: .name?}\nbilling: {id: .id?, balance: .name?}\n")
	f.Fuzz(func(t *testing.T, input []byte, isCSV bool) {
		format := NDJSON
		if isCSV {
			format = CSV
		}
		// Other encodings have other lines.
		if bytes.HasPrefix(input, []byte("\xff\xfe")) || bytes.HasPrefix(input, []byte("\xfe\xff")) {
			return
		}
		input = bytes.TrimPrefix(input, []byte("\xef\xbb\xbf"))
		rows, err := newRowReader(bytes.NewReader(input), format, csvForm{}, nil)
		if err != nil {
			return
		}
		r := &run{Options: Options{Mapping: m, Now: now, AsOf: now}}
		if start := input[:min(len(input), 1<<16)]; !bytes.Contains(start, []byte("\n")) {
			input = bytes.ReplaceAll(input, []byte("\r"), []byte("\n"))
		}
		lines := strings.SplitAfter(string(input), "\n")
		next := 0
		if isCSV {
			// The header is a row that is not given.
			next = -1
		}
		for {
			one, err := rows.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if next == -1 {
				next = one.line - 1
			}
			for ; next < one.line-1; next++ {
				if !isBlank(lines[next]) {
					t.Fatalf("line %d is in no row", next+1)
				}
			}
			if next != one.line-1 {
				t.Fatalf("line %d is in two rows", one.line)
			}
			next += bytes.Count(one.raw, []byte("\n")) + 1
			it, bad := r.evaluate(one)
			switch {
			case bad != nil && (it != nil || bad.Error() == ""):
				t.Fatalf("line %d is loaded and rejected: %v", one.line, bad)
			case it != nil && (it.profile.ID == "" || !utf8.ValidString(it.profile.ID) || len(it.records) != 1):
				t.Fatalf("line %d: %+v", one.line, it)
			case it == nil && bad == nil && one.value["name"] != "skip":
				t.Fatalf("line %d is lost", one.line)
			}
		}
		for ; next >= 0 && next < len(lines); next++ {
			if !isBlank(lines[next]) {
				t.Fatalf("line %d is in no row", next+1)
			}
		}
	})
}

// isBlank reports whether a line has nothing but what stands between fields.
func isBlank(line string) bool {
	return strings.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;\"", r) }) == ""
}

// FuzzMapping: whatever a mapping is, it is one or has faults.
func FuzzMapping(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("version: 1\nprofile: {id: .id}\ncsv: {delimiter: \";\", columns: [a, b]}\nlists: replace\nignore: [x]\n"))
	f.Add([]byte("version: 1\nprofile:\n  id: &a .id\n  name: *a\n<<: {}\n? [x]\n: y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMapping("test.yaml", data)
		if (m == nil) == (err == nil) {
			t.Fatal(m, err)
		}
	})
}
