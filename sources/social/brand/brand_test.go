package brand_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"customer360/sources/social/brand"
)

func matcher(t testing.TB, words ...string) *brand.Matcher {
	t.Helper()
	m, err := brand.Brand{Handles: []string{"@meridian@brand.example", "meridian.example"}, Words: words}.Matcher()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		word, text string
		want       bool
	}{
		{"Meridian", "meridian is down", true},
		{"Meridian", "MERIDIAN's app", true},
		{"Meridian", "#meridian again", true},
		{"Meridian", "at meridian.example/status", true},
		{"Meridian", "Meridian", true},
		{"Meridian", "Ｍｅｒｉｄｉａｎ", true},
		{"Meridian", "the meridians of the globe", false},
		{"Meridian", "antemeridian", false},
		{"Meridian", "antemeridian meridian", true},
		{"Meridian", "@meridian_fans say", false},
		{"Meridian", "meridian2 is a band", false},
		{"Meridian", "", false},
		{"Meridian Telecom", "meridian\n telecom called", true},
		{"#MeridianDown", "is it #meridiandown?", true},
		{"#MeridianDown", "#meridiandowntown", false},
		{"#MeridianDown", "meridiandown", false},
		{"Größe", "GRÖSSE zählt", true},
		{"Größe", "Gro\u0308ße zählt", true},
		{"Ος", "ΟΣ", true},
		{"メリディアン", "メリディアンの回線", true},
		{"メリディアン", "今夜もﾒﾘﾃﾞｨｱﾝ", true},
		{"メリディアン", "メリディアンズ", false},
		{"子午线", "打给子午线的客服", true},
		{"메리디안", "메리디안은 어떤가요", true},
		{"메리디안", "새메리디안", false},
		{"मेरिडियन", "मेरिडियन की स्पीड", true},
		{"मेरिडियन", "मेरिडियनी", false},
		{"ميريديان", "شكرًا ميريديان، وصلت", true},
		{"ميريديان", "ميريديانات", false},
		{"เมอริเดียน", "เน็ตเมอริเดียนล่มอีก", true},
		{"Meridian", "write to meridian@mail.example", true},
		{"☎ 10", "call ☎ 10 now", true},
		{"☎ 10", "call ☎ 100 now", false},
		{"nothing", "hello @meridian@brand.example!", true},
		{"nothing", "hello @Meridian.Example.", true},
		{"nothing", "@meridian.example.com is somebody else", false},
		{"nothing", "@meridian.example-fans", false},
		{"nothing", "mail info@meridian.example", false},
		{"nothing", "@meridian@brand.example.org", false},
		{"nothing", "@meridian said", false},
	} {
		if got := matcher(t, test.word).Text(test.text); got != test.want {
			t.Errorf("%q in %q: %t", test.word, test.text, got)
		}
	}
}

func TestHandle(t *testing.T) {
	m := matcher(t)
	for handle, want := range map[string]bool{
		"meridian@brand.example": true, "@Meridian@Brand.Example": true, "meridian.example": true,
		"meridian": false, "meridian@other.example": false, "": false,
	} {
		if m.Handle(handle) != want {
			t.Errorf("%q: %t", handle, !want)
		}
	}
}

func TestFaults(t *testing.T) {
	_, err := brand.Brand{Handles: []string{"@"}, Words: []string{"a", " "}}.Matcher()
	if err == nil || !strings.Contains(err.Error(), "brand.handles") || !strings.Contains(err.Error(), "brand.words") {
		t.Error(err)
	}
	if _, err := (brand.Brand{Words: []string{"a"}}).Matcher(); err == nil || !strings.Contains(err.Error(), "brand.handles") {
		t.Error(err)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"Meridian", "メリディアンの", "@meridian.example", "\xff\xfe", "ﷺ"} {
		f.Add(s, "Meridian")
	}
	f.Fuzz(func(t *testing.T, text, word string) {
		m, err := brand.Brand{Handles: []string{"a.example"}, Words: []string{word}}.Matcher()
		if err != nil || !utf8.ValidString(text) || !utf8.ValidString(word) {
			return
		}
		m.Text(text)
		// Alone between spaces, a word is itself. A mark at its start would join what is
		// before it, and a word of spaces is none.
		if !m.Text("( " + word + " )") {
			t.Errorf("%q is not found alone", word)
		}
	})
}
