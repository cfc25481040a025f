package rest_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/rest"
	common "customer360/sources/rest"
	"customer360/sources/rest/resttest"
	"customer360/sources/sourcetest"
)

var known = []string{"first-key", "second-key", "third-key"}

func items() map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for _, key := range known {
		all["accounts"] = append(all["accounts"], map[string]any{"owner": key, "title": "Somebody", "saldo": 12.5, "cur": "eur",
			"plans": []any{map[string]any{"no": "s-1", "state": "active", "cents": 990, "every": "P1M"}}})
		all["invoices"] = append(all["invoices"], map[string]any{"owner": key, "no": 7, "state": "paid", "on": "2026-01-31", "total": "12.50"})
		all["charges"] = append(all["charges"], map[string]any{"owner": key, "no": "c-1", "state": "odd", "at": 1769851800, "total": 12})
	}
	return all
}

func settings(url string, change func(c *rest.Config)) rest.Config {
	c := rest.Config{
		Connection: common.Connection{Name: "billing/ledger", URL: url, Headers: resttest.Headers()},
		Record: &common.Request{
			Path: "/accounts", Items: ".data[]", Key: ".owner",
			Batch:  common.Batch{By: "repeat", Parameter: "id"},
			Paging: common.Paging{By: "next", Next: ".next"},
			Fields: map[string]string{"name": ".title", "balance": "{amount: .saldo, currency: .cur}", "currency": ".cur",
				"url": `"https://ledger.example.com/accounts/" + ($id | @uri)`},
		},
		Subscriptions: &common.Request{
			From: "record", Items: ".plans[]",
			Fields: map[string]string{"recordId": ".no", "status": ".state", "price": `.cents | minor("EUR")`, "interval": ".every"},
		},
		Invoices: &common.Request{
			Path: "/invoices?sort=-on", Items: ".data[]", Key: ".owner",
			Batch:  common.Batch{By: "repeat", Parameter: "id"},
			Paging: common.Paging{By: "link"},
			Fields: map[string]string{"recordId": ".no", "status": ".state", "issuedAt": ".on", "total": `.total | money("EUR")`},
		},
		Charges: &common.Request{
			Path: "/charges", Items: ".data[]", Key: ".owner",
			Batch:  common.Batch{By: "repeat", Parameter: "id"},
			Paging: common.Paging{By: "next", Next: ".next"},
			Fields: map[string]string{"recordId": ".no", "status": ".state", "chargedAt": ".at", "amount": `.total | money("EUR")`},
		},
	}
	if change != nil {
		change(&c)
	}
	return c
}

// Ways to send keys, all of which must keep the contract.
var ways = map[string]func(c *rest.Config){
	"repeat": nil,
	"comma": func(c *rest.Config) {
		for _, r := range []*common.Request{c.Record, c.Invoices, c.Charges} {
			r.Batch = common.Batch{By: "comma", Parameter: "ids", Size: 2}
			r.Paging = common.Paging{By: "page", Parameter: "page", More: ".page < .pages"}
		}
	},
	"body": func(c *rest.Config) {
		for _, r := range []*common.Request{c.Record, c.Invoices, c.Charges} {
			r.Batch = common.Batch{By: "body", Body: "{ids: $ids, page: $page}"}
			r.Paging = common.Paging{By: "page"}
		}
	},
	"each": func(c *rest.Config) {
		for _, r := range []*common.Request{c.Record, c.Invoices, c.Charges} {
			r.Path = strings.Replace(r.Path+"/{id}", "?sort=-on/{id}", "/{id}?sort=-on", 1)
			r.Batch, r.Paging, r.Key = common.Batch{}, common.Paging{}, ""
		}
	},
}

func holds(r *billing.Record) sources.Parts {
	var held sources.Parts
	if r.Name == "Somebody" && *r.Balance == (billing.Money{Minor: 1250, Currency: "EUR"}) && r.Currency == "EUR" {
		held = billing.PartAccount
	}
	if len(r.Subscriptions) == 1 && r.Subscriptions[0].Price.Minor == 990 && r.Subscriptions[0].Status == billing.Active {
		held |= billing.PartSubscriptions
	}
	if len(r.Invoices) == 1 && r.Invoices[0].RecordID == "7" && r.Invoices[0].Total.Minor == 1250 && r.Invoices[0].Status == billing.Paid {
		held |= billing.PartInvoices
	}
	if len(r.Charges) == 1 && r.Charges[0].Amount.Minor == 1200 && r.Charges[0].RawStatus == "odd" {
		held |= billing.PartCharges
	}
	return held
}

func open(t *testing.T, c rest.Config) billing.Source {
	t.Helper()
	s, err := rest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(io.Closer).Close() })
	return s
}

func TestContract(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*billing.Record] {
				server := resttest.New(t, items())
				secrets := []string{resttest.Secret}
				return sourcetest.Fixture[*billing.Record]{
					Source: open(t, settings(server.URL, way)), Known: known, Unknown: "other-key",
					Parts: []sources.Parts{billing.PartAccount, billing.PartSubscriptions, billing.PartInvoices, billing.PartCharges},
					Holds: holds,
					Calls: func() int { return len(server.Calls()) },
					Failures: []sourcetest.Failure{
						{Kind: sources.Unauthorized, Arm: func() { server.Fail(401) }, Secrets: secrets},
						{Kind: sources.RateLimited, Arm: func() { server.Fail(429) }, Secrets: secrets},
						{Kind: sources.Unavailable, Arm: func() { server.Fail(500) }, Secrets: secrets},
						{Kind: sources.Malformed, Arm: func() { server.Fail(400) }, Secrets: secrets},
						{Kind: sources.Malformed, Arm: func() { server.Text("<html>first-key") }, Secrets: secrets},
						{Kind: sources.Malformed, Arm: func() { server.Text(`{"data": "first-key"}`) }, Secrets: secrets},
						{Kind: sources.Malformed, Arm: func() { server.Text(`{"data": [{"owner": {"first-key": 1}}]}`) }, Secrets: secrets},
						{Kind: sources.TimedOut, Arm: server.Hang, Secrets: secrets},
					},
					Break: func(key string) { server.Change("invoices", key, "total", key) },
					Odd: func(t *testing.T) sourcetest.Oddity[*billing.Record] {
						address, change := sourcetest.Between(t, server.URL)
						return sourcetest.Oddity[*billing.Record]{Source: open(t, settings(address, way)), Change: change}
					},
				}
			})
		})
	}
}

func TestCallsFollowWhatIsWanted(t *testing.T) {
	for _, test := range []struct {
		way   string
		want  sources.Parts
		calls []string
	}{
		{"repeat", billing.PartAccount, []string{"GET /accounts?id=first-key&id=second-key"}},
		{"repeat", billing.PartSubscriptions, []string{"GET /accounts?id=first-key&id=second-key"}},
		{"repeat", billing.PartInvoices, []string{"GET /accounts?id=first-key&id=second-key", "GET /invoices?id=first-key&id=second-key&sort=-on"}},
		{"comma", billing.PartInvoices, []string{"GET /accounts?ids=first-key%2Csecond-key&page=1", "GET /invoices?ids=first-key%2Csecond-key&page=1&sort=-on"}},
		{"body", billing.PartAccount, []string{"POST /accounts"}},
		{"body", billing.PartCharges, []string{"POST /accounts", "POST /charges", "POST /charges"}},
		{"each", billing.PartCharges, []string{"GET /accounts/first-key", "GET /accounts/second-key", "GET /charges/first-key", "GET /charges/second-key"}},
		{"repeat", billing.AllParts, []string{"GET /accounts?id=first-key&id=second-key", "GET /charges?id=first-key&id=second-key", "GET /invoices?id=first-key&id=second-key&sort=-on"}},
	} {
		server := resttest.New(t, items())
		s := open(t, settings(server.URL, ways[test.way]))
		if _, err := s.Fetch(context.Background(), known[:2], test.want); err != nil {
			t.Fatal(err)
		}
		calls := server.Calls()
		slices.Sort(calls)
		if !slices.Equal(calls, test.calls) {
			t.Errorf("%s, parts %b:\n%s\nwant\n%s", test.way, test.want, strings.Join(calls, "\n"), strings.Join(test.calls, "\n"))
		}
	}
}

func TestOneEndpointFails(t *testing.T) {
	server := resttest.New(t, items())
	c := settings(server.URL, nil)
	c.Charges.Path = "/charges/down"
	c.Charges.Batch.Size = 1
	s := open(t, c)
	answers, err := s.Fetch(context.Background(), append([]string{"other-key"}, known...), billing.AllParts)
	var e *sources.Error
	if !errors.As(err, &e) || e.Kind != sources.Malformed {
		t.Fatal(err)
	}
	// Known not to be there, whatever else failed.
	if len(answers) != 1 || !answers["other-key"].Missing {
		t.Errorf("%v", answers)
	}
}

func TestMoneyIsExact(t *testing.T) {
	big := strings.Repeat("9", 40)
	for name, test := range map[string]struct {
		item, expression, want string
	}{
		"object":             {`{"a": 12.50}`, `{amount: .a, currency: "EUR"}`, "12.50 EUR"},
		"large":              {`{"a": 90071992547409.93}`, `{amount: .a, currency: "EUR"}`, "90071992547409.93 EUR"},
		"text":               {`{"a": "12.50"}`, `.a + " EUR"`, "12.50 EUR"},
		"money of a number":  {`{"a": 90071992547409.93}`, `.a | money("EUR")`, "90071992547409.93 EUR"},
		"money of an int":    {`{"a": 5}`, `.a | money("JPY")`, "5 JPY"},
		"money of nothing":   {`{"a": null}`, `.a | money("JPY")`, ""},
		"money of a blank":   {`{"a": " "}`, `.a | money("JPY")`, ""},
		"minor units":        {`{"a": 9007199254740993}`, `.a | minor("EUR")`, "90071992547409.93 EUR"},
		"minor units, text":  {`{"a": "1250"}`, `.a | minor("KWD")`, "1.250 KWD"},
		"divided":            {`{"a": 1250}`, `.a / 100 | money("EUR")`, "12.50 EUR"},
		"no amount":          {`{"a": null}`, `{amount: .a, currency: "EUR"}`, ""},
		"no currency":        {`{"a": 1}`, `{amount: .a, currency: .c}`, "fault"},
		"no currency, text":  {`{"a": "1"}`, `.a`, "fault"},
		"too fine":           {`{"a": 0.1}`, `.a + 0.2 | money("EUR")`, "fault"},
		"not a whole number": {`{"a": 1.5}`, `.a | minor("EUR")`, "fault"},
		"huge":               {`{"a": ` + big + `}`, `.a | money("EUR")`, "fault"},
		"huge exponent":      {`{"a": 1e999999999}`, `.a | money("EUR")`, "fault"},
		"huge in an object":  {`{"a": 1e999999999}`, `{amount: .a, currency: "EUR"}`, "fault"},
		"huge in a text":     {`{"a": "1e999999999"}`, `.a + " EUR"`, "fault"},
		"tiny in a text":     {`{"a": "1e-999999999"}`, `.a | money("EUR")`, "fault"},
		"a list":             {`{"a": []}`, `.a`, "fault"},
		"true":               {`{"a": true}`, `.a | money("EUR")`, "fault"},
	} {
		t.Run(name, func(t *testing.T) {
			server := resttest.New(t, nil)
			server.Text(test.item)
			c := settings(server.URL, func(c *rest.Config) {
				*c = rest.Config{Connection: c.Connection, Record: &common.Request{Path: "/a/{id}", Fields: map[string]string{"balance": test.expression}}}
			})
			answers, err := open(t, c).Fetch(t.Context(), []string{"k"}, billing.PartAccount)
			got := ""
			var fault *common.MappingError
			if errors.As(err, &fault) {
				got = "fault"
				if strings.Contains(err.Error(), "1.5") || strings.Contains(err.Error(), "999") {
					t.Errorf("the error tells the value: %v", err)
				}
			} else if err != nil {
				t.Fatal(err)
			} else if b := answers["k"].Value.Balance; b != nil {
				got = b.String()
			}
			if got != test.want {
				t.Errorf("%q; want %q (%v)", got, test.want, err)
			}
		})
	}
}
