package sources

import (
	"testing"
)

// What is no text is told, and not replaced.
func TestIsUnicode(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":"é"}`:            true,
		`"\u00e9\ud83d\ude00"`: true,
		`"\\ud83d"`:            true,
		`"\\\ud83d"`:           false,
		`"\"\ud83d\ude00"`:     true,
		"\"\xff\"":             false,
		"\"M\xfcller\"":        false,
		"\ufeff{}":             false,
		"{\"a\":\"\ufeff\"}":   true,
		`"\ud83d"`:             false,
		`"\ud83d\u0041"`:       false,
		`"\ude00\ud83d"`:       false,
		`"\ud83d\`:             false,
		`"\`:                   true,
		`"\u12`:                true,
		"":                     true,
	} {
		if got := IsUnicode([]byte(text)); got != want {
			t.Errorf("%q: %v; want %v", text, got, want)
		}
	}
}
