package profiles

import (
	"slices"
	"strings"
	"testing"
)

// TestFoldName: names of one line are one for a search; those of different lines are not.
func TestFoldName(t *testing.T) {
	groups := [][]string{
		// Latin letters that do not decompose, and such that do.
		{"lukasz dabek", "Łukasz Dąbek", "ŁUKASZ DĄBEK", "łukasz  dąbek"},
		{"soren orsted", "Søren Ørsted", "SØREN ØRSTED"},
		{"dorde", "Đorđe", "ĐORĐE", "Ðorðe"},
		{"strasse", "Straße", "STRASSE", "STRAẞE"},
		{"aegir", "Ægir", "ægir", "Ǽgir"}, {"oeuvre", "Œuvre"}, {"thorunn", "Þórunn"}, {"hal", "Ħal"}, {"ngata", "Ngata"}, {"sana", "Saŋa"},
		{"gunel eliyeva", "Günel Əliyeva"}, {"nguyen dinh chieu", "Nguyễn Đình Chiểu", "Nguyễn Đình Chiểu"},
		{"muller", "Müller", "Mu\u0308ller", "ＭÜＬＬＥＲ"}, {"ijsbrand", "Ĳsbrand", "IJsbrand"}, {"filip", "ﬁlip", "Filip"},
		// The Turkish letters: who types them without finds them.
		{"istanbul", "İstanbul", "ISTANBUL", "ıstanbul", "Istanbul"}, {"isik", "Işık", "IŞIK"},
		// Greek, with the sigma at the end of a word, breathings and the iota below.
		{"γιωργοσ παπαδοπουλοσ", "Γιώργος Παπαδόπουλος", "ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"}, {"ωδη", "ᾠδή"},
		// Cyrillic: ё is е, stress is nothing, other letters are letters.
		{"алена", "Алёна", "АЛЁНА", "Алена", "Але\u0301на"}, {"андрей", "Андрей", "АНДРЕИ\u0306"}, {"андреи", "Андреи"},
		{"їжакевич", "Їжакевич"}, {"іжакевич", "Іжакевич"}, {"ѓорѓи", "Ѓорѓи"}, {"горги", "Горги"}, {"быкаў", "Быкаў"}, {"быкау", "Быкау"},
		// Vowels, tones and sounds.
		{"सुनील", "सुनील"}, {"सनील", "सनील"}, {"रम", "रम"}, {"राम", "राम"}, {"নিলা", "নিলা"}, {"নীলা", "নীলা"}, {"ਸਿੰਘ", "ਸਿੰਘ"}, {"ਸਘ", "ਸਘ"},
		{"கமலா", "கமலா"}, {"கமல", "கமல"}, {"กิตติ", "กิตติ"}, {"กตต", "กตต"}, {"ม่า", "ม่า"}, {"มา", "มา"}, {"か", "か"}, {"が", "が", "か\u3099"},
		{"김철수", "김철수", "김철수"}, {"ກຳ", "ກຳ"}, {"ខ្មែរ", "ខ្មែរ"}, {"ខមែរ", "ខមែរ"}, {"မြန်မာ", "မြန်မာ"},
		// Hebrew points and Arabic vowels are written or not; a hamza makes another letter.
		{"שרה", "שָׂרָה", "שרה"}, {"محمد", "مُحَمَّد", "محمد", "محـمد"}, {"أحمد", "أحمد"}, {"علي", "علي", "علی", "على"}, {"كريم", "کریم"},
		{"علی\u200cرضا", "عليرضا"}, {"عبدالله", "عبداللہ", "عبداللھ"}, {"田中太郎", "田中 太郎", "田中　太郎"}, {"홍길동", "홍 길동"}, {"田中 たろう", "田中　たろう"},
		{"ajuoba", "Ajʊɔba", "AJƱƆBA"}, {"mbappa", "Mbɑppɑ", "MBⱭPPⱭ"},
		// Compatibility forms and what is not seen.
		{"ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ"}, {"anna", "ＡＮＮＡ", "An\u200bna", "\ufeffAnna", "An\u00adna", "\u202aAnna\u202c", "Anna\ufe0f", "\x00Anna"},
		{"anna maria", "Anna\u00a0Maria", "  Anna   Maria ", "Anna\tMaria", "Anna\u2003Maria"}, {"", " ", "\u200b", "\u3164", "\u2800", "\u0301"},
		// Apostrophes and hyphens.
		{"o'brien", "O’Brien", "OʼBrien", "O`Brien", "O´Brien", "O＇Brien"}, {"obrien", "OBrien"}, {"jean-luc", "Jean‐Luc", "Jean–Luc", "JEAN－LUC"},
		{"մարիա եւ", "Մարիա և", "ՄԱՐԻԱ ԵՒ"}, {"ნინო", "ნინო", "ᲜᲘᲜᲝ"},
	}
	all := map[string]int{}
	for i, group := range groups {
		want := FoldName(group[0])
		for _, name := range group {
			if got := FoldName(name); got != want || FoldName(got) != got {
				t.Errorf("%q becomes %q; want %q", name, got, want)
			}
		}
		if want != group[0] && isPlain(group[0]) {
			t.Errorf("%q becomes %q", group[0], want)
		}
		if j, ok := all[want]; ok {
			t.Errorf("%q is %q", group[0], groups[j][0])
		}
		all[want] = i
	}
	ordered := []string{"Zoe", "Łukasz", "Ängelholm", "lukas", "Øyvind", "Marta"}
	slices.SortFunc(ordered, func(a, b string) int { return strings.Compare(FoldName(a), FoldName(b)) })
	if got := strings.Join(ordered, " "); got != "Ängelholm lukas Łukasz Marta Øyvind Zoe" {
		t.Error(got)
	}
}

// TestNameWords: which texts find a name.
func TestNameWords(t *testing.T) {
	for _, test := range []struct{ name, finds, not string }{
		{"Grigory Lazarev", "lazarev|LAZ|grigory|gri laz|lazarev grigory|Lázarev", "azarev|rev|grigory x|ig"},
		{"Łukasz Dąbek", "dab|lukasz|Dąbek Łukasz", "abek"},
		{"Conan O’Brien", "brien|o'brien|obrien|o brien|O´Brien", "rien"},
		{"Jean-Luc Picard-Smith", "luc|jean-luc|jeanluc|smith|picard", "uc"},
		{"J.R.R. Tolkien", "tolkien|jrr|j.r.r.|r", "olkien"},
		{"Müller & Söhne GmbH (Köln), 3M", "sohne|gmbh|koln|3m|muller", "ohne|m3"},
		{"王小明", "王|小明|明|王小明", "王明"},
		{"김철수", "김|철수|수|철수 김", "김수"}, {"田中 太郎", "田中太郎|太郎|田中 太郎|太郎 田中|郎", "田太郎"},
		{"सुनील कुमार", "कुमार|सुनील", "सनील|ुमार"},
		{"علی\u200cرضا محمدی", "عليرضا|محمدي|محمدی", "رضا"},
		{"Ḥasan al-Bannāʾ", "hasan|bann|banna|al-banna|albanna", "anna"},
		{"Maria Maria", "maria", ""},
	} {
		words := NameWords(FoldName(test.name))
		for want, texts := range map[bool]string{true: test.finds, false: test.not} {
			for _, text := range strings.Split(texts, "|") {
				if asked := WordsAsked(text); text != "" && want != hasWords(words, asked) {
					t.Errorf("%q is found by %q: %v; %q", test.name, text, !want, words)
				}
			}
		}
	}
	if got := WordsAsked(" -- ' "); len(got) != 0 {
		t.Errorf("%q", got)
	}
	long := strings.Repeat("Wort", 50) + " " + strings.Repeat("王", 200) + " " + strings.Repeat("x ", 100)
	words := NameWords(FoldName(long))
	if len(words) > maxWords || slices.ContainsFunc(words, func(w string) bool { return len([]rune(w)) > maxWord }) {
		t.Errorf("%d words", len(words))
	}
	if !hasWords(words, WordsAsked(strings.Repeat("Wort", 30))) {
		t.Error("a long word is not found")
	}
}

func hasWords(words, asked []string) bool {
	for _, a := range asked {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, a) }) {
			return false
		}
	}
	return len(asked) > 0
}
