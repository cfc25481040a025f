package importer

import (
	"fmt"
	"testing"
)

// A key that is made of what somebody is called is the same, however a program writes it.
func TestHashIsOfWhatIsRead(t *testing.T) {
	for _, same := range [][]string{
		{"José", "Jose\u0301", "Jos\u200bé", "Ｊｏｓé", " JOSÉ "},
		{"Straße", "STRASSE"},
	} {
		for _, s := range same[1:] {
			if jqHash(s, nil) != jqHash(same[0], nil) {
				t.Errorf("%q and %q have two keys", s, same[0])
			}
		}
	}
	if jqHash("José", nil) == jqHash("Jose", nil) || jqHash([]any{"a", "b"}, nil) == jqHash([]any{"ab"}, nil) {
		t.Error("two have one key")
	}
}

// A column says of which country a number is, and rows in which it does not are no fault of the mapping.
func TestPhoneOfAColumn(t *testing.T) {
	for _, test := range []struct {
		number  string
		country any
		want    string
	}{
		{"030 901820", "DE", "+4930901820"}, {"030 901820", " de ", "+4930901820"}, {"020 7946 0018", "UK", "+442079460018"}, {"+49 30 901820", "", "+4930901820"},
		{"+49 30 901820", nil, "+4930901820"}, {"030 901820", "", ""}, {"030 901820", nil, ""}, {"030 901820", "Germany", ""},
	} {
		got, err := readPhone(test.number, []any{test.country})
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q of %v is %q, %v; want %q", test.number, test.country, got, err, test.want)
		}
	}
	for code, want := range map[string]string{"uk": "GB", "DE": "DE", "Germany": "", "EU": ""} {
		if got, err := country(code); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", code, got, fmt.Sprint(err))
		}
	}
}
