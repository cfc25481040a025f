package sources

import "testing"

// TestVisible: what nobody sees is not in a name; what changes how it looks is.
func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"Anna Schäfer": "Anna Schäfer", " Anna ": "Anna", "An\u200bna": "Anna", "\ufeffAnna": "Anna", "Anna\u200e\u200f": "Anna", "An\u00adna": "Anna",
		"\u202aAnna\u202c": "Anna", "\u2066Anna\u2069": "Anna", "An\u2060na": "Anna", "An\u200dna": "Anna", "An\u200cna": "Anna", "Anna\u200d": "Anna",
		"An\x00na\x1f": "Anna", "Anna\tMaria": "Anna Maria", "An\U000E0041na": "Anna", "\u3164": "", "\u2800": "", "\u200b": "", "": "",
		"علی\u200cرضا": "علی\u200cرضا", "\u200fعلی\u200c": "علی", "ක්\u200dරිස්": "ක්\u200dරිස්", "क\u094d\u200dष": "क\u094d\u200dष",
		"👩\u200d💻 Ada": "👩\u200d💻 Ada", "❤\ufe0f": "❤\ufe0f", "葛\U000E0100城": "葛\U000E0100城", "A\ufe0f": "A",
		"\u0600١": "\u0600١", "\xff": "\ufffd",
	} {
		if got := Visible(in); got != want {
			t.Errorf("%q is seen as %q; want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a\u200bb": "ab", "علی\u200cرضا": "علیرضا", "a\u00a0b\tc": "a\u00a0b\tc", "\ufeff101": "101", "plain": "plain",
	} {
		if got := OnlyVisible(in); got != want {
			t.Errorf("%q becomes %q; want %q", in, got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = Visible("Anna Schafer"), OnlyVisible("anna@example.com") }); n != 0 {
		t.Errorf("%v allocations for what most texts are", n)
	}
}
