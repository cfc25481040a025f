package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"customer360/sources"
)

// What an answer says is given letter by letter, whatever charset it is in, or not at all.
func TestCharsets(t *testing.T) {
	for name, test := range map[string]struct {
		contentType, body string
		want              string // empty: it is Malformed
	}{
		"UTF-8":                     {"application/json; charset=utf-8", `{"name":"Müller"}`, "Müller"},
		"none":                      {"application/json", `{"name":"Müller"}`, "Müller"},
		"no header":                 {"", `{"name":"Müller"}`, "Müller"},
		"another spelling":          {`application/json; charset="UTF8"`, `{"name":"Müller"}`, "Müller"},
		"Latin 1":                   {"application/json; charset=iso-8859-1", "{\"name\":\"M\xfcller\"}", "Müller"},
		"Windows":                   {"application/json; charset=windows-1251", "{\"name\":\"\xc0\xed\xed\xe0\"}", "Анна"},
		"Japanese":                  {"application/json; charset=Shift_JIS", "{\"name\":\"\x93c\x92\x86\"}", "田中"},
		"Chinese":                   {"text/json; charset=GB18030", "{\"name\":\"\xcd\xf5\"}", "王"},
		"UTF-16 by its mark":        {"application/json", "\xff\xfe{\x00\"\x00n\x00a\x00m\x00e\x00\"\x00:\x00\"\x00\xfc\x00\"\x00}\x00", "ü"},
		"UTF-16 by its header":      {"application/json; charset=utf-16be", "\x00{\x00\"\x00n\x00a\x00m\x00e\x00\"\x00:\x00\"\x00\xfc\x00\"\x00}", "ü"},
		"a mark of UTF-8":           {"application/json; charset=iso-8859-1", "\xef\xbb\xbf{\"name\":\"Müller\"}", "Müller"},
		"a letter that was lost":    {"application/json", `{"name":"M�ller"}`, "M�ller"},
		"not what it says":          {"application/json; charset=utf-8", "{\"name\":\"M\xfcller\"}", ""},
		"not what it says by habit": {"application/json", "{\"name\":\"M\xfcller\"}", ""},
		"no letter of its charset":  {"application/json; charset=Shift_JIS", "{\"name\":\"\x93\"}", ""},
		"a charset of nobody":       {"application/json; charset=ebcdic-x", `{"name":"x"}`, ""},
		"one that is not decoded":   {"application/json; charset=hz-gb-2312", `{"name":"x"}`, ""},
		"text behind it":            {"application/json", `{"name":"x"} and more`, ""},
		"a second value":            {"application/json", `{"name":"x"}{"name":"y"}`, ""},
		"an end too many":           {"application/json", `{"name":"x"}}`, ""},
		"white space behind it":     {"application/json", "{\"name\":\"x\"} \r\n", "x"},
		"half of it":                {"application/json", `{"name":"x`, ""},
		"nothing":                   {"application/json", ``, ""},
		"a page":                    {"text/html", `<!doctype html><p>a-secret</p>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if test.contentType != "" {
					w.Header().Set("Content-Type", test.contentType)
				}
				_, _ = w.Write([]byte(test.body))
			})
			var into struct{ Name string }
			err := get(c, "x", &into)
			switch {
			case test.want == "" && (err == nil || err.Kind != sources.Malformed || strings.Contains(err.Error(), "secret")):
				t.Errorf("%v; want an error of kind MALFORMED", err)
			case test.want != "" && (err != nil || into.Name != test.want):
				t.Errorf("%q, %v; want %q", into.Name, err, test.want)
			}
		})
	}
}
