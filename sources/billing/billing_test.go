package billing

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"github.com/bojanz/currency"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"
)

func TestParseMoney(t *testing.T) {
	for _, test := range []struct {
		amount, code string
		want         Money
		ok           bool
	}{
		{"12.50", "EUR", Money{1250, "EUR"}, true},
		{"12.5", "eur", Money{1250, "EUR"}, true},
		{"-0.01", "USD", Money{-1, "USD"}, true},
		{"120", "JPY", Money{120, "JPY"}, true},
		{"1.234", "KWD", Money{1234, "KWD"}, true},
		{"1.5", "JPY", Money{}, false},
		{"0.001", "EUR", Money{}, false},
		{"1", "XXZ", Money{}, false},
		{"many", "EUR", Money{}, false},
		{"", "EUR", Money{}, false},
		{"99999999999999999999", "EUR", Money{}, false},
	} {
		got, err := ParseMoney(test.amount, test.code)
		if got != test.want || (err == nil) != test.ok {
			t.Errorf("%s %s: %v, %v", test.amount, test.code, got, err)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	f.Add("12.50", "EUR")
	f.Add("1e5", "JPY")
	f.Fuzz(func(t *testing.T, amount, code string) {
		m, err := ParseMoney(amount, code)
		if err != nil {
			return
		}
		if back, err := ParseMoney(m.Amount(), m.Currency); err != nil || back != m {
			t.Errorf("%q %q is %v, and read again %v, %v", amount, code, m, back, err)
		}
	})
}

// What companies land: our own text, objects with any kind of number.
func TestMoneyIsReadInEveryForm(t *testing.T) {
	d128, err := bson.ParseDecimal128("12.50")
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{
		"text":       "12.50 EUR",
		"string":     bson.D{{Key: "amount", Value: "12.50"}, {Key: "currency", Value: "EUR"}},
		"double":     bson.D{{Key: "amount", Value: 12.5}, {Key: "currency", Value: "EUR"}},
		"decimal128": bson.D{{Key: "amount", Value: d128}, {Key: "currency", Value: "EUR"}},
	} {
		data, err := bson.Marshal(bson.D{{Key: "m", Value: v}})
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ M Money }
		if err := bson.Unmarshal(data, &got); err != nil || got.M != (Money{1250, "EUR"}) {
			t.Errorf("%s: %v, %v", name, got.M, err)
		}
	}
	for _, bad := range []any{"12.50", "12.505 EUR", 12.5, bson.D{{Key: "amount", Value: math.NaN()}, {Key: "currency", Value: "EUR"}}, bson.D{{Key: "amount", Value: 1}}} {
		data, err := bson.Marshal(bson.D{{Key: "m", Value: bad}})
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ M Money }
		if err := bson.Unmarshal(data, &got); err == nil {
			t.Errorf("%v was read as %v", bad, got.M)
		}
	}
	var m Money
	if err := json.Unmarshal([]byte(`{"amount": "7.00", "currency": "USD"}`), &m); err != nil || m != (Money{700, "USD"}) {
		t.Errorf("JSON object: %v, %v", m, err)
	}
}

func TestMoneyAdd(t *testing.T) {
	if _, ok := (Money{1, "EUR"}).Add(Money{1, "USD"}); ok {
		t.Error("currencies were added up")
	}
	if _, ok := (Money{math.MaxInt64, "EUR"}).Add(Money{1, "EUR"}); ok {
		t.Error("a sum beyond the largest amount was told")
	}
	if got, ok := (Money{1, "EUR"}).Add(Money{0, "EUR"}); !ok || got.Minor != 1 {
		t.Errorf("1 + 0 is %v, %t", got, ok)
	}
	if got, ok := (Money{1, "EUR"}).Add(Money{-3, "EUR"}); !ok || got.Minor != -2 {
		t.Errorf("1 - 3 is %v, %t", got, ok)
	}
}

func TestMonthlyRevenue(t *testing.T) {
	n := func(i int) *int { return &i }
	eur := func(minor int64) *Money { return &Money{minor, "EUR"} }
	for name, test := range map[string]struct {
		s    Subscription
		want *Money
	}{
		"monthly":                 {Subscription{Status: Active, Price: eur(1000), Interval: "P1M"}, eur(1000)},
		"yearly":                  {Subscription{Status: Active, Price: eur(12000), Interval: "P1Y"}, eur(1000)},
		"yearly, rounded half up": {Subscription{Status: Active, Price: eur(18), Interval: "P1Y"}, eur(2)},
		"quarterly":               {Subscription{Status: PastDue, Price: eur(3000), Interval: "P3M"}, eur(1000)},
		"weekly":                  {Subscription{Status: Active, Price: eur(500), Interval: "P1W"}, eur(2173)},
		"three of it":             {Subscription{Status: Unpaid, Price: eur(1000), Interval: "P1M", Quantity: n(3)}, eur(3000)},
		"told by the system":      {Subscription{Status: Active, MRR: eur(777), Price: eur(1000), Interval: "P1M"}, eur(777)},
		"in trial":                {Subscription{Status: Trialing, Price: eur(1000), Interval: "P1M"}, eur(0)},
		"paused":                  {Subscription{Status: Paused, Price: eur(1000), Interval: "P1M"}, eur(0)},
		"ended":                   {Subscription{Status: Canceled, MRR: eur(1000)}, eur(0)},
		"no price":                {Subscription{Status: Active, Interval: "P1M"}, nil},
		"no interval":             {Subscription{Status: Active, Price: eur(1000)}, nil},
		"nonsense":                {Subscription{Status: Active, Price: eur(1000), Interval: "monthly"}, nil},
		"no time at all":          {Subscription{Status: Active, Price: eur(1000), Interval: "P0M"}, nil},
		"a status of theirs":      {Subscription{Status: OtherSubscriptionStatus, Price: eur(1000), Interval: "P1M"}, nil},
	} {
		got := test.s.MonthlyRevenue()
		if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: %v; want %v", name, got, test.want)
		}
	}
}

// Common intervals take a short way: it leads to where the rule does.
func TestShortWayOfMonthlyRevenue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := Money{rapid.Int64Range(-1<<31, 1<<31).Draw(t, "price"), "EUR"}
		quantity := rapid.IntRange(-5, 5000).Draw(t, "quantity")
		interval := rapid.StringMatching(`P[0-9]{1,3}[MY]`).Draw(t, "interval")
		got, ok := (&Subscription{Status: Active, Price: &price, Quantity: &quantity, Interval: interval}).Monthly()
		months, some := IntervalMonths(interval)
		if ok != some {
			t.Fatalf("%s: %t; want %t", interval, ok, some)
		}
		if !ok {
			return
		}
		r := new(big.Rat).SetInt64(price.Minor * int64(quantity))
		r.Quo(r, months).Add(r, big.NewRat(1, 2))
		if want := new(big.Int).Div(r.Num(), r.Denom()).Int64(); got != (Money{want, "EUR"}) {
			t.Fatalf("%d of %d at %s is %d; want %d", quantity, price.Minor, interval, got.Minor, want)
		}
	})
}

// An amount is written as the library for currencies writes it.
func TestAmountsAreWrittenAsTheLibraryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64().Draw(t, "minor"), rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF", "XXZ", ""}).Draw(t, "currency")}
		want := ""
		if a, err := currency.NewAmountFromInt64(m.Minor, m.Currency); err == nil {
			want = a.Number()
		}
		if got := m.Amount(); got != want {
			t.Fatalf("%d %s is written %q; want %q", m.Minor, m.Currency, got, want)
		}
	})
}
