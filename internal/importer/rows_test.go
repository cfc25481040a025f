package importer

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll gives every row in a line: "3 a|b" for a good one, "3! problem" for a bad one.
func readAll(t testing.TB, r rowReader) []string {
	t.Helper()
	var all []string
	for {
		one, err := r.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case one.bad != nil:
			all = append(all, fmt.Sprintf("%d! %s", one.line, one.bad.problem))
		case one.fields != nil:
			all = append(all, fmt.Sprintf("%d %s", one.line, strings.Join(one.fields, "|")))
		default:
			all = append(all, fmt.Sprintf("%d %v", one.line, one.value))
		}
	}
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", maxRow)
	const (
		fields = "the row does not have 2 fields"
		quote  = "a quote is not allowed here: put a field that contains quotes in quotes, and double them"
		open   = "a quote is opened and never closed"
	)
	for name, test := range map[string]struct {
		input string
		form  csvForm
		want  []string
	}{
		"plain":                    {"a,b\n1,2\n3,4\n", csvForm{}, []string{"2 1|2", "3 3|4"}},
		"no last line's end":       {"a,b\n1,2", csvForm{}, []string{"2 1|2"}},
		"byte order mark":          {"\xef\xbb\xbfa,b\r\n1,2\r\n", csvForm{}, []string{"2 1|2"}},
		"blank lines":              {"\n\na,b\n\n1,2\n  \n3,4\n\n", csvForm{}, []string{"5 1|2", "7 3|4"}},
		"quotes":                   {"a,b\n\"1,\"\"x\"\"\",2\n\"\",\"\"\n", csvForm{}, []string{`2 1,"x"|2`}},
		"several lines":            {"a,b\n\"1\r\n2\",3\n4,5\n", csvForm{}, []string{"2 1\n2|3", "4 4|5"}},
		"too few, too many":        {"a,b\n1\n1,2,3\n4,5\n", csvForm{}, []string{"2! " + fields, "3! " + fields, "4 4|5"}},
		"bare quote":               {"a,b\n1\"2,3\n4,5\n", csvForm{}, []string{"2! " + quote, "3 4|5"}},
		"text behind a quote":      {"a,b\n\"1\"2,3\n4,5\n", csvForm{}, []string{"2! " + quote, "3 4|5"}},
		"open quote, fine rows":    {"a,b\n\"1,2\n3,4\n5,6\n", csvForm{}, []string{"2! " + open, "3 3|4", "4 5|6"}},
		"open quote, closed later": {"a,b\n\"1,2\n3,4\n\"5\",6\n", csvForm{}, []string{"2! " + quote, "3 3|4", "4 5|6"}},
		"open quote, long input":   {"a,b\n\"1,2\n3,4\n5," + long[:maxRow-9] + "\n6,7\n", csvForm{}, []string{"2! " + open, "3 3|4", "4 5|" + long[:maxRow-9], "5 6|7"}},
		"fields over several lines that are too many": {"a,b\n\"1\n2\",3,4\n5,6\n", csvForm{}, []string{"2! " + fields, "4 5|6"}},
		"long line":             {"a,b\n1," + long + "\n3,4\n", csvForm{}, []string{fmt.Sprintf("2! the row is longer than %d bytes", maxRow), "3 3|4"}},
		"not UTF-8":             {"a,b\n1,\xff\n3,4\n", csvForm{}, []string{"2! the row is not UTF-8: csv.encoding in the mapping says which encoding the file has, as windows-1252", "3 3|4"}},
		"zero byte":             {"a,b\n1,\x00\n", csvForm{}, []string{"2! the row has a zero byte"}},
		"semicolons":            {"a;b\n1,5;2\n", csvForm{delimiter: ';'}, []string{"2 1,5|2"}},
		"tabs":                  {"a\tb\n1\t\"2\t\"\n", csvForm{delimiter: '\t'}, []string{"2 1|2\t"}},
		"a wide delimiter":      {"a§b\n1§\"2§\"\n", csvForm{delimiter: '§'}, []string{"2 1|2§"}},
		"no header":             {"1,2\n", csvForm{columns: []string{"a", "b"}}, []string{"1 1|2"}},
		"windows-1252":          {"a,b\nM\xfcller,\x80\n", csvForm{encoding: "windows-1252"}, []string{"2 Müller|€"}},
		"not UTF-8, named":      {"a,b\n1,\xff\n3,4\n", csvForm{encoding: "utf-8"}, []string{"2! the row is not UTF-8, the encoding that csv.encoding in the mapping names", "3 3|4"}},
		"windows-1251":          {"a;b\n\xc0\xed\xed\xe0;1\n", csvForm{encoding: "windows-1251", delimiter: ';'}, []string{"2 Анна|1"}},
		"iso-8859-2":            {"a;b\n\xa3ukasz;1\n", csvForm{encoding: "latin2", delimiter: ';'}, []string{"2 Łukasz|1"}},
		"shift_jis":             {"a,b\n\x8e\x52\x93\x63,1\n", csvForm{encoding: "Shift_JIS"}, []string{"2 山田|1"}},
		"no such bytes":         {"a,b\n\xff\xff\xff,1\n3,4\n", csvForm{encoding: "gb18030"}, []string{"2! the row has bytes that are invalid in the encoding of the file: check csv.encoding", "3 3|4"}},
		"UTF-16 without a mark": {"a\x00,\x00b\x00\n\x00\xfc\x00,\x002\x00\n\x00", csvForm{encoding: "utf-16le"}, []string{"2 ü|2"}},
		"sep":                   {"sep=;\r\na;b\r\n1,5;2\r\n", csvForm{}, []string{"3 1,5|2"}},
		"sep, quoted":           {"\xef\xbb\xbf\"SEP=|\"\na|b\n1|2\n", csvForm{}, []string{"3 1|2"}},
		"sep and a delimiter":   {"sep=,\na;b\n1;2\n", csvForm{delimiter: ';'}, []string{"3 1|2"}},
		"sep, no header":        {"sep=;\n1;2\n", csvForm{columns: []string{"a", "b"}}, []string{"2 1|2"}},
		"empty rows":            {"a,b\n1,2\n,\n,,,\n\"\", \n3,4\n,\n", csvForm{}, []string{"2 1|2", "6 3|4"}},
		"returns alone":         {"a,b\r1,2\r\"3\r4\",5\r", csvForm{}, []string{"2 1|2", "3 3\n4|5"}},
		"lines before":          {"Report of 1 May,,\n\"odd\na,b\n1,2\n", csvForm{skipLines: 2}, []string{"4 1|2"}},
		"lines before, no more": {"a\n", csvForm{skipLines: 5, columns: []string{"a"}}, nil},
		"unnamed columns":       {"a,,\n1,2,3\n", csvForm{}, []string{"2 1|2|3"}},
		"UTF-16 by its mark":    {"\xff\xfea\x00,\x00b\x00\n\x00\xfc\x00,\x002\x00\n\x00", csvForm{}, []string{"2 ü|2"}},
	} {
		t.Run(name, func(t *testing.T) {
			// A reader that gives little at a time finds what hangs on a buffer's end.
			for _, input := range []io.Reader{strings.NewReader(test.input), iotest.HalfReader(strings.NewReader(test.input))} {
				r, err := newRowReader(input, CSV, test.form, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, readAll(t, r)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestCSVHeader(t *testing.T) {
	for input, want := range map[string]string{
		"":          "the input is empty",
		"\n\n":      "the input is empty",
		"a,b,a\n":   `the column "a" is there twice`,
		"a,\"b\n":   "line 1 has no columns' names: a quote is opened and never closed",
		"a,\xff\n1": "line 1 has no columns' names: the row is not UTF-8",
	} {
		if _, err := newRowReader(strings.NewReader(input), CSV, csvForm{}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", input, err, want)
		}
	}
	_, err := newRowReader(iotest.ErrReader(errors.New("broken")), CSV, csvForm{}, nil)
	if err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestNDJSON(t *testing.T) {
	for name, test := range map[string]struct {
		input string
		want  []string
	}{
		"plain":         {"{\"a\": 1.50}\n{\"a\": [null, true, \"x\", {}]}\n", []string{"1 map[a:1.50]", "2 map[a:[<nil> true x map[]]]"}},
		"blank lines":   {"\n  \n{\"a\":1}\r\n\n{\"a\":2}", []string{"3 map[a:1]", "5 map[a:2]"}},
		"mark":          {"\xef\xbb\xbf{\"a\":1}\n", []string{"1 map[a:1]"}},
		"nothing":       {"", nil},
		"not JSON":      {"{\"a\":\n{\"a\":1}\nx\n{\"a\":1} {\"b\":2}\n{\"a\":1,}\n", []string{"1! the row is not JSON", "2 map[a:1]", "3! the row is not JSON", "4! the row is not JSON", "5! the row is not JSON"}},
		"not an object": {"1\nnull\n\"x\"\n", []string{"1! the row is not a JSON object", "2! the row is not a JSON object", "3! the row is not a JSON object"}},
		"a name twice":  {"{\"a\":1,\"a\":2}\n", []string{"1! the row has a name twice in one object; one of them would be lost"}},
		"deep":          {strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200) + "\n{\"a\":1}\n", []string{"1! the row is nested deeper than 100 levels", "2 map[a:1]"}},
		"long":          {`{"a":"` + strings.Repeat("x", maxRow) + "\"}\n{\"a\":1}\n", []string{fmt.Sprintf("1! the row is longer than %d bytes", maxRow), "2 map[a:1]"}},
		"half a pair":   {"{\"a\":\"\\ud83d\"}\n{\"a\":\"\\ud83d\\ude00\"}\n", []string{"1! the row has an unpaired surrogate, such as a text cut within an emoji", "2 map[a:😀]"}},
		"not UTF-8":     {"{\"a\":\"\xff\"}\n", []string{"1! the row is not UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := newRowReader(strings.NewReader(test.input), NDJSON, csvForm{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, readAll(t, r)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := newRowReader(strings.NewReader("\n [{\"a\":1}]\n"), NDJSON, csvForm{}, nil); err == nil || !strings.Contains(err.Error(), "JSON array") {
		t.Errorf("an array: %v", err)
	}
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]Format{"a.csv": CSV, "a/b.CSV": CSV, "a.tsv": CSV, "a.ndjson": NDJSON, "a.jsonl": NDJSON} {
		if got, err := FormatOf(name); got != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := FormatOf("a.json"); err == nil {
		t.Error("a.json has a form")
	}
}
