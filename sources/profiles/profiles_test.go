package profiles

import (
	"strings"
	"testing"

	"customer360/sources"
)

func TestNormalize(t *testing.T) {
	email := func(s string) (string, error) { return NormalizeEmail(s) }
	phone := func(s string) (string, error) { return NormalizePhone(s) }
	handle := func(s string) (string, error) {
		n, h, _ := strings.Cut(s, " ")
		n, h, err := NormalizeHandle(n, h)
		return n + " " + h, err
	}
	for _, test := range []struct {
		normalize func(string) (string, error)
		in, want  string
	}{
		{email, " Grigory@Example.COM ", "grigory@example.com"},
		{email, "mailto:Grigory@example.com?subject=Hello", "grigory@example.com"}, {email, "grigory@example.com?subject=Hello", ""},
		{email, "jörg@example.com", "jörg@example.com"},
		{email, "two@@example.com", ""},
		{email, "Name <name@example.com>", ""},
		{email, "name", ""},
		{email, "", ""},
		{email, strings.Repeat("x", 250) + "@example.com", ""},
		{phone, "+49 (30) 90 18-20", "+4930901820"},
		{phone, "0049 30 901820", "+4930901820"},
		{phone, "+1 555 010 0199", "+15550100199"},
		{phone, "030 901820", ""},
		{phone, "+1", ""},
		{phone, "+49 30 90182012345678901234", ""},
		{phone, "call me", ""},
		// What is not seen, what is wide, and other digits.
		{email, "an\u200bna@example.com", "anna@example.com"}, {email, "\ufeffanna@example.com\u200e", "anna@example.com"},
		{email, "anna@exam\u00adple.com", "anna@example.com"}, {email, "\u202aanna@example.com\u202c", "anna@example.com"},
		{email, "anna\u2060@example.com", "anna@example.com"}, {email, "anna\u200d@example.com", "anna@example.com"},
		{email, "\u00a0anna@example.com\u3000", "anna@example.com"}, {email, "ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "anna@example.com"},
		{email, "mailto:Anna@example.com", "anna@example.com"}, {email, "an na@example.com", ""}, {email, "anna\n@example.com", ""},
		{email, strings.Repeat("\u200b", 5000) + "a@example.com", ""},
		// A domain has letters, and Punycode for them.
		{email, "info@müller.de", "info@müller.de"}, {email, "info@xn--mller-kva.de", "info@müller.de"}, {email, "INFO@MÜLLER.DE", "info@müller.de"},
		{email, "info@XN--MLLER-KVA.de", "info@müller.de"}, {email, "info@mu\u0308ller.de", "info@müller.de"}, {email, "info@straße.de", "info@straße.de"},
		{email, "info@xn--strae-oqa.de", "info@straße.de"}, {email, "info@strasse.de", "info@strasse.de"}, {email, "почта@пример。рф", "почта@пример.рф"},
		{email, "a@xn--e1afmkfd.xn--p1ai", "a@пример.рф"}, {email, "info@例え.テスト", "info@例え.テスト"}, {email, "info@xn--r8jz45g.xn--zckzah", "info@例え.テスト"},
		{email, "info@xn--a.de", "info@xn--a.de"}, {email, "a_b@my_host.example.com", "a_b@my_host.example.com"},
		{phone, "tel:+49-30-901820", "+4930901820"}, {phone, "TEL:+4930901820;ext=12", "+4930901820"}, {phone, "tel:30-901820;phone-context=+49", "+4930901820"},
		{phone, "tel://+4930901820", "+4930901820"}, {phone, "tel:0049 30 901820", "+4930901820"}, {phone, "tel:030901820", ""}, {phone, "tel:", ""},
		{phone, "(+49) 30 901820", "+4930901820"}, {phone, "(0049) 30 901820", "+4930901820"}, {phone, "00 49 30 901820", "+4930901820"},
		{phone, "(00)49 30 901820", "+4930901820"}, {phone, "+ 49 30 901820", "+4930901820"}, {phone, "++49 30 901820", "+4930901820"}, {phone, "+0049 30 901820", "+4930901820"},
		{phone, "+(49) 30 901820", "+4930901820"}, {phone, "+49 (0)30 901820", "+4930901820"}, {phone, "+49/30/901820", "+4930901820"}, {phone, "+49.30.901820", "+4930901820"},
		{phone, "＋４９　３０　９０１８２０", "+4930901820"}, {phone, "+٤٩ ٣٠ ٩٠١٨٢٠", "+4930901820"}, {phone, "٠٠٤٩٣٠٩٠١٨٢٠", "+4930901820"},
		{phone, "+۹۸ ۲۱ ۸۸۷۷ ۶۶۵۵", "+982188776655"}, {phone, "+४९ ३० ९०१८२०", "+4930901820"}, {phone, "+𝟒𝟗 30 901820", "+4930901820"},
		{phone, "+49\u00a030\u202f901820", "+4930901820"}, {phone, "\u202a+49 30 901820\u202c", "+4930901820"}, {phone, "+49 30\u200b901820", "+4930901820"},
		{phone, "+49 30 9018–20", "+4930901820"}, {phone, "+49 30 9018\u221220", "+4930901820"}, {phone, "call +49 30 901820", ""}, {phone, "-+", ""},
		{handle, "mastodon An\u200bna@Example.social", "mastodon anna@example.social"}, {handle, "mas\u00adtodon ＠Anna", "mastodon anna"},
		{handle, "mastodon anna@xn--mller-kva.social", "mastodon anna@müller.social"}, {handle, "bluesky xn--mller-kva.bsky.social", "bluesky müller.bsky.social"},
		{handle, "whatsapp +49 30 90-18-20", "whatsapp +4930901820"}, {handle, "whatsapp 0049 (30) 901820", "whatsapp +4930901820"}, {handle, "signal tel:+4930901820", "signal +4930901820"},
		{handle, "telegram 123456789", "telegram 123456789"}, {handle, "x an na", ""},
		{handle, "Mastodon @Anna@Example.social", "mastodon anna@example.social"},
		{handle, "mastodon ", ""},
		{handle, "mas:todon anna", ""},
	} {
		got, err := test.normalize(test.in)
		if err != nil {
			got = ""
			if len(test.in) > 9 && strings.Contains(err.Error(), test.in) {
				t.Errorf("the error repeats the value: %v", err)
			}
		}
		if got != test.want {
			t.Errorf("%q became %q; want %q (%v)", test.in, got, test.want, err)
		}
	}
}

// What is normalised stays as it is when it is normalised again: otherwise what was
// written would not be found.
func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"Grigory@Example.COM", "+49 30 901820", "@anna@example.social", "İ@example.com", "ﬁ@example.com", "a@xn--mller-kva.de", "a@xn--a", "＋٤٩ ٣٠ ٩٠١٨٢٠", "tel:30;phone-context=+49", "علی\u200cرضا", "ᾠδής", "O´Brien ǆ ŉ ﷺ", "Ё\u0301й", "ꮲ", "ᏸ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := NormalizeEmail(s); err == nil {
			if again, err := NormalizeEmail(v); err != nil || again != v {
				t.Errorf("e-mail %q, %q, %q, %v", s, v, again, err)
			}
		}
		if v, err := NormalizePhone(s); err == nil {
			if again, err := NormalizePhone(v); err != nil || again != v {
				t.Errorf("phone %q, %q, %q, %v", s, v, again, err)
			}
		}
		if n, h, err := NormalizeHandle("mastodon", s); err == nil {
			if _, again, err := NormalizeHandle(n, h); err != nil || again != h {
				t.Errorf("handle %q, %q, %q, %v", s, h, again, err)
			}
		}
		if v := sources.Visible(s); sources.Visible(v) != v || FoldName(v) != FoldName(s) {
			t.Errorf("%q is seen as %q, and that as %q; found by %q and %q", s, v, sources.Visible(v), FoldName(s), FoldName(v))
		}
		if v := FoldName(s); FoldName(v) != v {
			t.Errorf("name %q, %q, %q", s, v, FoldName(v))
		}
		for _, typ := range []AttributeType{Text, Number, Boolean, Date} {
			if v, err := typ.Canonical(s); err == nil {
				if again, err := typ.Canonical(v); err != nil || again != v {
					t.Errorf("%s %q, %q, %q, %v", typ, s, v, again, err)
				}
			}
		}
	})
}

func TestCanonical(t *testing.T) {
	for _, test := range []struct {
		typ      AttributeType
		in, want string
	}{
		{Number, "29.850", "29.85"}, {Number, " 7 ", "7"}, {Number, "-0.5", "-0.5"}, {Number, "1e9", ""}, {Number, "1/3", ""}, {Number, "", ""},
		{Number, "1_000", ""}, {Number, "0x10", ""}, {Number, "NaN", ""}, {Number, "+5", "5"},
		{Boolean, "true", "true"}, {Boolean, "yes", ""},
		{Date, "2026-02-28", "2026-02-28"}, {Date, "2026-02-30", ""}, {Text, " a ", "a"},
	} {
		got, err := test.typ.Canonical(test.in)
		if err != nil {
			got = ""
		}
		if got != test.want {
			t.Errorf("%s %q became %q; want %q (%v)", test.typ, test.in, got, test.want, err)
		}
	}
}

func TestDisplayNameIsNeverEmpty(t *testing.T) {
	for want, c := range map[string]Customer{
		"Anna":             {ID: "c1", Name: "Anna", ContactPoints: []ContactPoint{{Channel: Email, Value: "a@example.com"}}},
		"b@example.com":    {ID: "c1", ContactPoints: []ContactPoint{{Channel: Email, Value: "a@example.com"}, {Channel: Email, Value: "b@example.com", IsPrimary: true}}},
		"+4930901820":      {ID: "c1", ContactPoints: []ContactPoint{{Channel: Post, Address: &Address{}}, {Channel: Phone, Value: "+4930901820"}}},
		"anna@example.org": {ID: "c1", ContactPoints: []ContactPoint{{Channel: SocialMedia, Network: "mastodon", Value: "anna@example.org"}}},
		"c1":               {ID: "c1"},
	} {
		if got := c.DisplayName(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
