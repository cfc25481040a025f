package rest

import (
	"strings"
	"testing"
)

func TestNextLink(t *testing.T) {
	for header, want := range map[string]string{
		``: "",
		`<https://a.example/x?page=2>; rel="next"`:                            "https://a.example/x?page=2",
		`</x>; rel=prev, </y>; rel=next`:                                      "/y",
		`</x,y;z>; title="a, b; rel=next"; rel="prev", </z>; REL="last Next"`: "/z",
		`</x>; rel="nextish"`:                                                 "",
		`</x`:                                                                 "",
		`</x>;;rel=next;`:                                                     "/x",
		`</x>; title="a`:                                                      "",
		`<>; rel=next`:                                                        "",
	} {
		if got := nextLink([]string{header}); got != want {
			t.Errorf("%s: %q; want %q", header, got, want)
		}
	}
	if got := nextLink([]string{`</a>; rel=prev`, `</b>; rel=next`}); got != "/b" {
		t.Errorf("two headers: %q", got)
	}
}

func FuzzNextLink(f *testing.F) {
	f.Add(`</x,y;z>; title="a, b"; rel="prev", </z>; rel="last next"`)
	f.Fuzz(func(t *testing.T, header string) {
		if got := nextLink([]string{header}); got != "" && !strings.Contains(header, "<"+got+">") {
			t.Errorf("%q", got)
		}
	})
}
