package demo

import (
	"fmt"
	"testing"
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// TestSizes says that there is enough to see, and that documents are small: the
// embedded store takes its time for every field.
func TestSizes(t *testing.T) {
	c := New(moment)
	between := func(what string, n, most int, least int) {
		t.Helper()
		t.Logf("%s: %d", what, n)
		if n < least || n > most {
			t.Errorf("%d %s, want %d to %d", n, what, least, most)
		}
	}
	between("customers", len(c.Customers), 330, 290)
	between("accounts", len(c.Billing), 310, 250)
	between("contacts", len(c.Support), 270, 200)
	between("accounts on networks", len(c.Social), 120, 60)
	between("exceptions", len(c.Exceptions), 30, 8)

	total := func(what string, least, most float64, records int, facts int) {
		t.Helper()
		mean := float64(facts) / float64(records)
		t.Logf("%s: %d, %.1f in a record", what, facts, mean)
		if mean < least || mean > most {
			t.Errorf("%.1f %s in a record, want %.1f to %.1f", mean, what, least, most)
		}
	}
	sum := map[string]int{}
	for _, r := range c.Billing {
		sum["subscriptions"] += len(r.Subscriptions)
		sum["invoices"] += len(r.Invoices)
		sum["charges"] += len(r.Charges)
	}
	for _, r := range c.Support {
		sum["tickets"] += len(r.Tickets)
		sum["messages"] += len(r.Messages)
	}
	for _, r := range c.Social {
		sum["mentions"] += len(r.Mentions)
	}
	for _, p := range c.Customers {
		sum["attributes"] += len(p.Attributes)
		sum["links"] += len(p.Links)
	}
	total("subscriptions", 1, 3, len(c.Billing), sum["subscriptions"])
	total("invoices", 3, 8, len(c.Billing), sum["invoices"])
	total("charges", 2, 6, len(c.Billing), sum["charges"])
	total("tickets", 1, 3, len(c.Support), sum["tickets"])
	total("messages", 2, 8, len(c.Support), sum["messages"])
	total("mentions", 1, 4, len(c.Social), sum["mentions"])
	total("attributes", 1, 6, len(c.Customers), sum["attributes"])
	total("links", 1, 4, len(c.Customers), sum["links"])
}

// TestVariety says that what a client may meet can be met, and how often.
func TestVariety(t *testing.T) {
	c := New(moment)
	count := map[string]int{}
	for _, p := range c.Customers {
		count[fmt.Sprint("kind ", p.Kind)]++
		count["language "+p.Language]++
		if len(p.Links) == 0 {
			count["customers without links"]++
		}
		for _, source := range []profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social} {
			if n := len(p.ActiveLinks(source)); n != 1 {
				count[fmt.Sprintf("customers with %d links to %s", n, source)]++
			}
		}
		if p.Name == "" {
			count["customers without a name"]++
		}
		for _, v := range p.ContactPoints {
			count[fmt.Sprint("contact point ", v.Channel)]++
			if v.Network != "" {
				count["handle on "+v.Network]++
			}
		}
		for _, s := range p.Consents {
			count[fmt.Sprint("consent ", s.Status)]++
			count[fmt.Sprint("legal basis ", s.LegalBasis)]++
			if !s.ExpiresAt.IsZero() && s.ExpiresAt.Before(c.Now) {
				count["consent expired"]++
			}
		}
		for _, r := range p.Relations {
			count[fmt.Sprint("relation ", r.Kind)]++
		}
		for _, l := range p.Links {
			count[fmt.Sprint("match ", l.Method)]++
		}
	}
	for _, r := range c.Billing {
		count["currency "+r.Currency]++
		for _, s := range r.Subscriptions {
			count[fmt.Sprint("subscription ", s.Status)]++
		}
		for _, i := range r.Invoices {
			count[fmt.Sprint("invoice ", i.Status)]++
		}
		for _, h := range r.Charges {
			count[fmt.Sprint("charge ", h.Status)]++
		}
	}
	for _, r := range c.Support {
		for _, u := range r.Tickets {
			count[fmt.Sprint("ticket ", u.Status)]++
			count[fmt.Sprint("priority ", u.Priority)]++
		}
		for _, m := range r.Messages {
			count[fmt.Sprint("message ", m.Channel)]++
			count[fmt.Sprint("direction ", m.Direction)]++
		}
	}
	for _, r := range c.Social {
		count["network "+r.Network]++
	}
	for _, e := range c.Exceptions {
		for what, is := range map[string]bool{"old ": e.Age > MaxAge, "of unknown age ": e.AgeUnknown, "truncated ": e.Truncated} {
			if is {
				count[fmt.Sprint(what, e.Source)]++
			}
		}
	}

	var want []string
	add := func(prefix string, values ...any) {
		for _, v := range values {
			want = append(want, fmt.Sprint(prefix, v))
		}
	}
	add("kind ", profiles.Person, profiles.Organization, profiles.OtherKind)
	add("language ", "de", "pt-BR", "ja", "ru", "tr", "ar", "ar-EG", "pl", "fr", "hi", "en-US", "es-MX", "sw", "zh-Hans", "ko", "vi", "el")
	add("customers with 0 links to ", profiles.Billing, profiles.Support, profiles.Social)
	add("customers with 2 links to ", profiles.Billing, profiles.Support, profiles.Social)
	add("", "customers without links", "customers without a name", "consent expired", "truncated BILLING", "of unknown age BILLING", "of unknown age PROFILE")
	add("old ", profiles.Billing, profiles.Support, profiles.Social)
	add("contact point ", profiles.Email, profiles.Phone, profiles.SMS, profiles.Messenger, profiles.SocialMedia, profiles.Post)
	add("handle on ", "mastodon", "bluesky", "other")
	add("network ", "mastodon", "bluesky", "other")
	add("consent ", "GRANTED", "DENIED", "WITHDRAWN", "OTHER")
	add("legal basis ", "CONSENT", "CONTRACT", "LEGAL_OBLIGATION", "VITAL_INTERESTS", "PUBLIC_TASK", "LEGITIMATE_INTERESTS", "OTHER")
	for kind := range opposites {
		add("relation ", kind)
	}
	add("match ", "DETERMINISTIC", "PROBABILISTIC", "MANUAL", "OTHER")
	add("currency ", "EUR", "USD", "GBP", "JPY", "RUB", "BRL", "PLN", "KWD")
	add("subscription ", billing.Incomplete, billing.IncompleteExpired, billing.Trialing, billing.Active, billing.PastDue,
		billing.Canceled, billing.Unpaid, billing.Paused, billing.OtherSubscriptionStatus)
	add("invoice ", billing.Draft, billing.Due, billing.Overdue, billing.Paid, billing.Void, billing.Uncollectible, billing.OtherInvoiceStatus)
	add("charge ", billing.Succeeded, billing.Pending, billing.Failed, billing.Refunded, billing.Disputed, billing.OtherChargeStatus)
	add("ticket ", support.New, support.Open, support.Pending, support.OnHold, support.Solved, support.Closed, support.OtherTicketStatus)
	add("priority ", "LOW", "NORMAL", "HIGH", "URGENT", "OTHER")
	add("message ", profiles.Email, profiles.Phone, profiles.SMS, profiles.Messenger, profiles.Web, profiles.Forum,
		profiles.SocialMedia, profiles.Post, profiles.InPerson, profiles.OtherChannel)
	add("direction ", support.Inbound, support.Outbound, support.Internal)
	for _, what := range want {
		t.Logf("%4d %s", count[what], what)
		if count[what] == 0 {
			t.Errorf("no %s", what)
		}
	}
}

// TestAmountsFit says that money is in the currency of its account, and that what is
// owed follows from the invoices.
func TestAmountsFit(t *testing.T) {
	for _, r := range New(moment).Billing {
		owed := billing.Money{Currency: r.Currency}
		check := func(what string, m *billing.Money) {
			if m == nil || m.Currency != r.Currency || m.Minor < 0 || m.Amount() == "" {
				t.Errorf("%s: the %s %v is not in %s", r.RecordID, what, m, r.Currency)
			}
		}
		for _, s := range r.Subscriptions {
			check("price", s.Price)
			if s.MonthlyRevenue() == nil && s.Status != billing.OtherSubscriptionStatus {
				t.Errorf("%s: nobody knows what it brings", s.RecordID)
			}
		}
		for _, i := range r.Invoices {
			check("total", i.Total)
			check("amount due", i.AmountDue)
			if i.Status == billing.Paid && (i.PaidAt.IsZero() || i.AmountDue.Minor != 0) {
				t.Errorf("%s is paid, at %v, and %v is due", i.RecordID, i.PaidAt, i.AmountDue)
			}
			if i.Status == billing.Due || i.Status == billing.Overdue {
				owed.Minor += i.AmountDue.Minor
			}
		}
		for _, h := range r.Charges {
			check("amount", h.Amount)
		}
		if *r.Balance != owed {
			t.Errorf("%s: the balance is %v, and %v is due", r.RecordID, r.Balance, owed)
		}
	}
}

// TestNothingIsOlderThanItsCustomer says that no record of the population is from
// before the company knew the customer.
func TestNothingIsOlderThanItsCustomer(t *testing.T) {
	c := New(moment)
	for _, p := range c.Customers {
		k := c.known(t, p.ID)
		check := func(what string, at time.Time) {
			if at.Before(p.CreatedAt) {
				t.Errorf("%s is of %v, and its customer of %v", what, at, p.CreatedAt)
			}
		}
		for _, r := range k.accounts {
			for _, s := range r.Subscriptions {
				check(s.RecordID, s.StartedAt)
			}
			for _, i := range r.Invoices {
				check(i.RecordID, i.IssuedAt)
			}
			for _, h := range r.Charges {
				check(h.RecordID, h.ChargedAt)
			}
		}
		for _, r := range k.contacts {
			for _, u := range r.Tickets {
				check(u.RecordID, u.CreatedAt)
			}
			for _, m := range r.Messages {
				check(m.RecordID, m.SentAt)
			}
		}
	}
}
