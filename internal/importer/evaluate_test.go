package importer

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// everything is a mapping that has every key.
const everything = `
version: 1
name: everything
functions: |
  def twice: . + .;
skip: .skip?
syncedAt: .exported?
attributes:
  - {key: tier, type: TEXT, value: .tier?}
  - {key: age, type: NUMBER, value: .age?}
  - {key: vip, type: BOOLEAN, value: .vip?}
  - {key: since, type: DATE, value: .since?}
profile:
  id: .id
  kind: .kind?
  name: .name?
  givenName: .given?
  familyName: .family?
  birthDate: .born?
  language: .language?
  timeZone: .zone?
  createdAt: .created?
  updatedAt: .updated?
  email: .email?
  phone: .phone?
  contactPoints:
    - each: .handles?
      channel: SOCIAL
      network: .network
      value: .handle
      isVerified: .verified?
    - channel: POST
      address:
        lines: .street?
        postalCode: .zip?
        locality: .town?
        country: .country?
  consents:
    - purpose: '"marketing"'
      channel: EMAIL
      status: '.optin? | oneof({"y": "GRANTED", "n": "DENIED"})'
      legalBasis: CONSENT
      givenAt: .optinAt?
  relations:
    - kind: SPOUSE
      name: .spouse?
links:
  - source: SUPPORT
    system: zendesk
    recordId: .zendesk?
    method: PROBABILISTIC
    confidence: .score?
billing:
  each: .accounts? // [$row]
  when: .account? != null
  id: .account
  url: .url?
  name: .accountName?
  balance: .balance?
  currency: .currency?
  isDelinquent: .late?
  createdAt: .opened?
  link: {evidence: '"account " + .account'}
  subscriptions:
    - each: .subscriptions?
      recordId: .id
      name: .name?
      status: .status?
      quantity: .quantity?
      price: .price?
      interval: .interval?
      startedAt: .started?
  invoices:
    - each: .invoices?
      recordId: .id
      status: PAID
      total: .total? | money($row.currency? // "EUR")
      issuedAt: .issued?
  charges:
    - each: .charges?
      recordId: .id
      status: SUCCEEDED
      amount: .amount?
      chargedAt: .at?
support:
  when: .contact? != null
  id: .contact
  link: false
  tickets:
    - each: .tickets?
      recordId: .id
      title: .title?
      status: .status?
      priority: .priority?
      tags: .tags?
      createdAt: .created?
      satisfaction: {rating: .rating?, scale: .scale?}
  messages:
    - each: .messages?
      recordId: .id
      direction: INBOUND
      automatic: .automatic?
      body: .body?
      sentAt: .sent?
social:
  when: .mastodon? != null
  id: .mastodon
  network: '"Mastodon"'
  followers: .followers?
  mentions:
    - each: .mentions?
      recordId: .id
      text: .text?
      sentiment: .sentiment?
      postedAt: .posted?
`

// evaluateJSON gives what a mapping makes of a row.
func evaluateJSON(t testing.TB, m *Mapping, text string) (*item, *rowError) {
	t.Helper()
	rows, err := newRowReader(strings.NewReader(strings.ReplaceAll(text, "\n", " ")), NDJSON, csvForm{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	one, err := rows.next()
	if err != nil || one.bad != nil {
		t.Fatal(err, one.bad)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := &run{Options: Options{Mapping: m, Now: now, AsOf: now}}
	return r.evaluate(one)
}

func TestEverything(t *testing.T) {
	it, bad := evaluateJSON(t, parse(t, everything), `{"id": " c1 ", "kind": "person", "name": "Ada Lovelace", "given": "Ada",
		"family": "Lovelace", "born": "1985-12-10", "language": "en-gb", "zone": "Europe/London", "created": "2026-01-01",
		"updated": 1767225600.5, "email": ["ADA@Example.com", "", "ada@work.example"], "phone": "+49 30 901820", "exported": "2026-02-01T10:00:00.1234+02:00",
		"handles": [{"network": "Mastodon", "handle": "@Ada@example.social", "verified": true}, {"network": "x", "handle": " "}],
		"street": ["St James's Square", null], "zip": 10115, "town": "London", "country": "gb", "optin": "y", "optinAt": "2026-01-31T09:30:00Z",
		"spouse": "William", "zendesk": 12345678901234567890, "score": 0.5, "tier": "GOLD", "age": 36.50, "vip": true, "since": "2026-01-31",
		"accounts": [{"account": "a1", "url": "https://billing.example/a1", "balance": "-12.5 eur", "currency": "eur", "late": "false", "opened": "2026-01-02T00:00:00Z",
			"subscriptions": [{"id": "s1", "name": "Basic", "status": "active", "quantity": "2", "price": {"amount": 29.90, "currency": "EUR"}, "interval": "P1M"}, {"id": "s1", "started": "2026-01-03"}],
			"invoices": [{"id": "i1", "total": 100.00, "issued": "2026-02-01"}], "charges": [{"id": "h1", "amount": "5 JPY", "at": "2026-02-02"}]}, {"account": null}],
		"contact": "k1", "tickets": [{"id": 7, "title": "Help", "status": "ON_HOLD", "priority": "high", "tags": ["a", "b"], "created": "2026-02-03", "rating": 4, "scale": 5}],
		"messages": [{"id": "m1", "automatic": true, "body": "Hello", "sent": "2026-02-04"}],
		"mastodon": "n1", "followers": 10, "mentions": [{"id": "p1", "text": "Nice", "sentiment": -0.0, "posted": "2026-02-05"}]}`)
	if bad != nil {
		t.Fatal(bad)
	}
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	yes, no, half, two, ten, zero := true, false, 0.5, 2, 10, 0.0
	synced := time.Date(2026, 2, 1, 8, 0, 0, 123e6, time.UTC)
	link := func(source profiles.SourceName, system, id string, l profiles.Link) profiles.Link {
		l.Source, l.System, l.RecordID, l.LinkedBy, l.LinkedAt = source, system, id, "import", now
		return l
	}
	want := &profiles.Customer{
		ID: "c1", Kind: profiles.Person, Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace", BirthDate: "1985-12-10",
		Language: "en-GB", TimeZone: "Europe/London", CreatedAt: day(1, 1), UpdatedAt: day(1, 1).Add(500 * time.Millisecond), SyncedAt: synced,
		ContactPoints: []profiles.ContactPoint{
			{Channel: profiles.Email, Value: "ada@example.com", IsPrimary: true},
			{Channel: profiles.Email, Value: "ada@work.example"},
			{Channel: profiles.Phone, Value: "+4930901820", IsPrimary: true},
			{Channel: profiles.SocialMedia, Network: "mastodon", Value: "ada@example.social", IsVerified: &yes},
			{Channel: profiles.Post, Address: &profiles.Address{Lines: []string{"St James's Square"}, PostalCode: "10115", Locality: "London", Country: "GB"}},
		},
		Attributes: []profiles.Attribute{{Key: "tier", Text: "GOLD"}, {Key: "age", Text: "36.5"}, {Key: "vip", Text: "true"}, {Key: "since", Text: "2026-01-31"}},
		Consents:   []profiles.Consent{{Purpose: "marketing", Channel: profiles.Email, Status: "GRANTED", LegalBasis: "CONSENT", GivenAt: time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)}},
		Relations:  []profiles.Relation{{Kind: "SPOUSE", Name: "William"}},
		Links: []profiles.Link{
			link(profiles.Support, "zendesk", "12345678901234567890", profiles.Link{Method: "PROBABILISTIC", Confidence: &half, Evidence: "everything"}),
			link(profiles.Billing, "documents", "a1", profiles.Link{Method: "DETERMINISTIC", Evidence: "account a1"}),
			link(profiles.Social, "documents", "n1", profiles.Link{Method: "DETERMINISTIC", Evidence: "everything"}),
		},
	}
	if diff := cmp.Diff(want, it.profile); diff != "" {
		t.Error(diff)
	}
	account := &billing.Record{}
	account.RecordID, account.URL, account.Balance, account.Currency, account.IsDelinquent, account.CreatedAt =
		"a1", "https://billing.example/a1", &billing.Money{Minor: -1250, Currency: "EUR"}, "EUR", &no, day(1, 2)
	account.Subscriptions = []*billing.Subscription{{Name: "Basic", Status: billing.Active, Quantity: &two,
		Price: &billing.Money{Minor: 2990, Currency: "EUR"}, Interval: "P1M", StartedAt: day(1, 3)}}
	account.Subscriptions[0].RecordID = "s1"
	account.Invoices = []*billing.Invoice{{Status: billing.Paid, Total: &billing.Money{Minor: 10000, Currency: "EUR"}, IssuedAt: day(2, 1)}}
	account.Invoices[0].RecordID = "i1"
	account.Charges = []*billing.Charge{{Status: billing.Succeeded, Amount: &billing.Money{Minor: 5, Currency: "JPY"}, ChargedAt: day(2, 2)}}
	account.Charges[0].RecordID = "h1"
	contact := &support.Record{}
	contact.RecordID = "k1"
	contact.Tickets = []*support.Ticket{{Title: "Help", Status: support.OnHold, Priority: "HIGH", Tags: []string{"a", "b"}, CreatedAt: day(2, 3),
		Satisfaction: &support.Rating{Rating: 4, Scale: 5}}}
	contact.Tickets[0].RecordID = "7"
	contact.Messages = []*support.Message{{Direction: support.Inbound, Automatic: true, Body: "Hello", SentAt: day(2, 4)}}
	contact.Messages[0].RecordID = "m1"
	network := &social.Record{}
	network.RecordID, network.Network, network.Followers = "n1", "mastodon", &ten
	network.Mentions = []*social.Mention{{Text: "Nice", SentimentValue: &zero, PostedAt: day(2, 5)}}
	network.Mentions[0].RecordID = "p1"
	var bodies []any
	for _, r := range it.records {
		bodies = append(bodies, r.body)
	}
	if diff := cmp.Diff([]any{account, contact, network}, bodies); diff != "" {
		t.Error(diff)
	}
}

// TestRowFaults: what a row can have that rejects it, and why it says that is.
func TestRowFaults(t *testing.T) {
	m := parse(t, everything)
	for row, want := range map[string]string{
		`{"x": 1}`:                                                                     "profile.id: it is missing",
		`{"id": "  "}`:                                                                 "profile.id: it is missing",
		`{"id": {"a": "Ada"}}`:                                                         `profile.id: expected a text; got {"a":"Ada"}`,
		`{"id": "a\tb"}`:                                                               `profile.id: expected a key of at most 512 bytes, without control characters; got "a\tb"`,
		`{"id": "a\u0000"}`:                                                            `profile.id: expected a text without zero bytes; got "a\u0000"`,
		`{"id": "c", "skip": 1}`:                                                       "skip: expected true or false; got 1",
		`{"id": "c", "exported": "yesterday"}`:                                         `syncedAt: expected a time as 2026-01-31T09:30:00Z, a date, or seconds since 1970: time("%d.%m.%Y %H:%M") reads other forms; got "yesterday"`,
		`{"id": "c", "kind": "dog"}`:                                                   `profile.kind: expected one of PERSON, ORGANIZATION, OTHER; got "dog"`,
		`{"id": "c", "name": ["Ada"]}`:                                                 `profile.name: expected a text; got ["Ada"]`,
		`{"id": "c", "name": true}`:                                                    `profile.name: expected a text; got true`,
		`{"id": "c", "born": "10.12.1815"}`:                                            `profile.birthDate: expected a date as YYYY-MM-DD; got "10.12.1815"`,
		`{"id": "c", "born": "2026-02-31"}`:                                            `profile.birthDate: expected a date as YYYY-MM-DD; got "2026-02-31"`,
		`{"id": "c", "language": "klingonish"}`:                                        `profile.language: expected a language, as de or pt-BR; got "klingonish"`,
		`{"id": "c", "zone": "Local"}`:                                                 `profile.timeZone: expected a time zone, as Europe/Berlin; got "Local"`,
		`{"id": "c", "created": "0000-01-01"}`:                                         `profile.createdAt: expected a time of the years 1 to 9999; got "0000-01-01"`,
		`{"id": "c", "created": 1e300}`:                                                `profile.createdAt: expected a time, or seconds since 1970: divide milliseconds by 1000; got 1e300`,
		`{"id": "c", "email": "ada"}`:                                                  `profile.email: an e-mail address is expected, as name@example.com; got "ada"`,
		`{"id": "c", "email": ["a@b.example", 1]}`:                                     `profile.email: an e-mail address is expected, as name@example.com; got ["a@b.example",1]`,
		`{"id": "c", "phone": "030 901820"}`:                                           `profile.phone: a phone number in international form is expected, as +49 30 901820; got "030 901820"`,
		`{"id": "c", "handles": [{"network": "a b", "handle": "x"}]}`:                  `profile.contactPoints[0].network: expected a network's name without spaces, as mastodon; got "a b"`,
		`{"id": "c", "handles": [{"network": "a", "handle": "x y"}]}`:                  `profile.contactPoints[0]: a network and a handle without spaces are expected, as mastodon and name@example.social`,
		`{"id": "c", "handles": "x"}`:                                                  "profile.contactPoints[0].value: the expression fails; expected an object but got: string (\"x\")",
		`{"id": "c", "country": "XX"}`:                                                 `profile.contactPoints[1].address.country: expected a country's code of two letters, as DE; got "XX"`,
		`{"id": "c", "optin": "maybe"}`:                                                "profile.consents[0].status: expected a word of the table",
		`{"id": "c", "age": "old"}`:                                                    `attributes.age: expected a decimal number, as 29.85; got "old"`,
		`{"id": "c", "age": [1]}`:                                                      `attributes.age: expected a decimal number, as 29.85; got [1]`,
		`{"id": "c", "vip": "Yes"}`:                                                    `attributes.vip: expected true or false; got "Yes"`,
		`{"id": "c", "since": "31.01.2026"}`:                                           `attributes.since: expected a date as YYYY-MM-DD; got "31.01.2026"`,
		`{"id": "c", "tier": {"a": 1}}`:                                                `attributes.tier: expected a text; got {"a":1}`,
		`{"id": "c", "zendesk": 1, "score": 1.5}`:                                      "links[0].confidence: expected a number from 0 to 1; got 1.5",
		`{"id": "c", "accounts": [{"account": " "}]}`:                                  "billing.id: it is missing",
		`{"id": "c", "account": "a", "url": "billing.example"}`:                        `billing.url: expected an absolute URL, as https://example.com/x; got "billing.example"`,
		`{"id": "c", "account": "a", "balance": 12.5}`:                                 `billing.balance: expected money as "1234.50 EUR": add | money("EUR"); got 12.5`,
		`{"id": "c", "account": "a", "balance": "12.5"}`:                               `billing.balance: expected money as "1234.50 EUR": add | money("EUR"); got "12.5"`,
		`{"id": "c", "account": "a", "balance": "12.555 EUR"}`:                         `billing.balance: the amount has more than the 2 decimal places that the currency has; got "12.555 EUR"`,
		`{"id": "c", "account": "a", "balance": "12 XXL"}`:                             `billing.balance: the currency is not one of ISO 4217; got "12 XXL"`,
		`{"id": "c", "account": "a", "currency": "Euro"}`:                              `billing.currency: expected a currency of ISO 4217, as EUR; got "Euro"`,
		`{"id": "c", "account": "a", "late": "no"}`:                                    `billing.isDelinquent: expected true or false: yesno reads other words; got "no"`,
		`{"id": "c", "account": "a", "subscriptions": [{"name": "x"}]}`:                "billing.subscriptions[0].recordId: it is missing",
		`{"id": "c", "account": "a", "subscriptions": [{"id": 1, "status": "alive"}]}`: `billing.subscriptions[0].status: expected one of INCOMPLETE, INCOMPLETE_EXPIRED, TRIALING, ACTIVE, PAST_DUE, CANCELED, UNPAID, PAUSED, OTHER; got "alive"`,
		`{"id": "c", "account": "a", "subscriptions": [{"id": 1, "quantity": 1.5}]}`:   "billing.subscriptions[0].quantity: expected a whole number from 0 to 2147483647; got 1.5",
		`{"id": "c", "account": "a", "subscriptions": [{"id": 1, "interval": "1M"}]}`:  `billing.subscriptions[0].interval: expected a length of time, as P1M; got "1M"`,
		`{"id": "c", "account": "a", "invoices": [{"id": 1}]}`:                         "billing.invoices[0].issuedAt: it is missing",
		`{"id": "c", "account": "a", "invoices": [{"id": 1, "total": 0.001, "issued": "2026-01-01"}]}`:          "billing.invoices[0].total: the amount has more than the 2 decimal places that the currency has",
		`{"id": "c", "account": "a", "invoices": [{"id": 1, "total": "x", "issued": "2026-01-01"}]}`:            "billing.invoices[0].total: the amount is not a decimal number",
		`{"id": "c", "contact": "k", "tickets": [{"id": 1, "created": "2026-01-01", "rating": 6, "scale": 5}]}`: "support.tickets[0].satisfaction: expected a rating from 1 to scale, and a scale of at least 2",
		`{"id": "c", "contact": "k", "tickets": [{"id": 1, "created": "2026-01-01", "rating": 4}]}`:             "support.tickets[0].satisfaction.scale: it is missing",
		`{"id": "c", "mastodon": "n", "mentions": [{"id": 1, "posted": "2026-01-01", "sentiment": "good"}]}`:    `social.mentions[0].sentiment: expected a number from -1 to 1; got "good"`,
	} {
		it, bad := evaluateJSON(t, m, row)
		if bad == nil {
			t.Errorf("%s: got %+v; want %q", row, it, want)
			continue
		}
		if bad.Error() != want {
			t.Errorf("%s:\n got %s\nwant %s", row, bad, want)
		}
	}
}

// TestProblemsHoldNoValues: what is shown on a console must not be personal.
func TestProblemsHoldNoValues(t *testing.T) {
	m := parse(t, everything)
	for _, row := range []string{
		`{"id": {"a": "s3cret"}}`, `{"id": "c", "email": "s3cret"}`, `{"id": "c", "age": "s3cret"}`, `{"id": "c", "handles": "s3cret"}`,
		`{"id": "c", "optin": "s3cret"}`, `{"id": "c", "account": "a", "balance": "s3cret EUR"}`, `{"id": "c", "account": "a", "invoices": [{"id": 1, "total": "s3cret", "issued": "2026-01-01"}]}`,
	} {
		_, bad := evaluateJSON(t, m, row)
		if bad == nil {
			t.Errorf("%s is fine", row)
			continue
		}
		tally := tally{}
		tally.add(1, bad)
		if text := tally.problems()[0].Text; strings.Contains(text, "s3cret") {
			t.Errorf("%s: %s", row, text)
		}
	}
}

// TestExpressions is about what expressions may do with a row.
func TestExpressions(t *testing.T) {
	for expression, want := range map[string]string{
		".a, .b":                   "profile.name: the expression gives several values where one is expected: put it in [ ] or use first(…)",
		"[.a, .b] | first":         "x",
		"empty":                    "",
		"null":                     "",
		`"  "`:                     "",
		`error("no " + .a)`:        "profile.name: the expression fails; no x",
		".a | tonumber":            `profile.name: the expression fails; tonumber cannot be applied to "x": invalid number`,
		"$row.a":                   "x",
		`"x" * 1000000000`:         "profile.name: the expression takes too long or produces too much",
		"def f: f; f":              "profile.name: the expression takes too long or produces too much",
		"repeat(1)":                "profile.name: the expression gives more than 10000 values",
		`"X"`:                      "X",
		"ABC_1":                    "ABC_1",
		".a | blank":               "x",
		".space | blank":           "",
		".n | blank":               "1.50",
		".yes | yesno | tostring":  "true",
		".zero | yesno | tostring": "false",
		".space | yesno":           "",
		".a | yesno":               "profile.name: expected yes or no",
		`"1234.50" | number`:       "1234.5",
		`"1,234.50" | number`:      "1234.5",
		`"1.234,50" | number(",")`: "1234.5",
		`"-1 234" | number`:        "-1234",
		`"12,34" | number`:         "profile.name: expected a number, as 1234.50",
		`"1,23,456" | number`:      "profile.name: expected a number, as 1234.50",
		`"1e5" | number`:           "profile.name: expected a number, as 1234.50",
		`"0.1" | number + 0.2 | . < 1 | tostring`: "true",
		"null | number":                               "",
		".n | number":                                 "1.50",
		"[] | number":                                 "profile.name: expected a number",
		`1 | number(";")`:                             `profile.name: number takes the decimal sign, "." or ","`,
		`"29.850" | money("USD")`:                     "29.85 USD",
		`29.85 * 12 | money("USD")`:                   "profile.name: the amount has more than the 2 decimal places that the currency has",
		`"" | money("USD")`:                           "",
		`"5" | money("JPY")`:                          "5 JPY",
		`{} | money("USD")`:                           "profile.name: expected an amount of money, as 1234.50",
		`.a | oneof({"x": "found"})`:                  "found",
		`1 | oneof({"1": "found"})`:                   "found",
		`.a | oneof({"y": "found"})`:                  "profile.name: expected a word of the table",
		`.a | oneof("x")`:                             `profile.name: oneof takes an object, as {"M": "monthly"}`,
		`"31.01.2026" | date("%d.%m.%Y")`:             "2026-01-31",
		`"1.2.26" | date("%d.%m.%y")`:                 "2026-02-01",
		`"31.02.2026" | date("%d.%m.%Y")`:             "profile.name: expected a date as %d.%m.%Y: this day does not exist",
		`"31/01/2026" | date("%d.%m.%Y")`:             "profile.name: expected a date as %d.%m.%Y: the text has another form",
		`20260131 | date("%Y%m%d")`:                   "2026-01-31",
		`" " | date("%d.%m.%Y")`:                      "",
		`"31 jan 2026" | date("%d %b %Y")`:            "2026-01-31",
		`"31.01.2026 09:30" | time("%d.%m.%Y %H:%M")`: "2026-01-31T09:30:00Z",
		`"31.07.2026 09:30" | time("%d.%m.%Y %H:%M"; "Europe/Berlin")`: "2026-07-31T07:30:00Z",
		`"31.07.2026 09:30" | time("%d.%m.%Y %H:%M"; "Moon")`:          "profile.name: expected a time zone, as Europe/Berlin",
		`"2026-01-31T09:30:00+0200" | time("%Y-%m-%dT%H:%M:%S%z")`:     "2026-01-31T07:30:00Z",
	} {
		m, err := ParseMapping("test.yaml", []byte("version: 1\nprofile:\n  id: '\"c\"'\n  name: '"+strings.ReplaceAll(expression, "'", "''")+"'\n"))
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		it, bad := evaluateJSON(t, m, `{"a": "x", "b": "y", "n": 1.50, "yes": "Yes", "zero": 0, "space": " "}`)
		var got string
		if bad != nil {
			got = bad.Error()
		} else {
			got = it.profile.Name
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", expression, got, want)
		}
	}
}

// TestLeftOut: a value that cannot be read leaves itself out where the mapping asks for
// that, and the row is loaded; everywhere else it rejects the row.
func TestLeftOut(t *testing.T) {
	w := newWorld(t)
	m := parse(t, `
version: 1
attributes:
  - {key: birthday, type: TEXT, value: '(.born | date("%d.%m.%Y"))? // (.born | date("%d.%m."))'}
profile:
  id: '[.name, .city] | hash'
  name: .name
  birthDate: '(.born | date("%d.%m.%Y"))? // (.born | date("%d.%m."))'
  email: .email | email
  phone: .phone | phone("DE")
  contactPoints:
    - channel: POST
      address: {locality: .city, country: .country | country}
`)
	input := strings.Join([]string{"name,city,born,email,phone,country",
		"Ada,Berlin,15.03.1985,ada@example.com,030 901820,de",
		"ada ,BERLIN,,,,", // the same customer
		"Bob,Bonn,15.03.,bob(at)example.com,12,Deutschland",
		"Cyd,Köln,15.03.2985,cyd@example.com,+49 30 901820,",
		"Dan,Ulm,,,0049 30 901821,DE",
		",,,x@example.com,,",
	}, "\n")
	s, err := Run(w.ctx, w.spine(), w.store.Store, Options{Mapping: m, Format: CSV, Input: strings.NewReader(input), Rejects: w})
	if err != nil {
		t.Fatal(err)
	}
	if s.Loaded != 4 || s.Rejected != 2 || s.Collections[0].New != 3 {
		t.Errorf("%+v", s)
	}
	want := []Problem{
		{"profile.birthDate: a birthday without a year is not a date of birth: keep it in an attribute of the type TEXT", 1, 4},
		{"profile.contactPoints[0].address.country: expected a country's code of two letters, as DE", 1, 4},
		{"profile.email: an e-mail address is expected, as name@example.com", 1, 4},
		{"profile.phone: a phone number is expected, as +49 30 901820 or as it is written in its country", 1, 4},
	}
	if diff := cmp.Diff(want, s.LeftOut); diff != "" {
		t.Error(diff)
	}
	for _, p := range s.Problems {
		if !strings.HasPrefix(p.Text, "profile.birthDate: expected a date of birth that is not in the future") && p.Text != "profile.id: it is missing" {
			t.Error(p.Text)
		}
	}
	var b strings.Builder
	if err := s.Write(&b); err != nil || !strings.Contains(b.String(), "Left out of loaded rows:\n  1 × profile.birthDate") {
		t.Errorf("%v in\n%s", err, b.String())
	}
}
