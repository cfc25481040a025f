package customer

import (
	"testing"
	"time"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

func record(cut sources.Parts) []Result[*billing.Record] {
	r := &billing.Record{
		Account:       billing.Account{Balance: &billing.Money{Minor: 100, Currency: "EUR"}},
		Subscriptions: []*billing.Subscription{{Status: billing.Active, Price: &billing.Money{Minor: 1000, Currency: "EUR"}, Interval: "P1M"}},
		Charges:       []*billing.Charge{{Status: billing.Succeeded, ChargedAt: late}},
		Cut:           cut,
	}
	return []Result[*billing.Record]{{System: "a", Answer: sources.Answer[*billing.Record]{Value: r, AsOf: late, Truncated: true}}}
}

// A figure depends on the parts that it is made of, and on no other that happens to
// be asked for beside it.
func TestFiguresDependOnTheirOwnParts(t *testing.T) {
	for cut, want := range map[sources.Parts]bool{billing.PartCharges: true, billing.PartInvoices: true, billing.PartSubscriptions: false, 0: false} {
		b := JoinBilling("c1", record(cut))
		if got := b.MRR() != nil; got != want {
			t.Errorf("with %b cut, MRR is known: %t; want %t", cut, got, want)
		}
		if got := b.Whole(billing.PartCharges); got != (cut != billing.PartCharges && cut != 0) {
			t.Errorf("with %b cut, the charges are whole: %t", cut, got)
		}
	}
}

// The balance follows from accounts and the revenue from subscriptions, whatever else was
// asked for beside them; a currency in which there is nothing does not count beside others.
func TestOneCurrency(t *testing.T) {
	eur, usd := func(n int64) *billing.Money { return &billing.Money{Minor: n, Currency: "EUR"} }, func(n int64) *billing.Money { return &billing.Money{Minor: n, Currency: "USD"} }
	active := func(price *billing.Money) *billing.Subscription {
		return &billing.Subscription{Status: billing.Active, Price: price, Interval: "P1M"}
	}
	ended := &billing.Subscription{Status: billing.Canceled, Price: usd(500)}
	for name, test := range map[string]struct {
		balances      []*billing.Money
		subscriptions []*billing.Subscription
		balance, mrr  *billing.Money
		totals        int
	}{
		"one of each":                      {[]*billing.Money{eur(5)}, []*billing.Subscription{active(eur(10))}, eur(5), eur(10), 1},
		"the balance was not asked for":    {[]*billing.Money{nil}, []*billing.Subscription{active(eur(10))}, nil, eur(10), 1},
		"nothing owed in another currency": {[]*billing.Money{usd(0)}, []*billing.Subscription{active(eur(10))}, usd(0), eur(10), 2},
		"owed in another currency":         {[]*billing.Money{usd(5)}, []*billing.Subscription{active(eur(10))}, usd(5), eur(10), 2},
		"a subscription that ended":        {[]*billing.Money{eur(0)}, []*billing.Subscription{active(eur(10)), ended}, eur(0), eur(10), 2},
		"all have ended":                   {[]*billing.Money{eur(0)}, []*billing.Subscription{ended}, eur(0), usd(0), 2},
		"two currencies are paid in":       {[]*billing.Money{eur(1), usd(2)}, []*billing.Subscription{active(eur(10)), active(usd(10))}, nil, nil, 2},
		"one account owes nothing":         {[]*billing.Money{eur(1), usd(0)}, nil, eur(1), nil, 2},
		"a price is not known":             {[]*billing.Money{eur(1)}, []*billing.Subscription{active(eur(10)), active(nil)}, eur(1), nil, 1},
		"there is nothing":                 {[]*billing.Money{nil}, nil, nil, nil, 0},
	} {
		var results []Result[*billing.Record]
		for i, b := range test.balances {
			r := &billing.Record{Account: billing.Account{Balance: b}}
			if i == 0 {
				r.Subscriptions = test.subscriptions
			}
			results = append(results, Result[*billing.Record]{Answer: sources.Answer[*billing.Record]{Value: r, AsOf: late}})
		}
		b := JoinBilling("c1", results)
		if got := b.Balance(); !sameMoney(got, test.balance) {
			t.Errorf("%s: balance %v; want %v", name, got, test.balance)
		}
		if got := b.MRR(); !sameMoney(got, test.mrr) {
			t.Errorf("%s: MRR %v; want %v", name, got, test.mrr)
		}
		if got := b.Totals(); len(got) != test.totals {
			t.Errorf("%s: %d rows; want %d", name, len(got), test.totals)
		}
	}
}

func sameMoney(a, b *billing.Money) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// A ticket that was cut, since it is old, may have been solved yesterday: nobody can
// say since when such a timeline is complete.
func TestCompleteSince(t *testing.T) {
	c := &profiles.Customer{CreatedAt: early.AddDate(-5, 0, 0)}
	tickets := &support.Record{Cut: support.PartTickets, Tickets: []*support.Ticket{{Ref: sources.Ref{RecordID: "t"}, CreatedAt: early, SolvedAt: late}}}
	supported := Answers{Support: []Result[*support.Record]{{Answer: sources.Answer[*support.Record]{Value: tickets, Truncated: true}}}}
	stale := record(billing.PartInvoices)
	stale[0].Answer.Stale, stale[0].Answer.Cause = true, &sources.Error{Kind: sources.TimedOut}
	for name, test := range map[string]struct {
		answers Answers
		kinds   []InteractionKind
		want    time.Time
		missing int
	}{
		"a list was cut to nothing":        {Answers{Billing: record(billing.PartInvoices)}, []InteractionKind{InvoiceIssued}, time.Time{}, 1},
		"refunds of charges that were cut": {Answers{Billing: record(billing.PartCharges)}, []InteractionKind{Refund}, late, 1},
		"what is there is of before":       {Answers{Billing: stale}, []InteractionKind{PaymentReceived}, time.Time{}, 1},
		"nothing is missing":               {Answers{Billing: record(billing.PartCharges)}, []InteractionKind{SubscriptionStarted}, c.CreatedAt, 0},
		"charges were cut":                 {Answers{Billing: record(billing.PartCharges)}, []InteractionKind{PaymentReceived}, late, 1},
		"tickets were cut":                 {supported, []InteractionKind{TicketOpened}, early, 1},
		"tickets were cut, solved asked":   {supported, []InteractionKind{TicketOpened, TicketSolved}, time.Time{}, 1},
		"everything asked":                 {supported, nil, time.Time{}, 1},
	} {
		got := JoinTimeline(c, test.answers, test.kinds, nil)
		if !got.CompleteSince.Equal(test.want) || len(got.MissingSources) != test.missing {
			t.Errorf("%s: complete since %s, missing %v; want %s, %d", name, got.CompleteSince, got.MissingSources, test.want, test.missing)
		}
	}
}
