package sources_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"customer360/sources"
)

// What the embedded store does not take can be landed in a MongoDB, or come from elsewhere.
func TestForm(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1.01, -1.01} {
		var f sources.Form
		p := &v
		if f.Between("sentiment", &p, -1, 1); p != nil || len(f.LeftOut("k")) != 1 || f.LeftOut("k")[0].Key != "k" || f.Err() != nil {
			t.Errorf("%v: %v", v, f.LeftOut("k"))
		}
	}
	for text, good := range map[string]bool{"": true, "Müller": true, "M\xfcller": false, "a\x00b": true, strings.Repeat("x", 1<<20): true, strings.Repeat("x", 1<<20+1): false} {
		var f sources.Form
		got := text
		if f.Text("title", &got); (got == text) != good || (len(f.LeftOut("")) == 0) != good {
			t.Errorf("%.20q: %.20q, %v", text, got, f.LeftOut(""))
		}
	}
	for link, good := range map[string]bool{
		"": true, "https://a.example": true, "HTTP://a.example/x?y#z": true, "https://münchen.example/": true, "https://[::1]:8/": true,
		"javascript:alert(1)": false, "data:text/html,x": false, "//a.example": false, "https://": false, "https:///x": false, "https:a": false,
		"ftp://a.example": false, "https://a.example/ x": false, "https://a\nb": false, "https://user@a.example/": false, "https://a.example\\@b": false,
		"java\nscript://a": false, "https://a.example/\xff": false,
	} {
		var f sources.Form
		got := link
		if f.URL("url", &got); (got == link) != good {
			t.Errorf("%q: %q", link, got)
		}
	}
	for at, good := range map[time.Time]bool{
		time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC): true, time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC): true,
		time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC): false, time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC): false, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC): false,
		time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200)): false,
	} {
		var may, must sources.Form
		got := at
		may.Time("endedAt", &got)
		must.Needed("createdAt", at)
		if got.IsZero() == good || (must.Err() == nil) != good {
			t.Errorf("%s: %s, %v", at, got, must.Err())
		}
	}
	for tag, want := range map[string]string{"de": "de", "pt_BR": "pt-BR", "zh-Hant-TW": "zh-Hant-TW", "in german": "", "deutschland": "", "d\xff": ""} {
		var f sources.Form
		if f.Language("language", &tag); tag != want {
			t.Errorf("%q; want %q", tag, want)
		}
	}
	var f sources.Form
	for range 100 {
		f.Leave("x", "is odd")
	}
	if n := len(f.LeftOut("")); n != 10 {
		t.Errorf("%d are told", n)
	}
}
