package stub

import (
	"encoding/json"
	"fmt"
	"time"
)

const (
	// Customers is how many ordinary customers there are. Customer i has the key
	// Key(i, tag) for any tag, and is created i minutes after [Epoch].
	Customers = 5000
	// Histories is how many customers come behind those, each with a long history.
	Histories = 200
)

// The names of the systems, as links have them.
const (
	ProfileSystem = "crm"
	BillingSystem = "ledger"
	SupportSystem = "desk"
	SocialSystem  = "network"
)

// Epoch is when the first customer was created.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Key is the profile key of a customer. The same customer answers to it under every
// tag, so that each request can carry a key of its own; the answer has the key that
// was asked for.
func Key(i, tag int) string { return fmt.Sprintf("c%05d-%07d", i, tag%10_000_000) }

// Since is a moment at which a list that starts there begins with customer i,
// another one for every tag.
func Since(i, tag int) string {
	return Epoch.Add(time.Duration(i)*time.Minute - time.Minute + time.Duration(1+tag%50_000_000)*time.Microsecond).Format("2006-01-02T15:04:05.000000Z")
}

type object map[string]any

type money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

var (
	currencies = []string{"EUR", "USD", "GBP"}
	networks   = []string{"mastodon", "bluesky", "forum"}
	languages  = []string{"de", "en", "fr", "es"}
	zones      = []string{"Europe/Berlin", "Europe/London", "Europe/Paris", "Europe/Madrid"}
	plans      = []string{"Small", "Medium", "Large", "Über"}
	issues     = []string{
		"The parcel has not arrived",
		"How do I change the address on my invoice?",
		"Router restarts every evening",
		"Please cancel the \"Plus\" option",
	}
	posts = []string{
		"Third day without a connection, and nobody picks up the phone. Really?",
		"Support called back within ten minutes and fixed it. Thank you! 🎉",
		"Is it just me, or is the new application slow?\nIt takes a minute to start.",
	}
)

// at is a moment in the life of customer i: n days and some after the first of a year.
func at(i, n int) string {
	return time.Date(2025, 1, 1, i%24, (i*7)%60, (i*13+n*7)%60, 0, time.UTC).AddDate(0, 0, n).Format(time.RFC3339)
}

func amount(i, n int) money {
	cents := 500 + (i*7919+n*104729)%90_000
	return money{fmt.Sprintf("%d.%02d", cents/100, cents%100), currencies[i%len(currencies)]}
}

// profile is the JSON of a profile behind its key.
func profile(i int) []byte {
	link := func(source, system, id string) object {
		return object{"source": source, "system": system, "recordId": id, "method": "DETERMINISTIC"}
	}
	created := Epoch.Add(time.Duration(i) * time.Minute)
	b := render(object{
		"kind": "PERSON", "name": fmt.Sprintf("Customer %05d", i), "givenName": "Customer", "familyName": fmt.Sprintf("%05d", i),
		"language": languages[i%4], "timeZone": zones[i%4],
		"contactPoints": []object{
			{"channel": "EMAIL", "value": fmt.Sprintf("customer-%05d@example.com", i), "isPrimary": true, "isVerified": i%3 == 0},
			{"channel": "PHONE", "value": fmt.Sprintf("+4930%07d", i), "isPrimary": true},
		},
		"links": []object{
			link("BILLING", BillingSystem, fmt.Sprintf("b%05d", i)),
			link("SUPPORT", SupportSystem, fmt.Sprintf("s%05d", i)),
			link("SOCIAL", SocialSystem, fmt.Sprintf("n%05d", i)),
		},
		"createdAt": created.Format(time.RFC3339), "updatedAt": created.Add(48 * time.Hour).Format(time.RFC3339),
		"syncedAt": created.Add(72 * time.Hour).Format(time.RFC3339),
	})
	return b[1:] // The key comes before it.
}

// counts are how many facts of each kind a customer has.
type counts struct{ subscriptions, invoices, charges, tickets, messages, mentions int }

func countsOf(i int) counts {
	if i >= Customers {
		// 25 invoices, 25 charges, 3 starts, 14 tickets of which 10 are solved, 18 messages
		// and 12 mentions: more than the hundred of a page.
		return counts{3, 25, 25, 14, 18, 12}
	}
	return counts{1, 3, 1, 2, 1, 2}
}

func billing(i int) []byte {
	c := countsOf(i)
	id := fmt.Sprintf("b%05d", i)
	record := object{
		"recordId": id, "name": fmt.Sprintf("Customer %05d", i), "balance": amount(i, 0), "currency": currencies[i%3],
		"paymentMethod": "card ending 4242", "isDelinquent": i%9 == 0, "createdAt": at(i, 0),
	}
	var subscriptions, invoices, charges []object
	for n := range c.subscriptions {
		subscriptions = append(subscriptions, object{
			"recordId": fmt.Sprintf("sub-%05d-%d", i, n), "name": plans[(i+n)%4], "status": []string{"ACTIVE", "ACTIVE", "PAST_DUE"}[(i+n)%3],
			"quantity": 1, "price": amount(i, n+1), "interval": "P1M", "mrr": amount(i, n+1), "startedAt": at(i, 9-3*n), "currentPeriodEndsAt": at(i, 30),
		})
	}
	for n := range c.invoices {
		day := 3 * (c.invoices - n)
		invoice := object{
			"recordId": fmt.Sprintf("in-%05d-%02d", i, n), "number": fmt.Sprintf("2025-%05d-%02d", i, n), "status": "PAID",
			"total": amount(i, n+2), "issuedAt": at(i, day), "dueAt": at(i, day+14), "description": "Monthly fee",
		}
		if n == 0 {
			invoice["status"], invoice["amountDue"] = "DUE", amount(i, n+2)
		} else {
			invoice["paidAt"] = at(i, day+2)
		}
		invoices = append(invoices, invoice)
	}
	for n := range c.charges {
		charge := object{
			"recordId": fmt.Sprintf("ch-%05d-%02d", i, n), "status": "SUCCEEDED", "amount": amount(i, n+2),
			"paymentMethod": "card ending 4242", "chargedAt": at(i, 3*(c.charges-n)+2),
		}
		if n%10 == 9 {
			charge["status"] = "FAILED"
		}
		charges = append(charges, charge)
	}
	record["subscriptions"], record["invoices"], record["charges"] = subscriptions, invoices, charges
	return render(record)
}

func support(i int) []byte {
	c := countsOf(i)
	var tickets, messages []object
	for n := range c.tickets {
		day := 4 * (c.tickets - n)
		ticket := object{
			"recordId": fmt.Sprintf("t-%05d-%02d", i, n), "title": issues[(i+n)%4], "status": []string{"OPEN", "PENDING", "SOLVED"}[min((i+n)%4, 2)],
			"priority": []string{"NORMAL", "HIGH", "LOW"}[(i+n)%3], "channel": []string{"EMAIL", "PHONE", "WEB"}[(i+n)%3],
			"tags": []string{"home", plans[i%4]}, "createdAt": at(i, day), "updatedAt": at(i, day+1),
		}
		if ticket["status"] == "SOLVED" {
			ticket["solvedAt"] = at(i, day+2)
		}
		tickets = append(tickets, ticket)
	}
	for n := range c.messages {
		messages = append(messages, object{
			"recordId": fmt.Sprintf("m-%05d-%02d", i, n), "ticketId": fmt.Sprintf("t-%05d-%02d", i, n%c.tickets),
			"channel": []string{"EMAIL", "PHONE"}[n%2], "direction": []string{"INBOUND", "OUTBOUND", "INTERNAL"}[n%3],
			"authorName": []string{fmt.Sprintf("Customer %05d", i), "Agent 1", "Agent 2"}[n%3],
			"body":       "Hello,\n" + issues[(i+n)%4] + ". Could you have a look, please?", "sentAt": at(i, 2*(c.messages-n)+1),
		})
	}
	return render(object{"recordId": fmt.Sprintf("s%05d", i), "tickets": tickets, "messages": messages})
}

func social(i int) []byte {
	c := countsOf(i)
	var mentions []object
	for n := range c.mentions {
		mentions = append(mentions, object{
			"recordId": fmt.Sprintf("p-%05d-%02d", i, n), "network": networks[i%3], "text": posts[(i+n)%3], "language": languages[i%4],
			"sentiment": float64((i+n)%9-4) / 4, "reach": (i*31 + n*17) % 10_000, "postedAt": at(i, 5*(c.mentions-n)),
		})
	}
	return render(object{
		"recordId": fmt.Sprintf("n%05d", i), "network": networks[i%3], "handle": fmt.Sprintf("customer%05d", i),
		"displayName": fmt.Sprintf("Customer %05d", i), "followers": (i * 37) % 5000, "lastActiveAt": at(i, 40), "mentions": mentions,
	})
}

// render writes JSON as most systems do: no escapes but those that must be.
func render(v any) []byte {
	var b buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return b[:len(b)-1]
}

type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
