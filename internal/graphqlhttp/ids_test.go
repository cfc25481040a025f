package graphqlhttp

import (
	"net/http"
	"strings"
	"testing"
)

// A client's ids are kept where they are well-formed; else the request has an id of its own, and no trace.
func TestIDs(t *testing.T) {
	for id, kept := range map[string]bool{
		"a": true, "3f1c0e0a-7d7f-4d2e-9f0a-0123456789ab": true, "Root=1-67891233-abcdef012345678912345678": true,
		"gw/2026.01:1+x_y": true, strings.Repeat("x", 128): true,
		"": false, strings.Repeat("x", 129): false, "a b": false, "x\nlevel=ERROR": false, "x\x1b[31m": false, `x"y`: false,
		"anna@example.com": false, "é": false, "\xff": false, "a,b": false, "<b>": false,
	} {
		r := requestOf(http.Header{"X-Request-Id": {id}})
		if (r.ID == id) != kept || r.ID == "" {
			t.Errorf("%q is %q", id, r.ID)
		}
	}
	if r := requestOf(http.Header{"X-Request-Id": {"a", "b"}}); r.ID == "a" || r.ID == "b" {
		t.Errorf("one of two ids is taken: %q", r.ID)
	}
	if a, b := requestOf(nil), requestOf(nil); a.ID == b.ID || a.Traceparent != "" {
		t.Errorf("%v and %v", a, b)
	}

	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	const whole = "00-" + trace + "-" + parent + "-01"
	for value, want := range map[string]string{
		whole:                                whole,
		"00-" + trace + "-" + parent + "-ff": "00-" + trace + "-" + parent + "-ff",
		// Later versions are read as this one, as far as it goes.
		"01-" + trace + "-" + parent + "-01":            whole,
		"cc-" + trace + "-" + parent + "-fd-what comes": whole,
		"cc-" + trace + "-" + parent + "-01what":        "",
		"ff-" + trace + "-" + parent + "-01":            "",
		whole + "-more":                                 "",
		whole + " ":                                     "",
		whole[:54]:                                      "",
		"":                                              "",
		strings.ToUpper(whole):                          "",
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01": "",
		"00-" + trace + "-" + strings.Repeat("0", 16) + "-01":  "",
		"00-" + trace + "_" + parent + "-01":                   "",
		"00-" + trace[:31] + "g-" + parent + "-01":             "",
		"0\n-" + trace + "-" + parent + "-01":                  "",
		"00-" + trace + "-" + parent + "-0\n":                  "",
	} {
		r := requestOf(http.Header{"Traceparent": {value}})
		if r.Traceparent != want {
			t.Errorf("%q is %q; want %q", value, r.Traceparent, want)
		}
		if want != "" && r.Trace() != trace {
			t.Errorf("%q is of the trace %q", value, r.Trace())
		}
	}
	if r := requestOf(http.Header{"Traceparent": {whole, whole}}); r.Traceparent != "" {
		t.Errorf("one of two is taken: %q", r.Traceparent)
	}
}
