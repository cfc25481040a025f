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
	return []Result[*billing.Record]{{Link: link("a"), Answer: sources.Answer[*billing.Record]{Value: r, AsOf: late, Truncated: true}}}
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

// A ticket that was cut, since it is old, may have been solved yesterday: nobody can
// say since when such a timeline is complete.
func TestCompleteSince(t *testing.T) {
	c := &profiles.Customer{CreatedAt: early.AddDate(-5, 0, 0)}
	tickets := &support.Record{Cut: support.PartTickets, Tickets: []*support.Ticket{{Ref: sources.Ref{RecordID: "t"}, CreatedAt: early, SolvedAt: late}}}
	supported := Answers{Support: []Result[*support.Record]{{Answer: sources.Answer[*support.Record]{Value: tickets, Truncated: true}}}}
	for name, test := range map[string]struct {
		answers Answers
		kinds   []InteractionKind
		want    time.Time
		missing int
	}{
		"nothing is missing":             {Answers{Billing: record(billing.PartCharges)}, []InteractionKind{SubscriptionStarted}, c.CreatedAt, 0},
		"charges were cut":               {Answers{Billing: record(billing.PartCharges)}, []InteractionKind{PaymentReceived}, late, 1},
		"tickets were cut":               {supported, []InteractionKind{TicketOpened}, early, 1},
		"tickets were cut, solved asked": {supported, []InteractionKind{TicketOpened, TicketSolved}, time.Time{}, 1},
		"everything asked":               {supported, nil, time.Time{}, 1},
	} {
		got := JoinTimeline(c, test.answers, test.kinds, nil)
		if !got.CompleteSince.Equal(test.want) || len(got.MissingSources) != test.missing {
			t.Errorf("%s: complete since %s, missing %v; want %s, %d", name, got.CompleteSince, got.MissingSources, test.want, test.missing)
		}
	}
}
