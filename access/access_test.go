package access_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"customer360/access"
	"customer360/sources/profiles"
)

func TestMasksAreReadableAndTellNoMore(t *testing.T) {
	for _, test := range []struct {
		class      access.Class
		value, out string
	}{
		{access.Email, "grigory@example.com", "g•••@example.com"},
		{access.Email, "é@example.com", "•••@example.com"},
		{access.Email, "éa@example.com", "é•••@example.com"},
		{access.Email, `"a secret@x"@example.com`, `"•••@example.com`},
		{access.Email, "nonsense", "•••"},
		{access.Email, "@example.com", "•••@example.com"},
		{access.Phone, "+74950001234", "+7 ••• ••• 12 34"},
		{access.Phone, "+4930901820", "+49 ••• ••• 18 20"},
		{access.Phone, "+420224000111", "+420 ••• ••• 01 11"},
		{access.Phone, "12345", "•••"},
		{access.Phone, "+1234", "•••"},
		{access.Phone, "+49x0901820", "•••"},
		{access.Handle, "@anna@example.social", "a•••@example.social"},
		{access.Handle, "anna", "a•••"},
		{access.Handle, "https://example.social/@anna", ""},
		{access.Name, "Anna Maria Schäfer", "A••• M••• S•••"},
		{access.Name, "  ", ""},
		{access.BirthDate, "1980-05-04", ""},
		{access.Address, "Hauptstraße 1", ""},
		{access.FreeText, "anything", ""},
		{access.Email, "", ""},
	} {
		if got := test.class.Mask(test.value); got != test.out {
			t.Errorf("%s of %q: %q, want %q", test.class, test.value, got, test.out)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("EMAIL", "a@b")
	f.Add("PHONE", "+4930901820")
	f.Add("HANDLE", "@a@b")
	f.Fuzz(func(t *testing.T, class, value string) {
		masked := access.Class(class).Mask(value)
		if len(value) > 20 && value[0] != '@' && strings.Contains(masked, value) {
			t.Errorf("%s of %q is shown whole: %q", class, value, masked)
		}
	})
}

func TestPseudonymsAreOfOnePartner(t *testing.T) {
	secret := []byte("a secret that is long enough for this")
	a, b := access.Salt(secret, "a"), access.Salt(secret, "b")
	one := access.Pseudonym(a, "anna@example.com")
	if one != access.Pseudonym(a, "anna@example.com") || len(one) != 64 {
		t.Errorf("it is not stable: %q", one)
	}
	if one == access.Pseudonym(b, "anna@example.com") || one == access.Pseudonym(a, "ben@example.com") {
		t.Error("two of them are the same")
	}
	if access.Pseudonym(a, "") != "" {
		t.Error("nothing has a pseudonym")
	}
}

// What the page of the contract shows partners to try their programs with is what they would get.
func TestPseudonymsOfThePage(t *testing.T) {
	text, err := os.ReadFile("../console/src/matching.json")
	if err != nil {
		t.Fatal(err)
	}
	var page struct {
		Salt   string
		Values []struct{ Kind, Written, Hashed, Hash string }
	}
	if err := json.Unmarshal(text, &page); err != nil || len(page.Values) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	salt, err := hex.DecodeString(page.Salt)
	if err != nil || len(salt) != len(access.Salt([]byte("secret"), "partner")) {
		t.Errorf("the salt is none: %v", err)
	}
	normalize := map[string]func(string) (string, error){"email": profiles.NormalizeEmail, "phone": profiles.NormalizePhone}
	for _, v := range page.Values {
		if hashed, err := normalize[v.Kind](v.Written); err != nil || hashed != v.Hashed {
			t.Errorf("%q is hashed as %q, %v; the page says %q", v.Written, hashed, err, v.Hashed)
		}
		if got := access.Pseudonym(salt, v.Hashed); got != v.Hash {
			t.Errorf("%q: %s; the page says %s", v.Hashed, got, v.Hash)
		}
	}
}

func TestScopes(t *testing.T) {
	for _, test := range []struct {
		held, asked string
		has         bool
	}{
		{"billing:read", "billing:read", true}, {"billing:*", "billing:read", true}, {"*", "billing:read", true},
		{"billing", "billing:read", false}, {"billing:read", "billing", false}, {"bill:*", "billing:read", false}, {"", "billing:read", false},
	} {
		if got := (access.Scopes{test.held}).Has(test.asked); got != test.has {
			t.Errorf("%q has %q: %t", test.held, test.asked, got)
		}
	}
}

func TestRowsAreReadAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"attribute:region=north", "attribute:region=north|south", "attribute:programme=donor club", "link:BILLING", "link:SOCIAL/mastodon"} {
		r, err := access.ParseRow(text)
		if err != nil || r.String() != text {
			t.Errorf("%q is read as %q: %v", text, r, err)
		}
	}
	for _, text := range []string{"", "region=north", "attribute:=north", "attribute:region", "attribute:region=", "attribute:region=a||b", "link:", "link:PROFILE", "link:BILLING/", "link:billing"} {
		if r, err := access.ParseRow(text); err == nil {
			t.Errorf("%q is read as %v", text, r)
		}
	}
}

func TestRowsMatch(t *testing.T) {
	c := &profiles.Customer{
		Attributes: []profiles.Attribute{{Key: "region", Text: "north"}},
		Links:      []profiles.Link{{Source: profiles.Billing, System: "crm"}, {Source: profiles.Support, System: "old", UndoneAt: time.Now()}},
	}
	for text, want := range map[string]bool{
		"attribute:region=north": true, "attribute:region=south|north": true, "attribute:region=south": false, "attribute:tier=north": false,
		"link:BILLING": true, "link:BILLING/crm": true, "link:BILLING/other": false, "link:SUPPORT": false,
	} {
		r, err := access.ParseRow(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := (access.Rows{r}).Match(c); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	if !(access.Rows)(nil).Match(c) {
		t.Error("without a rule there is a customer who does not match")
	}
}

// What one caller asked for is shared with those only who may see just as much.
func TestScopesOfSharing(t *testing.T) {
	base := access.Caller{Credential: "key:A", Audience: access.Frontend, Scopes: access.Scopes{"b", "a"}}
	same := base
	same.Credential, same.Scopes = "key:B", access.Scopes{"a", "b"}
	if base.Scope() != same.Scope() {
		t.Error("two credentials that may see the same do not share")
	}
	for name, change := range map[string]func(*access.Caller){
		"audience": func(c *access.Caller) { c.Audience = access.Partner }, "scopes": func(c *access.Caller) { c.Scopes = nil },
		"purpose": func(c *access.Caller) { c.Purpose = "x" }, "partner": func(c *access.Caller) { c.Partner = "p" },
		"rows": func(c *access.Caller) { c.Rows = access.Rows{{Attribute: "k", In: []string{"v"}}} },
	} {
		other := base
		change(&other)
		if base.Scope() == other.Scope() {
			t.Errorf("callers that differ in %s share", name)
		}
	}
}

func TestACallerIsThatOfTheContext(t *testing.T) {
	if access.From(context.Background()) != nil {
		t.Error("there is a caller that nobody found")
	}
	c := &access.Caller{Name: "x"}
	if access.From(access.With(context.Background(), c)) != c {
		t.Error("it is another one")
	}
}

// A rule finds a customer by an attribute as lists do: by what is stored, declared or not.
func TestRowsMatchWhatIsStored(t *testing.T) {
	rows, err := access.ParseRows([]string{"attribute:rate=1.50"})
	if err != nil {
		t.Fatal(err)
	}
	for want, a := range map[bool]profiles.Attribute{
		true:  {Key: "rate", Type: profiles.Number, Text: "1.5", Stored: "1.50", Undeclared: true},
		false: {Key: "rate", Type: profiles.Number, Text: "1.50", Stored: "1.500"},
	} {
		if got := rows.Match(&profiles.Customer{Attributes: []profiles.Attribute{a}}); got != want {
			t.Errorf("%+v: %t", a, got)
		}
	}
}
